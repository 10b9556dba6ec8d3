"""A call told in plain sentences, read as a worker reads it, with a clock that is moved by hand.

`Story` is the call; the phrasebook in `phrases.py` says what each sentence does or checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from detectors.vocabulary import LIFE_STOPS
from stream.app import call_reader
from stream.events import IncidentEntry
from stream.outputs import Message, Output
from stream.reader import CallReader
from stream.state import CallState, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName
from workflow.alerts import Alert
from workflow.callbacks import Callback
from workflow.chain import Verdict, verify
from workflow.moments import milliseconds
from workflow.policy import default_policy_text, parse_policy
from workflow.routing import COMING, Way

MORNING = milliseconds("2026-11-24T10:00:00Z")
"""A Tuesday: every desk with office hours is open."""
NIGHT = milliseconds("2026-11-24T02:00:00Z")
LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
STAFFED = ("legal", "compliance", "media", "crisis", "fraud", "safety")
"""Desks that keep office hours here; supervisors are always there."""
KEY = b"k" * 32


@cache
def readers(
    shadow: bool = False, owned: str | None = None, life: str | None = None
) -> tuple[CallReader, CallReader]:
    """Two workers with the default policy, in which the specialists' desks keep office hours.
    `life`: the desk that comes for self-harm in place of the crisis desk."""
    text = default_policy_text()
    for desk in STAFFED:
        text = text.replace(f"[desks.{desk}]\n", f'[desks.{desk}]\nhours = "office"\n', 1)
    text = text.replace("owns_queues = [] ", "# owns_queues = [] ")
    if owned is not None:
        text = text.replace(f"[desks.{owned}]\n", f'[desks.{owned}]\nowns_queues = ["line"]\n', 1)
    if life is not None:
        head, _, rest = text.partition("[triggers.self_harm]\n")
        text = f"{head}[triggers.self_harm]\n" + rest.replace('"crisis"', f'"{life}"', 1)
    if shadow:
        text = text.replace('mode = "live"', 'mode = "shadow"', 1)
    text = text.replace("classifier = true ", "classifier = false ", 1)
    policy = parse_policy(text, source="policy.toml")
    return call_reader(policy, record_key=KEY), call_reader(policy, record_key=KEY)


class Story:
    """One call. With `restarts`, every message is read by another worker than the one before, from
    the state as it was written; with `repeats`, every message comes twice."""

    def __init__(self, *, restarts: bool = False, repeats: bool = False) -> None:
        self.at_ms = MORNING
        self.shadow = False
        self.owned: str | None = None
        self.life: str | None = None
        self.tier: str | None = None
        self.restarts, self.repeats = restarts, repeats
        self.state: CallState | None = None
        self.told: dict[str, dict[str, Any]] = {}
        self._messages = 0

    @property
    def alerts(self) -> dict[str, Alert]:
        return {} if self.state is None else self.state.desk.alerts

    @property
    def callbacks(self) -> list[Callback]:
        return [] if self.state is None else list(self.state.desk.callbacks.values())

    @property
    def ways(self) -> dict[str, Way]:
        return {} if self.state is None else self.state.desk.ways

    def events(self, *types: str) -> list[dict[str, Any]]:
        """What was told, each once, in order."""
        return [event for event in self.told.values() if event.get("type") in types]

    @property
    def asked(self) -> list[dict[str, Any]]:
        return self.events("route.requested", "route.fallback")

    def begins(self) -> None:
        customer = {"name": "Ms Doe", "ref": "r", "number": "+442079460018"}
        customer |= {"time_zone": "Europe/London"} | ({"tier": self.tier} if self.tier else {})
        facts = {"call_id": "c", "queue_id": "line", "customer": customer, "language": "en"}
        self._gets(TopicName.TRANSCRIPTS, {"type": "call.started", **facts})

    def says(
        self,
        text: str,
        *,
        final: bool = True,
        utterance: str | None = None,
        speaker: str = "customer",
    ) -> None:
        if self.state is None:
            self.begins()
        chunk = {"type": "chunk", "call_id": "c", "speaker": speaker, "text": text}
        number = self._messages + 1
        chunk |= {"sequence": number, "utterance_id": utterance or f"u{number}", "is_final": final}
        self._gets(TopicName.TRANSCRIPTS, chunk)

    def hangs_up(self) -> None:
        ended = {"type": "call.ended", "call_id": "c", "reason": "lost"}
        self._gets(TopicName.TRANSCRIPTS, ended)

    def platform(self, kind: str, route: dict[str, Any], **more: Any) -> None:
        """What the platform says of a request."""
        outcome = {"type": f"route.{kind}", "call_id": "c", "route_id": route["route_id"]}
        self._gets(TopicName.ROUTING_OUTCOMES, outcome | {"attempt": route["attempt"]} | more)

    def coming(self) -> list[dict[str, Any]]:
        """The newest request of each route on which somebody is asked to come."""
        newest = {event["route_id"]: event for event in self.asked}
        open_ = {way.route.route_id for way in self.ways.values() if way.stage in COMING}
        return [event for route_id, event in newest.items() if route_id in open_]

    def people_asked(self) -> dict[str, list[str]]:
        """By route, who was asked to come, in order."""
        asked: dict[str, list[str]] = {}
        for event in self.asked:
            asked.setdefault(event["route_id"], []).append(event["owner"]["id"])
        return asked

    def does(self, person: str, role: str, action: str, **more: Any) -> None:
        deed = {"type": "action", "action_id": f"a{self._messages}", "call_id": "c"}
        deed |= {"action": action, "actor": {"id": person, "role": role}}
        self._gets(TopicName.SUPERVISOR_ACTIONS, deed | more)

    def waits(self, seconds: float) -> None:
        """Time passes, and the clock ticks whenever something is due."""
        until = self.at_ms + round(seconds * 1000)
        reader, _ = readers(self.shadow, self.owned, self.life)
        while self.state is not None:
            due = reader.next_moment(self.state)
            if due is None or due > until:
                break
            self.at_ms = max(self.at_ms + 1, due)
            self._gets(
                TopicName.TICKS, {"type": "tick", "call_id": "c", "all_read": True}, after_ms=0
            )
        self.at_ms = max(self.at_ms, until)

    def chain(self) -> Verdict:
        """Whether the record of the call is whole."""
        entries = [
            msgspec.convert(event, IncidentEntry)
            for event in self.told.values()
            if "previous_hash" in event
        ]
        return verify(entries)

    def _gets(self, about: TopicName, value: dict[str, Any], *, after_ms: int = 1000) -> None:
        self._messages += 1
        message = Message(
            key=b"c",
            value=msgspec.json.encode(value),
            topic=about.value,
            partition=0,
            offset=self._messages,
            timestamp_ms=self.at_ms,
            about=about,
        )
        pair = readers(self.shadow, self.owned, self.life)
        worker = pair[self._messages % 2] if self.restarts else pair[0]
        before = self._kept()
        step = worker.read(message, lambda _: before)
        if self.restarts:
            # It was killed before its state was written: another reads the message again.
            again = pair[(self._messages + 1) % 2].read(message, lambda _: self._kept(before))
            assert again.outputs == step.outputs
        self.state = step.state or self.state
        self._tell(step.outputs)
        if self.repeats:
            self._repeated(worker, message)
        self.at_ms += after_ms

    def _repeated(self, worker: CallReader, message: Message) -> None:
        """The message comes again: nobody is told anything but, perhaps, that it came."""
        before = self._kept()
        step: Step = worker.read(message, lambda _: before)
        self.state = step.state or self.state
        assert {output.topic for output in step.outputs} <= {TopicName.INCIDENTS}
        self._tell(step.outputs)

    def _kept(self, state: CallState | None = None) -> CallState | None:
        """What is kept is what was written."""
        known = state or self.state
        return None if known is None else decode_state(encode_state(known))

    def _tell(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            event_id = dict(output.headers)["ce_id"].decode()
            event = msgspec.json.decode(output.value or b"null")
            assert self.told.setdefault(event_id, event) == event, "one id, two contents"
