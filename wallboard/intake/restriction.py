"""What is for the named desk alone: safeguarding, misconduct, a suspected impostor."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.reading import Finding
from detectors.vocabulary import Signal, Trigger
from workflow.alerts import RecordHandling

RESTRICTED = RecordHandling.RESTRICTED.value
NORMAL = RecordHandling.NORMAL.value

_ALWAYS = frozenset({Trigger.SAFEGUARDING.value, Signal.MISCONDUCT.value})
_IMPOSTOR = (Trigger.FRAUD.value, "impostor")


def is_restricted(trigger: str, subtype: str | None) -> bool:
    """Whether a label is for its desk alone, whatever the event that carries it says."""
    return trigger in _ALWAYS or (trigger, subtype) == _IMPOSTOR


def handling_of(trigger: str, subtype: str | None, stated: str) -> str:
    """How an alert is to be handled: as stated, or stricter."""
    return RESTRICTED if is_restricted(trigger, subtype) else stated


def for_all_on_the_call(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that may stand beside a transcript."""
    return [one for one in findings if not is_restricted(one.label, one.subtype)]
