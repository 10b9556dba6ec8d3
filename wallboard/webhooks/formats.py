"""What a webhook says: as an event, as a line for Slack, as a card for Teams.

Fields are chosen by name, so that a field added to an event is not sent before somebody wants it
to be. The caller's words only where the hook asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from wallboard.language import _, named
from wallboard.words import WORDS
from workflow.moments import rfc3339

_SHARED = ("version", "call_id", "queue_id", "team_id", "agent_id", "deep_link", "mode")
_FIELDS: dict[str, tuple[str, ...]] = {
    "alert": (
        *("alert_id", "episode", "revision", "trigger", "subtype", "severity", "status"),
        *("imminent", "probability", "desk", "owner", "opened_at", "updated_at", "ack_due_at"),
        *("acknowledged_by", "acknowledged_at", "callback_reference"),
        *("customer_ref", "handling", "degraded", "policy_version", "incident_id"),
    ),
    "route": (
        *("route_id", "attempt", "alert_ids", "tier", "desk", "state", "target", "priority"),
        *("requested_at", "expires_at", "owner", "language", "cancel_reason", "state_reason"),
        *("person_id", "origin"),
    ),
    "callback": (
        *("reference", "origin_call_id", "tier", "state", "owner", "deputy", "revision"),
        *("alert_ids", "customer_ref", "window_start", "window_end", "agreed_at", "time_zone"),
        *("welfare", "language", "rung_in"),
    ),
    "complaint": (
        *("reference", "state", "acknowledge_by", "answer_by", "customer_ref", "jurisdiction"),
    ),
    "note": ("about", "detail", "at", "first_sequence", "last_sequence"),
}
KINDS = tuple(_FIELDS)
"""What a webhook may be told of. The transcript is not among it."""

QUOTE = 300
QUOTES = 3


class Format(StrEnum):
    STANDARD = "standard"
    SLACK = "slack"
    TEAMS = "teams"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell. `at` is UTC ms; `link` leads to the wallboard's page of it."""

    kind: str
    ref: str
    at: int
    body: Mapping[str, Any]
    mode: str
    desk: str | None
    link: str


def rendered(told: Told, format_: Format, *, with_words: bool) -> dict[str, Any]:
    """The JSON to send."""
    match format_:
        case Format.STANDARD:
            return standard(told, with_words=with_words)
        case Format.SLACK:
            return slack(told, with_words=with_words)
        case Format.TEAMS:
            return teams(told, with_words=with_words)


def standard(told: Told, *, with_words: bool) -> dict[str, Any]:
    """`type`, `timestamp`, `data`: the payload that Standard Webhooks recommends."""
    wanted = (*_SHARED, *_FIELDS.get(told.kind, ()))
    if with_words:
        wanted += WORDS.get(told.kind, ())
    data = {name: told.body[name] for name in wanted if told.body.get(name) is not None}
    data |= {"id": told.ref, "link": told.link, "mode": told.mode}
    return {"type": type_of(told), "timestamp": rfc3339(told.at), "data": data}


def type_of(told: Told) -> str:
    """What happened: alert.opened, route.joined, callback.missed, call.forgotten, ..."""
    state, kind = told.body.get("state"), told.body.get("type")
    if told.kind != "alert" and isinstance(state, str) and state:
        return f"{told.kind}.{state}"
    return kind if isinstance(kind, str) and "." in kind else f"{told.kind}.changed"


def slack(told: Told, *, with_words: bool) -> dict[str, Any]:
    """An incoming webhook of Slack: `text` for notifications, `blocks` for the channel."""
    title, facts = headline(told), _facts(told)
    lines = [f"*{_mrkdwn(title)}*"]
    lines += [f"{name}: {_mrkdwn(value)}" for name, value in facts]
    blocks: list[dict[str, Any]] = [_section("\n".join(lines))]
    if with_words:
        blocks += [_section(f"> {_mrkdwn(quote)}") for quote in quotes(told)]
    blocks.append(_section(f"<{told.link}|{_('Open on the wallboard')}>"))
    return {"text": _mrkdwn(title), "blocks": blocks}


def teams(told: Told, *, with_words: bool) -> dict[str, Any]:
    """The message that a Teams workflow ("when a webhook request is received") posts: an Adaptive
    Card 1.4."""
    body: list[dict[str, Any]] = [
        _text_block(headline(told), weight="Bolder", size="Medium"),
        {
            "type": "FactSet",
            "facts": [{"title": name, "value": _plain(value)} for name, value in _facts(told)],
        },
    ]
    if with_words:
        body += [_text_block(f"“{_plain(quote)}”", isSubtle=True) for quote in quotes(told)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": _("Open on the wallboard"), "url": told.link}
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def headline(told: Told) -> str:
    """What happened, in a line without a caller's words."""
    body = told.body
    match told.kind:
        case "alert":
            what = named("trigger", body.get("trigger") or _("unknown"))
            subtype = f" ({named('subtype', body['subtype'])})" if body.get("subtype") else ""
            imminent = f", {_('imminent')}" if body.get("imminent") else ""
            return f"{what}{subtype}{imminent}: {_lower('status', body.get('status'))}"
        case "route":
            stage = body.get("state") or str(body.get("type", "")).partition(".")[2]
            desk, stage = _words(told.desk).lower(), _lower("route", stage)
            return _("Route to %(desk)s: %(stage)s", desk=desk, stage=stage)
        case "callback":
            state = _lower("callback", body.get("state"))
            return _("Callback %(reference)s: %(state)s", reference=told.ref, state=state)
        case "call":
            return _("Call %(call)s is forgotten: delete what was posted of it", call=told.ref)
        case "test":
            return _("Test message of the wallboard")
    return f"{named('kind', told.kind)} {told.ref}"


def quotes(told: Told) -> list[str]:
    """The caller's words, of an alert."""
    evidence = told.body.get("evidence") or ()
    found = [str(piece.get("quote", "")) for piece in evidence if isinstance(piece, Mapping)]
    return [" ".join(quote.split())[:QUOTE] for quote in found[:QUOTES] if quote]


def _facts(told: Told) -> list[tuple[str, str]]:
    severity, queue = told.body.get("severity"), told.body.get("queue_id")
    facts = [
        (_("Desk"), _words(told.desk) if told.desk else ""),
        (_("Severity"), named("severity", severity) if severity else ""),
        (_("Queue"), str(queue or "")),
        (_("At"), rfc3339(told.at)),
    ]
    return [(name, value) for name, value in facts if value]


def _lower(kind: str, name: object) -> str:
    return named(kind, name or "unknown").lower()


def _words(name: str | None) -> str:
    """A desk's name: it is the policy's, and not translated."""
    text = (name or "unknown").replace("_", " ")
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    # In Teams' Markdown a caller could otherwise write links; and nobody writes several lines.
    flat = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#~|" else char for char in flat)


def _mrkdwn(text: str) -> str:
    flat = " ".join(text.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Slack has no escape for these; a zero-width space keeps words from becoming format.
    return "".join(f"\u200b{char}" if char in "*_~`" else char for char in flat)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}


def _text_block(text: str, **more: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}
