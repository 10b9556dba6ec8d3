"""A real Apache Kafka that hardstop starts for itself when nobody names one.

`docs/embedded-kafka.md` tells what it needs, where it keeps things, and what it is not for.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stream.embedded.broker import EmbeddedKafka, PersistentKafka, Status, TemporaryKafka
from stream.embedded.errors import EmbeddedKafkaError
from stream.embedded.progress import Progress, silent
from stream.embedded.settings import EmbeddedSettings

__all__ = [
    "EmbeddedKafka",
    "EmbeddedKafkaError",
    "EmbeddedSettings",
    "PersistentKafka",
    "Progress",
    "Status",
    "TemporaryKafka",
    "bootstrap",
]


@contextmanager
def bootstrap(on_progress: Progress = silent) -> Iterator[str]:
    """The Kafka to use: the named one, else the user's running one, else one for this block.

    Named is KAFKA_BOOTSTRAP_SERVERS. Raises EmbeddedKafkaError.
    """
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    running = EmbeddedKafka.persistent(on_progress=on_progress).address_when_serving()
    if running is not None:
        yield running
        return
    with EmbeddedKafka.temporary(on_progress=on_progress) as broker:
        yield broker.bootstrap_servers
