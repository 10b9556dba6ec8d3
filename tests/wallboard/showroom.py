"""The back office of a fortnight as it is shown in pictures, served on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import convert, to_builtins
from sqlalchemy import select

from stream.events import IncidentHead
from tests.wallboard.browser import free_port
from tests.wallboard.office import HOUR, MINUTE, NOW, Office, furnish
from wallboard.access import Role, Scope
from wallboard.app import create_app
from wallboard.auth import invitations, tokens
from wallboard.auth.audit import What, note
from wallboard.intake.arrival import plain
from wallboard.store.tables import Delivery, Entry, Head
from wallboard.webhooks import hooks
from workflow import chain
from workflow.moments import rfc3339
from workflow.signing import sign


def _signed(office: Office, key: Ed25519PrivateKey) -> Head:
    """The head of the record that is looked at, as the workers sign it."""
    with office.sessions() as db:
        last = db.scalars(select(Entry).order_by(Entry.incident_id, Entry.number.desc())).first()
        assert last is not None
    head = chain.Head(incident_id=last.incident_id, number=last.number, hash=str(last.body["hash"]))
    told = to_builtins(sign(head, key)) | {"type": "incident.head", "call_id": last.call_id}
    event = convert(told | {"at": rfc3339(last.at)}, IncidentHead)
    return Head(
        incident_id=last.incident_id,
        number=last.number,
        digest=event.hash,
        call_id=last.call_id,
        at=last.at,
        body=plain(event),
    )


def _messages(webhook_id: str) -> list[Delivery]:
    """What a webhook was sent lately: most of it arrived, one waits for its next try, one was given
    up."""
    told = (
        (2, "alert:al-3f81:confirmed", "waiting", 2, "503"),
        (6, "callback:CB-3:overdue", "delivered", 1, "204"),
        (31, "alert:al-19c0:claimed", "delivered", 1, "204"),
        (32, "alert:al-19c0:confirmed", "delivered", 3, "204"),
        (9 * 60, "alert:al-07d2:confirmed", "given_up", 7, "no connection"),
    )
    return [
        Delivery(
            delivery_id=f"msg_{number:04d}",
            webhook_id=webhook_id,
            feed=number,
            body={},
            state=state,
            tries=tries,
            next_at=NOW + MINUTE if state == "waiting" else None,
            answered=answered,
            created_at=NOW - minutes * MINUTE,
            about=about,
        )
        for number, (minutes, about, state, tries, answered) in enumerate(told, start=1)
    ]


@contextmanager
def shown_office(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The back office of a fortnight, with an administrator's things: its address, and the ids by
    which pages of single things are found."""
    office = Office(folder)
    furnish(office)
    key = Ed25519PrivateKey.generate()
    office.services = replace(office.services, signed_with=(key.public_key(),))
    office.app = create_app(office.services)
    office.add([_signed(office, key)])
    office.as_("alex", Role.SUPERVISOR, password="kept as a hash", queues=["billing", "energy"])
    office.as_("carmen", Role.QA, desks=["complaints"], password="kept as a hash")
    office.as_("sam", Role.ADMIN, password="kept as a hash")
    office.as_("grace", Role.DESK, desks=["crisis"], password="kept as a hash")
    office.as_("priya", Role.AGENT, agent_id="a-1042", teams=["north"])
    with office.sessions.begin() as db:
        for name, scopes in (
            ("Operations wall, Leeds", [Scope.READ, Scope.STREAM]),
            ("Quality archive", [Scope.READ, Scope.TRANSCRIPTS]),
        ):
            tokens.issue(
                db, name=name, scopes=scopes, days=365, created_by="sam", now=NOW - 24 * HOUR
            )
        for name, url, form, kinds in (
            ("Crisis channel", "https://hooks.slack.com/services/T0/B0/x", "slack", ("alert",)),
            ("Case system", "https://cases.example/hooks", "standard", ("alert", "callback")),
        ):
            what = hooks.wanted(name=name, url=url, format=form, kinds=kinds)
            hook = hooks.create(db, what, "sam", NOW - 24 * HOUR)
        db.flush()
        db.add_all(_messages(hook.webhook_id))
        places = {
            "record": db.scalars(select(Head.incident_id)).one(),
            "webhook": hook.webhook_id,
            "invitation": invitations.invite(db, Role.DESK, NOW, "grace"),
        }
        for minutes, who, kind, ref in (
            (3, "alex", "looked.call", "call-live-1"),
            (9, "carmen", "looked.complaint", "CP-9LKT0-11WZE"),
            (22, "alex", "looked.callback", "CB-1"),
            (41, "grace", What.SIGN_IN, None),
            (58, "priya", What.SIGN_IN, None),
            (63, "unknown", What.SIGN_IN_REFUSED, None),
            (75, "sam", What.TOKEN_MADE, "Operations wall, Leeds"),
        ):
            note(db, NOW - minutes * MINUTE, kind, user_id=who, ref=ref, address="10.4.0.17")
    office.services.freshness.contact_at = office.services.freshness.last_event_at = NOW
    port = free_port()
    config = uvicorn.Config(office.app, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.05)
    try:
        yield f"http://127.0.0.1:{port}", places
    finally:
        office.services.hub.close()
        server.should_exit = server.force_exit = True
        thread.join(10)
