"""`hardstop replay`: recorded transcripts into Kafka, paced as they were spoken."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.scan import (
    CALL_ID_HELP,
    COLUMNS_HELP,
    FILES_HELP,
    KEEP_GOING_HELP,
    SPEAKERS_HELP,
)

if TYPE_CHECKING:
    from kafka import KafkaProducer

    from stream.events import TranscriptEvent
    from stream.settings import Settings

PREFIX_HELP = "Before the topic names, instead of the setting HARDSTOP_TOPIC_PREFIX."


def replay(
    files: Annotated[list[Path], typer.Argument(help=FILES_HELP, metavar="FILE...")],
    speed: Annotated[
        str, typer.Option(help="1: as spoken; 10: ten times as fast; max: without waiting.")
    ] = "1",
    at_once: Annotated[int, typer.Option(min=1, help="Calls played side by side.")] = 100,
    loop: Annotated[
        int, typer.Option(min=1, help="Play them this often; each round has its own call ids.")
    ] = 1,
    new_ids: Annotated[
        bool,
        typer.Option(
            "--new-ids",
            help="Give each call a new id. Workers take a call id that they know for a repeat, "
            "and drop it.",
        ),
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="As if spoken now: not marked as a replay, routes are real."),
    ] = False,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
    columns: Annotated[str | None, typer.Option(help=COLUMNS_HELP)] = None,
    speakers: Annotated[str | None, typer.Option(help=SPEAKERS_HELP)] = None,
    call_id: Annotated[str | None, typer.Option(help=CALL_ID_HELP)] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help=KEEP_GOING_HELP)] = False,
) -> None:
    """Send recorded transcripts to Kafka's transcripts topic, paced as they were spoken.

    Calls run side by side. Times come from end_ms, start_ms or spoken_at; without them words are
    said at 150 a minute. Events are marked as a replay, so that workers move nobody live.

    Exit code 0: all sent and confirmed; 2: an error.
    """
    from scripts.broker import producer, reachable, require_topic
    from scripts.inputs import Inputs
    from scripts.terminal import count, err
    from stream.settings import load_settings

    pace = parse_speed(speed)
    settings = reachable(load_settings(topic_prefix=topic_prefix))
    inputs = Inputs(
        files, columns=columns, speakers=speakers, call_id=call_id, keep_going=keep_going
    )
    calls: dict[str, list[TranscriptEvent]] = {}
    for event in inputs.events():
        calls.setdefault(event.call_id, []).append(event)
    inputs.remarks()
    with producer(settings) as client:
        require_topic(settings, settings.topic("transcripts"))
        for turn in range(loop):
            _play(calls, client, settings, pace, turn, new_ids=new_ids, live=live, at_once=at_once)
    total = sum(len(events) for events in calls.values()) * loop
    err().print(
        f"{count(len(calls) * loop, 'call')} sent to {settings.topic('transcripts')} "
        f"({count(total, 'event')} from {count(len(files), 'file')})",
        markup=False,
    )


def parse_speed(text: str) -> float | None:
    """A factor above 0, or None for `max`. Raises typer.BadParameter."""
    if text == "max":
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise typer.BadParameter(f"the speed is a number above 0, or max; not {text!r}")
    return factor


def _play(
    calls: dict[str, list[TranscriptEvent]],
    client: KafkaProducer,
    settings: Settings,
    speed: float | None,
    turn: int,
    *,
    new_ids: bool,
    live: bool,
    at_once: int,
) -> None:
    from scripts import playback
    from scripts.terminal import progress

    topic = settings.topic("transcripts")
    suffix = f"-{int(time.time() * 1000):x}" if new_ids else ""
    if turn:
        suffix += f"-{turn + 1}"
    played_calls = playback.renamed(calls, suffix) if suffix else calls
    with progress("chunks") as bar:
        task = bar.add_task("replaying", total=len(calls), counted=0)
        playback.replay(
            played_calls,
            client,
            speed,
            lambda played: bar.update(task, completed=played.calls_ended, counted=played.chunks),
            topic=topic,
            live=live,
            at_once=at_once,
        )
