"""What a transcript leaves out, filled in: sequence numbers, utterance ids, the call's language."""

from __future__ import annotations

from typing import Any

import msgspec

from detectors.vocabulary import Speaker
from stream.events import CallEnded, CallStarted, CallUpdated, Chunk, TranscriptEvent


class _Call:
    __slots__ = ("language", "last_sequence", "open")

    def __init__(self) -> None:
        self.last_sequence = 0
        self.language: str | None = None
        self.open: dict[str, str] = {}


class Numbering:
    """Completes the fields of chunks, call by call, in the order they are given."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}

    def chunk(self, fields: dict[str, Any]) -> Chunk:
        """A chunk from the fields that are there; `fields` is completed in place.

        Only `call_id` and `text` are required. An absent speaker is the customer; a sequence
        follows the call's last one; an utterance id follows from the sequence, and partial results
        without one belong to the same speaker's next final. Raises msgspec.ValidationError.
        """
        call_id = fields.get("call_id")
        call = self._calls.get(call_id) if isinstance(call_id, str) else None
        if call is None:
            call = _Call()
        fields.setdefault("speaker", Speaker.CUSTOMER)
        fields.setdefault("sequence", call.last_sequence + 1)
        if call.language is not None:
            fields.setdefault("language", call.language)
        if "utterance_id" not in fields:
            self._name_utterance(call, fields)
        chunk = msgspec.convert(fields, Chunk)
        self._calls[chunk.call_id] = call
        call.last_sequence = max(call.last_sequence, chunk.sequence)
        return chunk

    def other(self, event: TranscriptEvent) -> None:
        """Takes note of a call event: chunks that name no language are in the call's."""
        if isinstance(event, CallStarted | CallUpdated):
            call = self._calls.setdefault(event.call_id, _Call())
            call.language = event.language or call.language
        elif isinstance(event, CallEnded) and event.call_id in self._calls:
            self._calls[event.call_id].open.clear()

    def _name_utterance(self, call: _Call, fields: dict[str, Any]) -> None:
        speaker = str(fields["speaker"])
        name = call.open.pop(speaker, None) or f"u{fields['sequence']}"
        if fields.get("is_final") is False:
            call.open[speaker] = name
        fields["utterance_id"] = name
