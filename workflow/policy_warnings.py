"""What a policy may say and probably does not mean: each with its line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detectors.vocabulary import LIFE_STOPS, Trigger
from workflow.call import Mode
from workflow.currencies import CURRENCIES
from workflow.policy import Policy, PolicyMistake, load_policy
from workflow.policy_checks import Place
from workflow.toml_lines import line_of

LIFE_ANSWER_S = 60
"""Nobody who is at risk should wait longer for the next person to be asked."""
FAR = 0.25
"""How far a threshold may be from the one that comes along at the same operating point before
somebody should look: as far as two of the points are from one another."""

Remark = tuple[Place, str]


def warnings(policy: Policy, text: str) -> list[PolicyMistake]:
    """Everything in a sound policy that somebody should look at, in the order of its text."""
    bundled = load_policy()
    site = list(_remarks(policy, bundled))
    found = [*site, *_all_in_shadow(policy), *_desks_only_of_a_queue(policy)]
    for queue, own in policy.by_queue.items():
        found += [
            (("queues", queue, *where), problem)
            for where, problem in _remarks(own, bundled)
            if (where, problem) not in site
        ]
    told = [PolicyMistake(line_of(text, at), ".".join(at), problem) for at, problem in found]
    return sorted(told, key=lambda remark: remark.line)


def _remarks(policy: Policy, bundled: Policy) -> Iterator[Remark]:
    yield from _example_people(policy, bundled)
    yield from _desks(policy)
    yield from _loops(policy)
    yield from _life_stops(policy)
    yield from _thresholds(policy, bundled)
    yield from _currency(policy)
    yield from _duty(policy)
    yield from _callbacks(policy)


def _example_people(policy: Policy, bundled: Policy) -> Iterator[Remark]:
    examples = {person.name for person in bundled.people.values()}
    left = [who for who, person in policy.people.items() if person.name in examples]
    if left:
        names = [policy.people[who].name for who in left]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        are = "are examples" if more else "is an example"
        yield (
            ("people", left[0]),
            f"{names[0]}{more} {are} that came with hardstop: write down who really answers",
        )


def _desks(policy: Policy) -> Iterator[Remark]:
    if all(desk.hours is None for desk in policy.desks.values()):
        yield (
            ("desks",),
            "no desk has hours, so its people are asked at any time of night: give desks `hours` "
            "by a name from [hours] (one with `always = true` for those that never close)",
        )
    for name, desk in policy.desks.items():
        if not desk.roster:
            problem = "nobody is on the roster: name the people who come, first asked first"
        elif len(desk.roster) == 1:
            only = policy.people[desk.roster[0]].name
            problem = f"only {only} is on the roster: name a second person for when they are away"
        else:
            continue
        yield ("desks", name, "roster"), problem


def _duty(policy: Policy) -> Iterator[Remark]:
    manager, deputy = policy.duty.manager, policy.duty.deputy
    if deputy is None:
        yield (
            ("duty",),
            "nobody stands in for the duty manager: name a `deputy`, or nobody is left to ask "
            "when they do not answer",
        )
    elif deputy == manager:
        yield (
            ("duty", "deputy"),
            f"{policy.people[deputy].name} is the duty manager as well and cannot stand in for "
            "themselves: name somebody else",
        )


def _callbacks(policy: Policy) -> Iterator[Remark]:
    rules = policy.callbacks
    if rules.attempts > 1 and rules.retry_minutes >= rules.window_minutes:
        yield (
            ("callbacks", "retry_minutes"),
            f"the next of {rules.attempts} tries comes after {rules.retry_minutes} minutes, when "
            f"the window of {rules.window_minutes} is over, so there is one try alone: make "
            "`retry_minutes` shorter or `window_minutes` longer",
        )


def _loops(policy: Policy) -> Iterator[Remark]:
    """Desks that are asked after one another in a circle."""
    told: set[frozenset[str]] = set()
    for name in policy.desks:
        way: list[str] = []
        at: str | None = name
        while at is not None and at not in way:
            way.append(at)
            at = policy.desks[at].then
        if at is None:
            continue
        circle = way[way.index(at) :]
        if frozenset(circle) in told:
            continue
        told.add(frozenset(circle))
        yield (
            ("desks", circle[-1], "then"),
            f"{' → '.join([*circle, at])} goes in a circle: each desk is asked once, then the duty "
            "manager; end the chain at the desk that should be asked last",
        )


def _life_stops(policy: Policy) -> Iterator[Remark]:
    for trigger in sorted(LIFE_STOPS):
        entry, place = policy.triggers[trigger], ("triggers", trigger.value)
        if entry.answer_within_s > LIFE_ANSWER_S:
            yield (
                (*place, "answer_within_s"),
                f"a caller at risk waits {entry.answer_within_s} s before the next person is "
                f"asked: use {LIFE_ANSWER_S} or less",
            )
        if not entry.ring_early:
            yield (
                (*place, "ring_early"),
                "the desk is rung only when the words are final: set `ring_early = true`, which "
                "is seconds sooner",
            )
    for name, desk in policy.desks.items():
        sent = sorted(t.value for t in LIFE_STOPS if policy.triggers[t].desk == name)
        if desk.owns_queues and sent:
            yield (
                ("desks", name, "owns_queues"),
                f"on {', '.join(desk.owns_queues)} a life stop ({', '.join(sent)}) raises no alert "
                "and calls nobody: take the queues out, or send life stops to another desk",
            )


def _thresholds(policy: Policy, bundled: Policy) -> Iterator[Remark]:
    own = policy.detection
    usual = msgspec.structs.replace(bundled.detection, operating_point=own.operating_point)
    point = ("detection", "points", own.operating_point)
    for label in (*(trigger.value for trigger in Trigger), *(s.value for s in policy.signals)):
        place: Place = (*point, "thresholds", label)
        if label in own.thresholds:
            place = ("detection", "thresholds", label)
        pairs = [(place, own.threshold_for(label), usual.threshold_for(label), "")]
        if own.classifier:
            alone = (*point, "alone_thresholds", label)
            mine, theirs = own.alone_for(label), usual.alone_for(label)
            # Where the label's threshold is above it, that one is what was set: told once.
            if mine > own.threshold_for(label):
                pairs.append((alone, mine, theirs, " by the classifier alone"))
        for where, mine, theirs, how in pairs:
            if abs(mine - theirs) < FAR:
                continue
            effect = "calls will be missed" if mine > theirs else "expect many false alarms"
            yield (
                where,
                f"{label} is raised{how} from {mine:g} on, by the values that come along from "
                f"{theirs:g}: {effect}; try it on recorded calls with `hardstop backtest`",
            )


def _currency(policy: Policy) -> Iterator[Remark]:
    countries = {h.holidays.partition("-")[0] for h in policy.hours.values() if h.holidays}
    usual = {CURRENCIES[country] for country in countries if country in CURRENCIES}
    if not usual:
        return
    for role, authority in policy.authority.items():
        if authority.currency not in usual:
            yield (
                ("authority", role.value, "currency"),
                f"limits are in {authority.currency}, but the opening hours are those of "
                f"{', '.join(sorted(countries))} ({', '.join(sorted(usual))}): give the limits in "
                "the money that callers are promised",
            )


def _all_in_shadow(policy: Policy) -> Iterator[Remark]:
    every = (policy, *policy.by_queue.values())
    if all(own.mode is Mode.SHADOW for own in every):
        yield (
            ("mode",),
            'everything is in shadow: nobody is called to anybody; set `mode = "live"` here, or '
            "for one queue in [queues], when you have seen enough",
        )


def _desks_only_of_a_queue(policy: Policy) -> Iterator[Remark]:
    for queue, own in policy.by_queue.items():
        handled = [*own.triggers.values(), *own.signals.values()]
        used = {entry.desk for entry in handled} | {desk.then for desk in own.desks.values()}
        for name in own.desks:
            if name not in policy.desks and name not in used:
                yield (
                    ("queues", queue, "desks", name),
                    f"the site has no desk '{name}', and nothing on this queue goes to it; desks "
                    f"are: {', '.join(sorted(policy.desks))}",
                )
