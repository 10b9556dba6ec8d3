"""The stream on a real broker: nothing is lost, nothing is said twice differently."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner

from scripts import promises
from scripts.cli import app
from stream.admin import create_topics
from stream.events import CallEnded, CallStarted, Chunk
from stream.settings import Settings, load_settings
from stream.topics import TopicName
from tests.integration.faulty_worker import DETECTOR_FAILS, READER_FAILS, READER_HANGS
from tests.integration.workers import (
    Record,
    Worker,
    from_the_start,
    polled,
    producer,
    read_all,
    same_id_same_content,
    wait_for,
    workers,
)
from workflow.call import Customer
from workflow.callbacks import SYSTEM

THREAT = "i am going to sue you people for this"
SMALL_TALK = "thank you that is very kind of you"
LATENESS = {"transcripts_late", "transcripts_in_time"}
"""What a machine too slow to read in time says of it."""

Start = Callable[..., Worker]


def own_topics(bootstrap_servers: str) -> Settings:
    """A set of topics of its own on the shared broker."""
    made = load_settings(
        bootstrap_servers=bootstrap_servers,
        topic_prefix=f"t{uuid4().hex[:8]}.",
        record_key="k" * 32,
    )
    create_topics(made)
    return made


@pytest.fixture
def settings(bootstrap_servers: str) -> Settings:
    return own_topics(bootstrap_servers)


@pytest.fixture(scope="module")
def running(bootstrap_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Topics with a worker that several tests share, each with calls of its own."""
    made = own_topics(bootstrap_servers)
    with workers(made, tmp_path_factory.mktemp("worker")) as started:
        started().wait_ready()
        yield made


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    with workers(settings, tmp_path) as started:
        yield started


def chunk(call_id: str, sequence: int, text: str, **more: object) -> Chunk:
    fields = {"utterance_id": f"u{sequence}", "speaker": "customer", **more}
    return msgspec.convert(
        {"type": "chunk", "call_id": call_id, "sequence": sequence, "text": text, **fields}, Chunk
    )


def feed(settings: Settings, *events: object) -> None:
    out = producer(settings)
    for event in events:
        out.send(
            settings.topic(TopicName.TRANSCRIPTS),
            msgspec.json.encode(event),
            key=event.call_id.encode(),
        )
    out.flush()
    out.close()


def of_calls(settings: Settings, topic: TopicName, prefix: str = "") -> list[Record]:
    """What a topic has on the calls whose id begins so."""
    begins = prefix.encode()
    return [r for r in read_all(settings, topic) if (r.key or b"").startswith(begins)]


def noted(records: list[Record]) -> list[str]:
    return [record.json()["about"] for record in records]


def wait_scored(settings: Settings, count: int, seconds: float = 150, calls: str = "") -> None:
    """Until that many different chunks have a reading."""

    ids: set[str] = set()
    with from_the_start(settings, TopicName.SCORES) as consumer:

        def scored() -> bool:
            for record in polled(consumer, 200):
                if (record.key or b"").startswith(calls.encode()):
                    ids.add(record.headers["ce_id"])
            return len(ids) >= count

        wait_for(scored, seconds)


def types(records: list[Record]) -> list[str]:
    return [str(record.json()["type"]) for record in records]


def test_a_chunk_becomes_an_alert_and_a_route(running: Settings) -> None:
    spoken = "Well, um, I'm going to SUE you people, that's it."
    feed(
        running,
        CallStarted(
            call_id="basic", queue_id="billing", customer=Customer(name="Ms Doe", ref="r1")
        ),
        chunk("basic", 1, "hello there"),
        chunk("basic", 2, spoken),
        CallEnded(call_id="basic", reason="customer_hangup"),
    )
    wait_scored(running, 2, calls="basic")
    # Nobody joined: what follows the end of the call comes after these.
    alert, *_ = of_calls(running, TopicName.ALERTS, "basic")
    route, *_ = of_calls(running, TopicName.ROUTING, "basic")
    said = alert.json()
    assert (said["type"], said["trigger"], said["status"]) == (
        "alert.opened",
        "legal_threat",
        "confirmed",
    )
    (evidence,) = said["evidence"]
    assert spoken[evidence["char_start"] : evidence["char_end"]] == evidence["quote"]
    assert "SUE you" in evidence["quote"]
    assert alert.key == b"basic"
    assert alert.headers["ce_type"] == "hardstop.alert.opened"
    asked = route.json()
    assert (asked["desk"], asked["mode"], asked["alert_ids"]) == (
        "legal",
        "consult",
        [said["alert_id"]],
    )
    assert asked["brief"]["caller"].startswith("Ms Doe")
    assert asked["queue_id"] == "billing"


def test_a_partial_opens_and_the_final_confirms_or_retracts(running: Settings) -> None:
    feed(
        running,
        chunk("partial-kept", 1, "i am going to sue you", is_final=False, utterance_id="u"),
        chunk("partial-kept", 2, "i am going to sue you people", utterance_id="u"),
        chunk("partial-gone", 1, "i am going to sue you", is_final=False, utterance_id="u"),
        chunk("partial-gone", 2, "i am going to see you", utterance_id="u"),
    )
    wait_scored(running, 4, calls="partial")
    alerts = of_calls(running, TopicName.ALERTS, "partial")
    by_call = {
        call: [r for r in alerts if r.key == call] for call in (b"partial-kept", b"partial-gone")
    }
    assert types(by_call[b"partial-kept"]) == ["alert.opened", "alert.updated"]
    assert [r.json()["status"] for r in by_call[b"partial-kept"]] == ["provisional", "confirmed"]
    assert types(by_call[b"partial-gone"]) == ["alert.opened", "alert.retracted"]
    routes = of_calls(running, TopicName.ROUTING, "partial")
    assert [r.key for r in routes] == [b"partial-kept"], "only confirmed words move people"


def test_a_repeated_chunk_opens_no_second_alert(running: Settings) -> None:
    feed(running, *[chunk("repeat", 1, THREAT)] * 3, chunk("repeat", 2, SMALL_TALK))
    wait_scored(running, 2, calls="repeat")
    assert types(of_calls(running, TopicName.ALERTS, "repeat")) == ["alert.opened"]
    assert len(of_calls(running, TopicName.SCORES, "repeat")) == 2


def test_broken_messages_go_to_dead_letters_and_the_stream_goes_on(running: Settings) -> None:
    broken = {
        b"{not json": "not_json",
        b"\xff\xfe\x00": "not_json",
        b'{"type":"chunk","version":1,"call_id":"broken"}': "wrong_shape",
        msgspec.json.encode(chunk("broken", 1, THREAT)).replace(b'"version":1', b'"version":9'): (
            "unknown_version"
        ),
        msgspec.json.encode(chunk("another", 1, THREAT)): "key_is_not_call_id",
        msgspec.json.encode(chunk("broken", 1, "x" * 30_000)): "text_too_long",
        b'{"type":"call.started","call_id":"broken","customer":{"tenure_months":1e30}}': (
            "wrong_shape"
        ),
        msgspec.json.encode(chunk("broken", 1, "x")).replace(
            b'"spoken_at":null', b'"spoken_at":"' + b"0" * 300_000 + b'"'
        ): "wrong_shape",
    }
    out = producer(running)
    topic = running.topic(TopicName.TRANSCRIPTS)
    for value in broken:
        out.send(topic, value, key=b"broken")
    out.send(topic, None, key=b"broken")
    out.send(topic, b"\x00" * 1_040_000, key=b"broken")
    out.flush()
    feed(running, chunk("broken", 1, THREAT))
    wait_scored(running, 1, calls="broken")
    letters = of_calls(running, TopicName.DEAD_LETTERS, "broken")
    for value, reason in broken.items():
        (letter,) = [record for record in letters if record.value == value]
        assert letter.headers["reason"] == reason
        assert letter.headers["source_topic"] == topic
    assert "empty" in {letter.headers["reason"] for letter in letters if not letter.value}
    assert len(letters) == len(broken) + 2
    notes = [r.json().get("about") for r in read_all(running, TopicName.OPERATIONS)]
    assert notes.count("chunk_unreadable") == len(letters)
    assert types(of_calls(running, TopicName.ALERTS, "broken")) == ["alert.opened"]


def test_gaps_are_reported_and_late_chunks_still_read(running: Settings) -> None:
    feed(
        running,
        chunk("gap", 1, "hello"),
        chunk("gap", 5, SMALL_TALK),
        chunk("gap", 3, THREAT),
        chunk("gap", 3, THREAT),
    )
    wait_scored(running, 3, calls="gap")
    notes = [r.json() for r in of_calls(running, TopicName.OPERATIONS, "gap")]
    gaps = [n for n in notes if n["about"] not in LATENESS]
    assert [(n["about"], n["first_sequence"], n["last_sequence"]) for n in gaps] == [("gap", 2, 4)]
    assert types(of_calls(running, TopicName.ALERTS, "gap")) == ["alert.opened"]


def test_recorded_calls_never_ask_for_live_people(running: Settings) -> None:
    out = producer(running)
    out.send(
        running.topic(TopicName.TRANSCRIPTS),
        msgspec.json.encode(chunk("recorded", 1, THREAT)),
        key=b"recorded",
        headers=[("hardstop_mode", b"replay")],
    )
    out.flush()
    wait_scored(running, 1, calls="recorded")
    (alert,) = of_calls(running, TopicName.ALERTS, "recorded")
    (route,) = of_calls(running, TopicName.ROUTING, "recorded")
    assert alert.json()["mode"] == "replay"
    assert route.json()["origin"] == "replay"


def test_a_chunk_that_the_detector_fails_on_is_kept_and_its_call_goes_on(
    settings: Settings, start: Start
) -> None:
    start("-m", "tests.integration.faulty_worker").wait_ready()
    feed(settings, chunk("c", 1, DETECTOR_FAILS), chunk("c", 2, THREAT))
    wait_scored(settings, 1)
    (letter,) = read_all(settings, TopicName.DEAD_LETTERS)
    assert letter.headers["reason"] == "detector_failed"
    assert msgspec.json.decode(letter.value)["text"] == DETECTOR_FAILS
    notes = noted(read_all(settings, TopicName.OPERATIONS))
    assert [about for about in notes if about not in LATENESS] == ["chunk_failed"]
    assert types(read_all(settings, TopicName.ALERTS)) == ["alert.opened"]


def test_any_other_fault_stops_the_worker_and_loses_nothing(
    settings: Settings, start: Start
) -> None:
    faulty = start("-m", "tests.integration.faulty_worker").wait_ready()
    feed(settings, chunk("c", 1, SMALL_TALK), chunk("c", 2, READER_FAILS), chunk("c", 3, THREAT))
    assert faulty.process.wait(40) == 1
    log = faulty.log.read_text()
    assert "injected fault outside the detector" in log
    assert THREAT not in log
    start().wait_ready()
    wait_scored(settings, 3)
    assert types(read_all(settings, TopicName.ALERTS)) == ["alert.opened"]
    same_id_same_content(read_all(settings, TopicName.SCORES))


@pytest.mark.long
def test_a_worker_that_reads_nothing_stops_and_the_next_one_reads_on(
    settings: Settings, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_STALL_AFTER_S", "3")
    stuck = start("-m", "tests.integration.faulty_worker").wait_ready()
    feed(settings, chunk("c", 1, READER_HANGS), chunk("c", 2, THREAT))
    assert stuck.process.wait(50) == 1
    assert "messages wait and none is read" in stuck.log.read_text()
    start().wait_ready()
    wait_scored(settings, 2)
    assert types(read_all(settings, TopicName.ALERTS)) == ["alert.opened"]


@pytest.mark.long
def test_two_workers_share_the_calls_and_nothing_is_said_twice(
    settings: Settings, start: Start
) -> None:
    start().wait_ready()
    start().wait_ready()
    feed(settings, *calls(count=20))
    wait_scored(settings, 20 * TURNS)
    for topic in (TopicName.SCORES, TopicName.ALERTS, TopicName.ROUTING):
        records = read_all(settings, topic)
        assert len({record.headers["ce_id"] for record in records}) == len(records) > 0


def test_no_log_carries_a_customers_words(
    settings: Settings, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_TEST_LOG_LEVEL", "DEBUG")
    worker = start().wait_ready()
    feed(settings, chunk("c", 1, THREAT), chunk("c", 2, "my zebra ate it"))
    wait_scored(settings, 2)
    worker.process.send_signal(signal.SIGUSR1)
    time.sleep(0.5)
    assert worker.stop() == 0
    log = worker.log.read_text()
    assert "INFO" in log, "the level was not taken"
    assert "sue" not in log
    assert "zebra" not in log


CALLS, TURNS = 100, 20
RATE = 250


def calls(first: int = 0, count: int = CALLS) -> Iterator[Chunk]:
    """`count` calls of TURNS chunks side by side; every fifth caller threatens to sue, once."""
    for turn in range(1, TURNS + 1):
        for call in range(first, first + count):
            threatens = call % 5 == 0 and turn == 3 + call % 15
            yield chunk(f"call-{call}", turn, THREAT if threatens else f"{SMALL_TALK} {turn}")


def feed_slowly(settings: Settings, at: dict[int, Callable[[], object]]) -> None:
    """All calls at RATE a second; at certain counts something happens."""
    out = producer(settings)
    begun = time.monotonic()
    for number, event in enumerate(calls()):
        if number in at:
            out.flush()
            at[number]()
            begun = time.monotonic() - number / RATE
        out.send(
            settings.topic(TopicName.TRANSCRIPTS),
            msgspec.json.encode(event),
            key=event.call_id.encode(),
        )
        ahead = number / RATE - (time.monotonic() - begun)
        if ahead > 0:
            time.sleep(ahead)
    out.flush()
    out.close()


def everything_arrived(settings: Settings) -> None:
    wait_scored(settings, CALLS * TURNS, seconds=90)
    scores = read_all(settings, TopicName.SCORES)
    alerts = read_all(settings, TopicName.ALERTS)
    routes = read_all(settings, TopicName.ROUTING)
    for records in (scores, alerts, routes):
        same_id_same_content(records)
    heard = {(r.json()["call_id"], r.json()["sequence"]) for r in scores}
    assert heard == {(event.call_id, event.sequence) for event in calls()}
    expected = {f"call-{call}" for call in range(0, CALLS, 5)}
    assert {r.json()["call_id"] for r in alerts} == expected
    # On a slow machine the clock passes unanswered alerts on, which updates them.
    assert Counter(types(alerts)).keys() <= {"alert.opened", "alert.updated"}
    alerts = [alert for alert in alerts if alert.json()["type"] == "alert.opened"]
    assert len({r.headers["ce_id"] for r in alerts}) == len(expected)
    assert {r.json()["call_id"] for r in routes} == expected
    assert not read_all(settings, TopicName.DEAD_LETTERS)
    # What a worker that died left unread is read late, and that is said.
    assert set(noted(read_all(settings, TopicName.OPERATIONS))) <= LATENESS


@pytest.mark.long
def test_a_killed_worker_loses_nothing(settings: Settings, start: Start) -> None:
    first = start().wait_ready()
    feed_slowly(settings, {CALLS * TURNS // 2: first.kill, CALLS * TURNS // 2 + 1: start})
    everything_arrived(settings)


@pytest.mark.long
def test_workers_that_join_and_leave_lose_nothing(settings: Settings, start: Start) -> None:
    first = start().wait_ready()
    stopped: list[int] = []
    feed_slowly(
        settings,
        {
            400: start,
            1600: lambda: stopped.append(first.stop()),
        },
    )
    everything_arrived(settings)
    assert stopped == [0]


def test_people_platforms_and_time_move_a_call_over_the_broker(running: Settings) -> None:
    feed(running, chunk("moved", 1, "i'm going to sue you people"))
    (opened,) = wait_of_call(running, TopicName.ALERTS, "moved", 1)
    (route,) = wait_of_call(running, TopicName.ROUTING, "moved", 1)
    out = producer(running)

    def put(topic: TopicName, value: dict[str, object]) -> None:
        out.send(running.topic(topic), msgspec.json.encode(value), key=b"moved")
        out.flush()

    failed = {"type": "route.failed", "call_id": "moved", "reason": "busy", "attempt": 1}
    put(TopicName.ROUTING_OUTCOMES, failed | {"route_id": route.json()["route_id"]})
    _, fallback = wait_of_call(running, TopicName.ROUTING, "moved", 2)
    assert fallback.json()["type"] == "route.fallback"
    claim = {"type": "action", "action_id": "m1", "call_id": "moved", "action": "claim"}
    actor = {"id": "alex", "role": "supervisor"}
    put(
        TopicName.SUPERVISOR_ACTIONS,
        claim | {"actor": actor, "alert_id": opened.json()["alert_id"]},
    )
    (applied,) = wait_of_call(running, TopicName.OPERATIONS, "moved", 1)
    assert applied.json()["type"] == "action.applied"
    *_, claimed = wait_of_call(running, TopicName.ALERTS, "moved", 3)
    assert (claimed.json()["status"], claimed.json()["owner"]["id"]) == ("claimed", "alex")
    out.close()


def test_when_nobody_comes_the_clock_asks_the_next_person(running: Settings) -> None:
    feed(running, chunk("waits", 1, "there's a fire in the house and we can't get out"))
    first, second = wait_of_call(running, TopicName.ROUTING, "waits", 2, seconds=40)
    assert (first.json()["type"], second.json()["type"]) == ("route.requested", "route.fallback")
    assert second.json()["attempt"] == 2
    assert second.json()["owner"] != first.json()["owner"]


def test_a_callback_is_promised_and_kept_from_the_command_line(
    running: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", running.bootstrap_servers or "")
    monkeypatch.setenv("HARDSTOP_TOPIC_PREFIX", running.topic_prefix)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["callbacks", *arguments])
        return done.exit_code, done.output

    feed(running, chunk("promise", 1, "hello it is about my bill"))
    wait_scored(running, 1, calls="promise")
    code, said = run("offer", "promise", "--by", "alex", "--about", "the bill")
    assert code == 0, said
    log = promises.log(running).values()
    (record,) = [found for found in log if found.origin_call_id == "promise"]
    assert (record.history[0].state.value, record.issue_summary) == ("offered", "the bill")
    code, said = run("commit", record.reference, "--by", "alex", "--number", "12345")
    assert (code, "country code" in said) == (1, True), said
    window = ("--start", "2030-01-07T09:00+00:00", "--end", "2030-01-07T10:00+00:00")
    number = ("--number", "+442079460018", "--zone", "Europe/London")
    code, said = run("commit", record.reference, "--by", "alex", *number, *window)
    assert code == 0, said
    assert "Mon 7 Jan, 09:00" in said
    code, said = run("attempt", record.reference, "--by", "bo", "--outcome", "reached")
    assert code == 0, said
    kept = promises.log(running)[record.reference]
    # In calling hours the clock makes an offer due at once, before anybody can promise anything.
    steps = [step.state.value for step in kept.history if step.by != SYSTEM]
    assert steps == ["offered", "committed", "kept"]
    assert record.reference not in run("list")[1]
    assert record.reference in run("list", "--all")[1]
    code, said = run("keep", "CB-NONE-NONE", "--by", "alex")
    assert code == 2


def wait_of_call(
    settings: Settings, topic: TopicName, call: str, count: int, seconds: float = 20
) -> list[Record]:
    """The first records on a call, once there are so many."""
    found: list[Record] = []

    def there() -> bool:
        found[:] = of_calls(settings, topic, call)
        return len(found) >= count

    wait_for(there, seconds)
    return found[:count]
