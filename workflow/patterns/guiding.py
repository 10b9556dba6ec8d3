"""What agents were told on their screens, what they did with it, and what they should not say."""

from __future__ import annotations

from functools import cache

import msgspec

from workflow.actions import ActionKind
from workflow.coaching import CHECKED
from workflow.drafts.check import Code
from workflow.hints import BEYOND_AUTHORITY, COMPLAINT_UNANSWERED, HintKind, hint_id_of, sayings
from workflow.moments import milliseconds
from workflow.patterns.events import HintSeen
from workflow.patterns.grouping import UNKNOWN, Count, counted
from workflow.patterns.ledger import CallLog, Ledger
from workflow.patterns.scope import Scope

GUARDRAIL = f"{HintKind.GUARDRAIL.value}."
LANDMINE = f"{HintKind.LANDMINE.value}."


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
    """(kind, call) for everything that should not have been said: each once a call. What a rule
    hears in the agent's words is on the reading; what the draft check finds, what is promised
    beyond a limit, and what is left unsaid, on the hint alone."""
    said = {(rule, call.call_id) for call in calls for rule in call.said if "." in rule}
    said |= {(name, hint.call_id) for hint in hints if (name := _named(hint)) is not None}
    return sorted(said)


def by_team(ledger: Ledger, said: list[tuple[str, str]], *, guardrails: bool) -> tuple[Count, ...]:
    """Broken guardrails, or landmines, by team; small teams are pooled."""
    return counted(
        (ledger.call(call).team or UNKNOWN, call)
        for name, call in said
        if name.startswith(GUARDRAIL) is guardrails
    )


def by_agent(ledger: Ledger, said: list[tuple[str, str]]) -> tuple[Count, ...]:
    """The same by agent, for where the policy lets them be named."""
    return counted((ledger.call(call).agent or UNKNOWN, call) for _, call in said)


@cache
def meaning(rule_id: str) -> str:
    """What a rule of the agent's words is about, in words; its name where there are none."""
    if rule_id in _MEANINGS:
        return _MEANINGS[rule_id]
    saying = sayings().get(rule_id)
    if saying is None:
        return rule_id.partition(".")[2].replace("_", " ")
    return saying.text.removeprefix("This ").rstrip(".")


def _named(hint: HintSeen) -> str | None:
    """The name of what a hint says must not be said: the id of a hint follows from it. A guardrail
    that this release does not know counts all the same; None for a hint of another kind."""
    for about, name in _abouts(hint.kind).items():
        if hint.hint_id == hint_id_of(hint.call_id, hint.kind, about):
            return name
    return f"{GUARDRAIL}other" if hint.kind is HintKind.GUARDRAIL else None


def names_of(kind: HintKind) -> frozenset[str]:
    """Every name under which what hints of a kind are about can be counted."""
    more = {f"{GUARDRAIL}other"} if kind is HintKind.GUARDRAIL else set()
    return frozenset(_abouts(kind).values()) | more


@cache
def _abouts(kind: HintKind) -> dict[str, str]:
    """What hints of a kind can be about, and under which name it is counted."""
    codes = [code.value for code, its in CHECKED.items() if its is kind]
    if kind is HintKind.GUARDRAIL:
        codes += [BEYOND_AUTHORITY, COMPLAINT_UNANSWERED]
    rules = [rule for rule, saying in sayings().items() if saying.kind is kind]
    return {code: f"{kind.value}.{code}" for code in codes} | {rule: rule for rule in rules}


_MEANINGS = {
    f"{GUARDRAIL}{BEYOND_AUTHORITY}": "promises more than the role may",
    f"{GUARDRAIL}{COMPLAINT_UNANSWERED}": "does not acknowledge a complaint",
    f"{GUARDRAIL}{Code.LEGAL_CONCLUSION.value}": "draws a legal conclusion",
    f"{GUARDRAIL}{Code.OPEN_COMPENSATION.value}": "promises money or effort without end",
    f"{GUARDRAIL}{Code.NAMED_BLAME.value}": "blames a named person",
    f"{LANDMINE}{Code.ASKS_TO_REPEAT.value}": "asks the caller to say it all again",
    f"{LANDMINE}{Code.DEFENSIVE.value}": "defends instead of listening",
    f"{LANDMINE}{Code.DIGNITY.value}": "speaks down to the caller",
    f"{LANDMINE}{Code.EVASIVE_PASSIVE.value}": "leaves open who did it (“mistakes were made”)",
    f"{LANDMINE}{Code.HOLLOW_APOLOGY.value}": "apologises for feelings, not for what happened",
    f"{LANDMINE}{Code.JARGON.value}": "uses words of the house that callers do not know",
    f"{GUARDRAIL}other": "something that this release has no name for",
}
