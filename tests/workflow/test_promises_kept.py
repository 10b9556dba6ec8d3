"""What holds on every call, whatever happens in whatever order: somebody is in charge, nobody at
risk is held or put off, no promise is lost, and who has come is not sent away."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from detectors.vocabulary import Trigger
from tests.workflow.test_desk import AT, DESK, reading
from tests.workflow.test_records import CHANGES, ENTRIES, STATE
from tests.workflow.test_ways import CALL, LIFE
from workflow.actions import ActionKind, Actor, ActorRole, CallbackTerms, Deed
from workflow.alerts import Alert, AlertStatus
from workflow.call import Mode
from workflow.callbacks import AttemptOutcome, Callback, CallbackState
from workflow.chain import KEPT, Entry, Fault, blank, verify
from workflow.decision import CallbackChange, Decision, DeskState, RouteChange
from workflow.incident import head_of
from workflow.policy import RouteMode, load_policy
from workflow.routing import COMING, FailureReason, Outcome, OutcomeKind, Stage, Way

PEOPLE = frozenset(load_policy().people)
TRIGGERS = sorted(trigger.value for trigger in Trigger)
OVER = (AlertStatus.CLOSED, AlertStatus.RETRACTED)
ANSWERED = (OutcomeKind.OFFERED, OutcomeKind.ACCEPTED, OutcomeKind.JOINED, OutcomeKind.COMPLETED)
ON_ALERTS = (
    ActionKind.CLAIM,
    ActionKind.ACKNOWLEDGE,
    ActionKind.RESOLVE,
    ActionKind.FALSE_ALARM,
    ActionKind.UNDO_FALSE_ALARM,
)
ON_CALLBACKS = (
    ActionKind.COMMIT_CALLBACK,
    ActionKind.ATTEMPT_CALLBACK,
    ActionKind.KEEP_CALLBACK,
    ActionKind.MISS_CALLBACK,
    ActionKind.CANCEL_CALLBACK,
)
UNNAMED = (ActionKind.OFFER_CALLBACK, ActionKind.REQUEST_SUPERVISOR)

Cause = Callable[[DeskState], Decision]


class Floor(RuleBasedStateMachine):
    """One call on which anything may happen. After each step the state is written and read, as
    by a worker that has been restarted; what happened may come twice."""

    def __init__(self) -> None:
        super().__init__()
        self.state = DeskState()
        self.before = DeskState()
        self.at_ms = AT
        self.deeds = 0
        self.causes: list[Cause] = []
        self.joined: set[str] = set()
        self.told: dict[str, list[Callback]] = {}
        self.cancelled: list[str] = []

    def happens(self, cause: Cause, *, again: bool = False) -> None:
        decision = cause(self.state)
        # Killed before anything was written: whoever reads it again decides the same.
        assert msgspec.json.encode(cause(self.state)) == msgspec.json.encode(decision)
        self.before = self.state
        self.state = msgspec.msgpack.decode(msgspec.msgpack.encode(decision.state), type=DeskState)
        for change in decision.changes:
            if isinstance(change, CallbackChange):
                self.told.setdefault(change.callback.reference, []).append(change.callback)
            if isinstance(change, RouteChange) and change.route.cancel_reason is not None:
                self.cancelled.append(change.route.route_id)
                assert change.route.route_id not in self.joined, "sent away"
        stages = (Stage.JOINED, Stage.COMPLETED)
        self.joined |= {w.route.route_id for w in self.state.ways.values() if w.stage in stages}
        if not again:
            self.causes.append(cause)
            self.at_ms += 1000

    @rule(label=st.sampled_from(TRIGGERS), final=st.booleans(), utterance=st.integers(0, 3))
    def words(self, label: str, final: bool, utterance: int) -> None:
        # After the end every word stands, as the reader sees to.
        heard = reading(label, utterance=f"u{utterance}", final=final or self.state.ended)
        self._reads(heard)

    @rule(utterance=st.integers(0, 3))
    def other_words(self, utterance: int) -> None:
        self._reads(reading(utterance=f"u{utterance}"))

    def _reads(self, heard: object) -> None:
        at_ms = self.at_ms
        self.happens(
            lambda state: DESK.after_reading(
                state,
                heard,  # type: ignore[arg-type]
                CALL,
                at_ms=at_ms,
                mode=Mode.LIVE,
            )
        )

    @precondition(lambda self: self.state.ways)
    @rule(
        pick=st.integers(0, 9),
        kind=st.sampled_from([*ANSWERED, *[OutcomeKind.FAILED] * 3]),
        reason=st.sampled_from(FailureReason),
        person=st.sampled_from([None, *sorted(PEOPLE)]),
        old=st.booleans(),
    )
    def platform(
        self, pick: int, kind: OutcomeKind, reason: FailureReason, person: str | None, old: bool
    ) -> None:
        ways = list(self.state.ways.values())
        route = ways[pick % len(ways)].route
        outcome = Outcome(
            kind=kind,
            route_id=route.route_id,
            attempt=max(1, route.attempt - old),
            person_id=person,
            reason=reason if kind is OutcomeKind.FAILED else None,
        )
        at_ms = self.at_ms
        self.happens(
            lambda state: DESK.after_outcome(state, outcome, CALL, at_ms=at_ms, mode=Mode.LIVE)
        )

    @precondition(lambda self: self.state.alerts)
    @rule(
        pick=st.integers(0, 9),
        action=st.sampled_from(ON_ALERTS),
        who=st.sampled_from(["alex", "bo"]),
    )
    def on_an_alert(self, pick: int, action: ActionKind, who: str) -> None:
        alerts = list(self.state.alerts.values())
        self._does(action, who, alert_id=alerts[pick % len(alerts)].alert_id, reason="so it is")

    @precondition(lambda self: self.state.callbacks)
    @rule(
        pick=st.integers(0, 9),
        action=st.sampled_from(ON_CALLBACKS),
        outcome=st.sampled_from(AttemptOutcome),
    )
    def on_a_callback(self, pick: int, action: ActionKind, outcome: AttemptOutcome) -> None:
        callbacks = list(self.state.callbacks.values())
        terms = CallbackTerms(outcome=outcome)
        about = callbacks[pick % len(callbacks)].reference
        self._does(action, "alex", reference=about, callback=terms, reason="so it is")

    @rule(
        action=st.sampled_from(
            [
                ActionKind.OFFER_CALLBACK,
                ActionKind.REQUEST_SUPERVISOR,
                ActionKind.REQUEST_SPECIALIST,
            ]
        ),
    )
    def asks(self, action: ActionKind) -> None:
        self._does(action, "alex", desk=None if action in UNNAMED else "crisis")

    def _does(self, action: ActionKind, who: str, **more: object) -> None:
        self.deeds += 1
        deed = Deed(
            action_id=f"a{self.deeds}",
            call_id="c",
            action=action,
            actor=Actor(id=who, role=ActorRole.SUPERVISOR),
            **more,  # type: ignore[arg-type]
        )
        at_ms = self.at_ms
        self.happens(
            lambda state: DESK.after_action(state, deed, CALL, at_ms=at_ms, mode=Mode.LIVE)
        )

    @rule(seconds=st.sampled_from([5, 30, 100, 1200, 20_000]))
    def time(self, seconds: int) -> None:
        until = self.at_ms + seconds * 1000
        for _ in range(40):
            due = DESK.next_moment(self.state)
            if due is None or due > until:
                break
            self.at_ms = max(self.at_ms, due)
            at_ms = self.at_ms
            self.happens(
                lambda state, at_ms=at_ms: DESK.after_time(  # type: ignore[misc]
                    state, CALL, at_ms=at_ms, mode=Mode.LIVE
                )
            )
        self.at_ms = max(self.at_ms, until)

    @precondition(lambda self: not self.state.ended)
    @rule()
    def the_end(self) -> None:
        at_ms = self.at_ms
        self.happens(lambda state: DESK.after_call(state, CALL, at_ms=at_ms, mode=Mode.LIVE))

    @precondition(lambda self: self.state.ended)
    @rule()
    def the_call_goes_on(self) -> None:
        """It had been taken for lost."""
        at_ms = self.at_ms
        self.happens(lambda state: DESK.after_return(state, CALL, at_ms=at_ms, mode=Mode.LIVE))

    @precondition(lambda self: self.causes)
    @rule()
    def the_last_comes_twice(self) -> None:
        """An outcome or a tick; of a deed that comes twice, the reader knows the id."""
        if self.deeds == 0:
            self.happens(self.causes[-1], again=True)

    @invariant()
    def every_hard_stop_has_a_person(self) -> None:
        for label, alert in self.state.alerts.items():
            assert alert.owner is not None, label
            assert alert.owner.id in PEOPLE, label
            if label in TRIGGERS and alert.status not in OVER:
                assert self._in_hands(alert), f"{label} is {alert.status}, and nobody comes"

    def _in_hands(self, alert: Alert) -> bool:
        if alert.status is AlertStatus.CLAIMED:
            # To have taken it is enough for what is no life, and while the caller is there.
            if alert.trigger not in LIFE or not self.state.ended or self._has_come(alert):
                return True
            return alert.callback_reference in self.state.callbacks
        if alert.status is AlertStatus.PROVISIONAL and not self.state.ended:
            # Words that may be revised move nobody yet, life stops apart.
            return alert.trigger not in LIFE or any(map(_is_asked(alert), self._ways()))
        promised = self.state.callbacks.get(alert.callback_reference or "")
        return promised is not None or any(map(_is_asked(alert), self._ways()))

    def _has_come(self, alert: Alert) -> bool:
        came = [way for way in self._ways() if way.stage in (Stage.JOINED, Stage.COMPLETED)]
        return any(alert.alert_id in way.route.alert_ids for way in came)

    def _ways(self) -> list[Way]:
        return list(self.state.ways.values())

    @invariant()
    def a_caller_at_risk_is_neither_held_nor_put_off(self) -> None:
        if not (_at_risk(self.state) and not self.state.ended):
            return
        for way in self._ways():
            asks = way.stage in COMING and way.due_ms is not None
            assert not asks or way.route.mode is not RouteMode.CONSULT
        if _at_risk(self.before):
            assert set(self.state.callbacks) <= set(self.before.callbacks)

    @invariant()
    def the_caller_is_rung_once_about_one_call(self) -> None:
        """What a person promised for reasons of their own, and a life, apart."""
        offered = [
            callback
            for callback in self.state.callbacks.values()
            if callback.is_open and not callback.welfare and callback.history[0].by == "hardstop"
        ]
        assert len(offered) <= 1
        for callback in offered:
            assert len(set(callback.alert_ids)) == len(callback.alert_ids)

    @invariant()
    def no_callback_is_lost(self) -> None:
        assert set(self.told) == set(self.state.callbacks)
        assert set(self.before.callbacks) <= set(self.state.callbacks)
        for reference, callback in self.state.callbacks.items():
            revisions = {told.revision for told in self.told[reference]}
            assert revisions == set(range(1, callback.revision + 1))
            assert len(callback.history) == callback.revision
            known = self.before.callbacks.get(reference)
            assert known is None or callback.history[: known.revision] == known.history
            assert callback.owner.id in PEOPLE
            if not callback.is_open:
                assert callback.history[-1].by != "hardstop"
            elif callback.state is not CallbackState.ESCALATED:
                assert DESK.next_moment(self.state) is not None


def _at_risk(state: DeskState) -> bool:
    return any(
        alert.trigger in LIFE and alert.status not in OVER for alert in state.alerts.values()
    )


def _is_asked(alert: Alert) -> Callable[[Way], bool]:
    return lambda way: way.stage in COMING and alert.alert_id in way.route.alert_ids


Floor.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestWhateverHappens = Floor.TestCase


def test_every_field_of_an_entry_is_among_the_changes_that_must_be_found() -> None:
    # `mode` takes part in the hash as well: see below, where any byte is changed.
    assert set(Entry.__struct_fields__) - set(CHANGES) <= {"mode"}


WRITTEN = tuple(msgspec.json.encode(entry) for entry in ENTRIES)


@given(st.integers(0, len(WRITTEN) - 1), st.data())
def test_any_byte_that_is_changed_in_a_record_is_found(place: int, data: st.DataObject) -> None:
    line = bytearray(WRITTEN[place])
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] = data.draw(st.integers(0x20, 0x7E).filter(lambda byte: byte != line[at]))
    try:
        changed = msgspec.json.decode(bytes(line), type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    left = (*ENTRIES[:place], changed, *ENTRIES[place + 1 :])
    found = verify(left, head_of(STATE, "c"))
    assert changed == ENTRIES[place] or not found.intact


def test_a_salt_in_capitals_or_with_a_space_is_found_though_its_bytes_are_the_same() -> None:
    place = next(
        n for n, entry in enumerate(ENTRIES) if entry.salt and entry.salt.upper() != entry.salt
    )
    salt = str(ENTRIES[place].salt)
    for other in (salt.upper(), f"{salt[:2]} {salt[2:]}"):
        changed = msgspec.structs.replace(ENTRIES[place], salt=other)
        left = (*ENTRIES[:place], changed, *ENTRIES[place + 1 :])
        assert verify(left, head_of(STATE, "c")).fault is Fault.CHANGED


CAN_GO = [n for n, entry in enumerate(ENTRIES) if entry.kind not in KEPT]


@given(
    st.sets(st.sampled_from(CAN_GO), min_size=1),
    st.integers(0, len(ENTRIES) - 1),
    st.sampled_from(sorted(CHANGES)),
)
def test_a_change_is_found_in_what_whoever_keeps_a_copy_has_left(
    gone: set[int], place: int, field: str
) -> None:
    left = [blank(entry) if n in gone else entry for n, entry in enumerate(ENTRIES)]
    assert verify(left, head_of(STATE, "c"), lets_go=True).intact
    assert verify(left, head_of(STATE, "c")).number == min(gone) + 1
    left[place] = msgspec.structs.replace(left[place], **{field: CHANGES[field]})
    assert not verify(left, head_of(STATE, "c"), lets_go=True).intact
