"""Connections to Kafka that fail soon and say why."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stream.admin import REACH_S, ClusterError, admin_client
from stream.settings import Settings

if TYPE_CHECKING:
    from kafka import KafkaConsumer, KafkaProducer

FLUSH_S = 30.0
"""How long the last messages may take to be confirmed: a leader election takes some seconds."""


def reachable(settings: Settings) -> Settings:
    """The settings with an address: the one set, else that of the Kafka that hardstop runs.

    Raises ClusterError when there is neither.
    """
    import msgspec

    from stream.embedded import EmbeddedKafka
    from stream.embedded.errors import NotRunningError

    if settings.bootstrap_servers:
        return settings
    try:
        address = EmbeddedKafka.persistent().bootstrap_servers
    except NotRunningError as error:
        raise ClusterError(
            "there is no Kafka to talk to. Set KAFKA_BOOTSTRAP_SERVERS, "
            "or start one here with `hardstop kafka start`."
        ) from error
    return msgspec.structs.replace(settings, bootstrap_servers=address)


@contextmanager
def producer(settings: Settings) -> Iterator[KafkaProducer]:
    """A producer that waits for all replicas. Raises ClusterError when nothing answers in time."""
    from kafka import KafkaProducer

    with _told_why(settings):
        client = KafkaProducer(
            bootstrap_servers=_servers(settings),
            client_id="hardstop-replay",
            acks="all",
            linger_ms=settings.linger_ms,
            allow_auto_create_topics=False,
            max_block_ms=int(REACH_S * 1000),
            bootstrap_timeout_ms=int(REACH_S * 1000),
            request_timeout_ms=int(settings.request_timeout_s * 1000),
            delivery_timeout_ms=int(settings.request_timeout_s * 1000) + 1000,
            **settings.client_security(),
        )
    try:
        yield client
    finally:
        client.close(timeout=5)


def require_topic(settings: Settings, topic: str) -> None:
    """Raises ClusterError when the topic is not there; a producer would only wait for it."""
    with admin_client(settings) as client:
        if topic not in client.list_topics():
            raise no_topic(topic)


def no_topic(topic: str) -> ClusterError:
    """What to say about a topic that the cluster does not have."""
    return ClusterError(
        f"the cluster has no topic {topic!r}. Create it with `hardstop topics create`, "
        "or check HARDSTOP_TOPIC_PREFIX."
    )


@contextmanager
def consumer(settings: Settings) -> Iterator[KafkaConsumer]:
    """A consumer in no group: it reads along and moves nobody's offsets. Raises ClusterError."""
    from kafka import KafkaConsumer

    with _told_why(settings):
        client = KafkaConsumer(
            bootstrap_servers=_servers(settings),
            client_id="hardstop-tail",
            group_id=None,
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=int(REACH_S * 1000),
            request_timeout_ms=int(settings.request_timeout_s * 1000),
            **settings.client_security(),
        )
    try:
        yield client
    finally:
        client.close()


class _LastWords(logging.Handler):
    """Keeps the client's last warning: its timeouts do not say what went wrong before."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith("Bootstrap failed"):
            self.text = record.getMessage()


@contextmanager
def _told_why(settings: Settings) -> Iterator[None]:
    from kafka.errors import KafkaError

    log, words = logging.getLogger("kafka"), _LastWords()
    log.addHandler(words)
    log.propagate = False
    try:
        yield
    except (KafkaError, OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"no Kafka answers at {settings.bootstrap_servers} "
            f"({words.text or error or type(error).__name__}). "
            "Check KAFKA_BOOTSTRAP_SERVERS and the KAFKA_SECURITY_PROTOCOL/SASL/SSL settings."
        ) from error
    finally:
        log.removeHandler(words)


def _servers(settings: Settings) -> list[str]:
    return (settings.bootstrap_servers or "").split(",")
