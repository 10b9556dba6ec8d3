"""Where Kafka's jars come from, and that only the locked ones are run."""

import hashlib
from pathlib import Path

import pytest

from stream.embedded.errors import (
    CacheError,
    InvalidSettingError,
    JarDamagedError,
    JarsUnavailableError,
)
from stream.embedded.jars import checked, class_path
from stream.embedded.lock import LOCK_FILE, Lock, LockedJar, read_lock
from stream.embedded.progress import silent
from stream.embedded.resolution import render
from stream.embedded.settings import EmbeddedSettings

CONTENT = b"as it was when the lock was written"
JAR = LockedJar(
    coordinate="org.example:thing:1.0",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)


def test_the_lock_names_kafka_its_logging_and_every_jar_once() -> None:
    lock = read_lock()
    coordinates = [jar.coordinate for jar in lock.jars]
    assert lock.kafka == "4.3.0"
    assert set(lock.roots) <= set(coordinates)
    assert len({jar.file_name for jar in lock.jars}) == len(lock.jars) > 40
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in lock.jars)


def test_the_lock_carries_no_address() -> None:
    assert "://" not in LOCK_FILE.read_text()


def test_a_written_lock_reads_back_the_same(tmp_path: Path) -> None:
    lock = Lock(kafka="4.3.0", roots=("org.example:thing:1.0",), jars=(JAR,))
    (tmp_path / "lock.toml").write_text(render(lock))
    assert read_lock(tmp_path / "lock.toml") == lock


def test_a_jar_as_locked_is_run(tmp_path: Path) -> None:
    (tmp_path / "thing-1.0.jar").write_bytes(CONTENT)
    assert checked(JAR, tmp_path) == tmp_path / "thing-1.0.jar"


@pytest.mark.parametrize("changed", [CONTENT[:-1] + b"X", CONTENT[:-1], CONTENT + b"X", b""])
def test_one_changed_byte_stops_the_start_and_the_error_names_jar_and_folder(
    tmp_path: Path, changed: bytes
) -> None:
    (tmp_path / "thing-1.0.jar").write_bytes(changed)
    with pytest.raises(JarDamagedError) as caught:
        checked(JAR, tmp_path)
    assert "thing-1.0.jar" in caught.value.problem
    assert str(tmp_path) in caught.value.what_to_do


def test_without_a_repository_that_answers_the_error_names_the_ways_out(tmp_path: Path) -> None:
    settings = EmbeddedSettings(
        cache=tmp_path, data=tmp_path, maven_mirror="http://127.0.0.1:9/nobody-listens"
    )
    with pytest.raises(JarsUnavailableError) as caught:
        class_path(settings, silent)
    assert "HARDSTOP_MAVEN_MIRROR" in caught.value.what_to_do
    assert "KAFKA_BOOTSTRAP_SERVERS" in caught.value.what_to_do
    assert not list(tmp_path.rglob("*.jar"))


def test_a_cache_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = EmbeddedSettings(cache=tmp_path / "file", data=tmp_path)
    with pytest.raises(CacheError, match="HARDSTOP_CACHE"):
        class_path(settings, silent)


@pytest.mark.parametrize("inside", ["libs", "."])
def test_an_unpacked_kafka_or_a_folder_of_jars_is_used_as_it_is(
    tmp_path: Path, inside: str
) -> None:
    libs = tmp_path / "kafka" / inside
    libs.mkdir(parents=True)
    for name in ("kafka_2.13-4.1.0.jar", "scala-library-2.13.16.jar", "notes.txt"):
        (libs / name).touch()
    settings = EmbeddedSettings(
        cache=tmp_path / "cache", data=tmp_path, kafka_home=tmp_path / "kafka"
    )
    names = [path.name for path in class_path(settings, silent)]
    assert names == ["kafka_2.13-4.1.0.jar", "scala-library-2.13.16.jar"]


def test_a_folder_without_kafka_is_refused(tmp_path: Path) -> None:
    settings = EmbeddedSettings(cache=tmp_path, data=tmp_path, kafka_home=tmp_path)
    with pytest.raises(InvalidSettingError, match="HARDSTOP_KAFKA_HOME"):
        class_path(settings, silent)
