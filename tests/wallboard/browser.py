"""A wallboard on a free port of this machine, and Debian's Chromium to look at it with."""

from __future__ import annotations

import dataclasses
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from sqlalchemy import select

from tests.wallboard.scene import services, sign_in
from wallboard.app import create_app
from wallboard.hub import Hub
from wallboard.intake.deeds import deed_body
from wallboard.intake.floor import call_body
from wallboard.intake.scores import turn_body
from wallboard.services import Services, now_ms
from wallboard.store.feeding import News, Seen, add_to_feed, seen_of
from wallboard.store.tables import Alert, Call, Deed, Turn
from workflow.moments import rfc3339

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))
"""axe-core is under the MPL: fetched for the tests (`npm install axe-core`), never shipped."""


class Floor:
    """A served scene that things happen on."""

    def __init__(self, folder: Path, *, calm: bool = False, port: int = 0, **settings: Any) -> None:
        found = services(folder, calm=calm)
        chosen = msgspec.structs.replace(found.settings, **settings)
        self.services: Services = dataclasses.replace(found, settings=chosen)
        self.port = port or free_port()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.fresh()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fresh(self, *, age_ms: int = 0) -> None:
        """The broker answers, and the last event came so long ago."""
        self.services.freshness.contact_at = now_ms() + 3_600_000
        self.services.freshness.last_event_at = now_ms() - age_ms

    def start(self) -> None:
        config = uvicorn.Config(
            create_app(self.services),
            host="127.0.0.1",
            port=self.port,
            log_level="warning",
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.05)

    def stop(self) -> None:
        """Away, as after a fault: open streams are cut."""
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = self._server.force_exit = True
        self.services.hub.close()
        self._thread.join(10)
        # The next server has a loop of its own.
        self.services = dataclasses.replace(self.services, hub=Hub())

    def cookie(self, person: str) -> dict[str, Any]:
        with self.services.sessions.begin() as db:
            secret = sign_in(db, person, now_ms())
        return {"name": "hardstop_session", "value": secret, "url": self.url}

    def tell_many(self, name: str, like: str, count: int) -> None:
        """So many alerts in one moment, each of a call of its own."""
        with self.services.sessions.begin() as db:
            alerts = select(Alert).where(Alert.trigger == like).order_by(Alert.opened_at)
            source = db.scalars(alerts.limit(1)).one()
            call = db.get_one(Call, source.call_id)
            news = []
            for number in range(count):
                call_id, now = f"{name}-{number}", now_ms()
                db.add(_like(call, call_id=call_id, customer_ref=call_id))
                body = {**source.body, "alert_id": f"al-{call_id}", "call_id": call_id}
                body |= {"opened_at": rfc3339(now), "updated_at": rfc3339(now)}
                alert = _like(
                    source, alert_id=f"al-{call_id}", call_id=call_id, body=body, opened_at=now
                )
                db.add(alert)
                news.append(
                    News(
                        kind="alert",
                        ref=alert.alert_id,
                        call_id=call_id,
                        at=now,
                        body=body,
                        seen=seen_of(alert),
                        trigger=like,
                    )
                )
            db.flush()
            add_to_feed(db, news)
        self.fresh()
        self.services.hub.notify()

    def apply_deeds(self) -> list[str]:
        """The workers answer that what was sent has taken effect; gives which actions."""
        with self.services.sessions.begin() as db:
            sent = list(db.scalars(select(Deed).where(Deed.applied.is_(None))))
            for deed in sent:
                deed.applied, deed.answered_at = True, now_ms()
            news = [
                News(
                    kind="deed",
                    ref=deed.action_id,
                    call_id=deed.call_id,
                    at=now_ms(),
                    body=deed_body(deed),
                    seen=seen_of(deed, deed.mode),
                )
                for deed in sent
            ]
            add_to_feed(db, news)
            done = [deed.action for deed in sent]
        self.services.hub.notify()
        return done

    def tell_alert(self, alert_id: str, like: str, **changes: Any) -> None:
        """An alert as the intake would project it: a copy of another, or its next revision."""
        with self.services.sessions.begin() as db:
            known = db.get(Alert, alert_id)
            source = known or db.scalars(select(Alert).where(Alert.trigger == like)).one()
            revision = known.revision + 1 if known else 1
            body = {**source.body, "alert_id": alert_id, "revision": revision, **changes}
            if known is None:
                columns = {
                    column.name: getattr(source, column.name) for column in Alert.__table__.columns
                }
                known = Alert(**{**columns, "alert_id": alert_id})
                db.add(known)
            known.body, known.revision = body, revision
            known.status, known.trigger = body["status"], body["trigger"]
            known.closed_reason = body.get("closed_reason")
            known.updated_at = now_ms()
            news = News(
                kind="alert",
                ref=alert_id,
                call_id=known.call_id,
                at=now_ms(),
                body=body,
                seen=seen_of(known),
                trigger=known.trigger,
            )
            add_to_feed(db, [news])
        self.fresh()
        self.services.hub.notify()

    def tell_turn(self, call_id: str, text: str) -> None:
        """The words that the caller is saying, as far as they have come."""
        with self.services.sessions.begin() as db:
            found = select(Turn).where(Turn.call_id == call_id).order_by(Turn.first.desc())
            turn = db.scalars(found.limit(1)).one()
            turn.text, turn.number, turn.at = text, turn.number + 1, now_ms()
            call = db.get_one(Call, call_id)
            news = News(
                kind="turn",
                ref=turn.utterance_id,
                call_id=call_id,
                at=turn.at,
                body=turn_body(turn),
                seen=seen_of(call, call.mode),
            )
            add_to_feed(db, [news])
        self.fresh()
        self.services.hub.notify()

    def tell_call(self, call_id: str, **changes: Any) -> None:
        """What is known of a call has changed."""
        with self.services.sessions.begin() as db:
            call = db.get_one(Call, call_id)
            for name, value in changes.items():
                setattr(call, name, value)
            news = News(
                kind="call",
                ref=call_id,
                call_id=call_id,
                at=now_ms(),
                body=call_body(call),
                seen=seen_of(call, call.mode),
            )
            add_to_feed(db, [news])
        self.fresh()
        self.services.hub.notify()

    def tell_note(self, call_id: str, about: str, detail: str, *, call_first: bool = True) -> None:
        """What operators are told of a call, before or after the news of the call itself."""
        now = now_ms()
        body = {"about": about, "call_id": call_id, "at": now, "detail": detail}
        note = News(kind="note", ref=about, call_id=call_id, at=now, body=body, seen=Seen())
        with self.services.sessions.begin() as db:
            call = db.get(Call, call_id) or _like(
                db.scalars(select(Call)).first(), call_id=call_id, not_monitored=None
            )
            db.add(call)
            body = {**call_body(call), "degraded": False, "last_at": now}
            about_call = News(
                kind="call", ref=call_id, call_id=call_id, at=now, body=body, seen=Seen()
            )
            add_to_feed(db, [about_call, note] if call_first else [note, about_call])
        self.fresh()
        self.services.hub.notify()


def _like(row: Any, **other: Any) -> Any:
    """Another row with the values of this one, but for some."""
    kind = type(row)
    values = {column.name: getattr(row, column.name) for column in kind.__table__.columns}
    return kind(**{**values, **other})


@contextmanager
def served(folder: Path, *, calm: bool = False, **settings: Any) -> Iterator[Floor]:
    """A floor that is served for the length of the block."""
    floor = Floor(folder, calm=calm, **settings)
    floor.start()
    try:
        yield floor
    finally:
        floor.stop()


AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_COLOURS = ["color-contrast", "link-in-text-block"]
"""What may differ between the light and the dark scheme: only colours do."""


def violations(page: Any, *, rules: Sequence[str] = ()) -> list[tuple[str, str, list[str]]]:
    """What axe finds on a page, by all that we hold to or by these rules: rule, impact, where."""
    page.evaluate(f"window.axe || (() => {{ {AXE.read_text()} }})()")
    result = page.evaluate(
        "only => axe.run({resultTypes: ['violations'], runOnly: only})",
        {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS},
    )
    return [
        (fault["id"], fault["impact"], [node["html"][:160] for node in fault["nodes"][:3]])
        for fault in result["violations"]
    ]


def violations_in_both_schemes(page: Any) -> list[tuple[str, str, list[str]]]:
    """What axe finds on a page that is shown light, and what its colours lack once it is dark."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + violations(page, rules=AXE_COLOURS)


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
