"""Sign-in and sign-out, the one-time links, and the way to the provider and back."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session as Db

from wallboard.access import Role
from wallboard.auth import browsers, claims, cookies, invitations, members, passwords, strangers
from wallboard.auth.audit import What, address_of, has_come_from, note
from wallboard.auth.brake import Brake
from wallboard.auth.gate import Person, SignInNeeded, signed_in
from wallboard.auth.oidc import OidcError, Provider, Ticket
from wallboard.language import _, mark
from wallboard.pages import page
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import Invitation, Session, User

router = APIRouter(include_in_schema=False)

WRONG = mark("That did not work. Check the name and the password, and try again.")
"""The same whatever was wrong: nobody learns who exists."""
OLD = mark("The page was too old. Please try once more.")
TICKET = "hardstop_oidc"
TICKET_PATH = "/sign-in/oidc"
TICKET_S = 600

Text = Annotated[str, Form()]


@router.get("/sign-in")
def ask(request: Request, services: ServicesOf, next: str | None = None) -> Response:
    """The sign-in page."""
    return _sign_in_page(request, services, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: ServicesOf,
    db: Database,
    user: Text = "",
    password: Text = "",
    next: Text = "",
    csrf: Text = "",
    time_zone: Text = "",
) -> Response:
    """A name and a password for a session."""
    if not services.settings.local_users:
        return _sign_in_page(request, services, next, problem=_(WRONG), status=403)
    if not strangers.is_ours(request, csrf):
        return _sign_in_page(request, services, next, problem=_(OLD), status=403, user=user)
    user_id, address, now = user.strip()[:200], address_of(request), services.clock()
    brake: Brake = request.app.state.brake
    known = has_come_from(db, user_id, address, now)
    if wait := brake.take(user_id, address, now, known=known):
        seconds = math.ceil(wait / 1000)
        waits = _("After several tries there is a wait: %(seconds)s seconds.", seconds=seconds)
        problem = f"{_(WRONG)} {waits}"
        response = _sign_in_page(request, services, next, problem=problem, status=429, user=user)
        response.headers["retry-after"] = str(seconds)
        return response
    found = db.get(User, user_id)
    right = passwords.matches(found.password if found is not None else None, password)
    if found is None or not right or not found.active:
        whose = None if found is None else found.user_id
        note(db, now, What.SIGN_IN_REFUSED, user_id=whose, address=address)
        return _sign_in_page(request, services, next, problem=_(WRONG), status=401, user=user)
    brake.forgive(user_id, address, known=known)
    if found.password is not None and passwords.is_outdated(found.password):
        found.password = passwords.hashed(password)
    members.settle_zone(found, time_zone)
    return _enter(db, request, services, found, strangers.safe_next(next), What.SIGN_IN)


@router.post("/sign-out")
def sign_out(request: Request, services: ServicesOf, db: Database, viewer: Person) -> Response:
    """End this session."""
    found = db.get(Session, request.state.session)
    if found is not None:
        db.delete(found)
    note(db, services.clock(), What.SIGN_OUT, user_id=viewer.id, address=address_of(request))
    response = RedirectResponse("/sign-in", status_code=303)
    browsers.clear_cookie(response, services.settings)
    return response


@router.get("/welcome/{secret}")
def welcome(request: Request, services: ServicesOf, db: Database, secret: str) -> Response:
    """Where a one-time link leads. Looking does not use it up: mail programs look, too."""
    if not services.settings.local_users:
        return _welcome_page(request, services, db, None)
    found = invitations.find(db, secret, services.clock())
    if found is None and _is_in_by(secret, request, services, db):
        return RedirectResponse(strangers.HOME, status_code=303)
    return _welcome_page(request, services, db, found)


@router.post("/welcome/{secret}")
def join(
    request: Request,
    services: ServicesOf,
    secret: str,
    user: Text = "",
    name: Text = "",
    password: Text = "",
    again: Text = "",
    csrf: Text = "",
    time_zone: Text = "",
) -> Response:
    """Set the password, where the link asks for one, and be in."""
    now, given = services.clock(), {"user": user, "name": name}
    if not services.settings.local_users:
        # A password set here would also keep its user from coming by the provider.
        with services.sessions.begin() as db:
            return _welcome_page(request, services, db, None)
    problem = None if strangers.is_ours(request, csrf) else _(OLD)
    try:
        # Of its own: what cannot be done must not use the link up.
        with services.sessions.begin() as db:
            invitation = invitations.find(db, secret, now)
            if invitation is not None and problem is None:
                user_id = members.checked_id(invitation.user_id or user)
                wrong = passwords.problem_with(password, again, user_id)
                if wrong and not invitation.direct:
                    raise members.MemberError(wrong)
                kept = None if invitation.direct else passwords.hashed(password)
                if invitations.use(db, secret, now):
                    joined = _joined(db, invitation, user_id, name, now)
                    members.settle_zone(joined, time_zone)
                    if kept is not None:
                        joined.password = kept
                        browsers.end_all(db, joined.user_id)
                    return _enter(db, request, services, joined, strangers.HOME, What.USER_JOINED)
    except members.MemberError as error:
        problem = str(error)
    with services.sessions.begin() as db:
        invitation = invitations.find(db, secret, now)
        return _welcome_page(request, services, db, invitation, problem, given)


@router.get("/sign-in/oidc")
def to_provider(request: Request, services: ServicesOf, next: str | None = None) -> Response:
    """Off to the provider."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        return RedirectResponse("/sign-in", status_code=303)
    try:
        url, ticket = provider.begin(strangers.safe_next(next))
    except OidcError as error:
        return _sign_in_page(request, services, next, problem=_sentence(error), status=502)
    response = RedirectResponse(url, status_code=303)
    cookies.put(
        response, services.settings, TICKET, ticket.packed(), max_age=TICKET_S, path=TICKET_PATH
    )
    return response


@router.get("/sign-in/oidc/back")
def from_provider(request: Request, services: ServicesOf) -> Response:
    """Back from the provider."""
    provider: Provider | None = request.app.state.provider
    ticket = Ticket.unpacked(request.cookies.get(TICKET, ""))
    now, desks = services.clock(), services.policy.desks
    try:
        if provider is None or ticket is None:
            raise OidcError(_("this sign-in was not begun in this browser: begin again"))
        said = provider.finish(ticket, dict(request.query_params))
        after = strangers.safe_next(ticket.next)
        with services.sessions.begin() as db:
            user = claims.arrive(db, said, services.settings, known_desks=desks, now=now)
            response = _enter(db, request, services, user, after, What.SIGN_IN)
    except OidcError as error:
        with services.sessions.begin() as db:
            address = address_of(request)
            note(db, now, What.SIGN_IN_REFUSED, user_id=None, ref="oidc", address=address)
        response = _sign_in_page(request, services, None, problem=_sentence(error), status=403)
    cookies.drop(response, services.settings, TICKET, TICKET_PATH)
    return response


def _is_in_by(secret: str, request: Request, services: Services, db: Db) -> bool:
    """Whether the link is opened once more by the one whom it has let in, in the same browser."""
    user_id = invitations.meant_for(db, secret)
    try:
        return user_id is not None and signed_in(request, services, db).id == user_id
    except (SignInNeeded, HTTPException):
        return False


def _joined(db: Db, invitation: Invitation, user_id: str, name: str, now: int) -> User:
    if invitation.user_id is not None:
        found = db.get(User, invitation.user_id)
        if found is None or not found.active:
            raise members.MemberError(_("this account is closed: ask an administrator"))
        return found
    profile = members.profile_of(name=name, role=invitation.role, known_desks=())
    return members.create(db, user_id, profile, now)


def _enter(
    db: Db, request: Request, services: Services, user: User, after: str, what: What
) -> Response:
    secret = browsers.begin(db, request, services, user)
    note(db, services.clock(), what, user_id=user.user_id, address=address_of(request))
    if user.role == Role.AGENT and after == strangers.HOME:
        after = "/my-call"
    response = RedirectResponse(after, status_code=303)
    browsers.set_cookie(response, services.settings, secret)
    if theme := user.settings.get("theme"):
        browsers.set_theme(response, services.settings, theme)
    cookies.drop(response, services.settings, strangers.COOKIE)
    return response


def _sign_in_page(
    request: Request,
    services: Services,
    next_path: str | None,
    *,
    problem: str | None = None,
    status: int = 200,
    user: str = "",
) -> Response:
    secret = strangers.form_secret(request)
    response = page(
        request,
        services,
        "sign_in.html",
        status=status,
        problem=problem,
        user=user[:200],
        next=strangers.safe_next(next_path),
        form_secret=secret,
        local_users=services.settings.local_users,
        provider=request.app.state.provider is not None,
    )
    strangers.remember(response, services.settings, secret)
    return response


def _welcome_page(
    request: Request,
    services: Services,
    db: Db,
    invitation: Invitation | None,
    problem: str | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    secret = strangers.form_secret(request)
    known = None
    if invitation is not None and invitation.user_id is not None:
        known = db.get(User, invitation.user_id)
    local_users = services.settings.local_users
    status = 403 if not local_users else 410 if invitation is None else 422 if problem else 200
    response = page(
        request,
        services,
        "welcome.html",
        status=status,
        invitation=invitation,
        local_users=local_users,
        known=known,
        problem=problem,
        given=given or {"user": "", "name": ""},
        form_secret=secret,
        shortest=passwords.SHORTEST,
    )
    strangers.remember(response, services.settings, secret)
    return response


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + "."
