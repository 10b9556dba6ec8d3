"""The complaint register in the state of a call: what is heard and done is kept there and told."""

from __future__ import annotations

import msgspec

from detectors.reading import Reading
from stream.outputs import Message, complaint_output, verdict_output
from stream.state import CallState
from stream.step import Step
from workflow.actions import Deed, Refused, Verdict
from workflow.alerts import gravest
from workflow.call import Mode
from workflow.decision import Versions
from workflow.happenings import Done
from workflow.policy import Policy
from workflow.register import Heard, after_deed, after_reading, kept_to


def registered(
    step: Step,
    reading: Reading,
    message: Message,
    policy: Policy,
    versions: Versions,
    *,
    ended: bool = False,
) -> Step:
    """The step with what its reading changes in the register. Its state has the reading's turn."""
    state = step.state
    if state is None:
        return step
    policy = policy.for_queue(state.facts.queue_id)
    live_in_shadow = state.mode is Mode.LIVE and policy.mode is Mode.SHADOW
    heard = Heard(
        reading=reading,
        conversation=state.conversation,
        call=state.facts,
        at_ms=message.timestamp_ms,
        mode=Mode.SHADOW if live_in_shadow else state.mode,
        versions=versions,
        handling=gravest(alert.handling for alert in state.desk.alerts.values()),
        ended=ended,
    )
    register, change = after_reading(state.register, heard, policy.complaints)
    register, graver = kept_to(register, heard.handling)
    if register is state.register:
        return step
    changes = (*(() if change is None else (change,)), *graver)
    return msgspec.structs.replace(
        step,
        state=msgspec.structs.replace(state, register=register),
        outputs=(*step.outputs, *(complaint_output(c.complaint, message) for c in changes)),
        # That they are for fewer people now is no step in what becomes of them.
        happened=step.happened if change is None else (*step.happened, change),
    )


def acted(deed: Deed, state: CallState, message: Message) -> Step:
    """What a person does to an entry, and whether it took effect."""
    try:
        register, change = after_deed(state.register, deed, at_ms=message.timestamp_ms)
    except Refused as refused:
        verdict = Verdict(action_id=deed.action_id, rejected=str(refused))
        told = verdict_output(verdict, deed.call_id, message)
        return Step(outputs=(told,), state=state, happened=(Done(deed, verdict),))
    verdict = Verdict(action_id=deed.action_id, revision=change.complaint.revision)
    outputs = (
        complaint_output(change.complaint, message),
        verdict_output(verdict, deed.call_id, message),
    )
    state = msgspec.structs.replace(state, register=register)
    return Step(outputs=outputs, state=state, happened=(Done(deed, verdict), change))
