"""Two hundred calls while workers die: afterwards every hard stop has a person, every promise its
record, and every chain verifies. Minutes long: `make chaos`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from uuid import uuid4

import pytest

from stream.admin import create_topics
from stream.settings import Settings, load_settings
from stream.topics import TopicName
from tests.integration import aftermath
from tests.integration.aftermath import Aftermath, undisturbed
from tests.integration.storm import Crew, Floor, folder_policy, moments, played, sample_calls
from tests.integration.workers import from_the_start, polled, wait_for, workers
from workflow.policy import default_policy_text, load_policy

CALLS, RATE, WORKERS, DEATHS = 200, 150, 2, 8
ANSWER_WITHIN_S = 6
"""Short, so that the clock passes many calls on while workers die."""
QUIET_S = 15.0
PATIENCE_S = 600.0


@pytest.mark.chaos
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [5])
def test_two_hundred_calls_survive_workers_that_die(
    bootstrap_servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    quick = re.sub(
        r"answer_within_s = \d+", f"answer_within_s = {ANSWER_WITHIN_S}", default_policy_text()
    ).replace("classifier = true ", "classifier = false ")
    path = folder_policy(tmp_path, quick)
    policy = load_policy(path)
    monkeypatch.setenv("HARDSTOP_POLICY", str(path))
    monkeypatch.setenv("HARDSTOP_RECORD_KEY", "k" * 64)
    settings = load_settings(
        bootstrap_servers=bootstrap_servers, topic_prefix=f"t{uuid4().hex[:8]}."
    )
    create_topics(settings)
    calls = sample_calls(CALLS, seed)
    total = sum(map(len, calls.values()))
    expected = undisturbed(calls, policy)
    say(f"{CALLS} calls, {total} events; undisturbed: {expected.count} ids of what chunks cause")

    began = time.monotonic()
    with workers(settings, tmp_path) as start, Floor(settings, seed) as floor:
        crew = Crew(start, WORKERS, seed)
        deaths = moments(total, DEATHS, seed)
        # One of them takes all workers at once.
        at = {
            moment: lambda count=WORKERS if moment == deaths[DEATHS // 2] else 1: crew.lose(count)
            for moment in deaths
        }
        for number, sent in enumerate(played(settings, calls, RATE, at)):
            crew.revive()
            if number % 10 == 0:
                say(f"{sent:>6} events sent, {crew.kills} workers killed, {dict(floor.sent)}")
        say("all sent; waiting for the rest to be read")
        settled(settings, crew, floor, expected.scores)
        crew.stop()
    duration = time.monotonic() - began

    after = Aftermath(settings)
    found = after.ids
    say(f"{duration:.0f} s, {crew.kills} workers killed; read {dict(after.read)}")
    say(f"sent by platform and people {dict(floor.sent)}")
    say(f"repeats dropped {dict(after.repeats)}, told otherwise {dict(after.retold)}")
    stops = [a for a in after.alerts().values() if a["trigger"] in aftermath.TRIGGERS]
    incidents = {entry["incident_id"] for entry in after.of(TopicName.INCIDENTS)}
    say(f"{len(stops)} hard stops, {len(after.callbacks())} callbacks, {len(incidents)} records")

    people = set(policy.people)
    wrong = {
        "readings": sorted(expected.scores ^ found.scores),
        "alerts": sorted(expected.alerts ^ found.alerts),
        # Whoever claims or closes what is only half heard has it: nobody need be asked then.
        "routes": [
            route_id
            for route_id, alert_ids in expected.routes.items()
            if route_id not in found.routes and not set(alert_ids) & floor.acted_on
        ],
        "in charge": aftermath.nobody_in_charge(after, floor.joined, people),
        "routed twice": aftermath.routed_twice(after),
        "promises": aftermath.promises_broken(after),
        "chains": aftermath.chains_broken(after),
        "dead letters": after.of(TopicName.DEAD_LETTERS),
    }
    for name, found_wrong in wrong.items():
        say(f"{name}: {len(found_wrong)} wrong {found_wrong[:5] or ''}")
    assert not {name: faults for name, faults in wrong.items() if faults}


def settled(settings: Settings, crew: Crew, floor: Floor, scores: frozenset[str]) -> None:
    """Until every chunk has a reading, every action an answer, and time has done its part."""
    heard: set[str] = set()
    answered: set[str] = set()
    with (
        from_the_start(settings, TopicName.SCORES) as readings,
        from_the_start(settings, TopicName.OPERATIONS) as operations,
    ):

        def all_read() -> bool:
            crew.revive()
            heard.update(record.headers["ce_id"] for record in polled(readings, 200))
            for record in polled(operations, 200):
                answered.add(str(record.json().get("action_id")))
            return heard >= scores and answered >= floor.action_ids

        wait_for(all_read, PATIENCE_S)
        say("everything has been read; time goes on for a moment")
        time.sleep(QUIET_S)
        wait_for(all_read, PATIENCE_S)


def say(what: str) -> None:
    print(f"  {what}", flush=True)
