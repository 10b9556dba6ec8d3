"""Who comes where the way there is crooked: desks that are gone, calls that move, are lost and go
on, people who take something without coming."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.test_desk import AT, VERSIONS
from tests.workflow.test_queues import with_queue
from tests.workflow.test_ways import CALL, Story
from workflow.actions import ActionKind, Actor, ActorRole
from workflow.alerts import AlertStatus
from workflow.desk import Desk
from workflow.policy import load_policy

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
