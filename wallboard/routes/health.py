"""/healthz, /readyz and /metrics: for machines, without a sign-in and without anybody's words."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from wallboard.services import Services, ServicesOf

router = APIRouter()

_HELP = {
    "read": ("topic", "Messages taken into the database."),
    "broken": ("topic", "Messages passed over because they could not be read."),
    "actions": ("outcome", "What people did through this service."),
}


@router.get("/healthz")
def healthz() -> JSONResponse:
    """Whether the process lives."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
def readyz(services: ServicesOf) -> JSONResponse:
    """Whether pages would show what happens: 503 with what is away, otherwise 200. One that is
    catching up stays up, for its pages say so themselves."""
    database = _answers(services)
    reading = services.freshness.reading(services.clock())
    status = 200 if database and reading else 503
    fresh = services.freshness
    behind = {"catching_up": fresh.is_catching_up, "behind": fresh.behind}
    return JSONResponse({"database": database, "reading": reading, **behind}, status)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(services: ServicesOf) -> PlainTextResponse:
    """Counters and gauges in the text format of Prometheus (version 0.0.4)."""
    text = "\n".join(_lines(services)) + "\n"
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(services: Services) -> Iterator[str]:
    for name, (label, says) in _HELP.items():
        yield f"# HELP hardstop_wallboard_{name}_total {says}"
        yield f"# TYPE hardstop_wallboard_{name}_total counter"
        for value, count in sorted(services.counts.by_name.get(name, {}).items()):
            yield f'hardstop_wallboard_{name}_total{{{label}="{value}"}} {count}'
    now, fresh = services.clock(), services.freshness
    since = None if fresh.last_event_at is None else (now - fresh.last_event_at) / 1000
    gauges: tuple[tuple[str, str, float | int | None], ...] = (
        ("reading", "1 while topics are read, 0 while they cannot be.", int(fresh.reading(now))),
        ("behind_messages", "Messages on the topics that have not been read.", fresh.behind),
        ("catching_up", "1 while so many wait that pages are old.", int(fresh.is_catching_up)),
        ("last_event_seconds", "Seconds since the last event on any topic.", since),
        ("streams", "Event streams that are open.", len(services.hub)),
    )
    for name, says, number in gauges:
        if number is not None:
            yield f"# HELP hardstop_wallboard_{name} {says}"
            yield f"# TYPE hardstop_wallboard_{name} gauge"
            yield f"hardstop_wallboard_{name} {number}"
    yield "# HELP hardstop_wallboard_streams_dropped_total Streams let go for reading too slowly."
    yield "# TYPE hardstop_wallboard_streams_dropped_total counter"
    yield f"hardstop_wallboard_streams_dropped_total {services.hub.dropped}"


def _answers(services: Services) -> bool:
    try:
        with services.sessions() as db:
            db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
