"""A contact center's back office in a database: callbacks, records, complaints, a week of alerts.

Believable enough to be looked at, and small enough to be counted by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session as Db

from detectors.reading import Evidence
from detectors.vocabulary import Speaker
from stream.events import Action, CallbackRecord, ComplaintRecord, IncidentEntry, event_from
from wallboard.access import Role
from wallboard.app import create_app
from wallboard.auth.gate import COOKIE, digest
from wallboard.intake.arrival import plain
from wallboard.services import Services
from wallboard.settings import WallboardSettings
from wallboard.store.engine import Sessions, open_engine, sessions_of
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Complaint,
    Deed,
    Entry,
    Hint,
    Note,
    Route,
    Session,
    Table,
    Turn,
    User,
)
from workflow.alerts import Owner, RecordHandling
from workflow.callbacks import Attempt, AttemptOutcome, CallbackState, CallbackStep
from workflow.callbacks import Callback as Promise
from workflow.chain import Content, EntryKind
from workflow.complaint_rules import ComplaintTest
from workflow.complaints import Complaint as Registered
from workflow.complaints import ComplaintState, ComplaintStep
from workflow.incident import RecordState, append, incident_id
from workflow.moments import milliseconds, rfc3339
from workflow.policy import Tier, load_policy

NOW = milliseconds("2026-11-27T15:30:00Z")
"""A Friday afternoon."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
KEY = b"k" * 32
CSRF = "csrf-of-the-test"
POLICY = load_policy()


class Office:
    """The database and the app before it. `sent` is what people did."""

    def __init__(self, folder: Path, now: int = NOW, url: str | None = None) -> None:
        url = url or f"sqlite:///{folder / 'office.db'}"
        engine = open_engine(url)
        Table.metadata.create_all(engine)
        self.engine = engine
        self.sessions: Sessions = sessions_of(engine)
        self.sent: list[Action] = []
        self.now = now

        async def publish(action: Action) -> None:
            self.sent.append(action)

        self.services = Services(
            settings=WallboardSettings(database=url),
            sessions=self.sessions,
            policy=POLICY,
            publish=publish,
            clock=lambda: self.now,
        )
        self.app = create_app(self.services)

    def add(self, rows: Iterable[Table]) -> None:
        with self.sessions.begin() as db:
            db.add_all(rows)

    def as_(self, user_id: str, role: Role, **more: Any) -> TestClient:
        """A browser in which somebody is signed in."""
        secret = f"secret-of-{user_id}"
        fields = {"desks": [], "queues": [], "teams": [], "settings": {}, "active": True}
        with self.sessions.begin() as db:
            if db.get(User, user_id) is None:
                person = POLICY.people.get(user_id)
                named = {"name": person.name if person else user_id.title(), "role": role.value}
                user = User(user_id=user_id, created_at=self.now, **{**named, **fields, **more})
                db.add(user)
                db.flush()
                self._session(db, user_id, secret)
        client = TestClient(self.app, base_url="http://127.0.0.1:8484", follow_redirects=False)
        client.cookies.set(COOKIE, secret)
        return client

    def _session(self, db: Db, user_id: str, secret: str) -> None:
        db.add(
            Session(
                digest=digest(secret),
                user_id=user_id,
                csrf=CSRF,
                created_at=self.now,
                seen_at=self.now,
                expires_at=self.now + 30 * 365 * DAY,
            )
        )


def call(call_id: str, **more: Any) -> Call:
    fields: dict[str, Any] = {
        "call_id": call_id,
        "first_at": NOW - 5 * MINUTE,
        "last_at": NOW - 5_000,
        "handling": "normal",
        "mode": "live",
        "degraded": False,
        "queue_id": "billing",
        "team_id": "north",
        "agent_id": "a-17",
    }
    return Call(**{**fields, **more})


def person(person_id: str) -> Owner:
    return Owner(id=person_id, name=POLICY.people[person_id].name)


def callback(
    reference: str,
    steps: Iterable[tuple[str, str, int, str | None]],
    *,
    window: tuple[int, int],
    row: dict[str, Any] | None = None,
    **more: Any,
) -> Callback:
    """Each step a state, who, how many ms from now, and a note; the window is in ms from now."""
    history = tuple(
        CallbackStep(at=rfc3339(NOW + at), by=by, state=CallbackState(state), note=note)
        for state, by, at, note in steps
    )
    fields: dict[str, Any] = {
        "reference": reference,
        "origin_call_id": f"call-{reference[3:7].lower()}",
        "issue_summary": "legal threat",
        "tier": Tier.CALLBACK,
        "state": history[-1].state,
        "owner": person("alex"),
        "deputy": person("lee"),
        "history": history,
        "revision": len(history),
        "window_start": rfc3339(NOW + window[0]),
        "window_end": rfc3339(NOW + window[1]),
        "time_zone": "Europe/London",
        "time_zone_source": "caller",
        "jurisdiction": "UK",
        "language": "en",
        "number": "+442079460018",
    }
    record = Promise(**{**fields, **more})
    seen = {"queue_id": "billing", "team_id": "north", "agent_id": "a-17", "desk": "legal"}
    return Callback(
        reference=reference,
        call_id=record.origin_call_id,
        customer_ref=record.customer_ref,
        state=record.state.value,
        owner_id=record.owner.id,
        revision=record.revision,
        window_start=NOW + window[0],
        window_end=NOW + window[1],
        updated_at=NOW + list(steps)[-1][2],
        body=plain(event_from(CallbackRecord, record)),
        **{"handling": "normal", "mode": "live", **seen, **(row or {})},
    )


def words(utterance: str, quote: str, at: int, **more: Any) -> Evidence:
    fields: dict[str, Any] = {
        "utterance_id": utterance,
        "speaker": Speaker.CUSTOMER,
        "quote": quote,
        "char_start": 0,
        "char_end": len(quote),
        "start_ms": 94_000,
        "spoken_at": rfc3339(at),
        "transcriber": "platform",
        "confidence": 0.93,
    }
    return Evidence(**{**fields, **more})


def entries(
    call_id: str,
    said: Iterable[tuple[EntryKind, int, Content]],
    *,
    handling: RecordHandling = RecordHandling.NORMAL,
    **row: Any,
) -> list[Entry]:
    """A record, chained as workers chain it."""
    state, made = RecordState(handling=handling), []
    seen = {"queue_id": "billing", "team_id": "north", "agent_id": "a-17", "desk": "legal"}
    for kind, at, content in said:
        state, entry = append(state, kind, content, call=call_id, at_ms=at, key=KEY)
        made.append(
            Entry(
                incident_id=incident_id(call_id),
                number=entry.number,
                call_id=call_id,
                kind=kind.value,
                at=at,
                body=plain(event_from(IncidentEntry, entry)),
                **{"handling": handling.value, "mode": "live", **seen, **row},
            )
        )
    return made


def told(
    call_id: str, trigger: str, quote: str, at: int, desk: str = "legal", **more: str
) -> list[tuple[EntryKind, int, Content]]:
    """How a record begins: a hard stop, its words, a route, somebody who takes it."""
    alert = f"{call_id}-{trigger}"
    about = {
        "alert": alert,
        "trigger": trigger,
        "status": "confirmed",
        "desk": desk,
        "owner": "Carmen Ruiz",
        "policy_version": "2026.11",
        "rules_version": "a41f09c2",
        "model_version": "m-7",
        **more,
    }
    route = {"route": f"{call_id}-route", "attempt": "1", "desk": desk, "mode": "consult"}
    return [
        (EntryKind.OPENED, at, Content(facts=about)),
        (EntryKind.QUOTE, at, Content(evidence=words("u-9", quote, at - 900))),
        (EntryKind.ROUTE, at + 400, Content(action="route.requested", facts=route)),
        (
            EntryKind.ACTION,
            at + 14_000,
            Content(
                actor="alex",
                action="acknowledge",
                facts={"action_id": f"{call_id}-1", "role": "supervisor", "outcome": "applied"},
            ),
        ),
        (
            EntryKind.ROUTE,
            at + 31_000,
            Content(
                actor="carmen",
                action="route.joined",
                facts={"route": f"{call_id}-route", "attempt": "1"},
            ),
        ),
    ]


def complaint(
    reference: str,
    steps: Iterable[tuple[str, str, int, str | None]],
    quote: str,
    *,
    acknowledge: int,
    answer: int,
    row: dict[str, Any] | None = None,
    **more: Any,
) -> Complaint:
    """Steps as in `callback`; the two dates in ms from now."""
    history = tuple(
        ComplaintStep(at=rfc3339(NOW + at), by=by, state=ComplaintState(state), note=note)
        for state, by, at, note in steps
    )
    received = NOW + next(iter(steps))[2]
    fields: dict[str, Any] = {
        "reference": reference,
        "call_id": f"call-{reference[3:7].lower()}",
        "state": history[-1].state,
        "jurisdiction": "UK",
        "test": next(iter(ComplaintTest)),
        "test_basis": "loss, distress or inconvenience is alleged (FCA DISP, glossary: complaint)",
        "quotes": (words("u-4", quote, received),),
        "received_at": rfc3339(received),
        "registered_at": rfc3339(received + 800),
        "acknowledge_by": rfc3339(NOW + acknowledge),
        "answer_by": rfc3339(NOW + answer),
        "basis": "FCA DISP 1.6: prompt written acknowledgement, final response within 8 weeks",
        "history": history,
        "revision": len(history),
        "customer_ref": f"cust-{reference[3:7].lower()}",
        "queue_id": "billing",
        "team_id": "north",
    }
    record = Registered(**{**fields, **more})
    seen = {"queue_id": "billing", "team_id": "north", "agent_id": "a-17", "desk": None}
    return Complaint(
        reference=reference,
        call_id=record.call_id,
        state=record.state.value,
        acknowledge_by=NOW + acknowledge,
        answer_by=NOW + answer,
        updated_at=NOW + list(steps)[-1][2],
        body=plain(event_from(ComplaintRecord, record)),
        **{"handling": "normal", "mode": "live", **seen, **(row or {})},
    )


def alert(call_id: str, trigger: str = "legal_threat", at: int = NOW - HOUR, **more: Any) -> Alert:
    """An alert as it stands; `body` fields may be given under `event`."""
    event = more.pop("event", {})
    status = more.get("status", "confirmed")
    seen = {"queue_id": "billing", "team_id": "north", "agent_id": "a-17", "desk": "legal"}
    columns = {"handling": "normal", "mode": "live", **seen, **more}
    body = {
        "type": "alert.closed" if status == "closed" else "alert.updated",
        "version": 1,
        "alert_id": f"{call_id}-{trigger}",
        "call_id": call_id,
        "episode": 1,
        "revision": 2,
        "trigger": trigger,
        "severity": "critical",
        "status": status,
        "probability": 0.97,
        "reason": "said plainly",
        "evidence": [],
        "opened_at": rfc3339(at),
        "updated_at": rfc3339(at + MINUTE),
        "say_now": "s",
        "do_not_say": "d",
        "policy_version": "p",
        "rules_version": "r",
        "closed_reason": more.get("closed_reason"),
        **{name: columns[name] for name in ("queue_id", "team_id", "agent_id", "desk", "mode")},
        **event,
    }
    return Alert(
        alert_id=body["alert_id"],
        call_id=call_id,
        trigger=trigger,
        status=status,
        rank=1,
        revision=2,
        opened_at=at,
        updated_at=at + MINUTE,
        ack_due_at=None,
        owner_id="carmen",
        closed_reason=more.get("closed_reason"),
        body=body,
        **{name: columns[name] for name in (*seen, "handling", "mode")},
    )


def week(seed: int = 7, days: int = 14) -> list[Table]:
    """A fortnight of a floor: alerts with verdicts, routes, hints, calls that nobody heard."""
    random = Random(seed)
    kinds = {
        "legal_threat": ("legal", 16),
        "regulator": ("compliance", 18),
        "media": ("media", 7),
        "fraud": ("fraud", 13),
        "self_harm": ("crisis", 4),
        "violence": ("safety", 3),
        "emergency": ("safety", 3),
    }
    queues = {"billing": "north", "claims": "north", "retention": "south", "technical": "west"}
    rows: list[Table] = []
    for number in range(days * 22):
        day = NOW - random.randrange(days) * DAY
        at = day - day % DAY + random.choice([8, 9, 9, 10, 10, 11, 13, 14, 15, 16, 17]) * HOUR
        at += random.randrange(HOUR)
        if at > NOW:
            at -= DAY
        queue = random.choice(list(queues))
        seen = {"queue_id": queue, "team_id": queues[queue], "agent_id": f"a-{number % 31}"}
        call_id = f"past-{number:04d}"
        rows.append(
            call(
                call_id,
                first_at=at - MINUTE,
                last_at=at + 9 * MINUTE,
                ended_at=at + 9 * MINUTE,
                degraded=number % 37 == 0,
                **seen,
            )
        )
        if number % 29 == 0:
            note = {"about": "not_monitored", "detail": "the language cy has no rules", "at": at}
            rows.append(Note(source=f"operations/0/{number}", call_id=call_id, **note))
        if number % 9 == 0:
            broken = {
                "label": "agent_guardrail",
                "disposition": "raise",
                "rule_id": random.choice(
                    ["landmine.calm_down", "guardrail.refuses_supervisor", "guardrail.promises"]
                ),
            }
            rows.append(
                Turn(
                    call_id=call_id,
                    utterance_id="u-3",
                    number=3,
                    first=3,
                    speaker="agent",
                    text="You need to calm down.",
                    is_final=True,
                    at=at,
                    findings=[broken],
                )
            )
        if number % 3 == 0:
            became = random.choice(["shown", "used", "dismissed", None, "used"])
            rows += _hint(call_id, number, at, became, str(seen["agent_id"]))
        if number % 4 == 3:
            continue
        trigger = random.choices(list(kinds), [weight for _, weight in kinds.values()])[0]
        desk = kinds[trigger][0]
        took = round(random.lognormvariate(3.1, 0.7) * 1000)
        event: dict[str, Any] = {"customer_ref": f"cust-{random.randrange(120)}"}
        if random.random() < 0.94:
            event["acknowledged_at"] = rfc3339(at + took)
        verdict = random.random()
        wrong = {"media": 0.24, "violence": 0.3, "legal_threat": 0.07}.get(trigger, 0.11)
        reason = None
        if verdict < 0.8:
            reason = "false alarm: reported speech" if random.random() < wrong else "resolved"
        status = "closed" if reason else "acknowledged"
        rows.append(
            alert(
                call_id,
                trigger,
                at,
                status=status,
                closed_reason=reason,
                event=event,
                desk=desk,
                **seen,
            )
        )
        rows.append(_route(call_id, trigger, desk, at, random))
    return rows


def _hint(call_id: str, number: int, at: int, became: str | None, agent: str) -> list[Table]:
    hint_id = f"hint-{number}"
    body = {
        "type": "coaching.hint",
        "version": 1,
        "hint_id": hint_id,
        "call_id": call_id,
        "kind": ("next_step", "next_step", "guardrail", "landmine")[number // 3 % 4],
        "at": rfc3339(at),
        "agent_id": agent,
    }
    rows: list[Table] = [
        Hint(
            hint_id=hint_id,
            call_id=call_id,
            agent_id=agent,
            kind=str(body["kind"]),
            at=at,
            expires_at=at + 25_000,
            became=became,
            body=body,
        )
    ]
    if became:
        deed = {
            "type": "action",
            "version": 1,
            "action_id": f"deed-{number}",
            "call_id": call_id,
            "action": f"hint_{became}",
            "actor": {"id": agent, "role": "agent"},
            "at": rfc3339(at + 4000),
            "hint_id": hint_id,
        }
        rows.append(
            Deed(
                action_id=f"deed-{number}",
                call_id=call_id,
                user_id=agent,
                applied=True,
                action=f"hint_{became}",
                sent_at=at + 4000,
                answered_at=at + 4100,
                body=deed,
                handling="normal",
                mode="live",
            )
        )
    return rows


def _route(call_id: str, trigger: str, desk: str, at: int, random: Random) -> Route:
    attempt = 1 if random.random() < 0.85 else 2
    body = {
        "type": "route.requested" if attempt == 1 else "route.fallback",
        "version": 1,
        "route_id": f"{call_id}-route",
        "attempt": attempt,
        "call_id": call_id,
        "alert_ids": [f"{call_id}-{trigger}"],
        "desk": desk if attempt == 1 else "supervisors",
        "requested_at": rfc3339(at + 300),
        "expires_at": rfc3339(at + 60_300),
    }
    state = random.choices(["joined", "failed", "requested"], [86, 6, 8])[0]
    return Route(
        route_id=f"{call_id}-route",
        call_id=call_id,
        attempt=attempt,
        state=state,
        reason="no_answer" if state == "failed" else None,
        desk=str(body["desk"]),
        body=body,
        updated_at=at + round(random.lognormvariate(3.5, 0.5) * 1000),
    )


def furnish(office: Office) -> None:
    """Everything at once, for looking at."""
    office.add(week())
    office.add(_callbacks())
    office.add(
        [
            call("call-live-1", customer_ref="cust-4471", agent_id="a-03"),
            call("call-live-2", customer_ref="cust-1208"),
        ]
    )
    office.add(_records())
    office.add(_complaints())


def _callbacks() -> list[Table]:
    offered, committed = ("offered", "hardstop"), ("committed", "alex")
    return [
        callback(
            "CB-W3LF-ARE5",
            [("due", "hardstop", -4 * MINUTE, None)],
            window=(-4 * MINUTE, 6 * MINUTE),
            welfare=True,
            owner=person("femi"),
            deputy=person("lee"),
            caller_name="Ms Adler",
            issue_summary="self harm",
            customer_ref="cust-9001",
            contact_note="The line was lost at 15:26. Ring first, then the emergency contact.",
            row={"desk": "crisis"},
        ),
        callback(
            "CB-7F3K-9QXA",
            [
                (*offered, -26 * HOUR, None),
                (*committed, -25 * HOUR, "asked for Friday after lunch"),
                ("due", "hardstop", -3 * HOUR, None),
                ("attempted", "alex", -2 * HOUR, "no_answer"),
                ("due", "hardstop", -75 * MINUTE, "time to try again"),
                ("missed", "hardstop", -20 * MINUTE, "nobody reached the caller"),
            ],
            window=(-3 * HOUR, -20 * MINUTE),
            caller_name="Tom Whitfield",
            customer_ref="cust-4471",
            issue_summary="legal threat over a back-dated bill; wants the meter readings explained",
            attempts=(
                Attempt(at=rfc3339(NOW - 2 * HOUR), by="alex", outcome=AttemptOutcome.NO_ANSWER),
            ),
        ),
        callback(
            "CB-M2QD-44TY",
            [
                (*offered, -5 * HOUR, None),
                ("committed", "bo", -5 * HOUR, None),
                ("due", "hardstop", -10 * MINUTE, None),
            ],
            window=(-10 * MINUTE, 50 * MINUTE),
            owner=person("bo"),
            caller_name="Dolores Reyes",
            customer_ref="cust-2210",
            issue_summary="regulator: says the ombudsman has her file",
            time_zone="America/New_York",
            jurisdiction="US-NY",
            number="+12125550142",
            safe_to_leave_message=True,
            language="es",
        ),
        callback(
            "CB-H8RN-0B2C",
            [(*offered, -40 * MINUTE, None)],
            window=(17 * HOUR, 21 * HOUR),
            owner=person("carmen"),
            customer_ref="cust-1208",
            time_zone=None,
            time_zone_source=None,
            number=None,
            issue_summary="legal threat",
        ),
        callback(
            "CB-P0LV-6ZKE",
            [(*offered, -3 * HOUR, None), ("committed", "carmen", -3 * HOUR, None)],
            window=(19 * HOUR, 20 * HOUR),
            owner=person("carmen"),
            caller_name="Priya Raman",
            customer_ref="cust-7002",
            time_zone="Australia/Sydney",
            jurisdiction="AU",
            number="+61291234567",
            contact_note="The caller asked not to be called at work.",
        ),
        callback(
            "CB-K1XT-R7GG",
            [
                (*offered, -50 * HOUR, None),
                ("committed", "alex", -49 * HOUR, None),
                ("due", "hardstop", -27 * HOUR, None),
                ("kept", "alex", -26 * HOUR, "reached"),
            ],
            window=(-27 * HOUR, -25 * HOUR),
            caller_name="Owen Bates",
        ),
        callback(
            "CB-C4NC-3LLD",
            [
                (*offered, -30 * HOUR, None),
                ("cancelled", "bo", -29 * HOUR, "solved in the branch the same day"),
            ],
            window=(-6 * HOUR, -2 * HOUR),
        ),
    ]


def _records() -> list[Table]:
    first = told(
        "call-7f3k",
        "legal_threat",
        "my solicitor has the papers ready, he is only waiting for me to say yes",
        NOW - 26 * HOUR,
    )
    first += [
        (
            EntryKind.CALLBACK,
            NOW - 25 * HOUR,
            Content(
                actor="alex",
                action="callback.committed",
                note="asked for Friday after lunch",
                facts={"reference": "CB-7F3K-9QXA"},
            ),
        ),
        (
            EntryKind.CALL_ENDED,
            NOW - 25 * HOUR + 40_000,
            Content(facts={"reason": "customer_hangup"}),
        ),
        (
            EntryKind.REVIEWED,
            NOW - 20 * HOUR,
            Content(
                actor="bo",
                facts={"role": "qa"},
                note="Escalated at once and kept calm; the back-dated bill was ours to explain.",
            ),
        ),
        (
            EntryKind.HOLD_SET,
            NOW - 3 * HOUR,
            Content(
                actor="lee",
                facts={"role": "supervisor"},
                note="Letter before action received, matter 2026-118",
            ),
        ),
    ]
    second = told(
        "call-m2qd",
        "regulator",
        "the ombudsman has got my whole file now",
        NOW - 5 * HOUR,
        "compliance",
    )
    broken = entries("call-m2qd", second, desk="compliance")
    said = dict(broken[1].body["evidence"])
    broken[1].body = {**broken[1].body, "evidence": {**said, "quote": "I am quite happy now"}}
    third = told(
        "call-w3lf",
        "self_harm",
        "I don't want to be here any more",
        NOW - 12 * MINUTE,
        "crisis",
        imminent="yes",
    )
    fourth = told("call-s4fe", "safeguarding", "he locks her in", NOW - 7 * HOUR, "safety")
    return [
        *entries("call-7f3k", first),
        *broken,
        *entries("call-w3lf", third, handling=RecordHandling.SPECIAL_CATEGORY, desk="crisis"),
        *entries("call-s4fe", fourth, handling=RecordHandling.RESTRICTED, desk="safety"),
        *entries(
            "call-x0ss",
            told(
                "call-x0ss",
                "media",
                "<script>document.title='owned'</script> the papers will love this",
                NOW - 30 * HOUR,
                "media",
            ),
            desk="media",
            queue_id="claims",
        ),
    ]


def _complaints() -> list[Table]:
    return [
        complaint(
            "CP-7F3K9-QXA4M",
            [
                ("open", "hardstop", -60 * DAY, None),
                ("acknowledged", "alex", -59 * DAY, "letter of 29 September"),
            ],
            "I've paid this bill three times over and I want it put right and an apology with it",
            acknowledge=-55 * DAY,
            answer=-4 * DAY,
        ),
        complaint(
            "CP-2B7QD-MM3RC",
            [("open", "hardstop", -30 * HOUR, None)],
            "nobody rang me back and I have lost a day's wages sitting in for your engineer",
            acknowledge=-6 * HOUR,
            answer=29 * DAY,
            jurisdiction="AU",
            basis="AS 10002 and RG 271: acknowledge within one business day, answer in 30 days",
            test_basis="dissatisfaction is expressed and an answer expected (AS 10002)",
            row={"team_id": "south"},
        ),
        complaint(
            "CP-9LKT0-11WZE",
            [("open", "hardstop", -3 * HOUR, None)],
            "this is the worst treatment I have ever had and I want to complain formally",
            acknowledge=26 * HOUR,
            answer=56 * DAY,
            summary_by=rfc3339(NOW + 3 * DAY),
        ),
        complaint(
            "CP-5HHQ2-0KD7T",
            [
                ("open", "hardstop", -20 * DAY, None),
                ("acknowledged", "bo", -19 * DAY, None),
                ("answered", "carmen", -2 * DAY, "final response FR-2291, refund"),
            ],
            "your man was rude to my mother",
            acknowledge=-15 * DAY,
            answer=36 * DAY,
        ),
    ]
