"""`hardstop policy`: the file in which a contact center says what happens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workflow.policy import Policy

FILE_HELP = "Policy file; else the setting HARDSTOP_POLICY, else the default policy."

app = typer.Typer(no_args_is_help=True, help="The policy file: check it, or see the default one.")


@app.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="The file; without it, the policy in force.", metavar="FILE"),
    ] = None,
) -> None:
    """Check a policy file: `ok` and a summary, or every mistake with its line.

    Exit code 0: it can be used; 1: it has mistakes; 2: it cannot be read.
    """
    from workflow.policy import PolicyError, load_policy, policy_digest

    path = in_force(file)
    try:
        policy = load_policy(path)
    except PolicyError as error:
        for mistake in error.mistakes:
            where = f"{error.source}:{mistake.line}" if mistake.line else error.source
            told = ": ".join(part for part in (where, mistake.where, mistake.problem) if part)
            typer.echo(told)
        raise typer.Exit(1) from error
    _require_rules(policy, path)
    languages = ", ".join(policy.detection.languages)
    signals = f" and {len(policy.signals)} signals" if policy.signals else ""
    typer.echo(
        f"ok: {path or 'the default policy'}, version {policy.version} "
        f"(digest {policy_digest(policy)})"
    )
    typer.echo(
        f"{policy.mode.value}; {len(policy.triggers)} hard stops{signals} "
        f"for {len(policy.desks)} desks; languages: {languages}"
    )


def _require_rules(policy: Policy, path: Path | None) -> None:
    """A language that the policy names must have rules, or no worker starts."""
    from detectors import Detector
    from detectors.rules import RuleError

    try:
        Detector.from_policy(policy)
    except RuleError as error:
        typer.echo(f"{path or 'the default policy'}: detection.languages: {error}")
        raise typer.Exit(1) from error


def in_force(file: Path | None) -> Path | None:
    """The policy file to use: the one named, else the one set; None: the one that comes with us."""
    from stream.settings import load_settings

    return file or load_settings().policy_path


@app.command()
def show() -> None:
    """Print the policy file that comes with hardstop, to start your own from."""
    from workflow.policy import default_policy_text

    sys.stdout.write(default_policy_text())
