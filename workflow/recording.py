"""What people do to the record of a call: a legal hold, a review, having the caller forgotten."""

from __future__ import annotations

from workflow.actions import ActionKind, ActorRole, Deed, HoldChange, Refused
from workflow.happenings import Cause, Erased, ErasureRefused, Happening, Hold, Review
from workflow.incident import RecordError, RecordState, check, standing_holds

KEEPERS = frozenset({ActorRole.SUPERVISOR, ActorRole.QA, ActorRole.ADMIN})
"""Who may hold and review records."""

ERASERS = frozenset({ActorRole.ADMIN, ActorRole.SERVICE})
"""Who may have a caller forgotten: an admin, or the system in which callers' requests are kept."""


def happening_of(deed: Deed, record: RecordState) -> Happening:
    """What a hold or a review puts on record. Raises Refused, with what to do."""
    if deed.actor.role not in KEEPERS:
        raise Refused("a supervisor, quality assurance or an admin does this")
    if record.count == 0:
        raise Refused(
            "there is no record of this call: no hard stop was heard, or workers keep no records "
            "(HARDSTOP_RECORD_KEY)"
        )
    said = deed.reason or ""
    happening: Happening
    if deed.action is ActionKind.REVIEW_INCIDENT:
        happening = Review(deed.actor, said)
    elif deed.hold is None:
        raise Refused("say whether the hold is to be set or to be lifted")
    else:
        happening = Hold(deed.actor, said, lifted=deed.hold is HoldChange.LIFT)
    try:
        check(record, happening)
    except RecordError as error:
        raise Refused(str(error)) from error
    return happening


def erasure_of(deed: Deed, record: RecordState) -> Erased | ErasureRefused:
    """What a request to be forgotten puts on record. Raises Refused."""
    if deed.actor.role not in ERASERS:
        raise Refused("an admin has a caller forgotten")
    ground = (deed.reason or "").strip()
    if not ground:
        raise Refused("say on what ground: whose request it is, by its number")
    standing = standing_holds(record)
    if standing is not None:
        return ErasureRefused(deed.actor, ground, standing, Cause.FORGET)
    return Erased(deed.actor, ground, Cause.FORGET)
