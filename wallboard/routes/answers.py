"""Answers that are JSON of msgspec structs, or a file to keep."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import HTTPException, Response

from wallboard.access import Role, Viewer
from wallboard.language import _


def as_json(value: Any) -> Response:
    """A struct as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def as_file(content: bytes, name: str, kind: str) -> Response:
    """Something that a browser saves. `name` holds no words of a caller."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
    headers = {"content-disposition": f'attachment; filename="{safe}"'}
    return Response(content, media_type=kind, headers=headers)


def only(viewer: Viewer, roles: frozenset[Role]) -> None:
    """Raises 403 for everyone else."""
    if viewer.role not in roles:
        raise HTTPException(403, _("this is not for the role %(role)s", role=viewer.role.value))
