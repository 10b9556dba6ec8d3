"""/incidents: records of hard stops."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from wallboard.access import Scope, Viewer, reads_words
from wallboard.auth.audit import POLLED_MS, Looks
from wallboard.auth.gate import NO_SCOPE, SignedIn
from wallboard.language import _, mark, spoken
from wallboard.pages import page, templates
from wallboard.routes.answers import as_file, as_json, only
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import Entry
from wallboard.triggers import triggers_of
from wallboard.views.chains import decoded, heads_of, let_go_of, proof_of
from wallboard.views.cursors import CURSOR
from wallboard.views.incident import Record, exported, record, rows_of
from wallboard.views.incidents import SEARCHERS, Asked, ReviewState, search
from writers.paper import NoPdf, is_possible, pdf_record

router = APIRouter()

NOT_FOR_YOU = mark("this record is not there, or it is not for you")
UNREADABLE = mark("an entry that is kept here cannot be read as one")


def asked(
    viewer: SignedIn,
    call: Annotated[str, Query(max_length=256)] = "",
    words: Annotated[str, Query(max_length=200)] = "",
    trigger: Annotated[str, Query(max_length=100)] = "",
    desk: Annotated[str, Query(max_length=200)] = "",
    review: Annotated[str, Query(pattern="^(|waiting|reviewed|held)$")] = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
    before: Annotated[str, Query(pattern=CURSOR)] = "",
) -> Asked:
    """What a search is for. Whoever reads no words finds nothing by them either."""
    if words.strip() and not reads_words(viewer):
        raise HTTPException(403, _(NO_SCOPE, scope=Scope.TRANSCRIPTS.value))
    return Asked(
        call=call.strip(),
        words=" ".join(words.split()),
        trigger=trigger,
        desk=desk,
        review=review,
        first=first,
        last=last,
        before=before,
    )


AskedFor = Annotated[Asked, Depends(asked)]


@router.get("/incidents", include_in_schema=False)
def incidents_page(
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    wanted: AskedFor,
    part: str = "",
) -> Response:
    """Search and results."""
    only(viewer, SEARCHERS)
    problem = ""
    try:
        found = search(db, viewer, services.policy, wanted, services.signed_with)
    except ValueError:
        problem = _("days are written like 2026-11-30")
        cleared = msgspec.structs.replace(wanted, first="", last="")
        found = search(db, viewer, services.policy, cleared, services.signed_with)
    looked_at("record", "search", POLLED_MS)
    return page(
        request,
        services,
        "incidents_list.html" if part == "list" else "incidents.html",
        viewer=viewer,
        active="incidents",
        state={"number": found.number},
        asked=wanted,
        found=found,
        problem=problem,
        triggers=triggers_of(services.policy),
        desks={name: desk.name for name, desk in services.policy.desks.items()},
        states=list(ReviewState),
    )


@router.get("/api/incidents")
def incidents(
    viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks, wanted: AskedFor
) -> Response:
    """Records, the newest first, 50 at a time: `older` is the next page's `before`."""
    only(viewer, SEARCHERS)
    try:
        found = search(db, viewer, services.policy, wanted, services.signed_with)
    except ValueError as error:
        raise HTTPException(400, _("days are written like 2026-11-30")) from error
    looked_at("record", "search", POLLED_MS)
    return as_json(found)


@router.get("/incidents/{incident_id}", include_in_schema=False)
def incident_page(
    incident_id: str,
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    part: str = "",
) -> Response:
    """One record, entry by entry."""
    found = _record(db, viewer, services, incident_id)
    looked_at("record", incident_id)
    return page(
        request,
        services,
        "incident_record.html" if part == "list" else "incident.html",
        viewer=viewer,
        active="incidents",
        state={"number": found.number, "call_id": found.call_id},
        record=found,
        desks={name: desk.name for name, desk in services.policy.desks.items()},
        has_pdf=is_possible(),
    )


@router.get("/api/incidents/{incident_id}")
def incident(
    incident_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> Response:
    """One record. 403: it is not there, or not for whoever asks; a record is words, and takes a
    token with the scope for transcripts."""
    if not reads_words(viewer):
        raise HTTPException(403, _(NO_SCOPE, scope=Scope.TRANSCRIPTS.value))
    found = _record(db, viewer, services, incident_id)
    looked_at("record", incident_id)
    return as_json(found)


@router.get("/incidents/{incident_id}/export.json", include_in_schema=False)
def export_json(
    incident_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> Response:
    """The entries as the workers wrote them, with what their chain proves."""
    rows = _rows(db, viewer, incident_id)
    looked_at("record", incident_id)
    try:
        heads = heads_of(db, {incident_id})[incident_id]
        gone = bool(let_go_of(db, {rows[0].call_id}))
        content = exported(rows, heads, services.signed_with, let_go=gone)
    except msgspec.ValidationError as error:
        raise HTTPException(409, _(UNREADABLE)) from error
    return as_file(content, f"record-{rows[0].call_id}.json", "application/json")


@router.get("/incidents/{incident_id}/export.html", include_in_schema=False)
def export_html(
    incident_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> Response:
    """One page to print and keep; it loads nothing from outside."""
    found = _record(db, viewer, services, incident_id)
    looked_at("record", incident_id)
    desks = {name: desk.name for name, desk in services.policy.desks.items()}
    template = templates().get_template("incident_print.html")
    text = template.render(record=found, desks=desks, language=spoken().tag)
    return as_file(text.encode(), f"record-{found.call_id}.html", "text/html; charset=utf-8")


@router.get("/incidents/{incident_id}/export.pdf", include_in_schema=False)
def export_pdf(
    incident_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> Response:
    """Pages to print, sign and hand over: the verdict first, then every entry."""
    rows = _rows(db, viewer, incident_id)
    looked_at("record", incident_id)
    try:
        entries = decoded(rows)
        heads = heads_of(db, {incident_id})[incident_id]
        gone = bool(let_go_of(db, {rows[0].call_id}))
        proof = proof_of(entries, heads, services.signed_with, let_go=gone)
        content = pdf_record(entries, proof.verdict)
    except msgspec.ValidationError as error:
        raise HTTPException(409, _(UNREADABLE)) from error
    except NoPdf as error:
        raise HTTPException(501, str(error)) from error
    return as_file(content, f"record-{rows[0].call_id}.pdf", "application/pdf")


def _record(db: Database, viewer: Viewer, services: Services, incident_id: str) -> Record:
    found = record(db, viewer, services.policy, incident_id, services.signed_with)
    if found is None:
        raise HTTPException(403, _(NOT_FOR_YOU))
    return found


def _rows(db: Database, viewer: Viewer, incident_id: str) -> list[Entry]:
    rows = rows_of(db, viewer, incident_id)
    if rows is None:
        raise HTTPException(403, _(NOT_FOR_YOU))
    return rows
