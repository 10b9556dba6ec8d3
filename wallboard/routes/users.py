"""Administration of people: who may sign in, as what, and their one-time links."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import Role, Viewer
from wallboard.auth import browsers, invitations, members
from wallboard.auth.audit import What, address_of, note
from wallboard.auth.gate import Admin
from wallboard.dates import written
from wallboard.language import _, named
from wallboard.pages import page
from wallboard.routes.forms import Text, Texts, listed
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import User

router = APIRouter(prefix="/admin", include_in_schema=False)


@router.get("")
def home(viewer: Admin) -> Response:
    """Begins with the users."""
    return RedirectResponse("/admin/users", status_code=303)


@router.get("/users")
def users(request: Request, services: ServicesOf, db: Database, viewer: Admin) -> Response:
    """Everybody who may sign in, and the form that invites."""
    return _users_page(request, services, db, viewer)


@router.post("/users")
def invite(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    user: Text = "",
    name: Text = "",
    role: Text = "",
    desks: Texts = None,
    queues: Text = "",
    teams: Text = "",
    agent_id: Text = "",
) -> Response:
    """Make an account and show its one-time link, where links let people in."""
    now = services.clock()
    try:
        profile = members.profile_of(
            name=name,
            role=role,
            desks=desks or (),
            queues=listed(queues),
            teams=listed(teams),
            agent_id=agent_id,
            known_desks=services.policy.desks,
        )
        made = members.create(db, user, profile, now)
    except members.MemberError as error:
        return _users_page(request, services, db, viewer, problem=str(error))
    link = None
    if services.settings.local_users:
        secret = invitations.invite(db, profile.role, now, made.user_id)
        link = invitations.address(services.settings, secret)
    _note(db, request, services, viewer, What.USER_INVITED, made.user_id)
    return _users_page(request, services, db, viewer, link=link, invited=made)


@router.get("/users/{user_id}")
def user_page(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, user_id: str
) -> Response:
    """One user."""
    return _user_page(request, services, db, viewer, _user(db, user_id))


@router.post("/users/{user_id}")
def change(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    user_id: str,
    name: Text = "",
    role: Text = "",
    desks: Texts = None,
    queues: Text = "",
    teams: Text = "",
    agent_id: Text = "",
) -> Response:
    """Change role, desks, queues, teams."""
    user = _user(db, user_id)
    try:
        profile = members.profile_of(
            name=name,
            role=role,
            desks=desks or (),
            queues=listed(queues),
            teams=listed(teams),
            agent_id=agent_id,
            known_desks=services.policy.desks,
        )
        members.change(db, user, profile)
    except members.MemberError as error:
        return _user_page(request, services, db, viewer, user, problem=str(error))
    _note(db, request, services, viewer, What.USER_CHANGED, user_id)
    return RedirectResponse("/admin/users", status_code=303)


@router.post("/users/{user_id}/active")
def set_active(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    user_id: str,
    active: Text = "",
) -> Response:
    """Close an account, or open it again."""
    user = _user(db, user_id)
    try:
        if active == "yes":
            user.active = True
        else:
            members.deactivate(db, user)
    except members.MemberError as error:
        return _user_page(request, services, db, viewer, user, problem=str(error))
    what = What.USER_ACTIVATED if user.active else What.USER_DEACTIVATED
    _note(db, request, services, viewer, what, user_id)
    return RedirectResponse("/admin/users", status_code=303)


@router.post("/users/{user_id}/link")
def link_again(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, user_id: str
) -> Response:
    """A new one-time link, for a forgotten password; the user's sessions end."""
    user = _user(db, user_id)
    if not user.active or not services.settings.local_users:
        closed = not user.active
        problem = _("This account is closed.") if closed else _("There are no passwords here.")
        return _user_page(request, services, db, viewer, user, problem=problem)
    secret = invitations.invite(db, Role(user.role), services.clock(), user_id)
    browsers.end_all(db, user_id)
    _note(db, request, services, viewer, What.USER_INVITED, user_id)
    link = invitations.address(services.settings, secret)
    return _user_page(request, services, db, viewer, user, link=link)


def _choices() -> list[tuple[str, str]]:
    return [(role.value, named("role", role)) for role in members.ROLES]


def _user(db: Db, user_id: str) -> User:
    found = db.get(User, user_id)
    if found is None:
        raise HTTPException(404, _("there is no such user"))
    return found


def _note(
    db: Db, request: Request, services: Services, viewer: Viewer, what: What, ref: str
) -> None:
    note(db, services.clock(), what, user_id=viewer.id, ref=ref, address=address_of(request))


def _users_page(
    request: Request,
    services: Services,
    db: Db,
    viewer: Viewer,
    *,
    problem: str | None = None,
    link: str | None = None,
    invited: User | None = None,
) -> Response:
    return page(
        request,
        services,
        "admin_users.html",
        status=422 if problem else 200,
        viewer=viewer,
        when=written(viewer.time_zone),
        active="admin",
        users=list(db.scalars(select(User).order_by(User.active.desc(), User.name))),
        people=services.policy.people,
        desk_choices=[(name, desk.name) for name, desk in services.policy.desks.items()],
        role_choices=_choices(),
        local_users=services.settings.local_users,
        problem=problem,
        link=link,
        invited=invited,
    )


def _user_page(
    request: Request,
    services: Services,
    db: Db,
    viewer: Viewer,
    user: User,
    *,
    problem: str | None = None,
    link: str | None = None,
) -> Response:
    return page(
        request,
        services,
        "admin_user.html",
        status=422 if problem else 200,
        viewer=viewer,
        when=written(viewer.time_zone),
        active="admin",
        user=user,
        sessions=browsers.of_user(db, user.user_id, services.clock()),
        desk_choices=[(name, desk.name) for name, desk in services.policy.desks.items()],
        role_choices=_choices(),
        local_users=services.settings.local_users,
        problem=problem,
        link=link,
    )
