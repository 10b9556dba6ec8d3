"""`hardstop worker`: read transcripts, emit alerts and routes, until stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def worker(
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; the one that comes with hardstop if absent.")
    ] = None,
    topic_prefix: Annotated[
        str | None, typer.Option("--topic-prefix", help="Prefix of every topic name.")
    ] = None,
    create: Annotated[
        bool, typer.Option("--create-topics", help="Create missing topics before starting.")
    ] = False,
    stop_with_stdin: Annotated[
        bool,
        typer.Option("--stop-with-stdin", help="Stop when standard input is closed (for parents)."),
    ] = False,
    ready_file: Annotated[
        Path | None,
        typer.Option("--ready-file", help="Touch this file when partitions are being read."),
    ] = None,
) -> None:
    """Read `transcripts`, emit alerts, routes and scores, until Ctrl-C or SIGTERM.

    Start as many as there are partitions; they share the calls. Without KAFKA_BOOTSTRAP_SERVERS
    the broker of `hardstop kafka start` is used, or one is started for this worker alone.
    """
    import sys

    from scripts.cluster import cluster
    from stream.admin import create_topics
    from stream.settings import load_settings
    from stream.worker import run_worker
    from workflow.policy import load_policy

    def announce() -> None:
        if ready_file is not None:
            ready_file.touch()

    named = load_settings().bootstrap_servers is not None
    if stop_with_stdin:
        stop_when_stdin_closes()
    path = str(policy) if policy is not None else None
    with cluster(policy=path, topic_prefix=topic_prefix) as settings:
        decided = load_policy(settings.policy_path)
        if create or not named:
            create_topics(settings)
        print(f"hardstop worker: reading from {settings.bootstrap_servers}", file=sys.stderr)
        status = run_worker(settings, decided, on_ready=announce)
    raise typer.Exit(status)


def stop_when_stdin_closes() -> None:
    """A parent that dies closes our standard input: then we stop as by SIGTERM."""
    import os
    import signal
    import sys
    import threading

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
