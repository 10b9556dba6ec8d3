"""Who comes where the way there is crooked: desks that are gone, calls that move, are lost and go
on, people who take something without coming."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.test_desk import VERSIONS
from tests.workflow.test_queues import with_queue
from tests.workflow.test_ways import CALL, Story
from workflow.actions import ActionKind, Actor, ActorRole, CallbackTerms
from workflow.alerts import AlertStatus
from workflow.callbacks import AttemptOutcome, CallbackState
from workflow.desk import Desk
from workflow.moments import milliseconds
from workflow.policy import RouteMode, default_policy_text, load_policy, parse_policy
from workflow.routing import OutcomeKind

AGENT = Actor(id="a7", role=ActorRole.AGENT)
VIP = """
[queues.vip.desks.concierge]
name = "Concierge"
target = "queue:concierge"
roster = ["bo", "dev"]
[queues.vip.triggers.legal_threat]
desk = "concierge"
"""


def on(queue: str, story: Story) -> Story:
    story.call = msgspec.structs.replace(CALL, queue_id=queue)
    return story


def owners(story: Story) -> list[str]:
    """Who was asked to come, in order."""
    return [r.owner.id for r in story.routes if r.owner and r.cancel_reason is None]


def test_where_a_signal_opens_no_alert_an_agent_can_ask_for_a_supervisor_all_the_same() -> None:
    policy = with_queue("[queues.sales.signals]\nsupervisor_request = false")
    story = on("sales", Story(Desk(policy, VERSIONS)))
    story.does(ActionKind.REQUEST_SUPERVISOR, AGENT)
    assert not story.refused()
    (alert,) = story.state.alerts.values()
    assert alert.desk == "supervisors"
    assert alert.say_now
    assert owners(story) == ["alex"]


def test_what_was_half_heard_on_a_queue_brings_that_queues_desk_after_the_call_has_moved() -> None:
    story = on("vip", Story(Desk(with_queue(VIP), VERSIONS)))
    story.says("legal_threat", final=False)
    on("billing", story).says("legal_threat")
    (route,) = story.routes
    assert (route.desk, route.target, owners(story)) == ("concierge", "queue:concierge", ["bo"])


def test_a_false_alarm_that_is_taken_back_brings_the_old_queues_desk() -> None:
    story = on("vip", Story(Desk(with_queue(VIP), VERSIONS)))
    story.says("legal_threat")
    alert_id = story.alert("legal_threat").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id)
    on("billing", story).does(ActionKind.UNDO_FALSE_ALARM, alert_id=alert_id)
    assert not story.refused()
    assert story.routes[-1].target == "queue:concierge"


def test_for_a_desk_that_no_policy_has_any_more_the_duty_manager_is_asked() -> None:
    story = on("vip", Story(Desk(with_queue(VIP), VERSIONS)))
    story.says("legal_threat", final=False)
    story.desk = Desk(load_policy(), VERSIONS)
    story.says("legal_threat")
    assert owners(story) == ["lee"]
    assert story.routes[-1].target == "concierge"


def claimed(trigger: str) -> Story:
    """Alex has taken it by hand, and nobody has come."""
    story = Story()
    story.says(trigger)
    story.does(ActionKind.CLAIM, alert_id=story.alert(trigger).alert_id)
    return story


def test_a_life_stop_that_somebody_took_without_coming_is_a_welfare_call_of_theirs() -> None:
    story = claimed("self_harm")
    story.hangs_up()
    (callback,) = story.callbacks
    assert (callback.welfare, callback.owner.id) == (True, "alex")
    alert = story.alert("self_harm")
    assert (alert.callback_reference, alert.ack_due_at) == (callback.reference, callback.window_end)
    assert story.desk.next_moment(story.state) is not None


def test_a_life_stop_whose_line_goes_dead_with_somebody_on_it_needs_no_welfare_call() -> None:
    story = claimed("self_harm")
    story.platform(OutcomeKind.JOINED, "femi")
    story.hangs_up()
    assert not story.callbacks


def test_what_else_somebody_took_by_hand_stays_theirs_when_the_line_goes_dead() -> None:
    story = claimed("legal_threat")
    story.hangs_up()
    assert not story.callbacks


def lost_and_back(*triggers: str) -> Story:
    story = Story()
    story.says(*triggers)
    story.hangs_up()
    story.routes.clear()
    story.goes_on()
    return story


def test_whoever_is_at_risk_and_back_on_the_line_has_somebody_asked_to_come_again() -> None:
    story = lost_and_back("self_harm", "legal_threat")
    assert [(r.desk, r.mode) for r in story.routes] == [
        ("crisis", RouteMode.JOIN),
        ("legal", RouteMode.JOIN),
    ]
    alert = story.alert("self_harm")
    assert alert.ack_due_at == story.routes[0].expires_at
    assert all(callback.is_open for callback in story.state.callbacks.values())
    story.waits(900)
    assert owners(story).count("femi") > 1
    assert len(story.state.callbacks) == 2


def test_a_life_that_somebody_took_without_coming_is_asked_for_again() -> None:
    story = claimed("violence")
    story.hangs_up()
    story.routes.clear()
    story.goes_on()
    assert owners(story) == ["jo"]
    story.waits(25)
    assert owners(story) == ["jo", "kit"]


def test_nobody_is_asked_again_for_what_somebody_had_joined() -> None:
    story = Story()
    story.says("self_harm", "legal_threat")
    for place in (0, 1):
        story.routes.append(story.routes[place])
        story.platform(OutcomeKind.JOINED)
    story.hangs_up()
    story.routes.clear()
    story.goes_on()
    assert not story.routes


def test_a_line_that_is_lost_a_second_time_begins_the_welfare_call_again() -> None:
    story = lost_and_back("self_harm")
    story.waits(3600)
    assert story.callbacks[-1].state is CallbackState.ESCALATED
    label = f"callback:{story.callbacks[-1].reference}"
    story.does(ActionKind.CLAIM, alert_id=story.state.alerts[label].alert_id)
    story.hangs_up()
    (callback,) = story.state.callbacks.values()
    assert (callback.state, callback.owner.id) == (CallbackState.DUE, "femi")
    assert callback.window_start == story.alert("self_harm").updated_at
    assert story.alert("self_harm").callback_reference == callback.reference
    reminder = story.state.alerts[label]
    assert (reminder.owner, reminder.ack_due_at) == (callback.owner, callback.window_end)
    assert reminder.status is AlertStatus.CONFIRMED


def test_a_welfare_call_after_one_that_was_kept_is_a_record_of_its_own() -> None:
    story = Story()
    story.says("self_harm")
    story.hangs_up()
    (first,) = story.state.callbacks
    terms = CallbackTerms(outcome=AttemptOutcome.REACHED)
    story.does(ActionKind.ATTEMPT_CALLBACK, reference=first, callback=terms)
    story.goes_on()
    assert story.alert("self_harm").callback_reference is None
    story.hangs_up()
    kept, again = story.state.callbacks.values()
    assert (kept.state, again.state) == (CallbackState.KEPT, CallbackState.DUE)
    assert story.alert("self_harm").callback_reference == again.reference


def test_requests_made_again_and_again_have_ids_of_their_own() -> None:
    story = lost_and_back("self_harm", "media")
    for _ in range(3):
        story.hangs_up()
        story.goes_on()
    asked = [(r.route_id, r.attempt) for r in story.routes if r.cancel_reason is None]
    assert len(asked) == len(set(asked)) == 8


def test_who_has_handed_over_was_there() -> None:
    story = Story()
    story.says("legal_threat")
    story.platform(OutcomeKind.COMPLETED)
    alert = story.alert("legal_threat")
    assert alert.status is AlertStatus.CLAIMED
    assert alert.owner is not None
    assert alert.owner.id == "carmen"
    story.platform(OutcomeKind.JOINED, "carmen")
    story.hangs_up()
    assert not story.callbacks


def test_who_had_said_yes_is_who_was_there() -> None:
    story = Story()
    story.says("self_harm")
    story.platform(OutcomeKind.ACCEPTED, "grace")
    story.platform(OutcomeKind.COMPLETED)
    alert = story.alert("self_harm")
    assert alert.status is AlertStatus.CLAIMED
    assert alert.owner is not None
    assert alert.owner.id == "grace"
    story.hangs_up()
    assert not story.callbacks


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        (AGENT, "the role agent claims none"),
        (Actor(id="alex", role=ActorRole.AGENT), "the role agent claims none"),
        (Actor(id="femi", role=ActorRole.QA), "the role qa claims none"),
        (Actor(id="alex", role=ActorRole.SERVICE), "the role service claims none"),
        (Actor(id="zoe", role=ActorRole.SUPERVISOR), "with an entry under [people]"),
    ],
)
def test_who_is_no_person_of_the_policy_claims_nothing(actor: Actor, why: str) -> None:
    story = Story()
    story.says("self_harm")
    story.does(ActionKind.CLAIM, actor, alert_id=story.alert("self_harm").alert_id)
    assert why in story.refused()
    story.waits(25)
    assert owners(story) == ["femi", "grace"]


def test_the_people_of_a_queue_claim_what_was_opened_there_wherever_the_call_has_gone() -> None:
    policy = with_queue('[queues.vip.people.zoe]\nname = "Zoe Blum"')
    story = on("vip", Story(Desk(policy, VERSIONS)))
    story.says("media")
    zoe = Actor(id="zoe", role=ActorRole.SPECIALIST)
    on("billing", story).does(ActionKind.CLAIM, zoe, alert_id=story.alert("media").alert_id)
    assert not story.refused()
    owner = story.alert("media").owner
    assert owner is not None
    assert owner.name == "Zoe Blum"


def test_an_agent_calls_no_life_stop_a_false_alarm() -> None:
    story = Story()
    story.says("self_harm")
    alert_id = story.alert("self_harm").alert_id
    story.does(ActionKind.FALSE_ALARM, AGENT, alert_id=alert_id, reason="a joke")
    assert "a supervisor or the desk" in story.refused()


def called_false_with_somebody_there(*more: OutcomeKind) -> Story:
    story = Story()
    story.says("self_harm")
    for kind in (OutcomeKind.JOINED, *more):
        story.platform(kind, "femi")
    alert_id = story.alert("self_harm").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id, reason="a song")
    return story


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_no_false_alarm_after_all_is_theirs_again_who_had_come(ended: bool) -> None:
    story = called_false_with_somebody_there()
    if ended:
        story.hangs_up()
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=story.alert("self_harm").alert_id)
    alert = story.alert("self_harm")
    assert (alert.status, alert.ack_due_at) == (AlertStatus.CLAIMED, None)
    assert alert.owner is not None
    assert alert.owner.id == "femi"
    if not ended:
        story.hangs_up()
    assert not story.callbacks
    assert len(story.routes) == 1


def test_where_they_have_gone_again_somebody_is_asked_to_come() -> None:
    story = called_false_with_somebody_there(OutcomeKind.COMPLETED)
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=story.alert("self_harm").alert_id)
    assert owners(story) == ["femi", "femi"]
    assert story.alert("self_harm").status is AlertStatus.CONFIRMED
    assert story.desk.next_moment(story.state) is not None


def asks_for_the_crisis_desk() -> Story:
    story = Story()
    story.does(ActionKind.REQUEST_SPECIALIST, AGENT, desk="crisis", reason="she cries")
    return story


def test_an_agent_who_asks_for_the_crisis_desk_is_not_left_alone() -> None:
    story = asks_for_the_crisis_desk()
    (route,) = story.routes
    assert (route.mode, route.priority) == (RouteMode.JOIN, 1)
    story.waits(900)
    assert owners(story).count("femi") > 1
    assert not story.callbacks
    story.does(ActionKind.OFFER_CALLBACK)
    assert "at risk" in story.refused()


def test_whom_an_agent_sees_at_risk_is_rung_at_once_when_the_line_goes_dead() -> None:
    story = asks_for_the_crisis_desk()
    story.hangs_up()
    (callback,) = story.callbacks
    assert (callback.welfare, callback.owner.id) == (True, "femi")


def test_where_one_desk_comes_for_all_a_supervisor_who_is_asked_for_comes_as_ever() -> None:
    text = default_policy_text().replace('desk = "crisis"', 'desk = "supervisors"')
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS))
    story.does(ActionKind.REQUEST_SUPERVISOR, AGENT)
    assert [(r.mode, r.priority) for r in story.routes] == [(RouteMode.CONSULT, 3)]
    story.does(ActionKind.REQUEST_SPECIALIST, AGENT, desk="supervisors")
    assert [(r.mode, r.priority) for r in story.routes[1:]] == [(RouteMode.JOIN, 1)]
    story.hangs_up()
    assert story.callbacks[-1].welfare or story.callbacks[0].welfare


def away(person: str, days: str) -> Desk:
    """Of whoever keeps office hours: `person` is away."""
    text = default_policy_text()
    for desk in ("legal", "fraud"):
        text = text.replace(f"[desks.{desk}]\n", f'[desks.{desk}]\nhours = "office"\n', 1)
    policy = parse_policy(text, source="policy.toml")
    gone = msgspec.structs.replace(policy.people[person], away=(days,))
    return Desk(msgspec.structs.replace(policy, people=policy.people | {person: gone}), VERSIONS)


FRIDAY_NIGHT = milliseconds("2026-11-27T22:00:00Z")
"""The caller's next decent hours are on Saturday, when the desks are closed."""


def test_who_is_away_when_the_window_opens_does_not_ring_back() -> None:
    today = Story(away("hugo", "2026-09-21"))
    today.says("fraud")
    today.hangs_up()
    assert today.callbacks[-1].owner.id == "iris"


def test_who_is_away_in_the_night_alone_rings_back_in_the_morning() -> None:
    night = milliseconds("2026-11-24T02:00:00Z")
    story = Story(away("hugo", "2026-11-23"), at_ms=night)
    story.says("fraud")
    story.hangs_up()
    assert story.callbacks[-1].owner.id == "hugo"


def test_on_a_day_when_the_desk_is_closed_somebody_who_is_there_rings_back() -> None:
    story = Story(away("hugo", "2026-09-21"), at_ms=FRIDAY_NIGHT)
    story.says("legal_threat")
    story.hangs_up()
    callback = story.callbacks[-1]
    assert (callback.window_start or "")[:10] == "2026-11-28"
    assert callback.owner.id == "alex"


def test_a_callback_that_is_offered_belongs_to_who_is_there_in_the_agreed_window() -> None:
    story = Story(away("alex", "2026-11-30/2026-12-04"), at_ms=FRIDAY_NIGHT)
    for day, owner in (("2026-11-28", "alex"), ("2026-11-30", "bo"), ("2026-12-07", "alex")):
        terms = CallbackTerms(window_start=f"{day}T10:00:00Z", window_end=f"{day}T12:00:00Z")
        story.does(ActionKind.OFFER_CALLBACK, callback=terms)
        assert not story.refused()
        assert story.callbacks[-1].owner.id == owner


def test_what_was_heard_in_shadow_asks_nobody_when_the_call_goes_on() -> None:
    text = default_policy_text().replace('mode = "live"', 'mode = "shadow"', 1)
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS))
    story.says("self_harm")
    story.hangs_up()
    assert not story.goes_on().changes
