"""`incidents` (out): the factual record of a hard stop, hash-chained per call."""

from __future__ import annotations

from typing import Literal

from workflow.chain import Entry
from workflow.signing import SignedHead


class IncidentEntry(
    Entry, tag_field="type", tag="incident.entry", frozen=True, kw_only=True, omit_defaults=False
):
    """One fact of a record.

    `commitment` is SHA-256 of salt and content, `hash` is SHA-256 of the previous hash, the
    number and the commitment: content can be erased and the chain still verifies.
    """

    version: Literal[1] = 1


class IncidentHead(
    SignedHead,
    tag_field="type",
    tag="incident.head",
    frozen=True,
    kw_only=True,
    omit_defaults=False,
):
    """Where a record stood after the entries before it, signed by the workers.

    The signature is Ed25519 (RFC 8032), in base64, over the JSON array
    `["hardstop.head.1", incident_id, number, hash]` without spaces. `at` is RFC 3339.
    """

    call_id: str
    at: str
    version: Literal[1] = 1


IncidentEvent = IncidentEntry | IncidentHead
