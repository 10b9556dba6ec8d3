"""`scores`: the live transcript, redacted; how the caller feels; whether a call is heard at all."""

from __future__ import annotations

from typing import Any

from detectors.vocabulary import LIFE_STOPS, HeardStep, Speaker
from stream.events import Score
from wallboard.breaks import breaks_in
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import for_all_on_the_call
from wallboard.store.tables import Call, Turn
from workflow.heard import Heard

NOT_MONITORED = "the words of this call are not read"
"""Until the note to operators says why."""
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
MOVED = 0.05
"""A change of the mood's level that is worth telling: less cannot be seen on a line."""


def expect(floor: Floor, events: list[Score]) -> None:
    """Read at once what a batch is about."""
    if not events:
        return
    calls = {event.call_id for event in events}
    floor.expect(calls, {(event.call_id, event.utterance_id) for event in events})


def project_all(floor: Floor, read: list[tuple[Arrival, Score]]) -> None:
    """Of each utterance in a batch the newest chunk alone: partial results come many times."""
    latest: dict[tuple[str, str], tuple[Arrival, Score]] = {}
    first: dict[tuple[str, str], int] = {}
    for arrival, score in read:
        key = (score.call_id, score.utterance_id)
        first[key] = min(score.sequence, first.get(key, score.sequence))
        if key not in latest or score.sequence > latest[key][1].sequence:
            latest.pop(key, None)
            latest[key] = (arrival, score)
    for key, (arrival, score) in latest.items():
        project(floor, arrival, score, first=first[key])


def project(floor: Floor, arrival: Arrival, event: Score, first: int | None = None) -> None:
    """The newest chunk of an utterance stands; an older one changes nothing but where it began."""
    at = moment(event.at, arrival.at)
    if floor.now - at > floor.turns_ms:
        return
    known = floor.row(Call, event.call_id)
    before = -1 if known is None else known.last_at
    call = floor.call(
        event.call_id,
        at,
        queue_id=event.queue_id,
        team_id=event.team_id,
        agent_id=event.agent_id,
        mode=event.mode.value,
    )
    _heard_at_all(floor, call, event, at, before)
    if event.is_final:
        _mood(floor, call, event, at)
        _steps(floor, call, event, at)
        _look(floor, call, event, at)
    if event.monitored:
        _turn(floor, call, event, at, event.sequence if first is None else first)


def _turn(floor: Floor, call: Call, event: Score, at: int, first: int) -> None:
    key = (event.call_id, event.utterance_id)
    row = floor.row(Turn, key)
    if row is not None and event.sequence <= row.number:
        row.first = min(row.first, first)
        return
    if row is None:
        row = Turn(call_id=event.call_id, utterance_id=event.utterance_id, first=first)
        floor.put(row, key)
    row.number = event.sequence
    row.first = min(row.first, first)
    row.speaker = event.speaker.value
    # PostgreSQL keeps no NUL in a text: the same words on both.
    row.text = event.text.replace("\0", "\ufffd")
    row.is_final = event.is_final
    row.start_ms = event.start_ms if event.start_ms is not None else row.start_ms
    row.at = at
    row.emotion = event.emotion.label.value if event.emotion else None
    row.intensity = event.emotion.intensity if event.emotion else None
    row.findings = [plain(finding) for finding in for_all_on_the_call(event.findings)]
    floor.tell(
        "turn",
        f"{event.call_id}/{event.utterance_id}",
        call,
        at,
        turn_body(row),
        call_id=event.call_id,
        trigger=call.trigger,
        mode=call.mode,
    )


def turn_body(row: Turn) -> dict[str, Any]:
    """A turn as the feed and the API tell of it; `breaks`: what an agent should not have said."""
    names = (
        "utterance_id",
        "number",
        "first",
        "speaker",
        "text",
        "is_final",
        "start_ms",
        "at",
        "emotion",
        "intensity",
        "findings",
    )
    told = {name: getattr(row, name) for name in names}
    breaks = breaks_in(row.findings, is_final=row.is_final, at=row.at)
    return {**told, "breaks": [plain(one) for one in breaks]}


def _heard_at_all(floor: Floor, call: Call, event: Score, at: int, before: int) -> None:
    if at < call.last_at:
        return
    silent = call.not_monitored
    if not event.monitored:
        silent = silent or NOT_MONITORED
    elif at > before:
        # What was said in the moment in which the recording was paused does not end the pause.
        silent = None
    degraded = event.degraded or (call.degraded and not event.is_final)
    if (silent, degraded) != (call.not_monitored, call.degraded):
        call.not_monitored, call.degraded = silent, degraded
        floor.tell_call(call, at)


def _mood(floor: Floor, call: Call, event: Score, at: int) -> None:
    before = call.mood or {}
    if event.mood is None or at < int(before.get("at", 0)):
        return
    call.mood = {**plain(event.mood), "at": at}
    levels = [abs(call.mood[name] - before.get(name, 0.0)) for name in ("heat", "low")]
    words = [call.mood[name] != before.get(name) for name in ("state", "trend")]
    if any(words) or max(levels) >= MOVED:
        floor.tell_call(call, at)


def _look(floor: Floor, call: Call, event: Score, at: int) -> None:
    """What a person should look at: a life stop in a caller's words, half heard and not raised.
    What is for its desk alone stands beside no call."""
    if event.speaker is Speaker.AGENT:
        return
    shown = {finding.label for finding in for_all_on_the_call(event.findings)}
    shown &= _LIFE
    labels = [label for label in event.review if label in shown and label not in event.raised]
    if not labels or at < (call.look or {}).get("at", 0):
        return
    call.look = {"labels": labels, "utterance_id": event.utterance_id, "at": at}
    floor.tell_call(call, at)


def _steps(floor: Floor, call: Call, event: Score, at: int) -> None:
    if event.speaker is not Speaker.AGENT or not event.steps:
        return
    known = (call.heard or {}).get("done", [])
    done = [step.value for step in HeardStep if step in event.steps or step.value in known]
    if done == known:
        return
    heard = Heard(done={HeardStep(step): "" for step in done})
    following = heard.missing[0].value if heard.missing else None
    call.heard = {"done": done, "next": following, "at": max(at, (call.heard or {}).get("at", 0))}
    floor.tell_call(call, at)
