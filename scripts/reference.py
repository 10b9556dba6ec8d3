"""docs/cli.md, written from the command line's own help: `python -m scripts.reference`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
import typer.main

DOCUMENT = Path(__file__).parent.parent / "docs" / "cli.md"

_INTRODUCTION = """\
# Command line

Written from the commands' own help by `python -m scripts.reference`; a test fails when it is stale.
"""

_EVERYWHERE = frozenset({"help", "install_completion", "show_completion"})
"""Options that come with every command line of this kind, and say nothing about this one."""


def reference() -> str:
    """The whole document: every command, argument and option, in the order of `hardstop --help`."""
    from scripts.cli import app

    return _INTRODUCTION + "".join(_section(typer.main.get_command(app), "hardstop"))


def _section(command: Any, name: str) -> list[str]:
    context = typer.Context(command, info_name=name)
    parts = [f"\n## `{name}`\n\n{_paragraphs(command.help or '')}\n"]
    shown = [
        parameter.get_help_record(context)
        for parameter in command.params
        if parameter.name not in _EVERYWHERE
    ]
    if any(shown):
        parts.append("\n")
    for record in filter(None, shown):
        spelling, told = record
        parts.append(f"- `{spelling}`: {' '.join(told.split())}\n".replace(": \n", "\n"))
    if command.epilog:
        parts.append(f"\n{_paragraphs(command.epilog)}\n")
    for child_name, child in getattr(command, "commands", {}).items():
        parts += _section(child, f"{name} {child_name}")
    return parts


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


if __name__ == "__main__":
    DOCUMENT.write_text(reference(), encoding="utf-8")
