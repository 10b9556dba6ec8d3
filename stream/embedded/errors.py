"""What can go wrong with the embedded broker, each with what to do about it."""

from pathlib import Path


class EmbeddedKafkaError(Exception):
    """The embedded broker cannot do what was asked. `what_to_do` is one sentence for a person."""

    def __init__(self, problem: str, what_to_do: str) -> None:
        super().__init__(problem, what_to_do)
        self.problem = problem
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        return f"{self.problem}\n{self.what_to_do}"


class NotSupportedError(EmbeddedKafkaError):
    """This operating system has no embedded broker."""


class InvalidSettingError(EmbeddedKafkaError):
    """An environment variable of the embedded broker has a value it cannot have."""


class JavaNotFoundError(EmbeddedKafkaError):
    """No Java that is new enough, and none could be fetched."""


class JarsUnavailableError(EmbeddedKafkaError):
    """Kafka's jars are not in the cache and could not be fetched."""


class JarDamagedError(EmbeddedKafkaError):
    """A jar is not the one that the lock names. `path` is the file."""

    def __init__(self, problem: str, what_to_do: str, path: Path) -> None:
        super().__init__(problem, what_to_do)
        self.path = path


class CacheError(EmbeddedKafkaError):
    """The cache folder cannot be written."""


class DiskFullError(EmbeddedKafkaError):
    """Too little room for the data folder."""


class DataFolderError(EmbeddedKafkaError):
    """The data folder is in use by another process, damaged, or not ours to write."""


class PortTakenError(EmbeddedKafkaError):
    """Another program listens on the port."""


class AlreadyRunningError(EmbeddedKafkaError):
    """A broker already runs on this data folder, at `bootstrap_servers`."""

    def __init__(self, problem: str, what_to_do: str, bootstrap_servers: str) -> None:
        super().__init__(problem, what_to_do)
        self.bootstrap_servers = bootstrap_servers


class NotRunningError(EmbeddedKafkaError):
    """The broker was asked for its address before it was started or after it was stopped."""


class StartFailedError(EmbeddedKafkaError):
    """The broker ended or stayed silent while starting; the problem quotes its last words."""
