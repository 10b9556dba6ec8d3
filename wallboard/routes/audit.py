"""Administration: the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from wallboard.auth.audit import What, address_of, note
from wallboard.auth.gate import Admin
from wallboard.dates import written
from wallboard.pages import page
from wallboard.services import Database, ServicesOf
from wallboard.views import audit as audit_view

router = APIRouter(prefix="/admin/audit", include_in_schema=False)


@router.get("")
def audit(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    person: str = "",
    day: str = "",
    what: str = "",
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """The audit log, by person and day."""
    found = audit_view.search(
        db, person=person.strip(), day=day, what=what, before=before, zone=viewer.time_zone
    )
    if person or day:
        ref, address = person.strip() or day[:10], address_of(request)
        kind = What.AUDIT_SEARCHED
        note(db, services.clock(), kind, user_id=viewer.id, ref=ref, address=address)
    return page(
        request,
        services,
        "admin_audit.html",
        viewer=viewer,
        when=written(viewer.time_zone),
        active="admin",
        found=found,
        person=person,
        day=day,
        what=what,
        kinds=list(What),
    )
