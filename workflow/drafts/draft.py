"""A draft: what is thought of a situation, what to say, what to offer, and why."""

from __future__ import annotations

import msgspec

from workflow.drafts.check import Fault
from workflow.policy import Severity

BUILT_IN = "built-in"
"""The writer that needs no model and no network."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The customer's feeling and the need beneath it, with the words that tell of them."""

    emotion: str
    need: str
    reason: str
    severity: Severity
    trigger: str | None = None


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A way to resolve it; `cost` in words. Exactly one option of a draft is recommended."""

    title: str
    detail: str
    cost: str
    recommended: bool


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer answers. Where `takeover` is set a life may be at stake: then `draft` says what
    to do now instead of what to send, there are no options, and a person must take over.
    `faults`: what the review still finds in a model's draft. `notes`: what the writer was asked for
    and could not do, or why another writer answered."""

    assessment: Assessment
    landmines: tuple[str, ...]
    draft: str
    options: tuple[Option, ...]
    coaching: str
    takeover: bool = False
    writer: str = BUILT_IN
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
