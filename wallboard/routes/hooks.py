"""Administration of webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session as Db

from wallboard.access import Viewer
from wallboard.auth.audit import What, address_of, note
from wallboard.auth.gate import Admin
from wallboard.dates import written
from wallboard.language import _, named
from wallboard.pages import page
from wallboard.routes.forms import Text, Texts, listed
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import Webhook
from wallboard.webhooks import hooks, outbox, signing
from wallboard.webhooks.formats import KINDS
from workflow.policy import Severity

router = APIRouter(prefix="/admin/webhooks", include_in_schema=False)

Tick = Annotated[str, Form()]


def _wanted(
    name: Text = "",
    url: Text = "",
    format: Text = "standard",
    kinds: Texts = None,
    triggers: Texts = None,
    queues: Text = "",
    severities: Texts = None,
    with_words: Tick = "",
) -> hooks.Wanted:
    return hooks.wanted(
        name=name,
        url=url,
        format=format,
        kinds=kinds or (),
        triggers=triggers or (),
        queues=listed(queues),
        severities=severities or (),
        with_words=bool(with_words),
    )


@router.get("")
def all_hooks(request: Request, services: ServicesOf, db: Database, viewer: Admin) -> Response:
    """All hooks, and the form for a new one."""
    return _list_page(request, services, db, viewer)


@router.post("")
def make(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    name: Text = "",
    url: Text = "",
    format: Text = "standard",
    kinds: Texts = None,
    triggers: Texts = None,
    queues: Text = "",
    severities: Texts = None,
    with_words: Tick = "",
) -> Response:
    """A new hook; its secret is shown once."""
    try:
        what = _wanted(name, url, format, kinds, triggers, queues, severities, with_words)
    except hooks.HookError as error:
        return _list_page(request, services, db, viewer, problem=str(error))
    made = hooks.create(db, what, viewer.id, services.clock())
    db.flush()
    _note(db, request, services, viewer, What.WEBHOOK_MADE, made)
    return _hook_page(request, services, db, viewer, made, secret=made.secret)


@router.get("/{webhook_id}")
def one(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, webhook_id: str
) -> Response:
    """One hook, its last messages and its dead letters."""
    return _hook_page(request, services, db, viewer, _hook(db, webhook_id))


@router.post("/{webhook_id}")
def change(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    webhook_id: str,
    name: Text = "",
    url: Text = "",
    format: Text = "standard",
    kinds: Texts = None,
    triggers: Texts = None,
    queues: Text = "",
    severities: Texts = None,
    with_words: Tick = "",
) -> Response:
    """Change a hook."""
    hook = _hook(db, webhook_id)
    try:
        what = _wanted(name, url, format, kinds, triggers, queues, severities, with_words)
    except hooks.HookError as error:
        return _hook_page(request, services, db, viewer, hook, problem=str(error))
    hooks.change(hook, what)
    _note(db, request, services, viewer, What.WEBHOOK_CHANGED, hook)
    return _back(webhook_id)


@router.post("/{webhook_id}/active")
def set_active(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    webhook_id: str,
    active: Text = "",
) -> Response:
    """Pause a hook, or let it go on: what waited before goes then, what happened since is left
    out."""
    hook = _hook(db, webhook_id)
    if active == "yes":
        hooks.go_on(hook, services.clock())
    else:
        hook.active = False
    _note(db, request, services, viewer, What.WEBHOOK_CHANGED, hook)
    return _back(webhook_id)


@router.post("/{webhook_id}/secret")
def renew_secret(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, webhook_id: str
) -> Response:
    """A new secret, shown once; the old one signs nothing more."""
    hook = _hook(db, webhook_id)
    hook.secret = signing.new_secret()
    _note(db, request, services, viewer, What.WEBHOOK_CHANGED, hook)
    return _hook_page(request, services, db, viewer, hook, secret=hook.secret)


@router.post("/{webhook_id}/remove")
def remove(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, webhook_id: str
) -> Response:
    """Away with it, and with what waits for it."""
    hook = _hook(db, webhook_id)
    _note(db, request, services, viewer, What.WEBHOOK_REMOVED, hook)
    db.delete(hook)
    return RedirectResponse("/admin/webhooks", status_code=303)


@router.post("/{webhook_id}/test")
def send_test(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, webhook_id: str
) -> Response:
    """Send a message that says that it is a test."""
    hook = _hook(db, webhook_id)
    outbox.put_test(db, hook, services.clock(), services.settings.base_url)
    return _back(webhook_id)


@router.post("/{webhook_id}/resend")
def resend(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    webhook_id: str,
    delivery: Text = "",
) -> Response:
    """Try a dead letter again, or all of them."""
    hook = _hook(db, webhook_id)
    outbox.resend(db, services.clock(), webhook_id, delivery or None)
    _note(db, request, services, viewer, What.WEBHOOK_RESENT, hook)
    return _back(webhook_id)


def _hook(db: Db, webhook_id: str) -> Webhook:
    found = db.get(Webhook, webhook_id)
    if found is None:
        raise HTTPException(404, _("there is no such webhook"))
    return found


def _back(webhook_id: str) -> Response:
    return RedirectResponse(f"/admin/webhooks/{webhook_id}", status_code=303)


def _note(
    db: Db, request: Request, services: Services, viewer: Viewer, what: What, hook: Webhook
) -> None:
    address = address_of(request)
    note(db, services.clock(), what, user_id=viewer.id, ref=hook.webhook_id, address=address)


def _named(kind: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(str(name), named(kind, name)) for name in names]


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "kind_choices": _named("kind", KINDS),
        "trigger_choices": _named("trigger", hooks.TRIGGERS),
        "severity_choices": _named("severity", Severity),
    }


def _list_page(
    request: Request, services: Services, db: Db, viewer: Viewer, *, problem: str | None = None
) -> Response:
    return page(
        request,
        services,
        "admin_webhooks.html",
        status=422 if problem else 200,
        viewer=viewer,
        active="admin",
        shown=hooks.shown(db),
        problem=problem,
        **_choices(),
    )


def _hook_page(
    request: Request,
    services: Services,
    db: Db,
    viewer: Viewer,
    hook: Webhook,
    *,
    problem: str | None = None,
    secret: str | None = None,
) -> Response:
    return page(
        request,
        services,
        "admin_webhook.html",
        status=422 if problem else 200,
        viewer=viewer,
        active="admin",
        when=written(viewer.time_zone),
        hook=hook,
        gone_at=hooks.gone_at(db, hook),
        deliveries=hooks.deliveries(db, hook.webhook_id),
        dead=hooks.deliveries(db, hook.webhook_id, outbox.GIVEN_UP),
        problem=problem,
        secret=secret,
        **_choices(),
    )
