"""When each event of recorded calls is due, and many calls as one timeline."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from stream.events import CallEnded, CallStarted, Chunk, TranscriptEvent
from stream.events.transcripts import EndReason

MS_PER_WORD = 400
"""150 words a minute, the middle of English conversation, for transcripts without times."""


class Due(msgspec.Struct, frozen=True):
    """An event and when it is due, in ms from the start of its timeline."""

    at_ms: int
    event: TranscriptEvent


def whole(call_id: str, events: Sequence[TranscriptEvent]) -> list[TranscriptEvent]:
    """The call with a start and an end, made up where the file has none."""
    call = list(events)
    if not any(isinstance(event, CallStarted) for event in call):
        call.insert(0, CallStarted(call_id=call_id, language=_language(call)))
    if not any(isinstance(event, CallEnded) for event in call):
        # A transcript that simply stops was no lost line: most calls end as the customer rings off.
        call.append(CallEnded(call_id=call_id, reason=EndReason.CUSTOMER_HANGUP))
    return call


def timed(events: Sequence[TranscriptEvent]) -> list[Due]:
    """Events of one call with their times from its start; never back in time.

    A chunk is due when its words have been said: at its `end_ms`, else `start_ms`, else by
    `spoken_at`, else as long after the words before it as saying them takes.
    """
    origin = _origin(events)
    due: list[Due] = []
    now = said = 0
    for event in events:
        known = _known_time(event, origin)
        if isinstance(event, Chunk):
            duration = len(event.text.split()) * MS_PER_WORD
            now = max(now, said + duration if known is None else known)
            if event.is_final:
                said = now
        elif known is not None:
            now = max(now, known)
        due.append(Due(now, event))
    return due


def merged(calls: Mapping[str, Sequence[TranscriptEvent]], at_once: int) -> Iterator[Due]:
    """All calls as one timeline, `at_once` of them side by side; the next begins as one ends."""
    waiting = iter(calls.values())
    # Equal times: the call that began first goes first, so that a timeline is always the same.
    heap: list[tuple[int, int, int, list[Due]]] = []
    begun = 0

    def begin(at_ms: int) -> None:
        nonlocal begun
        for events in waiting:
            if events:
                shifted = [Due(at_ms + due.at_ms, due.event) for due in timed(events)]
                heapq.heappush(heap, (shifted[0].at_ms, begun, 0, shifted))
                begun += 1
                return

    for _ in range(at_once):
        begin(0)
    while heap:
        at_ms, number, position, call = heapq.heappop(heap)
        yield call[position]
        if position + 1 < len(call):
            heapq.heappush(heap, (call[position + 1].at_ms, number, position + 1, call))
        else:
            begin(at_ms)


def _known_time(event: TranscriptEvent, origin: float | None) -> int | None:
    if isinstance(event, Chunk):
        if event.end_ms is not None or event.start_ms is not None:
            return event.end_ms if event.end_ms is not None else event.start_ms
        moment = _moment(event.spoken_at)
    else:
        moment = _moment(event.at)
    if moment is None or origin is None:
        return None
    return max(0, round(moment - origin))


def _origin(events: Sequence[TranscriptEvent]) -> float | None:
    """The call's start as epoch ms, from the first event that tells a time of day."""
    for event in events:
        if isinstance(event, Chunk):
            moment = _moment(event.spoken_at)
            if moment is not None:
                return moment - (event.start_ms or 0)
        elif (moment := _moment(event.at)) is not None:
            return moment
    return None


def _moment(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).timestamp() * 1000
    except (ValueError, OverflowError, OSError):
        return None


def _language(events: Sequence[TranscriptEvent]) -> str | None:
    return next((event.language for event in events if isinstance(event, Chunk)), None)
