"""Writes the list of rows that training leaves out of public sets, because figures rest on them.

    python -m scripts.kept_apart EVALUATION.jsonl [MORE.jsonl]

Each file holds one JSON object a line with its `text`. The list (models/kept_apart.py) has the
digests of all of them and no text; commit it, and train anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer


class Row(msgspec.Struct, frozen=True):
    """What is read of a row; its labels and notes are left alone."""

    text: str


def main(
    evaluation: Annotated[list[Path], typer.Argument(help="Every file that figures rest on.")],
    out: Annotated[Path | None, typer.Option(help="Instead of the list in use.")] = None,
) -> None:
    """Write the digests of these rows, in place of those listed before."""
    from models.kept_apart import LIST, listing

    rows = [line for file in evaluation for line in file.read_bytes().splitlines() if line.strip()]
    made = listing(msgspec.json.decode(row, type=Row).text for row in rows)
    to = out or Path(str(LIST))
    to.write_text(made, encoding="utf-8")
    typer.echo(f"{len(made.splitlines())} digests of {len(rows)} rows in {to}")


if __name__ == "__main__":
    typer.run(main)
