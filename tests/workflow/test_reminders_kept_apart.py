"""What a callback's alerts tell, and to whom: those alone who may see what it is about."""

from __future__ import annotations

import pytest

from tests.workflow.story import Story
from workflow.alerts import Alert, RecordHandling

ABUSE = "my husband beats me and he is listening to this call"
SUES = "i am going to sue you people"


def of_callbacks(story: Story) -> list[Alert]:
    return [alert for label, alert in story.alerts.items() if label.startswith("callback:")]


def test_that_somebody_at_risk_was_lost_is_for_the_desk_that_knows_of_it() -> None:
    story = Story()
    story.says(ABUSE)
    about = story.alerts["safeguarding"]
    assert about.handling is RecordHandling.RESTRICTED
    story.hangs_up()
    (welfare,) = of_callbacks(story)
    assert (welfare.trigger, welfare.handling) == ("welfare_recontact", RecordHandling.RESTRICTED)
    assert welfare.desk == about.desk is not None
    story.waits(3600)
    told = [
        event
        for event in story.events("alert.opened", "alert.updated")
        if event.get("callback_reference") == welfare.callback_reference
    ]
    assert len(told) > 1
    assert {event["handling"] for event in told} == {"restricted"}
    assert {event["desk"] for event in told} == {about.desk}


def test_what_is_nobodys_secret_is_its_owners_to_do() -> None:
    story = Story()
    story.says(SUES)
    story.hangs_up()
    story.waits(86_400)
    due = of_callbacks(story)
    assert due
    assert {(alert.handling, alert.desk) for alert in due} == {(RecordHandling.NORMAL, None)}


@pytest.mark.parametrize("first", [ABUSE, SUES])
def test_each_callback_of_a_call_is_as_secret_as_what_it_is_about(first: str) -> None:
    story = Story()
    story.says(first)
    story.says(SUES if first == ABUSE else ABUSE)
    story.hangs_up()
    story.waits(86_400)
    secret = {callback.reference for callback in story.callbacks if callback.welfare}
    assert secret
    found = {alert.callback_reference: alert.handling for alert in of_callbacks(story)}
    assert len(found) == 2
    for reference, handling in found.items():
        assert (handling is RecordHandling.RESTRICTED) == (reference in secret)
