"""Which jars make up the broker, and the hash that each must have."""

import hashlib
from pathlib import Path

import msgspec

LOCK_FILE = Path(__file__).with_name("kafka.lock.toml")


class LockedJar(msgspec.Struct, frozen=True):
    """One jar: its Maven coordinate `group:artifact:version`, size in bytes, and SHA-256 in hex."""

    coordinate: str
    bytes: int
    sha256: str

    @property
    def file_name(self) -> str:
        """`artifact-version.jar`; no two jars of the lock share one."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    def matches(self, path: Path) -> bool:
        """Whether the file at `path` is byte for byte the locked one."""
        if path.stat().st_size != self.bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


class Lock(msgspec.Struct, frozen=True):
    """All that the broker runs from. `roots` are what was asked for, `jars` what that takes."""

    kafka: str
    roots: tuple[str, ...]
    jars: tuple[LockedJar, ...]


def read_lock(path: Path = LOCK_FILE) -> Lock:
    """The committed lock. Raises msgspec.ValidationError when it was edited into nonsense."""
    return msgspec.toml.decode(path.read_bytes(), type=Lock)
