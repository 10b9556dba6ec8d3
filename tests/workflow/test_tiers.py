"""A supervisor without a hard stop: for anger that does not pass, and for a caller back again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.mood import Mood
from detectors.reading import Reading
from detectors.vocabulary import Speaker
from tests.workflow.test_desk import AT, CALL, DESK, VERSIONS, alerts, reading, routes
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.alerts import Alert, AlertStatus
from workflow.call import Mode
from workflow.decision import Decision, DeskState
from workflow.desk import Desk
from workflow.history import History
from workflow.policy import RouteMode, Severity, default_policy_text, parse_policy
from workflow.routing import CancelReason
from workflow.tiers import ANGER_RISING, REPEATED_CONTACT

HOT = Mood(turns=4, heat=0.5, heat_before=0.3)
EASING = Mood(turns=4, heat=0.3, heat_before=0.5)
WARM = Mood(turns=4, heat=0.2, heat_before=0.2)
COOL = Mood(turns=4, heat=0.05, heat_before=0.3)
WORDS = "this is really not good enough"


class Story:
    """A call told turn by turn, ten seconds each."""

    def __init__(self, desk: Desk = DESK, history: History = History(), mode: Mode = Mode.LIVE):  # noqa: B008
        self.desk, self.mode = desk, mode
        self.state = DeskState(history=history)
        self.turns = 0
        self.opened: list[Alert] = []
        self.last = Decision(self.state)

    def says(
        self,
        mood: Mood = WARM,
        *labels: str,
        text: str = WORDS,
        speaker: Speaker = Speaker.CUSTOMER,
        final: bool = True,
        utterance: str | None = None,
    ) -> Decision:
        self.turns += 1
        name = utterance or f"u{self.turns}"
        heard: Reading = reading(*labels, utterance=name, final=final)
        turn = msgspec.structs.replace(heard.turn, text=text, speaker=speaker)
        heard = msgspec.structs.replace(heard, turn=turn, mood=mood)
        decision = self.desk.after_reading(
            self.state, heard, CALL, at_ms=AT + self.turns * 10_000, mode=self.mode
        )
        packed = msgspec.msgpack.encode(decision.state)
        self.state = msgspec.msgpack.decode(packed, type=DeskState)
        self.opened += [alert for change, alert in alerts(decision) if change == "opened"]
        self.last = decision
        return decision

    def closes(self, label: str, action: ActionKind = ActionKind.RESOLVE) -> None:
        deed = Deed(
            action_id=f"a{self.turns}",
            call_id="c",
            action=action,
            actor=Actor(id="alex", role=ActorRole.SUPERVISOR),
            alert_id=self.state.alerts[label].alert_id,
        )
        decision = self.desk.after_action(
            self.state, deed, CALL, at_ms=AT + self.turns * 10_000 + 1, mode=self.mode
        )
        assert decision.verdict is not None
        assert decision.verdict.rejected is None
        self.state = decision.state

    @property
    def names(self) -> list[str]:
        return [alert.trigger for alert in self.opened]


def angry(story: Story, turns: int = 3) -> Story:
    for _ in range(turns):
        story.says(HOT)
    return story


def desk_with(old: str, new: str) -> Desk:
    text = default_policy_text()
    assert old in text
    return Desk(parse_policy(text.replace(old, new, 1), source="policy.toml"), VERSIONS)


def test_anger_for_three_turns_brings_a_supervisor() -> None:
    story = angry(Story(), 2)
    assert story.names == []
    story.says(HOT)
    (alert,) = story.opened
    (route,) = routes(story.last)
    assert (alert.trigger, alert.severity, alert.desk) == (
        "anger_rising",
        Severity.MEDIUM,
        "supervisors",
    )
    assert "3 turns in a row" in alert.reason
    assert alert.evidence[0].quote == WORDS
    assert (route.desk, route.mode, route.priority) == ("supervisors", RouteMode.CONSULT, 3)
    assert route.brief is not None
    assert "anger rising" in route.brief.headline


def test_anger_that_is_easing_brings_nobody() -> None:
    story = angry(Story(), 2)
    story.says(EASING)
    angry(story, 2)
    assert story.names == []


def test_one_angry_outburst_brings_nobody() -> None:
    story = Story()
    for mood in (HOT, WARM, HOT, WARM, HOT, WARM):
        story.says(mood)
    assert story.names == []


def test_anger_is_told_once_however_long_it_lasts() -> None:
    assert angry(Story(), 12).names == ["anger_rising"]


def test_anger_that_was_dealt_with_is_not_told_again_while_it_goes_on() -> None:
    story = angry(Story())
    story.closes(ANGER_RISING)
    assert angry(story, 4).names == ["anger_rising"]


def test_anger_that_comes_back_after_a_calm_spell_is_the_next_episode() -> None:
    story = angry(Story())
    story.closes(ANGER_RISING)
    story.says(COOL)
    angry(story)
    assert [alert.episode for alert in story.opened] == [1, 2]


def test_a_murmur_neither_counts_as_anger_nor_ends_it() -> None:
    story = angry(Story(), 2)
    story.says(COOL, text="right, okay")
    story.says(HOT)
    assert story.names == ["anger_rising"]


def test_a_turn_that_is_read_twice_counts_once() -> None:
    story = angry(Story(), 1)
    for _ in range(3):
        story.says(HOT, utterance="u1")
    assert story.names == []


def test_partial_words_and_the_agents_words_are_no_anger_of_the_callers() -> None:
    story = Story()
    for _ in range(4):
        story.says(HOT, final=False)
        story.says(HOT, speaker=Speaker.AGENT)
    assert story.names == []


def test_a_caller_who_calms_down_needs_no_supervisor_any_more() -> None:
    story = angry(Story())
    story.says(WARM)
    assert story.state.alerts[ANGER_RISING].status is AlertStatus.CONFIRMED
    story.says(COOL)
    alert = story.state.alerts[ANGER_RISING]
    (route,) = routes(story.last)
    assert alert.status is AlertStatus.CLOSED
    assert alert.closed_reason == "the caller has calmed down"
    assert route.cancel_reason is CancelReason.RESOLVED


def test_a_supervisor_who_has_taken_it_decides_when_it_is_over() -> None:
    story = angry(Story())
    story.closes(ANGER_RISING, ActionKind.CLAIM)
    story.says(COOL)
    assert story.state.alerts[ANGER_RISING].status is AlertStatus.CLAIMED


@pytest.mark.parametrize("label", ["supervisor_request", "legal_threat", "self_harm"])
def test_anger_is_not_told_where_somebody_is_coming_anyway(label: str) -> None:
    story = Story()
    story.says(HOT, label)
    assert angry(story, 4).names == [label]


def test_anger_is_told_once_the_hard_stop_turned_out_to_be_none() -> None:
    story = Story()
    story.says(HOT, "legal_threat")
    angry(story, 3)
    story.closes("legal_threat", ActionKind.FALSE_ALARM)
    story.says(HOT)
    assert story.names == ["legal_threat", "anger_rising"]


def test_a_caller_who_hangs_up_angry_is_rung_back_by_a_named_person() -> None:
    story = angry(Story())
    decision = DESK.after_call(story.state, CALL, at_ms=AT + 99_000, mode=Mode.LIVE)
    (callback,) = decision.state.callbacks.values()
    assert callback.owner.name == "Alex Morgan"
    assert callback.issue_summary == "anger rising"


def test_in_shadow_mode_anger_is_marked_and_nobody_is_asked() -> None:
    story = angry(Story(mode=Mode.SHADOW))
    assert story.names == ["anger_rising"]
    assert routes(story.last) == []


def test_the_policy_says_how_long_and_how_strong_anger_must_be() -> None:
    assert angry(Story(desk_with("turns = 3 ", "turns = 5 ")), 4).names == []
    assert angry(Story(desk_with("heat = 0.25", "heat = 0.6")), 9).names == []


def test_a_rule_that_is_deleted_is_off() -> None:
    text = default_policy_text()
    start, end = text.index("[tiers.anger_rising]"), text.index("[tiers.repeated_contact]")
    policy = parse_policy(text[:start] + text[end:], source="policy.toml")
    assert policy.tiers.anger_rising is None
    assert angry(Story(Desk(policy, VERSIONS)), 9).names == []


def test_the_third_contact_about_the_same_thing_brings_a_supervisor_at_the_first_words() -> None:
    story = Story(history=History(contacts=5, same_matter=2))
    story.says()
    (alert,) = story.opened
    assert (alert.trigger, alert.severity) == ("repeated_contact", Severity.MEDIUM)
    assert alert.reason == "Contact 3 about the same matter."
    assert story.names == ["repeated_contact"]


def test_a_second_contact_or_other_matters_bring_nobody() -> None:
    story = Story(history=History(contacts=9, same_matter=1))
    story.says()
    assert story.names == []


@pytest.mark.parametrize(
    "text",
    [
        "this is the third time I've called about this",
        "I've spoken to four different people already",
        "I have rung you 5 times now about the same thing",
    ],
)
def test_a_caller_who_says_that_it_is_the_third_time_is_believed(text: str) -> None:
    story = Story()
    story.says(WARM, "repeat_contact", text=text)
    (alert,) = story.opened
    assert alert.trigger == "repeated_contact"
    assert "by their own words" in alert.reason


@pytest.mark.parametrize(
    "text",
    [
        "this is the second time I've called about this",
        "I called about this yesterday and nobody rang back",
        "I called before about the three hundred pounds",
        "still not working, and it is 4 degrees in here",
    ],
)
def test_a_caller_who_was_in_touch_before_but_gives_no_such_number_brings_nobody(text: str) -> None:
    story = Story()
    story.says(WARM, "repeat_contact", text=text)
    assert story.names == []


def test_a_number_alone_is_no_repeated_contact() -> None:
    story = Story()
    story.says(text="I'd like five calls a month on my plan")
    assert story.names == []


def test_the_policy_may_go_by_earlier_calls_alone() -> None:
    story = Story(desk_with("believe_caller = true", "believe_caller = false"))
    story.says(WARM, "repeat_contact", text="this is the third time I've called")
    assert story.names == []


def test_a_repeated_contact_is_told_once_a_call() -> None:
    story = Story(history=History(contacts=5, same_matter=4))
    story.says()
    story.closes(REPEATED_CONTACT)
    for _ in range(4):
        story.says()
    assert story.names == ["repeated_contact"]


def test_a_request_for_a_supervisor_still_opens_an_alert_of_its_own() -> None:
    story = Story(history=History(contacts=5, same_matter=4))
    story.says()
    story.says(HOT, "supervisor_request")
    assert story.names == ["repeated_contact", "supervisor_request"]
    assert len(story.state.ways) == 1


def test_an_agent_is_helped_by_coaching_alone_while_no_rule_speaks() -> None:
    story = Story()
    story.says(WARM, "complaint", "churn_threat", "hardship")
    assert story.opened == []


@given(st.lists(st.sampled_from([HOT, EASING, WARM, COOL]), max_size=25))
@settings(max_examples=60, deadline=None)
def test_anger_opens_one_alert_at_a_time_whatever_the_course_of_the_call(moods: list[Mood]) -> None:
    story = Story()
    for mood in moods:
        before = len(story.opened)
        was_open = ANGER_RISING in story.state.alerts and (
            story.state.alerts[ANGER_RISING].status is not AlertStatus.CLOSED
        )
        story.says(mood)
        assert not (was_open and len(story.opened) > before)
    assert [alert.episode for alert in story.opened] == list(range(1, len(story.opened) + 1))
    assert len(story.opened) <= len(moods) // 3
