"""Making and describing the topics on the cluster."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from stream.settings import Settings
from stream.topics import TOPICS, TopicName, TopicSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka.admin import KafkaAdminClient

REACH_S = 10.0
"""How long to look for the cluster before saying that it cannot be reached."""


class ClusterError(RuntimeError):
    """The cluster cannot be used as it is; the text says why and what to do."""


class TopicState(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it is on the cluster. `partitions` 0 means that it does not exist."""

    name: str
    spec: TopicSpec
    partitions: int
    replication_factor: int = 0
    config: dict[str, str] = {}
    problems: tuple[str, ...] = ()


@contextmanager
def admin_client(settings: Settings) -> Iterator[KafkaAdminClient]:
    """A connected admin client. Raises ClusterError when nothing answers within REACH_S."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        client = KafkaAdminClient(
            bootstrap_servers=(settings.bootstrap_servers or "").split(","),
            client_id="hardstop-admin",
            request_timeout_ms=int(settings.request_timeout_s * 1000),
            bootstrap_timeout_ms=int(REACH_S * 1000),
            **settings.client_security(),
        )
    except (KafkaError, OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"no Kafka answers at {settings.bootstrap_servers} ({type(error).__name__}: {error}). "
            "Check KAFKA_BOOTSTRAP_SERVERS and the KAFKA_SECURITY_PROTOCOL/SASL/SSL settings, "
            "or unset KAFKA_BOOTSTRAP_SERVERS to use the embedded broker."
        ) from error
    try:
        yield client
    finally:
        client.close()


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing; returns their names. Existing ones are left alone."""
    from kafka.admin import NewTopic
    from kafka.errors import KafkaError, TopicAlreadyExistsError

    with admin_client(settings) as client:
        existing = set(client.list_topics())
        missing = [spec for spec in TOPICS if settings.topic(spec.name) not in existing]
        partitions = _source_partitions(client, settings, existing)
        new = [
            NewTopic(
                name=settings.topic(spec.name),
                num_partitions=partitions,
                replication_factor=settings.replication_factor,
                topic_configs=spec.config(),
            )
            for spec in missing
        ]
        if not new:
            return []
        try:
            client.create_topics(new, timeout_ms=int(settings.request_timeout_s * 1000))
        except TopicAlreadyExistsError:
            # Another worker was faster with some of them: make the rest one by one.
            for topic in new:
                try:
                    client.create_topics([topic])
                except TopicAlreadyExistsError:
                    continue
        except KafkaError as error:
            raise ClusterError(f"the topics could not be created: {error}") from error
        names = [topic.name for topic in new]
        _wait_until_known(client, set(names))
        return names


def describe_topics(settings: Settings) -> list[TopicState]:
    """Every topic of the contract as it is on the cluster, with what is wrong."""
    from kafka.admin import ConfigResource, ConfigResourceType

    with admin_client(settings) as client:
        existing = set(client.list_topics())
        names = [n for spec in TOPICS if (n := settings.topic(spec.name)) in existing]
        found = {entry["name"]: entry for entry in client.describe_topics(names)} if names else {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        answer = client.describe_configs(resources).get("topic", {}) if resources else {}
    configs = {
        name: {key: str(entry["value"]) for key, entry in settings_of.items()}
        for name, settings_of in answer.items()
    }
    source = found.get(settings.topic(TopicName.TRANSCRIPTS))
    wanted = len(source["partitions"]) if source else settings.partitions
    return [_state(settings.topic(spec.name), spec, found, configs, wanted) for spec in TOPICS]


def source_partitions(settings: Settings) -> int:
    """Partitions of `transcripts`. Raises ClusterError when topics are missing or do not fit."""
    states = describe_topics(settings)
    problems = [f"{state.name}: {problem}" for state in states for problem in state.problems]
    problems += _changelog_problems(settings, states[0].partitions)
    if problems:
        raise ClusterError(
            "the topics are not ready: " + "; ".join(problems) + ". "
            "Run `hardstop topics create` (topics with a wrong number of partitions must be "
            "made anew or given the same number by your Kafka administrator)."
        )
    return next(state.partitions for state in states if state.spec.name is TopicName.TRANSCRIPTS)


def _changelog_problems(settings: Settings, partitions: int) -> list[str]:
    """What is wrong with the changelog of the call states, which the worker makes by itself."""
    from kafka.admin import ConfigResource, ConfigResourceType

    name = settings.changelog
    with admin_client(settings) as client:
        if name not in client.list_topics():
            return []
        found = len(client.describe_topics([name])[0]["partitions"])
        resource = ConfigResource(ConfigResourceType.TOPIC, name)
        config = client.describe_configs([resource]).get("topic", {}).get(name, {})
    problems = []
    if found != partitions:
        problems.append(f"{name}: has {found} partitions, transcripts has {partitions}")
    if "compact" not in str(config.get("cleanup.policy", {}).get("value", "compact")):
        problems.append(f"{name}: is not compacted: states of calls would be lost")
    return problems


def _wait_until_known(client: KafkaAdminClient, names: set[str]) -> None:
    """The controller makes topics; the brokers that answer clients hear of it a little later."""
    end = time.monotonic() + REACH_S
    while not names <= set(client.list_topics()):
        if time.monotonic() > end:
            raise ClusterError(
                f"the topics were created, but the cluster does not show them after {REACH_S:.0f} s"
            )
        time.sleep(0.05)


def _source_partitions(client: KafkaAdminClient, settings: Settings, existing: set[str]) -> int:
    source = settings.topic(TopicName.TRANSCRIPTS)
    if source not in existing:
        return settings.partitions
    return len(client.describe_topics([source])[0]["partitions"])


def _state(
    name: str,
    spec: TopicSpec,
    found: dict[str, Any],
    configs: dict[str, dict[str, str]],
    wanted: int,
) -> TopicState:
    entry = found.get(name)
    if entry is None:
        return TopicState(name=name, spec=spec, partitions=0, problems=("does not exist",))
    partitions = entry["partitions"]
    config = {key: configs.get(name, {}).get(key, "") for key in spec.config()}
    problems = []
    if len(partitions) != wanted:
        # Topics that one worker reads together must be partitioned alike (co-partitioning).
        problems.append(f"has {len(partitions)} partitions, transcripts has {wanted}")
    if spec.compacted and "compact" not in config.get("cleanup.policy", ""):
        problems.append("is not compacted: the callback log would lose records")
    return TopicState(
        name=name,
        spec=spec,
        partitions=len(partitions),
        replication_factor=len(partitions[0]["replica_nodes"]),
        config=config,
        problems=tuple(problems),
    )
