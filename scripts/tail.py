"""`hardstop tail`: a live view of one topic."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scripts.replay import PREFIX_HELP

TOPICS_HELP = (
    "alerts, routing, scores, operations, coaching, incidents, callbacks, transcripts, "
    "routing.outcomes, supervisor.actions, dead-letters or complaints."
)


def tail(
    topic: Annotated[str, typer.Argument(help=TOPICS_HELP, metavar="TOPIC")],
    from_start: Annotated[
        bool, typer.Option("--from-start", help="From the oldest message that is kept.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="The values as they are, one a line; raw bytes as base64."),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many messages.")] = None,
    call: Annotated[str | None, typer.Option(help="Only messages of this call (the key).")] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Stop after so many seconds.", metavar="SECONDS")
    ] = None,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
) -> None:
    """Show the messages of a topic as they come. Reads along, without a consumer group.

    transcripts and dead-letters hold callers' words as they were said, not redacted.

    Exit code 0: the limit or the timeout was reached; 2: an error; 130: Ctrl-C.
    """
    from itertools import islice

    from scripts.broker import consumer, reachable
    from scripts.following import assign, follow
    from scripts.headlines import headline, json_line
    from scripts.terminal import count, err, out
    from stream.settings import load_settings
    from stream.topics import SPECS, TopicName

    if topic not in set(TopicName):
        raise typer.BadParameter(f"no topic {topic!r}; topics are {TOPICS_HELP}")
    spec = SPECS[TopicName(topic)]
    settings = reachable(load_settings(topic_prefix=topic_prefix))
    with consumer(settings) as client:
        partitions = assign(client, settings.topic(topic), from_start=from_start)
        where = f"{settings.topic(topic)} at {settings.bootstrap_servers}"
        err().print(f"reading {where}, {count(partitions, 'partition')}", style="dim", markup=False)
        wanted = (
            message for message in follow(client, timeout) if call is None or message.key == call
        )
        for message in islice(wanted, limit):
            if as_json:
                sys.stdout.buffer.write(json_line(message) + b"\n")
                sys.stdout.buffer.flush()
            else:
                out().print(headline(message, spec))
