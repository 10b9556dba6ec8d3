"""An archive and the topic it is fed from: what `hardstop archive` takes, and what it tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.archive import added, write
from scripts.records import Records, collected, read_records
from stream.events import IncidentEntry, event_from
from tests.scripts.test_archive import RECORD, STATE, head, written
from tests.workflow.test_merging import forged
from workflow.chain import verify

Run = Any
KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
END = head(KEY)


def on_topic(*events: object) -> Records:
    values = ((f"offset {n}", msgspec.json.encode(event)) for n, event in enumerate(events))
    return collected("incidents", values)


def forger(length: int, **more: Any) -> list[IncidentEntry]:
    trunk = RECORD if more else RECORD[:1]
    return [event_from(IncidentEntry, e) for e in forged(trunk, length, call="a", **more)]


THERE = on_topic(*RECORD, END)


@pytest.mark.parametrize("key", [None, KEY.public_key()])
def test_a_forged_end_leaves_the_archive_as_it_was(key: Any) -> None:
    kept, not_taken = added(THERE, on_topic(*RECORD, END, *forger(2)), key)
    assert kept.entries == THERE.entries
    assert not not_taken, "heads say which way is the record's"
    unsigned, not_taken = added(on_topic(*RECORD), on_topic(*RECORD, *forger(2)), None)
    assert unsigned.entries == THERE.entries
    assert "another entry 2" in not_taken["a"][0]


def test_a_head_of_a_stranger_is_told_and_not_kept() -> None:
    tail = forger(3)
    end = msgspec.structs.replace(STATE, count=tail[-1].number, hash=tail[-1].hash)
    strange = head(STRANGER, end)
    found = on_topic(*RECORD, END, *tail, strange)
    kept, not_taken = added(THERE, found, KEY.public_key())
    assert kept.entries == THERE.entries
    assert kept.heads == THERE.heads
    assert not_taken["a"] == ("a head that is not signed with the key",)


def test_a_forged_erasure_leaves_the_words_and_is_told() -> None:
    tail = forger(1, erased=(1, 2))
    kept, not_taken = added(THERE, on_topic(*RECORD, END, *tail), KEY.public_key())
    assert kept.entries["a"][: len(RECORD)] == tuple(RECORD)
    assert "the words stay" in not_taken["a"][0]


def test_what_is_kept_is_read_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    kept, _ = added(Records(str(file), {}), on_topic(*RECORD, END), KEY.public_key())
    write(file, kept)
    again = read_records(file)
    assert (again.entries, again.heads) == (kept.entries, kept.heads)
    assert verify(again.entries["a"]).intact


def test_what_was_told_besides_is_told_by_verify(run: Run) -> None:
    result = run("verify", written(RECORD[0], *forger(1), *RECORD[1:]))
    assert result.code == 0, result.err
    assert "a: 1 entry told besides, from entry 2 on, passed over" in result.out
    assert "told besides" not in run("verify", written(*RECORD, *RECORD)).out
