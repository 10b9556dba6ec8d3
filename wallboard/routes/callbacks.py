"""/callbacks: the Supervisor Callback Log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from wallboard.access import Role
from wallboard.auth.audit import POLLED_MS, Looks
from wallboard.auth.gate import SignedIn
from wallboard.language import _
from wallboard.pages import page
from wallboard.routes.answers import as_json, only
from wallboard.services import Database, ServicesOf
from wallboard.views.callback_rows import Tab
from wallboard.views.callbacks import log, one, people
from wallboard.views.cursors import CURSOR
from wallboard.views.unreadable import Unreadable

router = APIRouter()

Before = Annotated[str, Query(pattern=CURSOR)]

READERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA, Role.ADMIN, Role.SERVICE})


@router.get("/callbacks", include_in_schema=False)
def callbacks_page(
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    tab: Tab = Tab.OPEN,
    mine: bool = False,
    before: Before = "",
    part: str = "",
) -> Response:
    """The page; with `part=list` the list alone, as the page's script asks for it anew."""
    only(viewer, READERS)
    now = services.clock()
    found = log(db, viewer, services.policy, now, tab=tab, mine=mine, before=before)
    looked_at("callback", "log", POLLED_MS)
    return page(
        request,
        services,
        "callbacks_list.html" if part == "list" else "callbacks.html",
        viewer=viewer,
        active="callbacks",
        state={"number": found.number, "now": found.now},
        log=found,
        people=people(services.policy),
    )


@router.get("/api/callbacks")
def callbacks(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    tab: Tab = Tab.OPEN,
    mine: bool = False,
    before: Before = "",
) -> Response:
    """A part of the log, with the number of the feed that it stands at. Of what is over, 200 at a
    time: `older` is the next page's `before`."""
    only(viewer, READERS)
    now = services.clock()
    found = log(db, viewer, services.policy, now, tab=tab, mine=mine, before=before)
    looked_at("callback", "log", POLLED_MS)
    return as_json(found)


@router.get("/api/callbacks/{reference}")
def callback(
    reference: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> Response:
    """One callback. 403: it is not there, or not for whoever asks."""
    only(viewer, READERS)
    found = one(db, viewer, services.policy, services.clock(), reference)
    if found is None:
        raise HTTPException(403, _("this callback is not there, or it is not for you"))
    if isinstance(found, Unreadable):
        raise HTTPException(409, _("this callback is kept here and cannot be read"))
    looked_at("callback", reference)
    return as_json(found)
