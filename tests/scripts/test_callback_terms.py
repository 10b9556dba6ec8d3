"""What `hardstop callbacks` hands on of what was said."""

from __future__ import annotations

from scripts.callbacks import terms_of
from workflow.actions import CallbackTerms


def test_that_no_message_may_be_left_is_handed_on_by_itself() -> None:
    assert terms_of(number=None, safe_to_leave_message=False) == CallbackTerms(
        safe_to_leave_message=False
    )


def test_where_nothing_was_said_nothing_is_handed_on() -> None:
    assert terms_of(number=None, note=None) is None
    assert terms_of() is None
