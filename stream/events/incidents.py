"""`incidents` (out): the factual record of a hard stop, hash-chained per call."""

from __future__ import annotations

from typing import Literal

from workflow.chain import Entry


class IncidentEntry(
    Entry, tag_field="type", tag="incident.entry", frozen=True, kw_only=True, omit_defaults=False
):
    """One fact of a record.

    `commitment` is SHA-256 of salt and content, `hash` is SHA-256 of the previous hash, the
    number and the commitment: content can be erased and the chain still verifies.
    """

    version: Literal[1] = 1
