"""`hardstop demo`: sample calls through a real Kafka, watched live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stream.settings import Settings

SPEED = 4.0
PICTURE_WIDTH = 110


def demo(
    speed: Annotated[
        float, typer.Option(min=0.1, max=50, help="How many times as fast as spoken.")
    ] = SPEED,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on after the sample calls, until Ctrl-C.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Play only the sample calls with this in their name; may be repeated."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also write what was shown to this SVG file.")
    ] = None,
) -> None:
    """Watch live calls turn into supervisor alerts and routing events on a real Kafka broker.

    Starts a broker (unless KAFKA_BOOTSTRAP_SERVERS names one, or `hardstop kafka start` has left
    one running) and a worker, plays the sample calls, shows what is raised, and cleans up.
    """
    import secrets
    import time

    from rich.console import Console

    from scripts.cluster import cluster
    from scripts.showing import Show
    from scripts.workers import worker_process
    from stream.admin import create_topics
    from stream.settings import load_settings

    # On a cluster that serves others, the sample calls must not mix with real ones.
    named = load_settings()
    prefix = f"{named.topic_prefix}demo." if named.bootstrap_servers else named.topic_prefix
    began = time.monotonic()
    console = Console(record=True, width=PICTURE_WIDTH) if picture else None
    show = Show(speed, only or (), console)
    show.say("Starting Kafka and a worker …")
    with cluster(topic_prefix=prefix) as settings:
        create_topics(settings)
        show.say(f"Kafka answers at {settings.bootstrap_servers}", since=began)
        # A key to throw away: records are seen, and nobody takes it for one of theirs.
        with worker_process(settings, record_key=secrets.token_hex(32)):
            show.say("The worker is reading", since=began)
            show.play(settings, began=began)
            show.summary()
            show.say(on_record(settings))
            if picture and console:
                console.save_svg(str(picture), title="make demo")
            if keep:
                show.keep(settings)


def on_record(settings: Settings) -> str:
    """What came on record, and whether the chains hold."""
    from scripts.records import read_topic
    from scripts.terminal import count
    from workflow.chain import verify

    records = read_topic(settings).entries
    intact = sum(verify(entries).intact for entries in records.values())
    written = sum(map(len, records.values()))
    return (
        f"on record: {count(len(records), 'call')} with a hard stop, {written:,} chained entries; "
        f"{intact} of {len(records)} verify (`hardstop verify --topic`)"
    )
