"""A language in which every translated text stands in ⟦brackets⟧, and what on a page does not."""

from __future__ import annotations

import enum
import re
import struct
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

import wallboard
from scripts.texts import PLURALS, messages
from wallboard.pages import templates
from wallboard.services import Services
from wallboard.store.tables import Table

TAG = "en-XA"
ROOT = Path(wallboard.__file__).parent

_SAID_BY_PEOPLE = ("title", "aria-label", "placeholder", "alt")
_UNSPOKEN = {"script", "style", "code", "time", "kbd", "template", "noscript"}
_SINGLE = {"meta", "link", "input", "br", "hr", "img", "use", "path", "circle"}
_WORD = re.compile(r"[A-Za-z]{2,}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+")
_UNITS = {"hardstop", "UTC", "GMT"}


def build(folder: Path) -> Path:
    """The language, as a translator would hand it in; gives the folder of languages."""
    place = folder / TAG
    place.mkdir(parents=True)
    texts = {"": f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {PLURALS}\n"}
    for one, many in messages(ROOT, templates()):
        texts[one if many is None else f"{one}\0{many}"] = (
            f"⟦{one}⟧" if many is None else f"⟦{one}⟧\0⟦{many}⟧"
        )
    (place / "wallboard.mo").write_bytes(_mo(texts))
    english = msgspec.json.decode((ROOT / "static" / "texts" / "en.json").read_bytes())
    (place / "scripts.json").write_bytes(msgspec.json.encode(_wrapped(english)))
    return folder


def unmarked(html: str, services: Services) -> list[str]:
    """What a person reads on a page that is neither translated nor data."""
    known = _data(services)
    found = []
    for text, rest in bare(html):
        for value in known:
            if value in rest:
                rest = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", " ", rest)
        if set(_WORD.findall(rest)) - _UNITS:
            found.append(text)
    return found


def bare(html: str) -> Iterator[tuple[str, str]]:
    """Each text on a page, and what of it is neither translated nor a moment."""
    parser = _Reader()
    parser.feed(html)
    for text in parser.read:
        rest = _MOMENT.sub(" ", text)
        while (less := re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)) != rest:
            rest = less
        yield text, rest


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _wrapped(inner) for name, inner in value.items()}
    return f"⟦{value}⟧"


def _mo(texts: dict[str, str]) -> bytes:
    """GNU gettext's MO format: two tables of (length, offset), then the strings."""
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    at = 28 + 16 * len(pairs)
    tables, strings = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), at + len(strings))
            strings += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + tables[0] + tables[1] + strings


class _Reader(HTMLParser):
    """The visible texts of a page, and what is read out instead of one."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read += [value for name, value in attrs if name in _SAID_BY_PEOPLE and value]
        if tag not in _SINGLE:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not _UNSPOKEN & set(self._inside):
            self.read.append(" ".join(data.split()))


def _data(services: Services) -> list[str]:
    """Values that are nobody's to translate, the longest first: what the database and the policy
    hold, but for the names of closed sets, which people are not to read as they are."""
    closed = set(_closed(enum.StrEnum))
    found: set[str] = set(_strings(msgspec.to_builtins(services.policy)))
    with services.sessions() as db:
        for table in Table.__subclasses__():
            for row in db.scalars(select(table)):
                for column in table.__table__.columns:
                    found.update(_strings(getattr(row, column.name)))
    found |= {" ".join(value.split()) for value in found}
    found |= {value[:1].upper() + value[1:] for value in found}
    return sorted((v for v in found if len(v) > 1 and v not in closed), key=len, reverse=True)


def _closed(kind: type[enum.Enum]) -> Iterator[str]:
    for sub in kind.__subclasses__():
        for member in sub:
            value = str(member.value)
            yield from (value, value.replace("_", " "), value.replace("_", " ").capitalize())
        yield from _closed(sub)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
