"""What platforms report, people do and time brings, read against the state of the call."""

from __future__ import annotations

import hashlib

import msgspec

from stream.across import is_on_the_line
from stream.codec import decode_action, decode_outcome, decode_tick
from stream.complaints import acted
from stream.ending import Ending
from stream.events import (
    CallerRingsIn,
    CallForget,
    CustomerKnown,
    RouteAccepted,
    RouteCompleted,
    RouteFailed,
    RouteJoined,
    RouteOffered,
    RoutingOutcome,
)
from stream.events.operations import Topic
from stream.forgetting import Forgetter
from stream.hearing import Hearing
from stream.outputs import Message, Output, change_output, note_output, verdict_output
from stream.recordkeeper import RecordKeeper, remembered
from stream.state import CallState
from stream.step import Lookup, Step
from stream.topics import TopicName
from workflow.actions import ActionKind, Deed, Refused, Verdict
from workflow.call import TICKING, CallFacts, Customer
from workflow.contact import Followed
from workflow.decision import Decision
from workflow.deeds import HINTS, ON_RECORD
from workflow.desk import Desk
from workflow.happenings import Done, Happening
from workflow.listening import after_deed
from workflow.picture import pictured
from workflow.register import COMPLAINTS
from workflow.routing import Outcome, OutcomeKind

ROUTES_REMEMBERED = 32
"""Routes of a call whose last report is known: the same said twice goes on record once."""

_KINDS: dict[type[RoutingOutcome], OutcomeKind] = {
    RouteOffered: OutcomeKind.OFFERED,
    RouteAccepted: OutcomeKind.ACCEPTED,
    RouteJoined: OutcomeKind.JOINED,
    RouteCompleted: OutcomeKind.COMPLETED,
    RouteFailed: OutcomeKind.FAILED,
}


class ReportReader:
    """Reads `routing.outcomes`, `supervisor.actions` and `ticks`. Same message, same bytes."""

    def __init__(
        self,
        desk: Desk,
        keeper: RecordKeeper,
        ending: Ending,
        hearing: Hearing,
        forgetter: Forgetter,
    ) -> None:
        self._desk = desk
        self._keeper = keeper
        self._ending = ending
        self._hearing = hearing
        self._forgetter = forgetter

    def read(self, message: Message, lookup: Lookup) -> Step:
        """Process one message. Raises Unreadable for one that cannot be read."""
        match message.about:
            case TopicName.ROUTING_OUTCOMES:
                return self._outcome(message, lookup)
            case TopicName.SUPERVISOR_ACTIONS:
                return self._action(message, lookup)
            case _:
                return self._tick(message, lookup)

    def _outcome(self, message: Message, lookup: Lookup) -> Step:
        event = decode_outcome(message)
        state = lookup(event.call_id)
        if state is None:
            return Step()
        outcome = Outcome(
            kind=_KINDS[type(event)],
            route_id=event.route_id,
            attempt=event.attempt,
            person_id=getattr(event, "person_id", None),
            reason=getattr(event, "reason", None),
        )
        said = _digest(outcome)
        if state.reported.get(outcome.route_id) == said:
            return Step(repeat=True)
        state = msgspec.structs.replace(state, reported=_reported(state, outcome.route_id, said))
        decision = self._desk.after_outcome(
            state.desk,
            outcome,
            state.facts,
            at_ms=message.timestamp_ms,
            mode=state.mode,
            picture=pictured(state.conversation, state.coach),
        )
        return _step(decision, state, message, happened=(outcome,))

    def _action(self, message: Message, lookup: Lookup) -> Step:
        deed = decode_action(message)
        state = lookup(deed.call_id)
        if deed.action is ActionKind.FORGET:
            return self._forgetter.done(deed, state, message)
        if state is None:
            told = Verdict(action_id=deed.action_id, rejected="this call is not known any more")
            return Step(outputs=(verdict_output(told, deed.call_id, message),))
        if deed.action_id in state.deeds:
            return Step(repeat=True)
        if deed.action in HINTS:
            return self._hint(deed, state, message)
        if deed.action in COMPLAINTS:
            known = msgspec.structs.replace(state, deeds=remembered(state, deed))
            return acted(deed, known, message)
        if deed.action in ON_RECORD:
            return self._keeper.done(deed, state, message)
        decision = self._desk.after_action(
            state.desk,
            deed,
            state.facts,
            at_ms=message.timestamp_ms,
            mode=state.mode,
            picture=pictured(state.conversation, state.coach),
        )
        verdict = decision.verdict
        assert verdict is not None
        facts = state.facts if verdict.rejected else _verified(state.facts, deed)
        state = msgspec.structs.replace(state, facts=facts, deeds=remembered(state, deed))
        told_of = verdict_output(verdict, deed.call_id, message)
        return _step(decision, state, message, told_of, happened=(Done(deed, verdict),))

    def _hint(self, deed: Deed, state: CallState, message: Message) -> Step:
        try:
            coached = after_deed(state.coach, deed)
        except Refused as refused:
            verdict = Verdict(action_id=deed.action_id, rejected=str(refused))
            return Step(outputs=(verdict_output(verdict, deed.call_id, message),))
        state = msgspec.structs.replace(state, coach=coached, deeds=remembered(state, deed))
        applied = verdict_output(Verdict(action_id=deed.action_id), deed.call_id, message)
        return Step(outputs=(applied,), state=state)

    def _tick(self, message: Message, lookup: Lookup) -> Step:
        tick = decode_tick(message)
        state = lookup(tick.call_id)
        if isinstance(tick, CallForget):
            known = Followed(pseudonym=tick.pseudonym, at_ms=tick.at_ms, revision=tick.revision)
            return self._forgetter.done(tick.deed, state, message, known)
        if state is None:
            return Step()
        if isinstance(tick, CustomerKnown):
            return self._known(tick, state, message)
        if isinstance(tick, CallerRingsIn):
            return self._rings_in(tick, state, message)
        lost = self._ending.after_silence(state, message) if tick.all_read else None
        if lost is not None:
            return lost
        notes: tuple[Output, ...] = ()
        if tick.all_read:
            state, notes = self._hearing.after_time(state, message)
        step = Step(outputs=notes, state=state)
        if state.mode in TICKING:
            decision = self._desk.after_time(
                state.desk,
                state.facts,
                at_ms=message.timestamp_ms,
                mode=state.mode,
                picture=pictured(state.conversation, state.coach),
            )
            step = _step(decision, state, message, *notes)
        return self._keeper.after_time(step, message)

    def _known(self, event: CustomerKnown, state: CallState, message: Message) -> Step:
        followed = state.followed
        if event.pseudonym != followed.pseudonym or event.revision <= followed.known:
            return Step(repeat=True)
        before = {promise.reference for promise in state.desk.history.open_callbacks}
        decision = self._desk.after_history(
            state.desk, event.history, state.facts, at_ms=message.timestamp_ms, mode=state.mode
        )
        notes = [
            _has_callback(promise.reference, event.call_id, message)
            for promise in event.history.open_callbacks
            if promise.reference not in before and is_on_the_line(state)
        ]
        followed = msgspec.structs.replace(followed, known=event.revision)
        state = msgspec.structs.replace(state, followed=followed)
        return _step(decision, state, message, *notes)

    def _rings_in(self, event: CallerRingsIn, state: CallState, message: Message) -> Step:
        at_ms, mode = message.timestamp_ms, state.mode
        decision = self._desk.after_ringing(
            state.desk, event.reference, event.rung_in, state.facts, at_ms=at_ms, mode=mode
        )
        if not decision.changes:
            return Step(repeat=True)
        return _step(decision, state, message)


def _digest(outcome: Outcome) -> str:
    return hashlib.sha256(msgspec.json.encode(outcome)).hexdigest()[:16]


def _reported(state: CallState, route_id: str, said: str) -> dict[str, str]:
    others = {route: last for route, last in state.reported.items() if route != route_id}
    return dict([*others.items(), (route_id, said)][-ROUTES_REMEMBERED:])


def _has_callback(reference: str, call_id: str, message: Message) -> Output:
    detail = f"the caller rings in while callback {reference} is open"
    about = Topic.CALLER_HAS_CALLBACK
    return note_output(about, detail, message, call_id=call_id, reference=reference)


def _step(
    decision: Decision,
    state: CallState,
    message: Message,
    *more: Output,
    happened: tuple[Happening, ...] = (),
) -> Step:
    outputs = tuple(change_output(change, message) for change in decision.changes)
    return Step(
        outputs=(*outputs, *more),
        state=msgspec.structs.replace(state, desk=decision.state),
        happened=(*happened, *decision.changes),
    )


def _verified(facts: CallFacts, deed: Deed) -> CallFacts:
    if deed.action is not ActionKind.SET_VERIFIED or deed.verified is None:
        return facts
    customer = msgspec.structs.replace(facts.customer or Customer(), verified=deed.verified)
    return msgspec.structs.replace(facts, customer=customer)
