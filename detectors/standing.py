"""When a rule's words stand, whatever the classifier hears, and when it takes them back."""

from __future__ import annotations

import msgspec

from detectors.vocabulary import LIFE_STOPS, Signal, Trigger

PLAIN = 0.65
"""From which probability a rule's words stand, unless the classifier all but excludes it."""
PLAIN_SELF_HARM = 0.4
"""The same for self-harm: when unsure, a person is rung."""
UNHEARD = 0.1
"""Below it a person looks at plain words of a life stop, and nobody is rung: rules do not hear a
joke, a film or a cat at the door."""
UNHEARD_EMERGENCY = 0.03
"""The same for emergencies: "the boiler is sparking again" sounds like any repair."""
UNHEARD_SELF_HARM = 0.005
"""The same for self-harm: "i'd rather die than do aerobics", "end it all at the tenth"."""
UNHEARD_MATTER = 0.04
"""Below it plain words of what is no matter of life are let be: jury duty, a quiz, a memoir."""
UNHEARD_REGULATOR = 0.01
"""The same for regulators: a leaflet, a website, the name of a form."""
UNHEARD_FRAUD = 0.02
"""The same for fraud: a grandson who rings from jail and needs bail sounds like a family."""
UNHEARD_SIGNAL = 0.0
"""The same for signals: the classifier has learned few wordings of one, so none is excluded."""


class Standing(msgspec.Struct, frozen=True):
    """When a label's rules stand against the classifier: from `plain` on, if it gives `unheard`."""

    plain: float
    unheard: float


STANDING = Standing(PLAIN, UNHEARD_MATTER)
_STANDING = {
    **{trigger.value: Standing(PLAIN, UNHEARD) for trigger in LIFE_STOPS},
    Trigger.EMERGENCY.value: Standing(PLAIN, UNHEARD_EMERGENCY),
    Trigger.SELF_HARM.value: Standing(PLAIN_SELF_HARM, UNHEARD_SELF_HARM),
    # Its bodies are named in as many ways as there are offices: rules know them better.
    Trigger.REGULATOR.value: Standing(PLAIN, UNHEARD_REGULATOR),
    Trigger.FRAUD.value: Standing(PLAIN, UNHEARD_FRAUD),
    **{signal.value: Standing(PLAIN, UNHEARD_SIGNAL) for signal in Signal},
}


def standing_of(label: str) -> Standing:
    """When this label's rules stand."""
    return _STANDING.get(label, STANDING)
