"""The policy: what a contact center decides, as data. Read from TOML, checked, frozen."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec

from detectors.settings import DetectionSettings, OperatingPoint
from detectors.vocabulary import LABELS, LIFE_STOPS, Signal, Trigger
from workflow.authority import Authority, authority_mistakes
from workflow.call import Mode
from workflow.calling import CallbackRules
from workflow.complaint_rules import ComplaintRules, complaint_mistakes
from workflow.duty import Desk, Duty, Person, PersonRole, Roster, absence
from workflow.hours import HoursError, OpeningHours, check_hours
from workflow.keeping import AcrossCalls, keeping_mistakes
from workflow.patterns.settings import Reports
from workflow.toml_lines import line_of

_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]


TRIGGER_NAMES = frozenset(trigger.value for trigger in Trigger)


class Tier(StrEnum):
    """Who handles it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SPECIALIST = "specialist"
    CALLBACK = "callback"


class RouteMode(StrEnum):
    """How a person comes to the call. A cold transfer does not exist here."""

    JOIN = "join"
    CONSULT = "consult"
    MANUAL = "manual"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Handling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens when a label is raised. `answer_within_s` is in seconds."""

    desk: Text
    tier: Tier
    mode: RouteMode
    severity: Severity
    say_now: Text
    do_not_say: Text
    answer_within_s: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 60
    ring_early: bool = False


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a contact center may change without a programmer."""

    version: Text
    people: dict[str, Person]
    duty: Duty
    desks: dict[str, Desk]
    triggers: dict[Trigger, Handling]
    authority: dict[PersonRole, Authority] = {}
    hours: dict[str, OpeningHours] = {}
    callbacks: CallbackRules = CallbackRules()
    signals: dict[Signal, Handling] = {}
    detection: DetectionSettings = DetectionSettings()
    mode: Mode = Mode.LIVE
    across_calls: AcrossCalls = AcrossCalls()
    complaints: ComplaintRules = ComplaintRules()
    reports: Reports = Reports()

    def handling(self, label: str) -> Handling | None:
        """What to do about a label, or None where it opens no alert."""
        if label in TRIGGER_NAMES:
            return self.triggers[Trigger(label)]
        return self.signals.get(Signal(label))

    @property
    def roster(self) -> Roster:
        """Who is on duty when."""
        return Roster(self.people, self.desks, self.hours, self.duty)


class PolicyMistake(msgspec.Struct, frozen=True):
    """One thing wrong with a policy file, and where. `line` is 1-based; 0 when unknown."""

    line: int
    where: str
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where}: {self.problem}" if self.line else self.problem


class PolicyError(ValueError):
    """The policy cannot be used. `mistakes` says what is wrong and on which lines."""

    def __init__(self, source: str, mistakes: list[PolicyMistake]) -> None:
        self.source = source
        self.mistakes = mistakes
        super().__init__("\n".join(f"{source}: {mistake}" for mistake in mistakes))


_NAMES: dict[str, frozenset[str]] = {
    "authority": frozenset(role.value for role in PersonRole),
    "triggers": TRIGGER_NAMES,
    "signals": frozenset(signal.value for signal in Signal),
}
_KINDS: dict[str, type[msgspec.Struct]] = {
    "authority": Authority,
    "desks": Desk,
    "hours": OpeningHours,
    "people": Person,
    "signals": Handling,
    "triggers": Handling,
}


def default_policy_text() -> str:
    """The policy file that comes with hardstop."""
    return files("workflow").joinpath("policy.toml").read_text(encoding="utf-8")


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file, or the default one.

    Raises PolicyError with every mistake and its line; OSError when the file cannot be read.
    """
    if path is None:
        return parse_policy(default_policy_text(), source="policy.toml")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        mistake = PolicyMistake(0, "", f"not UTF-8 text (byte {error.start})")
        raise PolicyError(str(path), [mistake]) from error
    return parse_policy(text, source=str(path))


def parse_policy(text: str, *, source: str) -> Policy:
    """Read a policy from text. Raises PolicyError with every mistake found and its line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(source, [_syntax_mistake(error, text)]) from error
    try:
        policy = msgspec.convert(data, Policy)
    except msgspec.ValidationError as error:
        raise PolicyError(source, [_type_mistake(str(error), data, text)]) from error
    mistakes = [
        PolicyMistake(line_of(text, where), ".".join(where), problem)
        for where, problem in _contradictions(policy)
    ]
    if mistakes:
        raise PolicyError(source, sorted(mistakes, key=lambda mistake: mistake.line))
    return policy


def policy_digest(policy: Policy) -> str:
    """Twelve hex digits that change whenever a decision of the policy does."""
    canonical = msgspec.json.encode(policy, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:12]


def _syntax_mistake(error: tomllib.TOMLDecodeError, text: str) -> PolicyMistake:
    message = str(error)
    line = 0
    if "(at line " in message:
        message, _, place = message.partition(" (at line ")
        line = int(place.split(",")[0])
    elif "(at end of document)" in message:
        line = text.count("\n") + 1
    return PolicyMistake(line, "not valid TOML", message)


def _type_mistake(message: str, data: dict[str, Any], text: str) -> PolicyMistake:
    problem, _, path = message.partition(" - at `")
    in_key = path.startswith("key` in `")
    path = path.removeprefix("key` in `").removeprefix("$")
    where = [part for part in path.rstrip("`").replace("[...]", "").split(".") if part]
    if problem.startswith("Object contains unknown field"):
        where.append(problem.split("`")[1])
        problem = "unknown setting"
    elif in_key:
        problem = problem.replace("Invalid enum value", "no such name:")
    where = _resolve_wildcards(where, problem, data)
    return PolicyMistake(line_of(text, tuple(where)), ".".join(where) or "policy", problem)


def _resolve_wildcards(where: list[str], problem: str, data: dict[str, Any]) -> list[str]:
    # msgspec names a dict's key only as [...]: find the first entry that fails by itself.
    if len(where) < 1 or where[0] not in _KINDS:
        return where
    section, table = where[0], data.get(where[0])
    if not isinstance(table, dict):
        return where
    kind = _KINDS[section]
    names = _NAMES.get(section)
    for name, entry in table.items():
        if names is not None and name not in names:
            return [section, name]
        try:
            msgspec.convert(entry, kind)
        except msgspec.ValidationError:
            return [section, name, *where[1:]]
    return where


def _contradictions(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], str]] = []
    for trigger in Trigger:
        if trigger not in policy.triggers:
            found.append((("triggers",), f"the hard stop {trigger.value!r} has no entry"))
    handled = [("triggers", label.value, entry) for label, entry in policy.triggers.items()]
    handled += [("signals", label.value, entry) for label, entry in policy.signals.items()]
    for section, label, entry in handled:
        if entry.desk not in policy.desks:
            known = ", ".join(sorted(policy.desks))
            problem = f"no desk {entry.desk!r}; desks are: {known}"
            found.append(((section, label, "desk"), problem))
        if label in _LIFE and entry.mode is RouteMode.CONSULT:
            problem = "a caller at risk is never put on hold: use 'join' or 'manual'"
            found.append(((section, label, "mode"), problem))
        if section == "triggers" and entry.tier in (Tier.AGENT, Tier.CALLBACK):
            problem = "a hard stop goes to a person at once: use 'specialist' or 'supervisor'"
            found.append(((section, label, "tier"), problem))
    found.extend(authority_mistakes(policy.authority))
    found.extend(_duty_mistakes(policy))
    found.extend(keeping_mistakes(policy.across_calls))
    found.extend(_detection_mistakes(policy.detection))
    found.extend(complaint_mistakes(policy.complaints))
    return found


def _duty_mistakes(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    """People, desks and hours that are named and not there; hours that make no sense."""
    found: list[tuple[tuple[str, ...], str]] = []
    named: list[tuple[tuple[str, ...], str, str, Collection[str]]] = []
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
        try:
            check_hours(calling.opening("UTC"))
        except HoursError as error:
            found.append((("callbacks", "calling_hours", name, "first"), str(error)))
    return found


def _detection_mistakes(detection: DetectionSettings) -> list[tuple[tuple[str, ...], str]]:
    """Thresholds that are no probabilities or stand for no label."""
    given: list[tuple[tuple[str, ...], float]] = []
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
    given.extend((("detection", "thresholds", k), v) for k, v in detection.thresholds.items())
    found: list[tuple[tuple[str, ...], str]] = []
    for where, threshold in given:
        if where[-2].endswith("thresholds") and where[-1] not in LABELS:
            found.append((where, "no such trigger or signal"))
        elif not 0 < threshold <= 1:
            found.append((where, "must be above 0 and at most 1"))
    if detection.deadline_ms < 0:
        found.append((("detection", "deadline_ms"), "must be 0 (never) or more"))
    return found
