"""What stands inside a body, asked for in SQL: one that cannot be looked into answers nothing, and
fails nobody's search."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Readable(FunctionElement[bool]):
    """Whether the database can look into a body."""

    type = Boolean()
    inherit_cache = True


@compiles(Readable, "sqlite")
def _is_json(element: Readable, compiler: SQLCompiler, **more: Any) -> str:
    # JSON is kept as text, and a row that was written by half is none.
    return f"json_valid({compiler.process(element.clauses, **more)})"


@compiles(Readable, "postgresql")
def _has_no_nul(element: Readable, compiler: SQLCompiler, **more: Any) -> str:
    # Its JSON may hold a NUL, but then nothing in it can be asked for.
    return rf"strpos(CAST({compiler.process(element.clauses, **more)} AS TEXT), '\u0000') = 0"


def inside(body: Any, *path: str, otherwise: str | None = None) -> ColumnElement[Any]:
    """What stands at a path of names in a column of JSON, as text; `otherwise` where the body
    cannot be read."""
    found = body
    for name in path:
        found = found[name]
    return case((Readable(body), found.as_string()), else_=otherwise)
