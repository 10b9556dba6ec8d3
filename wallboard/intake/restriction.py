"""What is for the named desk alone: safeguarding, misconduct, a suspected impostor."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.reading import Finding
from workflow.alerts import RecordHandling
from workflow.alerts import handling_of as of_label

RESTRICTED = RecordHandling.RESTRICTED.value
NORMAL = RecordHandling.NORMAL.value


def is_restricted(trigger: str, subtype: str | None) -> bool:
    """Whether a label is for its desk alone, whatever the event that carries it says."""
    return of_label(trigger, subtype) is RecordHandling.RESTRICTED


def handling_of(trigger: str, subtype: str | None, stated: str) -> str:
    """How an alert is to be handled: as stated, or stricter."""
    return RESTRICTED if is_restricted(trigger, subtype) else stated


def for_all_on_the_call(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that may stand beside a transcript."""
    return [one for one in findings if not is_restricted(one.label, one.subtype)]
