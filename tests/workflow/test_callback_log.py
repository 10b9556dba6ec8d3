"""The callback log: when a caller is rung, at which number, and what was told of it."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.test_desk import VERSIONS
from tests.workflow.test_ways import CALL, Story
from workflow.actions import ActionKind, CallbackTerms
from workflow.call import CallFacts, Customer, Verified
from workflow.callbacks import AttemptOutcome, Callback, CallbackState
from workflow.desk import Desk
from workflow.moments import milliseconds
from workflow.policy import default_policy_text, parse_policy

NIGHT_IN_NEW_YORK = milliseconds("2026-09-22T08:00:00Z")


def caller(**facts: object) -> CallFacts:
    """A call of somebody of whom the platform tells only this."""
    customer = Customer(ref="r", name="Ms Doe", **facts)  # type: ignore[arg-type]
    return msgspec.structs.replace(CALL, customer=customer)


def owed(story: Story) -> Callback:
    """What the caller is owed once the line is lost in the middle of a legal threat."""
    story.says("legal_threat")
    story.hangs_up()
    return story.callbacks[-1]


def test_a_caller_whose_zone_nobody_knows_is_rung_at_a_decent_hour_all_over_their_country() -> None:
    call = caller(number="+12125550142")
    story = Story(at_ms=NIGHT_IN_NEW_YORK, call=call)
    promised = owed(story)
    assert promised.time_zone is None
    # 9:00 in Honolulu, and afternoon in New York.
    assert promised.window_start == "2026-09-22T19:00:00.000Z"
    assert promised.window_end == "2026-09-22T23:00:00.000Z"


def test_a_caller_of_no_known_country_is_rung_by_day_at_the_desk() -> None:
    text = default_policy_text().replace("Europe/London", "Australia/Sydney")
    story = Story(
        Desk(parse_policy(text, source="policy.toml"), VERSIONS),
        at_ms=milliseconds("2026-09-22T13:00:00Z"),
        call=CallFacts(call_id="c", queue_id="q"),
    )
    assert owed(story).window_start == "2026-09-22T23:00:00.000Z"


def test_what_was_only_offered_is_not_called_agreed() -> None:
    story = Story()
    promised = owed(story)
    story.waits_for(promised.window_start)
    (alert,) = story.about(promised.reference)
    assert "no time agreed" in alert.say_now
    assert "as agreed" not in alert.say_now
    window = {"window_start": "2026-09-22T09:00:00Z", "window_end": "2026-09-22T10:00:00Z"}
    story.does(
        ActionKind.COMMIT_CALLBACK,
        reference=promised.reference,
        callback=CallbackTerms(**window),  # type: ignore[arg-type]
    )
    story.waits_for("2026-09-22T09:00:00Z")
    (alert,) = story.about(promised.reference)
    assert "as agreed" in alert.say_now


@pytest.mark.parametrize(
    ("told", "place", "number"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "uk", "+442079460018"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        # Of a range that tables do not know: the platform is rung from it all the same.
        ("+447700900131", None, "+447700900131"),
    ],
)
def test_the_platforms_number_stands_as_e164(told: str, place: str | None, number: str) -> None:
    call = caller(number=told, country=place, time_zone="Europe/London")
    assert owed(Story(call=call)).number == number
    lost = Story(call=call)
    lost.says("self_harm")
    lost.hangs_up()
    assert (lost.callbacks[-1].welfare, lost.callbacks[-1].number) == (True, number)


@pytest.mark.parametrize("told", ["020 7946 0018", "anonymous", "+44 20", "x" * 900])
def test_what_is_no_number_to_dial_is_told_to_whoever_rings(told: str) -> None:
    story = Story(call=caller(number=told, time_zone="Europe/London"))
    promised = owed(story)
    assert promised.number is None
    assert promised.contact_note is not None
    assert told[:40] in promised.contact_note
    assert len(promised.contact_note) < 100
    assert told not in "".join(alert.reason for alert in story.state.alerts.values())


def test_the_country_of_the_jurisdiction_reads_a_national_number() -> None:
    call = msgspec.structs.replace(caller(number="020 7946 0018"), jurisdiction="GB-SCT")
    assert owed(Story(call=call)).number == "+442079460018"


def test_who_gives_no_number_and_withholds_theirs_is_asked_for_it() -> None:
    story = Story(call=caller(number="anonymous", time_zone="Europe/London"))
    promised = owed(story)
    story.does(ActionKind.COMMIT_CALLBACK, reference=promised.reference)
    assert "needs the number" in story.refused()


HALVES = [
    ({"window_start": "2026-09-22T09:00:00Z"}, "lacks its end"),
    ({"window_end": "2026-09-22T10:00:00Z"}, "lacks its start"),
]


@pytest.mark.parametrize(("half", "why"), HALVES)
@pytest.mark.parametrize("forbidden", [False, True])
def test_half_a_window_is_no_agreement(half: dict[str, str], why: str, forbidden: bool) -> None:
    story = Story()
    promised = owed(story)
    if forbidden:
        story.says("do_not_call", utterance="u2")
    terms = CallbackTerms(**half)  # type: ignore[arg-type]
    story.does(ActionKind.COMMIT_CALLBACK, reference=promised.reference, callback=terms)
    assert why in story.refused()
    standing = story.state.callbacks[promised.reference]
    assert (standing.state, standing.do_not_call) == (CallbackState.OFFERED, forbidden)
    story.does(ActionKind.OFFER_CALLBACK, callback=terms)
    assert why in story.refused()
    assert set(story.state.callbacks) == {promised.reference}


def lost_at_risk() -> Story:
    story = Story()
    story.says("self_harm")
    story.hangs_up()
    return story


def tried(story: Story, outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER) -> None:
    terms = CallbackTerms(outcome=outcome)
    about = story.callbacks[-1].reference
    story.does(ActionKind.ATTEMPT_CALLBACK, reference=about, callback=terms)


def test_who_was_at_risk_is_tried_again_and_again_and_by_the_duty_manager_in_the_end() -> None:
    story = lost_at_risk()
    ends = story.callbacks[-1].window_end
    for _ in range(4):
        tried(story)
        assert story.callbacks[-1].state is CallbackState.ATTEMPTED
        story.waits(120)
        assert (story.callbacks[-1].state, story.callbacks[-1].owner.id) == (
            CallbackState.DUE,
            "femi",
        )
    story.waits_for(ends)
    given = story.callbacks[-1]
    assert (given.state, given.owner.id) == (CallbackState.ESCALATED, "lee")
    assert given.deputy is not None
    assert given.deputy.id == "femi"
    tried(story)
    story.waits(120)
    again = story.callbacks[-1]
    assert (again.state, again.owner.id, again.deputy) == (
        CallbackState.ESCALATED,
        "lee",
        given.deputy,
    )
    tried(story, AttemptOutcome.REACHED)
    assert story.callbacks[-1].state is CallbackState.KEPT


def test_a_welfare_call_that_somebody_gives_up_is_the_duty_managers_at_once() -> None:
    story = lost_at_risk()
    story.does(ActionKind.MISS_CALLBACK, reference=story.callbacks[-1].reference)
    story.waits(1)
    assert (story.callbacks[-1].state, story.callbacks[-1].owner.id) == (
        CallbackState.ESCALATED,
        "lee",
    )


def agree(story: Story, start: str, end: str) -> None:
    window = CallbackTerms(window_start=start, window_end=end)
    about = story.callbacks[-1].reference
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=window)
    assert not story.refused()


def test_tries_are_counted_in_the_window_that_holds() -> None:
    story = Story()
    owed(story)
    agree(story, "2026-09-22T08:00:00Z", "2026-09-22T12:00:00Z")
    story.waits_for("2026-09-22T08:00:00Z")
    for number in (1, 2, 3):
        tried(story)
        assert story.callbacks[-1].tries == number
        story.waits(45 * 60)
    assert story.callbacks[-1].state is CallbackState.ATTEMPTED
    agree(story, "2026-09-23T08:00:00Z", "2026-09-23T12:00:00Z")
    assert story.callbacks[-1].tries == 0
    story.waits_for("2026-09-23T08:00:00Z")
    tried(story)
    story.waits(45 * 60)
    again = story.callbacks[-1]
    assert (again.state, again.tries, len(again.attempts)) == (CallbackState.DUE, 1, 4)


def test_a_try_before_the_window_is_none_of_it_and_brings_nothing_forward() -> None:
    story = Story()
    owed(story)
    agree(story, "2026-09-22T08:00:00Z", "2026-09-22T12:00:00Z")
    tried(story)
    story.waits(3600)
    early = story.callbacks[-1]
    assert (early.state, early.tries) == (CallbackState.ATTEMPTED, 0)
    story.waits_for(early.window_start)
    assert story.callbacks[-1].state is CallbackState.DUE


def test_a_callback_for_a_desk_that_there_is_not_is_refused() -> None:
    story = Story()
    story.does(ActionKind.OFFER_CALLBACK, desk="suporvisors")
    assert "no desk 'suporvisors'; desks are: compliance, crisis" in story.refused()
    assert not story.state.callbacks
    story.does(ActionKind.OFFER_CALLBACK, desk="media")
    assert story.callbacks[-1].owner.id == "elena"


def test_who_names_no_desk_has_the_one_that_supervisors_are_asked_from() -> None:
    text = default_policy_text().replace("desks.supervisors", "desks.floor")
    text = text.replace('"supervisors"', '"floor"')
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS))
    story.does(ActionKind.OFFER_CALLBACK)
    assert story.callbacks[-1].owner.id == "alex"


def test_what_the_caller_told_stands_on_an_offer_without_a_window() -> None:
    story = Story(call=CallFacts(call_id="c", queue_id="q"))
    terms = CallbackTerms(
        number="+1 212 555 0142",
        time_zone="America/New_York",
        safe_to_leave_message=True,
        contact_note="ask for Tom",
        note="he is at work until five",
    )
    story.does(ActionKind.OFFER_CALLBACK, callback=terms)
    offered = story.callbacks[-1]
    assert (offered.state, offered.agreed_at) == (CallbackState.OFFERED, None)
    assert (offered.number, offered.time_zone) == ("+12125550142", "America/New_York")
    assert (offered.time_zone_source, offered.safe_to_leave_message) == ("caller", True)
    assert (offered.contact_note, offered.history[0].note) == ("ask for Tom", terms.note)


@pytest.mark.parametrize(
    ("terms", "why"),
    [({"number": "12"}, "country code"), ({"time_zone": "London"}, "no time zone")],
)
def test_nothing_is_offered_on_terms_that_there_are_not(terms: dict[str, str], why: str) -> None:
    story = Story()
    story.does(ActionKind.OFFER_CALLBACK, callback=CallbackTerms(**terms))  # type: ignore[arg-type]
    assert why in story.refused()
    assert not story.state.callbacks


def test_a_number_that_was_not_one_is_no_longer_spoken_of_once_there_is_one() -> None:
    story = Story(call=caller(number="anonymous", time_zone="Europe/London"))
    about = owed(story).reference
    noted = CallbackTerms(contact_note="not at work")
    story.does(ActionKind.OFFER_CALLBACK, callback=noted)
    lacking = story.callbacks[-1].contact_note or ""
    assert lacking.startswith("no number to ring yet")
    assert lacking.endswith("; not at work")
    number = CallbackTerms(number="+442079460018")
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=number)
    assert not story.refused()
    assert (story.callbacks[-1].number, story.callbacks[-1].contact_note) == (
        "+442079460018",
        None,
    )


def test_who_has_agreed_to_be_called_is_no_longer_noted_as_not_to_be() -> None:
    story = Story()
    about = owed(story).reference
    noted = CallbackTerms(
        window_start="2026-09-22T08:00:00Z",
        window_end="2026-09-22T12:00:00Z",
        contact_note="not at work",
    )
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=noted)
    story.says("do_not_call", utterance="u2")
    assert story.callbacks[-1].contact_note == (
        "not at work; the caller asked not to be called: write, or ask first"
    )
    agree(story, "2026-09-23T08:00:00Z", "2026-09-23T12:00:00Z")
    assert (story.callbacks[-1].do_not_call, story.callbacks[-1].contact_note) == (
        False,
        "not at work",
    )
    taken_back = CallbackTerms(
        window_start="2026-09-23T08:00:00Z", window_end="2026-09-23T12:00:00Z", contact_note=""
    )
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=taken_back)
    assert story.callbacks[-1].contact_note is None


def test_a_window_that_was_agreed_stands_when_something_else_is_told() -> None:
    story = Story()
    about = owed(story).reference
    agree(story, "2026-09-23T08:00:00Z", "2026-09-23T12:00:00Z")
    agreed = story.callbacks[-1]
    told = CallbackTerms(safe_to_leave_message=True)
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=told)
    known = story.callbacks[-1]
    assert known.safe_to_leave_message
    assert (known.window_start, known.window_end) == (agreed.window_start, agreed.window_end)
    assert known.agreed_at == agreed.agreed_at
    story.waits_for(agreed.window_end)
    story.does(ActionKind.COMMIT_CALLBACK, reference=about, callback=told)
    assert (story.callbacks[-1].window_start or "") > (agreed.window_end or "")


def test_whom_the_agent_has_verified_meanwhile_is_verified_on_the_log() -> None:
    story = Story()
    story.says("legal_threat")
    story.does(ActionKind.OFFER_CALLBACK)
    offered = story.callbacks[-1]
    assert offered.verified is Verified.NONE
    story.does(ActionKind.SET_VERIFIED, verified=Verified.FULL)
    known = story.callbacks[-1]
    assert (known.reference, known.verified) == (offered.reference, Verified.FULL)
    assert (known.state, known.revision) == (offered.state, offered.revision + 1)
    story.does(ActionKind.SET_VERIFIED, verified=Verified.FULL)
    assert story.callbacks[-1].revision == known.revision
    story.does(ActionKind.KEEP_CALLBACK, reference=known.reference)
    story.does(ActionKind.SET_VERIFIED, verified=Verified.PARTIAL)
    assert story.callbacks[-1].verified is Verified.FULL


def test_verifying_the_caller_puts_no_try_off() -> None:
    story = lost_at_risk()
    tried(story)
    story.waits(60)
    story.does(ActionKind.SET_VERIFIED, verified=Verified.FULL)
    story.waits(60)
    assert story.callbacks[-1].state is CallbackState.DUE
