"""What is heard becomes alerts: one per trigger and episode, opened, confirmed, retracted."""

from __future__ import annotations

from detectors.reading import Evidence, Finding
from detectors.vocabulary import LIFE_STOPS
from workflow.alerts import (
    EVIDENCE_KEPT,
    IMPOSTOR,
    Alert,
    AlertStatus,
    Change,
    Owner,
    gravest,
    handling_of,
)
from workflow.asking import ask_for, cancel
from workflow.call import Mode
from workflow.decision import OwnWork
from workflow.identity import stable_id
from workflow.incident import incident_id
from workflow.moments import rfc3339
from workflow.policy import Handling
from workflow.routing import CancelReason
from workflow.work import LIFE, OVER, Work


def heard(work: Work, label: str, finding: Finding, handling: Handling, *, final: bool) -> None:
    """Evidence for a label: it opens an alert, confirms it, or is added to it."""
    alert = work.alerts.get(label)
    if alert is None or alert.status in OVER:
        if not _is_their_own_work(work, handling):
            _open(work, label, finding, handling, final=final)
        elif final:
            # Words that may still be revised are nothing to put on record.
            work.noted.append(_own_work(work, label, finding, handling))
        return
    if alert.mode is Mode.SHADOW and work.mode is Mode.LIVE and _asks(label, handling, final=final):
        # Heard before the call came to a queue that is live: the desk there learns of it now.
        alert = work.alert(label, mode=Mode.LIVE, ack_due_at=_answer_due(work, handling))
        if alert.status is not AlertStatus.CLAIMED:
            ask_for(work, alert, handling)
    graver = finding.imminent and not alert.imminent
    known = {evidence.utterance_id for evidence in alert.evidence}
    new_words = any(evidence.utterance_id not in known for evidence in finding.evidence)
    confirms = final and alert.status is AlertStatus.PROVISIONAL
    if not (graver or confirms or (final and new_words and len(known) < EVIDENCE_KEPT)):
        return
    subtype = alert.subtype or finding.subtype
    if graver and finding.subtype is not None and (label, subtype) != IMPOSTOR:
        # What happens now decides what is said, not what has been: a scam that goes on, say.
        subtype = finding.subtype
    texts = work.texts(label, handling, subtype)
    updated = work.alert(
        label,
        status=_confirmed(alert) if confirms else alert.status,
        probability=max(alert.probability, finding.probability),
        subtype=subtype,
        imminent=alert.imminent or finding.imminent,
        evidence=_merged(alert.evidence, finding.evidence),
        reason=finding.reason if confirms or graver else alert.reason,
        say_now=texts.say_now,
        do_not_say=texts.do_not_say,
        handling=gravest((alert.handling, handling_of(label, finding.subtype))),
    )
    if confirms:
        ask_for(work, updated, work.handling(updated) or handling)


def words_are_final(work: Work, utterance_id: str, raised: set[str]) -> None:
    """Retract what rested only on words that the final result no longer has."""
    for label, alert in list(work.alerts.items()):
        rests_on = {evidence.utterance_id for evidence in alert.evidence}
        if (
            alert.status is AlertStatus.PROVISIONAL
            and label not in raised
            and utterance_id in rests_on
            and alert.evidence[-1].utterance_id == utterance_id
        ):
            retracted = work.alert(
                label,
                Change.RETRACTED,
                status=AlertStatus.RETRACTED,
                closed_reason="the final words no longer say it",
            )
            cancel(work, retracted, CancelReason.RETRACTED)


def retold(work: Work) -> None:
    """What an agent says in a life stop follows what is known of the caller: their country, their
    age, the queue they have come to."""
    for label, alert in list(work.alerts.items()):
        handling = work.policy.handling(label) if label in LIFE else None
        if handling is None or alert.status in OVER:
            continue
        texts = work.texts(label, handling, alert.subtype)
        if (alert.say_now, alert.do_not_say) != (texts.say_now, texts.do_not_say):
            work.alert(label, say_now=texts.say_now, do_not_say=texts.do_not_say)


def confirm(work: Work, label: str, why: str) -> None:
    """What was provisional stands, for a reason."""
    alert = work.alerts[label]
    confirmed = work.alert(label, status=_confirmed(alert), reason=f"{alert.reason}; {why}")
    handling = work.handling(confirmed)
    if handling is not None:
        ask_for(work, confirmed, handling)


def _confirmed(alert: Alert) -> AlertStatus:
    """What stands is confirmed, unless somebody has seen it already."""
    seen = alert.acknowledged_by is not None
    return AlertStatus.ACKNOWLEDGED if seen else AlertStatus.CONFIRMED


def _is_their_own_work(work: Work, handling: Handling) -> bool:
    """On a fraud line, fraud is what people call about."""
    return work.call.queue_id in work.policy.desks[handling.desk].owns_queues


def _own_work(work: Work, label: str, finding: Finding, handling: Handling) -> OwnWork:
    treated = handling_of(label, finding.subtype)
    return OwnWork(finding, handling.desk, work.call.queue_id or "", treated)


def _open(work: Work, label: str, finding: Finding, handling: Handling, *, final: bool) -> None:
    episode = work.episodes.get(label, 0) + 1
    work.episodes[label] = episode
    call = work.call
    stop = work.chain(handling.desk)[0]
    texts = work.texts(label, handling, finding.subtype)
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
        opened_at=work.at,
        updated_at=work.at,
        ack_due_at=_answer_due(work, handling),
        say_now=texts.say_now,
        do_not_say=texts.do_not_say,
        desk=handling.desk,
        owner=Owner(id=stop.person, name=stop.name),
        queue_id=call.queue_id,
        team_id=call.team_id,
        agent_id=call.agent_id,
        customer_ref=call.customer.ref if call.customer else None,
        deep_link=call.deep_link,
        handling=handling_of(label, finding.subtype),
        mode=work.mode,
        policy_version=work.versions.policy,
        rules_version=work.versions.rules,
        model_version=work.versions.model,
        degraded=work.degraded,
        incident_id=incident_id(call.call_id),
    )
    work.opened(label, alert)
    if _asks(label, handling, final=final):
        ask_for(work, alert, handling)


def _asks(label: str, handling: Handling, *, final: bool) -> bool:
    """Whether words are enough to ask a person to come."""
    return final or (handling.ring_early and label in LIFE_STOPS)


def _answer_due(work: Work, handling: Handling) -> str:
    return rfc3339(work.at_ms + handling.answer_within_s * 1000)


def _merged(old: tuple[Evidence, ...], new: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Old quotes with those of the same utterance replaced by their newest wording."""
    touched = {evidence.utterance_id for evidence in new}
    kept = tuple(evidence for evidence in old if evidence.utterance_id not in touched)
    return (*kept, *new)[-EVIDENCE_KEPT:]
