"""Why a broker did not start, read from the last lines that it wrote."""

import re
from typing import NamedTuple

from stream.embedded.errors import (
    DataFolderError,
    DiskFullError,
    EmbeddedKafkaError,
    JarsUnavailableError,
    PortTakenError,
    StartFailedError,
)

LINES_QUOTED = 12
STACK_FRAME = re.compile(r"\s+at |\s+\.\.\. \d+ more|\s*$")


class Cause(NamedTuple):
    """What the log shows, and the error that it means."""

    signs: tuple[str, ...]
    kind: type[EmbeddedKafkaError]
    problem: str
    what_to_do: str


CAUSES = (
    Cause(
        ("Address already in use", "failed to bind"),
        PortTakenError,
        "Kafka's port was taken by another program.",
        "Start again to have another port chosen; a named port must be free.",
    ),
    Cause(
        ("No space left on device", "Disk quota exceeded"),
        DiskFullError,
        "Kafka ran out of disk space.",
        "Make room, or name a folder on another disk with HARDSTOP_DATA.",
    ),
    Cause(
        ("Failed to acquire lock on file",),
        DataFolderError,
        "Another process is using Kafka's data folder.",
        "End that process, or name another folder with HARDSTOP_DATA.",
    ),
    Cause(
        ("Permission denied", "AccessDeniedException", "Read-only file system"),
        DataFolderError,
        "Kafka may not write to its data folder.",
        "Give your user the folder, or name another with HARDSTOP_DATA.",
    ),
    Cause(
        (
            "UnsatisfiedLinkError",
            "NoClassDefFoundError",
            "ClassNotFoundException",
            "Could not find or load main class",
        ),
        JarsUnavailableError,
        "Kafka's jars are incomplete.",
        "Delete the cache folder (HARDSTOP_CACHE), or name a whole Kafka 4 in HARDSTOP_KAFKA_HOME.",
    ),
    Cause(
        (
            "Could not reserve enough space",
            "insufficient memory",
            "OutOfMemoryError",
            "Invalid maximum heap size",
            "Initial heap size set to a larger value",
        ),
        StartFailedError,
        "Java could not have the memory that it asked for.",
        "Free some memory, or set HARDSTOP_KAFKA_HEAP (320m by default).",
    ),
    Cause(
        (
            "meta.properties",
            "node ID not found in log",
            "bootstrap.checkpoint",
            "quorum-state",
            "InconsistentClusterId",
            "CorruptRecord",
            "KafkaStorageException",
        ),
        DataFolderError,
        "Kafka's data folder is damaged.",
        "Move it away (what is in it is lost to hardstop), then start again.",
    ),
)


def why(log: str, otherwise: str) -> EmbeddedKafkaError:
    """The error for a broker that left this log. `otherwise` is the problem when nothing matches.

    The cause met last in the log wins: what Kafka says last is what it died of.
    """
    telling = [line for line in log.splitlines() if not STACK_FRAME.match(line)]
    last_words = "\n".join(f"  {line}" for line in telling[-LINES_QUOTED:])
    quoted = f"\nThe last that Kafka said:\n{last_words}" if last_words else ""
    place, cause = max(
        ((max(log.rfind(sign) for sign in cause.signs), cause) for cause in CAUSES),
        key=lambda found: found[0],
    )
    if place >= 0:
        return cause.kind(cause.problem + quoted, cause.what_to_do)
    return StartFailedError(
        otherwise + quoted, "Start again; if it stays so, report it with these lines."
    )
