"""What services write of themselves."""

from __future__ import annotations

from typing import Any

CHATTY = ("faust", "mode", "aiokafka", "kafka", "alembic")
SECRETIVE = ("httpx", "httpcore")
"""They write down whole addresses, and that of a webhook is its key."""


def logging_to_stderr(level: str) -> dict[str, Any]:
    """Logging settings: one line an event on stderr, the libraries' chatter left out."""
    level = level.upper()
    # At INFO Faust and its client describe every partition move; at DEBUG they print the messages
    # themselves, which are customers' words: so never that.
    libraries = "INFO" if level == "DEBUG" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": libraries} for name in CHATTY}
        | {name: {"level": "WARNING"} for name in SECRETIVE},
    }
