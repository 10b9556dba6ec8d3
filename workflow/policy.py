"""The policy: what a contact center decides, as data. Read from TOML, checked, frozen."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from detectors.settings import DetectionSettings
from detectors.vocabulary import Signal, Trigger
from workflow.authority import Authority
from workflow.call import CallRules, Mode
from workflow.callers import CallerTier
from workflow.calling import CallbackRules
from workflow.complaint_rules import ComplaintRules
from workflow.crisis import CrisisRules
from workflow.duty import Desk, Duty, Person, PersonRole, Roster
from workflow.handling import TRIGGER_NAMES, Handling, RouteMode, Severity, Text, Tier, Tiers
from workflow.hours import OpeningHours
from workflow.keeping import AcrossCalls
from workflow.patterns.settings import Reports
from workflow.policy_checks import Place, contradictions
from workflow.policy_mistakes import PolicyError, PolicyMistake, syntax_mistake, type_mistake
from workflow.queues import misplaced, overlaid
from workflow.storage import Retention
from workflow.toml_lines import line_of

__all__ = [
    "TRIGGER_NAMES",
    "Handling",
    "Policy",
    "PolicyError",
    "PolicyMistake",
    "RouteMode",
    "Severity",
    "Text",
    "Tier",
    "default_policy_text",
    "load_policy",
    "parse_policy",
    "plain",
    "policy_digest",
]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Everything a contact center may change without a programmer.

    `queues`: what is different on a queue, by its id; `for_queue` lays it over the rest.
    """

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
    queues: dict[str, dict[str, Any]] = {}
    crisis: CrisisRules = CrisisRules()
    tiers: Tiers = Tiers()
    caller_tiers: dict[str, CallerTier] = {}
    retention: Retention = Retention()
    calls: CallRules = CallRules()

    def for_queue(self, queue_id: str | None) -> Policy:
        """The policy that holds on a queue; the site's where it has none of its own or is unknown.

        A call is judged by the queue that is known at the moment: a call whose queue becomes known
        later has its policy from then on, and what was begun before goes on as it was begun.
        """
        if queue_id is None:
            return self
        return self.by_queue.get(queue_id, self)

    @cached_property
    def by_queue(self) -> dict[str, Policy]:
        """The whole policy of each queue that has something of its own.

        Raises msgspec.ValidationError for overrides that `parse_policy` would have refused.
        """
        site = plain(self)
        return {
            queue: msgspec.convert(overlaid(site, override), Policy)
            for queue, override in self.queues.items()
        }

    def mode_for(self, queue_id: str | None, given: Mode) -> Mode:
        """The mode of what is emitted: a live call is `shadow` where its queue or the site is."""
        shadow = given is Mode.LIVE and self.for_queue(queue_id).mode is Mode.SHADOW
        return Mode.SHADOW if shadow else given

    def handling(self, label: str) -> Handling | None:
        """What to do about a label, or None where it opens no alert."""
        if label in TRIGGER_NAMES:
            return self.triggers[Trigger(label)]
        return self.signals.get(Signal(label))

    @property
    def roster(self) -> Roster:
        """Who is on duty when."""
        return Roster(self.people, self.desks, self.hours, self.duty)


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
        raise PolicyError(source, [syntax_mistake(error, text)]) from error
    try:
        policy = msgspec.convert(data, Policy)
    except msgspec.ValidationError as error:
        raise PolicyError(source, [type_mistake(str(error), data, text)]) from error
    found = contradictions(policy)
    mistakes = [_mistake(text, where, problem) for where, problem in found]
    for queue in policy.queues:
        mistakes += _mistakes_of_queue(policy, queue, text, known=found)
    if mistakes:
        raise PolicyError(source, sorted(mistakes, key=lambda mistake: mistake.line))
    return policy


def plain(policy: Policy) -> dict[str, Any]:
    """A policy without its queues as the tables and values that a TOML file has."""
    site: dict[str, Any] = msgspec.to_builtins(policy)
    del site["queues"]
    return site


def _mistakes_of_queue(
    policy: Policy, queue: str, text: str, *, known: list[tuple[Place, str]]
) -> list[PolicyMistake]:
    """What is wrong with the policy of one queue and not `known` of the site's."""
    override, section = policy.queues[queue], ("queues", queue)
    mistakes = [_mistake(text, (*section, *at), problem) for at, problem in misplaced(override)]
    if mistakes:
        return mistakes
    whole = overlaid(plain(policy), override)
    try:
        effective = msgspec.convert(whole, Policy)
    except msgspec.ValidationError as error:
        return [type_mistake(str(error), whole, text, within=section)]
    return [
        _mistake(text, (*section, *at), problem)
        for at, problem in contradictions(effective)
        if (at, problem) not in known
    ]


def _mistake(text: str, where: Place, problem: str) -> PolicyMistake:
    return PolicyMistake(line_of(text, where), ".".join(where), problem)


def policy_digest(policy: Policy) -> str:
    """Twelve hex digits that change whenever a decision of the policy does."""
    canonical = msgspec.json.encode(policy, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:12]
