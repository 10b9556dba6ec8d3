"""What an agent says and does not say, by who the words are about and who says them."""

from __future__ import annotations

from detectors.vocabulary import LIFE_STOPS
from workflow.call import CallFacts
from workflow.crisis import CrisisRules
from workflow.handling import CHILD, Handling, Texts

_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


def texts_for(
    label: str,
    handling: Handling,
    call: CallFacts,
    crisis: CrisisRules,
    *,
    subtype: str | None,
    child: bool,
) -> Texts:
    """The texts of an alert: a child's first, then the subtype's, then the label's own.

    In a life stop they name the numbers of the caller's country, or ask for it.
    """
    chosen = handling.texts.get(CHILD) if child else None
    if chosen is None:
        chosen = handling.texts.get(subtype or "")
    if chosen is None:
        chosen = Texts(say_now=handling.say_now)
    do_not_say = chosen.do_not_say or handling.do_not_say
    if label not in _LIFE:
        return Texts(say_now=chosen.say_now, do_not_say=do_not_say)
    country = call.customer.country if call.customer else None
    numbers = crisis.numbers(country, call.jurisdiction)
    return Texts(
        say_now=crisis.filled(chosen.say_now, numbers),
        do_not_say=do_not_say,
    )
