"""The closed sets of words that the whole system speaks (docs/architecture.md, "Words")."""

from enum import StrEnum


class Trigger(StrEnum):
    """A hard stop: never improvised by an agent, always handed to its desk."""

    LEGAL_THREAT = "legal_threat"
    REGULATOR = "regulator"
    MEDIA = "media"
    SELF_HARM = "self_harm"
    FRAUD = "fraud"
    VIOLENCE = "violence"
    EMERGENCY = "emergency"
    SAFEGUARDING = "safeguarding"


class Signal(StrEnum):
    """Worth knowing, but no hard stop: opens no alert unless the policy gives it a tier."""

    SUPERVISOR_REQUEST = "supervisor_request"
    CHURN_THREAT = "churn_threat"
    EXECUTIVE_CONTACT = "executive_contact"
    REPEAT_CONTACT = "repeat_contact"
    COMPLAINT = "complaint"
    REPRESENTED = "represented"
    VULNERABLE = "vulnerable"
    HARDSHIP = "hardship"
    PRIVACY = "privacy"
    DISCRIMINATION = "discrimination"
    MISCONDUCT = "misconduct"
    AGENT_ABUSE = "agent_abuse"
    DO_NOT_CALL = "do_not_call"
    RECORDING_OBJECTION = "recording_objection"
    AGENT_GUARDRAIL = "agent_guardrail"


class Emotion(StrEnum):
    """What the customer's words convey. Never computed for an employee."""

    ANGER = "anger"
    FRUSTRATION = "frustration"
    DISTRESS = "distress"
    SADNESS = "sadness"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class HeardStep(StrEnum):
    """Hear, Empathize, Apologize, Resolve, Diagnose (Disney Institute): what an agent has done."""

    HEAR = "hear"
    EMPATHIZE = "empathize"
    APOLOGIZE = "apologize"
    RESOLVE = "resolve"
    DIAGNOSE = "diagnose"


class Speaker(StrEnum):
    """Who the transcriber says is speaking. `unknown` is read as the customer."""

    CUSTOMER = "customer"
    AGENT = "agent"
    OTHER = "other"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What becomes of a finding."""

    RAISE = "raise"
    """Evidence for the label: opens or updates an alert, if the policy gives the label one."""
    REVIEW = "review"
    """A person should look when there is time: shown and recorded, no alert, no route."""
    CLEAR = "clear"
    """The words were there, the context says they are innocent."""


LIFE_STOPS = frozenset(
    {Trigger.SELF_HARM, Trigger.VIOLENCE, Trigger.EMERGENCY, Trigger.SAFEGUARDING}
)
"""Triggers where a life may be at stake: read on every speaker, never cleared by negation."""

SUBTYPES: dict[Trigger, frozenset[str]] = {
    Trigger.VIOLENCE: frozenset({"staff", "third_party", "site"}),
    Trigger.MEDIA: frozenset({"press", "public_post"}),
    Trigger.REGULATOR: frozenset({"regulator", "ombudsman", "consumer_body", "elected", "police"}),
    Trigger.FRAUD: frozenset({"victim", "in_progress", "impostor"}),
    Trigger.SELF_HARM: frozenset({"self", "third_party", "past"}),
}
"""Subtypes a finding of each trigger may carry; triggers not named here have none."""

LABELS: tuple[str, ...] = (*(t.value for t in Trigger), *(s.value for s in Signal))
"""Every trigger, then every signal, in the order reports show them."""
