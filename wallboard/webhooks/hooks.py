"""Hooks: made, changed, shown."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from detectors.vocabulary import LABELS, Signal
from wallboard.auth.audit import What, note
from wallboard.language import _
from wallboard.store.tables import Audit, Delivery, Webhook
from wallboard.webhooks import addresses, outbox, signing
from wallboard.webhooks.formats import KINDS, Format
from workflow.policy import Severity

TRIGGERS = tuple(label for label in LABELS if label != Signal.MISCONDUCT)
"""What can be chosen; misconduct is for its desk alone."""
SHOWN = 50


class HookError(ValueError):
    """A hook cannot be so; the text is for the one who tried."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator says of a hook. Empty filters let everything pass."""

    name: str
    url: str
    format: Format
    kinds: tuple[str, ...]
    triggers: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    with_words: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A hook with the counts of what became of its messages in the last week."""

    hook: Webhook
    waiting: int
    delivered: int
    given_up: int


def wanted(
    *,
    name: str,
    url: str,
    format: str,
    kinds: Iterable[str],
    triggers: Iterable[str] = (),
    queues: Iterable[str] = (),
    severities: Iterable[str] = (),
    with_words: bool = False,
) -> Wanted:
    """Checked. Raises HookError."""
    name, url = name.strip(), url.strip()
    if not 1 <= len(name) <= 100:
        raise HookError(_("a webhook needs a name of 1 to 100 characters"))
    try:
        addresses.checked_url(url)
    except addresses.Forbidden as error:
        raise HookError(str(error)) from error
    if format not in set(Format):
        raise HookError(
            _(
                "no format '%(format)s'; formats are %(known)s",
                format=format,
                known=", ".join(Format),
            )
        )
    return Wanted(
        name=name,
        url=url,
        format=Format(format),
        kinds=_of(kinds, KINDS) or _nothing(),
        triggers=_of(triggers, TRIGGERS),
        queues=tuple(dict.fromkeys(queues)),
        severities=_of(severities, tuple(Severity)),
        with_words=with_words,
    )


def create(db: Db, what: Wanted, created_by: str, now: int) -> Webhook:
    """A new hook with a secret of its own; it is told of what happens from now on."""
    hook = Webhook(
        webhook_id=secrets.token_hex(6),
        secret=signing.new_secret(),
        active=True,
        created_by=created_by,
        created_at=now,
    )
    change(hook, what)
    db.add(hook)
    return hook


def change(hook: Webhook, what: Wanted) -> None:
    """Change what a hook is; its secret stays."""
    hook.name, hook.url, hook.format = what.name, what.url, what.format.value
    hook.kinds, hook.triggers = list(what.kinds), list(what.triggers)
    hook.queues, hook.severities = list(what.queues), list(what.severities)
    hook.with_words = what.with_words


def go_on(hook: Webhook, now: int) -> None:
    """After a pause: it is told of what happens from now on. What happened meanwhile is not told:
    nobody is called to what was hours or days ago."""
    if not hook.active:
        hook.active, hook.created_at = True, now


def pause_gone(db: Db, hook: Webhook, url: str, now: int) -> bool:
    """The receiver at `url` says that it is gone for good (410): as Standard Webhooks advises,
    nothing more is sent until an administrator lets it go on. Not where the hook is sent elsewhere
    by now; gives whether it was paused."""
    if not hook.active or hook.url != url:
        return False
    hook.active = False
    note(db, now, What.WEBHOOK_GONE, user_id=None, ref=hook.webhook_id)
    return True


def gone_at(db: Db, hook: Webhook) -> int | None:
    """When a hook was paused because its receiver is gone, UTC ms; None where it was not."""
    if hook.active:
        return None
    ours = (Audit.what == What.WEBHOOK_GONE.value, Audit.ref == hook.webhook_id)
    return db.scalar(select(func.max(Audit.at)).where(*ours, Audit.at >= hook.created_at))


def shown(db: Db) -> list[Shown]:
    """All hooks, by name."""
    query = select(Delivery.webhook_id, Delivery.state, func.count()).group_by(
        Delivery.webhook_id, Delivery.state
    )
    counts = {(hook, state): number for hook, state, number in db.execute(query)}
    return [
        Shown(
            hook=hook,
            waiting=counts.get((hook.webhook_id, outbox.WAITING), 0),
            delivered=counts.get((hook.webhook_id, outbox.DELIVERED), 0),
            given_up=counts.get((hook.webhook_id, outbox.GIVEN_UP), 0),
        )
        for hook in db.scalars(select(Webhook).order_by(Webhook.name, Webhook.webhook_id))
    ]


def deliveries(db: Db, webhook_id: str, state: str | None = None) -> list[Delivery]:
    """The newest messages to a hook; `given_up`: its dead letters."""
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    if state is not None:
        query = query.where(Delivery.state == state)
    return list(db.scalars(query.order_by(Delivery.created_at.desc()).limit(SHOWN)))


def _of(given: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(given))
    if unknown := [name for name in found if name not in known]:
        raise HookError(_("'%(name)s' is not to be chosen here", name=unknown[0]))
    return found


def _nothing() -> tuple[str, ...]:
    raise HookError(_("a webhook needs at least one kind: %(known)s", known=", ".join(KINDS)))
