"""What a scan heard, as lines for people: what, where, in which words, why."""

from __future__ import annotations

from collections import Counter

from rich.text import Text

from detectors.reading import Evidence
from scripts.scanner import Outcome, Sighting
from scripts.terminal import clock, count, printable
from workflow.policy import Policy, Severity

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
CONTEXT_CHARS = 60
"""Words shown around the evidence: about one line of a terminal with it."""


class Tally:
    """Counts for the summary line."""

    def __init__(self) -> None:
        self.chunks = 0
        self.raised: Counter[str] = Counter()
        self.review = 0
        self.not_monitored: Counter[str] = Counter()
        self._calls: set[str] = set()

    def add(self, outcome: Outcome) -> None:
        self.chunks += outcome.read
        if outcome.not_monitored is not None:
            self.not_monitored[outcome.not_monitored] += 1
        for sighting in outcome.sightings:
            if sighting.raised:
                self.raised[sighting.finding.label] += 1
                self._calls.add(sighting.call_id)
            else:
                self.review += 1

    def summary(self) -> str:
        """One line: how much was read, what was raised, what a person should look at."""
        parts = [f"{count(self.chunks, 'utterance')} read"]
        if self.raised:
            each = ", ".join(f"{label} {number}" for label, number in self.raised.most_common())
            where = count(len(self._calls), "call")
            parts.append(f"{self.raised.total()} raised in {where} ({each})")
        else:
            parts.append("nothing raised")
        if self.review:
            parts.append(f"{self.review} for review")
        return "; ".join([*parts, *self.unheard()])

    def unheard(self) -> list[str]:
        """How many utterances nothing listened to, for each reason."""
        return [f"{n} not monitored ({why})" for why, n in self.not_monitored.most_common()]


def lines(sighting: Sighting, policy: Policy) -> Text:
    """One finding in three lines."""
    finding = sighting.finding
    policy = policy.for_queue(sighting.queue_id)
    handling = policy.handling(finding.label)
    style = SEVERITY_STYLES[handling.severity] if handling else "cyan"
    text = Text()
    text.append(f" {finding.label} ", style if sighting.raised else "dim")
    text.append(
        f" {finding.probability:.2f}  {printable(sighting.call_id)}  {clock(sighting.at_ms)}  "
    )
    text.append(sighting.speaker)
    marks = [finding.subtype, "imminent" if finding.imminent else None]
    marks += [
        None if sighting.raised else "for review",
        None if sighting.was_final else "never final",
    ]
    if shown := ", ".join(mark for mark in marks if mark):
        text.append(f"  ({shown})", "italic")
    if handling and sighting.raised:
        text.append(f"  → {policy.desks[handling.desk].name}", "bold")
    for evidence in finding.evidence:
        text.append("\n    ")
        text.append_text(quoted(evidence, sighting.text))
    text.append(f"\n    {printable(finding.reason)}", "dim")
    return text


def quoted(evidence: Evidence, text: str) -> Text:
    """The evidence highlighted within its words; alone when it stands in an earlier utterance."""
    start, end = evidence.char_start, evidence.char_end
    if text[start:end] != evidence.quote:
        return Text(f"earlier: “{printable(evidence.quote)}”", "bold")
    before, after = text[:start], text[end:]
    cut_before = "…" if len(before) > CONTEXT_CHARS else ""
    cut_after = "…" if len(after) > CONTEXT_CHARS else ""
    return Text.assemble(
        f"“{cut_before}{printable(before[-CONTEXT_CHARS:])}",
        (printable(evidence.quote), "bold underline"),
        f"{printable(after[:CONTEXT_CHARS])}{cut_after}”",
    )
