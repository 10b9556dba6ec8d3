"""On a real broker: who is forgotten is forgotten by workers, logs and the wallboard's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from stream.events import CallEnded, CallStarted
from stream.settings import Settings
from stream.topics import TopicName
from tests.integration.test_customers import said
from tests.integration.test_record_topic import kinds, run
from tests.integration.test_stream import chunk, feed, own_topics, wait_scored
from tests.integration.test_wallboard import Board, unused_port
from tests.integration.workers import read_all, wait_for, workers
from wallboard.settings import load_wallboard_settings
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Entry, Forgotten, Route, Table
from wallboard.views.chains import Chain, ChainState, chain_of, heads_of
from workflow.call import Customer
from workflow.incident import incident_id

__all__ = ["unused_port"]

THREAT = "i am going to sue you people for the zebra crossing"
PLAIN = "i have moved to zebra street"
pytestmark = pytest.mark.long


@pytest.fixture
def settings(bootstrap_servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HARDSTOP_CUSTOMER_KEY", "c" * 32)
    key = tmp_path / "signing.pem"
    made = own_topics(bootstrap_servers)
    assert run(made, "keys", "new", "--out", str(key)).exit_code == 0
    monkeypatch.setenv("HARDSTOP_WALLBOARD_PUBLIC_KEYS", str(key.with_name("signing.pub.pem")))
    return msgspec.structs.replace(made, record_key="k" * 32, signing_key_file=str(key))


@pytest.fixture
def boards(settings: Settings, tmp_path: Path, unused_port: int) -> Iterator[Callable[..., Board]]:
    """A worker that reads, and wallboards on demand."""
    made: list[Board] = []

    def start(folder: Path) -> Board:
        folder.mkdir()
        board = Board(settings, folder, unused_port)
        made.append(board)
        board.wait_reading()
        return board

    with workers(settings, tmp_path) as workers_too:
        workers_too().wait_ready()
        try:
            yield start
        finally:
            for board in made:
                if board.worker.process.poll() is None:
                    board.worker.kill()


def calls(settings: Settings, *called: tuple[str, str, str]) -> None:
    """Calls with their caller and words, each over and with nothing owed."""
    for number, (call_id, ref, words) in enumerate(called, start=1):
        caller = Customer(ref=ref, name="Zebra Doe")
        feed(
            settings,
            CallStarted(call_id=call_id, queue_id="billing", customer=caller),
            chunk(call_id, 1, words, spoken_at=None),
            CallEnded(call_id=call_id, reason="customer_hangup"),
        )
        wait_scored(settings, number)
    threats = sum(words == THREAT for _, _, words in called)
    wait_for(lambda: len(promised(settings)) == threats, 30)
    for reference in promised(settings).values():
        kept = run(settings, "callbacks", "keep", reference, "--by", "alex")
        assert kept.exit_code == 0, kept.output


def promised(settings: Settings) -> dict[str, str]:
    """References of callbacks by their call."""
    found = said(settings, TopicName.CALLBACKS, "callback")
    return {str(c["origin_call_id"]): str(c["reference"]) for c in found}


def rows(board: Board) -> list[str]:
    """Everything that the database holds."""
    with sessions_of(open_engine(board.database))() as db:
        return [
            f"{table.name}: {row}"
            for table in Table.metadata.sorted_tables
            for row in db.execute(select(table))
        ]


def words_of(board: Board, *call_ids: str) -> list[str]:
    """Rows with a caller's words, name or reference, of these calls."""
    return [row for row in words(board) if any(f"'{call_id}'" in row for call_id in call_ids)]


def words(board: Board) -> list[str]:
    return [row for row in rows(board) if "zebra" in row.lower() or "'r-" in row]


def mentioned(board: Board, call_id: str) -> list[str]:
    """What briefs of a call say of earlier contacts."""
    with sessions_of(open_engine(board.database))() as db:
        briefs = [r.body["brief"] for r in db.scalars(select(Route)) if r.call_id == call_id]
    return [line for brief in briefs for line in brief.get("before", ())]


def forgotten(board: Board) -> set[str]:
    with sessions_of(open_engine(board.database))() as db:
        return {row.call_id for row in db.scalars(select(Forgotten))}


def chain(board: Board, call_id: str) -> Chain:
    """What the page of a record says of it."""
    record = incident_id(call_id)
    with sessions_of(open_engine(board.database))() as db:
        query = select(Entry).where(Entry.incident_id == record).order_by(Entry.number)
        heads = heads_of(db, {record})[record]
        keys = load_wallboard_settings().signed_with()
        return chain_of(list(db.scalars(query)), heads, keys)


def is_proven(board: Board, call_id: str) -> bool:
    """Whether the chain is intact up to its end, by a head that the workers signed."""
    found = chain(board, call_id)
    signed = found.signature_checked and found.signed_number == found.head_number
    return found.state is ChainState.INTACT and signed


def test_a_call_and_a_caller_are_forgotten_by_workers_logs_and_the_board(
    settings: Settings, boards: Callable[..., Board], tmp_path: Path
) -> None:
    board = boards(tmp_path / "first")
    calls(
        settings,
        ("one", "r-1", THREAT),
        ("two", "r-2", THREAT),
        ("three", "r-2", THREAT),
        ("plain", "r-2", PLAIN),
        ("other", "r-3", THREAT),
    )
    references = promised(settings)
    wait_for(lambda: all(words_of(board, c) for c in ("one", "two", "three", "plain")), 30)

    # The caller of the first rings again, and the brief for who is to come says so.
    caller = Customer(ref="r-1", name="Zebra Doe")
    feed(settings, CallStarted(call_id="again", queue_id="billing", customer=caller))
    wait_for(lambda: bool(known(settings, "again")), 30)
    feed(settings, chunk("again", 1, THREAT, spoken_at=None))
    wait_for(lambda: bool(mentioned(board, "again")), 30)

    done = run(settings, "forget", "one", "--ground", "request 9")
    assert done.exit_code == 0, done.output
    assert "one: forgotten" in done.output
    wait_for(lambda: forgotten(board) == {"one"}, 20)
    wait_for(lambda: not words_of(board, "one"), 20)
    assert [row for row in rows(board) if "'one'" in row], "what is counted stays"

    hold = ("incidents", "hold", "three", "--by", "quinn", "--ground", "claim 17")
    assert run(settings, *hold).exit_code == 0
    refused = run(settings, "forget", "--customer", "r-2", "--ground", "request 10")
    assert refused.exit_code == 1
    assert "two: forgotten" in refused.output
    assert "three: not done: a legal hold stands: claim 17" in refused.output
    wait_for(lambda: forgotten(board) == {"one", "two", "plain"}, 20)
    wait_for(lambda: not words_of(board, "two", "plain"), 20)
    assert words_of(board, "three"), "a hold keeps it all"
    assert words_of(board, "other")
    wait_for(lambda: not mentioned(board, "again"), 20)
    stays = words_of(board, "three", "other", "again")
    assert len(words(board)) == len(stays), "nowhere else either"
    assert kinds(settings, "three").count("erasure_refused") == 1, "it was asked once"
    wait_for(lambda: all(is_proven(board, c) for c in ("one", "two", "three", "other")), 10)

    # What the next call of that caller is told: the call that is held, and no other.
    caller = Customer(ref="r-2", name="Zebra Doe")
    feed(settings, CallStarted(call_id="next", queue_id="billing", customer=caller))
    wait_for(lambda: bool(known(settings, "next")), 30)
    (history,) = known(settings, "next")
    assert history["contacts"] == 1
    assert {stop["call_id"] for stop in history["hard_stops"]} == {"three"}

    off = {r.key.decode() for r in read_all(settings, TopicName.CALLBACKS) if r.value is None}
    assert off == {references["one"], references["two"]}

    # A database made anew from the topics, which hold the words until their time is over.
    board.worker.stop()
    again = boards(tmp_path / "second")
    wait_for(lambda: forgotten(again) == {"one", "two", "plain"}, 30)
    wait_for(lambda: bool(words_of(again, "three")) and bool(words_of(again, "other")), 30)
    wait_for(lambda: is_proven(again, "two"), 30)
    assert not words_of(again, "one", "two", "plain")
    wait_for(lambda: bool(words_of(again, "again")), 20)
    wait_for(lambda: not mentioned(again, "again"), 20)


def known(settings: Settings, call_id: str) -> list[dict]:
    found = said(settings, TopicName.TICKS, "customer.known", call_id=call_id)
    return [dict(event["history"]) for event in found][-1:]
