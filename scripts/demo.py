"""`hardstop demo`: sample calls through a real Kafka, watched in the terminal and on the board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scripts.demo_board import Board
    from scripts.showing import Show
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
    board: Annotated[
        bool,
        typer.Option(
            "--board/--no-board", help="Also on a live wallboard; or in the terminal alone."
        ),
    ] = True,
    picture: Annotated[
        Path | None, typer.Option(help="Also write what was shown to this SVG file.")
    ] = None,
) -> None:
    """Watch live calls turn into supervisor alerts and routing events on a real Kafka broker.

    Starts a broker (unless KAFKA_BOOTSTRAP_SERVERS names one, or `hardstop kafka start` has left
    one running), a worker and a wallboard with a demo supervisor, plays the sample calls, shows
    what is raised, and cleans up. On a terminal the board stays until Ctrl-C; elsewhere it is
    checked that the board shows the open alerts.

    Exit code 0: shown; 1: the board does not show what was raised.
    """
    import secrets
    import sys
    import time
    from contextlib import ExitStack

    from rich.console import Console

    from scripts.cluster import cluster
    from scripts.demo_board import demo_board
    from scripts.showing import Show
    from scripts.workers import worker_process
    from stream.admin import create_topics
    from stream.settings import load_settings

    # The calls are played as live ones: they must not mix with real ones.
    prefix = f"{load_settings().topic_prefix}demo."
    began = time.monotonic()
    console = Console(record=True, width=PICTURE_WIDTH) if picture else None
    show = Show(speed, only or (), console)
    show.say(f"Starting Kafka{', a worker and the wallboard' if board else ' and a worker'} …")
    with ExitStack() as stack:
        settings = stack.enter_context(cluster(topic_prefix=prefix))
        create_topics(settings)
        show.say(f"Kafka answers at {settings.bootstrap_servers}", since=began)
        # A key to throw away: records are seen, and nobody takes it for one of theirs.
        stack.enter_context(worker_process(settings, record_key=secrets.token_hex(32)))
        show.say("The worker is reading", since=began)
        live = stack.enter_context(demo_board(settings)) if board else None
        if live is not None:
            show.say(f"The wallboard is live at {live.url}", since=began)
            show.say(f"See it there; this link signs you in, once:  [bold]{live.link}[/]")
        show.play(settings, began=began)
        show.summary()
        show.say(on_record(settings))
        if picture and console:
            console.save_svg(str(picture), title="make demo")
        watched = live is not None and sys.stdin.isatty() and sys.stdout.isatty()
        if live is not None and not told_of_board(show, live):
            raise typer.Exit(1)
        if keep or watched:
            show.keep(settings)


def told_of_board(show: Show, board: Board) -> bool:
    """Say how many of the open alerts the board shows; False if some are missing there."""
    from scripts.terminal import count

    alerts = show.open_alerts()
    if missing := board.missing(alerts):
        show.say(f"[red]the board lacks {len(missing)} of {count(len(alerts), 'open alert')}[/]")
        return False
    show.say(
        f"the board shows {count(len(alerts), 'open alert')}, with the caller's words, who is "
        f"coming and how long it may take:  [bold]{board.url}[/]"
    )
    show.say(f"the link that signs you in, once:  [bold]{board.link}[/]")
    return True


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
