"""The judgment on one call: what is heard, reported, done and left undone becomes alerts, routes
and callbacks.

Pure: given the same state, cause and moment it always decides the same, so a message that is
read again after a crash yields the same events with the same ids.
"""

from __future__ import annotations

import msgspec

from detectors.reading import Finding, Reading
from detectors.vocabulary import Disposition, Signal
from workflow.actions import Deed, Refused, Verdict
from workflow.alerts import Alert, AlertStatus, RecordHandling
from workflow.asking import advance, heard_of, stop_asking
from workflow.brief import prepare
from workflow.call import CallFacts, Mode
from workflow.childhood import says_child
from workflow.debts import owe, promised_for
from workflow.decision import Decision, DeskState, Versions
from workflow.deeds import done
from workflow.hearing import confirm, followed, heard, retold, words_now
from workflow.history import History
from workflow.lateness import next_moment
from workflow.picture import NOTHING_KNOWN, CallPicture
from workflow.policy import TRIGGER_NAMES, Policy
from workflow.precedence import rank
from workflow.promising import forbid, rings_in, tend
from workflow.returning import back_again, rung_at_once
from workflow.ringing import RungIn
from workflow.routing import COMING, CancelReason, Outcome
from workflow.tiers import weigh
from workflow.ways import is_in_hands
from workflow.work import LIFE, OVER, Work


class Desk:
    """Applies a policy to what happens on a call. Holds no state of its own."""

    def __init__(self, policy: Policy, versions: Versions) -> None:
        self._policy = policy
        self._versions = versions
        prepare()

    def after_reading(
        self,
        state: DeskState,
        reading: Reading,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Decision:
        """Open, confirm, update or retract alerts for one reading. `at_ms`: UTC ms of the chunk;
        `picture`: the call with this reading, for the brief of whoever is asked to come."""
        work = self._work(state, call, at_ms, mode, degraded=reading.degraded, picture=picture)
        strongest = _strongest(reading)
        if Signal.DO_NOT_CALL.value in strongest and reading.turn.is_final:
            work.do_not_call = True
            forbid(work, tuple(work.callbacks.values()))
        work.child = work.child or says_child(reading.turn)
        # A life first: what is asked for beside it depends on it.
        for label, finding in sorted(strongest.items(), key=lambda found: found[0] not in LIFE):
            handling = work.wanted(label)
            if handling is not None:
                heard(work, label, finding, handling, final=reading.turn.is_final)
        words_now(work, reading)
        if reading.turn.is_final:
            retold(work)
        followed(work)
        weigh(work, reading)
        if work.ended:
            # Words that come after the end: nobody can join any more.
            _left_behind(work)
        return work.decision()

    def after_outcome(
        self,
        state: DeskState,
        outcome: Outcome,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Decision:
        """What the platform says became of a route. A report on nothing known changes nothing."""
        work = self._work(state, call, at_ms, mode, picture=picture)
        heard_of(work, outcome)
        return work.decision()

    def after_action(
        self,
        state: DeskState,
        deed: Deed,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Decision:
        """What a person did. A refused action changes nothing, and its verdict says why."""
        work = self._work(state, call, at_ms, mode, picture=picture)
        try:
            revision = done(work, deed)
        except Refused as refused:
            return Decision(state, (), Verdict(action_id=deed.action_id, rejected=str(refused)))
        if work.ended:
            _left_behind(work)
        return work.decision(Verdict(action_id=deed.action_id, revision=revision))

    def after_time(
        self,
        state: DeskState,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Decision:
        """Who did not come in time is followed by the next; promises become due."""
        work = self._work(state, call, at_ms, mode, picture=picture)
        for desk, way in list(work.ways.items()):
            if way.stage in COMING and way.due_ms is not None and at_ms >= way.due_ms:
                advance(work, desk)
        tend(work)
        return work.decision()

    def after_call(self, state: DeskState, call: CallFacts, *, at_ms: int, mode: Mode) -> Decision:
        """The call is over: words that never became final stand as they were last heard, and who
        was not reached on the line is reached otherwise."""
        work = self._work(state, call, at_ms, mode)
        work.ended = True
        for label, alert in list(work.alerts.items()):
            if alert.status is AlertStatus.PROVISIONAL:
                confirm(work, label, "the call ended before the words became final")
        _left_behind(work)
        return work.decision()

    def after_return(
        self,
        state: DeskState,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Decision:
        """A call that was taken for lost goes on: people are asked again to come."""
        work = self._work(state, call, at_ms, mode, picture=picture)
        work.ended = False
        back_again(work)
        return work.decision()

    def after_history(
        self, state: DeskState, history: History, call: CallFacts, *, at_ms: int, mode: Mode
    ) -> Decision:
        """What is known of the caller's other calls: it stands on open alerts."""
        work = self._work(state, call, at_ms, mode)
        work.history = history
        for label, alert in list(work.alerts.items()):
            if alert.status not in OVER and alert.previous_contacts != work.previous_contacts:
                work.alert(label)
        return work.decision()

    def after_ringing(
        self,
        state: DeskState,
        reference: str,
        news: RungIn,
        call: CallFacts,
        *,
        at_ms: int,
        mode: Mode,
    ) -> Decision:
        """The caller to whom a callback was promised on this call rings in on another, or is off
        that line again: its owner is told."""
        work = self._work(state, call, at_ms, mode)
        rings_in(work, reference, news)
        return work.decision()

    def next_moment(self, state: DeskState, call: CallFacts | None = None) -> int | None:
        """When `after_time` has something to do next (UTC ms), or None.

        In shadow nobody is asked and nothing promised, so there is nothing to wait for; what was
        begun while the call was live goes on.
        """
        due = [
            way.due_ms
            for way in state.ways.values()
            if way.stage in COMING and way.due_ms is not None
        ]
        rules = self._policy.for_queue(call.queue_id if call else None).callbacks
        due += [m for c in state.callbacks.values() if (m := next_moment(c, rules)) is not None]
        return min(due, default=None)

    def _work(
        self,
        state: DeskState,
        call: CallFacts,
        at_ms: int,
        mode: Mode,
        *,
        degraded: bool = False,
        picture: CallPicture = NOTHING_KNOWN,
    ) -> Work:
        policy, versions = self._policy, self._versions
        return Work(policy, versions, state, call, at_ms, mode, degraded=degraded, picture=picture)


def _left_behind(work: Work) -> None:
    """Nobody had joined when the line went dead: a life stop is followed up at once, the rest by
    a callback; either way a person owns it."""
    # Of a recording, or in shadow, nobody waits to be rung; what was begun live is owed.
    live = {label: a for label, a in work.alerts.items() if a.mode is Mode.LIVE}
    for desk, way in list(work.ways.items()):
        if way.stage in COMING and way.route.origin is Mode.LIVE:
            stop_asking(work, desk, way, CancelReason.CALL_ENDED)
    waiting: dict[tuple[str, bool], list[str]] = {}
    for label, alert in live.items():
        settled = alert.callback_reference is not None or is_in_hands(work, alert)
        if alert.status in OVER or settled or alert.desk is None:
            continue
        life = work.is_for_life(alert)
        promised = None if life else promised_for(work, alert)
        if promised is not None:
            work.alert(
                label,
                owner=promised.owner,
                callback_reference=promised.reference,
                ack_due_at=None,
            )
        else:
            waiting.setdefault((alert.desk, life), []).append(label)
    for (desk, life), labels in _rung_once(work, waiting).items():
        alerts = [work.alerts[label] for label in labels]
        kind = "welfare" if life else "callback"
        cause = f"{kind} {alerts[0].alert_id}"
        if life:
            callback = rung_at_once(work, desk, alerts, cause)
        else:
            callback = owe(work, desk, alerts, cause)
        for label in labels:
            work.alert(
                label,
                owner=callback.owner,
                callback_reference=callback.reference,
                ack_due_at=callback.window_end if life else None,
            )


def _rung_once(
    work: Work, waiting: dict[tuple[str, bool], list[str]]
) -> dict[tuple[str, bool], list[str]]:
    """All is settled by whoever rings for the gravest: the caller is not rung twice about one call.
    What a desk keeps to itself stays apart, and so does a life: each desk has its own to do."""

    def alerts(key: tuple[str, bool]) -> list[Alert]:
        return [work.alerts[label] for label in waiting[key]]

    free = [
        key
        for key in waiting
        if not key[1] and all(a.handling is not RecordHandling.RESTRICTED for a in alerts(key))
    ]
    if not free:
        return waiting
    stops = [key for key in free if any(a.trigger in TRIGGER_NAMES for a in alerts(key))]
    first = min(stops or free, key=lambda key: min(map(rank, alerts(key))))
    others = [key for key in free if key != first]
    more = [label for key in others for label in waiting[key]]
    left = {key: labels for key, labels in waiting.items() if key not in others}
    return left | {first: [*waiting[first], *more]}


def _strongest(reading: Reading) -> dict[str, Finding]:
    """The most probable raised finding of each label; imminence and subtype come from any."""
    best: dict[str, Finding] = {}
    for finding in reading.findings:
        if finding.disposition is not Disposition.RAISE:
            continue
        known = best.get(finding.label)
        if known is None:
            best[finding.label] = finding
            continue
        stronger, weaker = (
            (finding, known) if finding.probability > known.probability else (known, finding)
        )
        best[finding.label] = msgspec.structs.replace(
            stronger,
            imminent=stronger.imminent or weaker.imminent,
            subtype=stronger.subtype or weaker.subtype,
        )
    return best
