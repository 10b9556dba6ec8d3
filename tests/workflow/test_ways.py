"""Who comes: the chain of people, the clock, the platform's answers, and what people do."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.vocabulary import LIFE_STOPS, Trigger
from tests.workflow.test_desk import AT, DESK, VERSIONS, reading
from workflow.actions import ActionKind, Actor, ActorRole, CallbackTerms, Deed
from workflow.alerts import Alert, AlertStatus
from workflow.call import CallFacts, Customer, Mode
from workflow.callbacks import AttemptOutcome, Callback, CallbackState
from workflow.decision import CallbackChange, Decision, DeskState, RouteChange
from workflow.desk import Desk
from workflow.moments import milliseconds
from workflow.policy import RouteMode, default_policy_text, load_policy, parse_policy
from workflow.routing import COMING, CancelReason, FailureReason, Outcome, OutcomeKind, Route, Stage

CALL = CallFacts(
    call_id="c",
    queue_id="q",
    customer=Customer(ref="r", name="Ms Doe", number="+442079460018", time_zone="Europe/London"),
)
UNTAKEN = (AlertStatus.PROVISIONAL, AlertStatus.CONFIRMED, AlertStatus.ACKNOWLEDGED)
LIFE = sorted(trigger.value for trigger in LIFE_STOPS)
OTHERS = sorted(trigger.value for trigger in Trigger if trigger not in LIFE_STOPS)
SUPERVISOR = Actor(id="alex", role=ActorRole.SUPERVISOR)


class Story:
    """A call told step by step; a second passes with each."""

    def __init__(
        self,
        desk: Desk = DESK,
        mode: Mode = Mode.LIVE,
        at_ms: int = AT,
        call: CallFacts = CALL,
    ) -> None:
        self.desk, self.mode, self.at_ms, self.call = desk, mode, at_ms, call
        self.state = DeskState()
        self.routes: list[Route] = []
        self.callbacks: list[Callback] = []
        self.last = Decision(self.state)
        self.deeds = 0

    def _after(self, decision: Decision) -> Decision:
        # Every state survives a restart: what is kept is what was written.
        packed = msgspec.msgpack.encode(decision.state)
        self.state = msgspec.msgpack.decode(packed, type=DeskState)
        assert self.state == decision.state
        self.routes += [c.route for c in decision.changes if isinstance(c, RouteChange)]
        self.callbacks += [c.callback for c in decision.changes if isinstance(c, CallbackChange)]
        self.last = decision
        self.at_ms += 1000
        return decision

    def says(self, *labels: str, utterance: str = "u1", final: bool = True) -> Decision:
        heard = reading(*labels, utterance=utterance, final=final)
        return self._after(
            self.desk.after_reading(self.state, heard, self.call, at_ms=self.at_ms, mode=self.mode)
        )

    def platform(
        self,
        kind: OutcomeKind,
        person: str | None = None,
        reason: FailureReason | None = None,
        attempt: int | None = None,
    ) -> Decision:
        route = self.routes[-1]
        outcome = Outcome(
            kind=kind,
            route_id=route.route_id,
            attempt=attempt or route.attempt,
            person_id=person,
            reason=reason,
        )
        return self._after(
            self.desk.after_outcome(
                self.state, outcome, self.call, at_ms=self.at_ms, mode=self.mode
            )
        )

    def waits(self, seconds: float) -> Decision:
        """Time passes, a tick a second, as in the stream."""
        until = self.at_ms + round(seconds * 1000)
        decision = self.last
        while self.at_ms < until:
            due = self.desk.next_moment(self.state)
            if due is None or due > until:
                self.at_ms = until
                break
            self.at_ms = max(self.at_ms, due)
            decision = self._after(
                self.desk.after_time(self.state, self.call, at_ms=self.at_ms, mode=self.mode)
            )
        return decision

    def does(self, action: ActionKind, actor: Actor = SUPERVISOR, **more: object) -> Decision:
        self.deeds += 1
        deed = Deed(
            action_id=f"a{self.deeds}",
            call_id="c",
            action=action,
            actor=actor,
            **more,  # type: ignore[arg-type]
        )
        return self._after(
            self.desk.after_action(self.state, deed, self.call, at_ms=self.at_ms, mode=self.mode)
        )

    def hangs_up(self) -> Decision:
        return self._after(
            self.desk.after_call(self.state, self.call, at_ms=self.at_ms, mode=self.mode)
        )

    def goes_on(self) -> Decision:
        """The call was taken for lost, and is not over."""
        return self._after(
            self.desk.after_return(self.state, self.call, at_ms=self.at_ms, mode=self.mode)
        )

    def alert(self, label: str) -> Alert:
        return self.state.alerts[label]

    def about(self, reference: str) -> list[Alert]:
        """The alerts of a callback."""
        return [
            a
            for a in self.state.alerts.values()
            if a.callback_reference == reference and a.trigger.startswith("callback")
        ]

    def waits_for(self, moment: str | None) -> None:
        """Until a moment has come."""
        assert moment is not None
        self.waits((milliseconds(moment) - self.at_ms) / 1000 + 5)

    def refused(self) -> str:
        assert self.last.verdict is not None
        return self.last.verdict.rejected or ""


def test_every_alert_has_a_person_as_owner_from_the_start() -> None:
    story = Story()
    story.says("self_harm", "legal_threat")
    owners = {label: alert.owner.id for label, alert in story.state.alerts.items() if alert.owner}
    assert owners == {"self_harm": "femi", "legal_threat": "carmen"}
    assert {route.owner.id for route in story.routes if route.owner} == {"femi", "carmen"}


def test_a_closed_desk_is_passed_over_for_the_supervisors() -> None:
    text = default_policy_text().replace('# hours = "office"            #', 'hours = "office" #', 1)
    night = AT + 12 * 3600 * 1000
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS), at_ms=night)
    story.says("legal_threat")
    assert [(r.desk, r.target) for r in story.routes] == [("supervisors", "queue:supervisors")]
    assert story.alert("legal_threat").desk == "legal"


def test_nobody_answers_and_the_next_is_asked_until_a_callback_is_promised() -> None:
    story = Story()
    story.says("legal_threat")
    story.waits(400)
    asked = [(r.attempt, r.desk, r.owner.id) for r in story.routes if r.owner]
    assert asked[:5] == [
        (1, "legal", "carmen"),
        (2, "supervisors", "alex"),
        (3, "supervisors", "bo"),
        (4, "supervisors", "lee"),
        (5, "supervisors", "maya"),
    ]
    assert story.routes[-1].cancel_reason is CancelReason.UNANSWERED
    callback = story.callbacks[0]
    assert (callback.state, callback.owner.name) == (CallbackState.OFFERED, "Carmen Ruiz")
    assert story.alert("legal_threat").callback_reference == callback.reference


@pytest.mark.parametrize("trigger", LIFE)
def test_a_person_at_risk_is_never_given_up_while_the_call_lives(trigger: str) -> None:
    story = Story()
    story.says(trigger)
    story.waits(900)
    assert len(story.routes) > 20
    assert {route.mode for route in story.routes} == {RouteMode.JOIN}
    assert not story.callbacks
    attempts = [route.attempt for route in story.routes]
    assert attempts == sorted(set(attempts))


@pytest.mark.parametrize("trigger", LIFE)
def test_a_life_stop_whose_call_is_lost_is_rung_at_once_whatever_the_hour(trigger: str) -> None:
    story = Story(at_ms=AT + 12 * 3600 * 1000)
    story.says(trigger)
    story.hangs_up()
    (callback,) = story.callbacks
    assert callback.welfare
    assert callback.state is CallbackState.DUE
    assert story.routes[-1].cancel_reason is CancelReason.CALL_ENDED
    opened = story.state.alerts[f"callback:{callback.reference}"]
    assert opened.trigger == "welfare_recontact"
    assert story.alert(trigger).status is AlertStatus.CONFIRMED
    story.waits(3600)
    assert story.callbacks[-1].state is CallbackState.ESCALATED
    assert story.callbacks[-1].owner.id == "lee"


def test_who_accepts_owns_the_alert_and_the_clock_stops() -> None:
    story = Story()
    story.says("fraud")
    story.platform(OutcomeKind.OFFERED)
    story.platform(OutcomeKind.ACCEPTED, "iris")
    alert = story.alert("fraud")
    assert (alert.status, alert.acknowledged_by) == (AlertStatus.ACKNOWLEDGED, "iris")
    assert alert.owner is not None
    assert alert.owner.name == "Iris Novak"
    assert alert.ack_due_at is None
    story.platform(OutcomeKind.JOINED, "iris")
    assert story.alert("fraud").status is AlertStatus.CLAIMED
    story.waits(3600)
    assert len(story.routes) == 1


def test_who_accepts_and_does_not_come_is_followed_by_the_next() -> None:
    story = Story()
    story.says("fraud")
    story.platform(OutcomeKind.ACCEPTED, "hugo")
    story.waits(60)
    assert story.routes[-1].owner is not None
    assert story.routes[-1].owner.id == "iris"


@pytest.mark.parametrize(
    "reason", [FailureReason.BUSY, FailureReason.NO_ANSWER, FailureReason.RATE_LIMITED]
)
def test_a_route_that_failed_is_followed_at_once(reason: FailureReason) -> None:
    story = Story()
    story.says("fraud")
    story.platform(OutcomeKind.FAILED, reason=reason)
    assert (story.routes[-1].attempt, len(story.routes)) == (2, 2)


def test_what_the_platform_cannot_do_is_done_by_hand_by_the_same_person() -> None:
    story = Story()
    story.says("self_harm")
    story.platform(OutcomeKind.FAILED, reason=FailureReason.UNSUPPORTED)
    route = story.routes[-1]
    assert (route.mode, route.attempt) == (RouteMode.MANUAL, 2)
    assert route.owner == story.routes[0].owner
    story.does(ActionKind.CLAIM, alert_id=story.alert("self_harm").alert_id)
    story.waits(3600)
    assert len(story.routes) == 2


def test_an_answer_to_an_attempt_that_is_over_changes_nothing_but_a_joining_counts() -> None:
    story = Story()
    story.says("fraud")
    story.waits(50)
    assert not story.platform(OutcomeKind.ACCEPTED, "hugo", attempt=1).changes
    story.platform(OutcomeKind.JOINED, "hugo", attempt=1)
    owner = story.alert("fraud").owner
    assert owner is not None
    assert owner.id == "hugo"
    story.waits(3600)
    assert len(story.routes) == 2


def test_two_claims_leave_one_owner_and_the_slower_is_told() -> None:
    story = Story()
    story.says("media")
    alert_id = story.alert("media").alert_id
    story.does(ActionKind.CLAIM, alert_id=alert_id)
    story.does(ActionKind.CLAIM, Actor(id="bo", role=ActorRole.SUPERVISOR), alert_id=alert_id)
    assert story.refused() == "Alex Morgan has it already"
    story.does(ActionKind.CLAIM, alert_id=alert_id)
    assert not story.refused()


def test_an_action_on_what_has_moved_on_is_refused() -> None:
    story = Story()
    story.says("media")
    alert_id = story.alert("media").alert_id
    story.does(ActionKind.ACKNOWLEDGE, alert_id=alert_id)
    story.does(ActionKind.CLAIM, alert_id=alert_id, expected_revision=1)
    assert "faster" in story.refused()
    story.does(ActionKind.CLAIM, alert_id="nothing")
    assert "not there" in story.refused()


def test_a_false_alarm_calls_off_who_is_coming_and_can_be_undone() -> None:
    story = Story()
    story.says("self_harm")
    alert_id = story.alert("self_harm").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id)
    assert "say why" in story.refused()
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id, reason="a song")
    assert story.alert("self_harm").closed_reason == "false alarm: a song"
    assert story.routes[-1].cancel_reason is CancelReason.FALSE_ALARM
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=alert_id)
    assert story.alert("self_harm").status is AlertStatus.CONFIRMED
    assert story.routes[-1].cancel_reason is None
    assert len({route.route_id for route in story.routes}) == 2


def test_it_is_too_late_to_undo_after_a_minute() -> None:
    story = Story()
    story.says("media")
    alert_id = story.alert("media").alert_id
    story.does(ActionKind.FALSE_ALARM, alert_id=alert_id)
    story.at_ms += 120_000
    story.does(ActionKind.UNDO_FALSE_ALARM, alert_id=alert_id)
    assert "too late" in story.refused()


def test_a_false_alarm_sends_nobody_away_who_has_joined() -> None:
    story = Story()
    story.says("media")
    story.platform(OutcomeKind.JOINED, "elena")
    story.does(ActionKind.FALSE_ALARM, alert_id=story.alert("media").alert_id)
    assert not [route for route in story.routes if route.cancel_reason]


def test_an_agent_asks_for_a_supervisor_and_one_comes() -> None:
    story = Story()
    agent = Actor(id="a7", role=ActorRole.AGENT)
    story.does(ActionKind.REQUEST_SUPERVISOR, agent, reason="beyond my limit")
    (route,) = story.routes
    assert route.desk == "supervisors"
    (alert,) = story.state.alerts.values()
    assert alert.reason == "The agent asks for the Supervisors: beyond my limit."
    story.does(ActionKind.REQUEST_SPECIALIST, agent, desk="legal")
    assert story.routes[-1].desk == "legal"
    story.does(ActionKind.REQUEST_SPECIALIST, agent, desk="nowhere")
    assert "no desk 'nowhere'" in story.refused()


def test_an_agent_closes_no_life_stop() -> None:
    story = Story()
    story.says("violence")
    alert_id = story.alert("violence").alert_id
    story.does(ActionKind.RESOLVE, Actor(id="a7", role=ActorRole.AGENT), alert_id=alert_id)
    assert story.refused()
    story.does(ActionKind.RESOLVE, alert_id=alert_id)
    assert story.alert("violence").status is AlertStatus.CLOSED


def test_no_callback_is_offered_to_a_caller_at_risk_who_is_on_the_line() -> None:
    story = Story()
    story.says("self_harm")
    story.does(ActionKind.OFFER_CALLBACK)
    assert "stays on the line" in story.refused()
    assert not story.callbacks


def agreed(story: Story, **terms: object) -> Decision:
    story.does(ActionKind.OFFER_CALLBACK, reason="the bill", desk="supervisors")
    return story.does(
        ActionKind.COMMIT_CALLBACK,
        reference=story.callbacks[-1].reference,
        callback=CallbackTerms(**terms),  # type: ignore[arg-type]
    )


def test_a_callback_becomes_due_is_tried_again_and_kept() -> None:
    story = Story()
    agreed(story, window_start="2026-09-22T09:00:00+01:00", window_end="2026-09-22T12:00:00+01:00")
    reference = story.callbacks[-1].reference
    start = 1_790_064_000_000
    story.waits((start - story.at_ms) / 1000 + 5)
    assert story.callbacks[-1].state is CallbackState.DUE
    label = f"callback:{reference}"
    assert story.state.alerts[label].trigger == "callback_due"
    story.does(
        ActionKind.ATTEMPT_CALLBACK,
        reference=reference,
        callback=CallbackTerms(outcome=AttemptOutcome.NO_ANSWER),
    )
    story.waits(46 * 60)
    assert story.callbacks[-1].state is CallbackState.DUE
    story.does(
        ActionKind.ATTEMPT_CALLBACK,
        reference=reference,
        callback=CallbackTerms(outcome=AttemptOutcome.REACHED),
    )
    assert story.callbacks[-1].state is CallbackState.KEPT
    states = [step.state.value for step in story.callbacks[-1].history]
    assert states == ["offered", "committed", "due", "attempted", "due", "kept"]
    assert story.state.alerts[label].status is AlertStatus.CLOSED
    assert story.desk.next_moment(story.state) is None


def test_a_missed_callback_goes_to_the_duty_manager() -> None:
    story = Story()
    agreed(story, window_start="2026-09-22T09:00:00+01:00", window_end="2026-09-22T10:00:00+01:00")
    story.waits(24 * 3600)
    callback = story.callbacks[-1]
    assert (callback.state, callback.owner.id) == (CallbackState.ESCALATED, "lee")
    assert story.state.alerts[f"callback:{callback.reference}"].trigger == "callback_missed"


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"number": "12"}, "country code"),
        ({"number": "+4420"}, "too short"),
        ({"time_zone": "London"}, "no time zone"),
        (
            {
                "window_start": "2026-09-22T10:00:00+01:00",
                "window_end": "2026-09-22T09:00:00+01:00",
            },
            "ends before",
        ),
        (
            {
                "window_start": "2020-09-22T08:00:00+01:00",
                "window_end": "2020-09-22T09:00:00+01:00",
            },
            "over already",
        ),
        ({"window_start": "tomorrow", "window_end": "later"}, "RFC 3339"),
        ({"owner_id": "queue:legal"}, "person"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_not_made(terms: dict[str, str], why: str) -> None:
    story = Story()
    agreed(story, **terms)
    assert why in story.refused()
    assert story.callbacks[-1].state is CallbackState.OFFERED


def test_who_asked_not_to_be_called_is_promised_only_what_they_agree_to() -> None:
    story = Story()
    story.says("do_not_call")
    story.does(ActionKind.OFFER_CALLBACK)
    assert "asked not to be called" in story.refused()
    story.does(
        ActionKind.OFFER_CALLBACK,
        callback=CallbackTerms(
            window_start="2026-09-22T09:00:00+01:00", window_end="2026-09-22T10:00:00+01:00"
        ),
    )
    assert story.callbacks[-1].state is CallbackState.COMMITTED


def owed_to_who_asked_not_to_be_called() -> Story:
    story = Story()
    story.says("legal_threat")
    story.hangs_up()
    assert not story.callbacks[-1].do_not_call
    story.says("do_not_call", utterance="u2")
    return story


def test_who_asked_not_to_be_called_is_not_rung_and_the_owner_is_told_at_once() -> None:
    story = owed_to_who_asked_not_to_be_called()
    owed = story.callbacks[-1]
    assert owed.do_not_call
    assert owed.contact_note is not None
    (alert,) = story.about(owed.reference)
    assert (alert.trigger, alert.owner) == ("callback_blocked", owed.owner)
    assert alert.do_not_say == "Do not ring until they agree to it."
    story.waits_for(owed.window_end)
    assert story.callbacks[-1].state is CallbackState.MISSED
    assert {one.trigger for one in story.about(owed.reference)} == {"callback_blocked"}


def test_once_they_agree_to_a_window_they_are_rung_in_it() -> None:
    story = owed_to_who_asked_not_to_be_called()
    agreed(story, window_start="2026-09-22T09:00:00+01:00", window_end="2026-09-22T12:00:00+01:00")
    owed = story.callbacks[-1]
    assert (owed.state, owed.do_not_call) == (CallbackState.COMMITTED, False)
    assert story.about(owed.reference)[-1].status is AlertStatus.CLOSED
    story.waits_for(owed.window_start)
    due = story.about(owed.reference)[-1]
    assert (due.trigger, due.status) == ("callback_due", AlertStatus.CONFIRMED)
    assert due.say_now.startswith("Ring")


def test_who_asks_it_after_a_time_was_agreed_takes_that_back() -> None:
    story = Story()
    story.says("legal_threat")
    story.hangs_up()
    agreed(story, window_start="2026-09-22T09:00:00+01:00", window_end="2026-09-22T12:00:00+01:00")
    assert story.callbacks[-1].state is CallbackState.COMMITTED
    story.says("do_not_call", utterance="u2")
    assert story.callbacks[-1].do_not_call


def test_a_caller_at_risk_is_rung_whatever_they_asked() -> None:
    story = Story()
    story.says("do_not_call")
    story.says("self_harm", utterance="u2")
    story.hangs_up()
    owed = story.callbacks[-1]
    assert (owed.welfare, owed.do_not_call) == (True, False)


def test_on_a_queue_whose_work_it_is_a_trigger_alerts_nobody() -> None:
    text = default_policy_text().replace(
        'owns_queues = []              # e.g. ["fraud-line"]', 'owns_queues = ["q"]', 1
    )
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS))
    story.says("fraud", "media")
    assert set(story.state.alerts) == {"media"}


def test_shadow_mode_asks_nobody_and_promises_nothing() -> None:
    text = default_policy_text().replace('mode = "live"', 'mode = "shadow"', 1)
    story = Story(Desk(parse_policy(text, source="policy.toml"), VERSIONS))
    story.says("self_harm", "fraud")
    story.waits(600)
    story.hangs_up()
    assert not story.routes
    assert not story.callbacks


def test_a_recorded_call_that_ends_promises_nothing() -> None:
    story = Story(mode=Mode.REPLAY)
    story.says("self_harm")
    story.hangs_up()
    assert not story.callbacks


STEPS: list[Callable[[Story], object]] = [
    *(lambda s, t=t: s.says(t, utterance=f"u-{t}-{s.at_ms}") for t in (*LIFE, *OTHERS)),
    lambda s: s.says("self_harm", utterance="p", final=False),
    lambda s: s.says(utterance="p"),
    lambda s: s.waits(30),
    lambda s: s.waits(300),
    lambda s: s.routes and s.platform(OutcomeKind.ACCEPTED, "grace"),
    lambda s: s.routes and s.platform(OutcomeKind.JOINED, "grace"),
    lambda s: s.routes and s.platform(OutcomeKind.COMPLETED),
    lambda s: s.routes and s.platform(OutcomeKind.FAILED, reason=FailureReason.BUSY),
    lambda s: s.routes and s.platform(OutcomeKind.FAILED, reason=FailureReason.UNSUPPORTED),
    lambda s: s.routes and s.platform(OutcomeKind.FAILED, reason=FailureReason.CALL_GONE),
    lambda s: s.routes and s.platform(OutcomeKind.OFFERED, attempt=1),
    lambda s: [s.does(ActionKind.CLAIM, alert_id=a.alert_id) for a in _some(s)],
    lambda s: [s.does(ActionKind.ACKNOWLEDGE, alert_id=a.alert_id) for a in _some(s)],
    lambda s: [s.does(ActionKind.FALSE_ALARM, alert_id=a.alert_id, reason="no") for a in _some(s)],
    lambda s: [s.does(ActionKind.UNDO_FALSE_ALARM, alert_id=a.alert_id) for a in _some(s)],
    lambda s: s.does(ActionKind.OFFER_CALLBACK),
    lambda s: [
        s.does(
            ActionKind.ATTEMPT_CALLBACK,
            reference=c.reference,
            callback=CallbackTerms(outcome=AttemptOutcome.NO_ANSWER),
        )
        for c in list(s.state.callbacks.values())[:1]
    ],
    lambda s: s.does(ActionKind.REQUEST_SUPERVISOR),
]


def _some(story: Story) -> list[Alert]:
    return list(story.state.alerts.values())[:1]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=14), st.booleans(), st.integers(0, 23))
def test_no_hard_stop_ever_ends_without_a_person_and_no_promise_is_lost(
    steps: list[Callable[[Story], object]], ends: bool, hour: int
) -> None:
    story = Story(at_ms=AT + hour * 3600 * 1000)
    for step in steps:
        step(story)
    if ends:
        story.hangs_up()
    story.waits(7200)
    people = set(load_policy().people)
    for label, alert in story.state.alerts.items():
        assert alert.owner is not None
        assert alert.owner.id in people
        if alert.status in (AlertStatus.CLOSED, AlertStatus.RETRACTED, AlertStatus.CLAIMED):
            continue
        coming = [
            way
            for way in story.state.ways.values()
            if alert.alert_id in way.route.alert_ids
            and way.stage in (Stage.REQUESTED, Stage.OFFERED, Stage.ACCEPTED)
        ]
        assert coming or alert.callback_reference in story.state.callbacks, label
    for trigger in LIFE:
        for route in story.routes:
            if trigger in story.state.alerts and (
                story.state.alerts[trigger].alert_id in route.alert_ids
            ):
                assert route.mode in (RouteMode.JOIN, RouteMode.MANUAL)
    known = {callback.reference for callback in story.callbacks}
    assert known == set(story.state.callbacks)
    for callback in story.state.callbacks.values():
        assert callback.owner.id in people
        assert len(callback.history) == callback.revision
        escalated = callback.state is CallbackState.ESCALATED
        assert escalated or not callback.is_open or story.desk.next_moment(story.state)
    ids = [(r.route_id, r.attempt, r.cancel_reason) for r in story.routes]
    assert len(ids) == len(set(ids))


def _one_desk() -> Desk:
    """A small site: whatever is said, the safety desk comes."""
    policy = load_policy()
    triggers = {
        trigger: msgspec.structs.replace(handling, desk="safety")
        for trigger, handling in policy.triggers.items()
    }
    return Desk(msgspec.structs.replace(policy, triggers=triggers), VERSIONS)


ONE_DESK = _one_desk()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=14))
def test_where_one_desk_comes_for_everything_it_is_told_of_a_life_and_never_holds_the_caller(
    steps: list[Callable[[Story], object]],
) -> None:
    story = Story(ONE_DESK)
    for step in steps:
        step(story)
        told = {route.route_id: route for route in story.routes}
        for way in story.state.ways.values():
            open_ = [a for t in LIFE if (a := story.state.alerts.get(t)) and a.status in UNTAKEN]
            if way.stage not in COMING or not open_:
                continue
            last = told[way.route.route_id]
            assert last.mode in (RouteMode.JOIN, RouteMode.MANUAL)
            if way.route.desk == "safety" and way.due_ms is not None:
                assert last.priority == 1
                assert way.due_ms - story.at_ms <= 20_000
