"""Two stops at once: which one speaks first, and what the agent is shown."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.vocabulary import LIFE_STOPS, Trigger
from tests.workflow.test_desk import AT, CALL, DESK, VERSIONS, alerts, decide, reading, routes
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.alerts import Alert, AlertStatus, Change, RecordHandling
from workflow.call import Mode
from workflow.decision import Decision, DeskState
from workflow.desk import Desk
from workflow.policy import default_policy_text, parse_policy
from workflow.precedence import ORDER, leading, rank, yielding

SUPERVISOR = Actor(id="alex", role=ActorRole.SUPERVISOR)
MISCONDUCT = """
[signals.misconduct]
desk = "compliance"
tier = "specialist"
mode = "manual"
severity = "critical"
say_now = "For whoever looks into it, not for the agent."
do_not_say = "Do not tell the agent's team."
"""


def close(state: DeskState, label: str) -> Decision:
    deed = Deed(
        action_id="a",
        call_id="c",
        action=ActionKind.FALSE_ALARM,
        actor=SUPERVISOR,
        alert_id=state.alerts[label].alert_id,
        reason="misheard",
    )
    return DESK.after_action(state, deed, CALL, at_ms=AT + 50_000, mode=Mode.LIVE)


def opened(*labels: str) -> dict[str, Alert]:
    (decision,) = decide(reading(*labels))
    return decision.state.alerts


def test_one_stop_alone_yields_to_nobody() -> None:
    assert opened("fraud")["fraud"].yields_to is None


def test_a_life_stop_goes_before_everything() -> None:
    both = opened("fraud", "self_harm")
    assert both["self_harm"].yields_to is None
    assert both["fraud"].yields_to == both["self_harm"].alert_id


def test_a_life_goes_first_even_where_the_policy_calls_it_less_grave() -> None:
    both = opened("media", "safeguarding")
    less = msgspec.structs.replace(both["safeguarding"], severity="low")
    assert leading([both["media"], less]) is less


def test_of_two_that_are_no_life_stop_the_graver_goes_first() -> None:
    both = opened("supervisor_request", "media")
    assert both["supervisor_request"].yields_to == both["media"].alert_id
    assert both["media"].yields_to is None


def test_of_two_equally_grave_the_one_with_danger_now_goes_first() -> None:
    (decision,) = decide(reading("emergency", "violence"))
    both = decision.state.alerts
    now = msgspec.structs.replace(both["violence"], imminent=True)
    assert leading([both["emergency"], both["violence"]]) is both["emergency"]
    assert leading([both["emergency"], now]) is now


@pytest.mark.parametrize("first", range(len(Trigger) - 1))
def test_equals_go_in_the_order_that_the_documentation_gives(first: int) -> None:
    higher, lower = ORDER[first], ORDER[first + 1]
    (higher_alert,) = opened(higher).values()
    (lower_alert,) = opened(lower).values()
    if (higher in LIFE_STOPS) == (lower in LIFE_STOPS):
        same = msgspec.structs.replace(lower_alert, severity=higher_alert.severity)
        assert rank(higher_alert) < rank(same)
    else:
        assert rank(higher_alert) < rank(lower_alert)


def test_what_opens_beside_a_graver_stop_says_so_when_it_opens() -> None:
    first, second = decide(
        reading("self_harm", utterance="a"), reading("legal_threat", utterance="b")
    )
    ((change, alert),) = alerts(second)
    assert change is Change.OPENED
    assert alert.yields_to == first.state.alerts["self_harm"].alert_id


def test_what_stood_alone_yields_once_a_graver_stop_comes() -> None:
    first, second = decide(
        reading("legal_threat", utterance="a"), reading("self_harm", utterance="b")
    )
    told = {alert.trigger: (change, alert) for change, alert in alerts(second)}
    change, alert = told["legal_threat"]
    assert change is Change.UPDATED
    assert alert.revision == first.state.alerts["legal_threat"].revision + 1
    assert alert.yields_to == told["self_harm"][1].alert_id


def test_each_change_is_told_once() -> None:
    (decision,) = decide(reading("fraud", "self_harm", "media"))
    told = [(alert.alert_id, alert.revision) for _, alert in alerts(decision)]
    assert len(told) == len(set(told)) == 3


def test_when_the_graver_one_is_over_the_other_speaks_again() -> None:
    (decision,) = decide(reading("legal_threat", "self_harm"))
    after = close(decision.state, "self_harm")
    assert after.state.alerts["self_harm"].status is AlertStatus.CLOSED
    assert after.state.alerts["legal_threat"].yields_to is None
    assert "legal_threat" in {alert.trigger for _, alert in alerts(after)}


def test_both_desks_are_asked_and_the_graver_one_with_more_urgency() -> None:
    (decision,) = decide(reading("legal_threat", "emergency", "supervisor_request"))
    urgency = {route.desk: route.priority for route in routes(decision)}
    assert urgency == {"safety": 1, "legal": 2, "supervisors": 3}


def test_a_second_stop_for_the_same_desk_makes_the_next_request_as_urgent_as_it_is() -> None:
    text = default_policy_text().replace('desk = "media"\n', 'desk = "supervisors"\n')
    desk = Desk(parse_policy(text, source="policy.toml"), VERSIONS)
    asked = reading("supervisor_request", utterance="a")
    first = desk.after_reading(DeskState(), asked, CALL, at_ms=AT, mode=Mode.LIVE)
    threat = reading("media", utterance="b")
    second = desk.after_reading(first.state, threat, CALL, at_ms=AT + 1000, mode=Mode.LIVE)
    later = desk.after_time(second.state, CALL, at_ms=AT + 200_000, mode=Mode.LIVE)
    (route,) = routes(later)
    assert route.priority == 2


def test_what_is_alleged_of_staff_is_restricted_and_leads_no_alert_the_agent_sees() -> None:
    policy = parse_policy(default_policy_text() + MISCONDUCT, source="policy.toml")
    heard = reading("misconduct", "media")
    decision = Desk(policy, VERSIONS).after_reading(
        DeskState(), heard, CALL, at_ms=AT, mode=Mode.LIVE
    )
    found = decision.state.alerts
    assert found["misconduct"].handling is RecordHandling.RESTRICTED
    assert found["misconduct"].yields_to is None
    assert found["media"].yields_to is None
    brief = next(route.brief for route in routes(decision) if route.desk == "media")
    assert brief is not None
    assert "misconduct" not in brief.text


@given(
    st.lists(
        st.sampled_from([*(t.value for t in Trigger), "supervisor_request"]),
        min_size=1,
        max_size=6,
        unique=True,
    ),
)
@settings(max_examples=50, deadline=None)
def test_however_they_come_in_one_leads_and_all_others_yield_to_it(
    labels: list[str],
) -> None:
    decisions = decide(*(reading(label, utterance=label) for label in labels))
    open_ = decisions[-1].state.alerts
    leaders = [alert for alert in open_.values() if alert.yields_to is None]
    assert len(leaders) == 1
    assert {a.yields_to for a in open_.values()} <= {None, leaders[0].alert_id}
    assert all(rank(leaders[0]) <= rank(alert) for alert in open_.values())


def test_a_suspected_impostor_leads_nothing_that_the_agent_is_shown() -> None:
    both = opened("fraud", "media")
    assert both["media"].yields_to == both["fraud"].alert_id
    suspected = msgspec.structs.replace(both["fraud"], subtype="impostor")
    shown = yielding({"fraud": suspected, "media": both["media"]})
    assert shown == {"media": None}
