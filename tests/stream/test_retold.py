"""A worker dies after time has done something to a call: the next one tells of it anew, later.

Ticks and words lie on two topics. Whoever reads them again may read the tick first, when there is
no call yet that it could be about; then it comes to nothing, and a later tick does the same again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from scripts.records import Records, collected
from stream.outputs import Output
from stream.topics import TopicName
from tests.stream.test_recordkeeper import READER, SIGNER
from tests.stream.test_reports import AT, Call
from tests.wallboard.house import House
from wallboard.store.tables import Alert, Entry
from wallboard.views.chains import ChainState, chain_of
from workflow.chain import verify
from workflow.signing import fault_of_heads

THREAT = "i am going to sue you people"


class Lived(Call):
    """Keeps all that it told."""

    def __init__(self) -> None:
        super().__init__(READER)
        self.told: list[Output] = []

    def hears(self) -> None:
        self.at_ms, self.offset = AT, 0
        self.told += self.says(THREAT).outputs

    def waits(self, seconds: float) -> None:
        self.at_ms = AT
        self.told += self.ticks(seconds).outputs

    def resolves(self) -> None:
        assert self.state is not None
        alert = self.state.desk.alerts["legal_threat"]
        self.offset = 10
        self.told += self.acts("resolve", alert_id=alert.alert_id, reason="agreed").outputs

    def on(self, topic: TopicName) -> list[Output]:
        return [output for output in self.told if output.topic is topic]


@pytest.fixture
def lives() -> tuple[Lived, Lived]:
    """What the worker told that died, and the one after it."""
    first, second = Lived(), Lived()
    first.hears()
    first.waits(61)
    second.waits(61)
    second.hears()
    second.waits(75)
    second.resolves()
    return first, second


def records(*lives: Lived) -> Records:
    told = [output for life in lives for output in life.on(TopicName.INCIDENTS)]
    return collected("told", (("here", output.value or b"") for output in told))


def test_the_same_event_may_be_told_again_with_another_head(lives: tuple[Lived, Lived]) -> None:
    """If this ever fails, the caution in docs/architecture.md can go."""
    heads = []
    for life in lives:
        _, updated = life.on(TopicName.ALERTS)[:2]
        headers = dict(updated.headers)
        heads.append((headers["ce_id"], msgspec.json.decode(updated.value or b"")["chain_head"]))
    assert heads[0][0] == heads[1][0]
    assert heads[0][1] != heads[1][1]


def test_the_record_goes_on_and_the_signed_heads_of_the_abandoned_way_accuse_nobody(
    lives: tuple[Lived, Lived],
) -> None:
    found = records(*lives)
    (entries,) = found.entries.values()
    ((incident, heads),) = found.heads.items()
    assert fault_of_heads(entries, heads, SIGNER.public_key()) is None
    assert verify(entries, max(heads, key=lambda head: head.number)).intact
    assert {head.hash for head in heads} <= {entry.hash for entry in entries}
    assert found.lost[incident]


def test_the_head_on_the_alert_as_it_was_told_last_is_of_the_record(
    lives: tuple[Lived, Lived],
) -> None:
    (entries,) = records(*lives).entries.values()
    last = msgspec.json.decode(lives[1].on(TopicName.ALERTS)[-1].value or b"")
    assert last["chain_head"] in {entry.hash for entry in entries}


def test_who_tells_a_record_anew_without_the_key_is_found_by_its_heads(
    lives: tuple[Lived, Lived],
) -> None:
    first, second = lives
    unsigned = [
        o for o in second.on(TopicName.INCIDENTS) if b'"incident.head"' not in (o.value or b"")
    ]
    second.told = [*unsigned]
    found = records(first, second)
    (entries,) = found.entries.values()
    (heads,) = found.heads.values()
    assert "another head" in (fault_of_heads(entries, heads, SIGNER.public_key()) or "")


def test_the_wallboard_keeps_the_way_that_goes_on(
    lives: tuple[Lived, Lived], tmp_path: Path
) -> None:
    house = House(tmp_path)
    try:
        for life in lives:
            for topic in (TopicName.ALERTS, TopicName.INCIDENTS):
                house.read(topic.value, *(output.value for output in life.on(topic)))
        with house.sessions() as db:
            rows = db.query(Entry).order_by(Entry.number).all()
            (alert,) = db.query(Alert).all()
            assert chain_of(rows).state is ChainState.INTACT
            assert alert.body["chain_head"] in {row.body["hash"] for row in rows}
    finally:
        house.engine.dispose()


def test_before_anything_more_happens_the_alert_is_as_it_was_told_last(tmp_path: Path) -> None:
    first, second = Lived(), Lived()
    first.hears()
    first.waits(61)
    second.hears()
    second.waits(75)
    house = House(tmp_path)
    try:
        for life in (first, second):
            house.read("alerts", *(output.value for output in life.on(TopicName.ALERTS)))
        with house.sessions() as db:
            (alert,) = db.query(Alert).all()
        last = msgspec.json.decode(second.on(TopicName.ALERTS)[-1].value or b"")
        assert alert.body == last
    finally:
        house.engine.dispose()
