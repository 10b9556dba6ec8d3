"""Who may see and do what. Pure: a viewer and a thing in, yes or no out.

Agents see their own call. Supervisors see their queues and teams; desks what is theirs. Restricted
things (a suspected impostor, safeguarding, misconduct) are for the named desk alone, whoever else
leads the floor; misconduct never reaches the team of the accused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

from detectors.vocabulary import Signal
from workflow.alerts import RecordHandling


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
    """Who looks. Without queues and teams a supervisor sees every queue; `desks` are those that
    the person answers for. `scopes` are a service's."""

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


def may_see(viewer: Viewer, thing: Thing, *, trigger: str | None = None) -> bool:
    """Whether a thing (alert, call, record, callback) may be shown to a viewer.

    An admin runs the system and does not listen in: restricted things are closed to that role too.
    """
    at_desk = thing.desk is not None and thing.desk in viewer.desks
    if is_restricted(thing, trigger):
        accused = trigger == Signal.MISCONDUCT.value and thing.team_id in viewer.teams
        return at_desk and not viewer.on_a_wall and (thing.team_id is None or not accused)
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
    misconduct = trigger == Signal.MISCONDUCT.value
    return misconduct or thing.handling == RecordHandling.RESTRICTED.value


def before_a_room(viewer: Viewer, wall: bool) -> Viewer:
    """Who looks, where `wall` says that their screen hangs on one."""
    return msgspec.structs.replace(viewer, on_a_wall=True) if wall else viewer


def may_act(viewer: Viewer, thing: Thing, *, trigger: str | None = None) -> bool:
    """Whether a viewer may acknowledge, claim or close a thing that they may see."""
    if not may_see(viewer, thing, trigger=trigger):
        return False
    if viewer.role is Role.SERVICE:
        return Scope.ACT in viewer.scopes
    return viewer.role in (Role.SUPERVISOR, Role.DESK)


def may_administer(viewer: Viewer) -> bool:
    """Users, tokens, webhooks, the audit log."""
    return viewer.role is Role.ADMIN


def _of_theirs(viewer: Viewer, thing: Thing) -> bool:
    if not viewer.queues and not viewer.teams:
        return True
    return thing.queue_id in viewer.queues or thing.team_id in viewer.teams
