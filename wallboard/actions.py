"""What a person wants to do, checked: who may do what to which thing. The worker decides."""

from __future__ import annotations

from typing import Annotated

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from detectors.vocabulary import LIFE_STOPS, Signal
from stream.events import Action
from wallboard.access import Role, Scope, Thing, Viewer, may_act, may_see
from wallboard.language import _
from wallboard.store.desks import desks_on
from wallboard.store.tables import Alert, Call, Callback, Complaint, Hint
from workflow.actions import ActionKind, Actor, ActorRole, CallbackTerms, HoldChange
from workflow.call import Verified
from workflow.calling import known_zone
from workflow.moments import rfc3339

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Words = Annotated[str, msgspec.Meta(max_length=2000)]

HINTS = frozenset({ActionKind.HINT_SHOWN, ActionKind.HINT_USED, ActionKind.HINT_DISMISSED})
ON_ALERTS = frozenset(
    {
        ActionKind.ACKNOWLEDGE,
        ActionKind.CLAIM,
        ActionKind.RESOLVE,
        ActionKind.FALSE_ALARM,
        ActionKind.UNDO_FALSE_ALARM,
    }
)
ON_CALLS = frozenset(
    {
        ActionKind.SET_VERIFIED,
        ActionKind.REQUEST_SUPERVISOR,
        ActionKind.REQUEST_SPECIALIST,
        ActionKind.OFFER_CALLBACK,
    }
)
OF_AGENTS = HINTS | ON_CALLS | {ActionKind.COMMIT_CALLBACK}
"""What an agent may do, on their own call."""
ON_RECORD = frozenset({ActionKind.LEGAL_HOLD, ActionKind.REVIEW_INCIDENT})
HOLDERS = frozenset({Role.SUPERVISOR, Role.QA, Role.ADMIN})
"""Who may set a legal hold, and review a record."""
REVIEWERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA})
"""Who may work on the complaint register."""

_ROLES = {
    Role.AGENT: ActorRole.AGENT,
    Role.SUPERVISOR: ActorRole.SUPERVISOR,
    Role.DESK: ActorRole.SPECIALIST,
    Role.QA: ActorRole.QA,
    Role.ADMIN: ActorRole.ADMIN,
    Role.SERVICE: ActorRole.SERVICE,
}
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What POST /api/actions takes. `action_id` is the client's own and makes it happen once."""

    action_id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{8,100}$")]
    call_id: Id
    action: ActionKind
    alert_id: Id | None = None
    reference: Id | None = None
    hint_id: Id | None = None
    desk: Id | None = None
    verified: Verified | None = None
    callback: CallbackTerms | None = None
    expected_revision: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    reason: Words | None = None
    hold: HoldChange | None = None


class Denied(Exception):
    """It is not for this person to do. The text is for them."""


class Missing(Exception):
    """What it should be done to is not there. The text is for whoever tried."""


class Incomplete(Exception):
    """Something is lacking. The text says what."""


def action_of(
    db: Session, viewer: Viewer, wish: Wish, now_ms: int
) -> tuple[Action, Thing, str | None]:
    """The event for the workers, the thing it is about and that thing's trigger.

    Raises Denied, Missing or Incomplete.
    """
    _by_role(viewer, wish)
    thing, trigger = _thing(db, viewer, wish)
    if wish.action is ActionKind.SET_VERIFIED and wish.verified is None:
        raise Incomplete(_("say how far the caller is verified: none, partial or full"))
    if wish.action is ActionKind.REQUEST_SPECIALIST and wish.desk is None:
        raise Incomplete(_("say which desk is wanted"))
    zone = wish.callback.time_zone if wish.callback else None
    if zone and not known_zone(zone):
        told = _("'%(zone)s' is no time zone; names are like America/New_York", zone=zone)
        raise Incomplete(told)
    if wish.action is ActionKind.LEGAL_HOLD and not (wish.reason or "").strip():
        raise Incomplete(_("a legal hold needs its ground"))
    if wish.action is ActionKind.LEGAL_HOLD and wish.hold is None:
        raise Incomplete(_("say whether the legal hold is set or lifted"))
    if wish.action is ActionKind.REVIEW_INCIDENT and not (wish.reason or "").strip():
        raise Incomplete(_("a review says what was found"))
    if (
        wish.action is ActionKind.FALSE_ALARM
        and trigger in _LIFE
        and not (wish.reason or "").strip()
    ):
        raise Incomplete(_("say why this life stop is a false alarm"))
    fields = {name: getattr(wish, name) for name in Wish.__struct_fields__}
    action = Action(
        **fields, actor=Actor(id=viewer.id, role=_ROLES[viewer.role]), at=rfc3339(now_ms)
    )
    return action, thing, trigger


def _by_role(viewer: Viewer, wish: Wish) -> None:
    kind = wish.action
    if viewer.role is Role.SERVICE and Scope.ACT not in viewer.scopes:
        raise Denied(_("this token has no scope 'act'"))
    if kind is ActionKind.FORGET:
        allowed = viewer.role is Role.ADMIN
    elif kind in ON_RECORD:
        allowed = viewer.role in HOLDERS
    elif kind in HINTS:
        allowed = viewer.role is Role.AGENT
    elif kind.value.endswith("_complaint"):
        allowed = viewer.role in REVIEWERS
    elif viewer.role is Role.AGENT:
        allowed = kind in OF_AGENTS
    else:
        allowed = viewer.role in (Role.SUPERVISOR, Role.DESK, Role.SERVICE)
    if not allowed:
        raise Denied(
            _("'%(deed)s' is not for the role %(role)s", deed=kind.value, role=viewer.role.value)
        )


def _thing(db: Session, viewer: Viewer, wish: Wish) -> tuple[Thing, str | None]:
    """What it is about, if the viewer may do this to it."""
    kind = wish.action
    if kind in ON_ALERTS:
        alert = db.get(Alert, wish.alert_id) if wish.alert_id else None
        if alert is None or alert.call_id != wish.call_id:
            raise Missing(_("this alert is not there"))
        at = desks_on(db, [alert.call_id], among=viewer.desks)[alert.call_id]
        allowed = may_act(
            viewer,
            alert,
            trigger=alert.trigger,
            desks=at.of_alert(alert.alert_id),
            owners=(alert.owner_id or "",),
        )
        return _allowed(alert, allowed), alert.trigger
    call = db.get(Call, wish.call_id)
    if kind in HINTS:
        hint = db.get(Hint, wish.hint_id) if wish.hint_id else None
        if hint is None or call is None or hint.call_id != wish.call_id:
            raise Missing(_("this hint is not there"))
        return _allowed(call, hint.agent_id == viewer.agent_id is not None), call.trigger
    if kind.value.endswith("_callback") and kind is not ActionKind.OFFER_CALLBACK:
        return _callback(db, viewer, wish)
    if kind.value.endswith("_complaint"):
        complaint = db.get(Complaint, wish.reference) if wish.reference else None
        if complaint is None or complaint.call_id != wish.call_id:
            raise Missing(_("this complaint is not on the register"))
        trigger = call.trigger if call else None
        on = desks_on(db, [wish.call_id], among=viewer.desks)[wish.call_id]
        desks = on.of_record(complaint.handling, trigger)
        allowed = may_see(viewer, complaint, trigger=trigger, desks=desks)
        return _allowed(complaint, allowed), trigger
    if call is None:
        raise Missing(_("this call is not known here"))
    if viewer.role is Role.AGENT:
        # Their own, restricted or not: it is them who the caller is talking to.
        own = viewer.agent_id is not None and call.agent_id == viewer.agent_id
        return _allowed(call, own), call.trigger
    on = desks_on(db, [call.call_id], among=viewer.desks)[call.call_id]
    may = may_see if kind in ON_RECORD or kind is ActionKind.FORGET else may_act
    desks = on.of_call(call.handling)
    allowed = may(viewer, call, trigger=call.trigger, desks=desks, owners=on.owners)
    return _allowed(call, allowed), call.trigger


def _callback(db: Session, viewer: Viewer, wish: Wish) -> tuple[Thing, str | None]:
    callback = db.get(Callback, wish.reference) if wish.reference else None
    if callback is None or callback.call_id != wish.call_id:
        raise Missing(_("this callback is not on the log"))
    about = callback.body.get("alert_ids", [])
    triggers = list(db.scalars(select(Alert.trigger).where(Alert.alert_id.in_(about))))
    misconduct = Signal.MISCONDUCT.value
    trigger = misconduct if misconduct in triggers else next(iter(triggers), None)
    if viewer.role is Role.AGENT:
        allowed = may_see(viewer, callback, trigger=trigger)
    else:
        owner = callback.owner_id == viewer.id
        allowed = owner or may_act(viewer, callback, trigger=trigger)
    return _allowed(callback, allowed), trigger


def _allowed(thing: Thing, allowed: bool) -> Thing:
    if not allowed:
        raise Denied(_("this is not yours to act on"))
    return thing
