"""/patterns: the leadership report; and what people judged, as labelled rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from models.evaluation.report.html import html
from wallboard.access import Viewer
from wallboard.auth.audit import POLLED_MS, LookedAt, Looks
from wallboard.auth.gate import SignedIn
from wallboard.pages import page
from wallboard.routes.answers import as_file, as_json, only
from wallboard.services import Database, Services, ServicesOf
from wallboard.views.feedback import JUDGES, feedback
from wallboard.views.patterns import LEADERS, Period, Report, period_of, report
from wallboard.views.zones import days_in
from workflow.patterns.chapters import document
from workflow.patterns.scope import Scope

router = APIRouter()

Day = Annotated[str, Query(max_length=10)]
First = Annotated[str, Query(alias="from", max_length=10)]
Last = Annotated[str, Query(alias="to", max_length=10)]
Name = Annotated[str, Query(max_length=200)]


@router.get("/patterns", include_in_schema=False)
def patterns_page(
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    first: First = "",
    last: Last = "",
    zone: Name = "",
    queue: Name = "",
) -> Response:
    """Figures, plots and tables of a period."""
    only(viewer, LEADERS)
    problem = ""
    try:
        period = _period(viewer, services, first, last, zone, queue)
    except ValueError as error:
        problem = str(error)
        period = _period(viewer, services, "", "", "", queue)
    found = report(db, viewer, services.policy, period)
    _note(looked_at, found)
    return page(
        request,
        services,
        "patterns.html",
        viewer=viewer,
        active="patterns",
        state=found,
        report=found,
        title=days_in(*found.found.scope.days),
        problem=problem,
        desks={name: desk.name for name, desk in services.policy.desks.items()},
        may_judge=viewer.role in JUDGES,
    )


@router.get("/api/patterns")
def patterns(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    first: First = "",
    last: Last = "",
    zone: Name = "",
    queue: Name = "",
) -> Response:
    """The figures of a period (both days included), of what whoever asks may see."""
    only(viewer, LEADERS)
    found = _report(db, viewer, services, first, last, zone, queue)
    _note(looked_at, found)
    return as_json(found)


@router.get("/patterns/report.html", include_in_schema=False)
def patterns_file(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    first: First = "",
    last: Last = "",
    zone: Name = "",
    queue: Name = "",
) -> Response:
    """The same as one page to send on: with plots, and nothing loaded from outside."""
    only(viewer, LEADERS)
    found = _report(db, viewer, services, first, last, zone, queue)
    _note(looked_at, found)
    told = document(found.found, set(found.read), found.sources, files=True)
    name = f"patterns-{found.period.first}-{found.period.last}.html"
    return as_file(html(told).encode(), name, "text/html; charset=utf-8")


@router.get("/api/feedback.jsonl")
def labelled(
    viewer: SignedIn,
    services: ServicesOf,
    looked_at: Looks,
    first: First = "",
    last: Last = "",
    zone: Name = "",
) -> Response:
    """What people judged, one row an utterance, for `hardstop evaluate`; the last week without
    days. For quality and administration alone. Words are redacted."""
    only(viewer, JUDGES)
    try:
        period = _period(viewer, services, first, last, zone, "")
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    scope = Scope.of_days(period.first, period.last, period.time_zone)
    looked_at("report", f"feedback {period.first}/{period.last}")

    def lines() -> Iterator[bytes]:
        # A session of its own: that of the request is over when the answer begins.
        with services.sessions() as db:
            for row in feedback(db, viewer, from_ms=scope.from_ms, to_ms=scope.to_ms):
                yield msgspec.json.encode(row) + b"\n"

    name = f"feedback-{period.first}-{period.last}.jsonl"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines(), media_type="application/jsonl", headers=headers)


def _note(looked_at: LookedAt, found: Report) -> None:
    looked_at("report", f"patterns {found.period.first}/{found.period.last}", POLLED_MS)


def _period(
    viewer: Viewer, services: Services, first: str, last: str, zone: str, queue: str
) -> Period:
    now = services.clock()
    return period_of(viewer, services.policy, now, first=first, last=last, zone=zone, queue=queue)


def _report(
    db: Database,
    viewer: Viewer,
    services: Services,
    first: str,
    last: str,
    zone: str,
    queue: str,
) -> Report:
    try:
        period = _period(viewer, services, first, last, zone, queue)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    return report(db, viewer, services.policy, period)
