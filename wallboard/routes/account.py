"""A person's own account: time zone, look, sound, password, sessions."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session as Db

from wallboard.access import Viewer
from wallboard.auth import browsers, members, passwords
from wallboard.auth.audit import What, address_of, has_come_from, note
from wallboard.auth.brake import Brake
from wallboard.auth.gate import Person, SignedIn, preferences_of
from wallboard.dates import written
from wallboard.language import _
from wallboard.pages import page
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import Session, User

router = APIRouter(include_in_schema=False)

THEMES = ("auto", "light", "dark")

Text = Annotated[str, Form()]


class Clock(BaseModel):
    """What a browser says of its clock."""

    time_zone: Annotated[str, Field(max_length=100)]


@router.get("/account")
def account(
    request: Request, services: ServicesOf, db: Database, viewer: Person, done: str = ""
) -> Response:
    """What I have chosen, and where I am signed in."""
    return _page(request, services, db, viewer, done=_("Saved.") if done else None)


@router.post("/account")
def choose(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Person,
    time_zone: Text = "",
    theme: Text = "auto",
    sound: Text = "",
) -> Response:
    """Keep what I have chosen."""
    if time_zone and time_zone not in available_timezones():
        problem = _("There is no such time zone. Write it as Europe/Berlin.")
        return _page(request, services, db, viewer, problem=problem)
    if theme not in THEMES:
        return _page(request, services, db, viewer, problem=_("There is no such look."))
    user = _me(db, viewer)
    user.time_zone = time_zone or None
    user.settings = {**user.settings, "theme": theme, "sound": bool(sound)}
    response = RedirectResponse("/account?done=1", status_code=303)
    browsers.set_theme(response, services.settings, theme)
    return response


@router.post("/account/password")
def new_password(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Person,
    old: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Change my password; every other session of mine ends."""
    user, address, now = _me(db, viewer), address_of(request), services.clock()
    brake: Brake = request.app.state.brake
    known = has_come_from(db, user.user_id, address, now)
    problem = None
    if user.password is None:
        problem = _("You sign in through your provider; there is no password to change here.")
    elif wait := brake.take(user.user_id, address, now, known=known):
        problem = _("Too many tries. Wait %(seconds)s seconds.", seconds=wait // 1000 + 1)
    elif not passwords.matches(user.password, old):
        problem = _("The present password is not right.")
    else:
        brake.forgive(user.user_id, address, known=known)
        problem = passwords.problem_with(password, again, user.user_id)
    if problem is not None:
        return _page(request, services, db, viewer, problem=problem)
    user.password = passwords.hashed(password)
    browsers.end_all(db, user.user_id, but=request.state.session)
    note(db, now, What.PASSWORD_CHANGED, user_id=viewer.id, address=address)
    return RedirectResponse("/account?done=1", status_code=303)


@router.post("/account/sessions/end")
def end_session(
    request: Request, services: ServicesOf, db: Database, viewer: Person, session: Text = ""
) -> Response:
    """End one of my sessions, by the beginning of its digest; `others`: all but this one."""
    if session == "others":
        browsers.end_all(db, viewer.id, but=request.state.session)
    else:
        mine = browsers.of_user(db, viewer.id, services.clock())
        found = [one for one in mine if one.digest[:16] == session]
        if not found:
            raise HTTPException(404, _("this session has ended already"))
        db.delete(found[0])
    note(db, services.clock(), What.SESSION_ENDED, user_id=viewer.id, address=address_of(request))
    return RedirectResponse("/account?done=1", status_code=303)


@router.get("/api/me", include_in_schema=True)
def me(request: Request, viewer: SignedIn) -> dict[str, Any]:
    """Who I am here, and what I have chosen. `csrf` goes into the header x-hardstop-csrf."""
    chosen = preferences_of(request)
    return {
        "id": viewer.id,
        "name": viewer.name,
        "role": viewer.role.value,
        "desks": list(viewer.desks),
        "queues": list(viewer.queues),
        "teams": list(viewer.teams),
        "agent_id": viewer.agent_id,
        "scopes": [scope.value for scope in viewer.scopes],
        "time_zone": viewer.time_zone,
        "theme": chosen.get("theme", "auto"),
        "sound": bool(chosen.get("sound", False)),
        "csrf": getattr(request.state, "csrf", None),
    }


@router.post("/api/me/time-zone")
def browser_zone(given: Clock, db: Database, viewer: Person) -> dict[str, str | None]:
    """The zone of my browser, as long as I have chosen none."""
    user = _me(db, viewer)
    members.settle_zone(user, given.time_zone)
    return {"time_zone": user.time_zone}


def _me(db: Db, viewer: Viewer) -> User:
    return db.get_one(User, viewer.id)


def _page(
    request: Request,
    services: Services,
    db: Db,
    viewer: Viewer,
    *,
    problem: str | None = None,
    done: str | None = None,
) -> Response:
    user = _me(db, viewer)
    sessions: list[Session] = browsers.of_user(db, viewer.id, services.clock())
    return page(
        request,
        services,
        "account.html",
        status=422 if problem else 200,
        viewer=viewer,
        when=written(viewer.time_zone),
        user=user,
        sessions=sessions,
        this=request.state.session,
        zones=sorted(available_timezones()),
        themes=THEMES,
        problem=problem,
        done=done,
    )
