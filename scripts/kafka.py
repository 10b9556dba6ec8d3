"""`hardstop kafka`: the Kafka that hardstop runs for its user."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich import filesize

from scripts.progress import steps
from stream.embedded import EmbeddedKafka, EmbeddedKafkaError, PersistentKafka, Progress, Status
from stream.embedded.errors import AlreadyRunningError
from stream.embedded.progress import silent

NOT_RUNNING = 3
"""The exit code that init scripts have for a service that is stopped (LSB core, 22.2)."""

app = typer.Typer(no_args_is_help=True, help="The Kafka that hardstop runs for you.")

Data = Annotated[
    Path | None, typer.Option(help="Its data folder, instead of the one for your user.")
]


@app.command()
def start(data: Data = None) -> None:
    """Start Kafka and leave it running. Prints its address."""
    try:
        with steps() as on_progress:
            address = _broker(data, on_progress).start()
    except AlreadyRunningError as running:
        typer.echo(running.bootstrap_servers)
        typer.echo(f"{running.problem}", err=True)
        return
    except EmbeddedKafkaError as error:
        _fail(error)
    typer.echo(address)


@app.command()
def fetch() -> None:
    """Fetch and check what the broker needs, without starting it. Needs the network once."""
    from stream.embedded import EmbeddedSettings
    from stream.embedded.jars import class_path
    from stream.embedded.java import find_java

    try:
        settings = EmbeddedSettings.from_environment(os.environ)
        with steps() as on_progress:
            jars = class_path(settings, on_progress)
            java = find_java(settings, on_progress)
    except EmbeddedKafkaError as error:
        _fail(error)
    typer.echo(f"Kafka is ready to start: {len(jars)} jars, Java {java.version}.")


@app.command()
def stop(data: Data = None) -> None:
    """Stop the Kafka that `start` left running. Its data stays."""
    try:
        stopped = _broker(data).stop()
    except EmbeddedKafkaError as error:
        _fail(error)
    typer.echo("Kafka has stopped." if stopped else "Kafka was not running.")


@app.command()
def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show whether Kafka runs: exit code 0 when it does, 3 when it does not."""
    try:
        found = _broker(data).status()
    except EmbeddedKafkaError as error:
        _fail(error)
    typer.echo(msgspec.json.encode(found).decode() if as_json else _told(found))
    if not found.running:
        raise typer.Exit(NOT_RUNNING)


def _told(status: Status) -> str:
    data = f"data     {status.data} ({filesize.decimal(status.data_bytes)})"
    if not status.running:
        return f"Kafka is not running.\n{data}"
    uptime = timedelta(seconds=round(status.uptime_s or 0))
    return (
        f"Kafka runs at {status.bootstrap_servers}\n"
        f"process  {status.pid}, up {uptime}\n{data}\n"
        f"topics   {', '.join(status.topics) or 'none yet'}"
    )


def _broker(data: Path | None, on_progress: Progress = silent) -> PersistentKafka:
    return EmbeddedKafka.persistent(data=data, on_progress=on_progress)


def _fail(error: EmbeddedKafkaError) -> NoReturn:
    typer.echo(f"{error.problem}\n{error.what_to_do}", err=True)
    sys.exit(1)
