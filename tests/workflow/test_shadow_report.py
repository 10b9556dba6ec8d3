"""Shadow mode: what would have been raised, against what people did on the same calls."""

from datetime import date
from typing import Any

from tests.workflow.floor import alert, deed, ended, ledger, outcome, route, score
from workflow.call import Mode
from workflow.patterns.events import Seen
from workflow.patterns.scope import Scope
from workflow.patterns.shadow import How, Shadow, shadow

DAY = date(2026, 11, 23)
SCOPE = Scope.of_days(DAY, DAY, "UTC", mode=Mode.SHADOW)


def heard(call: str, trigger: str = "fraud", s: float = 0, **more: Any) -> Seen:
    return alert(call, trigger, s, mode="shadow", **more)


def compared(*events: Seen, quotes: bool = False) -> Shadow:
    return shadow(ledger(*events, quotes=quotes), SCOPE)


def test_a_transfer_agrees_with_the_hard_stop_before_it_and_tells_how_much_sooner() -> None:
    told = compared(heard("a", s=10), ended("a", "transferred", 100))
    everything, fraud = told.triggers
    assert (everything.trigger, fraud.trigger) == ("all", "fraud")
    assert (fraud.agreed.part, fraud.agreed.whole) == (1, 1)
    assert fraud.p50_s == 90
    assert told.how == {How.TRANSFERRED: 1}


def test_a_hard_stop_that_nobody_escalated_is_a_call_to_listen_to() -> None:
    told = compared(heard("a"), ended("a", "customer_hangup", 42))
    assert [(call.call_id, call.seconds) for call in told.raised_only] == [("a", 42)]
    assert told.triggers[0].raised_only == 1


def test_what_people_escalate_without_a_hard_stop_is_listed_too() -> None:
    told = compared(heard("a"), score("b", mode="shadow"), ended("b", "transferred", 60))
    assert [(call.call_id, call.about) for call in told.people_only] == [("b", "transferred")]
    assert (told.heard.part, told.heard.whole) == (0, 1)


def test_an_agent_who_asks_for_help_has_escalated_and_the_first_deed_counts() -> None:
    told = compared(
        heard("a", s=50),
        deed("a", "request_supervisor", "agent", 30),
        ended("a", "transferred", 90),
    )
    assert told.how == {How.ASKED: 1}
    assert told.triggers[0].p50_s == -20
    assert told.triggers[0].sooner.part == 0


def test_a_supervisor_who_calls_it_a_false_alarm_has_not_escalated() -> None:
    told = compared(heard("a"), deed("a", "false_alarm", alert_id="a-fraud"))
    assert told.escalated.part == 0
    assert told.triggers[0].false_alarms == 1


def test_whoever_the_platform_saw_join_has_escalated() -> None:
    told = compared(heard("a"), route("a", origin="shadow"), outcome("a", "joined", 30))
    assert told.how == {How.JOINED: 1}


def test_live_calls_are_no_shadow_and_are_left_out_with_and_without_an_alert() -> None:
    live = (alert("b"), ended("b", "transferred", 60), score("c"), deed("c", "request_supervisor"))
    told = compared(heard("a"), *live, score("d", mode="shadow"))
    assert (told.calls, told.escalated.part) == (2, 0)
    assert told.people_only == ()
    assert told.others == {"live": 1}


def test_words_are_shown_only_where_they_are_asked_for() -> None:
    said = heard("a", evidence=[{"quote": "they emptied my account"}])
    assert compared(said).raised_only[0].quote == ""
    assert compared(said, quotes=True).raised_only[0].quote == "they emptied my account"


def test_a_matter_for_its_own_desk_is_counted_and_not_listed() -> None:
    told = compared(heard("a", "safeguarding", handling="restricted"))
    assert told.raised_only == ()
    assert told.restricted == 1


def test_a_call_that_was_only_seen_to_end_counts_on_the_day_it_ended() -> None:
    told = compared(heard("a"), ended("b", "transferred", 60))
    assert told.calls == 2
    assert [call.call_id for call in told.people_only] == ["b"]
