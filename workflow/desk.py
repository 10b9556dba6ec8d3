"""The judgment on one call: which findings open, confirm or retract alerts, who is asked to come.

Pure: given the same state, reading and moment it always decides the same, so a chunk that is
read again after a crash yields the same events with the same ids.
"""

from __future__ import annotations

import msgspec

from detectors.reading import Evidence, Finding, Reading
from detectors.vocabulary import LIFE_STOPS, Disposition, Trigger
from workflow.alerts import (
    EVIDENCE_KEPT,
    Alert,
    AlertChange,
    AlertStatus,
    Change,
    RecordHandling,
)
from workflow.brief import write_brief
from workflow.call import CallFacts, Mode
from workflow.decision import Decision, DeskState, RouteChange, Versions
from workflow.identity import stable_id
from workflow.moments import rfc3339
from workflow.policy import Handling, Policy, Severity
from workflow.routing import CancelReason, Route

PRIORITY = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}

_HANDLING: dict[str, RecordHandling] = {
    Trigger.SELF_HARM: RecordHandling.SPECIAL_CATEGORY,
    Trigger.EMERGENCY: RecordHandling.SPECIAL_CATEGORY,
    Trigger.SAFEGUARDING: RecordHandling.RESTRICTED,
}

_OVER = frozenset({AlertStatus.CLOSED, AlertStatus.RETRACTED})


class Desk:
    """Applies a policy to readings. Holds no state of its own."""

    def __init__(self, policy: Policy, versions: Versions) -> None:
        self._policy = policy
        self._versions = versions

    def after_reading(
        self, state: DeskState, reading: Reading, call: CallFacts, *, at_ms: int, mode: Mode
    ) -> Decision:
        """Open, confirm, update or retract alerts for one reading. `at_ms`: UTC ms of the chunk."""
        work = _Work(
            self._policy, self._versions, state, call, at_ms, mode, degraded=reading.degraded
        )
        for label, finding in _strongest(reading).items():
            handling = self._policy.handling(label)
            if handling is not None:
                work.heard(label, finding, handling, final=reading.turn.is_final)
        if reading.turn.is_final:
            raised = {f.label for f in reading.findings if f.disposition is Disposition.RAISE}
            work.words_are_final(reading.turn.utterance_id, raised)
        return work.decision()

    def after_call(self, state: DeskState, call: CallFacts, *, at_ms: int, mode: Mode) -> Decision:
        """The call is over: words that never became final stand as they were last heard."""
        work = _Work(self._policy, self._versions, state, call, at_ms, mode)
        for label, alert in state.alerts.items():
            if alert.status is AlertStatus.PROVISIONAL:
                work.confirm(label, "the call ended before the words became final")
        return work.decision()


class _Work:
    """One decision in the making."""

    def __init__(
        self,
        policy: Policy,
        versions: Versions,
        state: DeskState,
        call: CallFacts,
        at_ms: int,
        mode: Mode,
        *,
        degraded: bool = False,
    ) -> None:
        self._policy = policy
        self._versions = versions
        self._call = call
        self._at_ms = at_ms
        self._degraded = degraded
        self._at = rfc3339(at_ms)
        self._mode = Mode.SHADOW if mode is Mode.LIVE and policy.mode is Mode.SHADOW else mode
        self._alerts = dict(state.alerts)
        self._routes = dict(state.routes)
        self._episodes = dict(state.episodes)
        self._changes: list[AlertChange | RouteChange] = []

    def decision(self) -> Decision:
        state = DeskState(alerts=self._alerts, routes=self._routes, episodes=self._episodes)
        return Decision(state, tuple(self._changes))

    def heard(self, label: str, finding: Finding, handling: Handling, *, final: bool) -> None:
        alert = self._alerts.get(label)
        if alert is None or alert.status in _OVER:
            self._open(label, finding, handling, final=final)
            return
        graver = finding.imminent and not alert.imminent
        known = {evidence.utterance_id for evidence in alert.evidence}
        new_words = any(evidence.utterance_id not in known for evidence in finding.evidence)
        confirms = final and alert.status is AlertStatus.PROVISIONAL
        if not (graver or confirms or (final and new_words and len(known) < EVIDENCE_KEPT)):
            return
        self._alerts[label] = updated = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            status=AlertStatus.CONFIRMED if confirms else alert.status,
            probability=max(alert.probability, finding.probability),
            subtype=alert.subtype or finding.subtype,
            imminent=alert.imminent or finding.imminent,
            evidence=_merged(alert.evidence, finding.evidence),
            reason=finding.reason if confirms or graver else alert.reason,
            updated_at=self._at,
        )
        self._changes.append(AlertChange(Change.UPDATED, updated))
        if confirms:
            self._ask_for(updated, handling)

    def words_are_final(self, utterance_id: str, raised: set[str]) -> None:
        """Retract what rested only on words that the final result no longer has."""
        for label, alert in list(self._alerts.items()):
            rests_on = {evidence.utterance_id for evidence in alert.evidence}
            if (
                alert.status is AlertStatus.PROVISIONAL
                and label not in raised
                and utterance_id in rests_on
                and _last_utterance(alert) == utterance_id
            ):
                self._retract(label, alert)

    def confirm(self, label: str, why: str) -> None:
        alert = self._alerts[label]
        self._alerts[label] = confirmed = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            status=AlertStatus.CONFIRMED,
            reason=f"{alert.reason}; {why}",
            updated_at=self._at,
        )
        self._changes.append(AlertChange(Change.UPDATED, confirmed))
        handling = self._policy.handling(label)
        if handling is not None:
            self._ask_for(confirmed, handling)

    def _open(self, label: str, finding: Finding, handling: Handling, *, final: bool) -> None:
        episode = self._episodes.get(label, 0) + 1
        self._episodes[label] = episode
        call = self._call
        alert = Alert(
            alert_id=stable_id("alert", call.call_id, label, episode),
            call_id=call.call_id,
            episode=episode,
            revision=1,
            trigger=label,
            subtype=finding.subtype,
            imminent=finding.imminent,
            severity=handling.severity,
            status=AlertStatus.CONFIRMED if final else AlertStatus.PROVISIONAL,
            probability=finding.probability,
            reason=finding.reason,
            evidence=finding.evidence[:EVIDENCE_KEPT],
            opened_at=self._at,
            updated_at=self._at,
            ack_due_at=rfc3339(self._at_ms + handling.answer_within_s * 1000),
            say_now=handling.say_now,
            do_not_say=handling.do_not_say,
            desk=handling.desk,
            queue_id=call.queue_id,
            team_id=call.team_id,
            agent_id=call.agent_id,
            customer_ref=call.customer.ref if call.customer else None,
            deep_link=call.deep_link,
            handling=_HANDLING.get(label, RecordHandling.NORMAL),
            mode=self._mode,
            policy_version=self._versions.policy,
            rules_version=self._versions.rules,
            model_version=self._versions.model,
            degraded=self._degraded,
        )
        self._alerts[label] = alert
        self._changes.append(AlertChange(Change.OPENED, alert))
        if final or (handling.ring_early and label in LIFE_STOPS):
            self._ask_for(alert, handling)

    def _ask_for(self, alert: Alert, handling: Handling) -> None:
        if self._mode is Mode.SHADOW:
            return
        asked = self._routes.get(handling.desk)
        if asked is not None:
            # One person per desk and call: a second hard stop for the same desk finds them there,
            # and keeps them there if the first one is taken back.
            if alert.alert_id not in asked.alert_ids:
                both = (*asked.alert_ids, alert.alert_id)
                self._routes[handling.desk] = msgspec.structs.replace(asked, alert_ids=both)
            return
        call = self._call
        route = Route(
            route_id=stable_id("route", alert.alert_id, handling.desk),
            attempt=1,
            call_id=call.call_id,
            alert_ids=(alert.alert_id,),
            tier=handling.tier,
            desk=handling.desk,
            mode=handling.mode,
            target=self._policy.desks[handling.desk].target,
            requested_at=self._at,
            expires_at=rfc3339(self._at_ms + handling.answer_within_s * 1000),
            priority=PRIORITY[handling.severity],
            language=call.language,
            brief=write_brief(alert, call, self._policy.desks[handling.desk].name),
            queue_id=call.queue_id,
            team_id=call.team_id,
            agent_id=call.agent_id,
            deep_link=call.deep_link,
            origin=self._mode,
        )
        self._routes[handling.desk] = route
        self._changes.append(RouteChange(route))

    def _retract(self, label: str, alert: Alert) -> None:
        self._alerts[label] = retracted = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            status=AlertStatus.RETRACTED,
            closed_reason="the final words no longer say it",
            updated_at=self._at,
        )
        self._changes.append(AlertChange(Change.RETRACTED, retracted))
        for desk, route in list(self._routes.items()):
            if alert.alert_id not in route.alert_ids:
                continue
            others = tuple(other for other in route.alert_ids if other != alert.alert_id)
            if others:
                self._routes[desk] = msgspec.structs.replace(route, alert_ids=others)
                continue
            del self._routes[desk]
            cancelled = msgspec.structs.replace(route, cancel_reason=CancelReason.RETRACTED)
            self._changes.append(RouteChange(cancelled))


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


def _merged(old: tuple[Evidence, ...], new: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Old quotes with those of the same utterance replaced by their newest wording."""
    touched = {evidence.utterance_id for evidence in new}
    kept = tuple(evidence for evidence in old if evidence.utterance_id not in touched)
    return (*kept, *new)[-EVIDENCE_KEPT:]


def _last_utterance(alert: Alert) -> str:
    return alert.evidence[-1].utterance_id
