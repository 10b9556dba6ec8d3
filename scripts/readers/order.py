"""The chunks of a call in the order of their numbers, where a file has them in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stream.events import CallStarted, CallUpdated, Chunk, TranscriptEvent
from stream.sequence import Arrival, Sequences


class Order:
    """What the numbers of the chunks tell of the order in which calls stand.

    `late`: calls in which a lower number comes after a higher one. `repeated`: those with a number
    twice, of which a worker reads the first alone. Where a call has a number twice, begins or ends
    twice, or changes on the way, no order can be told from its numbers.
    """

    def __init__(self) -> None:
        self.late: set[str] = set()
        self.repeated: set[str] = set()
        self._unclear: set[str] = set()
        self._sequences: dict[str, Sequences] = {}
        self._bounds: set[tuple[str, type[TranscriptEvent]]] = set()

    def see(self, event: TranscriptEvent) -> None:
        """Take note of the next event."""
        if isinstance(event, Chunk):
            known = self._sequences.get(event.call_id, Sequences())
            self._sequences[event.call_id], arrival, _ = known.arrive(event.sequence)
            if arrival is Arrival.LATE:
                self.late.add(event.call_id)
            elif arrival is Arrival.REPEAT:
                self.repeated.add(event.call_id)
            return
        bound = (event.call_id, type(event))
        if isinstance(event, CallUpdated) or bound in self._bounds:
            self._unclear.add(event.call_id)
        self._bounds.add(bound)

    def sortable(self) -> frozenset[str]:
        """The calls that stand out of order, and whose numbers tell the right one."""
        return frozenset(self.late - self.repeated - self._unclear)


def in_order(events: Iterable[TranscriptEvent], calls: frozenset[str]) -> Iterator[TranscriptEvent]:
    """The events as they come, those of `calls` at the end, each call by its chunks' numbers."""
    held: dict[str, list[TranscriptEvent]] = {}
    for event in events:
        if event.call_id in calls:
            held.setdefault(event.call_id, []).append(event)
        else:
            yield event
    for call in held.values():
        yield from sorted(call, key=_place)


def _place(event: TranscriptEvent) -> tuple[int, int]:
    if isinstance(event, Chunk):
        return (1, event.sequence)
    return (0 if isinstance(event, CallStarted) else 2, 0)
