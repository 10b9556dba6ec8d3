"""What an agent should not have said, as rules heard it, turn by turn. Pure.

Hints are no list of it: each comes once a call, and none while a life stop is open or in shadow
mode.
"""

from __future__ import annotations

from typing import Any

import msgspec

from detectors.reading import Finding
from detectors.vocabulary import Disposition, Signal
from workflow.hints import hint_id_of, sayings
from workflow.patterns.guiding import meaning


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """A guardrail broken, or a landmine: which rule, what it `says` of the words, and where these
    stand (`char_start`, `char_end`: code points of that utterance). `at`: UTC ms."""

    rule: str
    says: str
    instead: str | None
    utterance_id: str
    quote: str
    char_start: int
    char_end: int
    at: int


def breaks_in(findings: list[Any] | None, *, is_final: bool, at: int) -> list[Break]:
    """The breaks among a turn's findings; words that the recogniser may revise are none yet."""
    if not findings or not is_final:
        return []
    try:
        read = msgspec.convert(findings, list[Finding])
    except msgspec.ValidationError:
        return []
    return [_break(one, at) for one in read if _is_break(one)]


def rule_hints(call_id: str) -> tuple[str, ...]:
    """The hints on a call that tell of what rules hear: with the breaks they are told already."""
    return tuple(hint_id_of(call_id, saying.kind, rule) for rule, saying in sayings().items())


def _is_break(finding: Finding) -> bool:
    raised = finding.disposition is Disposition.RAISE and bool(finding.evidence)
    return raised and finding.label == Signal.AGENT_GUARDRAIL and "." in finding.rule_id


def _break(finding: Finding, at: int) -> Break:
    said, saying = finding.evidence[-1], sayings().get(finding.rule_id)
    return Break(
        rule=finding.rule_id,
        says=meaning(finding.rule_id),
        instead=saying.instead or None if saying else None,
        utterance_id=said.utterance_id,
        quote=said.quote,
        char_start=said.char_start,
        char_end=said.char_end,
        at=at,
    )
