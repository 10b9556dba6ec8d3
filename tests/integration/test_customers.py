"""On a real broker: a second call knows the first, across partitions, restarts and kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.events import CallEnded, CallStarted
from stream.settings import Settings
from stream.topics import TopicName
from tests.integration.test_stream import THREAT, chunk, feed, own_topics, wait_scored
from tests.integration.workers import Record, read_all, same_id_same_content, wait_for, workers
from workflow.call import Customer

CALLER = Customer(ref="r-4711", name="Ms Doe")


def said(settings: Settings, topic: TopicName, kind: str, **having: object) -> list[dict]:
    values = [record.json() for record in read_all(settings, topic)]
    return [v for v in values if v["type"] == kind and having.items() <= v.items()]


def ended(settings: Settings) -> bool:
    noted = said(settings, TopicName.CUSTOMERS, "customer.noted")
    return any(n["contact"].get("ended") and n["contact"].get("callbacks") for n in noted)


def rung_in(settings: Settings) -> str | None:
    """The call on which the log says that the caller is on the line."""
    owed = said(settings, TopicName.CALLBACKS, "callback", origin_call_id="first")
    newest = max(owed, key=lambda record: int(record["revision"]))
    return (newest["rung_in"] or {}).get("call_id")


@pytest.mark.long
def test_a_second_call_knows_the_first_although_another_worker_reads_it(
    bootstrap_servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_CUSTOMER_KEY", "c" * 32)
    settings = own_topics(bootstrap_servers)
    with workers(settings, tmp_path) as start:
        first = start().wait_ready()
        feed(
            settings,
            CallStarted(call_id="first", queue_id="billing", customer=CALLER),
            chunk("first", 1, THREAT),
            CallEnded(call_id="first", reason="customer_hangup"),
        )
        wait_for(lambda: ended(settings), 60)
        # Killed: what it knew must be in the table, or be read again.
        first.kill()
        start().wait_ready()
        feed(settings, CallStarted(call_id="second", queue_id="billing", customer=CALLER))
        note = {"about": "caller_has_callback", "call_id": "second"}
        wait_for(lambda: bool(said(settings, TopicName.OPERATIONS, "operations.note", **note)), 60)
        wait_for(lambda: rung_in(settings) == "second", 60)
        feed(settings, chunk("second", 1, THREAT))
        wait_scored(settings, 2)
        (promised, *_) = said(settings, TopicName.CALLBACKS, "callback")
        notes = said(settings, TopicName.OPERATIONS, "operations.note", **note)
        assert {n["reference"] for n in notes} == {promised["reference"]}
        # Told again when the clock makes the promise due: in calling hours that is at once.
        known = [
            event["history"]
            for event in said(settings, TopicName.TICKS, "customer.known", call_id="second")
        ]
        assert known
        for history in known:
            assert (history["contacts"], history["same_matter"]) == (1, 1)
            assert [stop["trigger"] for stop in history["hard_stops"]] == ["legal_threat"]
            assert [p["reference"] for p in history["open_callbacks"]] == [promised["reference"]]
        (alert, *_) = said(settings, TopicName.ALERTS, "alert.opened", call_id="second")
        assert alert["previous_contacts"] == 1
        (told,) = {
            (alert["owner"]["id"], alert["call_id"])
            for alert in said(settings, TopicName.ALERTS, "alert.opened", trigger="caller_rings_in")
        }
        assert told == (promised["owner"]["id"], "first")
        records: list[Record] = read_all(settings, TopicName.CUSTOMERS)
        same_id_same_content(records)
        assert not any(b"r-4711" in (record.value or b"") for record in records)
