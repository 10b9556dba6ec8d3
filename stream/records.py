"""What a step has done goes on the record of its call, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stream.codec import cloud_headers, encode
from stream.events import OperationsNote
from stream.events.operations import Topic
from stream.outputs import Message, Output, alert_output, head_output, incident_output
from stream.state import CallState
from stream.step import Step
from stream.topics import TopicName
from workflow.alerts import AlertChange
from workflow.call import Mode
from workflow.happenings import Happening
from workflow.identity import stable_id
from workflow.incident import RecordError, head_of, lacks, record
from workflow.moments import rfc3339
from workflow.signing import KeyFault, private_key, sign

LEAST_KEY_BYTES = 32
"""As long as what is salted with it (RFC 2104 advises no key shorter than the hash)."""


class RecordKeyError(ValueError):
    """The key for records cannot be used; the text says what to do."""


def record_key(text: str | None) -> bytes | None:
    """The key of the settings as bytes. Raises RecordKeyError for one that is too short."""
    if text is None:
        return None
    key = text.encode()
    if len(key) < LEAST_KEY_BYTES:
        raise RecordKeyError(
            f"HARDSTOP_RECORD_KEY needs at least {LEAST_KEY_BYTES} characters drawn at random: "
            "`openssl rand -hex 32` makes one. All workers need the same."
        )
    return key


def signing_key(path: str | None) -> Ed25519PrivateKey | None:
    """The key in the file that heads are signed with. Raises RecordKeyError; OSError."""
    if path is None:
        return None
    try:
        return private_key(Path(path).read_bytes())
    except KeyFault as error:
        raise RecordKeyError(f"{path}: {error}. `hardstop keys new` makes one.") from error


class Recorder:
    """Adds entries of the incident record to steps. Without a key nothing can be recorded.

    With a signer, the head of the record follows the entries of each step: whoever keeps the
    newest one, away from the topic, can prove all that stood until then. One signature takes some
    50 microseconds, and steps that are recorded are few. `mode_of`: as what a call's entries are
    marked.
    """

    def __init__(
        self,
        key: bytes | None,
        mode_of: Callable[[CallState], Mode] = lambda state: state.mode,
        signer: Ed25519PrivateKey | None = None,
    ) -> None:
        self._key = key
        self._mode_of = mode_of
        self._signer = signer

    def recorded(self, step: Step, message: Message) -> Step:
        """The step with the entries that it causes, and their place in the call's state.

        Alerts of the step carry the head of the record with these entries as `chain_head`.
        """
        state = step.state
        if self._key is None or state is None:
            return step
        call_id = state.facts.call_id
        recording = None if state.facts.recording is None else state.facts.recording.id
        if not step.happened and not lacks(state.record, recording, self._key):
            return step
        try:
            kept, entries = record(
                state.record,
                step.happened,
                call=call_id,
                at_ms=message.timestamp_ms,
                key=self._key,
                mode=self._mode_of(state),
                recording=recording,
            )
        except RecordError:
            # Nothing that a step brings is refused; what people ask for is checked before.
            return step
        outputs = [incident_output(entry, message) for entry in entries]
        if entries and self._signer is not None:
            signed = sign(head_of(kept, call_id), self._signer)
            outputs.append(head_output(signed, call_id, message))
        told = dict(_with_head(step.happened, kept.hash, message)) if kept.count else {}
        return msgspec.structs.replace(
            step,
            outputs=(*(told.get(output.value, output) for output in step.outputs), *outputs),
            state=msgspec.structs.replace(state, record=kept),
        )


def _with_head(
    happened: Iterable[Happening], head: str, message: Message
) -> Iterator[tuple[bytes | None, Output]]:
    """Alerts as they were made before their entries were, and with the head of the record."""
    for change in happened:
        if isinstance(change, AlertChange):
            alert = msgspec.structs.replace(change.alert, chain_head=head)
            with_head = alert_output(AlertChange(change.change, alert), message)
            yield alert_output(change, message).value, with_head


def records_off(at_ms: int) -> Output:
    """Tells operators that this worker keeps no records (`at_ms`: UTC ms of its start)."""
    at = rfc3339(at_ms)
    detail = "a worker keeps no incident records: HARDSTOP_RECORD_KEY is not set"
    note = OperationsNote(about=Topic.RECORDS_OFF, detail=detail, at=at)
    event_id = stable_id("note", Topic.RECORDS_OFF, at_ms)
    headers = cloud_headers(
        event_id=event_id, kind="operations.note", time=at, call_id=event_id, traceparent=None
    )
    return Output(TopicName.OPERATIONS, None, encode(note), headers)
