"""What a plain client finds on the topics once a storm is over, and what is wrong with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from detectors.vocabulary import Trigger
from stream.app import call_reader
from stream.events import IncidentEntry
from stream.outputs import Message
from stream.settings import Settings
from stream.state import CallState
from stream.topics import TopicName
from tests.integration.storm import Calls
from tests.integration.workers import Record, read_all
from workflow.chain import verify
from workflow.delivered import without_repeats
from workflow.policy import Policy

TRIGGERS = frozenset(trigger.value for trigger in Trigger)
Event = dict[str, Any]
READ = (
    TopicName.SCORES,
    TopicName.ALERTS,
    TopicName.ROUTING,
    TopicName.CALLBACKS,
    TopicName.INCIDENTS,
    TopicName.OPERATIONS,
    TopicName.DEAD_LETTERS,
)


class Ids(msgspec.Struct, frozen=True):
    """Ids of what chunks cause: readings, the first alert of each trigger on a call, and its
    request for a person."""

    scores: frozenset[str]
    alerts: frozenset[str]
    routes: dict[str, tuple[str, ...]]
    """With the alerts that they are for."""

    @property
    def count(self) -> int:
        return len(self.scores) + len(self.alerts) + len(self.routes)


class Aftermath:
    """Everything that stands on the topics; what came twice under one id is taken once.

    `repeats`: how often, by topic. `retold`: how often not with the same content.
    """

    def __init__(self, settings: Settings) -> None:
        self.read: Counter[str] = Counter()
        self.repeats: Counter[str] = Counter()
        self.retold: Counter[str] = Counter()
        incidents = read_all(settings, TopicName.INCIDENTS)
        self.entries = [msgspec.json.decode(r.value or b"", type=IncidentEntry) for r in incidents]
        self._records = {topic: self._once(topic, read_all(settings, topic)) for topic in READ}

    def _once(self, topic: TopicName, records: Iterable[Record]) -> dict[str, Event]:
        kept: dict[str, Record] = {}
        for record in records:
            self.read[topic.value] += 1
            event_id = record.headers["ce_id"]
            first = kept.setdefault(event_id, record)
            if first is not record:
                self.repeats[topic.value] += 1
                self.retold[topic.value] += first.value != record.value
        return {event_id: record.json() for event_id, record in kept.items()}

    def of(self, topic: TopicName) -> list[Event]:
        return list(self._records[topic].values())

    @property
    def ids(self) -> Ids:
        return ids_of({topic: self._records[topic] for topic in READ})

    def alerts(self) -> dict[str, Event]:
        """Each alert as it stands at the end."""
        latest: dict[str, Event] = {}
        for event in self.of(TopicName.ALERTS):
            known = latest.get(event["alert_id"])
            if known is None or event["revision"] > known["revision"]:
                latest[event["alert_id"]] = event
        return latest

    def callbacks(self) -> dict[str, list[Event]]:
        """By reference, the revisions of a callback in order."""
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.of(TopicName.CALLBACKS):
            found[event["reference"]].append(event)
        return {name: sorted(all_, key=lambda e: e["revision"]) for name, all_ in found.items()}

    def open_routes(self, joined: Collection[str]) -> dict[tuple[str, str], set[str]]:
        """By call and the desk that was asked first: routes that are still asked for."""
        routes: dict[str, list[Event]] = defaultdict(list)
        for event in self.of(TopicName.ROUTING):
            routes[event["route_id"]].append(event)
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for route_id, told in routes.items():
            first = min(told, key=lambda event: event["attempt"])
            cancelled = any(event["type"] == "route.cancelled" for event in told)
            if not cancelled and route_id not in joined:
                found[first["call_id"], first["desk"]].add(route_id)
        return found


def ids_of(events: Mapping[TopicName, Mapping[str, Event]]) -> Ids:
    """The ids that are the same however often workers die and whatever people do meanwhile."""
    first = {
        event["alert_id"]: event_id
        for event_id, event in events[TopicName.ALERTS].items()
        if event["type"] == "alert.opened"
        and event["trigger"] in TRIGGERS
        and event["episode"] == 1
    }
    routes = {
        event["route_id"]: tuple(event["alert_ids"])
        for event in events[TopicName.ROUTING].values()
        if event["type"] == "route.requested" and set(event["alert_ids"]) & set(first)
    }
    return Ids(frozenset(events[TopicName.SCORES]), frozenset(first.values()), routes)


def undisturbed(calls: Calls, policy: Policy) -> Ids:
    """What one reader that never dies makes of the same calls, nobody acting."""
    reader = call_reader(policy)
    found: dict[TopicName, dict[str, Event]] = {topic: {} for topic in READ}
    for call_id, events in calls.items():
        state: CallState | None = None
        for offset, event in enumerate(events):
            message = Message(
                key=call_id.encode(),
                value=msgspec.json.encode(event),
                topic="transcripts",
                partition=0,
                offset=offset,
                timestamp_ms=1_790_000_000_000 + offset * 1000,
            )
            step = reader.read(message, lambda _, known=state: known)
            state = step.state or state
            for output in step.outputs:
                if output.topic in (TopicName.SCORES, TopicName.ALERTS, TopicName.ROUTING):
                    event_id = dict(output.headers)["ce_id"].decode()
                    found[output.topic][event_id] = msgspec.json.decode(output.value or b"null")
    return ids_of(found)


def nobody_in_charge(
    after: Aftermath, joined: Collection[str], people: Collection[str]
) -> list[str]:
    """Hard stops that are not over and have no person; or for which several are asked at once."""
    wrong = []
    routes = after.open_routes(joined)
    been = {
        alert_id
        for event in after.of(TopicName.ROUTING)
        if event["route_id"] in joined
        for alert_id in event["alert_ids"]
    }
    for alert in after.alerts().values():
        if alert["trigger"] not in TRIGGERS or alert["status"] in ("closed", "retracted"):
            continue
        told = f"{alert['call_id']} {alert['trigger']}"
        open_ = routes.get((alert["call_id"], alert["desk"]), set())
        if alert["owner"] is None or alert["owner"]["id"] not in people:
            wrong.append(f"{told} has no owner")
        if len(open_) > 1:
            wrong.append(f"{told} has {len(open_)} open routes")
        taken = alert["status"] in ("claimed", "acknowledged") or alert["callback_reference"]
        if not (open_ or taken or alert["alert_id"] in been):
            wrong.append(f"{told} is {alert['status']}: nobody is asked, and nothing is promised")
    return wrong


def routed_twice(after: Aftermath) -> list[str]:
    """Alerts for which a desk was asked under another id while the first request still stood."""
    wrong = []
    asked: dict[tuple[str, str], str] = {}
    for event in after.of(TopicName.ROUTING):
        if event["type"] == "route.cancelled":
            asked = {which: route for which, route in asked.items() if route != event["route_id"]}
        if event["type"] != "route.requested":
            continue
        for alert_id in event["alert_ids"]:
            known = asked.setdefault((alert_id, event["desk"]), event["route_id"])
            if known != event["route_id"]:
                wrong.append(f"{event['call_id']}: {event['desk']} as {known} and again")
    return wrong


def promises_broken(after: Aftermath) -> list[str]:
    """Callbacks with a hole in their history, or that an alert names and nobody has."""
    wrong = []
    callbacks = after.callbacks()
    for name, revisions in callbacks.items():
        numbers = [event["revision"] for event in revisions]
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"{name} has revisions {numbers}")
        if len(revisions[-1]["history"]) != len(numbers):
            wrong.append(f"{name} tells {len(revisions[-1]['history'])} of {len(numbers)} steps")
    live: Counter[str] = Counter()
    for revisions in callbacks.values():
        offered = revisions[0]["history"][0]["by"] == "hardstop"
        if offered and revisions[-1]["state"] not in ("kept", "cancelled"):
            live.update(revisions[-1]["alert_ids"])
    wrong += [f"{alert_id} has {count} callbacks" for alert_id, count in live.items() if count > 1]
    for alert in after.alerts().values():
        named = alert["callback_reference"]
        if named is not None and named not in callbacks:
            wrong.append(f"{alert['call_id']} names {named}, which is not there")
    return wrong


def chains_broken(after: Aftermath) -> list[str]:
    """Records that do not verify, and calls with a hard stop that have none."""
    by_record: dict[str, list[IncidentEntry]] = defaultdict(list)
    for entry in after.entries:
        by_record[entry.incident_id].append(entry)
    wrong = []
    for entries in by_record.values():
        verdict = verify(without_repeats(entries))
        if not verdict.intact:
            wrong.append(f"{entries[0].call_id}, entry {verdict.number}: {verdict.detail}")
    recorded = {entries[0].call_id for entries in by_record.values()}
    stopped = {a["call_id"] for a in after.alerts().values() if a["trigger"] in TRIGGERS}
    return wrong + [f"{call_id} has no record" for call_id in sorted(stopped - recorded)]
