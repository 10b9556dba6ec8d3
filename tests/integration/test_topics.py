"""Topics on a real broker, and what is said when they or the broker are not as they must be."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from kafka.admin import NewPartitions

from stream.admin import ClusterError, admin_client, create_topics, describe_topics
from stream.admin import source_partitions as partitions_of
from stream.settings import Settings, load_settings
from stream.topics import TOPICS, TopicName
from tests.integration.workers import wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(bootstrap_servers: str) -> Settings:
    return load_settings(
        bootstrap_servers=bootstrap_servers, topic_prefix=f"t{uuid4().hex[:8]}.", partitions=3
    )


def hardstop(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.cli", *arguments],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_topics_are_created_once_with_partitions_retention_and_compaction(
    settings: Settings,
) -> None:
    assert len(create_topics(settings)) == len(TOPICS)
    assert create_topics(settings) == []
    states = {state.spec.name: state for state in describe_topics(settings)}
    assert all(state.partitions == 3 and not state.problems for state in states.values())
    assert states[TopicName.CALLBACKS].config["cleanup.policy"] == "compact"
    assert states[TopicName.TRANSCRIPTS].config["retention.ms"] == str(2 * 24 * 3600 * 1000)
    assert partitions_of(settings) == 3


def test_topics_that_are_partitioned_unlike_the_transcripts_are_named(settings: Settings) -> None:
    create_topics(settings)
    name = settings.topic(TopicName.SUPERVISOR_ACTIONS)
    with admin_client(settings) as client:
        client.create_partitions({name: NewPartitions(total_count=5)})
    wait_for(lambda: any(state.problems for state in describe_topics(settings)), 10)
    with pytest.raises(ClusterError, match=r"supervisor.actions: has 5 partitions, transcripts"):
        partitions_of(settings)


def test_the_commands_make_and_describe_them(settings: Settings) -> None:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers),
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
    }
    missing = hardstop("topics", "describe", **environment)
    assert missing.returncode == 1
    assert "does not exist" in missing.stdout
    made = hardstop("topics", "create", "--partitions", "2", **environment)
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("created") == len(TOPICS)
    assert hardstop("topics", "describe", **environment).returncode == 0


def test_a_worker_without_topics_says_what_to_do(settings: Settings) -> None:
    done = hardstop(
        "worker",
        KAFKA_BOOTSTRAP_SERVERS=str(settings.bootstrap_servers),
        HARDSTOP_TOPIC_PREFIX=settings.topic_prefix,
    )
    assert done.returncode == 2
    assert "hardstop topics create" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_without_a_broker_says_so_soon() -> None:
    done = hardstop("worker", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert done.returncode == 2
    assert "no Kafka answers at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_with_a_broken_policy_names_the_line(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "1"\n[desks.legal]\nnam = "x"\n', encoding="utf-8")
    done = hardstop("worker", "--policy", str(policy), KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert done.returncode == 2
    assert "line 3: desks.legal.nam: unknown setting" in done.stderr
