"""/complaints: the complaint register."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from wallboard.auth.audit import POLLED_MS, Looks
from wallboard.auth.gate import SignedIn
from wallboard.language import _
from wallboard.pages import page
from wallboard.routes.answers import as_file, as_json, only
from wallboard.services import Database, ServicesOf
from wallboard.views.complaint_rows import Tab
from wallboard.views.complaints import READERS, records, register
from wallboard.views.cursors import CURSOR
from workflow.complaint_table import as_csv

router = APIRouter()

Find = Annotated[str, Query(max_length=256)]
Before = Annotated[str, Query(pattern=CURSOR)]
Day = Annotated[str, Query(max_length=10)]


@router.get("/complaints", include_in_schema=False)
def complaints_page(
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    tab: Tab = Tab.OPEN,
    find: Find = "",
    before: Before = "",
    part: str = "",
) -> Response:
    """The page; with `part=list` the list alone."""
    only(viewer, READERS)
    now = services.clock()
    wanted = {"find": find.strip(), "before": before}
    found = register(db, viewer, services.policy, now, tab=tab, **wanted)
    looked_at("complaint", "register", POLLED_MS)
    return page(
        request,
        services,
        "complaints_list.html" if part == "list" else "complaints.html",
        viewer=viewer,
        active="complaints",
        state={"number": found.number, "now": found.now},
        register=found,
        find=find.strip(),
    )


@router.get("/api/complaints")
def complaints(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    tab: Tab = Tab.OPEN,
    find: Find = "",
    before: Before = "",
) -> Response:
    """A part of the register: what is late first, then by the next date. Of what is closed, 200 at
    a time, the newest first: `older` is the next page's `before`."""
    only(viewer, READERS)
    now = services.clock()
    wanted = {"find": find.strip(), "before": before}
    found = register(db, viewer, services.policy, now, tab=tab, **wanted)
    looked_at("complaint", "register", POLLED_MS)
    return as_json(found)


@router.get("/complaints/export.csv", include_in_schema=False)
def export(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
) -> Response:
    """The register as a table, of complaints received between two days."""
    only(viewer, READERS)
    now = services.clock()
    try:
        found, unreadable = records(db, viewer, first=first, last=last)
    except ValueError as error:
        raise HTTPException(
            400, _("give days like 2026-11-30, in order: %(why)s", why=error)
        ) from error
    looked_at("complaint", "export")
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    table = as_csv(found, now, [one.reference for one in unreadable])
    return as_file(table, f"complaints-{today}.csv", "text/csv; charset=utf-8")
