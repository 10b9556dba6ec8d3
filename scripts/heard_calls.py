"""A call as the workers heard it, read back from the topics `scores` and `alerts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from scripts.broker import consumer
from scripts.following import assign, follow
from stream.admin import ClusterError
from stream.events import Score
from stream.topics import TopicName
from workflow.alerts import RecordHandling

if TYPE_CHECKING:
    from stream.settings import Settings

_T = TypeVar("_T")
_PAUSE_S = 0.3
"""How long one look for more messages may take."""


class _Handled(msgspec.Struct, frozen=True):
    """What is looked at of an alert, whatever its change."""

    handling: RecordHandling = RecordHandling.NORMAL


class HeardCall(msgspec.Struct, frozen=True, kw_only=True):
    """The final turns in the order they were spoken, the hard stops raised in them, and whether an
    alert of the call is for its desk alone."""

    turns: tuple[Score, ...]
    triggers: tuple[str, ...]
    restricted: bool = False


def heard_call(settings: Settings, call_id: str) -> HeardCall:
    """What the topics keep of a call. Raises ClusterError when they keep nothing."""
    from detectors.vocabulary import Trigger

    finals: dict[str, Score] = {}
    for value in _kept(settings, TopicName.SCORES, call_id):
        score = _read(value, Score, call_id)
        if score.is_final:
            finals[score.utterance_id] = score
    if not finals:
        raise ClusterError(
            f"the topic {settings.topic(TopicName.SCORES)!r} has no final turn of call "
            f"{call_id!r}. Check the id (`hardstop tail scores --from-start`); it may be older "
            "than the topic keeps. To draft from a file, name one that exists."
        )
    turns = tuple(sorted(finals.values(), key=lambda score: score.sequence))
    names = set(Trigger)
    raised = [label for score in turns for label in score.raised if label in names]
    return HeardCall(
        turns=turns,
        triggers=tuple(dict.fromkeys(raised)),
        restricted=any(
            _read(value, _Handled, call_id).handling is RecordHandling.RESTRICTED
            for value in _kept(settings, TopicName.ALERTS, call_id)
        ),
    )


def _read(value: bytes, kind: type[_T], call_id: str) -> _T:
    """A value of a topic. What cannot be read might be what restricts the call: an error, then."""
    try:
        return msgspec.json.decode(value, type=kind)
    except msgspec.DecodeError as error:
        raise ClusterError(
            f"a message of call {call_id!r} cannot be read, so nothing is drafted from it. Was it "
            "written by another release of hardstop?"
        ) from error


def _kept(settings: Settings, topic: TopicName, call_id: str) -> Iterator[bytes]:
    """The values of a call on a topic up to now, oldest first in each partition."""
    with consumer(settings) as client:
        assign(client, settings.topic(topic), from_start=True)
        ends: dict[Any, int] = client.end_offsets(client.assignment())
        while any(client.position(place) < end for place, end in ends.items()):
            for message in follow(client, _PAUSE_S):
                if message.key == call_id and message.value is not None:
                    yield message.value
