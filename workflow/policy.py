"""Reading a policy: from TOML, checked, with the line of every mistake."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from workflow.handling import TRIGGER_NAMES, Handling, RouteMode, Severity, Text, Tier
from workflow.policy_checks import Place, contradictions
from workflow.policy_mistakes import PolicyError, PolicyMistake, syntax_mistake, type_mistake
from workflow.policy_settings import Policy, plain
from workflow.queues import misplaced, overlaid
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
