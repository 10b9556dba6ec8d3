"""Who may see and do what. Pure: a viewer and a thing in, yes or no out.

Agents see their own call. Supervisors see their queues and teams; desks what is theirs, and calls
on which an alert of theirs stands. Restricted things (a suspected impostor, safeguarding,
misconduct) are for the named desk alone, and a call for the desks of its restricted alerts, whoever
else leads the floor; misconduct never reaches the accused or their team.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

import msgspec

from detectors.vocabulary import Signal
from workflow.alerts import RecordHandling

RESTRICTED = RecordHandling.RESTRICTED.value
MISCONDUCT = Signal.MISCONDUCT.value
EVERY = "*"
"""Among somebody's queues: all there are."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    DESK = "desk"
    QA = "qa"
    ADMIN = "admin"
    SERVICE = "service"


class Scope(StrEnum):
    """What a service's token may do."""

    READ = "read"
    STREAM = "stream"
    ACT = "act"
    TRANSCRIPTS = "transcripts"


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks. Without queues and teams, or with the queue EVERY, a supervisor sees every queue;
    `desks` are those that the person answers for. `scopes` are a service's."""

    id: str
    name: str
    role: Role
    desks: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agent_id: str | None = None
    scopes: tuple[Scope, ...] = ()
    time_zone: str | None = None
    on_a_wall: bool = False
    """Whether a whole room looks with them: then nothing restricted is theirs, at no desk."""


class Thing(Protocol):
    """What has to be asked of a thing before it is shown."""

    @property
    def queue_id(self) -> str | None: ...
    @property
    def team_id(self) -> str | None: ...
    @property
    def agent_id(self) -> str | None: ...
    @property
    def desk(self) -> str | None: ...
    @property
    def handling(self) -> str: ...


class Desks(msgspec.Struct, frozen=True):
    """The desks at which the alerts on a call stand: their own, and those that were asked to come
    for them. `closed`: those of its restricted alerts; `alerts`: those of each alert, by its id.
    `owners`: who owns an alert on it."""

    every: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    alerts: dict[str, frozenset[str]] = {}
    owners: frozenset[str] = frozenset()

    def of_alert(self, alert_id: str) -> frozenset[str]:
        """Those that see an alert."""
        return self.alerts.get(alert_id, frozenset())

    def of_route(self, alert_ids: Collection[str]) -> frozenset[str]:
        """Those that see every alert for which a route asks somebody to come."""
        return frozenset.intersection(*map(self.of_alert, alert_ids)) if alert_ids else frozenset()

    def of_call(self, handling: str) -> frozenset[str]:
        """Those that see the call and hear what is said on it."""
        return self.closed if handling == RESTRICTED else self.every

    def of_record(self, handling: str, trigger: str | None) -> frozenset[str]:
        """Those that read what is on record of it: with an allegation, none but the desk for that,
        which is named on the record itself."""
        return frozenset() if trigger == MISCONDUCT else self.of_call(handling)


def may_see(
    viewer: Viewer,
    thing: Thing,
    *,
    trigger: str | None = None,
    desks: Collection[str] = (),
    owners: Collection[str] = (),
) -> bool:
    """Whether a thing (alert, call, record, callback) may be shown to a viewer. `desks`: those that
    it is at beside its own, as they were asked to come or for the sake of its call; `owners`: whom
    the platform rings for it, at whatever desk they sit.

    An admin runs the system and does not listen in: restricted things are closed to that role too.
    """
    at_desk = any(desk == thing.desk or desk in desks for desk in viewer.desks)
    if is_restricted(thing, trigger):
        accused = trigger == MISCONDUCT and _may_be_accused(viewer, thing)
        return at_desk and not viewer.on_a_wall and not accused
    if viewer.id in owners:
        return True
    match viewer.role:
        case Role.AGENT:
            return viewer.agent_id is not None and thing.agent_id == viewer.agent_id
        case Role.DESK:
            return at_desk
        case Role.SUPERVISOR | Role.QA | Role.SERVICE:
            return at_desk or _of_theirs(viewer, thing)
        case Role.ADMIN:
            return True
    return False


def is_restricted(thing: Thing, trigger: str | None = None) -> bool:
    """Whether a thing is for its desk alone."""
    return trigger == MISCONDUCT or thing.handling == RESTRICTED


def before_a_room(viewer: Viewer, wall: bool) -> Viewer:
    """Who looks, where `wall` says that their screen hangs on one."""
    return msgspec.structs.replace(viewer, on_a_wall=True) if wall else viewer


def may_act(
    viewer: Viewer,
    thing: Thing,
    *,
    trigger: str | None = None,
    desks: Collection[str] = (),
    owners: Collection[str] = (),
) -> bool:
    """Whether a viewer may acknowledge, claim or close a thing that they may see."""
    if not may_see(viewer, thing, trigger=trigger, desks=desks, owners=owners):
        return False
    if viewer.role is Role.SERVICE:
        return Scope.ACT in viewer.scopes
    return viewer.role in (Role.SUPERVISOR, Role.DESK)


def reads_words(viewer: Viewer) -> bool:
    """Whether callers' words, and what people noted of them, are for a viewer at all."""
    return viewer.role is not Role.SERVICE or Scope.TRANSCRIPTS in viewer.scopes


def may_administer(viewer: Viewer) -> bool:
    """Users, tokens, webhooks, the audit log."""
    return viewer.role is Role.ADMIN


def sees_every_queue(viewer: Viewer) -> bool:
    """Whether no queue is kept from a viewer whose role goes by queues."""
    return EVERY in viewer.queues or not (viewer.queues or viewer.teams)


def _may_be_accused(viewer: Viewer, thing: Thing) -> bool:
    """Whether an allegation is of the viewer, or of their team: where nobody knows of which team it
    is, it is of theirs."""
    if viewer.agent_id is not None and thing.agent_id == viewer.agent_id:
        return True
    return thing.team_id in viewer.teams or (thing.team_id is None and bool(viewer.teams))


def _of_theirs(viewer: Viewer, thing: Thing) -> bool:
    if sees_every_queue(viewer):
        return True
    return thing.queue_id in viewer.queues or thing.team_id in viewer.teams
