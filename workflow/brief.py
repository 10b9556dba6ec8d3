"""The brief for whoever takes over: facts only, readable in ten seconds."""

from workflow.alerts import Alert
from workflow.call import CallFacts, Verified
from workflow.routing import Brief

OPENING_LINE = (
    "Hello, this is the {desk}. My colleague has told me what happened and what you said, "
    "so you do not have to start again."
)

_VERIFIED = {
    Verified.NONE: "identity not verified",
    Verified.PARTIAL: "identity partly verified",
    Verified.FULL: "identity verified",
}


def write_brief(alert: Alert, call: CallFacts, desk: str) -> Brief:
    """Who is calling, what they said in their own words, how to open."""
    kind = alert.trigger.replace("_", " ")
    subtype = f" ({alert.subtype.replace('_', ' ')})" if alert.subtype else ""
    now = ", imminent" if alert.imminent else ""
    return Brief(
        headline=f"{desk}: {kind}{subtype}{now}",
        caller=_caller(call),
        quotes=tuple(evidence.quote for evidence in alert.evidence[-3:]),
        opening_line=OPENING_LINE.format(desk=desk),
        do_not_say=alert.do_not_say,
    )


def _caller(call: CallFacts) -> str:
    customer = call.customer
    if customer is None:
        return "caller not known, identity not verified"
    parts = [customer.name or "name not known", _VERIFIED[customer.verified]]
    if customer.tier:
        parts.append(f"{customer.tier} customer")
    if customer.tenure_months is not None:
        parts.append(f"with us {customer.tenure_months} months")
    return ", ".join(parts)
