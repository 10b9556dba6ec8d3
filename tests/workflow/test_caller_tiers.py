"""Callers of some tiers are answered sooner; a life comes first, whoever calls."""

from __future__ import annotations

import msgspec
import pytest

from detectors.vocabulary import LIFE_STOPS
from tests.workflow.test_desk import AT, VERSIONS, alerts, reading, routes
from workflow.alerts import Alert
from workflow.call import CallFacts, Customer, Mode
from workflow.decision import DeskState
from workflow.desk import Desk
from workflow.policy import Policy, PolicyError, default_policy_text, parse_policy
from workflow.routing import Route

LIFE = sorted(trigger.value for trigger in LIFE_STOPS)
MORE = """
[caller_tiers.gold]
lift = 2
answer_factor = 0.05
desk = "supervisors"
[caller_tiers.patient]
lift = 0
answer_factor = 2.0
"""


def policy(text: str = "") -> Policy:
    return parse_policy(default_policy_text() + MORE + text, source="policy.toml")


def asked(label: str, tier: str | None, *, rules: Policy | None = None) -> tuple[Alert, Route]:
    """Who is asked to come when a caller of this tier says it."""
    call = CallFacts(
        call_id="c", queue_id="q", customer=Customer(ref="r", name="Ms Doe", tier=tier)
    )
    desk = Desk(rules or policy(), VERSIONS)
    decision = desk.after_reading(DeskState(), reading(label), call, at_ms=AT, mode=Mode.LIVE)
    ((_, alert),) = alerts(decision)
    (route,) = routes(decision)
    return alert, route


def test_a_caller_of_a_priority_tier_comes_a_step_earlier_and_is_answered_sooner() -> None:
    _, plain = asked("supervisor_request", None)
    alert, vip = asked("supervisor_request", "VIP")
    assert (plain.priority, vip.priority) == (3, 2)
    assert plain.expires_at == "2026-09-21T14:15:20.000Z"
    assert vip.expires_at == alert.ack_due_at == "2026-09-21T14:14:20.000Z"


@pytest.mark.parametrize("tier", [None, "vip", "vulnerable", "gold", "patient", "unheard of"])
@pytest.mark.parametrize("label", LIFE)
def test_a_life_stop_is_first_and_goes_to_its_own_desk_whoever_calls(
    label: str, tier: str | None
) -> None:
    alert, route = asked(label, tier)
    handling = policy().triggers[label]  # type: ignore[index]
    assert route.priority == 1
    assert (alert.desk, route.desk) == (handling.desk, handling.desk)
    assert alert.ack_due_at == asked(label, None)[0].ack_due_at


@pytest.mark.parametrize("tier", ["vip", "gold"])
def test_nobody_is_lifted_beside_a_life_stop(tier: str) -> None:
    assert asked("legal_threat", tier)[1].priority == 2


def test_a_life_stop_is_first_even_where_the_policy_calls_it_less_grave() -> None:
    text = default_policy_text().replace('severity = "critical"', 'severity = "low"')
    rules = parse_policy(text, source="policy.toml")
    assert asked("self_harm", None, rules=rules)[1].priority == 1


def test_a_tier_may_have_a_desk_of_its_own() -> None:
    alert, route = asked("legal_threat", "gold")
    assert (alert.desk, route.desk) == ("supervisors", "supervisors")
    assert asked("legal_threat", "patient")[0].desk == "legal"


def test_an_answer_is_never_asked_for_in_less_than_five_seconds() -> None:
    assert asked("fraud", "gold")[1].expires_at == "2026-09-21T14:13:25.000Z"


def test_a_tier_that_the_policy_does_not_know_is_simply_shown() -> None:
    _, route = asked("legal_threat", "platinum")
    assert route.brief is not None
    assert "platinum customer" in route.brief.caller
    assert route.expires_at == asked("legal_threat", None)[1].expires_at


def test_a_queue_that_deals_with_it_anyway_does_so_for_every_caller() -> None:
    text = default_policy_text().replace(
        'owns_queues = []              # e.g. ["fraud-line"]', 'owns_queues = ["q"]'
    )
    rules = parse_policy(text + MORE, source="policy.toml")
    call = CallFacts(call_id="c", queue_id="q", customer=Customer(tier="gold"))
    heard = reading("fraud")
    decision = Desk(rules, VERSIONS).after_reading(
        DeskState(), heard, call, at_ms=AT, mode=Mode.LIVE
    )
    assert alerts(decision) == []


def test_an_alert_stays_with_its_desk_when_the_tier_becomes_known_later() -> None:
    desk = Desk(policy(), VERSIONS)
    early = CallFacts(call_id="c", queue_id="q")
    first = desk.after_reading(
        DeskState(), reading("legal_threat", final=False), early, at_ms=AT, mode=Mode.LIVE
    )
    known = msgspec.structs.replace(early, customer=Customer(tier="gold"))
    second = desk.after_reading(
        first.state, reading("legal_threat"), known, at_ms=AT + 1000, mode=Mode.LIVE
    )
    (route,) = routes(second)
    assert route.desk == "legal"
    assert route.expires_at == "2026-09-21T14:13:26.000Z"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[caller_tiers.silver]\ndesk = "nowhere"\n', "no desk 'nowhere'"),
        ("[caller_tiers.Gold]\nlift = 1\n", "the same as 'gold'"),
        ("[caller_tiers.silver]\nlift = 9\n", "<= 3"),
        ("[caller_tiers.silver]\nanswer_factor = 0\n", "> 0"),
        ("[caller_tiers.silver]\nlifts = 1\n", "unknown setting"),
    ],
)
def test_a_mistake_in_a_caller_tier_is_named_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(PolicyError) as raised:
        policy(text)
    (mistake,) = raised.value.mistakes
    assert problem in mistake.problem
    assert mistake.line > default_policy_text().count("\n")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("turns = 3 ", "turns = 0 ", ">= 1"),
        ("heat = 0.25", "heat = 2.0", "<= 1"),
        ("contacts = 3 ", "contacts = 1 ", ">= 2"),
        ("[tiers.repeated_contact]", "[tiers.repeat]", "unknown setting"),
    ],
)
def test_a_mistake_in_a_tier_rule_is_named(old: str, new: str, problem: str) -> None:
    text = default_policy_text()
    assert old in text
    with pytest.raises(PolicyError) as raised:
        parse_policy(text.replace(old, new, 1), source="policy.toml")
    (mistake,) = raised.value.mistakes
    assert problem in mistake.problem
    assert mistake.line == text[: text.index(old)].count("\n") + 1
