"""What agents were told on their screens, what they did with it, and what they should not say."""

from __future__ import annotations

from functools import cache

import msgspec

from workflow.actions import ActionKind
from workflow.hints import HintKind, sayings
from workflow.identity import stable_id
from workflow.moments import milliseconds
from workflow.patterns.events import HintSeen
from workflow.patterns.grouping import UNKNOWN, Count, counted
from workflow.patterns.ledger import CallLog, Ledger
from workflow.patterns.scope import Scope

BEYOND_AUTHORITY = "beyond_authority"
GUARDRAIL = f"{HintKind.GUARDRAIL.value}."


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """Hints of one kind: given, and of those shown, used and dismissed. A hint may be both."""

    kind: HintKind
    given: int
    shown: int
    used: int
    dismissed: int


def hints_of(ledger: Ledger, scope: Scope) -> list[HintSeen]:
    """Hints given in the scope."""
    return [
        hint
        for hint in ledger.hints.values()
        if hint.mode is scope.mode
        and scope.holds(milliseconds(hint.at))
        and (scope.queue is None or ledger.call(hint.call_id).queue == scope.queue)
    ]


def by_kind(ledger: Ledger, hints: list[HintSeen]) -> tuple[Hints, ...]:
    """What became of hints; an action that was refused has not happened."""
    done: dict[ActionKind, set[str | None]] = {}
    for action_id, log in ledger.deeds.items():
        if action_id not in ledger.rejected:
            done.setdefault(log.deed.action, set()).add(log.deed.hint_id)
    used = done.get(ActionKind.HINT_USED, set())
    dismissed = done.get(ActionKind.HINT_DISMISSED, set())
    # What was used or dismissed was on the screen, also where nothing reported that.
    shown = done.get(ActionKind.HINT_SHOWN, set()) | used | dismissed
    found = []
    for kind in HintKind:
        ids = {hint.hint_id for hint in hints if hint.kind is kind}
        if ids:
            found.append(
                Hints(
                    kind=kind,
                    given=len(ids),
                    shown=len(ids & shown),
                    used=len(ids & used),
                    dismissed=len(ids & dismissed),
                )
            )
    return tuple(found)


def broken(calls: list[CallLog], hints: list[HintSeen]) -> list[tuple[str, str]]:
    """(kind, call) for everything that should not have been said: each once a call."""
    said = {(rule, call.call_id) for call in calls for rule in call.said if "." in rule}
    said |= {
        (f"{GUARDRAIL}{BEYOND_AUTHORITY}", hint.call_id)
        for hint in hints
        if hint.kind is HintKind.GUARDRAIL and hint.hint_id == _beyond(hint.call_id)
    }
    return sorted(said)


def by_team(ledger: Ledger, said: list[tuple[str, str]]) -> tuple[Count, ...]:
    """Broken guardrails by team; small teams are pooled."""
    return counted((ledger.call(call).team or UNKNOWN, call) for _, call in said)


def by_agent(ledger: Ledger, said: list[tuple[str, str]]) -> tuple[Count, ...]:
    """The same by agent, for where the policy lets them be named."""
    return counted((ledger.call(call).agent or UNKNOWN, call) for _, call in said)


@cache
def meaning(rule_id: str) -> str:
    """What a rule of the agent's words is about, in words; its name where there are none."""
    if rule_id == f"{GUARDRAIL}{BEYOND_AUTHORITY}":
        return "promises more than the role may"
    saying = sayings().get(rule_id)
    if saying is None:
        return rule_id.partition(".")[2].replace("_", " ")
    return saying.text.removeprefix("This ").rstrip(".")


def _beyond(call_id: str) -> str:
    return stable_id("hint", call_id, HintKind.GUARDRAIL.value, BEYOND_AUTHORITY)
