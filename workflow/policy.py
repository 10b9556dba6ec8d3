"""The policy: what a contact center decides, as data. Read from TOML, checked, frozen."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from detectors.settings import DetectionSettings
from detectors.vocabulary import Signal, Trigger
from workflow.authority import Authority
from workflow.call import Mode
from workflow.calling import CallbackRules
from workflow.duty import Desk, Duty, Person, PersonRole, Roster
from workflow.handling import TRIGGER_NAMES, Handling, RouteMode, Severity, Text, Tier
from workflow.hours import OpeningHours
from workflow.policy_checks import contradictions
from workflow.policy_mistakes import PolicyError, PolicyMistake, syntax_mistake, type_mistake
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
    "policy_digest",
]


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
    mistakes = [
        PolicyMistake(line_of(text, where), ".".join(where), problem)
        for where, problem in contradictions(policy)
    ]
    if mistakes:
        raise PolicyError(source, sorted(mistakes, key=lambda mistake: mistake.line))
    return policy


def policy_digest(policy: Policy) -> str:
    """Twelve hex digits that change whenever a decision of the policy does."""
    canonical = msgspec.json.encode(policy, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:12]
