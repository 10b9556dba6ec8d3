"""Keys, heads beside entries, archives and their purge, and records as PDF."""

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reportlab import rl_config

from detectors.reading import Evidence
from detectors.vocabulary import Speaker
from scripts.forgetting import over_for
from stream.events import CallbackRecord, ComplaintRecord, IncidentEntry, IncidentHead, event_from
from workflow.alerts import Owner
from workflow.callbacks import CallbackState, CallbackStep
from workflow.chain import Content, EntryKind, verify
from workflow.complaint_rules import ComplaintTest
from workflow.complaints import ComplaintState, ComplaintStep
from workflow.incident import RecordState, append, head_of
from workflow.moments import milliseconds
from workflow.policy import Tier
from workflow.signing import private_key, sign
from writers.paper import pdf_record

Run = Any
KEY = b"k" * 32
SAID = "i will see you in court"
OLD_MS = 1_500_000_000_000
"""July 2017: over, however long records are kept."""


def quoted(words: str) -> Content:
    evidence = Evidence(
        utterance_id="u1", speaker=Speaker.CUSTOMER, quote=words, char_start=0, char_end=len(words)
    )
    return Content(evidence=evidence)


def record_of(call: str, words: str = SAID, *more: tuple[EntryKind, Content]) -> Any:
    state, made = RecordState(), []
    steps = [
        (EntryKind.OPENED, Content(facts={"trigger": "legal_threat", "customer": "r-7"})),
        (EntryKind.QUOTE, quoted(words)),
        *more,
        (EntryKind.CLOSED, Content()),
    ]
    for kind, content in steps:
        state, entry = append(state, kind, content, call=call, at_ms=OLD_MS, key=KEY)
        made.append(event_from(IncidentEntry, entry))
    return state, made


HOLD = (EntryKind.HOLD_SET, Content(actor="quinn", note="claim 17", facts={"role": "qa"}))
STATE, RECORD = record_of("a")
_, HELD = record_of("held", "my lawyer will write", HOLD)


def head(key: Ed25519PrivateKey, state: RecordState = STATE) -> IncidentHead:
    return event_from(IncidentHead, sign(head_of(state, "a"), key), call_id="a", at="t")


def written(*events: object, name: str = "records.jsonl") -> str:
    Path(name).write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return name


@pytest.fixture
def key(run: Run) -> Ed25519PrivateKey:
    """A pair made by the command, in the folder of the test."""
    assert run("keys", "new", "--out", "signing.pem").code == 0
    return private_key(Path("signing.pem").read_bytes())


def test_a_private_key_is_readable_by_its_owner_alone_and_never_written_over(
    run: Run, key: Ed25519PrivateKey
) -> None:
    assert stat.S_IMODE(Path("signing.pem").stat().st_mode) == 0o600
    again = run("keys", "new", "--out", "signing.pem")
    assert again.code == 2
    assert "there already" in again.err
    assert private_key(Path("signing.pem").read_bytes()).private_bytes_raw() == (
        key.private_bytes_raw()
    )


def test_heads_beside_the_entries_are_checked_and_what_they_cannot_prove_is_said(
    run: Run, key: Ed25519PrivateKey
) -> None:
    path = written(*RECORD, head(key))
    result = run("verify", path, "--public-key", "signing.pub.pem")
    assert result.code == 0, result.err
    assert "a: 1 head beside the entries, signed with the key\n" in result.out
    assert "cut off together with its head" in result.out
    assert "signatures not checked" in run("verify", path).out


def test_a_head_beside_the_entries_finds_a_cut_end(run: Run, key: Ed25519PrivateKey) -> None:
    result = run("verify", written(*RECORD[:2], head(key)))
    assert result.code == 1
    assert "NOT INTACT: entry 3 was dropped" in result.out


def test_a_head_that_somebody_else_signed_is_found(run: Run, key: Ed25519PrivateKey) -> None:
    forged = head(Ed25519PrivateKey.from_private_bytes(KEY))
    path = written(*RECORD, head(key), forged)
    result = run("verify", path, "--public-key", "signing.pub.pem")
    assert result.code == 1
    assert "not signed with the key" in result.out


def test_a_record_of_which_only_the_head_is_left_is_found(run: Run, key: Any) -> None:
    result = run("verify", written(head(key)))
    assert result.code == 1
    assert "a head of its record and no entry" in result.out


def test_one_call_is_checked_alone(run: Run) -> None:
    result = run("verify", written(*RECORD, *HELD[:1]), "--call", "a")
    assert result.code == 0
    assert "held" not in result.out
    assert run("verify", "records.jsonl", "--call", "z").code == 2


def test_a_file_or_the_topic_must_be_named(run: Run) -> None:
    assert run("verify").code == 2
    assert run("verify", written(*RECORD), "--topic").code == 2


@pytest.fixture
def with_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARDSTOP_RECORD_KEY", KEY.decode())


@pytest.mark.usefixtures("with_key")
def test_a_purge_takes_out_words_whose_time_is_over_and_none_under_a_hold(run: Run) -> None:
    path = written(*RECORD, *HELD)
    result = run("purge", path)
    assert result.code == 0, result.err
    assert "held: stays: a legal hold stands: claim 17\n" in result.out
    text = Path(path).read_text(encoding="utf-8")
    assert SAID not in text
    assert "my lawyer will write" in text
    checked = run("verify", path)
    assert checked.code == 0
    assert "a: content erased in 2 entries\n" in checked.out
    again = run("purge", path)
    assert "0 records erased" in again.out


def test_a_dry_run_changes_nothing_and_needs_no_key(run: Run) -> None:
    path = written(*RECORD)
    before = Path(path).read_bytes()
    result = run("purge", path, "--dry-run")
    assert "1 record would be erased" in result.out
    assert Path(path).read_bytes() == before


def test_a_purge_without_the_key_says_which_is_needed_and_changes_nothing(run: Run) -> None:
    path = written(*RECORD)
    before = Path(path).read_bytes()
    result = run("purge", path)
    assert result.code == 2
    assert "HARDSTOP_RECORD_KEY" in result.err
    assert Path(path).read_bytes() == before


@pytest.mark.usefixtures("with_key")
def test_a_record_that_is_not_whole_is_not_erased(run: Run) -> None:
    path = written(RECORD[0], RECORD[2])
    assert run("purge", path).code == 2
    assert len(Path(path).read_text(encoding="utf-8").splitlines()) == 2


FOREIGN = "我要去法院 سأقاضيكم я подам в суд ☎ <b>&"


@pytest.mark.parametrize("font", [None, "Vera.ttf"])
def test_a_transcript_in_any_script_becomes_a_pdf(font: str | None) -> None:
    _, made = record_of("c", FOREIGN, HOLD)
    path = None
    if font is not None:
        folders = (Path(folder, font) for folder in rl_config.TTFSearchPath)
        path = next(file for file in folders if file.is_file())
    assert pdf_record(made, verify(made), path).startswith(b"%PDF")


def test_the_same_record_gives_the_same_pdf_and_a_long_one_breaks_into_pages() -> None:
    _, short = record_of("c")
    _, long = record_of("c", "on and on " * 2_000)
    assert pdf_record(short, verify(short)) == pdf_record(short, verify(short))
    pages = pdf_record(long, verify(long)).count(b"/Type /Page\n")
    assert pages > pdf_record(short, verify(short)).count(b"/Type /Page\n")


def test_a_record_is_exported_as_pdf_and_its_verdict_is_the_exit_code(run: Run) -> None:
    assert run("incidents", "export", "a", "--from", written(*RECORD), "--to", "a.pdf").code == 0
    assert Path("a.pdf").read_bytes().startswith(b"%PDF")
    cut = written(RECORD[0], RECORD[2])
    assert run("incidents", "export", "a", "--from", cut, "--to", "a.pdf").code == 1


def test_what_is_no_font_is_told(run: Run) -> None:
    path = written(*RECORD)
    font = ["--font", path]
    result = run("incidents", "export", "a", "--from", path, "--to", "a.pdf", *font)
    assert result.code == 2
    assert "no TrueType font" in result.err


def test_a_callback_goes_when_nothing_was_owed_for_its_time_and_never_while_it_is_owed() -> None:
    made = CallbackRecord(
        reference="CB-1",
        origin_call_id="a",
        issue_summary="legal threat",
        tier=Tier.SPECIALIST,
        state=CallbackState.KEPT,
        owner=Owner(id="lee", name="Lee"),
        history=(CallbackStep(at="2026-01-01T00:00:00.000Z", by="lee", state=CallbackState.KEPT),),
    )
    owed = msgspec.structs.replace(made, reference="CB-2", state=CallbackState.ESCALATED)
    ends = milliseconds("2026-04-01T00:00:00.000Z")
    assert over_for(lambda _: 90, [made, owed], at_ms=ends) == [made]
    assert over_for(lambda _: 90, [made, owed], at_ms=ends - 1) == []
    chat = msgspec.structs.replace(made, queue_id="chat")
    days = {"chat": 30}
    kept = over_for(lambda queue: days.get(queue or "", 90), [made, chat], at_ms=ends - 1)
    assert kept == [chat], "a queue may have a time of its own"


def test_a_complaint_is_over_when_it_is_answered_or_taken_back() -> None:
    at = "2026-09-01T00:00:00.000Z"
    answered = ComplaintRecord(
        reference="CP-1",
        call_id="a",
        state=ComplaintState.ANSWERED,
        jurisdiction="GB",
        test=ComplaintTest.LOSS,
        test_basis="DISP",
        quotes=(),
        received_at=at,
        registered_at=at,
        acknowledge_by=at,
        answer_by=at,
        basis="DISP 1.6",
        history=(ComplaintStep(at=at, by="lee", state=ComplaintState.ANSWERED),),
    )
    owed = msgspec.structs.replace(answered, state=ComplaintState.ACKNOWLEDGED)
    ends = milliseconds("2026-10-01T00:00:00.000Z")
    assert over_for(lambda _: 30, [answered, owed], at_ms=ends) == [answered]
    assert over_for(lambda _: 30, [answered, owed], at_ms=ends - 1) == []


def test_something_to_purge_must_be_named(run: Run) -> None:
    assert run("purge").code == 2


@pytest.mark.parametrize(
    "command",
    [
        ("purge", "records.jsonl"),
        ("incidents", "export", "a", "--from", "records.jsonl", "--to", "a.json"),
    ],
)
def test_a_disk_that_is_full_leaves_what_was_there_and_is_told_in_one_line(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files may grow to 2,000 bytes here: what the system says then differs in its words alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARDSTOP_RECORD_KEY", KEY.decode())
    written(*RECORD, *HELD)
    Path("a.json").write_bytes(b"as it was")
    before = Path("records.jsonl").read_bytes()
    assert len(before) > 2_000
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", *command],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "erased" not in done.stdout
    assert done.stderr.startswith(f"hardstop: {command[-1]}: ")
    assert len(done.stderr.splitlines()) == 1
    assert Path("records.jsonl").read_bytes() == before
    assert Path("a.json").read_bytes() == b"as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "records.jsonl"]
