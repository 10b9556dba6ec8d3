"""What is known of a caller across calls: which calls count, what each is told, what is let go."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_desk import AT, CALL, reading
from tests.workflow.test_ways import Story
from workflow.actions import ActionKind
from workflow.alerts import Alert
from workflow.contact import (
    Contact,
    Followed,
    contact_of,
    pseudonym,
    stops_after,
    untold,
    withdrawal,
)
from workflow.customers import (
    LINES,
    LIVE_MS,
    CustomerState,
    asked,
    history,
    is_over,
    news,
    noted,
    to_forget,
    told_of,
)
from workflow.history import History, PastStop, Promise
from workflow.keeping import DAY_MS, AcrossCalls
from workflow.policy import PolicyError, default_policy_text, load_policy, parse_policy

RULES = AcrossCalls(keep_days=90, recent_days=7, max_calls=5)
KEY = b"k" * 32
NOBODY = CustomerState(pseudonym=pseudonym("r", KEY))


def contact(call_id: str, days: float = 0, revision: int = 1, **more: object) -> Contact:
    """A call that began so many days after AT and is over, unless told otherwise."""
    fields: dict[str, Any] = {"ended": True, "matters": ("queue:billing",), **more}
    at_ms = AT + round(days * DAY_MS)
    return Contact(call_id=call_id, at_ms=at_ms, revision=revision, **fields)


def after(*contacts: Contact, days: float = 0, state: CustomerState = NOBODY) -> CustomerState:
    for one in contacts:
        state = noted(state, one, at_ms=AT + round(days * DAY_MS), rules=RULES)
    return state


def stop(call_id: str, trigger: str = "legal_threat") -> PastStop:
    return PastStop(call_id=call_id, trigger=trigger, at="2026-09-21T14:13:20.000Z")


def promise(reference: str) -> Promise:
    return Promise(reference=reference, state="committed", owner="Alex Morgan")


def alert_of(story: Story, label: str) -> Alert:
    return story.state.alerts[label]


def told_by(story: Story, stops: tuple[PastStop, ...] = ()) -> Contact:
    kept = stops_after(stops, story.state.alerts, ())
    followed = Followed(pseudonym="p", at_ms=AT, stops=kept)
    return contact_of(followed, story.state, CALL, ended=False)


def test_one_caller_has_one_pseudonym_under_one_key() -> None:
    assert pseudonym("r", KEY) == pseudonym("r", KEY)
    assert len({pseudonym("r", KEY), pseudonym("s", KEY), pseudonym("r", b"l" * 32)}) == 3
    assert "r-4711" not in pseudonym("r-4711", KEY)
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonym("r", b"short")


def test_a_second_call_knows_the_stop_and_the_promise_of_the_first() -> None:
    first = contact("first", stops=(stop("first"),), callbacks=(promise("CB-1"),))
    state = after(first, contact("second", 1, ended=False), days=1)
    known = history(state, "second", RULES)
    assert (known.contacts, known.same_matter, known.known) == (1, 1, True)
    assert known.hard_stops == (stop("first"),)
    assert [p.reference for p in known.open_callbacks] == ["CB-1"]
    assert known.last_at == "2026-09-21T14:13:20.000Z"


def test_the_first_call_is_told_that_there_were_none() -> None:
    assert history(after(contact("only")), "only", RULES) == History(known=True)


def test_a_call_is_not_told_of_itself() -> None:
    own = contact("c", stops=(stop("c"),), callbacks=(promise("CB-1"),))
    assert history(after(own), "c", RULES) == History(known=True)


@pytest.mark.parametrize(
    ("matters", "days", "same"),
    [
        (("queue:billing",), 1, 1),
        (("legal_threat", "queue:claims"), 1, 1),
        (("complaint", "queue:claims"), 1, 0),
        ((), 1, 0),
        (("queue:billing",), 8, 0),
    ],
)
def test_the_same_matter_is_the_same_queue_or_label_within_the_recent_days(
    matters: tuple[str, ...], days: float, same: int
) -> None:
    first = contact("first", matters=("legal_threat", "queue:billing"))
    state = after(first, contact("second", days, matters=matters), days=days)
    known = history(state, "second", RULES)
    assert (known.contacts, known.same_matter) == (1, same)


def test_a_callback_that_is_closed_is_no_longer_open_for_later_calls() -> None:
    state = after(contact("first", callbacks=(promise("CB-1"),)), contact("second", 0.1), days=1)
    closed = after(contact("first", revision=2), state=state, days=1)
    assert history(state, "second", RULES).open_callbacks
    assert not history(closed, "second", RULES).open_callbacks


def test_calls_that_go_on_are_told_of_what_happens_on_another_line() -> None:
    before = after(contact("a", ended=False), contact("b", 0.01, ended=False), days=0.02)
    later = after(
        contact("b", 0.01, 2, ended=False, callbacks=(promise("CB-1"),)), state=before, days=0.02
    )
    told = news(before, later, at_ms=AT + DAY_MS // 40, rules=RULES)
    assert list(told) == ["a"]
    assert told["a"].open_callbacks == (promise("CB-1"),)
    assert told["a"].contacts == 0, "the other call began later"


def test_nobody_is_told_anew_what_they_know_or_after_their_call() -> None:
    state = after(contact("over"), contact("live", 0.1, ended=False), days=0.2)
    same = after(contact("live", 0.1, ended=False), state=state, days=0.2)
    assert news(state, same, at_ms=AT + DAY_MS // 5, rules=RULES) == {}
    more = after(contact("over", revision=2, stops=(stop("over"),)), state=state, days=0.2)
    assert list(news(state, more, at_ms=AT + DAY_MS // 5, rules=RULES)) == ["live"]
    too_late = AT + DAY_MS // 10 + LIVE_MS
    assert news(state, more, at_ms=too_late, rules=RULES) == {}


def test_a_reference_that_stands_for_many_tells_nobody_of_the_others() -> None:
    crowd = [contact(f"c{n}", n / 1000, ended=False) for n in range(LINES)]
    first = contact("first", -1, stops=(stop("first"),))
    few = after(first, *crowd, days=0.1)
    assert history(few, "c0", RULES).hard_stops
    rules = msgspec.structs.replace(RULES, max_calls=20)
    many = noted(few, contact("one more", 0.01, ended=False), at_ms=AT + DAY_MS // 10, rules=rules)
    assert history(many, "c0", rules) == History()


def test_a_call_of_somebody_else_after_all_does_not_count() -> None:
    state = after(contact("a", stops=(stop("a"),)), contact("b", 0.1), days=1)
    state = after(contact("a", revision=2, withdrawn=True, matters=()), state=state, days=1)
    assert history(state, "b", RULES) == History(known=True)


def test_old_calls_go_and_a_promise_stays_until_it_is_closed() -> None:
    state = after(contact("old"), contact("promised", callbacks=(promise("CB-1"),)))
    state = after(contact("new", 91), state=state, days=91)
    assert [c.call_id for c in state.contacts] == ["promised", "new"]
    state = after(contact("promised", revision=2), state=state, days=91)
    assert [c.call_id for c in state.contacts] == ["new"]


def test_a_caller_is_forgotten_when_the_last_call_is_too_old() -> None:
    state = after(contact("only"))
    assert not is_over(state, at_ms=AT + 90 * DAY_MS - 1, rules=RULES)
    assert is_over(state, at_ms=AT + 90 * DAY_MS, rules=RULES)
    owed = after(contact("only", callbacks=(promise("CB-1"),)))
    assert not is_over(owed, at_ms=AT + 900 * DAY_MS, rules=RULES)


def test_what_was_forgotten_does_not_come_back() -> None:
    state = after(contact("old", stops=(stop("old"),)))
    waiting = asked(state, at_ms=AT + DAY_MS)
    assert [c.call_id for c in to_forget(waiting)] == ["old"]
    erased = after(withdrawal("old", AT, 2), state=waiting, days=1)
    assert b"old" not in msgspec.msgpack.encode(erased)
    again = after(contact("old", revision=9, stops=(stop("old"),)), state=erased, days=2)
    assert again == erased
    new = after(contact("new", 2), state=again, days=2)
    assert history(new, "new", RULES) == History(known=True)
    assert not is_over(erased, at_ms=AT + 2 * DAY_MS, rules=RULES)
    assert is_over(erased, at_ms=AT + 91 * DAY_MS, rules=RULES)


def test_a_call_that_may_not_let_go_stays_alone_until_it_does() -> None:
    state = after(contact("held", stops=(stop("held"),)), contact("plain", 0.5), days=1)
    state = after(withdrawal("plain", AT, 2), state=asked(state, at_ms=AT + DAY_MS), days=1)
    state = after(contact("later", 2), state=state, days=2)
    assert [s.call_id for s in history(state, "later", RULES).hard_stops] == ["held"]
    assert history(state, "later", RULES).contacts == 1
    state = after(withdrawal("held", AT, 2), state=state, days=3)
    assert [c.call_id for c in state.contacts] == ["later"]
    assert history(state, "later", RULES) == History(known=True)


def test_of_a_caller_of_whom_nothing_is_kept_nothing_is_waited_for() -> None:
    state = asked(CustomerState(pseudonym="p"), at_ms=AT)
    assert (state.forgotten_ms, to_forget(state)) == (AT, ())


def test_a_feed_whose_clock_is_ahead_does_not_push_out_the_others() -> None:
    state = after(contact("odd", 30_000), contact("good", 1), days=1)
    assert {c.call_id for c in state.contacts} == {"odd", "good"}
    assert max(c.at_ms for c in state.contacts) <= AT + DAY_MS


CONTACTS = st.builds(
    lambda call, revision: contact(
        f"c{call}",
        call / 7,
        revision,
        ended=revision % 2 == 0,
        stops=(stop(f"c{call}"),) if revision > 2 else (),
        matters=("queue:billing",) if call % 2 else ("complaint",),
        callbacks=(promise(f"CB-{call}"),) if revision == 3 else (),
    ),
    st.integers(0, RULES.max_calls - 1),
    st.integers(0, 5),
)


@given(st.lists(CONTACTS, max_size=20), st.data())
def test_the_order_in_which_calls_are_heard_of_makes_no_difference(
    told: list[Contact], data: st.DataObject
) -> None:
    once = after(*told, days=1)
    mixed = after(*data.draw(st.permutations(told)), days=1)
    twice = after(*told, *told, days=1)
    assert once.contacts == mixed.contacts == twice.contacts


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=40))
def test_a_caller_is_kept_within_bounds_and_newer_calls_are_kept_first(
    told: list[tuple[int, bool]],
) -> None:
    calls = [
        contact(f"c{n}", days, callbacks=(promise(f"CB-{n}"),) if owed else ())
        for n, (days, owed) in enumerate(told)
    ]
    state = after(*calls, days=400)
    assert len(state.contacts) <= RULES.max_calls
    assert list(state.contacts) == sorted(state.contacts, key=lambda c: (c.at_ms, c.call_id))
    worth = sorted(
        (bool(c.callbacks), c.at_ms, c.call_id)
        for c in calls
        if c.at_ms > AT + 310 * DAY_MS or c.callbacks
    )
    assert {c.call_id for c in state.contacts} == {one[2] for one in worth[-RULES.max_calls :]}


def test_a_confirmed_stop_is_told_and_a_false_alarm_taken_back() -> None:
    story = Story()
    story.says("legal_threat", final=False)
    assert not told_by(story).stops, "provisional words are not yet said"
    story.says("legal_threat")
    told = told_by(story)
    assert [past.trigger for past in told.stops] == ["legal_threat"]
    alert_id = alert_of(story, "legal_threat").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id)
    assert not told_by(story, told.stops).stops
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=alert_id)
    assert told_by(story).stops == told.stops


def test_a_resolved_stop_stays_although_a_second_one_was_a_false_alarm() -> None:
    story = Story()
    story.says("regulator")
    first = told_by(story).stops
    story.does(ActionKind.RESOLVE, alert_id=alert_of(story, "regulator").alert_id)
    story.says("regulator", utterance="u2")
    both = told_by(story, first).stops
    assert len(both) == 2
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_of(story, "regulator").alert_id)
    assert told_by(story, both).stops == first


def test_a_restricted_matter_stays_on_its_call() -> None:
    story = Story()
    story.says("safeguarding", "self_harm")
    told = told_by(story)
    assert [past.trigger for past in told.stops] == ["self_harm"]
    heard = Followed().after(reading("safeguarding", "misconduct", "supervisor_request", "fraud"))
    assert heard.matters == ("fraud",)
    assert Followed().after(reading("fraud", final=False)) == Followed()


def test_a_stop_that_the_policy_leaves_out_is_not_told() -> None:
    story = Story()
    story.says("self_harm", "fraud")
    text = default_policy_text().replace("leave_out = []", 'leave_out = ["self_harm"]')
    leave_out = parse_policy(text, source="policy.toml").across_calls.leave_out
    stops = stops_after((), story.state.alerts, leave_out)
    assert [past.trigger for past in stops] == ["fraud"]
    followed = Followed(pseudonym="p", at_ms=AT, matters=("fraud", "self_harm"))
    told = contact_of(followed, story.state, CALL, ended=True, leave_out=leave_out)
    assert told.matters == ("fraud", "queue:q")


def test_what_a_queue_leaves_out_is_not_told_wherever_the_call_goes_from_there() -> None:
    text = '\n[queues.q.across_calls]\nleave_out = ["self_harm"]'
    policy = parse_policy(default_policy_text() + text, source="policy.toml")
    story = Story()
    story.says("self_harm", "fraud")
    billing = msgspec.structs.replace(CALL, queue_id="billing")
    assert untold(story.state, CALL, policy) == {"self_harm"}
    assert untold(story.state, billing, policy) == {"self_harm"}


def test_what_was_heard_before_a_call_came_to_a_queue_that_leaves_it_out_is_told_no_more() -> None:
    text = '\n[queues.other.across_calls]\nleave_out = ["self_harm"]'
    policy = parse_policy(default_policy_text() + text, source="policy.toml")
    story = Story()
    story.says("self_harm")
    assert untold(story.state, CALL, policy) == set()
    stops = stops_after((), story.state.alerts, ())
    there = msgspec.structs.replace(CALL, queue_id="other")
    left_out = untold(story.state, there, policy)
    assert len(stops) == 1
    assert stops_after(stops, {}, left_out) == ()


def test_a_brief_may_mention_a_call_that_came_before_it_or_went_on_beside_it() -> None:
    day = 86_400_000
    state = CustomerState(
        pseudonym="p",
        contacts=(
            Contact(call_id="long before", at_ms=AT - day),
            Contact(call_id="gone", at_ms=AT),
            Contact(call_id="after", at_ms=AT + day),
            Contact(call_id="beside", at_ms=AT - 60_000),
        ),
    )
    gone = withdrawal("gone", AT, 1)
    assert set(told_of(state, gone)) == {"after", "beside"}
    again = msgspec.structs.replace(state, contacts=(gone, *state.contacts[2:]))
    assert told_of(again, gone) == ()


def test_open_callbacks_are_told_with_their_owner_and_closed_ones_not() -> None:
    story = Story()
    story.does(ActionKind.OFFER_CALLBACK)
    (told,) = told_by(story).callbacks
    assert told.reference == story.callbacks[0].reference
    assert told.owner == story.callbacks[0].owner.name
    story.does(ActionKind.CANCEL_CALLBACK, reference=told.reference, reason="no")
    assert not told_by(story).callbacks


def test_what_is_known_of_earlier_calls_stands_on_alerts() -> None:
    story = Story()
    story.says("legal_threat")
    assert alert_of(story, "legal_threat").previous_contacts is None
    decision = story.desk.after_history(
        story.state, History(contacts=2, known=True), CALL, at_ms=AT, mode=story.mode
    )
    alert = decision.state.alerts["legal_threat"]
    assert (alert.previous_contacts, alert.revision, len(decision.changes)) == (2, 2, 1)
    again = story.desk.after_history(
        decision.state, History(contacts=2, known=True), CALL, at_ms=AT, mode=story.mode
    )
    assert not again.changes


def test_the_default_policy_keeps_calls_and_a_contradiction_is_named() -> None:
    assert load_policy().across_calls.recent_days < load_policy().across_calls.keep_days
    text = default_policy_text().replace("keep_days = 90", "keep_days = 5")
    with pytest.raises(PolicyError, match=r"across_calls\.recent_days: cannot be longer"):
        parse_policy(text, source="policy.toml")
