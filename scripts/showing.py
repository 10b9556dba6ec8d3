"""What the demo shows: each alert and route as it comes, then what came of each call."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import msgspec
from rich.table import Table
from rich.text import Text

from scripts.sightings import SEVERITY_STYLES
from scripts.terminal import out, printable
from stream.events import Chunk, Score
from stream.topics import SPECS, TopicName
from workflow.alerts import Alert, AlertStatus
from workflow.routing import CancelReason, Route

if TYPE_CHECKING:
    from rich.console import Console

    from scripts.playback import Played
    from stream.events import TranscriptEvent
    from stream.settings import Settings

SETTLE_S = 20.0
"""How long to wait for the last readings: far longer than a worker that keeps up ever needs."""

STOP_S = 10.0
"""How long the playback may take to notice that it is over: the longest pause between events."""

_DECODERS: dict[TopicName, Any] = {
    name: msgspec.json.Decoder(SPECS[name].types)
    for name in (TopicName.ALERTS, TopicName.ROUTING, TopicName.SCORES)
}
_MARKS = {
    "alert.opened": "●",
    "alert.updated": "▲",
    "alert.retracted": "○",
    "alert.closed": "✓",
}
_MODES = {
    "join": "joins the call, nobody waits on hold",
    "consult": "is briefed, then takes over (warm transfer)",
    "manual": "is fetched by hand",
}


def sample_calls(only: Sequence[str] = ()) -> dict[str, list[TranscriptEvent]]:
    """The sample calls that come with hardstop, by call id; `only` those named by these parts."""
    from scripts.readers import read_file

    calls: dict[str, list[TranscriptEvent]] = {}
    with as_file(files("scripts").joinpath("samples")) as folder:
        for path in sorted(folder.glob("*.jsonl")):
            if only and not any(part in path.stem for part in only):
                continue
            for event in read_file(path):
                calls.setdefault(event.call_id, []).append(event)
    return calls


class _Over(Exception):
    """Nobody is watching any more."""


class Show:
    """Prints what happens, and keeps what the summary needs."""

    def __init__(
        self, speed: float, only: Sequence[str] = (), console: Console | None = None
    ) -> None:
        self._only = only
        self._speed = speed
        self._console = console or out()
        self._alerts: dict[str, Alert] = {}
        self._routes: dict[str, Route] = {}
        self._read: set[tuple[str, int]] = set()
        self._delays_ms: list[float] = []
        self._calls: dict[str, list[TranscriptEvent]] = {}
        self._first_alert_s: float | None = None

    def say(self, text: str, *, since: float | None = None) -> None:
        """One line of progress, with the seconds it took."""
        took = f"  [dim]{time.monotonic() - since:.1f} s[/]" if since is not None else ""
        self._console.print(f"[dim]·[/] {text}{took}", highlight=False)

    def play(self, settings: Settings, *, began: float) -> None:
        """Play the sample calls and print what is raised until everything has been read."""
        from scripts.broker import consumer, producer
        from scripts.playback import renamed, replay

        # Ids of their own: a worker takes a call that it knows for a repeat.
        self._calls = renamed(sample_calls(self._only), f"-{int(time.time()):x}")
        finals = {
            (event.call_id, event.sequence)
            for events in self._calls.values()
            for event in events
            if isinstance(event, Chunk) and event.is_final
        }
        names = {settings.topic(name): name for name in _DECODERS}
        failure: list[BaseException] = []
        over = threading.Event()

        def go_on(_: Played) -> None:
            if over.is_set():
                raise _Over

        def send() -> None:
            try:
                with producer(settings) as client:
                    topic = settings.topic(TopicName.TRANSCRIPTS)
                    # As if spoken now: clocks run, and the board counts from what was said.
                    replay(self._calls, client, self._speed, go_on, topic=topic, live=True)
            except _Over:
                return
            except BaseException as error:
                failure.append(error)

        with consumer(settings) as client:
            from_now(client, list(names))
            self.say(
                f"{len(self._calls)} calls begin, {self._speed:g} times as fast as spoken "
                f"(about {self._seconds():.0f} s)\n"
            )
            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            deadline: float | None = None
            try:
                while not finals <= self._read and not failure:
                    self._show_polled(client.poll(100), names, began)
                    if not sender.is_alive():
                        deadline = deadline or time.monotonic() + SETTLE_S
                        if time.monotonic() > deadline:
                            break
            finally:
                # Also on Ctrl-C: the producer must be closed before the interpreter goes.
                over.set()
                sender.join(STOP_S)
        if failure:
            raise failure[0]

    def open_alerts(self) -> frozenset[str]:
        """The ids of the alerts that were raised and stand."""
        over = (AlertStatus.RETRACTED, AlertStatus.CLOSED)
        return frozenset(one.alert_id for one in self._alerts.values() if one.status not in over)

    def summary(self) -> None:
        """What came of each call, how fast, and how to go on."""
        table = Table(title="What the calls came to", show_edge=False, title_justify="left")
        for heading in ("call", "hard stops and signals raised", "who was asked to come"):
            table.add_column(heading)
        for call_id in self._calls:
            table.add_row(_call_name(call_id), self._raised(call_id), self._asked(call_id))
        self._console.print()
        self._console.print(table)
        self._console.print()
        if self._delays_ms:
            delays = sorted(self._delays_ms)
            p99 = delays[min(len(delays) - 1, int(len(delays) * 0.99))]
            self.say(
                f"from the words in Kafka to the alert in Kafka: median "
                f"{statistics.median(delays):.0f} ms, slowest {p99:.0f} ms of {len(delays)}; "
                f"first alert {self._first_alert_s or 0:.0f} s after the start"
            )
        missing = sum(
            isinstance(e, Chunk) and e.is_final and (e.call_id, e.sequence) not in self._read
            for events in self._calls.values()
            for e in events
        )
        if missing:
            self.say(f"[red]{missing} final chunks were not read in {SETTLE_S:.0f} s[/]")
        self.say("To keep it running:  [bold]hardstop demo --keep[/], or piece by piece:")
        for line in (
            "hardstop kafka start                      # a broker that stays",
            "hardstop topics create",
            "hardstop worker &                         # as many as you like, they share the calls",
            "hardstop tail alerts &                    # what a supervisor's wallboard reads",
            "hardstop replay --new-ids YOUR-CALLS.jsonl",
        ):
            self._console.print(f"    .venv/bin/{line}", highlight=False)

    def keep(self, settings: Settings) -> None:
        """Go on showing what comes, until Ctrl-C."""
        from scripts.broker import consumer

        names = {settings.topic(name): name for name in _DECODERS}
        self._console.print()
        self.say(
            f"Still running: KAFKA_BOOTSTRAP_SERVERS={settings.bootstrap_servers} "
            f"HARDSTOP_TOPIC_PREFIX={settings.topic_prefix or '(none)'}. Ctrl-C stops everything."
        )
        with consumer(settings) as client:
            from_now(client, list(names))
            while True:
                self._show_polled(client.poll(200), names, time.monotonic())

    def _show_polled(self, polled: Any, names: dict[str, TopicName], began: float) -> None:
        """Alerts before the routes that they cause: topics come in any order."""
        records = [record for batch in polled.values() for record in batch]
        order = list(_DECODERS)
        for record in sorted(records, key=lambda r: (_cause_ms(r), order.index(names[r.topic]))):
            self._show(names[record.topic], record, began)

    def _show(self, topic: TopicName, record: Any, began: float) -> None:
        event = _DECODERS[topic].decode(record.value)
        if isinstance(event, Score):
            self._read.add((event.call_id, event.sequence))
        elif isinstance(event, Alert):
            self._show_alert(event, record, began)
        elif isinstance(event, Route):
            self._show_route(event)

    def _show_alert(self, alert: Alert, record: Any, began: float) -> None:
        before = self._alerts.get(alert.alert_id)
        self._alerts[alert.alert_id] = alert
        delay = record.timestamp - _cause_ms(record)
        self._delays_ms.append(delay)
        if self._first_alert_s is None:
            self._first_alert_s = time.monotonic() - began
        kind = str(alert.__struct_config__.tag)
        confirmed = before is None or before.status is not alert.status
        if kind == "alert.updated" and not confirmed and not alert.imminent:
            return
        name = alert.trigger.replace("_", " ")
        text = Text(f"{'' if before else chr(10)}{_MARKS[kind]} ", "bold")
        text.append(f" {name} ", SEVERITY_STYLES[alert.severity])
        text.append(f" {alert.status.value}", "bold")
        text.append("  imminent" if alert.imminent else "", "bold red")
        text.append(f"  {_call_name(alert.call_id)}  {delay:.0f} ms\n", "dim")
        if alert.status is AlertStatus.RETRACTED:
            text.append(f"    {alert.closed_reason}\n", "italic")
        elif not alert.evidence:
            # A callback that is due, say: nobody's words are behind it.
            text.append(f"    {printable(alert.reason)}\n", "bold")
        else:
            text.append(f"    “{printable(alert.evidence[-1].quote)}”\n", "bold")
        if before is None:
            text.append("    agent says now: ", "dim").append(f"{alert.say_now}\n", "green")
        self._console.print(text, end="", highlight=False)

    def _show_route(self, route: Route) -> None:
        self._routes[route.route_id] = route
        text = Text("    → ", "bold cyan")
        if route.cancel_reason is not None:
            text.append(f"{route.desk} desk no longer needed", "cyan")
        else:
            text.append(f"{route.desk} desk {_MODES[route.mode.value]}", "cyan")
        text.append(f"  {_call_name(route.call_id)}\n", "dim")
        self._console.print(text, end="", highlight=False)

    def _raised(self, call_id: str) -> Text:
        text = Text()
        for alert in self._alerts.values():
            if alert.call_id != call_id:
                continue
            gone = alert.status is AlertStatus.RETRACTED
            style = "dim strike" if gone else SEVERITY_STYLES[alert.severity]
            text.append(f" {alert.trigger.replace('_', ' ')} ", style)
            text.append(" taken back " if gone else " ")
        return text if text.plain else Text("none", "dim")

    def _asked(self, call_id: str) -> str:
        desks = [
            f"{route.desk} ({route.mode.value})"
            for route in self._routes.values()
            if route.call_id == call_id and route.cancel_reason in (None, CancelReason.CALL_ENDED)
        ]
        return ", ".join(desks) or "nobody"

    def _seconds(self) -> float:
        ends = [
            event.end_ms or 0
            for events in self._calls.values()
            for event in events
            if isinstance(event, Chunk)
        ]
        return max(ends) / 1000 / self._speed


def from_now(client: Any, topics: list[str]) -> None:
    """Point a consumer at the ends of all partitions of the topics."""
    from kafka import TopicPartition

    places = [TopicPartition(t, p) for t in topics for p in client.partitions_for_topic(t)]
    client.assign(places)
    client.seek_to_end(*places)
    for place in places:
        client.position(place)


def _cause_ms(record: Any) -> float:
    """Kafka's time of the chunk that caused it, which the event carries as its own time."""
    from datetime import datetime

    time_text = dict(record.headers)["ce_time"].decode()
    return datetime.fromisoformat(time_text).timestamp() * 1000


def _call_name(call_id: str) -> str:
    """Without the suffix that makes each demo's ids its own."""
    return (call_id.rpartition("-")[0] or call_id).removeprefix("sample-")
