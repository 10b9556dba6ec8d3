"""What counts as a complaint where, and by when it is owed an answer: `complaints.toml`, with what
the policy puts over it."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from workflow.countries import ALIASES, code_mistake
from workflow.hours import HoursError, check_hours
from workflow.periods import Calendar, Period, period

DEFAULT = "default"


class ComplaintTest(StrEnum):
    """What must be said before the law of a place sees a complaint."""

    DISSATISFACTION = "dissatisfaction"
    LOSS = "loss"


class Ground(StrEnum):
    """What a caller's words amount to."""

    EXPLICIT = "explicit"
    LOSS = "loss"
    DISSATISFACTION = "dissatisfaction"
    NONE = "none"


class Standing(StrEnum):
    """How firmly a period stands."""

    RULE = "rule"
    GUIDANCE = "guidance"
    CODE = "code"
    DEFAULT = "default"
    POLICY = "policy"


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one jurisdiction. Periods are texts such as "3 business days"."""

    name: str
    test: ComplaintTest
    test_basis: str
    applies: str
    acknowledge: str
    acknowledge_is: Standing
    acknowledge_basis: str
    answer: str
    answer_is: Standing
    answer_basis: str
    source: str
    checked: str
    time_zone: str
    holidays: str | None = None
    summary: str | None = None
    summary_basis: str | None = None
    update: str | None = None
    update_basis: str | None = None
    note: str | None = None
    members: dict[str, str] = {}

    @property
    def calendar(self) -> Calendar:
        """Where its days are counted."""
        return Calendar(time_zone=self.time_zone, holidays=self.holidays)


class OwnTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site puts over the terms of a jurisdiction."""

    acknowledge: str | None = None
    answer: str | None = None
    update: str | None = None
    test: ComplaintTest | None = None
    time_zone: str | None = None
    holidays: str | None = None


class ComplaintRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[complaints]` of the policy. `jurisdiction` holds where a call states none; `terms` by
    jurisdiction, or under "default"."""

    enabled: bool = True
    jurisdiction: str | None = None
    terms: dict[str, OwnTerms] = {}


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that hold for one call, under which name, and why, in words."""

    jurisdiction: str
    terms: Terms
    basis: str

    @property
    def acknowledge(self) -> Period:
        """How long an acknowledgement may take."""
        return period(self.terms.acknowledge)

    @property
    def answer(self) -> Period:
        """How long the answer may take."""
        return period(self.terms.answer)


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    grounds: dict[str, Ground]
    jurisdictions: dict[str, Terms]


@cache
def _book() -> _Book:
    text = files("workflow").joinpath("complaints.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Book)


def known_terms() -> dict[str, Terms]:
    """The terms of every jurisdiction in the book, and those under "default"."""
    return _book().jurisdictions


def ground_of(rule_id: str) -> Ground:
    """What a finding of this rule amounts to; a rule that nobody has filed is dissatisfaction."""
    return _book().grounds.get(rule_id.rpartition(".")[2], Ground.DISSATISFACTION)


def meets(test: ComplaintTest, grounds: frozenset[Ground]) -> bool:
    """Whether what was said passes the test. Who makes a complaint in so many words passes any:
    whether the loss is material is judged by whoever answers."""
    if grounds & {Ground.EXPLICIT, Ground.LOSS}:
        return True
    return test is ComplaintTest.DISSATISFACTION and Ground.DISSATISFACTION in grounds


def terms_for(rules: ComplaintRules, stated: str | None) -> Applied:
    """The terms of the jurisdiction that a call states ("AU", "US-CA"), else of the policy's."""
    name = _country(stated) or _country(rules.jurisdiction)
    found = None if name is None else _found(name)
    own = next((rules.terms[key] for key in (name, DEFAULT) if key in rules.terms), None)
    if found is None or name is None:
        asked = "the call states no jurisdiction" if name is None else f"no rules known for {name}"
        terms = known_terms()[DEFAULT]
        why = f"{asked}: the default holds; "
    else:
        terms = found
        own = rules.terms.get(name) or (rules.terms.get("EU") if name in _members() else None)
        why = "" if _country(stated) else "the call states no jurisdiction: the policy's holds; "
    if own is not None:
        terms = _over(terms, own)
    return Applied(jurisdiction=name or DEFAULT, terms=terms, basis=why + _basis(terms))


def complaint_mistakes(rules: ComplaintRules) -> list[tuple[tuple[str, ...], str]]:
    """What is wrong with `[complaints]` of a policy, and where."""
    found: list[tuple[tuple[str, ...], str]] = []
    if rules.jurisdiction is not None and _found(_country(rules.jurisdiction) or "") is None:
        known = ", ".join(sorted(set(known_terms()) - {DEFAULT}))
        problem = f"no rules known for '{rules.jurisdiction}'; there are: {known}, and EU members"
        found.append((("complaints", "jurisdiction"), problem))
    for name, own in rules.terms.items():
        place = ("complaints", "terms", name)
        if name != DEFAULT and (wrong := code_mistake(name)) is not None:
            found.append((place, f"{wrong}; or 'default'"))
        periods = (("acknowledge", own.acknowledge), ("answer", own.answer), ("update", own.update))
        for key, text in periods:
            try:
                period(text or "1 day")
            except ValueError as error:
                found.append(((*place, key), str(error)))
        try:
            check_hours(Calendar(time_zone=own.time_zone or "UTC", holidays=own.holidays).business)
        except HoursError as error:
            found.append(((*place, error.where), str(error)))
    return found


def _country(stated: str | None) -> str | None:
    code = (stated or "").strip().upper().partition("-")[0]
    return ALIASES.get(code, code) or None


def _found(name: str) -> Terms | None:
    if name == DEFAULT.upper():
        return None
    terms = known_terms().get(name)
    if terms is not None:
        return terms
    zone = _members().get(name)
    if zone is None:
        return None
    return msgspec.structs.replace(known_terms()["EU"], time_zone=zone, holidays=name)


def _members() -> dict[str, str]:
    """Members of the European Union without terms of their own, with their time zones."""
    return known_terms()["EU"].members


def _over(terms: Terms, own: OwnTerms) -> Terms:
    """The terms with what the policy states over them."""
    changes: dict[str, object] = {
        key: value
        for key in ("test", "time_zone", "holidays")
        if (value := getattr(own, key)) is not None
    }
    if own.acknowledge is not None:
        changes |= {"acknowledge": own.acknowledge, "acknowledge_is": Standing.POLICY}
    if own.answer is not None:
        changes |= {"answer": own.answer, "answer_is": Standing.POLICY}
    if own.update is not None:
        changes |= {"update": own.update, "update_basis": "policy of this site"}
    if own.test is not None:
        changes["test_basis"] = "the policy of this site"
    return msgspec.structs.replace(terms, **changes)


def _basis(terms: Terms) -> str:
    """Where the periods come from and how firmly they stand, in one line for the record."""
    said = [
        _said("acknowledged", terms.acknowledge, terms.acknowledge_is, terms.acknowledge_basis),
        _said("answered", terms.answer, terms.answer_is, terms.answer_basis),
    ]
    if terms.update is not None:
        said.append(f"news every {terms.update} ({terms.update_basis})")
    said.append(f"for {terms.applies}")
    if terms.note is not None:
        said.append(f"but: {terms.note}")
    return f"{'; '.join(said)}; checked {terms.checked} ({terms.source})"


def _said(what: str, allowed: str, standing: Standing, basis: str) -> str:
    if standing is Standing.POLICY:
        return f"{what} within {allowed} (policy of this site)"
    return f"{what} within {allowed} ({standing.value}: {basis})"
