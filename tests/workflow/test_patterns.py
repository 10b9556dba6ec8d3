"""Patterns of a period: what is counted, what is kept apart, and who is never singled out."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.floor import (
    NOON,
    acknowledged,
    alert,
    at,
    callback,
    closed,
    deed,
    event,
    ledger,
    outcome,
    route,
    score,
)
from workflow.call import Mode
from workflow.hints import HintKind, sayings
from workflow.identity import stable_id
from workflow.patterns.events import Seen
from workflow.patterns.grouping import OTHER, SMALL, percentile, pooled
from workflow.patterns.guiding import meaning
from workflow.patterns.keeping import Kept
from workflow.patterns.patterns import Patterns, patterns
from workflow.patterns.reaching import RouteEnd
from workflow.patterns.scope import Scope
from workflow.policy import load_policy

DAY = date(2026, 11, 23)


def found(*events: Seen, zone: str = "UTC", **scope: Any) -> Patterns:
    return patterns(ledger(*events), Scope.of_days(DAY, DAY, zone, **scope))


def test_an_alert_that_is_updated_or_read_twice_is_one_hard_stop() -> None:
    opened = alert("a")
    told = found(opened, acknowledged("a", 20), opened)
    assert told.hard_stops == 1
    assert [(kind.name, kind.count) for kind in told.kinds] == [("legal_threat", 1)]


def test_a_hard_stop_counts_where_it_was_heard_whoever_took_the_call_over() -> None:
    passed = {"queue_id": "legal", "team_id": "lawyers", "agent_id": "bob"}
    events = (alert("a", agent_id="ann"), acknowledged("a", 20, **passed))
    told = found(*events, queue="billing")
    assert (told.hard_stops, told.acknowledged[0].p50_s) == (1, 20)
    assert found(*events, queue="legal").hard_stops == 0
    assert found(alert("a", queue_id=None), acknowledged("a", 20), queue="billing").hard_stops == 1


def test_what_the_recogniser_took_back_is_counted_apart() -> None:
    told = found(alert("a"), alert("b", kind="retracted", status="retracted", revision=2))
    assert (told.hard_stops, told.retracted) == (1, 1)


def test_a_request_for_a_supervisor_is_no_hard_stop() -> None:
    told = found(alert("a", "supervisor_request"))
    assert told.hard_stops == 0
    assert told.other_alerts[0].name == "supervisor_request"


def test_days_and_hours_are_those_of_the_given_zone() -> None:
    late = alert("a", opened_at="2026-11-23T23:30:00Z", updated_at="2026-11-23T23:30:00Z")
    assert found(late).week[0][23] == 1
    assert found(late, zone="Europe/Berlin").hard_stops == 0
    assert found(late, zone="America/New_York").week[0][18] == 1


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    day = date(2026, 10, 25)
    scope = Scope.of_days(day, day, "Europe/London")
    assert scope.to_ms - scope.from_ms == 25 * 3600 * 1000
    assert scope.days == (day, day)


def test_modes_are_never_mixed() -> None:
    events = (alert("a"), alert("b", mode="replay"), alert("c", mode="shadow"))
    told = found(*events)
    assert told.hard_stops == 1
    assert told.others == {"replay": 1, "shadow": 1}
    assert found(*events, mode=Mode.REPLAY).hard_stops == 1


def test_a_queue_can_be_asked_for_alone() -> None:
    told = found(alert("a"), alert("b", queue_id="claims"), score("c"), queue="claims")
    assert (told.hard_stops, told.calls) == (1, 1)


def test_what_nobody_noticed_is_not_in_time_and_hides_in_no_median() -> None:
    told = found(alert("a"), acknowledged("a", 20), alert("b"), alert("c"), acknowledged("c", 80))
    everyone = told.acknowledged[0]
    assert (everyone.count, everyone.never, everyone.p50_s) == (3, 1, 20)
    assert (everyone.in_time.part, everyone.in_time.whole) == (1, 3)


def test_who_closes_an_alert_has_taken_notice_of_it() -> None:
    told = found(alert("a"), closed("a", "resolved"))
    assert told.acknowledged[0].p50_s == 90


def test_joining_is_measured_from_the_first_request_over_all_fallbacks() -> None:
    told = found(
        route("a"),
        outcome("a", "failed", 10, reason="busy"),
        route("a", "fallback", 2, desk="supervisors", requested_at=at(10)),
        outcome("a", "joined", 45, attempt=2),
    )
    assert told.joined[0].p50_s == 45
    assert told.routes[0].ends == {RouteEnd.FELL_BACK: 1}
    assert told.routes[0].failures == {"busy": 1}
    assert told.routes[0].fell_back == 1


def test_a_platform_that_reports_nothing_is_not_taken_for_nobody_came() -> None:
    told = found(alert("a"), acknowledged("a", 9), route("a"), alert("b"), route("b"))
    assert told.routes[0].ends == {RouteEnd.BY_HAND: 1, RouteEnd.UNREPORTED: 1}
    assert told.joined[0].count == 0


def test_a_caller_whom_nobody_reached_before_the_end_waited_in_vain() -> None:
    told = found(route("a"), route("a", "cancelled", cancel_reason="call_ended"))
    assert told.routes[0].ends == {RouteEnd.CALL_ENDED: 1}
    assert told.joined[0].never == 1


def test_a_promise_is_kept_in_time_late_or_missed_and_an_offer_is_no_promise() -> None:
    told = found(
        callback("a", ("offered", 0), ("committed", 5), ("kept", 600), agreed_at=at(5)),
        callback("b", ("offered", 0), ("committed", 5), ("missed", 3600), ("kept", 4000)),
        callback("c", ("offered", 0), ("committed", 5), ("missed", 3600)),
        callback("d", ("offered", 0), ("missed", 3600)),
        callback("e", ("offered", 0), ("committed", 5)),
        callback("f", ("offered", 0), ("committed", 5), ("cancelled", 9)),
    ).promises
    assert (told.offered, told.committed) == (6, 5)
    assert told.ends == {
        Kept.IN_TIME: 1,
        Kept.LATE: 1,
        Kept.MISSED: 2,
        Kept.OPEN: 1,
        Kept.CANCELLED: 1,
    }
    assert (told.kept_in_time.part, told.kept_in_time.whole) == (1, 3)


def test_a_call_to_somebody_at_risk_is_a_promise_though_nobody_agreed() -> None:
    told = found(callback("a", ("due", 0), ("kept", 300), welfare=True)).promises
    assert (told.welfare_in_time.part, told.kept_in_time.whole) == (1, 1)


def test_a_callback_of_which_nothing_else_is_left_is_of_the_queue_it_names() -> None:
    kept = callback("a", ("offered", 0), ("committed", 5), ("kept", 600), queue_id="claims")
    assert found(kept, queue="claims").promises.offered == 1
    assert found(kept, queue="billing").promises.offered == 0
    # Where the call is known, it says of which queue it was.
    assert found(alert("a", queue_id="billing"), kept, queue="billing").promises.offered == 1
    assert found(alert("a", queue_id=None), kept, queue="claims").promises.offered == 1


def test_false_alarms_are_a_share_of_what_was_closed_with_a_verdict() -> None:
    told = found(
        alert("open"),
        closed("a", "false alarm: a film title"),
        closed("b", "resolved: taken over"),
        closed("c", "resolved"),
    )
    share = told.false_alarms[0].share
    assert (share.part, share.whole) == (1, 3)
    assert share.low is not None
    assert share.high is not None
    assert share.low < 1 / 3 < share.high


def test_an_undone_false_alarm_is_none() -> None:
    told = found(closed("a", "false alarm"), alert("a", kind="updated", revision=4))
    assert told.false_alarms == ()


def test_callers_are_numbers_and_never_names() -> None:
    told = found(
        alert("a", customer_ref="c1"),
        alert("b", customer_ref="c1"),
        alert("c", customer_ref="c2"),
        alert("d"),
    )
    assert told.repeats.calls == {"1": 1, "2": 1}
    assert told.repeats.nameless == 1


def test_hints_are_followed_to_what_became_of_them_and_a_refused_action_did_not_happen() -> None:
    def hint(name: str) -> Seen:
        return event("coaching.hint", hint_id=name, call_id="a", kind="landmine", at=at())

    told = found(
        hint("h1"),
        hint("h2"),
        deed("a", "hint_used", "agent", hint_id="h1"),
        deed("a", "hint_dismissed", "agent", hint_id="h2"),
        event("action.rejected", action_id="a-hint_dismissed-agent", at=at(), call_id="a"),
    ).hints[0]
    assert (told.given, told.shown, told.used, told.dismissed) == (2, 1, 1, 0)


def test_a_broken_guardrail_counts_once_a_call_and_a_promise_too_big_is_one() -> None:
    beyond = stable_id("hint", "b", "guardrail", "beyond_authority")
    told = found(
        score("a", said="guardrail.promises"),
        score("a", said="guardrail.promises", sequence=2),
        event("coaching.hint", hint_id=beyond, call_id="b", kind="guardrail", at=at()),
    )
    assert [(c.name, c.calls) for c in told.said] == [
        ("guardrail.beyond_authority", 1),
        ("guardrail.promises", 1),
    ]


def test_every_guardrail_that_a_hint_told_of_is_counted_and_no_next_step() -> None:
    def hint(kind: str, about: str) -> Seen:
        name = stable_id("hint", "a", kind, about)
        return event("coaching.hint", hint_id=name, call_id="a", kind=kind, at=at())

    told = found(
        hint("guardrail", "open_compensation"),
        hint("guardrail", "named_blame"),
        hint("guardrail", "complaint_unanswered"),
        hint("guardrail", "of a release to come"),
        hint("landmine", "jargon"),
        hint("next_step", "hear"),
    )
    assert {c.name for c in told.said} == {
        "guardrail.open_compensation",
        "guardrail.named_blame",
        "guardrail.complaint_unanswered",
        "guardrail.other",
        "landmine.jargon",
    }
    assert all(meaning(c.name) for c in told.said)


def test_what_a_rule_heard_and_a_hint_told_is_counted_once() -> None:
    rule = next(name for name, saying in sayings().items() if saying.kind is HintKind.GUARDRAIL)
    name = stable_id("hint", "a", "guardrail", rule)
    told = found(
        score("a", said=rule),
        event("coaching.hint", hint_id=name, call_id="a", kind="guardrail", at=at()),
    )
    assert [(c.name, c.count) for c in told.said] == [(rule, 1)]


def test_teams_are_told_of_guardrails_and_landmines_apart() -> None:
    told = found(
        *(score(f"c{n}", said="guardrail.promises", team_id="north") for n in range(6)),
        *(score(f"d{n}", said="landmine.calm_down", team_id="south") for n in range(7)),
    )
    assert [(c.name, c.count) for c in told.guardrails_by_team] == [("north", 6)]
    assert [(c.name, c.count) for c in told.landmines_by_team] == [("south", 7)]


def test_a_mood_is_the_worst_of_the_call_and_how_it_ended() -> None:
    told = found(score("a", "angry"), score("a", "calm", sequence=2), score("b", "calm"))
    assert [(m.mood, m.calls, m.ended_calm) for m in told.moods] == [
        ("calm", 1, 1),
        ("angry", 1, 1),
    ]


def test_calls_that_are_not_monitored_are_counted_by_why() -> None:
    note = {"about": "not_monitored", "detail": "no rules", "at": at(), "call_id": "a"}
    told = found(event("operations.note", **note), event("operations.note", **note))
    assert [(c.name, c.count) for c in told.not_monitored] == [("no rules", 1)]


def test_small_teams_are_pooled_and_a_pool_of_one_takes_in_the_next() -> None:
    calls = {"tiny": {"1", "2"}, "mid": {str(n) for n in range(10, 16)}, "big": set("abcdefghij")}
    assert pooled(calls) == {"tiny": OTHER, "mid": OTHER, "big": "big"}
    assert pooled(calls, people=False) == {"tiny": OTHER, "mid": "mid", "big": "big"}


def test_agents_are_named_only_where_the_policy_says_so() -> None:
    events = [alert(f"c{n}", agent_id="ann") for n in range(SMALL)]
    assert found(*events).agents == ()
    assert [a.name for a in found(*events, by_agent=True).agents] == ["ann"]
    assert load_policy().reports.by_agent is False


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 11)], 0.9) == 9.0
    assert percentile([], 0.5) is None


names = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d", "other"]))
alerts = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(["fraud", "media", "self_harm", "churn_threat"]),
        names,
        names,
        st.sampled_from(["confirmed", "retracted", "closed"]),
        st.integers(-90_000, 90_000),
    ),
    max_size=60,
)


@given(alerts, st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]))
def test_every_breakdown_adds_up_to_the_hard_stops(made: list[Any], zone: str) -> None:
    told = found(
        *(
            alert(
                f"c{call}",
                trigger,
                s,
                alert_id=str(number),
                queue_id=queue,
                team_id=team,
                agent_id=team,
                desk=queue,
                status=status,
                closed_reason="resolved",
            )
            for number, (call, trigger, queue, team, status, s) in enumerate(made)
        ),
        zone=zone,
        by_agent=True,
    )
    for counts in (told.kinds, told.queues, told.teams, told.agents):
        assert sum(count.count for count in counts) == told.hard_stops
        assert len({count.name for count in counts}) == len(counts)
    assert sum(map(sum, told.week)) == sum(told.days.values()) == told.hard_stops
    everyone, *desks = told.acknowledged
    assert everyone.count == sum(desk.count for desk in desks) == told.hard_stops
    for counts in (told.teams, told.agents):
        small = [count for count in counts if count.calls < SMALL and count.name != OTHER]
        assert small == []


def test_the_last_day_is_included_and_the_midnight_after_it_is_not() -> None:
    scope = Scope.of_days(DAY, DAY, "UTC")
    assert scope.holds(NOON)
    assert not scope.holds(scope.to_ms)
    assert not scope.holds(None)
