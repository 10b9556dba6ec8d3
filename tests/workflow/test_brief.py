"""The brief that a receiver reads before a warm transfer: what is in it, what is not, how long."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.mood import Mood, Trend
from detectors.reading import Evidence, Turn
from detectors.vocabulary import LIFE_STOPS, Emotion, HeardStep, Speaker, Trigger
from tests.workflow.test_desk import AT, CALL, DESK, alerts, decide, reading, routes
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.alerts import Alert
from workflow.brief import write_brief
from workflow.call import CallFacts, Customer, Mode, Verified
from workflow.callbacks import Callback, CallbackState
from workflow.decision import DeskState
from workflow.drafts.situation import Need
from workflow.history import History, PastStop, Promise
from workflow.openings import sore_points
from workflow.picture import CallPicture
from workflow.policy import RouteMode
from workflow.quotes import Quoted, Said, around, clipped, sentence_of, time_into
from workflow.routing import Brief, FailureReason, Outcome, OutcomeKind
from workflow.telling import MOST_WORDS

LIFE = sorted(trigger.value for trigger in LIFE_STOPS)
STORY = (
    "I was charged twice in March and nobody ever called me back.",
    "I just want my money back.",
    "If this isn't sorted I'm going to take you to court, I mean it.",
)
ANGRY = Mood(turns=3, heat=0.5, heat_before=0.2)


def turns(*texts: str) -> tuple[Turn, ...]:
    """What the customer said, a minute apart."""
    return tuple(
        Turn(
            utterance_id=f"t{number}",
            speaker=Speaker.CUSTOMER,
            text=text,
            start_ms=number * 60_000 + 13_000,
        )
        for number, text in enumerate(texts)
    )


def quoting(turn: Turn, quote: str) -> Evidence:
    start = turn.text.index(quote)
    return Evidence(
        utterance_id=turn.utterance_id,
        speaker=turn.speaker,
        quote=quote,
        char_start=start,
        char_end=start + len(quote),
        start_ms=turn.start_ms,
    )


def alert(trigger: str = "legal_threat", *evidence: Evidence, **more: object) -> Alert:
    (decision,) = decide(reading(trigger))
    ((_, opened),) = alerts(decision)
    return msgspec.structs.replace(opened, evidence=evidence, **more)


def picture(**more: object) -> CallPicture:
    known: dict[str, object] = {
        "mood": ANGRY,
        "feeling": Emotion.ANGER,
        "steps": (HeardStep.HEAR, HeardStep.APOLOGIZE),
        "remedies": (Said(quote="I can credit you twenty pounds", start_ms=95_000),),
        "landmines": (Said(quote="calm down", start_ms=80_000),),
        "words": turns(*STORY),
    }
    return CallPicture(**{**known, **more})  # type: ignore[arg-type]


def callback(**more: object) -> Callback:
    """A promise as the desk makes it when a caller is lost."""
    decision = DESK.after_call(
        decide(reading("legal_threat"))[-1].state, CALL, at_ms=AT, mode=Mode.LIVE
    )
    (made,) = decision.state.callbacks.values()
    return msgspec.structs.replace(made, **more)


def legal(**more: object) -> Brief:
    threat = quoting(turns(*STORY)[2], "take you to court")
    history = History(
        contacts=4,
        same_matter=2,
        hard_stops=(
            PastStop(call_id="a", trigger="self_harm", at="2026-08-01T10:00:00.000Z"),
            PastStop(call_id="b", trigger="regulator", at="2026-09-02T10:00:00.000Z"),
        ),
        open_callbacks=(Promise(reference="CB-1", state="missed", owner="Alex Morgan"),),
    )
    known: dict[str, object] = {
        "receiver": "Carmen Ruiz",
        "picture": picture(),
        "history": history,
    }
    return write_brief(
        alert("legal_threat", threat),
        CALL,
        "Legal desk",
        **{**known, **more},  # type: ignore[arg-type]
    )


def test_a_brief_tells_what_happened_in_the_callers_own_sentences_with_their_times() -> None:
    brief = legal()
    assert brief.said[0] == Quoted(quote=STORY[0], at="00:13")
    assert brief.said[-1] == Quoted(quote=STORY[2], at="02:13")
    assert "00:13 “I was charged twice" in brief.text
    assert brief.quotes == ("take you to court",)


def test_a_brief_tells_what_the_caller_wants_and_the_need_beneath() -> None:
    brief = legal()
    assert brief.wants == Quoted(quote=STORY[1], at="01:13")
    assert brief.need is Need.FAIRNESS
    assert "Needs: fairness" in brief.text


def test_no_need_is_named_where_neither_words_nor_feeling_tell() -> None:
    words = turns("The parcel is not here yet, that is my problem, and my lawyer knows.")
    brief = legal(picture=picture(mood=Mood(turns=1), feeling=Emotion.NEUTRAL, words=words))
    assert brief.need is None
    assert "Needs" not in brief.text


def test_a_brief_tells_the_feeling_and_where_it_is_going() -> None:
    brief = legal()
    assert (brief.emotion, brief.trend) == (Emotion.ANGER, Trend.RISING)
    assert "Feels: anger, rising" in brief.text


def test_distress_is_told_without_the_trend_of_anger() -> None:
    low = Mood(turns=2, heat=0.1, heat_before=0.4, low=0.6)
    brief = legal(picture=picture(mood=low, feeling=Emotion.SADNESS))
    assert (brief.emotion, brief.trend) == (Emotion.SADNESS, None)


def test_a_brief_tells_what_the_agent_has_done_and_offered() -> None:
    brief = legal()
    assert brief.done == (HeardStep.HEAR, HeardStep.APOLOGIZE)
    assert brief.offered == (Quoted(quote="I can credit you twenty pounds", at="01:35"),)


def test_a_brief_tells_what_was_promised_and_by_whom_in_the_callers_own_time() -> None:
    promised = callback(
        state=CallbackState.COMMITTED,
        window_start="2026-11-30T14:00:00.000Z",
        time_zone="America/New_York",
    )
    brief = legal(callbacks=(promised,))
    assert brief.promised == (
        "callback by Carmen Ruiz, 2026-11-30 09:00 America/New_York, committed",
    )


def test_a_callback_that_is_done_with_is_no_promise_any_more() -> None:
    assert legal(callbacks=(callback(state=CallbackState.KEPT),)).promised == ()


def test_a_time_zone_that_does_not_exist_costs_the_time_and_not_the_brief() -> None:
    brief = legal(callbacks=(callback(time_zone="Mars/Olympus"),))
    assert brief.promised == ("callback by Carmen Ruiz, offered",)


def test_a_brief_tells_of_earlier_contacts_and_what_is_still_owed() -> None:
    assert legal().before == (
        "4 earlier calls, 2 about this",
        "regulator on 2026-09-02",
        "callback owed by Alex Morgan",
    )


def test_an_earlier_cry_for_help_is_no_business_of_the_legal_desk() -> None:
    brief = legal()
    assert not any("self harm" in line for line in brief.before)
    past = History(
        hard_stops=(PastStop(call_id="a", trigger="self_harm", at="2026-08-01T10:00:00Z"),)
    )
    crisis = write_brief(alert("self_harm"), CALL, "Crisis desk", history=past)
    assert crisis.before == ("self harm on 2026-08-01",)


def test_landmines_come_from_what_was_said_on_this_call() -> None:
    brief = legal()
    assert "a call back without a name and a time" in brief.landmines
    assert "“calm down” (said already)" in brief.landmines


@pytest.mark.parametrize(
    ("said", "avoid"),
    [
        ("don't you tell me to calm down", "telling them to calm down"),
        ("I’ve explained this three times", "asking for the story again"),
        ("I've been passed around all day", "passing them on once more"),
        ("you people never call back", "a call back without a name and a time"),
        ("don't quote your policy at me", "citing the rules"),
        ("stop saying sorry", "another apology without a deed"),
        ("I've been on hold for an hour", "another hold"),
        ("my husband passed away in May", "asking to speak to the person who died"),
    ],
)
def test_what_a_caller_is_sore_about_is_to_be_avoided(said: str, avoid: str) -> None:
    assert avoid in sore_points("en-GB", [said])


@pytest.mark.parametrize(
    "said",
    [
        "can you tell me the balance",
        "please hold on a moment, I have it here",
        "my policy number is on the letter",
        "my husband will be back at five",
        "that's all sorted then, thank you",
    ],
)
def test_ordinary_talk_leaves_nothing_to_avoid(said: str) -> None:
    assert sore_points("en", [said]) == ()


@pytest.mark.parametrize("trigger", LIFE)
def test_at_a_life_stop_the_receiver_is_present_and_asks_where_they_are(trigger: str) -> None:
    who = write_brief(alert(trigger), CALL, "Crisis desk", receiver="Femi Adeyemi")
    line = who.opening_line
    assert "Femi Adeyemi" in line
    assert "where" in line.lower()
    assert line.endswith("?")
    assert not any(word in line.lower() for word in ("verif", "identity", "account", "policy"))


def test_for_a_third_person_the_receiver_asks_where_that_person_is() -> None:
    brief = write_brief(alert("self_harm", subtype="third_party"), CALL, "Crisis desk")
    assert "Where are they now" in brief.opening_line


@pytest.mark.parametrize("trigger", LIFE)
def test_at_a_life_stop_nothing_of_the_business_stands_in_the_brief(trigger: str) -> None:
    brief = write_brief(
        alert(trigger, quoting(turns(*STORY)[2], "take you to court")),
        CALL,
        "Crisis desk",
        picture=picture(),
        history=History(contacts=3, same_matter=2),
        callbacks=(callback(),),
    )
    assert (brief.wants, brief.need, brief.done, brief.offered) == (None, None, (), ())
    assert (brief.promised, brief.before, brief.landmines) == ((), (), ())


def test_calm_words_are_no_comfort_at_a_life_stop() -> None:
    calm = picture(mood=Mood(turns=3), feeling=Emotion.NEUTRAL)
    assert write_brief(alert("self_harm"), CALL, "Crisis desk", picture=calm).emotion is None
    assert legal(picture=calm).emotion is Emotion.NEUTRAL


@pytest.mark.parametrize("trigger", [t.value for t in Trigger if t not in LIFE_STOPS])
@pytest.mark.parametrize("feeling", list(Emotion))
def test_the_opening_line_fits_the_trigger_and_the_feeling(trigger: str, feeling: Emotion) -> None:
    heat = 0.5 if feeling in (Emotion.ANGER, Emotion.FRUSTRATION) else 0.0
    low = 0.5 if feeling in (Emotion.DISTRESS, Emotion.SADNESS) else 0.0
    mood = Mood(turns=3, heat=heat, heat_before=heat, low=low)
    words = picture(mood=mood, feeling=feeling)
    line = write_brief(alert(trigger), CALL, "Desk", picture=words).opening_line
    others = {
        write_brief(alert(t), CALL, "Desk", picture=words).opening_line
        for t in Trigger
        if t != trigger
    }
    assert line not in others
    assert ("angry" in line) == (feeling is Emotion.ANGER)


def test_the_sentence_to_open_with_is_never_cut_for_the_sake_of_the_rest() -> None:
    long = "and then they told me that I would have to wait again " * 30
    brief = legal(picture=picture(words=turns(long, *STORY)))
    assert f"Open with: “{brief.opening_line}”" in brief.text


def test_the_longest_things_are_cut_first_and_at_word_boundaries() -> None:
    long = "I was charged for " + "something that I never ordered and " * 30
    words = turns(long, "I just want my money back.")
    threat = quoting(words[0], "I was charged")
    brief = write_brief(
        alert("legal_threat", threat), CALL, "Legal desk", picture=picture(words=words)
    )
    assert "identity not verified" in brief.text
    cut = next(line for line in brief.text.splitlines() if line.startswith("Said: "))
    words_of_it = cut.partition("“")[2].partition("…")[0].split()
    assert words_of_it == long.split()[: len(words_of_it)]
    assert len(brief.said[0].quote.split()) > len(words_of_it) > 5


def test_a_long_quote_is_cut_around_the_words_that_raised_the_alert() -> None:
    text = "one two three four five six seven I will sue you eight nine ten eleven twelve"
    assert around(text, "sue you", 6) == "…I will sue you eight nine…"


def test_talk_without_a_stop_is_kept_short_in_the_fields_as_well() -> None:
    endless = "and then " * 400 + "I will sue you " + "and so on " * 400
    words = turns(endless)
    threat = quoting(words[0], "sue you")
    brief = write_brief(
        alert("legal_threat", threat), CALL, "Legal desk", picture=picture(words=words)
    )
    assert "sue you" in brief.said[-1].quote
    assert len(brief.said[-1].quote.split()) <= 60
    assert len(msgspec.json.encode(brief)) < 6_000


def test_the_sentence_of_a_quote_is_found_and_a_number_does_not_end_it() -> None:
    (turn,) = turns("Hello there. You took 12.50 from me and I'll sue. Bye.")
    assert sentence_of(turn, quoting(turn, "sue")) == "You took 12.50 from me and I'll sue."


def test_words_that_were_revised_since_are_quoted_as_they_raised_the_alert() -> None:
    (turn,) = turns("I'll see you in court")
    old = msgspec.structs.replace(quoting(turn, "court"), quote="caught")
    assert sentence_of(turn, old) == "caught"


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(133_000, "02:13"), (0, "00:00"), (3_733_999, "1:02:13"), (None, None), (-5, None)],
)
def test_times_are_shown_as_people_read_them(ms: int | None, shown: str | None) -> None:
    assert time_into(ms) == shown


SPOKEN = ["I", "want", "refund", "never", "sue", "you.", "charged", "twice", "\n", "x" * 90]
anything = st.text(max_size=300) | st.lists(
    st.sampled_from(SPOKEN),
    max_size=120,
).map(" ".join)


@given(
    trigger=st.sampled_from([*Trigger, "agent_request", "anger_rising", "repeated_contact"]),
    texts=st.lists(anything, max_size=12),
    other=anything,
    name=anything,
    desk=anything,
    mood=st.sampled_from([None, ANGRY, Mood(turns=2), Mood(turns=2, low=0.9)]),
    many=st.integers(0, 6),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_brief_has_fewer_than_120_words_whatever_comes_in(
    trigger: str,
    texts: list[str],
    other: str,
    name: str,
    desk: str,
    mood: Mood | None,
    many: int,
) -> None:
    words = turns(*texts)
    said = tuple(Said(quote=other, start_ms=number * 4_000_000) for number in range(many))
    seen = CallPicture(
        mood=mood,
        feeling=Emotion.SADNESS,
        steps=tuple(HeardStep),
        remedies=said,
        landmines=said,
        words=words,
    )
    evidence = tuple(quoting(turn, turn.text[:40]) for turn in words[-many:])
    past = PastStop(call_id="p", trigger=other, at=other)
    owed = Promise(reference="r", state="due", owner=other, window_start="2026-11-30T14:00:00Z")
    brief = write_brief(
        msgspec.structs.replace(
            alert(), trigger=trigger, evidence=evidence, do_not_say=other * 2, subtype=other
        ),
        CallFacts(
            call_id="c",
            language=other,
            customer=Customer(name=name, tier=other, tenure_months=240, verified=Verified.PARTIAL),
        ),
        desk,
        receiver=name,
        picture=seen,
        history=History(
            contacts=9, same_matter=9, hard_stops=(past,) * many, open_callbacks=(owed,)
        ),
        callbacks=(callback(),) * many,
    )
    assert len(brief.text.split()) <= MOST_WORDS < 120


@given(text=anything, most=st.integers(1, 50))
def test_what_is_cut_is_the_beginning_of_what_was_said_word_for_word(text: str, most: int) -> None:
    words = text.split()
    cut = clipped(text, most)
    assert len(cut.split()) <= most
    for shown, whole in zip(cut.split()[:-1], words, strict=False):
        assert shown == whole or (len(whole) > 40 and whole.startswith(shown.rstrip("…")))


def test_a_fallback_has_a_brief_written_anew_for_the_next_person() -> None:
    """What was offered while the first did not come is known to the second."""
    (opened,) = decide(reading("legal_threat"))
    (first,) = routes(opened)
    failed = Outcome(
        kind=OutcomeKind.FAILED,
        route_id=first.route_id,
        attempt=1,
        reason=FailureReason.NO_ANSWER,
    )
    again = DESK.after_outcome(
        opened.state, failed, CALL, at_ms=AT + 30_000, mode=Mode.LIVE, picture=picture()
    )
    (second,) = routes(again)
    assert first.brief is not None
    assert second.brief is not None
    assert first.brief.offered == ()
    assert second.brief.offered[0].quote == "I can credit you twenty pounds"
    assert "Carmen Ruiz" in first.brief.opening_line
    assert "Alex Morgan" in second.brief.opening_line
    assert second.brief.headline == "Supervisors: legal threat"


def test_when_time_runs_out_the_next_brief_is_written_anew_too() -> None:
    (opened,) = decide(reading("legal_threat"))
    later = DESK.after_time(
        opened.state, CALL, at_ms=AT + 60_000, mode=Mode.LIVE, picture=picture()
    )
    (route,) = routes(later)
    assert route.brief is not None
    assert route.brief.emotion is Emotion.ANGER


def test_a_route_by_hand_and_a_restricted_alert_have_a_brief_as_well() -> None:
    (opened,) = decide(reading("safeguarding"))
    (first,) = routes(opened)
    unsupported = Outcome(
        kind=OutcomeKind.FAILED,
        route_id=first.route_id,
        attempt=1,
        reason=FailureReason.UNSUPPORTED,
    )
    by_hand = DESK.after_outcome(
        opened.state, unsupported, CALL, at_ms=AT + 5000, mode=Mode.LIVE, picture=picture()
    )
    (route,) = routes(by_hand)
    assert route.mode is RouteMode.MANUAL
    assert route.brief is not None
    assert "is it safe to talk" in route.brief.text


def test_who_comes_for_two_stops_is_briefed_on_the_graver_one() -> None:
    opened = decide(reading("violence", utterance="a"), reading("emergency", utterance="b"))
    (first,) = routes(opened[0])
    failed = Outcome(
        kind=OutcomeKind.FAILED, route_id=first.route_id, attempt=1, reason=FailureReason.BUSY
    )
    again = DESK.after_outcome(opened[-1].state, failed, CALL, at_ms=AT + 9000, mode=Mode.LIVE)
    (second,) = routes(again)
    assert second.brief is not None
    assert "emergency" in second.brief.headline


def test_an_agent_who_asks_for_help_gives_the_receiver_the_callers_last_words() -> None:
    deed = Deed(
        action_id="a1",
        call_id="c",
        action=ActionKind.REQUEST_SUPERVISOR,
        actor=Actor(id="ag", role=ActorRole.AGENT),
    )
    decision = DESK.after_action(
        DeskState(), deed, CALL, at_ms=AT, mode=Mode.LIVE, picture=picture()
    )
    (route,) = routes(decision)
    assert route.brief is not None
    assert route.brief.said[0].quote == STORY[0]


def test_a_brief_survives_the_way_through_kafka() -> None:
    brief = legal()
    assert msgspec.json.decode(msgspec.json.encode(brief), type=Brief) == brief
