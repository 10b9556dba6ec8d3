"""`incidents` (out): the factual record of a hard stop, hash-chained per call; and which calls are
forgotten."""

from __future__ import annotations

from typing import Literal

from stream.events.base import Event
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


class CallForgotten(Event, tag="call.forgotten", frozen=True, kw_only=True):
    """The caller is forgotten: whoever keeps words, names or numbers of this call that are not
    younger than `at` (RFC 3339) deletes them. Entries of the record stay with their hashes, without
    their content. This is no entry itself and comes without a record too.
    """

    call_id: str
    at: str


class EarlierForgotten(Event, tag="earlier.forgotten", frozen=True, kw_only=True):
    """An earlier call of this call's caller is forgotten, or was not theirs: whoever keeps briefs
    of this call that were written until `at` (RFC 3339) deletes what they say of earlier contacts
    (`before`, and the whole `text`). It does not say which call. This is no entry.
    """

    call_id: str
    at: str


IncidentEvent = IncidentEntry | IncidentHead | CallForgotten | EarlierForgotten
