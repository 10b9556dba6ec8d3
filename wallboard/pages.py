"""Pages as HTML: the templates, and what every one of them needs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wallboard.access import Role, Viewer
from wallboard.auth.gate import preferences_of
from wallboard.language import figure, mark, named, of_pages, spoken
from wallboard.services import Services
from wallboard.views.zones import date_in

HERE = Path(__file__).parent
THEME_COOKIE = "hardstop_theme"
"""light | dark; without it the browser's own choice holds. Set by static/page.js."""

_EVERYONE = frozenset(Role)
_FLOOR = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA, Role.ADMIN})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A page in the navigation, and to whom it is offered."""

    name: str
    path: str
    title: str
    roles: frozenset[Role]


PLACES = (
    Place(name="board", path="/board", title=mark("Board"), roles=_FLOOR),
    Place(name="my-call", path="/my-call", title=mark("My call"), roles=frozenset({Role.AGENT})),
    Place(name="callbacks", path="/callbacks", title=mark("Callbacks"), roles=_FLOOR),
    Place(name="incidents", path="/incidents", title=mark("Incidents"), roles=_FLOOR),
    Place(name="complaints", path="/complaints", title=mark("Complaints"), roles=_FLOOR),
    Place(name="patterns", path="/patterns", title=mark("Patterns"), roles=_FLOOR),
    Place(name="admin", path="/admin", title=mark("Administration"), roles=frozenset({Role.ADMIN})),
)


def page(
    request: Request,
    services: Services,
    template: str,
    *,
    viewer: Viewer | None = None,
    active: str = "",
    status: int = 200,
    state: Any = None,
    **context: Any,
) -> HTMLResponse:
    """A page. `active`: its name in PLACES. `state`: what its script begins with, as JSON
    (`<script type="application/json" id="state">`)."""
    theme = request.cookies.get(THEME_COOKIE, "")
    html = (
        templates()
        .get_template(template)
        .render(
            request=request,
            viewer=viewer,
            active=active,
            csrf=getattr(request.state, "csrf", ""),
            theme=theme if theme in ("light", "dark") else "auto",
            places=[place for place in PLACES if viewer is not None and viewer.role in place.roles],
            state=None if state is None else data_block("state", state),
            about=data_block("about", _about(request, services, viewer)),
            script_texts=data_block("texts", of_pages()),
            language=spoken().tag,
            **context,
        )
    )
    return HTMLResponse(html, status_code=status)


def data_block(name: str, value: Any) -> Markup:
    """JSON for a script, which no browser runs and which cannot end its own element."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # Every character that could close the element has just been written as an escape.
    return Markup('<script type="application/json" id="{}">{}</script>').format(name, Markup(text))


@cache
def templates() -> Environment:
    """The environment of all templates. Everything is escaped; a missing value is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: spoken().texts.gettext(text) if text else "",
        lambda one, many, number: spoken().texts.ngettext(one, many, number),
        newstyle=True,
    )
    found.globals["icon"] = icon
    found.globals["named"] = named
    found.globals["date_in"] = date_in
    found.filters["figure"] = figure
    return found


def icon(name: str, label: str = "") -> Markup:
    """A drawing of static/icons.svg; without a label it is decoration."""
    if re.fullmatch(r"[a-z_-]+", name) is None:
        raise ValueError(f"no icon has the name {name!r}")
    use = Markup('<use href="/static/icons.svg#{}"></use>').format(name)
    if not label:
        return Markup('<svg class="icon" aria-hidden="true">{}</svg>').format(use)
    return Markup('<svg class="icon" role="img" aria-label="{}">{}</svg>').format(label, use)


def _about(request: Request, services: Services, viewer: Viewer | None) -> dict[str, Any]:
    return {
        "csrf": getattr(request.state, "csrf", ""),
        "now": services.clock(),
        "stale_after_s": services.settings.stale_after_s,
        "viewer": None
        if viewer is None
        else {
            "id": viewer.id,
            "name": viewer.name,
            "role": viewer.role.value,
            "desks": viewer.desks,
            "time_zone": viewer.time_zone,
            "sound": bool(preferences_of(request).get("sound")),
        },
    }
