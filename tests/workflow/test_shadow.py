"""Shadow: everything is heard, marked and recorded; nobody is asked, coached, rung or promised."""

import msgspec
import pytest

from detectors.vocabulary import LIFE_STOPS, Trigger
from tests.workflow.test_desk import VERSIONS, reading
from tests.workflow.test_ways import CALL, Story
from workflow.actions import ActionKind, Actor, ActorRole, CallbackTerms
from workflow.call import CallFacts, Mode
from workflow.decision import Decision
from workflow.desk import Desk
from workflow.policy import Policy, default_policy_text, load_policy, parse_policy

AGENT = Actor(id="ag-1", role=ActorRole.AGENT)
QUEUE = str(CALL.queue_id)


def shadowed(*, site: bool) -> Policy:
    """A policy under which the story's queue is in shadow, alone or with the whole site."""
    text = default_policy_text()
    if site:
        text = text.replace('mode = "live"', 'mode = "shadow"', 1)
    else:
        text += f'\n[queues.{QUEUE}]\nmode = "shadow"\n'
    return parse_policy(text, source="policy.toml")


def quiet(story: Story) -> bool:
    return not story.routes and not story.callbacks and not story.state.ways


@pytest.mark.parametrize("site", [True, False])
def test_a_whole_call_in_shadow_is_marked_and_disturbs_nobody(site: bool) -> None:
    story = Story(Desk(shadowed(site=site), VERSIONS))
    story.says(*(trigger.value for trigger in Trigger), "supervisor_request")
    story.says("self_harm", utterance="u2", final=False)
    assert story.desk.next_moment(story.state, CALL) is None, "no tick has anything to do"
    story.waits(3600)
    story.hangs_up()
    story.waits(3600)
    assert {alert.mode for alert in story.state.alerts.values()} == {Mode.SHADOW}
    assert set(story.state.alerts) == {*(t.value for t in Trigger), "supervisor_request"}
    assert quiet(story)


def test_a_queue_may_be_live_where_the_site_is_in_shadow() -> None:
    text = default_policy_text().replace('mode = "live"', 'mode = "shadow"', 1)
    policy = parse_policy(f'{text}\n[queues.{QUEUE}]\nmode = "live"\n', source="policy.toml")
    story = Story(Desk(policy, VERSIONS))
    story.says("self_harm")
    assert story.alert("self_harm").mode is Mode.LIVE
    assert story.routes


@pytest.mark.parametrize("trigger", sorted(LIFE_STOPS))
def test_not_even_a_life_stop_rings_in_shadow(trigger: Trigger) -> None:
    story = Story(Desk(shadowed(site=False), VERSIONS))
    story.says(trigger.value, final=False)
    story.says(trigger.value)
    story.waits(600)
    story.hangs_up()
    assert quiet(story)


@pytest.mark.parametrize(
    "action",
    [ActionKind.REQUEST_SUPERVISOR, ActionKind.REQUEST_SPECIALIST, ActionKind.OFFER_CALLBACK],
)
def test_what_would_route_or_promise_is_refused_in_shadow(action: ActionKind) -> None:
    story = Story(Desk(shadowed(site=False), VERSIONS))
    story.says("fraud")
    terms = CallbackTerms(number="+442079460018", time_zone="Europe/London")
    story.does(action, AGENT, desk="fraud", callback=terms)
    assert "shadow" in story.refused()
    assert quiet(story)


def test_an_undone_false_alarm_asks_nobody_in_shadow() -> None:
    story = Story(Desk(shadowed(site=False), VERSIONS))
    story.says("self_harm")
    alert_id = story.alert("self_harm").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id, reason="a film")
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=alert_id)
    assert not story.refused()
    assert quiet(story)


def moved(story: Story, cause: str, queue: str) -> Decision:
    """The story goes on on another queue, for one step."""
    call = msgspec.structs.replace(CALL, queue_id=queue)
    desk, state, at_ms = story.desk, story.state, story.at_ms
    if cause == "end":
        return story._after(desk.after_call(state, call, at_ms=at_ms, mode=Mode.LIVE))
    at_ms = story.at_ms = max(at_ms, desk.next_moment(state, call) or at_ms)
    return story._after(desk.after_time(state, call, at_ms=at_ms, mode=Mode.LIVE))


def test_what_was_begun_live_goes_on_on_a_queue_in_shadow() -> None:
    policy = load_policy()
    policy = msgspec.structs.replace(policy, queues={"pilot": {"mode": "shadow"}})
    story = Story(Desk(policy, VERSIONS))
    story.says("self_harm")
    moved(story, "tick", "pilot")
    assert [route.owner.id for route in story.routes if route.owner] == ["femi", "grace"]
    assert {route.origin for route in story.routes} == {Mode.LIVE}
    moved(story, "end", "pilot")
    (callback,) = story.state.callbacks.values()
    assert callback.welfare
    assert {alert.mode for alert in story.state.alerts.values()} == {Mode.LIVE}


def test_a_caller_heard_in_shadow_is_helped_once_the_call_is_on_a_live_queue() -> None:
    story = Story(Desk(shadowed(site=False), VERSIONS))
    story.says("self_harm")
    assert quiet(story)
    live = CallFacts(call_id="c", queue_id="live", customer=CALL.customer)
    again = reading("self_harm", utterance="u2")
    story._after(
        story.desk.after_reading(story.state, again, live, at_ms=story.at_ms, mode=Mode.LIVE)
    )
    assert story.alert("self_harm").mode is Mode.LIVE
    assert [route.desk for route in story.routes] == ["crisis"]


@pytest.mark.parametrize("given", [Mode.REPLAY, Mode.POST_CALL])
def test_a_recording_keeps_its_mode_on_a_queue_in_shadow(given: Mode) -> None:
    assert shadowed(site=False).mode_for(QUEUE, given) is given
    assert shadowed(site=False).mode_for(QUEUE, Mode.LIVE) is Mode.SHADOW
