"""A believable floor in the tables: calls, alerts of all kinds, routes, hints, moods, notes.

`python -m tests.wallboard.scene --port 8599` serves it, and prints a cookie for each person: for
looking at the pages, and for their pictures.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.orm import Session as Db

from detectors.vocabulary import LIFE_STOPS
from stream.events import Action
from wallboard.app import create_app
from wallboard.auth.gate import digest
from wallboard.services import Services, now_ms
from wallboard.settings import WallboardSettings
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.schema import upgrade
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Deed,
    Entry,
    Feed,
    Hint,
    Message,
    Note,
    Route,
    Session,
    Turn,
    User,
)
from workflow.moments import rfc3339
from workflow.policy import Policy, load_policy

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
PLATFORM = "https://platform.example/interactions"
_RANKS = {"critical": 1, "high": 2, "medium": 3, "low": 4}
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)

PEOPLE: tuple[dict[str, Any], ...] = (
    {"user_id": "alex", "name": "Alex Morgan", "role": "supervisor", "desks": ["supervisors"]},
    {"user_id": "bo", "name": "Bo Lindqvist", "role": "supervisor", "queues": ["billing"]},
    {"user_id": "femi", "name": "Femi Adeyemi", "role": "desk", "desks": ["crisis"]},
    {"user_id": "jo", "name": "Jo Walsh", "role": "desk", "desks": ["safety"]},
    {"user_id": "quinn", "name": "Quinn Harper", "role": "qa"},
    {"user_id": "sam", "name": "Sam Taylor", "role": "admin"},
    {"user_id": "priya", "name": "Priya Nair", "role": "agent", "agent_id": "a-1042"},
    {"user_id": "tom", "name": "Tom Becker", "role": "agent", "agent_id": "a-1017"},
    {"user_id": "lena", "name": "Lena Costa", "role": "agent", "agent_id": "a-1033"},
)

# call, queue, agent, caller, minutes since it began, mood (state, trend, heat, low)
_CALLS: tuple[tuple[str, str, str, str, float, tuple[str, str, float, float]], ...] = (
    ("c-7101", "billing", "a-1042", "cu-55", 6.5, ("distress", "steady", 0.18, 0.71)),
    ("c-7102", "energy", "a-1017", "cu-18", 9.0, ("angry", "rising", 0.83, 0.12)),
    ("c-7103", "billing", "a-1033", "cu-07", 14.0, ("angry", "steady", 0.62, 0.20)),
    ("c-7104", "cards", "a-1008", "cu-91", 4.0, ("distress", "steady", 0.20, 0.52)),
    ("c-7105", "retention", "a-1021", "cu-33", 11.0, ("anger_rising", "rising", 0.41, 0.10)),
    ("c-7106", "energy", "a-1055", "cu-62", 21.0, ("angry", "falling", 0.48, 0.22)),
    ("c-7107", "billing", "a-1060", "cu-70", 2.0, ("calm", "steady", 0.08, 0.05)),
    ("c-7108", "cards", "a-1061", "cu-71", 5.0, ("calm", "steady", 0.12, 0.09)),
    ("c-7109", "cards", "a-1062", "cu-72", 8.0, ("calm", "falling", 0.14, 0.04)),
    ("c-7110", "energy", "a-1063", "cu-73", 3.0, ("calm", "steady", 0.05, 0.02)),
    ("c-7111", "billing", "a-1064", "cu-74", 1.0, ("calm", "steady", 0.03, 0.02)),
    ("c-7112", "retention", "a-1065", "cu-75", 12.0, ("calm", "steady", 0.2, 0.1)),
)

_SILENT = {
    "c-7110": "the language is pl: there are rules for en alone",
    "c-7111": "recording is paused: nothing is read until it goes on",
}

# call, trigger, subtype, desk, severity, status, seconds since said, seconds until due, words
_ALERTS: tuple[dict[str, Any], ...] = (
    {
        "call": "c-7101",
        "trigger": "self_harm",
        "subtype": "self",
        "status": "confirmed",
        "said": 41,
        "due": 11,
        "imminent": True,
        "words": "I have the tablets in front of me and I honestly don't see the point any more",
        "route": ("offered", "femi", 1),
    },
    {
        "call": "c-7102",
        "trigger": "violence",
        "subtype": "staff",
        "status": "provisional",
        "said": 6,
        "due": 14,
        "words": "if your engineer shows his face at my door again I'll put him in hospital",
        "route": ("requested", None, 1),
    },
    {
        "call": "c-7103",
        "trigger": "legal_threat",
        "status": "claimed",
        "owner": ("carmen", "Carmen Ruiz"),
        "said": 254,
        "due": None,
        "words": "my solicitor has the letter ready, so you will be hearing from her on Monday",
        "route": ("joined", "carmen", 1),
    },
    {
        "call": "c-7104",
        "trigger": "fraud",
        "subtype": "in_progress",
        "status": "acknowledged",
        "ack": "alex",
        "said": 58,
        "due": None,
        "words": "he is on my other phone right now telling me to read out the code you just sent",
        "route": ("accepted", "iris", 2),
    },
    {
        "call": "c-7105",
        "trigger": "media",
        "subtype": "press",
        "status": "confirmed",
        "said": 97,
        "due": -7,
        "words": "I've already spoken to the consumer desk at the paper and they want to run it",
        "route": ("failed", "elena", 1),
    },
    {
        "call": "c-7106",
        "trigger": "supervisor_request",
        "status": "confirmed",
        "said": 33,
        "due": 87,
        "words": "no, I want your supervisor, I am not explaining this a fourth time",
        "route": ("requested", "alex", 1),
    },
    {
        "call": "c-7108",
        "trigger": "regulator",
        "subtype": "ombudsman",
        "status": "retracted",
        "said": 52,
        "due": None,
        "closed": "the final words no longer say it",
        "gone": 18,
        "words": "the ombudsman",
        "route": None,
    },
)

_TALK: tuple[tuple[str, str, int, str | None, float], ...] = (
    (
        "agent",
        "Good afternoon, you're speaking with Priya. How can I help you today?",
        380,
        None,
        0,
    ),
    (
        "customer",
        "Hi. I'm ringing about the final notice I got this morning.",
        371,
        "sadness",
        0.31,
    ),
    ("agent", "Thank you for calling about it. Let me bring your account up.", 363, None, 0),
    (
        "customer",
        "This is the fourth time I've called. I was told in March that the debt was written off.",
        350,
        "frustration",
        0.55,
    ),
    (
        "agent",
        "I'm so sorry you've had to call four times about this. That isn't how it should be.",
        337,
        None,
        0,
    ),
    (
        "customer",
        "My husband used to deal with all of it and he died in January.",
        318,
        "sadness",
        0.74,
    ),
    ("agent", "I'm very sorry for your loss. Thank you for telling me.", 309, None, 0),
    (
        "customer",
        "And now they say they'll send people to the house. I can't do it, I can't sleep.",
        120,
        "distress",
        0.69,
    ),
    (
        "agent",
        "I hear you. Nobody is coming to the house today, I can promise you that.",
        108,
        None,
        0,
    ),
    ("customer", "It doesn't matter anyway.", 66, "sadness", 0.7),
    (
        "customer",
        "I have the tablets in front of me and I honestly don't see the point any more",
        41,
        "distress",
        0.92,
    ),
    (
        "agent",
        "I'm really glad you told me. I'm staying on the line with you. Are you safe right now?",
        24,
        None,
        0,
    ),
)


def build(db: Db, policy: Policy, now: int) -> None:
    """Put the scene into empty tables, as it stands at `now` (UTC ms)."""
    for person in PEOPLE:
        db.add(User(**person, settings={}, active=True, created_at=now - 90 * 24 * HOUR))
    for call in _CALLS:
        _call(db, now, *call)
    for known in _ALERTS:
        _alert(db, policy, now, known)
    _before(db, now)
    _talk(db, now)
    _record(db, now)
    db.add(
        Note(
            source="operations/0/17",
            about="transcripts_late",
            call_id="c-7112",
            at=now - 20 * SECOND,
            detail="words come 14 s late from the transcriber",
        )
    )
    db.add(
        Feed(kind="note", ref="scene", at=now - 2 * SECOND, body={}, handling="normal", mode="live")
    )


def _call(
    db: Db,
    now: int,
    call_id: str,
    queue: str,
    agent: str,
    caller: str,
    minutes: float,
    mood: tuple[str, str, float, float],
) -> None:
    state, trend, heat, low = mood
    db.add(
        Call(
            call_id=call_id,
            queue_id=queue,
            team_id=f"team-{queue}",
            agent_id=agent,
            customer_ref=caller,
            deep_link=f"{PLATFORM}/{call_id}",
            first_at=now - round(minutes * MINUTE),
            last_at=now - 3 * SECOND,
            not_monitored=_SILENT.get(call_id),
            degraded=call_id == "c-7109",
            mood={"state": state, "trend": trend, "heat": heat, "low": low, "turns": 8},
            heard={"done": ["hear", "apologize"], "next": "empathize"}
            if call_id == "c-7101"
            else None,
            handling="normal",
            mode="live",
        )
    )


def _alert(db: Db, policy: Policy, now: int, known: dict[str, Any]) -> None:
    label = known["trigger"]
    handling = policy.handling(label)
    assert handling is not None
    call = next(entry for entry in _CALLS if entry[0] == known["call"])
    said = now - known["said"] * SECOND
    due = None if known["due"] is None else now + known["due"] * SECOND
    alert_id = f"al-{known['call']}-{label}"
    person = known["route"][1] if known["route"] else None
    owner = known.get("owner") or (
        (person, policy.people[person].name) if person else ("alex", "Alex Morgan")
    )
    words = known["words"]
    updated = now - known.get("gone", known["said"] // 2) * SECOND
    body = {
        "type": "alert.updated",
        "version": 1,
        "alert_id": alert_id,
        "call_id": known["call"],
        "episode": 1,
        "revision": 2,
        "trigger": label,
        "subtype": known.get("subtype"),
        "severity": handling.severity.value,
        "status": known["status"],
        "probability": 0.93,
        "imminent": known.get("imminent", False),
        "reason": "the caller says so",
        "evidence": [
            {
                # The turn of the same words, where the call has one (_TALK).
                "utterance_id": "u-10",
                "speaker": "customer",
                "quote": words,
                "char_start": 0,
                "char_end": len(words),
                "spoken_at": rfc3339(said),
            }
        ],
        "opened_at": rfc3339(said + 900),
        "updated_at": rfc3339(updated),
        "ack_due_at": None if due is None else rfc3339(due),
        "say_now": policy.crisis.filled(handling.say_now, policy.crisis.numbers("GB")),
        "do_not_say": handling.do_not_say,
        "desk": handling.desk,
        "owner": {"id": owner[0], "name": owner[1]},
        "acknowledged_by": known.get("ack") or (owner[0] if known["status"] == "claimed" else None),
        "acknowledged_at": None,
        "closed_reason": known.get("closed"),
        "queue_id": call[1],
        "team_id": f"team-{call[1]}",
        "agent_id": call[2],
        "customer_ref": call[3],
        "deep_link": f"{PLATFORM}/{call[0]}",
        "handling": "normal",
        "mode": "live",
    }
    seen = {
        "queue_id": call[1],
        "team_id": f"team-{call[1]}",
        "agent_id": call[2],
        "desk": handling.desk,
        "handling": "normal",
        "mode": "live",
    }
    db.add(
        Alert(
            alert_id=alert_id,
            call_id=known["call"],
            trigger=label,
            status=known["status"],
            rank=0 if label in _LIFE else _RANKS[handling.severity.value],
            revision=2,
            opened_at=said + 900,
            updated_at=updated,
            ack_due_at=due,
            owner_id=owner[0],
            closed_reason=known.get("closed"),
            body=body,
            **seen,
        )
    )
    if known["route"] is not None:
        _route(db, policy, now, known, alert_id, due)


def _route(
    db: Db, policy: Policy, now: int, known: dict[str, Any], alert_id: str, due: int | None
) -> None:
    state, person, attempt = known["route"]
    handling = policy.handling(known["trigger"])
    assert handling is not None
    desk = handling.desk
    brief = {
        "headline": f"{policy.desks[desk].name}: {known['trigger'].replace('_', ' ')}",
        "caller": "Margaret Ellis, identity partly verified, with us 212 months",
        "quotes": [known["words"]],
        "opening_line": f"Hello, this is the {policy.desks[desk].name}. My colleague has told me "
        "what happened and what you said, so you do not have to start again.",
        "do_not_say": handling.do_not_say,
    }
    asked = person or policy.desks[desk].roster[0]
    db.add(
        Route(
            route_id=f"ro-{alert_id}",
            call_id=known["call"],
            attempt=attempt,
            state=state,
            reason="no_answer" if state == "failed" else None,
            desk=desk,
            updated_at=now - 5 * SECOND,
            body={
                "route_id": f"ro-{alert_id}",
                "attempt": attempt,
                "call_id": known["call"],
                "alert_ids": [alert_id],
                "desk": desk,
                "mode": handling.mode.value,
                "owner": {"id": asked, "name": policy.people[asked].name},
                "requested_at": rfc3339(now - known["said"] * SECOND),
                "expires_at": rfc3339(due or now),
                "priority": 1,
                "brief": brief,
                **({"person_id": person} if state in ("offered", "accepted", "joined") else {}),
            },
        )
    )


def _before(db: Db, now: int) -> None:
    """Earlier contacts: two callers are known, one is owed a callback."""
    for number, (caller, days) in enumerate(
        (("cu-55", 9), ("cu-55", 3), ("cu-18", 1), ("cu-07", 6))
    ):
        began = now - days * 24 * HOUR
        db.add(
            Call(
                call_id=f"c-60{number:02d}",
                queue_id="billing",
                team_id="team-billing",
                customer_ref=caller,
                first_at=began,
                last_at=began + 9 * MINUTE,
                ended_at=began + 9 * MINUTE,
                degraded=False,
                handling="normal",
                mode="live",
            )
        )
    began = now - 3 * 24 * HOUR
    db.add(
        Alert(
            alert_id="al-old",
            call_id="c-6001",
            trigger="legal_threat",
            status="closed",
            rank=2,
            revision=4,
            opened_at=began,
            updated_at=began + MINUTE,
            closed_reason="resolved",
            body={},
            queue_id="billing",
            team_id="team-billing",
            desk="legal",
            handling="normal",
            mode="live",
        )
    )
    db.add(
        Callback(
            reference="CB-7F3K-9QXA",
            call_id="c-6001",
            customer_ref="cu-55",
            state="committed",
            owner_id="alex",
            revision=2,
            window_start=now + HOUR,
            window_end=now + 3 * HOUR,
            updated_at=now - 2 * 24 * HOUR,
            body={},
            queue_id="billing",
            team_id="team-billing",
            desk="supervisors",
            handling="normal",
            mode="live",
        )
    )


def _talk(db: Db, now: int) -> None:
    for number, (speaker, text, before, emotion, intensity) in enumerate(_TALK):
        stop = text.startswith("I have the tablets")
        finding = {
            "label": "self_harm",
            "disposition": "raise",
            "probability": 0.97,
            "reason": "means at hand, no reason to live",
            "rule_id": "self_harm.means",
            "imminent": True,
            "evidence": [
                {
                    "utterance_id": f"u-{number}",
                    "speaker": "customer",
                    "quote": text,
                    "char_start": 0,
                    "char_end": len(text),
                }
            ],
        }
        db.add(
            Turn(
                call_id="c-7101",
                utterance_id=f"u-{number}",
                number=number * 3 + 2,
                first=number * 3,
                speaker=speaker,
                text=text,
                is_final=True,
                start_ms=390_000 - before * SECOND,
                at=now - before * SECOND,
                emotion=emotion,
                intensity=intensity if emotion else None,
                findings=[finding] if stop else [],
            )
        )
    db.add(
        Turn(
            call_id="c-7101",
            utterance_id="u-99",
            number=60,
            first=60,
            speaker="customer",
            text="I'm at home, I'm in the",
            is_final=False,
            start_ms=386_000,
            at=now - 2 * SECOND,
            findings=[],
        )
    )
    hints = (
        ("h-1", "next_step", "empathize", 300, "used", None),
        ("h-2", "guardrail", None, 104, "shown", "Nobody is coming to the house today"),
        ("h-3", "next_step", "empathize", 8, None, None),
    )
    texts = {
        "h-1": ("Name what they feel before you go on.", "It sounds as if this has worn you out."),
        "h-2": (
            "This promises something that you cannot be sure of.",
            "I will find out who decides about that and tell you while we are on the line.",
        ),
        "h-3": (
            "Stay with the feeling: say that you have heard it.",
            "Thank you for trusting me with that. It sounds as if you have carried this alone.",
        ),
    }
    for hint_id, kind, step, before, became, heard in hints:
        text, say = texts[hint_id]
        body = {
            "hint_id": hint_id,
            "call_id": "c-7101",
            "agent_id": "a-1042",
            "kind": kind,
            "text": text,
            "say_instead": say,
            "heard": heard,
            "step": step,
            "at": rfc3339(now - before * SECOND),
            "expires_at": rfc3339(now - before * SECOND + 5 * MINUTE),
        }
        db.add(
            Hint(
                hint_id=hint_id,
                call_id="c-7101",
                agent_id="a-1042",
                kind=kind,
                at=now - before * SECOND,
                expires_at=now - before * SECOND + 5 * MINUTE,
                became=became,
                body=body,
            )
        )
    db.add(
        Message(
            message_id="m-1",
            call_id="c-7101",
            user_id="alex",
            name="Alex Morgan",
            text="You are doing this exactly right. Femi is on the way in. Keep her talking.",
            at=now - 12 * SECOND,
            seen_at=None,
        )
    )


def _record(db: Db, now: int) -> None:
    alert = "al-c-7101-self_harm"
    entries: tuple[tuple[int, str, dict[str, Any]], ...] = (
        (40, "opened", {"facts": {"alert": alert, "trigger": "self_harm", "desk": "crisis"}}),
        (
            40,
            "route",
            {"action": "route.requested", "facts": {"desk": "crisis", "owner": "Grace Chen"}},
        ),
        (
            20,
            "route",
            {"action": "route.fallback", "facts": {"desk": "crisis", "owner": "Femi Adeyemi"}},
        ),
        (15, "route", {"action": "route.offered", "actor": "femi", "facts": {}}),
    )
    for number, (before, kind, more) in enumerate(entries, start=1):
        at = now - before * SECOND
        db.add(
            Entry(
                incident_id="in-7101",
                number=number,
                call_id="c-7101",
                kind=kind,
                at=at,
                body={
                    "incident_id": "in-7101",
                    "call_id": "c-7101",
                    "number": number,
                    "kind": kind,
                    "at": rfc3339(at),
                    **more,
                },
                queue_id="billing",
                team_id="team-billing",
                agent_id="a-1042",
                desk="crisis",
                handling="special_category",
                mode="live",
            )
        )
    db.add(
        Deed(
            action_id="scene-verified",
            call_id="c-7101",
            user_id="priya",
            action="set_verified",
            sent_at=now - 340 * SECOND,
            answered_at=now - 339 * SECOND,
            applied=True,
            body={"action": "set_verified", "verified": "partial"},
            queue_id="billing",
            team_id="team-billing",
            agent_id="a-1042",
            handling="normal",
            mode="live",
        )
    )


def sign_in(db: Db, user_id: str, now: int) -> str:
    """A session for a person; gives the cookie's secret."""
    secret = secrets.token_urlsafe(24)
    db.add(
        Session(
            digest=digest(secret),
            user_id=user_id,
            csrf=secrets.token_urlsafe(16),
            created_at=now,
            seen_at=now,
            expires_at=now + 12 * HOUR,
        )
    )
    return secret


async def nobody_listens(_: Action) -> None:
    """In place of a broker: what is done in the scene stays pending."""


def services(folder: Path, *, calm: bool = False) -> Services:
    """A service over the scene; `calm`: with calls and people, and nothing that happened."""
    settings = WallboardSettings(database=f"sqlite:///{folder / 'scene.db'}")
    engine = open_engine(settings.database)
    upgrade(engine)
    sessions, policy = sessions_of(engine), load_policy()
    with sessions.begin() as db:
        build(db, policy, now_ms())
    if calm:
        with sessions.begin() as db:
            for row in (*db.query(Alert), *db.query(Note)):
                db.delete(row)
    return Services(settings=settings, sessions=sessions, policy=policy, publish=nobody_listens)


def main() -> int:
    """Serve the scene until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8599)
    parser.add_argument("--calm", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        served = services(Path(folder), calm=given.calm)
        served.freshness.contact_at = now_ms() + 24 * HOUR
        served.freshness.last_event_at = now_ms() + 24 * HOUR
        with served.sessions.begin() as db:
            for person in PEOPLE:
                print(person["user_id"], sign_in(db, person["user_id"], now_ms()), flush=True)
        uvicorn.run(create_app(served), host="127.0.0.1", port=given.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
