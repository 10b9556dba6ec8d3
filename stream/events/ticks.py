"""`ticks` (workers to themselves): a moment has come at which something is due on a call, or it
has become known what the caller's other calls were, or that they ring in on another.

Through a topic, so that what time does to a call stands in one order with everything else, belongs
to the worker that owns the call, and is read again after a crash as it was.
"""

from __future__ import annotations

from stream.events.base import Event
from stream.events.customers import Pseudonym
from stream.events.transcripts import CallId
from workflow.actions import Deed
from workflow.contact import Moment
from workflow.history import History
from workflow.ringing import RungIn


class Tick(Event, tag="tick", frozen=True, kw_only=True):
    """Time has passed for this call; the message's own timestamp says how much.

    `all_read`: the worker had read all that there was of the call's partition. Before that, silence
    says nothing: the words may be waiting to be read.
    """

    call_id: str
    all_read: bool = False


class CustomerKnown(Event, tag="customer.known", frozen=True, kw_only=True):
    """What is known of the caller's other calls; a lower `revision` than one seen is old."""

    call_id: CallId
    pseudonym: Pseudonym
    revision: int
    history: History


class CallerRingsIn(Event, tag="caller.rings_in", frozen=True, kw_only=True):
    """To the call on which a callback was promised (`call_id`): its caller is on the line on the
    call that `rung_in` names, or no more."""

    call_id: CallId
    reference: str
    rung_in: RungIn


class CallForget(Event, tag="call.forget", frozen=True, kw_only=True):
    """The caller of this call asked to be forgotten. `deed` is the request as it is made of this
    call. `at_ms` (UTC ms) and `revision` are those of the contact that their worker keeps: what it
    is told when the call has let go must be newer."""

    call_id: CallId
    pseudonym: Pseudonym
    deed: Deed
    at_ms: Moment
    revision: int


TickEvent = Tick | CustomerKnown | CallerRingsIn | CallForget
