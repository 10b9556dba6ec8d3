"""What a detector reads: one piece of one speaker's words, as a transcriber delivered it."""

from enum import StrEnum

import msgspec

from detectors.vocabulary import Speaker


class Revision(StrEnum):
    """How a partial result relates to what came before under the same `utterance_id`."""

    REPLACE = "replace"
    """Carries the whole utterance so far (Genesys, Twilio, Google, AudioHook)."""
    APPEND = "append"
    """Carries only the new words (Amazon Contact Lens utterances)."""


class Audience(StrEnum):
    """Who can hear it: everyone on the call, or staff conferring while the caller waits."""

    ALL = "all"
    CONSULT = "consult"


class Chunk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One transcript chunk. Times are ms from the start of the call; `spoken_at` is RFC 3339."""

    call_id: str
    sequence: int
    utterance_id: str
    text: str
    speaker: Speaker = Speaker.UNKNOWN
    participant_id: str | None = None
    audience: Audience = Audience.ALL
    is_final: bool = True
    revision: Revision = Revision.REPLACE
    start_ms: int | None = None
    end_ms: int | None = None
    spoken_at: str | None = None
    received_at: str | None = None
    confidence: float | None = None
    language: str = "en"
    transcriber: str | None = None
    platform: str | None = None
