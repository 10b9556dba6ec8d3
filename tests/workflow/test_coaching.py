"""Coaching: what the agent on the call is told, when, and when not."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.chunk import Audience, Chunk
from detectors.detector import Detector
from detectors.mood import MoodState
from detectors.reading import Conversation
from detectors.vocabulary import Emotion, HeardStep, Speaker
from workflow.actions import ActionKind, Actor, ActorRole, Deed, Refused
from workflow.call import CallFacts, Mode, Participant, Role
from workflow.coaching import MOST_HINTS, SHOWN_MS, coach
from workflow.decision import DeskState, Versions
from workflow.desk import Desk
from workflow.drafts.check import check_sentence
from workflow.hints import Hint, HintKind, StepWords, sayings, words_for
from workflow.identity import stable_id
from workflow.listening import CoachState, after_deed
from workflow.moments import milliseconds
from workflow.policy import Policy, load_policy
from workflow.work import LIFE, OVER

NOON = 1_790_000_000_000
TURN_MS = 10_000
FURIOUS = "This is a disgrace, I'm absolutely furious, you people are useless"
FED_UP = "I'm sick and tired of this, I've called five times and nobody ever rings back"
AFRAID = "I'm so scared, I can't cope with this any more, I've been crying all day"
CALM = "Yes that's right, the meter is in the hall"
LAWYER = "I'm going to sue you, my lawyer will be in touch"
WIDOWED = "My husband passed away last month and the account is in his name"
DYING = "I'm going to kill myself tonight"


@cache
def detector() -> Detector:
    return Detector.from_policy(load_policy())


class Story:
    """A call told turn by turn, ten seconds each."""

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        mode: Mode = Mode.LIVE,
        participants: tuple[Participant, ...] = (),
    ) -> None:
        self.policy = policy or load_policy()
        self.mode = mode
        self.call = CallFacts(call_id="c1", agent_id="ag-1", participants=participants)
        self.desk = Desk(self.policy, Versions(policy="p", rules="r"))
        self.desk_state = DeskState()
        self.state = CoachState()
        self.conversation = Conversation()
        self.hints: list[Hint] = []
        self.turns = 0
        self.at_ms = NOON

    def says(
        self,
        speaker: Speaker,
        text: str,
        *,
        audience: Audience = Audience.ALL,
        is_final: bool = True,
        who: str | None = None,
    ) -> Hint | None:
        self.turns += 1
        self.at_ms += TURN_MS
        chunk = Chunk(
            call_id="c1",
            sequence=self.turns,
            utterance_id=f"u{self.turns}",
            text=text,
            speaker=speaker,
            participant_id=who,
            audience=audience,
            is_final=is_final,
        )
        reading = detector().read(chunk, self.conversation)
        self.conversation = self.conversation.after(reading)
        self.desk_state = self.desk.after_reading(
            self.desk_state, reading, self.call, at_ms=self.at_ms, mode=self.mode
        ).state
        self.state, hints = coach(
            self.state,
            reading,
            self.call,
            self.policy,
            self.desk_state.alerts,
            self.at_ms,
            mode=self.mode,
            audience=audience,
        )
        assert len(hints) <= 1
        self.hints.extend(hints)
        return hints[0] if hints else None

    def caller(self, text: str) -> Hint | None:
        return self.says(Speaker.CUSTOMER, text)

    def agent(self, text: str) -> Hint | None:
        return self.says(Speaker.AGENT, text)

    def upset(self) -> Hint | None:
        """The caller loses patience; gives the last hint that it brought."""
        for text in (FURIOUS, FED_UP, FURIOUS):
            self.caller(text)
        return self.hints[-1] if self.hints else None

    def later(self) -> None:
        """What was on the screen lapses."""
        self.at_ms += SHOWN_MS

    def does(self, action: ActionKind, hint: Hint) -> None:
        deed = Deed(
            action_id=f"d{self.turns}",
            call_id="c1",
            action=action,
            actor=Actor(id="ag-1", role=ActorRole.AGENT),
            hint_id=hint.hint_id,
        )
        self.state = after_deed(self.state, deed)

    @property
    def life_stop_is_open(self) -> bool:
        alerts = self.desk_state.alerts.values()
        return any(alert.trigger in LIFE and alert.status not in OVER for alert in alerts)


def test_a_calm_call_is_left_alone() -> None:
    story = Story()
    story.agent("Okay, and the meter reading?")
    story.caller(CALM)
    story.agent("As I said, it's in the terms.")
    assert story.hints == []


def test_an_angry_caller_is_to_be_heard_before_anything_else() -> None:
    hint = Story().upset()
    assert hint is not None
    assert (hint.kind, hint.step) == (HintKind.NEXT_STEP, HeardStep.HEAR)
    assert hint.agent_id == "ag-1"
    assert hint.say_instead == words_for("en").steps[HeardStep.HEAR].anger
    assert milliseconds(hint.expires_at) - milliseconds(hint.at) == SHOWN_MS


def test_the_sentence_fits_what_the_caller_feels() -> None:
    story = Story()
    for _ in range(3):
        story.caller(AFRAID)
    (hint,) = story.hints
    assert story.state.feeling in (Emotion.DISTRESS, Emotion.SADNESS)
    assert hint.say_instead == words_for("en").steps[HeardStep.HEAR].say(story.state.feeling)


def test_steps_that_the_agent_has_taken_are_not_hinted_at() -> None:
    story = Story()
    story.agent("So you've called five times and nobody rang you back.")
    story.agent("I can hear how frustrating that is.")
    hint = story.upset()
    assert hint is not None
    assert hint.step is HeardStep.APOLOGIZE
    assert story.state.heard.done == {HeardStep.HEAR: "u1", HeardStep.EMPATHIZE: "u2"}


def test_one_hint_is_on_the_screen_until_it_lapses_or_is_done() -> None:
    story = Story()
    story.upset()
    assert len(story.hints) == 1
    story.later()
    second = story.caller(FURIOUS)
    assert second is not None
    assert second.step is HeardStep.EMPATHIZE
    story.agent("You have every reason to be angry.")
    third = story.caller(FURIOUS)
    assert third is not None
    assert third.step is HeardStep.APOLOGIZE


def test_no_remedy_is_hinted_at_before_the_caller_is_acknowledged() -> None:
    story = Story()
    for _ in range(8):
        story.later()
        story.caller(FURIOUS)
    assert [hint.step for hint in story.hints] == [
        HeardStep.HEAR,
        HeardStep.EMPATHIZE,
        HeardStep.APOLOGIZE,
    ]


def test_a_fix_before_any_acknowledgment_is_pointed_out() -> None:
    story = Story()
    story.upset()
    story.later()
    hint = story.agent("I can resubmit it as urgent.")
    assert hint is not None
    assert hint.step is HeardStep.EMPATHIZE
    assert hint.heard == "I can resubmit"
    assert "before the caller was acknowledged" in hint.text


def test_a_fix_after_an_acknowledgment_is_welcome() -> None:
    story = Story()
    story.upset()
    story.later()
    assert story.agent("That must be exhausting for you. I can resubmit it as urgent.") is None


def test_a_second_apology_in_place_of_a_step_is_pointed_out() -> None:
    story = Story()
    story.upset()
    story.agent("I'm sorry that we left you waiting.")
    story.later()
    hint = story.agent("I'm really sorry that you had to wait.")
    assert hint is not None
    assert hint.step is HeardStep.RESOLVE
    assert "apologised already" in hint.text


def test_a_second_apology_with_a_remedy_is_no_fault() -> None:
    story = Story()
    story.upset()
    story.agent("I'm sorry that we left you waiting.")
    story.later()
    hint = story.agent("I'm sorry that you had to wait. I'm sending an engineer today.")
    assert hint is None or hint.step is not HeardStep.RESOLVE


def test_a_landmine_is_told_with_what_to_say_instead() -> None:
    story = Story()
    story.upset()
    hint = story.agent("Sir, I need you to calm down.")
    assert hint is not None
    assert hint.kind is HintKind.LANDMINE
    assert hint.heard == "calm down"
    assert hint.say_instead == sayings()["landmine.calm_down"].instead


def test_a_landmine_right_after_a_strong_turn_does_not_wait_for_the_mood() -> None:
    story = Story()
    for _ in range(4):
        story.caller(CALM)
    assert story.caller("Honestly this is so frustrating for me") is None
    assert story.state.mood.state is MoodState.CALM
    hint = story.agent("You need to calm down.")
    assert hint is not None
    assert hint.kind is HintKind.LANDMINE


def test_policy_is_not_argued_with_an_angry_caller() -> None:
    story = Story()
    story.upset()
    hint = story.agent("I'm afraid that's company policy.")
    assert hint is not None
    assert hint.kind is HintKind.LANDMINE


def test_a_guardrail_holds_in_any_mood_and_is_told_once() -> None:
    story = Story()
    hint = story.agent("And what's your PIN please?")
    assert hint is not None
    assert hint.kind is HintKind.GUARDRAIL
    story.later()
    assert story.agent("I do need your PIN.") is None


def test_a_guardrail_does_not_count_towards_the_three() -> None:
    story = Story()
    for _ in range(6):
        story.later()
        story.caller(FURIOUS)
    assert story.state.spent == MOST_HINTS
    hint = story.agent("A manager will only tell you the same thing.")
    assert hint is not None
    assert hint.kind is HintKind.GUARDRAIL
    assert story.state.spent == MOST_HINTS


def test_a_promise_beyond_the_authority_is_told_with_who_decides() -> None:
    story = Story()
    hint = story.agent("I'll refund you three hundred pounds today.")
    assert hint is not None
    assert hint.kind is HintKind.GUARDRAIL
    assert "up to 50 GBP" in hint.text
    assert "300" in hint.text
    assert "supervisor" in (hint.say_instead or "")


def test_a_supervisor_on_the_line_is_held_to_their_own_limits() -> None:
    boss = Participant(id="p2", role=Role.SUPERVISOR)
    story = Story(participants=(boss,))
    text = "I'll refund you three hundred pounds today."
    assert story.says(Speaker.AGENT, text, who="p2") is None
    assert story.says(Speaker.AGENT, text, who="p1") is not None


def test_a_complaint_is_to_be_acknowledged() -> None:
    story = Story()
    story.caller("I want to make a formal complaint about this.")
    assert story.agent("And what is your postcode please?") is None
    hint = story.agent("Thank you, and the first line of the address?")
    assert hint is not None
    assert hint.kind is HintKind.GUARDRAIL
    assert hint.say_instead == words_for("en").complaint_unanswered.say


def test_a_complaint_that_is_taken_is_no_matter() -> None:
    story = Story()
    story.caller("I want to make a formal complaint about this.")
    story.agent("I'll log that as a complaint for you now.")
    story.agent("Can I check the postcode with you first?")
    story.agent("Thank you, and the first line of the address?")
    assert story.hints == []


def test_an_open_hard_stop_is_coached_even_when_the_caller_is_calm() -> None:
    story = Story()
    hint = story.caller(LAWYER)
    assert hint is not None
    assert hint.kind is HintKind.NEXT_STEP


@pytest.mark.parametrize("text", [WIDOWED, "My husband took his life last year"])
def test_a_loss_is_to_be_acknowledged_in_any_mood_and_once(text: str) -> None:
    story = Story()
    hint = story.caller(text)
    assert hint is not None
    assert hint.text == words_for("en").bereaved.do
    assert hint.say_instead == words_for("en").bereaved.say
    assert (hint.kind, hint.step) == (HintKind.NEXT_STEP, HeardStep.EMPATHIZE)
    story.agent("I'm so sorry for your loss.")
    assert story.state.screen is None, "done"
    story.later()
    again = story.caller(text)
    assert again is None or again.hint_id != hint.hint_id


def test_a_note_on_a_loss_takes_the_place_of_a_step_and_counts_towards_the_three() -> None:
    story = Story()
    story.upset()
    assert story.state.screen is not None
    hint = story.caller(WIDOWED)
    assert hint is not None
    assert hint.text == words_for("en").bereaved.do
    assert story.state.spent == len(story.hints) == 2
    for text in (FURIOUS, FED_UP):
        story.later()
        story.caller(text)
    assert story.state.spent == MOST_HINTS


def test_nothing_is_said_of_a_loss_during_a_life_stop() -> None:
    story = Story()
    story.caller(DYING)
    assert story.caller(WIDOWED) is None
    assert story.hints == []


def test_an_illness_is_minded_while_the_call_is_tense() -> None:
    ill = "I've got cancer and I'm going through chemo"
    assert Story().caller(ill) is None
    story = Story()
    story.caller(LAWYER)
    hint = story.caller(ill)
    assert hint is not None
    assert hint.text == words_for("en").vulnerable.do


def test_notes_on_circumstances_keep_to_what_no_draft_may_say() -> None:
    words = words_for("en")
    for note in (words.bereaved, words.vulnerable):
        assert check_sentence(note.say) == ()


def test_during_an_open_life_stop_there_is_silence() -> None:
    story = Story()
    story.upset()
    before = len(story.hints)
    assert before
    story.caller(DYING)
    assert story.life_stop_is_open
    assert story.state.screen is None
    story.later()
    story.agent("Calm down, and tell me your PIN.")
    story.caller(FURIOUS)
    assert len(story.hints) == before


def test_staff_who_confer_are_not_coached() -> None:
    story = Story()
    story.upset()
    story.later()
    for text in ("Just tell him to calm down.", "I'll refund you three hundred pounds."):
        assert story.says(Speaker.AGENT, text, audience=Audience.CONSULT) is None
    assert not story.state.heard.done


def test_words_that_may_still_be_revised_bring_no_hint() -> None:
    story = Story()
    assert story.says(Speaker.AGENT, "what's your PIN", is_final=False) is None


@pytest.mark.parametrize("of_policy", [True, False])
def test_in_shadow_mode_nothing_is_said(of_policy: bool) -> None:
    mode = Mode.LIVE if of_policy else Mode.SHADOW
    policy = load_policy()
    if of_policy:
        policy = msgspec.structs.replace(policy, mode=Mode.SHADOW)
    story = Story(policy, mode=mode)
    story.upset()
    story.agent("You need to calm down. What's your PIN?")
    assert story.hints == []


def test_a_hint_shown_used_or_dismissed_is_counted_once() -> None:
    story = Story()
    first = story.upset()
    assert first is not None
    story.does(ActionKind.HINT_SHOWN, first)
    story.does(ActionKind.HINT_DISMISSED, first)
    story.does(ActionKind.HINT_DISMISSED, first)
    second = story.caller(FURIOUS)
    assert second is not None
    assert second.hint_id != first.hint_id
    story.does(ActionKind.HINT_USED, second)
    assert story.state.counted() == {"given": 2, "shown": 2, "used": 1, "dismissed": 1}


def test_a_hint_that_was_never_given_cannot_be_used() -> None:
    story = Story()
    hint = story.upset()
    assert hint is not None
    other = Story()
    with pytest.raises(Refused, match="never given"):
        other.does(ActionKind.HINT_USED, hint)
    with pytest.raises(Refused, match="shown, used or dismissed"):
        story.does(ActionKind.CLAIM, hint)


def test_the_same_call_gives_the_same_hints() -> None:
    ids = []
    for _ in range(2):
        hint = Story().upset()
        assert hint is not None
        ids.append(hint.hint_id)
    assert ids == [stable_id("hint", "c1", "next_step", "hear")] * 2


def test_what_the_coach_remembers_survives_being_written_down() -> None:
    story = Story()
    story.agent("That must be exhausting for you.")
    story.upset()
    written = msgspec.json.encode(story.state)
    assert msgspec.json.decode(written, type=CoachState) == story.state


def test_what_the_agent_says_never_becomes_a_feeling() -> None:
    story = Story()
    for _ in range(4):
        story.agent(FURIOUS)
    assert story.state.mood.turns == 0
    assert story.state.feeling is Emotion.NEUTRAL


def test_every_step_has_words_for_every_feeling() -> None:
    words = words_for("en-GB")
    assert set(words.steps) == set(HeardStep)
    for step in words.steps.values():
        assert all(getattr(step, field) for field in StepWords.__struct_fields__)
    assert words_for("xx") == words


LINES = (
    (Speaker.CUSTOMER, FURIOUS),
    (Speaker.CUSTOMER, FED_UP),
    (Speaker.CUSTOMER, AFRAID),
    (Speaker.CUSTOMER, CALM),
    (Speaker.CUSTOMER, LAWYER),
    (Speaker.CUSTOMER, DYING),
    (Speaker.CUSTOMER, WIDOWED),
    (Speaker.CUSTOMER, "I want to make a complaint"),
    (Speaker.AGENT, "You need to calm down."),
    (Speaker.AGENT, "As I said, that's our policy."),
    (Speaker.AGENT, "I'm sorry that we left you waiting."),
    (Speaker.AGENT, "I can resubmit it as urgent."),
    (Speaker.AGENT, "What's your PIN?"),
    (Speaker.AGENT, "I'll refund you nine hundred pounds."),
    (Speaker.AGENT, "You have every reason to be angry."),
    (Speaker.OTHER, "Tell them I'm furious too, it's a disgrace"),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(LINES), st.booleans()), max_size=24))
def test_never_more_than_three_hints_nor_one_during_a_life_stop_nor_the_same_twice(
    lines: list[tuple[tuple[Speaker, str], bool]],
) -> None:
    story = Story()
    for (speaker, text), pause in lines:
        if pause:
            story.later()
        hint = story.says(speaker, text)
        assert hint is None or not story.life_stop_is_open
    counted = [hint for hint in story.hints if hint.kind is not HintKind.GUARDRAIL]
    assert len(counted) <= MOST_HINTS
    assert len({hint.hint_id for hint in story.hints}) == len(story.hints)


def test_what_no_draft_may_say_an_agent_is_told_of_too() -> None:
    story = Story()
    hint = story.says(Speaker.AGENT, "I accept that we are legally liable for your losses.")
    assert hint is not None
    assert hint.kind is HintKind.GUARDRAIL
    assert hint.heard is not None
    assert "liable" in hint.heard
    assert hint.say_instead
