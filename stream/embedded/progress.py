"""How the embedded broker tells a person what it is doing."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much (0: not known)."""


def silent(step: str, done: int, total: int) -> None:
    """Shows nothing."""
