"""Claude, by the Messages API through the official SDK (`anthropic`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import anthropic
from anthropic.types import Message

from workflow.drafts.answer import SCHEMA
from workflow.drafts.prompt import Turn
from writers.model import (
    MOST_TOKENS,
    RETRIES,
    Reply,
    WriterError,
    cut_off,
    declined,
    told,
    too_slow,
    unreachable,
)

KEY = "ANTHROPIC_API_KEY"
TOOL = "give_draft"
_REFUSED = frozenset({"refusal"})
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})


class ClaudeModel:
    """A Claude model. It answers by calling a tool whose input is the draft; a model that cannot be
    made to is asked for plain JSON."""

    def __init__(self, model: str, *, base_url: str | None, timeout_s: float) -> None:
        self.model = model
        self.timeout_s = timeout_s
        self._by_tool = True
        self._client = anthropic.Anthropic(
            base_url=base_url, timeout=timeout_s, max_retries=RETRIES
        )

    @property
    def name(self) -> str:
        """`claude:<model>`."""
        return f"claude:{self.model}"

    def ask(self, system: str, turns: Sequence[Turn]) -> Reply:
        """The next turn of the conversation. Raises WriterError."""
        try:
            message = self._created(system, turns)
        except anthropic.APITimeoutError as error:
            raise WriterError(too_slow(self.name, self.timeout_s)) from error
        except anthropic.APIStatusError as error:
            raise WriterError(told(self.name, error.status_code, KEY)) from error
        except anthropic.APIConnectionError as error:
            raise WriterError(unreachable(self.name)) from error
        except (anthropic.AnthropicError, TypeError) as error:
            # The SDK raises a TypeError where it finds no key at all.
            if isinstance(error, TypeError) and "authentication" not in str(error):
                raise
            raise WriterError(f"{self.name} needs a key. Set {KEY} to one.") from error
        if message.stop_reason in _REFUSED:
            raise WriterError(declined(self.name))
        if message.stop_reason in _CUT:
            raise WriterError(cut_off(self.name))
        return Reply(text=_written(message))

    def _created(self, system: str, turns: Sequence[Turn]) -> Message:
        if self._by_tool:
            try:
                return self._create(system, turns, by_tool=True)
            except anthropic.BadRequestError:
                # Some models cannot be made to call a tool; a request that is wrong for another
                # reason fails again without it.
                self._by_tool = False
        return self._create(system, turns, by_tool=False)

    def _create(self, system: str, turns: Sequence[Turn], *, by_tool: bool) -> Message:
        shaped: dict[str, Any] = {}
        if by_tool:
            tool = {"name": TOOL, "description": "Give the draft.", "input_schema": SCHEMA}
            shaped = {"tools": [tool], "tool_choice": {"type": "tool", "name": TOOL}}
        messages: list[Any] = [{"role": turn.role.value, "content": turn.text} for turn in turns]
        message: Message = self._client.messages.create(
            model=self.model,
            max_tokens=MOST_TOKENS,
            system=system,
            messages=messages,
            **shaped,
        )
        return message


def _written(message: Message) -> str:
    for block in message.content or ():
        if block.type == "tool_use" and block.name == TOOL:
            return json.dumps(block.input, ensure_ascii=False)
    return "".join(block.text for block in message.content or () if block.type == "text")
