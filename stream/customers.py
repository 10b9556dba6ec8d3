"""Reads `customers`: keeps what calls tell of themselves, and answers the calls of that caller."""

from __future__ import annotations

from stream.codec import Unreadable, decode_customer
from stream.events import (
    CallForget,
    CustomerAsked,
    CustomerForget,
    CustomerKnown,
    CustomerNoted,
)
from stream.forgetting import call_forget_output, of_call
from stream.outputs import Message, unreadable
from stream.step import CustomerLookup, Step
from stream.tidings import earlier_output, known_output
from workflow.contact import Contact, in_queue
from workflow.customers import CustomerState, asked, history, news, noted, to_forget, told_of
from workflow.keeping import AcrossCalls


class CustomerReader:
    """Reads messages of `customers` against the states of their callers. Same message on the same
    state, same bytes."""

    def __init__(self, rules: AcrossCalls) -> None:
        self._rules = rules

    def read(self, message: Message, lookup: CustomerLookup) -> Step:
        """Process one message. Never raises for anything that the message itself contains."""
        try:
            event = decode_customer(message)
        except Unreadable as error:
            return Step(outputs=unreadable(error, message))
        before = lookup(event.pseudonym) or CustomerState(pseudonym=event.pseudonym)
        match event:
            case CustomerForget():
                return _forgetting(event, before, message)
            case CustomerAsked():
                matters = in_queue(event.queue_id)
                contact = Contact(call_id=event.call_id, at_ms=event.at_ms, matters=matters)
            case CustomerNoted():
                contact = event.contact
        at_ms = message.timestamp_ms
        after = noted(before, contact, at_ms=at_ms, rules=self._rules)
        told = news(before, after, at_ms=at_ms, rules=self._rules)
        if isinstance(event, CustomerAsked):
            told[event.call_id] = history(after, event.call_id, self._rules)
        outputs = tuple(
            known_output(
                CustomerKnown(
                    call_id=call_id,
                    pseudonym=event.pseudonym,
                    revision=after.revision,
                    history=known,
                ),
                message,
            )
            for call_id, known in told.items()
        )
        if isinstance(event, CustomerNoted) and event.contact.withdrawn:
            others = told_of(before, event.contact)
            outputs += tuple(earlier_output(call_id, event, message) for call_id in others)
        return Step(outputs=outputs, customer=after)


def _forgetting(event: CustomerForget, before: CustomerState, message: Message) -> Step:
    """Each call is asked by itself: a legal hold may stand on one, and only its worker knows."""
    after = asked(before, at_ms=message.timestamp_ms)
    outputs = tuple(
        call_forget_output(
            CallForget(
                call_id=contact.call_id,
                pseudonym=event.pseudonym,
                deed=of_call(event.deed, contact.call_id),
                at_ms=contact.at_ms,
                revision=contact.revision,
            ),
            message,
        )
        for contact in to_forget(after)
    )
    return Step(outputs=outputs, customer=after)
