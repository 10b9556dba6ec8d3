"""The broker's Java process: its command line, its start, its end, and how to know it by pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from stream.embedded import guard
from stream.embedded.folder import DataFolder
from stream.embedded.java import Java

FORMAT = "kafka.tools.StorageTool"
BROKER = "kafka.Kafka"
TERM_PATIENCE_S = 30.0
"""A stop takes a third of a second; a full disk's last flush may take many."""

GUARD_PATIENCE_S = 15.0
"""Longer than the guard's own patience with its broker, which is 10 s."""

LOOK_EVERY_S = 0.05


def _mark(folder: Path) -> str:
    return f"-Dhardstop.kafka.data={folder}"


def command(java: Java, heap: str, folder: Path, main: str) -> list[str]:
    """The command line for one of Kafka's programs, to run in the data folder.

    One small heap, one collector thread and one compiler: a broker beside the workers it serves.
    """
    return [
        str(java.executable),
        *("-Xms64m", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        "-XX:+ExitOnOutOfMemoryError",
        # Leaves no file in the system's temporary folder when killed; nor do the codecs' libraries.
        "-XX:-UsePerfData",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        "-Djava.awt.headless=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        # For the logging of an unpacked Kafka, which brings log4j.
        "-Dorg.apache.logging.log4j.level=WARN",
        _mark(folder),
        main,
    ]


def environment(class_path: Iterable[Path]) -> dict[str, str]:
    """Ours, with the class path, and an encoding in which Java can open any folder's name."""
    paths = os.pathsep.join(str(path) for path in class_path)
    return {**os.environ, "CLASSPATH": paths, "LC_ALL": "C.UTF-8"}


def guarded(
    broker: list[str], env: dict[str, str], folder: DataFolder
) -> "subprocess.Popen[bytes]":
    """Starts the broker under a guard that ends it, and removes the folder, when we end.

    A session of its own, so that Ctrl-C reaches the workers first and the broker last.
    """
    watch = [sys.executable, "-I", "-S", guard.__file__, str(folder.path), *broker]
    with folder.log_file.open("ab") as log:
        return subprocess.Popen(
            watch,
            env=env,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end_guarded(watch: "subprocess.Popen[bytes]") -> None:
    """Ends a guard, its broker and their folder."""
    if watch.stdin is not None:
        watch.stdin.close()
    try:
        watch.wait(GUARD_PATIENCE_S)
    except subprocess.TimeoutExpired:
        watch.kill()
        watch.wait()


def detached(
    broker: list[str], env: dict[str, str], folder: DataFolder
) -> "subprocess.Popen[bytes]":
    """Starts the broker so that it stays when we end."""
    with folder.log_file.open("ab") as log:
        return subprocess.Popen(
            broker,
            env=env,
            cwd=folder.path,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def is_broker(pid: int, folder: Path) -> bool:
    """Whether the process is alive and is the broker of this folder: pids are used again."""
    # With blanks around, or the folder /data/kafka would pass for /data/kafka-2.
    return f" {_mark(folder)} " in f"{_command_line(pid)} "


def _command_line(pid: int) -> str:
    """With blanks between the arguments. Empty for a process that has ended, reaped or not."""
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsdecode(Path("/proc", str(pid), "cmdline").read_bytes()).replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    return shown.stdout.strip()


def end(pid: int, folder: Path) -> None:
    """Ends the broker with this pid: asks, waits, and kills it as the last resort."""
    for order, patience_s in ((signal.SIGTERM, TERM_PATIENCE_S), (signal.SIGKILL, 5.0)):
        if not is_broker(pid, folder):
            return
        os.kill(pid, order)
        deadline = time.monotonic() + patience_s
        while not _has_gone(pid) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)


def _has_gone(pid: int) -> bool:
    """Whether its port and its files are free: an ending process loses its command line first."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        pass  # another process started it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # In a container whose first process reaps nobody it stays listed, with one dead thread left.
    try:
        state = Path("/proc", str(pid), "stat").read_text(encoding="latin-1").rpartition(") ")[2]
        return state.startswith("Z") and len(list(Path("/proc", str(pid), "task").iterdir())) == 1
    except OSError:
        return not Path("/proc/self").exists() and not _command_line(pid)
