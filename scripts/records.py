"""Records of hard stops as they lie in files, one event a line, or on the topic `incidents`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stream.events.incidents import IncidentEntry, IncidentHead
from workflow.chain import Head
from workflow.delivered import abandoned, standing, without_repeats
from workflow.signing import KeyFault, SignedHead, is_signed_by, public_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from stream.settings import Settings

ENTRY, HEAD = "incident.entry", "incident.head"


HOW = "`hardstop archive FILE.jsonl` writes one"


class RecordFault(ValueError):
    """Something that cannot be read as records; the text says where and what to do."""


class _Typed(msgspec.Struct):
    type: str = ""


class Records(msgspec.Struct, frozen=True):
    """Entries by call, in order and without repeats, and the heads found beside them by record.

    `lost`: by record, numbers and hashes of entries that were told and then told anew; `told`: by
    call, all that was told of those records, in order."""

    source: str
    entries: dict[str, tuple[IncidentEntry, ...]]
    heads: dict[str, tuple[IncidentHead, ...]] = {}
    lost: dict[str, frozenset[tuple[int, str]]] = {}
    told: dict[str, tuple[IncidentEntry, ...]] = {}

    def told_of(self, call: str) -> tuple[IncidentEntry, ...]:
        """All that was told of a call's record, none perhaps."""
        return self.told.get(call) or self.entries.get(call, ())

    def passed_over(self, call: str) -> str | None:
        """What was told of a call's record besides, in words, if anything was."""
        lost = self.lost.get(self.entries[call][0].incident_id)
        if not lost:
            return None
        entries = "1 entry" if len(lost) == 1 else f"{len(lost):,} entries"
        return (
            f"{entries} told besides, from entry {min(number for number, _ in lost)} on, passed "
            "over: a worker that dies tells anew, and so can whoever writes to the topic; signed "
            "heads say which way is the record's"
        )

    def of(self, call: str) -> tuple[IncidentEntry, ...]:
        """The record of a call. Raises RecordFault."""
        if call not in self.entries:
            known = ", ".join(sorted(self.entries)[:5]) + (", …" if len(self.entries) > 5 else "")
            raise RecordFault(
                f"{self.source}: no record of call '{call}'; "
                f"there are records of {known or 'no call'}"
            )
        return self.entries[call]

    def without_entries(self) -> tuple[str, ...]:
        """The calls of which a head is there and no entry."""
        there = {found[0].incident_id for found in self.entries.values()}
        return tuple(
            heads[0].call_id for incident, heads in self.heads.items() if incident not in there
        )


def read_records(path: Path) -> Records:
    """The records in a file of events, one a line; other events are skipped.

    Raises RecordFault for a line that is no event, or a file without a record; OSError.
    """
    with path.open("rb") as lines:
        numbered = ((f"{path}:{n}", line) for n, line in enumerate(lines, start=1))
        found = collected(str(path), numbered)
    if not found.entries and not found.heads:
        raise RecordFault(f"{path}: no entry of a record in it; {HOW}")
    return found


def read_topic(settings: Settings) -> Records:
    """The records on the topic `incidents` of a cluster, none of them perhaps.

    Raises RecordFault for a value that is no event; ClusterError.
    """
    from scripts.kept import kept
    from stream.topics import TopicName

    topic = settings.topic(TopicName.INCIDENTS)
    values = (
        (f"{topic}, partition {message.partition}, offset {message.offset}", message.value)
        for message in kept(settings, TopicName.INCIDENTS)
        if message.value is not None
    )
    return collected(topic, values)


def read_from(file: Path | None, topic_prefix: str | None) -> Records:
    """The records in a file, or without one those on the topic. Raises as the two above."""
    if file is not None:
        return read_records(file)
    from scripts.broker import reachable
    from stream.settings import load_settings

    return read_topic(reachable(load_settings(topic_prefix=topic_prefix)))


def collected(source: str, values: Iterable[tuple[str, bytes]]) -> Records:
    """The records among events, each told with the place it comes from. Raises RecordFault."""
    entries: dict[str, list[IncidentEntry]] = {}
    heads: dict[str, list[IncidentHead]] = {}
    calls: dict[str, str] = {}
    for where, value in values:
        if not value.strip():
            continue
        try:
            kind = msgspec.json.decode(value, type=_Typed).type
            if kind == HEAD:
                head = msgspec.json.decode(value, type=IncidentHead)
                heads.setdefault(head.incident_id, []).append(head)
            if kind != ENTRY:
                continue
            entry = msgspec.json.decode(value, type=IncidentEntry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RecordFault(f"{where}: no event of `incidents`: {error}; {HOW}") from error
        call = calls.setdefault(entry.incident_id, entry.call_id)
        entries.setdefault(call, []).append(entry)
    whole = {call: without_repeats(found) for call, found in entries.items()}
    return in_order(source, whole, entries.values(), heads)


def in_order(
    source: str,
    whole: dict[str, tuple[IncidentEntry, ...]],
    told: Iterable[Sequence[IncidentEntry]],
    heads: Mapping[str, Iterable[IncidentHead]],
) -> Records:
    """Whole records, as they came of the entries `told`, with the heads that are theirs."""
    by_record = {found[0].incident_id: found for found in whole.values()}
    kept = [found for found in told if found]
    lost = {
        found[0].incident_id: abandoned(found, by_record[found[0].incident_id]) for found in kept
    }
    return Records(
        source=source,
        entries=whole,
        heads={
            incident: standing(found, lost.get(incident, frozenset()), by_record.get(incident, ()))
            for incident, found in heads.items()
        },
        lost=lost,
        told={
            found[0].call_id: tuple(found)
            for found in kept
            if len(found) > len(by_record[found[0].incident_id])
        },
    )


def read_key(path: Path) -> Ed25519PublicKey:
    """The key in a PEM file that heads are checked with. Raises RecordFault; OSError."""
    try:
        return public_key(path.read_bytes())
    except KeyFault as error:
        raise RecordFault(f"{path}: {error}") from error


def read_head(given: str, key: Path | None) -> Head:
    """The head in a JSON file, its signature checked if there is a key (PEM).

    Raises RecordFault for a head that cannot be read or was not signed with the key; OSError.
    """
    data = Path(given).read_bytes()
    try:
        if key is None:
            return msgspec.json.decode(data, type=Head)
        signed = msgspec.json.decode(data, type=SignedHead)
    except msgspec.DecodeError as error:
        raise RecordFault(
            f"{given}: no {'signed ' if key else ''}head: {error}; one is a JSON object with "
            f"incident_id, number, hash{' and signature' if key else ''}"
        ) from error
    if not is_signed_by(signed, read_key(key)):
        raise RecordFault(f"{given}: not signed with the key in {key}; nothing is proven by it")
    return signed
