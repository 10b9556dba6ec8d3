"""What is heard becomes alerts: one per trigger and episode, opened, confirmed, retracted."""

from __future__ import annotations

from detectors.reading import Evidence, Finding, Reading, Turn, plain_words
from detectors.vocabulary import LIFE_STOPS
from workflow.alerts import (
    EVIDENCE_KEPT,
    IMPOSTOR,
    Alert,
    AlertStatus,
    Change,
    Owner,
    TakenBack,
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

UNSAID = "; the final words no longer say it"
"""What the reason of an alert says that somebody has claimed before its words were final."""
REVISED = "; its words were revised since"
"""What the reason of a life stop says of words that are gone, before their final decides."""


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
    unsaid = final and alert.taken_back is TakenBack.FINAL
    if not (graver or confirms or unsaid or (final and new_words and len(known) < EVIDENCE_KEPT)):
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
        reason=finding.reason if confirms or graver or unsaid else alert.reason,
        taken_back=None if confirms or graver or unsaid else alert.taken_back,
        say_now=texts.say_now,
        do_not_say=texts.do_not_say,
        handling=gravest((alert.handling, handling_of(label, finding.subtype))),
    )
    if confirms:
        ask_for(work, updated, work.handling(updated) or handling)


def words_now(work: Work, reading: Reading) -> None:
    """What becomes of alerts that rest on words which may still be revised."""
    raised = set(reading.raised())
    if reading.turn.is_final:
        _words_are_final(work, reading.turn.utterance_id, raised)
        _words_stay(work, reading.turn)
    elif reading.monitored:
        _words_are_revised(work, reading.turn, raised)


def _words_are_final(work: Work, utterance_id: str, raised: set[str]) -> None:
    """Retract what rested only on words that the final result no longer has. Who has claimed it
    is not sent away, and is told."""
    for label, alert in list(work.alerts.items()):
        if label in raised:
            continue
        if _rests_on(alert, utterance_id):
            _retract(work, label, "the final words no longer say it")
        elif _is_claimed_for(alert, utterance_id) and alert.taken_back is not TakenBack.FINAL:
            reason = alert.reason.removesuffix(REVISED) + UNSAID
            work.alert(label, reason=reason, taken_back=TakenBack.FINAL)


def _words_are_revised(work: Work, turn: Turn, raised: set[str]) -> None:
    """Retract what rested only on words that a newer partial result no longer has.

    Both must be so, the words gone and nothing that raises it: a score that moves while somebody
    speaks takes nothing back. A life stop rings on until the final, which may say it after all;
    its reason tells.
    """
    for label, alert in list(work.alerts.items()):
        if label in raised or not turn.scored or not _rests_on(alert, turn.utterance_id):
            continue
        if _still_says(turn, alert.evidence[-1]):
            continue
        if not work.is_for_life(alert):
            _retract(work, label, "the words were revised and no longer say it")
        elif alert.taken_back is None:
            work.alert(label, reason=alert.reason + REVISED, taken_back=TakenBack.PARTIAL)


def _words_stay(work: Work, turn: Turn) -> None:
    """Once the same person's next utterance is final, words whose own final has not come will not
    be revised any more: they stand as they were last heard."""
    order = {known.utterance_id: place for place, known in enumerate(work.picture.words)}
    for label, alert in list(work.alerts.items()):
        if alert.status is not AlertStatus.PROVISIONAL:
            continue
        heard_in = work.picture.turn(alert.evidence[-1].utterance_id)
        if heard_in is None or heard_in.is_final or turn.utterance_id not in order:
            continue
        same = (heard_in.speaker, heard_in.participant_id) == (turn.speaker, turn.participant_id)
        if same and order[heard_in.utterance_id] < order[turn.utterance_id]:
            confirm(work, label, "the words never became final, and the call went on")


def _rests_on(alert: Alert, utterance_id: str) -> bool:
    """Whether an alert stands for as long as the words of an utterance do."""
    return (
        alert.status is AlertStatus.PROVISIONAL and alert.evidence[-1].utterance_id == utterance_id
    )


def _is_claimed_for(alert: Alert, utterance_id: str) -> bool:
    """Whether somebody has taken an alert of which all was said in one utterance."""
    said_in = {evidence.utterance_id for evidence in alert.evidence}
    return alert.status is AlertStatus.CLAIMED and said_in == {utterance_id}


def _still_says(turn: Turn, evidence: Evidence) -> bool:
    """Whether quoted words are still there, however they are written now."""
    return f" {' '.join(plain_words(evidence.quote))} " in f" {' '.join(plain_words(turn.text))} "


def _retract(work: Work, label: str, why: str) -> None:
    retracted = work.alert(label, Change.RETRACTED, status=AlertStatus.RETRACTED, closed_reason=why)
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


def followed(work: Work) -> None:
    """Open alerts go along when their call passes to another queue, team or agent: who reads
    nothing but alerts learns who has it now."""
    for label, alert in list(work.alerts.items()):
        whose = work.whose(alert)
        if alert.status not in OVER and any(getattr(alert, name) != whose[name] for name in whose):
            work.alert(label)


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
