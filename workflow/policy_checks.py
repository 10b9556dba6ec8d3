"""What is wrong with a policy that can be read: names of nothing, hours of never."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from detectors.settings import DetectionSettings, OperatingPoint
from detectors.vocabulary import LABELS, LIFE_STOPS, SUBTYPES, Trigger
from workflow.authority import authority_mistakes
from workflow.call import Mode
from workflow.caller_tiers import caller_tier_mistakes
from workflow.calling import CallingHours
from workflow.complaint_rules import complaint_mistakes
from workflow.countries import code_mistake
from workflow.crisis import unknown_places
from workflow.duty import absence
from workflow.handling import CHILD, TRIGGER_NAMES, Handling, RouteMode, Tier
from workflow.hours import HoursError, check_hours
from workflow.keeping import keeping_mistakes
from workflow.policy_settings import Policy

Place = tuple[str, ...]
"""The keys that lead to a setting, outermost first."""

_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


_COMES = (
    "whoever has an entry here is sent a person: use 'supervisor' or 'specialist', or leave the "
    "entry out (the agent is coached in any case, and a callback is what a chain ends in)"
)
_NOBODY_COMES = {
    "triggers": "a hard stop goes to a person at once: use 'specialist' or 'supervisor'",
    "signals": _COMES,
    "tiers": _COMES,
}
"""What is wrong with a tier at which nobody would come."""


def contradictions(policy: Policy) -> list[tuple[Place, str]]:
    """Every mistake, each with its place in the policy."""
    found: list[tuple[Place, str]] = []
    for trigger in Trigger:
        if trigger not in policy.triggers:
            found.append((("triggers",), f"the hard stop {trigger.value!r} has no entry"))
    if policy.mode not in (Mode.LIVE, Mode.SHADOW):
        found.append((("mode",), "use 'live' or 'shadow'"))
    handled = [("triggers", label.value, entry) for label, entry in policy.triggers.items()]
    handled += [("signals", label.value, entry) for label, entry in policy.signals.items()]
    handled += [("tiers", name, rule) for name, rule in policy.tiers.rules.items()]
    for section, label, entry in handled:
        if entry.desk not in policy.desks:
            known = ", ".join(sorted(policy.desks))
            problem = f"no desk {entry.desk!r}; desks are: {known}"
            found.append(((section, label, "desk"), problem))
        if label in _LIFE and entry.mode is RouteMode.CONSULT:
            problem = "a caller at risk is never put on hold: use 'join' or 'manual'"
            found.append(((section, label, "mode"), problem))
        if entry.tier in (Tier.AGENT, Tier.CALLBACK):
            found.append(((section, label, "tier"), _NOBODY_COMES[section]))
        found += [((section, label, *at), told) for at, told in _text_mistakes(label, entry)]
    found += [
        (("crisis", "lines", code), wrong)
        for code in policy.crisis.lines
        if (wrong := code_mistake(code)) is not None
    ]
    found.extend(authority_mistakes(policy.authority))
    found.extend(caller_tier_mistakes(policy.caller_tiers, policy.desks))
    found.extend(_duty_mistakes(policy))
    found.extend(keeping_mistakes(policy.across_calls))
    found.extend(_detection_mistakes(policy.detection))
    found.extend(complaint_mistakes(policy.complaints))
    return found


def _text_mistakes(label: str, entry: Handling) -> list[tuple[Place, str]]:
    """Texts for no subtype, and open places that nothing fills."""
    found: list[tuple[Place, str]] = []
    subtypes = SUBTYPES.get(Trigger(label), frozenset()) if label in TRIGGER_NAMES else frozenset()
    if label in _LIFE:
        subtypes = subtypes | {CHILD}
    said: list[tuple[Place, str]] = [(("say_now",), entry.say_now)]
    said.append((("do_not_say",), entry.do_not_say))
    for name, texts in entry.texts.items():
        if name not in subtypes:
            known = f"there are: {', '.join(sorted(subtypes))}" if subtypes else "it has none"
            found.append((("texts", name), f"no such subtype; {known}"))
        said.append((("texts", name, "say_now"), texts.say_now))
        said.append((("texts", name, "do_not_say"), texts.do_not_say))
    for where, text in said:
        fills = label in _LIFE and where[-1] == "say_now"
        open_ = re.findall(r"\{([^}]*)\}", text) if not fills else unknown_places(text)
        for place in open_:
            known = "{emergency} and {crisis_line} are filled in, in say_now of life stops"
            found.append((where, f"nothing fills in {{{place}}}: {known}"))
    return found


def _duty_mistakes(policy: Policy) -> list[tuple[Place, str]]:
    """People, desks and hours that are named and not there; hours that make no sense."""
    found: list[tuple[Place, str]] = []
    named: list[tuple[Place, str, str, Collection[str]]] = []
    for name, desk in policy.desks.items():
        named += [(("desks", name, "roster"), "person", who, policy.people) for who in desk.roster]
        if desk.hours is not None:
            named.append((("desks", name, "hours"), "hours", desk.hours, policy.hours))
        if desk.then is not None:
            named.append((("desks", name, "then"), "desk", desk.then, policy.desks))
            if desk.then == name:
                found.append((("desks", name, "then"), "a desk cannot be asked after itself"))
    for who, person in policy.people.items():
        if person.hours is not None:
            named.append((("people", who, "hours"), "hours", person.hours, policy.hours))
        for days in person.away:
            try:
                absence(days)
            except ValueError:
                problem = f"'{days}' is no date like 2026-12-24, nor a span 2026-12-24/2027-01-02"
                found.append((("people", who, "away"), problem))
    named.append((("duty", "manager"), "person", policy.duty.manager, policy.people))
    if policy.duty.deputy is not None:
        named.append((("duty", "deputy"), "person", policy.duty.deputy, policy.people))
    for where, what, name, known in named:
        if name not in known:
            found.append((where, f"no {what} '{name}'; there are: {', '.join(sorted(known))}"))
    for name, hours in policy.hours.items():
        try:
            check_hours(hours)
        except HoursError as error:
            found.append((("hours", name, *error.where.split(".")), str(error)))
    for name, calling in policy.callbacks.calling_hours.items():
        found += [
            (("callbacks", "calling_hours", name, *at), p) for at, p in _calling(name, calling)
        ]
    return found


def _calling(name: str, calling: CallingHours) -> Iterator[tuple[Place, str]]:
    """What is wrong with the hours at which callers are rung, and where in their entry."""
    if name != "default" and (problem := code_mistake(name, regions=True)) is not None:
        yield (), f"{problem}; or 'default'"
    try:
        check_hours(calling.opening("UTC"))
    except HoursError as error:
        yield ("first",), str(error)
        return
    if calling.first.zfill(5) >= calling.last.zfill(5):
        problem = f"callers would be rung through the night, from {calling.first} to {calling.last}"
        yield ("first",), f"{problem}: `first` is the earlier of the two"


def _detection_mistakes(detection: DetectionSettings) -> list[tuple[Place, str]]:
    """Thresholds that are no probabilities or stand for no label."""
    given: list[tuple[Place, float]] = []
    for name in ("sensitive", "balanced", "strict"):
        point: OperatingPoint = getattr(detection.points, name)
        place = ("detection", "points", name)
        given.append(((*place, "threshold"), point.threshold))
        given.append(((*place, "review"), point.review))
        given.append(((*place, "alone"), point.alone))
        given.append(((*place, "alone_review"), point.alone_review))
        given.extend(((*place, "thresholds", k), v) for k, v in point.thresholds.items())
        own = point.alone_thresholds
        given.extend(((*place, "alone_thresholds", k), v) for k, v in own.items())
        own = point.named_thresholds
        given.extend(((*place, "named_thresholds", k), v) for k, v in own.items())
    given.extend((("detection", "thresholds", k), v) for k, v in detection.thresholds.items())
    found: list[tuple[Place, str]] = []
    for where, threshold in given:
        if where[-2].endswith("thresholds") and where[-1] not in LABELS:
            found.append((where, "no such trigger or signal"))
        elif not 0 < threshold <= 1:
            found.append((where, "must be above 0 and at most 1"))
    if detection.deadline_ms < 0:
        found.append((("detection", "deadline_ms"), "must be 0 (never) or more"))
    return found
