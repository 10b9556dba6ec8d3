"""One message must not stop the others: what raises while it is read goes to `dead-letters`.

A worker that died of it would read it again after its restart and die again, and with it would
stand all calls of that partition. The state stays as it was before the message.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from stream.codec import Unreadable, decode_action
from stream.events.operations import Topic
from stream.outputs import Message, Output, dead_letter, note_output, unreadable, verdict_output
from stream.state import StateVersionError
from stream.step import Step
from stream.topics import TopicName
from workflow.actions import Verdict

FAILED = "failed"
"""The reason that a dead letter gives for a message that could be read and not be handled."""

NOT_DONE = (
    "the worker failed on this, and nothing was changed: tell whoever runs hardstop, the dead "
    "letter says where"
)


def guarded(read: Callable[[], Step], message: Message) -> Step:
    """What reading a message leads to, or what is told of its failing.

    Raises StateVersionError, and MemoryError: those are of the worker and not of the message, which
    is read again by one that is well.
    """
    try:
        return read()
    except (StateVersionError, MemoryError):
        raise
    except Unreadable as error:
        return Step(outputs=(*unreadable(error, message), *_refusal(message, str(error))))
    except Exception as error:
        return Step(outputs=(*failed(error, message), *_refusal(message, NOT_DONE)))


def failed(error: Exception, message: Message) -> tuple[Output, ...]:
    """A dead letter and a note. Of the error only its type and place are told: its text may have a
    customer's words in it."""
    detail = f"{type(error).__name__} ({_place(error)})"
    call_id = None if message.about is TopicName.CUSTOMERS else _key(message)
    note = note_output(Topic.CHUNK_FAILED, detail, message, call_id=call_id)
    return dead_letter(message, FAILED, detail), note


def _place(error: Exception) -> str:
    """Where it was raised: file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"


def _key(message: Message) -> str | None:
    return None if message.key is None else message.key.decode("utf-8", "replace")


def _refusal(message: Message, why: str) -> tuple[Output, ...]:
    """Who did something waits for what becomes of it."""
    if message.about is not TopicName.SUPERVISOR_ACTIONS:
        return ()
    try:
        deed = decode_action(message)
    except Unreadable:
        return ()
    verdict = Verdict(action_id=deed.action_id, rejected=why)
    return (verdict_output(verdict, deed.call_id, message),)
