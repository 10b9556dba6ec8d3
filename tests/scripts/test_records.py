"""`hardstop verify` and `hardstop incidents export`: what they print, write, and end with."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from detectors.reading import Evidence
from detectors.vocabulary import Speaker
from stream.events import IncidentEntry, event_from
from workflow.chain import Content, EntryKind, blank
from workflow.incident import RecordState, append, head_of
from workflow.signing import sign

Run = Any
KEY = b"k" * 32
SIGNER = Ed25519PrivateKey.from_private_bytes(KEY)
SAID = "I'll <b>sue</b> & call the papers"


def entries(call: str) -> tuple[RecordState, list[IncidentEntry]]:
    """A closed record of three entries."""
    evidence = Evidence(
        utterance_id="u1", speaker=Speaker.CUSTOMER, quote=SAID, char_start=0, char_end=len(SAID)
    )
    state, made = RecordState(), []
    for kind, content in (
        (EntryKind.OPENED, Content(facts={"trigger": "media"})),
        (EntryKind.QUOTE, Content(evidence=evidence)),
        (EntryKind.CLOSED, Content()),
    ):
        state, entry = append(state, kind, content, call=call, at_ms=1_790_000_000_000, key=KEY)
        made.append(event_from(IncidentEntry, entry))
    return state, made


STATE, RECORD = entries("a")
_, OTHER = entries("b")


def written(*events: object, name: str = "incidents.jsonl") -> str:
    Path(name).write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return name


def mixed(*record: IncidentEntry) -> list[object]:
    """The record with another call's entries and another event in between."""
    return [OTHER[0], *record[:1], {"type": "alert.opened"}, *OTHER[1:], *record[1:]]


def test_two_intact_records_between_other_events_are_exit_code_0(run: Run) -> None:
    result = run("verify", written(*mixed(*RECORD)))
    assert result.code == 0, result.err
    assert "a: intact, 3 entries\n" in result.out
    assert "b: intact, 3 entries\n" in result.out
    assert "a: not proven: that nothing was cut off after entry 3\n" in result.out


def test_the_first_bad_entry_is_named_with_exit_code_1(run: Run) -> None:
    words = msgspec.structs.replace(RECORD[0], facts={"trigger": "fraud"})
    result = run("verify", written(*mixed(words, *RECORD[1:])))
    assert result.code == 1
    assert "a: NOT INTACT: entry 1 was changed" in result.out
    assert "b: intact" in result.out


def test_content_that_is_gone_without_an_entry_that_says_so_is_exit_code_1(run: Run) -> None:
    result = run("verify", written(RECORD[0], blank(RECORD[1]), RECORD[2]))
    assert result.code == 1
    assert "a: NOT INTACT: entry 2 was erased: no later entry says that" in result.out
    result = run("verify", written(*RECORD[:2], blank(RECORD[2])))
    assert result.code == 1
    assert "a: NOT INTACT: entry 3 was changed" in result.out


def test_entries_read_twice_are_no_fault(run: Run) -> None:
    assert run("verify", written(*RECORD, *RECORD)).code == 0


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    """The options with a signed head of call a, and the key to check it with."""
    head, pem = tmp_path / "head.json", tmp_path / "key.pem"
    head.write_bytes(msgspec.json.encode(sign(head_of(STATE, "a"), SIGNER)))
    key = SIGNER.public_key()
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return ["--head", str(head), "--public-key", str(pem)]


def test_with_a_signed_head_nothing_stays_unproven_and_a_cut_end_is_found(
    run: Run, keys: list[str]
) -> None:
    whole = run("verify", written(*mixed(*RECORD)), *keys)
    assert whole.code == 0, whole.err
    assert "not proven" not in whole.out
    assert "b:" not in whole.out
    cut = run("verify", written(*RECORD[:2]), *keys)
    assert cut.code == 1
    assert "entry 3 was dropped" in cut.out


def test_a_head_of_entries_that_were_told_anew_is_explained_and_proves_nothing(
    run: Run, tmp_path: Path
) -> None:
    """Whoever copied it from the topic holds it: that it is no fault, only a later one can show."""
    after, lost = append(
        RecordState(count=1, hash=RECORD[0].hash),
        EntryKind.QUOTE,
        Content(note="told before a worker died"),
        call="a",
        at_ms=1_790_000_000_001,
        key=KEY,
    )
    head = tmp_path / "lost.json"
    head.write_bytes(msgspec.json.encode(head_of(after, "a")))
    told = (RECORD[0], event_from(IncidentEntry, lost), *RECORD[1:])
    assert run("verify", written(*told)).code == 0
    result = run("verify", written(*told), "--head", str(head))
    assert result.code == 1
    assert "check with a later head of the record" in result.out
    other = run("verify", written(*RECORD), "--head", str(head))
    assert other.code == 1
    assert "later head" not in other.out


def test_a_head_that_was_changed_after_signing_is_refused(run: Run, keys: list[str]) -> None:
    path = Path(keys[1])
    path.write_text(json.dumps({**json.loads(path.read_text()), "number": 2}))
    result = run("verify", written(*RECORD), *keys)
    assert result.code == 2
    assert "not signed with the key" in result.err


@pytest.mark.parametrize("text", ["not json\n", "[1]\n", '{"type": "incident.entry"}\n', ""])
def test_what_cannot_be_read_is_exit_code_2(run: Run, text: str) -> None:
    Path("bad.jsonl").write_text(text)
    result = run("verify", "bad.jsonl")
    assert result.code == 2
    assert "hardstop archive" in result.err
    assert run("verify", "missing.jsonl").code == 2


def test_an_exported_page_quotes_verbatim_and_runs_nothing_a_caller_said(run: Run) -> None:
    result = run(
        "incidents", "export", "a", "--from", written(*mixed(*RECORD)), "--to", "record.html"
    )
    assert result.code == 0, result.err
    page = Path("record.html").read_text(encoding="utf-8")
    assert "I&#x27;ll &lt;b&gt;sue&lt;/b&gt; &amp; call the papers" in page
    assert "<b>" not in page
    assert "2026-09-21T14:13:20.000Z" in page
    assert "intact, 3 entries" in page
    assert RECORD[2].hash in page
    assert OTHER[2].hash not in page


def test_exported_json_verifies_again_entry_by_entry(run: Run) -> None:
    assert (
        run("incidents", "export", "a", "--from", written(*RECORD), "--to", "record.json").code == 0
    )
    record = json.loads(Path("record.json").read_text(encoding="utf-8"))
    assert record["intact"] is True
    assert run("verify", written(*record["entries"], name="again.jsonl")).code == 0


def test_a_record_that_is_not_intact_is_exported_with_that_verdict(run: Run) -> None:
    path = written(RECORD[0], RECORD[2])
    result = run("incidents", "export", "a", "--from", path, "--to", "record.html")
    assert result.code == 1
    assert "NOT INTACT: entry 2 was dropped" in Path("record.html").read_text(encoding="utf-8")


def test_a_call_without_a_record_names_those_that_have_one(run: Run) -> None:
    result = run("incidents", "export", "z", "--from", written(*RECORD), "--to", "record.json")
    assert result.code == 2
    assert "no record of call 'z'; there are records of a" in result.err


def test_another_ending_is_refused(run: Run) -> None:
    result = run("incidents", "export", "a", "--from", written(*RECORD), "--to", "record.txt")
    assert result.code == 2
    assert ".html or .json" in result.err
