"""What may be set about the embedded broker, read from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stream.embedded.errors import InvalidSettingError

HEAP = re.compile(r"[1-9][0-9]*[mg]")
DEFAULT_HEAP = "320m"
"""Twice the 150 MB that one node needs with this project's topics under load."""


class EmbeddedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the broker keeps things and what it may use; docs/embedded-kafka.md tells each.

    `port` is 0 to choose a free one. `heap` is the Java heap limit, as `-Xmx` takes it.
    `kafka_home` names an unpacked Kafka or a folder of its jars, instead of fetching them.
    """

    cache: Path
    data: Path
    port: int = 0
    heap: str = DEFAULT_HEAP
    maven_mirror: str | None = None
    kafka_home: Path | None = None
    java_home: Path | None = None
    path: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "EmbeddedSettings":
        """The settings that the variables name. Raises InvalidSettingError for a bad value."""

        def folder(name: str) -> Path | None:
            value = environ.get(name)
            return Path(value).expanduser().absolute() if value else None

        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
        caches = folder("XDG_CACHE_HOME") or home / ".cache"
        states = folder("XDG_STATE_HOME") or home / ".local" / "state"
        return cls(
            cache=folder("HARDSTOP_CACHE") or caches / "hardstop",
            data=(folder("HARDSTOP_DATA") or states / "hardstop") / "kafka",
            port=_port(environ.get("HARDSTOP_KAFKA_PORT") or "0"),
            heap=_heap(environ.get("HARDSTOP_KAFKA_HEAP") or DEFAULT_HEAP),
            maven_mirror=(environ.get("HARDSTOP_MAVEN_MIRROR") or "").rstrip("/") or None,
            kafka_home=folder("HARDSTOP_KAFKA_HOME"),
            java_home=folder("JAVA_HOME"),
            path=environ.get("PATH", ""),
        )


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if port == 0 or 1024 <= port <= 65535:
        return port
    raise InvalidSettingError(
        f"HARDSTOP_KAFKA_PORT is {text!r}.",
        "Set it to a port from 1024 to 65535, or leave it unset to have a free one chosen.",
    )


def _heap(text: str) -> str:
    if HEAP.fullmatch(text):
        return text
    raise InvalidSettingError(
        f"HARDSTOP_KAFKA_HEAP is {text!r}.", "Set it to a size such as 320m or 1g."
    )
