"""The data folder of one broker: what it stores, its log, and the record of who runs on it."""

import base64
import shutil
import uuid
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from stream.embedded import configuration
from stream.embedded.errors import DataFolderError, DiskFullError
from stream.embedded.exclusion import exclusively
from stream.embedded.ports import Ports

ROOM_NEEDED_BYTES = 500 * 1024 * 1024
"""Below this a busy hour of transcripts fills the disk, and a failed write stops Kafka."""

QUOTED_BYTES = 32_768
KEPT_LOG_BYTES = 4 * 1024 * 1024


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The last broker on the folder. `pid` is None once stopped; `started_at` is UTC seconds."""

    ports: Ports
    started_at: float
    pid: int | None = None


class DataFolder:
    """A folder on a local disk that belongs to one broker at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log_file = path / "server.log"
        self._record_file = path / "broker.json"
        self._stored = path / configuration.LOG_DIRECTORY

    def create(self) -> None:
        """Makes the folder, readable by its user alone: transcripts are stored in it.

        Raises DataFolderError where that cannot be, DiskFullError below 500 MB of room.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.path / "tmp").mkdir(exist_ok=True)
            free = shutil.disk_usage(self.path).free
        except OSError as error:
            raise DataFolderError(
                f"Kafka's data folder {self.path} cannot be made: {error.strerror or error}.",
                "Mend the rights there, or name another folder with HARDSTOP_DATA.",
            ) from error
        if free < ROOM_NEEDED_BYTES:
            raise DiskFullError(
                f"Only {free // 2**20} MB are free for Kafka's data in {self.path}; "
                f"it needs {ROOM_NEEDED_BYTES // 2**20} MB.",
                "Make room, or name a folder on another disk with HARDSTOP_DATA "
                "(TMPDIR for a temporary broker).",
            )

    def exclusively(self, patience_s: float) -> AbstractContextManager[None]:
        """The right to start or stop a broker here. Raises TimeoutError."""
        return exclusively(self.path / "starting.lock", patience_s)

    @property
    def is_formatted(self) -> bool:
        """Whether a broker could start from what is stored here."""
        return self._identity_file.is_file()

    @property
    def _identity_file(self) -> Path:
        return self._stored / "meta.properties"

    def cluster_id(self) -> str | None:
        """The id that the stored data carries, which its broker answers with."""
        if not self.is_formatted:
            return None
        for line in self._identity_file.read_text(encoding="latin-1").splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "cluster.id":
                return value.strip()
        return None

    def new_cluster_id(self) -> str:
        """An id for data not yet stored: 16 random bytes in base64, as Kafka writes them."""
        # Kafka refuses ids that begin with a dash.
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii")[:22].replace("-", "_")

    def discard_half_format(self) -> None:
        """Removes what an interrupted first start left, which Kafka would refuse to format over."""
        if self._stored.exists() and not self.is_formatted:
            if any(self._stored.glob("*-[0-9]*")):
                raise DataFolderError(
                    f"Kafka's data folder {self.path} is damaged: it has topics but no identity.",
                    "Move it away (what is in it is lost to hardstop), then start again.",
                )
            shutil.rmtree(self._stored)

    def write_configuration(self, ports: Ports) -> None:
        """The broker's configuration file, for these ports."""
        text = configuration.server_properties(ports)
        (self.path / configuration.FILE).write_text(text, encoding="ascii")

    def record(self) -> Record | None:
        """What is known of the last broker here; None when there was none or it is unreadable."""
        try:
            return msgspec.json.decode(self._record_file.read_bytes(), type=Record)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
            return None

    def write_record(self, record: Record) -> None:
        """Replaces the record in one step, so that nobody reads half of it."""
        draft = self._record_file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(record))
        draft.replace(self._record_file)

    def turn_log(self) -> None:
        """Starts a new log, so that an old broker's words are not taken for this one's."""
        if not self.log_file.exists():
            return
        if self.log_file.stat().st_size > KEPT_LOG_BYTES:
            self.log_file.unlink()
        else:
            self.log_file.replace(self.path / "server.previous.log")

    def log_end(self) -> str:
        """The last part of what the broker wrote."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(0, 2)
                log.seek(max(0, log.tell() - QUOTED_BYTES))
                return log.read().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def remove(self) -> None:
        """Deletes the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def size_bytes(self) -> int:
        """How much of the disk the data takes (sparse index files count for what they hold)."""
        total = 0
        for path in self._stored.rglob("*"):
            try:
                total += path.stat().st_blocks * 512
            except FileNotFoundError:  # Kafka deletes old segments while we look
                continue
        return total
