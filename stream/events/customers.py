"""`customers` (workers to themselves): what calls of one caller ask and tell, under a pseudonym.

The calls of a caller lie on different partitions, so the worker of one cannot look up another:
each tells the worker that owns the pseudonym's partition, and is answered on `ticks`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from stream.events.base import Event
from stream.events.transcripts import CallId
from workflow.actions import Deed
from workflow.contact import Contact, Moment

Pseudonym = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""HMAC-SHA-256 of the caller's reference: all that leaves a call as a key."""


class CustomerAsked(Event, tag="customer.asked", frozen=True, kw_only=True):
    """A call has learnt who calls and wants to know of their other calls. Sent once."""

    pseudonym: Pseudonym
    call_id: CallId
    at_ms: Moment
    queue_id: str | None = None


class CustomerNoted(Event, tag="customer.noted", frozen=True, kw_only=True):
    """Something worth keeping happened on a call: all that it tells of itself, as it is now."""

    pseudonym: Pseudonym
    contact: Contact


class CustomerForget(Event, tag="customer.forget", frozen=True, kw_only=True):
    """The caller asked to be forgotten: the worker that keeps their calls has each of them let go.
    `deed` is the request, without their reference."""

    pseudonym: Pseudonym
    deed: Deed


CustomerEvent = CustomerAsked | CustomerNoted | CustomerForget
