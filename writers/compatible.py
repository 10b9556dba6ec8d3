"""Models behind the Chat Completions API, OpenAI's or another's, by the official SDK (`openai`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import openai
from openai.types.chat import ChatCompletion

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

KEY = "OPENAI_API_KEY"
NO_KEY = "none"
"""What an endpoint of one's own is given where no key is set: most ask for none."""


class CompatibleModel:
    """A model of OpenAI's, or of any endpoint that speaks the same. It is asked for JSON by the
    schema; where the endpoint does not know that, for plain JSON."""

    def __init__(self, model: str, *, base_url: str | None, timeout_s: float) -> None:
        self.model = model
        self.timeout_s = timeout_s
        self._by_schema = True
        self._own = bool(base_url or os.environ.get("OPENAI_BASE_URL"))
        key = os.environ.get(KEY) or (NO_KEY if self._own else None)
        try:
            self._client = openai.OpenAI(
                api_key=key, base_url=base_url, timeout=timeout_s, max_retries=RETRIES
            )
        except openai.OpenAIError as error:
            raise WriterError(f"{self.name} needs a key. Set {KEY} to one.") from error

    @property
    def name(self) -> str:
        """`openai:<model>`."""
        return f"openai:{self.model}"

    def ask(self, system: str, turns: Sequence[Turn]) -> Reply:
        """The next turn of the conversation. Raises WriterError."""
        try:
            completion = self._created(system, turns)
        except openai.APITimeoutError as error:
            raise WriterError(too_slow(self.name, self.timeout_s)) from error
        except openai.APIStatusError as error:
            raise WriterError(told(self.name, error.status_code, KEY)) from error
        except openai.APIConnectionError as error:
            raise WriterError(unreachable(self.name)) from error
        except openai.OpenAIError as error:
            raise WriterError(f"{self.name} answered what its SDK cannot read.") from error
        # Servers that only resemble the original may leave anything out.
        choices = getattr(completion, "choices", None)
        if not choices or choices[0].message is None:
            raise WriterError(
                f"{self.name} gave no choice to read. Check that --base-url is an endpoint of "
                "chat completions (it often ends in /v1)."
            )
        choice = choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise WriterError(declined(self.name))
        if choice.finish_reason == "length":
            raise WriterError(cut_off(self.name))
        return Reply(text=choice.message.content or "")

    def _created(self, system: str, turns: Sequence[Turn]) -> ChatCompletion:
        if self._by_schema:
            try:
                return self._create(system, turns, by_schema=True)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                # Endpoints differ in what they know; a request that is wrong for another reason
                # fails again without the schema.
                self._by_schema = False
        return self._create(system, turns, by_schema=False)

    def _create(self, system: str, turns: Sequence[Turn], *, by_schema: bool) -> ChatCompletion:
        # OpenAI's newer models take one name for the limit, other servers often only the older.
        limit = "max_tokens" if self._own else "max_completion_tokens"
        more: dict[str, Any] = {limit: MOST_TOKENS}
        if by_schema:
            schema = {"name": "draft", "strict": True, "schema": SCHEMA}
            more["response_format"] = {"type": "json_schema", "json_schema": schema}
        messages: list[Any] = [{"role": "system", "content": system}]
        messages += [{"role": turn.role.value, "content": turn.text} for turn in turns]
        completion: ChatCompletion = self._client.chat.completions.create(
            model=self.model,
            messages=messages,
            **more,
        )
        return completion
