"""Coaching: one hint at a time for the agent, and only when the call needs one.

Pure. What the agent says gives steps, landmines and guardrails; what the caller says gives the
mood. Nothing here measures what an employee feels.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from detectors.chunk import Audience
from detectors.mood import MoodState
from detectors.reading import Reading
from detectors.vocabulary import Disposition, HeardStep, Speaker
from workflow.alerts import Alert
from workflow.authority import Beyond, beyond
from workflow.call import CallFacts, Mode, Role
from workflow.drafts.check import Code, Facts, Known, check_sentence
from workflow.duty import PersonRole
from workflow.hints import (
    BEREAVED,
    BEYOND_AUTHORITY,
    COMPLAINT_UNANSWERED,
    Hint,
    HintKind,
    StepWords,
    Words,
    hint_id_of,
    sayings,
    words_for,
)
from workflow.listening import CoachState, Given, Screen, circumstance, listened
from workflow.moments import rfc3339
from workflow.money import written
from workflow.policy import TRIGGER_NAMES, Policy
from workflow.work import LIFE, LIFE_REQUEST, OVER

MOST_HINTS = 3
"""Steps and landmines a call: who is corrected at every turn stops reading."""
SHOWN_MS = 25_000
"""How long a hint stays: two turns of talk, after which it fits what is being said no longer."""
UNANSWERED_TURNS = 2
"""Turns an agent may take before a complaint counts as not acknowledged: the first may finish
what was begun."""

CHECKED = {
    Code.LEGAL_CONCLUSION: HintKind.GUARDRAIL,
    Code.OPEN_COMPENSATION: HintKind.GUARDRAIL,
    Code.NAMED_BLAME: HintKind.GUARDRAIL,
    Code.HOLLOW_APOLOGY: HintKind.LANDMINE,
    Code.JARGON: HintKind.LANDMINE,
    Code.EVASIVE_PASSIVE: HintKind.LANDMINE,
    Code.DEFENSIVE: HintKind.LANDMINE,
    Code.DIGNITY: HintKind.LANDMINE,
    Code.ASKS_TO_REPEAT: HintKind.LANDMINE,
}
"""What the check of drafts finds, as hints: the same must not be said as must not be written. A
time is left to the guardrails: who does it while the caller waits may say "today"."""

_ROLES = {Role.SUPERVISOR: PersonRole.SUPERVISOR, Role.SPECIALIST: PersonRole.SPECIALIST}
_BY_CALLER = frozenset({Speaker.CUSTOMER, Speaker.UNKNOWN})


def coach(
    state: CoachState,
    reading: Reading,
    call: CallFacts,
    policy: Policy,
    alerts: Mapping[str, Alert],
    at_ms: int,
    *,
    mode: Mode,
    audience: Audience = Audience.ALL,
) -> tuple[CoachState, tuple[Hint, ...]]:
    """What the agent should be told after a reading: nothing or one hint. `at_ms`: UTC ms.

    `alerts` are the call's as they stand after this reading. Guardrails hold in any mood; steps and
    landmines come only while the customer's mood is high or a hard stop is open, a landmine also
    right after a turn of theirs that was strong by itself; a death that the caller tells of is
    answered to in any mood. During an open life stop, in shadow mode
    and where staff confer without the caller there is nothing.
    """
    policy = policy.for_queue(call.queue_id)
    over = not reading.turn.is_final or not reading.monitored or reading.roles.swapped
    if over or audience is Audience.CONSULT:
        return state, ()
    standing = {label: alert for label, alert in alerts.items() if alert.status not in OVER}
    open_now = {alert.trigger for alert in standing.values()}
    asked = any(label.startswith(LIFE_REQUEST) for label in standing)
    listening = _Turn(state, reading, call, policy, at_ms, mode)
    if listening.state.silent or _is_own_life_stop(reading, call, policy):
        return msgspec.structs.replace(listening.state, screen=None, silent=True), ()
    if asked or open_now & LIFE:
        return msgspec.structs.replace(listening.state, screen=None), ()
    if Mode.SHADOW in (mode, policy.mode):
        return listening.state, ()
    return listening.hint(tense=bool(open_now & TRIGGER_NAMES))


def _is_own_life_stop(reading: Reading, call: CallFacts, policy: Policy) -> bool:
    """Whether a caller's life stop is what this queue's desk is there for: no alert tells of it."""
    if reading.turn.speaker not in _BY_CALLER:
        return False
    handled = (policy.handling(label) for label in reading.raised() if label in LIFE)
    desks = (policy.desks[each.desk] for each in handled if each is not None)
    return any(call.queue_id in desk.owns_queues for desk in desks)


class _Turn:
    """One final turn, and what there is to say about it."""

    def __init__(
        self,
        before: CoachState,
        reading: Reading,
        call: CallFacts,
        policy: Policy,
        at_ms: int,
        mode: Mode,
    ) -> None:
        self.before = before
        self.reading = reading
        self.call = call
        self.policy = policy
        self.at_ms = at_ms
        self.mode = mode
        self.words: Words = words_for(call.language)
        self.of_agent = reading.turn.speaker is Speaker.AGENT
        self.state = listened(before, reading, at_ms)

    def hint(self, *, tense: bool) -> tuple[CoachState, tuple[Hint, ...]]:
        """The state and the hint; `tense`: a hard stop is open."""
        tense = tense or self.state.mood.state is not MoodState.CALM
        hint = self._guardrail() if self.of_agent else None
        if hint is None and self.state.spent < MOST_HINTS:
            if self.of_agent and (tense or self.state.stirred):
                hint = self._landmine()
            if self.of_agent and tense and hint is None:
                hint = self._out_of_order()
            if self.reading.turn.speaker in _BY_CALLER:
                hint = self._circumstance(tense=tense)
                if hint is None and tense:
                    hint = self._next_step()
        if hint is None:
            return self.state, ()
        screen = Screen(
            hint_id=hint.hint_id, kind=hint.kind, until_ms=self.at_ms + SHOWN_MS, step=hint.step
        )
        given = {**self.state.given, hint.hint_id: Given(kind=hint.kind)}
        return msgspec.structs.replace(self.state, given=given, screen=screen), (hint,)

    def _guardrail(self) -> Hint | None:
        if (past := self._beyond()) is not None:
            hint = self._past_limit(past)
            if hint is not None:
                return hint
        hint = self._said(HintKind.GUARDRAIL)
        if hint is None and (self.state.unanswered or 0) >= UNANSWERED_TURNS:
            words = self.words.complaint_unanswered
            hint = self._new(HintKind.GUARDRAIL, COMPLAINT_UNANSWERED, words.do, words.say)
        return hint

    def _landmine(self) -> Hint | None:
        return self._said(HintKind.LANDMINE) if self.state.gives_way else None

    def _circumstance(self, *, tense: bool) -> Hint | None:
        """What the caller tells of themselves that asks for more care than a step does."""
        about = circumstance(self.reading)
        if about is None or not (tense or about == BEREAVED) or not self.state.gives_way:
            return None
        words = self.words.bereaved if about == BEREAVED else self.words.vulnerable
        step = HeardStep.EMPATHIZE
        return self._new(HintKind.NEXT_STEP, about, words.do, words.say, step=step)

    def _said(self, kind: HintKind) -> Hint | None:
        """What the agent must not say, of one kind, in this turn and not told before."""
        named = False
        for finding in self.reading.findings:
            saying = sayings().get(finding.rule_id)
            raised = finding.disposition is Disposition.RAISE
            if saying is None or saying.kind is not kind or not raised:
                continue
            named = True
            quote = finding.evidence[-1].quote if finding.evidence else None
            hint = self._new(kind, finding.rule_id, saying.text, saying.instead, heard=quote)
            if hint is not None:
                return hint
        return None if named else self._checked(kind)

    def _checked(self, kind: HintKind) -> Hint | None:
        """What no draft may say either."""
        if not (self.call.language or "en").startswith("en"):
            return None
        told = self.state.complaint is not None
        facts = Facts(known=frozenset({Known.WHAT_HAPPENED} if told else ()))
        for fault in check_sentence(self.reading.turn.text, facts=facts):
            if CHECKED.get(fault.code) is not kind:
                continue
            text = f"{fault.reason[:1].upper()}{fault.reason[1:]}."
            hint = self._new(kind, fault.code.value, text, fault.instead, heard=fault.quote)
            if hint is not None:
                return hint
        return None

    def _out_of_order(self) -> Hint | None:
        """A fix before anything is acknowledged, or a second apology in place of a step."""
        if self.state.screen is not None:
            return None
        heard = self.before.heard
        if (fix := heard.fixes_first(self.reading)) is not None:
            step, order, taken = HeardStep.EMPATHIZE, self.words.fix_first.do, fix
        elif (again := heard.apologises_again(self.reading)) is not None:
            step, order, taken = HeardStep.RESOLVE, self.words.apology_again.do, again
        else:
            return None
        words = self.words.steps[step]
        quote = taken.evidence[-1].quote if taken.evidence else None
        return self._step(step, words, order.format(do=words.do), heard=quote)

    def _next_step(self) -> Hint | None:
        if self.state.screen is not None:
            return None
        for step in self.state.heard.missing:
            words = self.words.steps[step]
            hint = self._step(step, words, words.do)
            if hint is not None:
                return hint
        return None

    def _step(
        self, step: HeardStep, words: StepWords, text: str, heard: str | None = None
    ) -> Hint | None:
        say = words.say(self.state.feeling)
        return self._new(HintKind.NEXT_STEP, step.value, text, say, step=step, heard=heard)

    def _beyond(self) -> Beyond | None:
        authority = self.policy.authority.get(self._speaks_as())
        if authority is None:
            return None
        text = self.reading.turn.text
        found = (beyond(authority, step, text) for step in self.reading.steps)
        return next((past for past in found if past is not None), None)

    def _past_limit(self, past: Beyond) -> Hint | None:
        words = self.words.beyond_authority
        text = words.do.format(
            remedy=past.remedy.value,
            limit=written(past.limit),
            currency=past.currency,
            amount=written(past.amount),
        )
        say = words.alone
        if past.approver is not None:
            say = words.approver.format(approver=past.approver.value)
        return self._new(HintKind.GUARDRAIL, BEYOND_AUTHORITY, text, say, heard=past.quote)

    def _speaks_as(self) -> PersonRole:
        """On the agent's side of the line a supervisor may speak too."""
        who = self.reading.turn.participant_id
        role = next((p.role for p in self.call.participants if p.id == who), Role.AGENT)
        return _ROLES.get(role, PersonRole.AGENT)

    def _new(
        self,
        kind: HintKind,
        about: str,
        text: str,
        say: str,
        *,
        step: HeardStep | None = None,
        heard: str | None = None,
    ) -> Hint | None:
        """A hint, unless this call had it: its id is that of the call and what it is about."""
        hint_id = hint_id_of(self.call.call_id, kind, about)
        if hint_id in self.state.given:
            return None
        return Hint(
            hint_id=hint_id,
            call_id=self.call.call_id,
            kind=kind,
            text=text,
            at=rfc3339(self.at_ms),
            expires_at=rfc3339(self.at_ms + SHOWN_MS),
            agent_id=self.call.agent_id,
            step=step,
            heard=heard,
            say_instead=say,
            mode=self.mode,
        )
