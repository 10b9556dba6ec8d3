"""A record of a hard stop in words: its entries, and the verdict on its chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream.events.incidents import IncidentEntry
    from workflow.chain import Verdict


def told_of(entry: IncidentEntry) -> dict[str, str | None]:
    """Everything that an entry says besides the quoted words, by the names of its parts."""
    told: dict[str, str | None] = {}
    if entry.evidence is not None:
        said = entry.evidence
        told |= {
            "Speaker": said.speaker.value,
            "Spoken at": said.spoken_at,
            "In the call": None if said.start_ms is None else f"{said.start_ms} ms",
            "Transcriber": said.transcriber,
            "Its confidence": None if said.confidence is None else f"{said.confidence:g}",
        }
    told |= {"By": entry.actor, "What": entry.action, "Note": entry.note}
    told |= {name.replace("_", " ").capitalize(): value for name, value in entry.facts.items()}
    told["Entries"] = None if entry.count is None else str(entry.count)
    told["Erased entries"] = ", ".join(map(str, entry.erased)) or None
    return told


def lines(verdict: Verdict) -> list[str]:
    """A verdict in words."""
    if verdict.fault is not None:
        return [f"NOT INTACT: entry {verdict.number} was {verdict.fault.value}: {verdict.detail}"]
    told = [f"intact, {_entries(verdict.entries)}"]
    if verdict.erased:
        told.append(f"content erased in {_entries(len(verdict.erased))}")
    if verdict.unexplained:
        named = ", ".join(map(str, verdict.unexplained))
        told.append(f"no later entry says that the content was erased: {named}")
    told += [f"not proven: {open_point}" for open_point in verdict.unproven]
    if verdict.head is not None:
        told.append(f"head: entry {verdict.head.number}, {verdict.head.hash}")
    return told


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
