"""A floor of calls that speak, and now and then say a hard stop, into a real Kafka."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from stream.events import Chunk
    from stream.settings import Settings
    from workflow.actions import ActionKind

HARD_STOPS = (
    "right I am going to sue you people over this",
    "I will be going to the ombudsman about this",
    "I am going to call the newspapers about this",
    "there is a transaction on my card that I did not make it is fraud",
    "my solicitor will be in touch with you",
    "I want to end my life I cannot do this any more",
)
SMALL_TALK = (
    "hello yes I am ringing about the bill that came on Tuesday",
    "it says forty two pounds and I think it was thirty six last month",
    "let me look that up for you one moment please",
    "can you give me the first line of the address",
    "I moved in the spring so it may be the old one",
    "that is fine I have found the account now",
    "will it change again next month do you think",
    "no that is all correct thank you",
)
LINGER_S = 20.0
"""How long a call goes on after its hard stop, before another takes its place."""
CLOSED_BY = "alex"
"""Who resolves them and keeps what was promised when their calls ended: what nobody works off
becomes late, and fills any board."""


@dataclass
class Watch:
    """When each call's hard stop was said and its alert was in Kafka, in UTC ms; the alerts' ids,
    and the callbacks owed, by call; how many chunks were sent."""

    sent: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    alert_ids: dict[str, str] = field(default_factory=dict)
    callbacks: dict[str, str] = field(default_factory=dict)
    chunks: int = 0


@dataclass
class _Call:
    call_id: str
    sequence: int = 0
    utterance: int = 0
    begun: bool = False
    ends_at: float = float("inf")


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` at once, `rate` chunks a second by all of them together (every second one a partial
    result), `alerts` hard stops a minute, each resolved by somebody after `open_s` seconds."""

    calls: int
    rate: int
    alerts: int
    open_s: int

    @contextmanager
    def speaking(self, settings: Settings) -> Iterator[Watch]:
        """The calls speak for the length of the block, from a thread of their own."""
        from scripts.broker import producer

        watch, done, ready = Watch(), threading.Event(), threading.Event()
        listener = threading.Thread(target=_listen, args=(settings, watch, done, ready))
        listener.start()
        ready.wait(30)
        with producer(settings) as client:
            speaker = threading.Thread(target=self._speak, args=(settings, client, watch, done))
            speaker.start()
            try:
                yield watch
                done.set()
            finally:
                done.set()
                speaker.join()
                client.flush()
                listener.join()

    def _speak(self, settings: Settings, client: Any, watch: Watch, done: threading.Event) -> None:
        from stream.topics import TopicName
        from workflow.actions import ActionKind

        transcripts = settings.topic(TopicName.TRANSCRIPTS)
        floor = _Floor(self.calls, client, transcripts, watch)
        began = time.monotonic()
        alert_due = began + 5.0
        turn = itertools.cycle(range(self.calls))
        actions = settings.topic(TopicName.SUPERVISOR_ACTIONS)
        open_: deque[tuple[float, str]] = deque()
        for number in itertools.count():
            ahead = began + number / self.rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            if done.is_set():
                return
            now = time.monotonic()
            if now >= alert_due:
                alert_due += 60.0 / self.alerts
                open_.append((now + self.open_s, floor.hard_stop(now)))
            floor.small_talk(next(turn), now)
            while open_ and open_[0][0] <= now:
                call_id = open_.popleft()[1]
                if call_id in watch.callbacks:
                    kept = watch.callbacks.pop(call_id)
                    _act(client, actions, call_id, ActionKind.KEEP_CALLBACK, reference=kept)
                if call_id in watch.alert_ids:
                    alert = watch.alert_ids[call_id]
                    _act(client, actions, call_id, ActionKind.RESOLVE, alert_id=alert)


class _Floor:
    """The calls that go on."""

    def __init__(self, calls: int, client: Any, topic: str, watch: Watch) -> None:
        self._client, self._topic, self._watch = client, topic, watch
        self._numbers = itertools.count(1)
        self._stops = itertools.count()
        self._calls = [self._begun(place) for place in range(calls)]

    def small_talk(self, place: int, now: float) -> None:
        """A call's next words: half of them, then all of them."""
        call = self._calls[place]
        if now >= call.ends_at:
            self._end(call)
            call = self._calls[place] = self._begun(place)
        words = SMALL_TALK[call.utterance % len(SMALL_TALK)].split()
        final, call.begun = call.begun, not call.begun
        text = " ".join(words if final else words[: len(words) // 2])
        self._say(call, text, final=final, agent=call.utterance % 2 == 1)

    def hard_stop(self, now: float) -> str:
        """A caller's final words of their own; gives the call."""
        number = next(self._stops)
        quiet = [call for call in self._calls if call.ends_at == float("inf")]
        call = quiet[number * 7 % len(quiet)]
        call.ends_at, call.begun = now + LINGER_S, False
        call.utterance += 1
        self._watch.sent[call.call_id] = time.time() * 1000
        self._say(call, HARD_STOPS[number % len(HARD_STOPS)], final=True, agent=False)
        return call.call_id

    def _begun(self, place: int) -> _Call:
        from stream.events import CallStarted
        from workflow.moments import rfc3339

        number = next(self._numbers)
        call = _Call(f"bench-{number}")
        self._send(
            call.call_id,
            CallStarted(
                call_id=call.call_id,
                at=rfc3339(round(time.time() * 1000)),
                queue_id=("billing", "retention", "energy", "cards")[place % 4],
                team_id=("north", "south")[place % 2],
                agent_id=f"a-{place}",
                deep_link=f"https://platform.example/interactions/{call.call_id}",
            ),
        )
        return call

    def _end(self, call: _Call) -> None:
        from stream.events import CallEnded
        from stream.events.transcripts import EndReason

        self._send(call.call_id, CallEnded(call_id=call.call_id, reason=EndReason.CUSTOMER_HANGUP))

    def _say(self, call: _Call, text: str, *, final: bool, agent: bool) -> None:
        from detectors.vocabulary import Speaker
        from stream.events import Chunk
        from workflow.moments import rfc3339

        call.sequence += 1
        self._watch.chunks += 1
        chunk: Chunk = Chunk(
            call_id=call.call_id,
            sequence=call.sequence,
            utterance_id=f"u{call.utterance}",
            text=text,
            speaker=Speaker.AGENT if agent else Speaker.CUSTOMER,
            is_final=final,
            spoken_at=rfc3339(round(time.time() * 1000)),
        )
        self._send(call.call_id, chunk)
        if final:
            call.utterance += 1

    def _send(self, call_id: str, event: Any) -> None:
        from stream.codec import encode

        self._client.send(self._topic, key=call_id.encode(), value=encode(event))


def _act(
    client: Any,
    topic: str,
    call_id: str,
    kind: ActionKind,
    *,
    alert_id: str | None = None,
    reference: str | None = None,
) -> None:
    from stream.codec import encode
    from stream.events import Action
    from workflow.actions import Actor, ActorRole
    from workflow.moments import rfc3339

    deed = Action(
        action_id=f"{kind.value}-{alert_id or reference}",
        call_id=call_id,
        action=kind,
        actor=Actor(id=CLOSED_BY, role=ActorRole.SUPERVISOR),
        at=rfc3339(round(time.time() * 1000)),
        alert_id=alert_id,
        reference=reference,
    )
    client.send(topic, key=call_id.encode(), value=encode(deed))


def _listen(
    settings: Settings, watch: Watch, done: threading.Event, ready: threading.Event
) -> None:
    """When the alert of each call came, as another consumer reads it, and what is owed of it."""
    from scripts.broker import consumer
    from scripts.showing import from_now
    from stream.topics import TopicName

    with consumer(settings) as client:
        callbacks = settings.topic(TopicName.CALLBACKS)
        from_now(client, [settings.topic(TopicName.ALERTS), callbacks])
        ready.set()
        while not done.is_set():
            for records in client.poll(50).values():
                now = time.time() * 1000
                for record in records:
                    if record.value is None:
                        continue
                    event = msgspec.json.decode(record.value)
                    if record.topic == callbacks:
                        watch.callbacks[event["origin_call_id"]] = event["reference"]
                    else:
                        watch.heard.setdefault(event["call_id"], now)
                        watch.alert_ids.setdefault(event["call_id"], event["alert_id"])
