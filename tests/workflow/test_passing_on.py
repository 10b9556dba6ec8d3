"""Alerts and requests follow a call that passes to another queue, team or agent."""

from __future__ import annotations

import msgspec

from tests.workflow.test_desk import AT, CALL, DESK, VERSIONS, alerts, reading, routes
from tests.workflow.test_precedence import MISCONDUCT
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.alerts import AlertStatus
from workflow.call import CallFacts, Mode
from workflow.decision import Decision, DeskState
from workflow.desk import Desk
from workflow.policy import default_policy_text, parse_policy

ANN = msgspec.structs.replace(CALL, team_id="north", agent_id="ann")
BOB = msgspec.structs.replace(CALL, queue_id="cards", team_id="south", agent_id="bob")


def read(
    state: DeskState, call: CallFacts, *labels: str, final: bool = True, ms: int = 0
) -> Decision:
    heard = reading(*labels, utterance=f"u{ms}", final=final)
    return DESK.after_reading(state, heard, call, at_ms=AT + ms, mode=Mode.LIVE)


def of(decision: Decision) -> list[tuple[int, str | None, str | None, str | None]]:
    found = [alert for _, alert in alerts(decision)]
    return [(one.revision, one.queue_id, one.team_id, one.agent_id) for one in found]


def test_an_open_alert_is_told_once_more_when_its_call_has_passed_on() -> None:
    opened = read(DeskState(), ANN, "legal_threat")
    passed = read(opened.state, BOB, final=False, ms=1000)
    assert of(passed) == [(2, "cards", "south", "bob")]
    assert of(read(passed.state, BOB, final=False, ms=2000)) == []


def test_whatever_else_changes_says_whose_the_call_is_now_as_well() -> None:
    opened = read(DeskState(), ANN, "legal_threat")
    alert = opened.state.alerts["legal_threat"]
    carmen = Actor(id="carmen", role=ActorRole.SPECIALIST)
    claim = Deed(
        action_id="a",
        call_id="c",
        action=ActionKind.CLAIM,
        actor=carmen,
        alert_id=alert.alert_id,
        expected_revision=1,
    )
    claimed = DESK.after_action(opened.state, claim, BOB, at_ms=AT + 500, mode=Mode.LIVE)
    assert of(claimed) == [(2, "cards", "south", "bob")]
    assert claimed.state.alerts["legal_threat"].status is AlertStatus.CLAIMED


def test_what_is_not_told_of_a_call_any_more_stays_as_it_was() -> None:
    opened = read(DeskState(), ANN, "legal_threat")
    assert of(read(opened.state, CALL, ms=1000)) == []


def test_an_allegation_stays_with_whom_it_was_heard_of() -> None:
    policy = parse_policy(default_policy_text() + MISCONDUCT, source="policy.toml")
    desk, state = Desk(policy, VERSIONS), DeskState()
    for number, call in enumerate((ANN, BOB)):
        heard = reading("misconduct", utterance=f"u{number}")
        state = desk.after_reading(state, heard, call, at_ms=AT + number, mode=Mode.LIVE).state
    kept = state.alerts["misconduct"]
    assert (kept.revision, kept.team_id, kept.agent_id) == (2, "north", "ann")


def test_who_is_asked_next_is_told_whose_the_call_is_now() -> None:
    opened = read(DeskState(), ANN, "self_harm")
    due = DESK.next_moment(opened.state, BOB)
    assert due is not None
    asked = DESK.after_time(opened.state, BOB, at_ms=due, mode=Mode.LIVE)
    (route,) = routes(asked)
    assert (route.attempt, route.queue_id, route.team_id, route.agent_id) == (
        2,
        "cards",
        "south",
        "bob",
    )
