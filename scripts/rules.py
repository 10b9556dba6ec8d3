"""`hardstop rules`: the rule files, in which a contact center says what is listened for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The rule files: check those of your own.", no_args_is_help=True)


@app.callback()
def rules() -> None:
    """The rule files: check those of your own."""


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder named by its language (rules/en); without it, the English rules that "
            "come with hardstop.",
            metavar="FOLDER",
        ),
    ] = None,
) -> None:
    """Check the rule files of a language: every mistake with its line, every example that fails.

    Every pattern is compiled, and every rule's examples and counter-examples are read by all rules
    together. Exit code 0: all is well; 1: there are mistakes; 2: there is no such folder.
    """
    from detectors.check import main

    if folder is not None and not folder.is_dir():
        raise typer.BadParameter(f"{folder}: no folder of rule files", param_hint="FOLDER")
    raise typer.Exit(main([str(folder)] if folder is not None else []))
