"""The complaint register as it lies on its topic or in a file, and as a table to hand on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stream.events import ComplaintRecord
from workflow.complaints import overdue

if TYPE_CHECKING:
    from stream.settings import Settings

TYPE = "complaint"

COLUMNS = (
    "reference",
    "state",
    "jurisdiction",
    "received_at",
    "acknowledge_by",
    "acknowledged_at",
    "answer_by",
    "closed_at",
    "overdue",
    "customer_ref",
    "queue_id",
    "team_id",
    "call_id",
    "quotes",
    "notes",
    "test",
    "test_basis",
    "basis",
    "handling",
    "mode",
    "registered_at",
    "summary_by",
    "update_by",
    "revision",
)
"""Of a CSV file: what a person asks first comes first."""


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


def as_csv(records: Iterable[ComplaintRecord], now_ms: int) -> bytes:
    """One row a complaint, UTF-8 with a mark that spreadsheets know it by (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in records:
        row = _row(record, now_ms)
        writer.writerow([_harmless(row[column]) for column in COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _row(record: ComplaintRecord, now_ms: int) -> dict[str, str]:
    late = overdue(record, now_ms)
    steps = {step.state.value: step for step in record.history}
    acknowledged = steps.get("acknowledged")
    closed = steps.get("answered") or steps.get("withdrawn")
    notes = [f"{s.at} {s.by} {s.state.value}: {s.note}" for s in record.history if s.note]
    row = {
        "acknowledged_at": acknowledged.at if acknowledged else "",
        "closed_at": closed.at if closed else "",
        "overdue": late.value if late else "",
        "quotes": " | ".join(quote.quote for quote in record.quotes),
        "notes": " | ".join(notes),
    }
    for column in COLUMNS:
        if column not in row:
            value = getattr(record, column)
            row[column] = "" if value is None else str(value)
    return row


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins like this for a formula, and a caller chooses the words
    (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
