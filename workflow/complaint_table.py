"""The complaint register as a table to hand on: for a regulator, an audit, a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from workflow.complaints import Complaint, overdue

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


def as_csv(records: Iterable[Complaint], now_ms: int, unreadable: Iterable[str] = ()) -> bytes:
    """One row a complaint, UTF-8 with a mark that spreadsheets know it by (RFC 4180).

    `unreadable`: references of complaints that are kept but cannot be read. They come last, with
    this as their state: a table that left them out would look whole.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in records:
        row = _row(record, now_ms)
        writer.writerow([_harmless(row[column]) for column in COLUMNS])
    for reference in unreadable:
        row = dict.fromkeys(COLUMNS, "") | {"reference": reference, "state": "unreadable"}
        writer.writerow([_harmless(row[column]) for column in COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _row(record: Complaint, now_ms: int) -> dict[str, str]:
    late = overdue(record, now_ms)
    # The first of each: news come in the state of the acknowledgement.
    steps = {step.state.value: step for step in reversed(record.history)}
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
