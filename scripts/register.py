"""The complaint register as it lies on its topic or in a file, and as a table to hand on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stream.events import ComplaintRecord
from workflow.complaint_table import as_csv

if TYPE_CHECKING:
    from stream.settings import Settings

__all__ = ["as_csv", "as_json", "from_file", "from_topic"]

TYPE = "complaint"


class RegisterFault(ValueError):
    """A file that cannot be read as a register; the text says where and what to do."""


class _Typed(msgspec.Struct):
    type: str = ""


def from_topic(settings: Settings) -> dict[str, ComplaintRecord]:
    """The newest record of every complaint, by reference. Raises ClusterError."""
    from scripts.broker import consumer
    from scripts.following import assign, follow
    from stream.topics import TopicName

    records: dict[str, ComplaintRecord] = {}
    with consumer(settings) as client:
        assign(client, settings.topic(TopicName.COMPLAINTS), from_start=True)
        ends = client.end_offsets(client.assignment())
        while not all(client.position(place) >= end for place, end in ends.items()):
            for message in follow(client, 0.3):
                if message.value is None:
                    records.pop(message.key, None)
                    continue
                records[message.key] = msgspec.json.decode(message.value, type=ComplaintRecord)
    return records


def from_file(path: Path) -> dict[str, ComplaintRecord]:
    """The newest record of every complaint in a file of events, one a line; others are skipped.

    Raises RegisterFault for a line that is no event; OSError.
    """
    records: dict[str, ComplaintRecord] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                if msgspec.json.decode(line, type=_Typed).type != TYPE:
                    continue
                record = msgspec.json.decode(line, type=ComplaintRecord)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise RegisterFault(
                    f"{path}:{number}: no event of `hardstop tail complaints --json`: {error}"
                ) from error
            known = records.get(record.reference)
            if known is None or record.revision >= known.revision:
                records[record.reference] = record
    return records


def as_json(records: Iterable[ComplaintRecord]) -> bytes:
    """Whole records, as one indented array."""
    return msgspec.json.format(msgspec.json.encode(list(records)), indent=2) + b"\n"
