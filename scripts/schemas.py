"""`hardstop schemas`: the contracts as JSON Schemas and AsyncAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schemas(
    out: Annotated[Path, typer.Option(help="Folder to write to.", metavar="FOLDER")] = Path("docs"),
) -> None:
    """Write the JSON Schema of every event, and an AsyncAPI document of the topics."""
    from stream.schemas import write_schemas

    written = write_schemas(out)
    typer.echo(f"{len(written)} files written to {out}")
