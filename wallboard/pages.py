"""Pages as HTML. Everything is escaped; there are no inline scripts or styles."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wallboard.access import Viewer
from wallboard.services import Services

HERE = Path(__file__).parent
THEME_COOKIE = "hardstop_theme"
"""light | dark; without it the browser's own choice holds."""


def page(
    request: Request,
    services: Services,
    template: str,
    *,
    viewer: Viewer | None = None,
    active: str = "",
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A page. `active`: its name in the navigation."""
    text = (
        templates()
        .get_template(template)
        .render(
            request=request,
            viewer=viewer,
            active=active,
            csrf=getattr(request.state, "csrf", ""),
            **context,
        )
    )
    return HTMLResponse(text, status_code=status)


@cache
def templates() -> Environment:
    """The environment of all templates. A missing value is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    return found
