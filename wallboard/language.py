"""The language that somebody is answered in: texts are written in English and translated as they
are shown. docs/wallboard.md says how a language is added.

A language is a folder named by its tag (`de`, `pt-BR`) with `wallboard.mo`, for what the server
writes, and `scripts.json`, for what pages write. What it lacks stays English.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HERE = Path(__file__).parent
ENGLISH = "en"
AUTO = "auto"
CATALOGUE = "wallboard.mo"
SCRIPTS = "scripts.json"
_SERVERS = frozenset(
    {
        *("attempt", "audit", "callback", "cause", "delivery", "end", "ended", "fault", "format"),
        *("handling", "how", "http", "kind", "outcome", "role", "rule", "scope"),
    }
)
"""Kinds of names that the server alone writes: pages are not sent them."""


class Language:
    """One language: its tag, its texts for the server (gettext) and for scripts (JSON)."""

    def __init__(self, tag: str, folder: Path | None = None) -> None:
        """Raises OSError and ValueError for files that are none."""
        self.tag = tag
        self.texts: gettext.NullTranslations = gettext.NullTranslations()
        self.scripts: dict[str, object] = _script_texts(HERE / "static" / "texts" / "en.json")
        if folder is None:
            return
        if (catalogue := folder / CATALOGUE).is_file():
            with catalogue.open("rb") as file:
                self.texts = gettext.GNUTranslations(file)
        if (scripts := folder / SCRIPTS).is_file():
            self.scripts = self.scripts | _script_texts(scripts)


_spoken: ContextVar[Language | None] = ContextVar("language", default=None)


@cache
def english() -> Language:
    """What is spoken where nothing else is asked for, as on the command line."""
    return Language(ENGLISH)


def spoken() -> Language:
    """The language of whoever is being answered."""
    return _spoken.get() or english()


def _(text: str, /, **values: object) -> str:
    """A text in the language of whoever is being answered, with `%(name)s` replaced."""
    found = spoken().texts.gettext(text) if text else ""
    return found % values if values else found


def counted(one: str, many: str, number: int, /, **values: object) -> str:
    """A text that depends on a number; `%(num)s` is the number, as in templates."""
    return spoken().texts.ngettext(one, many, number) % {"num": figure(number), **values}


def figure(number: int) -> str:
    """A whole number, its thousands set apart as the language does it."""
    between = spoken().scripts.get("number.thousands")
    return f"{number:,}".replace(",", between if isinstance(between, str) else ",")


def mark(text: str) -> str:
    """A text that is translated only when it is shown: a constant, a name of a closed set."""
    return text


def named(kind: str, value: object, otherwise: str = "") -> str:
    """A name of a closed set (trigger, status, role, …) as people read it. Scripts use the same
    texts (`word` in text.js); without one it is what is
    said `otherwise`, or the name itself made readable."""
    found = spoken().scripts.get(f"{kind}.{value}")
    if isinstance(found, str):
        return found
    return otherwise or str(value).replace("_", " ").capitalize()


def of_pages() -> dict[str, object]:
    """The texts that scripts write, for `text.js`."""
    texts = spoken().scripts.items()
    return {name: text for name, text in texts if name.partition(".")[0] not in _SERVERS}


def speak(language: Language) -> None:
    """From here on, in this task: for what no browser asked for, such as webhooks."""
    _spoken.set(language)


def languages(folder: str | Path | None = None) -> dict[str, Language]:
    """English and what lies in `folder`, by tag in small letters. Raises OSError and ValueError,
    with the name of the file in it."""
    found = {ENGLISH: english()}
    for place in sorted(Path(folder).iterdir()) if folder else ():
        if (place / CATALOGUE).is_file() or (place / SCRIPTS).is_file():
            found[place.name.lower()] = Language(place.name, place)
    return found


def best(there: Mapping[str, Language], wanted: str) -> Language:
    """Of the languages that are there the one that `Accept-Language` likes best (RFC 9110,
    12.5.4): the tag itself, else its language without the region, else English."""
    asked = []
    for place, part in enumerate(wanted.lower().split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            likes = float(weight) if weight else 1.0
        except ValueError:
            continue
        if likes > 0:
            asked.append((-likes, place, tag.strip()))
    for _likes, _place, tag in sorted(asked):
        for name in (tag, tag.partition("-")[0]):
            if name in there:
                return there[name]
    return there[ENGLISH]


class Answered:
    """Every answer in its language: the one that is set, or the one the browser asks for."""

    def __init__(self, app: ASGIApp, there: Mapping[str, Language], chosen: str = AUTO) -> None:
        self._app = app
        self._there = there
        self._chosen = chosen.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wanted = self._chosen
            if wanted == AUTO:
                wanted = Headers(scope=scope).get("accept-language", "")
            speak(best(self._there, wanted))
        await self._app(scope, receive, send)


def _script_texts(file: Path) -> dict[str, object]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, object])
    except msgspec.DecodeError as error:
        raise ValueError(f"{file}: {error}") from error
