"""Records of hard stops in files: entries as `hardstop tail incidents --json` writes them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from stream.events.incidents import IncidentEntry
from workflow.chain import Head, without_repeats
from workflow.signing import KeyFault, SignedHead, is_signed_by, public_key

TYPE = "incident.entry"


class RecordFault(ValueError):
    """A file that cannot be read as records; the text says where and what to do."""


class _Typed(msgspec.Struct):
    type: str = ""


def read_records(path: Path) -> dict[str, tuple[IncidentEntry, ...]]:
    """The entries of each record by its call, as they stand in the file; other events are skipped.

    Raises RecordFault for a line that is no event, or a file without a record; OSError.
    """
    entries: dict[str, list[IncidentEntry]] = {}
    calls: dict[str, str] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                if msgspec.json.decode(line, type=_Typed).type != TYPE:
                    continue
                entry = msgspec.json.decode(line, type=IncidentEntry)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise RecordFault(
                    f"{path}:{number}: no event of `hardstop tail incidents --json`: {error}"
                ) from error
            call = calls.setdefault(entry.incident_id, entry.call_id)
            entries.setdefault(call, []).append(entry)
    if not entries:
        raise RecordFault(
            f"{path}: no entry of a record in it; write one with "
            "`hardstop tail incidents --json --from-start`"
        )
    return {call: without_repeats(found) for call, found in entries.items()}


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
    try:
        held = public_key(key.read_bytes())
    except KeyFault as error:
        raise RecordFault(f"{key}: {error}") from error
    if not is_signed_by(signed, held):
        raise RecordFault(f"{given}: not signed with the key in {key}; nothing is proven by it")
    return signed
