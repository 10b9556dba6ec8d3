"""What the embedded broker's data folder tells, and what its log explains."""

import multiprocessing
import os
from pathlib import Path

import pytest

from stream.embedded import jvm
from stream.embedded.diagnosis import why
from stream.embedded.errors import (
    DataFolderError,
    DiskFullError,
    EmbeddedKafkaError,
    JarsUnavailableError,
    PortTakenError,
    StartFailedError,
)
from stream.embedded.exclusion import exclusively
from stream.embedded.folder import DataFolder, Record
from stream.embedded.ports import Ports


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        (
            "ERROR Exiting Kafka\nCaused by: java.net.BindException: Address already in use",
            PortTakenError,
        ),
        (
            "KafkaException: Failed to acquire lock on file .lock in /data/log. A Kafka instance "
            "in another process or thread is using this directory.",
            DataFolderError,
        ),
        (
            "KafkaStorageException: Error while writing\n"
            "Caused by: java.io.IOException: No space left on device",
            DiskFullError,
        ),
        ("java.lang.RuntimeException: Error: node ID not found in log", DataFolderError),
        ("Error: Could not find or load main class kafka.Kafka", JarsUnavailableError),
        ("Invalid maximum heap size: -Xmx9g", StartFailedError),
        ("something never seen before", StartFailedError),
        ("", StartFailedError),
    ],
)
def test_a_log_tells_why_the_broker_ended(log: str, kind: type[EmbeddedKafkaError]) -> None:
    error = why(log, "Kafka ended while it was starting (exit code 1).")
    assert type(error) is kind
    assert error.what_to_do.endswith(".")


def test_the_last_words_are_quoted_without_stack_frames() -> None:
    log = "first\n" * 50 + "java.io.IOException: odd\n\tat kafka.Kafka.main(Kafka.scala)\n"
    error = why(log, "Kafka ended.")
    assert "odd" in error.problem
    assert "Kafka.scala" not in error.problem
    assert error.problem.count("first") == 11


def test_the_last_cause_in_the_log_is_the_one_named() -> None:
    log = "Address already in use\n" + "KafkaStorageException\nNo space left on device"
    assert isinstance(why(log, ""), DiskFullError)


def test_a_data_folder_is_its_users_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "deep" / "kafka")
    folder.create()
    assert folder.path.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="HARDSTOP_DATA"):
        DataFolder(tmp_path / "file" / "kafka").create()


def test_a_record_reads_back_and_rubbish_is_no_record(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.record() is None
    record = Record(ports=Ports(21000, 21001), started_at=1.5, pid=4)
    folder.write_record(record)
    assert folder.record() == record
    (tmp_path / "broker.json").write_text("{")
    assert folder.record() is None


def test_cluster_ids_differ_and_never_begin_with_a_dash(tmp_path: Path) -> None:
    ids = {DataFolder(tmp_path).new_cluster_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(len(one) == 22 and "-" not in one for one in ids)


def test_an_interrupted_first_start_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "bootstrap.checkpoint.tmp").touch()
    DataFolder(tmp_path).discard_half_format()
    assert not (tmp_path / "log").exists()


def test_topics_without_an_identity_are_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "log" / "transcripts-0").mkdir(parents=True)
    with pytest.raises(DataFolderError, match="damaged"):
        DataFolder(tmp_path).discard_half_format()
    assert (tmp_path / "log" / "transcripts-0").exists()


def test_another_process_with_the_recorded_pid_is_not_the_broker(tmp_path: Path) -> None:
    assert not jvm.is_broker(os.getpid(), tmp_path)
    jvm.end(os.getpid(), tmp_path)  # would end this test run, were it taken for the broker


def _hold(path: Path, held: "multiprocessing.synchronize.Event") -> None:
    with exclusively(path, 1.0):
        held.set()
        held.wait()
        multiprocessing.Event().wait(30)


def test_the_lock_holds_others_off_and_falls_when_its_holder_is_killed(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    holder = spawn.Process(target=_hold, args=(tmp_path / "lock", held))
    holder.start()
    assert held.wait(20)
    with pytest.raises(TimeoutError), exclusively(tmp_path / "lock", 0.2):
        pass
    holder.kill()
    holder.join()
    with exclusively(tmp_path / "lock", 1.0):
        pass
