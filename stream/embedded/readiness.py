"""When a broker is ready: it answers in Kafka's protocol, as the cluster that it should be."""

import socket
import time
from collections.abc import Callable
from typing import Any

from stream.embedded.ports import HOST, Ports

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05
ANSWER_MS = 5_000


def wait_until_ready(
    ports: Ports, cluster_id: str | None, is_alive: Callable[[], bool], patience_s: float
) -> bool:
    """True once the broker serves clients; False when it has ended or `patience_s` has passed."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and is_alive():
        if _is_open(ports.broker) and answers(ports.bootstrap_servers, cluster_id):
            return True
        time.sleep(LOOK_EVERY_S)
    return False


def _is_open(port: int) -> bool:
    # Before the client library, which waits between tries and logs each one that fails.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((HOST, port)) == 0


def answers(bootstrap_servers: str, cluster_id: str | None) -> bool:
    """Whether this cluster answers there with a broker that takes requests. None: any cluster."""
    cluster = _ask(bootstrap_servers, lambda admin: admin.describe_cluster())
    if cluster is None:
        return False
    serving = any(not broker.get("is_fenced") for broker in cluster["brokers"])
    return serving and cluster_id in (None, cluster["cluster_id"])


def topics(bootstrap_servers: str) -> tuple[str, ...]:
    """The topics there, without Kafka's own. Empty when nobody answers."""
    names = _ask(bootstrap_servers, lambda admin: admin.list_topics()) or []
    return tuple(sorted(name for name in names if not name.startswith("__")))


def _ask(bootstrap_servers: str, question: Callable[[Any], Any]) -> Any:
    """The answer; None when nobody gives one."""
    from kafka import KafkaAdminClient  # 0.2 s, for a start only
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(
            bootstrap_servers=bootstrap_servers,
            request_timeout_ms=ANSWER_MS,
            bootstrap_timeout_ms=ANSWER_MS,
        )
        try:
            return question(admin)
        finally:
            admin.close()
    except (KafkaError, OSError):
        return None
