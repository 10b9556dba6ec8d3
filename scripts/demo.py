"""`hardstop demo`: sample calls through a real Kafka, watched live."""

from __future__ import annotations

from typing import Annotated

import typer

SPEED = 4.0


def demo(
    speed: Annotated[
        float, typer.Option(min=0.1, max=50, help="How many times as fast as spoken.")
    ] = SPEED,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on after the sample calls, until Ctrl-C.")
    ] = False,
) -> None:
    """Watch live calls turn into supervisor alerts and routing events on a real Kafka broker.

    Starts a broker (unless KAFKA_BOOTSTRAP_SERVERS names one, or `hardstop kafka start` has left
    one running) and a worker, plays the sample calls, shows what is raised, and cleans up.
    """
    import time

    from scripts.cluster import cluster
    from scripts.showing import Show
    from scripts.workers import worker_process
    from stream.admin import create_topics
    from stream.settings import load_settings

    # On a cluster that serves others, the sample calls must not mix with real ones.
    named = load_settings()
    prefix = f"{named.topic_prefix}demo." if named.bootstrap_servers else named.topic_prefix
    began = time.monotonic()
    show = Show(speed)
    show.say("Starting Kafka and a worker …")
    with cluster(topic_prefix=prefix) as settings:
        create_topics(settings)
        show.say(f"Kafka answers at {settings.bootstrap_servers}", since=began)
        with worker_process(settings):
            show.say("The worker is reading", since=began)
            show.play(settings, began=began)
            show.summary()
            if keep:
                show.keep(settings)
