"""A real Apache Kafka of one node, started and stopped by hardstop itself."""

import os
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from stream.embedded import jvm, readiness
from stream.embedded.diagnosis import why
from stream.embedded.errors import (
    AlreadyRunningError,
    DataFolderError,
    NotRunningError,
    PortTakenError,
)
from stream.embedded.folder import DataFolder, Record
from stream.embedded.launch import prepare, require_supported_system, wait_until_serving
from stream.embedded.ports import Ports, choose
from stream.embedded.progress import Progress, silent
from stream.embedded.settings import EmbeddedSettings

TURN_PATIENCE_S = 90.0
"""How long to wait while another process starts or stops the same broker: its own 60 s and some."""

PORT_TRIES = 3
"""Another program can take a port between our look and the broker's bind; hardly three times."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a broker is. Address, pid, uptime and topics only while it runs."""

    running: bool
    data: str
    data_bytes: int = 0
    bootstrap_servers: str | None = None
    pid: int | None = None
    uptime_s: float | None = None
    topics: tuple[str, ...] = ()


class EmbeddedKafka(ABC):
    """One broker: `temporary()` goes with its data when we end, `persistent()` outlives us.

    As a context manager it is started on entry and stopped on exit.
    """

    def __init__(self, settings: EmbeddedSettings | None, on_progress: Progress) -> None:
        self._settings = settings or EmbeddedSettings.from_environment(os.environ)
        self._on_progress = on_progress

    @staticmethod
    def temporary(
        *, on_progress: Progress = silent, settings: EmbeddedSettings | None = None
    ) -> "TemporaryKafka":
        """A broker with a data folder of its own; both end with this process, even if killed."""
        return TemporaryKafka(settings, on_progress)

    @staticmethod
    def persistent(
        *,
        data: Path | None = None,
        on_progress: Progress = silent,
        settings: EmbeddedSettings | None = None,
    ) -> "PersistentKafka":
        """The user's own broker, on the settings' folder or on `data`; both stay."""
        return PersistentKafka(settings, on_progress, data)

    @property
    @abstractmethod
    def bootstrap_servers(self) -> str:
        """The address for clients. Raises NotRunningError."""

    @abstractmethod
    def start(self) -> str:
        """Starts the broker and returns its address once it serves clients.

        The first start ever fetches Kafka (45 MB), and Java where there is none.
        Raises EmbeddedKafkaError; AlreadyRunningError when it runs already.
        """

    @abstractmethod
    def stop(self) -> bool:
        """Ends the broker and waits until it has ended. False when none was running."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self, folder: DataFolder, last: Ports | None) -> Ports:
        recipe = prepare(folder, self._settings, self._on_progress)
        for tries_left in reversed(range(PORT_TRIES)):
            ports = choose(self._settings.port, last)
            folder.write_configuration(ports)
            folder.turn_log()
            process = self._spawn(recipe.command, recipe.environment, folder, ports)
            try:
                wait_until_serving(process, folder, ports, self._on_progress)
                return ports
            except BaseException as error:
                self._abandon(process, folder)
                if isinstance(error, PortTakenError) and tries_left and not self._settings.port:
                    continue
                raise
        raise AssertionError("the last try returns or raises")

    @abstractmethod
    def _spawn(
        self, command: list[str], environment: dict[str, str], folder: DataFolder, ports: Ports
    ) -> "subprocess.Popen[bytes]": ...

    @abstractmethod
    def _abandon(self, process: "subprocess.Popen[bytes]", folder: DataFolder) -> None: ...


class TemporaryKafka(EmbeddedKafka):
    """For a demo or a test. A guard process ends it should this process be killed."""

    def __init__(self, settings: EmbeddedSettings | None, on_progress: Progress) -> None:
        super().__init__(settings, on_progress)
        self._folder: DataFolder | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._ports: Ports | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients. Raises NotRunningError."""
        if self._ports is None:
            raise NotRunningError("This temporary Kafka is not running.", "Start it first.")
        return self._ports.bootstrap_servers

    @property
    def data(self) -> Path | None:
        """The folder with its data and log, while it runs."""
        return self._folder.path if self._folder else None

    def start(self) -> str:
        """Starts the broker on a new, empty folder."""
        require_supported_system()
        if self._folder is not None:
            raise AlreadyRunningError("This Kafka runs already.", "Use it.", self.bootstrap_servers)
        self._folder = DataFolder(Path(tempfile.mkdtemp(prefix="hardstop-kafka-")).resolve())
        try:
            self._ports = self._launch(self._folder, last=None)
        except BaseException:
            self.stop()
            raise
        return self.bootstrap_servers

    def stop(self) -> bool:
        """Ends the broker and removes its data."""
        was_running = self._guard is not None
        folder, self._folder, self._ports = self._folder, None, None
        if folder is not None:
            if self._guard is not None:
                self._abandon(self._guard, folder)
            folder.remove()
        return was_running

    def _spawn(
        self, command: list[str], environment: dict[str, str], folder: DataFolder, ports: Ports
    ) -> "subprocess.Popen[bytes]":
        self._guard = jvm.guarded(command, environment, folder)
        return self._guard

    def _abandon(self, process: "subprocess.Popen[bytes]", folder: DataFolder) -> None:
        self._guard = None
        jvm.end_guarded(process)


class PersistentKafka(EmbeddedKafka):
    """The broker of `hardstop kafka`: found again by its folder, whoever started it."""

    def __init__(
        self, settings: EmbeddedSettings | None, on_progress: Progress, data: Path | None
    ) -> None:
        super().__init__(settings, on_progress)
        self._folder = DataFolder((data or self._settings.data).absolute())

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients. Raises NotRunningError."""
        record = self._running()
        if record is None:
            raise NotRunningError(
                f"No Kafka of hardstop runs on {self._folder.path}.",
                "Start it with `hardstop kafka start`.",
            )
        return record.ports.bootstrap_servers

    def start(self) -> str:
        """Starts the broker so that it stays when this process ends."""
        require_supported_system()
        self._folder.create()
        with self._alone():
            running = self._running()
            if running is not None:
                raise AlreadyRunningError(
                    f"Kafka already runs at {running.ports.bootstrap_servers}.",
                    "Use it, or stop it with `hardstop kafka stop`.",
                    running.ports.bootstrap_servers,
                )
            last = self._folder.record()
            return self._launch(self._folder, last.ports if last else None).bootstrap_servers

    def stop(self) -> bool:
        """Ends the broker of this folder, and no other process, whoever started it."""
        if self._folder.record() is None:
            return False
        with self._alone():
            running = self._running()
            if running is None or running.pid is None:
                return False
            jvm.end(running.pid, self._folder.path)
            self._folder.write_record(msgspec.structs.replace(running, pid=None))
            return True

    def status(self) -> Status:
        """How the broker is; asks it for its topics."""
        size = self._folder.size_bytes()
        record = self._running()
        if record is None:
            return Status(running=False, data=str(self._folder.path), data_bytes=size)
        address = record.ports.bootstrap_servers
        return Status(
            running=True,
            data=str(self._folder.path),
            data_bytes=size,
            bootstrap_servers=address,
            pid=record.pid,
            uptime_s=max(0.0, time.time() - record.started_at),
            topics=readiness.topics(address),
        )

    def address_when_serving(self) -> str | None:
        """The address once a broker started by anyone serves clients; None when none runs.

        Raises EmbeddedKafkaError when one runs, but does not serve within a minute.
        """
        record = self._running()
        if record is None:
            return None
        is_serving = readiness.wait_until_ready(
            record.ports,
            self._folder.cluster_id(),
            lambda: self._running() is not None,
            readiness.PATIENCE_S,
        )
        if not is_serving:
            raise why(
                self._folder.log_end(),
                f"Kafka runs on {self._folder.path} (process {record.pid}) but does not answer.",
            )
        return record.ports.bootstrap_servers

    def _running(self) -> Record | None:
        record = self._folder.record()
        if record is None or record.pid is None:
            return None
        return record if jvm.is_broker(record.pid, self._folder.path) else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with self._folder.exclusively(TURN_PATIENCE_S):
                yield
        except TimeoutError as error:
            raise DataFolderError(
                f"Another process has been starting or stopping Kafka on {self._folder.path} "
                f"for {TURN_PATIENCE_S:.0f} s.",
                "End that process, then try again.",
            ) from error

    def _spawn(
        self, command: list[str], environment: dict[str, str], folder: DataFolder, ports: Ports
    ) -> "subprocess.Popen[bytes]":
        process = jvm.detached(command, environment, folder)
        # Before it is ready: were we killed now, the broker must still be found again.
        folder.write_record(Record(ports=ports, started_at=time.time(), pid=process.pid))
        return process

    def _abandon(self, process: "subprocess.Popen[bytes]", folder: DataFolder) -> None:
        jvm.end(process.pid, folder.path)
        process.wait()
