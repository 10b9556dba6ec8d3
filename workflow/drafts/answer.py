"""A model's answer: the JSON it is asked for, and what it wrote read as a draft."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from detectors.vocabulary import Emotion
from workflow.drafts.draft import Assessment, Draft, Option
from workflow.drafts.options import severity
from workflow.drafts.situation import Need, Situation

MOST_CHARACTERS = 40_000
"""An answer of the lengths asked for has some 5,000: what is far beyond is no draft."""
LEAST_OPTIONS, MOST_OPTIONS = 2, 3


class AnswerError(ValueError):
    """An answer that is no draft; the message says what was wrong, without its words."""


class _Assessed(msgspec.Struct, frozen=True, kw_only=True):
    emotion: Emotion
    need: Need
    reason: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    assessment: _Assessed
    landmines: tuple[str, ...]
    draft: str
    options: tuple[Option, ...]
    coaching: str


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = _object(
    {
        "assessment": _object(
            {
                "emotion": {"type": "string", "enum": [each.value for each in Emotion]},
                "need": {"type": "string", "enum": [each.value for each in Need]},
                "reason": _TEXT,
            }
        ),
        "landmines": {"type": "array", "items": _TEXT},
        "draft": _TEXT,
        "options": {
            "type": "array",
            "items": _object(
                {
                    "title": _TEXT,
                    "detail": _TEXT,
                    "cost": _TEXT,
                    "recommended": {"type": "boolean"},
                }
            ),
        },
        "coaching": _TEXT,
    }
)
"""The shape of `hardstop draft --json`, less what a model has no say in: severity, hard stop and
whether a person must take over stay as hardstop read them."""


def parse(text: str, situation: Situation, *, writer: str) -> Draft:
    """The draft in a model's answer. A code fence or words around the object are passed over.

    Raises AnswerError.
    """
    if len(text) > MOST_CHARACTERS:
        raise AnswerError(f"the answer has {len(text):,} characters; no draft is that long")
    found = _first_object(text)
    if found is None:
        raise AnswerError("the answer holds no JSON object with a draft in it")
    try:
        answer = msgspec.convert(_lowered(found), _Answer, strict=False)
    except msgspec.ValidationError as error:
        raise AnswerError(f"the answer has not the shape asked for ({_where(error)})") from error
    recommended = [option.recommended for option in answer.options].count(True)
    if not LEAST_OPTIONS <= len(answer.options) <= MOST_OPTIONS or recommended != 1:
        raise AnswerError(
            f"the answer has {len(answer.options)} options, {recommended} of them recommended; "
            "two or three are asked for, one of them recommended"
        )
    if not answer.draft.strip() or not answer.coaching.strip() or not answer.landmines:
        raise AnswerError("the answer leaves the draft, the landmines or the coaching empty")
    return Draft(
        assessment=Assessment(
            emotion=answer.assessment.emotion.value,
            need=answer.assessment.need.value,
            reason=answer.assessment.reason,
            severity=severity(situation),
            trigger=situation.trigger,
        ),
        landmines=answer.landmines,
        draft=answer.draft.strip(),
        options=tuple(sorted(answer.options, key=lambda option: not option.recommended)),
        coaching=answer.coaching.strip(),
        writer=writer,
    )


def _first_object(text: str) -> dict[str, Any] | None:
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    while at >= 0:
        try:
            found, _ = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            found = None
        if isinstance(found, dict) and "draft" in found:
            return found
        at = text.find("{", at + 1)
    return None


def _lowered(found: dict[str, Any]) -> dict[str, Any]:
    """The names of feeling and need in small letters: some models write them as titles."""
    assessed = found.get("assessment")
    if not isinstance(assessed, dict):
        return found
    names = dict(assessed)
    for key in ("emotion", "need"):
        if isinstance(names.get(key), str):
            names[key] = names[key].strip().lower()
    return {**found, "assessment": names}


def _where(error: msgspec.ValidationError) -> str:
    """The place of a mistake without the value that stood there, which may be a caller's words."""
    _, _, place = str(error).partition(" - at ")
    return f"at {place.strip('`')}" if place else "a field is missing"
