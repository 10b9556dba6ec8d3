"""A model that can be asked: its name, its reply, and what can go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

import msgspec

from workflow.drafts.prompt import Turn

MOST_TOKENS = 4_000
"""A whole answer has some 1,500 tokens; the rest is room for models that think aloud first."""
TIMEOUT_S = 60.0
"""Long enough for the slowest models to write 700 words; after it an agent would rather begin."""
RETRIES = 2
"""By the SDK, with growing pauses, after 429, 5xx and broken connections."""


class WriterError(RuntimeError):
    """No draft could be had from a model; the message says why and what to do."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote."""

    text: str


class Model(Protocol):
    """Something that answers a conversation. Its `name` is that of the draft's writer."""

    @property
    def name(self) -> str: ...

    def ask(self, system: str, turns: Sequence[Turn]) -> Reply:
        """The next turn of the conversation. Raises WriterError."""
        ...


def model(name: str, *, base_url: str | None = None, timeout_s: float = TIMEOUT_S) -> Model:
    """The model of a name: `claude:<model>` or `openai:<model>`.

    `base_url`: another endpoint than the one of the SDK's own settings. Raises WriterError.
    """
    maker, _, which = name.partition(":")
    if maker not in ("claude", "openai") or not which:
        raise WriterError(
            f"no writer {name!r}; name one as claude:<model> or openai:<model>, "
            "or leave --model out for the built-in writer"
        )
    package = "anthropic" if maker == "claude" else "openai"
    if find_spec(package) is None:
        raise WriterError(f"{name} needs the package {package}: pip install 'hardstop[drafts]'")
    if maker == "claude":
        from writers.claude import ClaudeModel

        return ClaudeModel(which, base_url=base_url, timeout_s=timeout_s)
    from writers.compatible import CompatibleModel

    return CompatibleModel(which, base_url=base_url, timeout_s=timeout_s)


def told(name: str, status: int | None, key: str) -> str:
    """What to say about an HTTP status, without anything that the endpoint wrote: it may quote."""
    causes = {
        400: "did not accept the request (400). Check the model's name and that it can hold a "
        "conversation of this length.",
        401: f"refused the key (401). Set {key} to one that is valid.",
        403: f"does not allow this key to use the model (403). Check the rights of {key}.",
        404: "does not know the model (404). Check its name, and --base-url if you gave one.",
        413: "found the conversation too long (413). Shorten the situation.",
        422: "did not accept the request (422). Check the model's name.",
        429: "still has too many requests after several tries (429). Wait, or raise the limit of "
        "your account.",
    }
    cause = causes.get(status or 0, f"failed ({status}). Try again later.")
    return f"{name} {cause} Without --model the built-in writer answers."


def too_slow(name: str, timeout_s: float) -> str:
    """What to say where no answer came in time."""
    return (
        f"{name} has not answered within {timeout_s:g} s, several times. Raise --model-timeout, or "
        "leave --model out for the built-in writer."
    )


def unreachable(name: str) -> str:
    """What to say where there is no connection."""
    return (
        f"{name} cannot be reached. Check the network, and --base-url if you gave one; without "
        "--model the built-in writer answers."
    )


def declined(name: str) -> str:
    """What to say where the model would not write."""
    return f"{name} declined to write this. Leave --model out for the built-in writer."


def cut_off(name: str) -> str:
    """What to say where the answer came to no end."""
    return (
        f"the answer of {name} was cut off, as it was longer than {MOST_TOKENS:,} tokens or than "
        "the model can hold. Try another model, or leave --model out for the built-in writer."
    )
