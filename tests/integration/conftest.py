"""A Kafka for the tests that need one: the named one, else one of their own."""

import os
from collections.abc import Iterator

import pytest

from stream.embedded import EmbeddedKafka


@pytest.fixture(scope="session")
def bootstrap_servers() -> Iterator[str]:
    """The address of a broker that all integration tests share."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    with EmbeddedKafka.temporary() as broker:
        yield broker.bootstrap_servers
