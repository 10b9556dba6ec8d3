"""`hardstop wallboard`: the pages for supervisors and agents, until stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def wallboard(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 127.0.0.1: this machine alone.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 8484.")] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="SQLAlchemy URL: sqlite:///FILE, or postgresql://USER@HOST/NAME "
            "(pip install hardstop[postgres])."
        ),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; the one that comes with hardstop if absent.")
    ] = None,
    topic_prefix: Annotated[
        str | None, typer.Option("--topic-prefix", help="Prefix of every topic name.")
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option("--ready-file", help="Touch this file when pages are served.")
    ] = None,
    stop_with_stdin: Annotated[
        bool,
        typer.Option("--stop-with-stdin", help="Stop when standard input is closed (for parents)."),
    ] = False,
) -> None:
    """Serve the wallboard: board, calls, callbacks, records; until Ctrl-C or SIGTERM.

    Reads alerts, routes, callbacks and the rest from Kafka and keeps them in a database, which is
    brought to this release's tables at the start. Without KAFKA_BOOTSTRAP_SERVERS the broker of
    `hardstop kafka start` is used, or one is started for this service alone. More settings:
    HARDSTOP_WALLBOARD_… (docs/settings.md).
    """
    import logging.config
    import sys

    from scripts.cluster import cluster
    from scripts.worker import stop_when_stdin_closes
    from stream.admin import create_topics
    from stream.logs import logging_to_stderr
    from stream.settings import load_settings
    from wallboard.serving import run_wallboard
    from wallboard.settings import load_wallboard_settings
    from workflow.policy import load_policy

    settings = load_wallboard_settings(host=host, port=port, database=database)
    # What is wrong is said before a broker is started.
    settings.translated()
    named = load_settings().bootstrap_servers is not None
    if stop_with_stdin:
        stop_when_stdin_closes()
    path = str(policy) if policy is not None else None

    def announce() -> None:
        print(f"hardstop wallboard: {settings.base_url}", file=sys.stderr)
        if ready_file is not None:
            ready_file.touch()

    def invite(link: str) -> None:
        # On its own line, so that it can be copied; once used it is worth nothing.
        print(f"Nobody administers yet. Within a day, open:\n{link}", file=sys.stderr)

    with cluster(policy=path, topic_prefix=topic_prefix) as kafka:
        logging.config.dictConfig(logging_to_stderr(kafka.log_level))
        if not named:
            create_topics(kafka)
        decided = load_policy(kafka.policy_path)
        status = run_wallboard(kafka, settings, decided, on_ready=announce, on_first_start=invite)
    raise typer.Exit(status)
