"""Records on a real broker: verified, held, exported, forgotten and archived by commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from click.testing import Result
from typer.testing import CliRunner

from scripts.cli import app
from scripts.records import read_records
from stream.admin import create_topics
from stream.events import CallEnded, IncidentEntry, event_from
from stream.settings import Settings, load_settings
from stream.topics import TopicName
from tests.integration.test_stream import chunk, feed, of_calls, wait_scored
from tests.integration.workers import producer, read_all, wait_for, workers
from tests.workflow.test_merging import forged
from workflow.chain import EntryKind

KEY = "k" * 32
THREAT = "i am going to sue you people for this"


@pytest.fixture(scope="module")
def running(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A worker that signs heads, and topics of its own."""
    folder = tmp_path_factory.mktemp("records")
    made = CliRunner().invoke(app, ["keys", "new", "--out", str(folder / "signing.pem")])
    assert made.exit_code == 0
    settings = load_settings(
        bootstrap_servers=bootstrap_servers,
        topic_prefix=f"r{uuid4().hex[:8]}.",
        record_key=KEY,
        signing_key_file=str(folder / "signing.pem"),
    )
    create_topics(settings)
    with workers(settings, folder) as started:
        started().wait_ready()
        for call in ("one", "two"):
            feed(
                settings,
                chunk(call, 1, THREAT),
                CallEnded(call_id=call, reason="customer_hangup"),
            )
        wait_scored(settings, 2)
        yield settings


def run(settings: Settings, *arguments: str) -> Result:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers),
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
    }
    return CliRunner(env=environment).invoke(app, list(arguments))


def kinds(settings: Settings, call: str) -> list[str]:
    records = of_calls(settings, TopicName.INCIDENTS, call)
    return [str(r.json()["kind"]) for r in records if r.json()["type"] == "incident.entry"]


def test_records_on_the_topic_verify_with_their_signed_heads(running: Settings) -> None:
    public = str(Path(running.signing_key_file or "").with_name("signing.pub.pem"))
    result = run(running, "verify", "--topic", "--public-key", public)
    assert result.exit_code == 0, result.output
    assert "one: intact" in result.output
    assert "two: intact" in result.output
    assert "signed with the key" in result.output


def test_an_alert_names_the_head_of_the_record_as_it_stood(running: Settings) -> None:
    opened, *_ = of_calls(running, TopicName.ALERTS, "one")
    entries = of_calls(running, TopicName.INCIDENTS, "one")
    hashes = [r.json()["hash"] for r in entries]
    assert opened.json()["chain_head"] in hashes


def test_a_hold_refuses_erasure_until_it_is_lifted_and_words_leave_the_archive(
    running: Settings, tmp_path: Path
) -> None:
    archive = str(tmp_path / "archive.jsonl")
    assert run(running, "archive", archive).exit_code == 0
    assert "sue you" in Path(archive).read_text(encoding="utf-8")

    hold = ("incidents", "hold", "one", "--by", "quinn", "--ground", "claim 17")
    assert run(running, *hold).exit_code == 0
    # There is one record more when the clock has made it due: in calling hours that is at once.
    (callback,) = {
        str(r.json()["reference"])
        for r in read_all(running, TopicName.CALLBACKS)
        if r.json()["origin_call_id"] == "one"
    }
    assert run(running, "callbacks", "keep", callback, "--by", "alex").exit_code == 0
    refused = run(running, "forget", "one", "--ground", "request 9")
    assert refused.exit_code == 1
    assert "a legal hold stands: claim 17" in refused.output

    assert run(running, *hold, "--lift").exit_code == 0
    done = run(running, "forget", "one", "--ground", "request 9")
    assert done.exit_code == 0, done.output
    assert f"{callback} is off the log" in done.output
    gone = {r.key for r in read_all(running, TopicName.CALLBACKS) if r.value is None}
    assert callback.encode() in gone

    wait_for(lambda: "closed" in kinds(running, "one"), 10)
    result = run(running, "archive", archive)
    assert result.exit_code == 0, result.output
    lines = Path(archive).read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if '"call_id":"one"' in line and "sue you" in line]
    assert [line for line in lines if '"call_id":"two"' in line and "sue you" in line]
    assert run(running, "verify", archive).exit_code == 0


def test_a_worker_without_a_key_says_that_it_keeps_no_records(
    bootstrap_servers: str, tmp_path: Path
) -> None:
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix="nokey.")
    create_topics(settings)
    with workers(settings, tmp_path) as started:
        worker = started().wait_ready()
        wait_for(lambda: bool(read_all(settings, TopicName.OPERATIONS)), 20)
        assert "no incident records are kept" in worker.log.read_text()
    (note,) = read_all(settings, TopicName.OPERATIONS)
    assert note.json()["about"] == "records_off"


def test_a_record_is_exported_from_the_topic(running: Settings, tmp_path: Path) -> None:
    page = tmp_path / "two.html"
    result = run(running, "incidents", "export", "two", "--to", str(page))
    assert result.exit_code == 0, result.output
    assert "sue you" in page.read_text(encoding="utf-8")


def test_an_entry_written_by_somebody_else_is_named(running: Settings) -> None:
    entries = [
        msgspec.json.decode(r.value or b"", type=IncidentEntry)
        for r in of_calls(running, TopicName.INCIDENTS, "two")
        if r.json()["type"] == "incident.entry"
    ]
    (quote, *_) = [entry for entry in entries if entry.kind is EntryKind.QUOTE]
    forged = msgspec.structs.replace(quote, evidence=None)
    out = producer(running)
    topic = running.topic(TopicName.INCIDENTS)
    repeat = event_from(IncidentEntry, quote)
    out.send(topic, msgspec.json.encode(repeat), key=b"two")
    out.flush()
    assert run(running, "verify", "--topic", "--call", "two").exit_code == 0
    out.send(topic, msgspec.json.encode(forged), key=b"two")
    out.flush()
    out.close()
    result = run(running, "verify", "--topic", "--call", "two")
    assert result.exit_code == 1
    assert f"a second entry {quote.number}" in result.output


def test_what_somebody_appends_to_the_topic_leaves_the_archive_as_it_was(
    running: Settings, tmp_path: Path
) -> None:
    public = str(Path(running.signing_key_file or "").with_name("signing.pub.pem"))
    archive = ("archive", str(tmp_path / "archive.jsonl"), "--public-key", public)
    assert run(running, *archive).exit_code == 0
    record = read_records(tmp_path / "archive.jsonl").entries["two"]
    everything = tuple(entry.number for entry in record)
    tail = forged(record[:2], len(record) - 2, call="two")
    out = producer(running)
    for entry in (*tail, *forged(record, 1, call="two", erased=everything)):
        value = msgspec.json.encode(event_from(IncidentEntry, entry))
        out.send(running.topic(TopicName.INCIDENTS), value, key=b"two")
    out.flush()
    out.close()
    result = run(running, *archive)
    assert result.exit_code == 1
    assert "two: NOT TAKEN: no signed head stands on the erasure" in result.output
    again = read_records(tmp_path / "archive.jsonl").entries["two"]
    assert again[: len(record)] == record
    assert run(running, "verify", "--topic", "--call", "one").exit_code == 0
