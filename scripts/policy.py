"""`hardstop policy`: the file in which a contact center says what happens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from workflow.policy import Policy, PolicyMistake

FILE_HELP = "Policy file; else the setting HARDSTOP_POLICY, else the default policy."

app = typer.Typer(
    no_args_is_help=True,
    help="The policy file: check it, or see the default one and what holds on a queue.",
)


@app.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="The file; without it, the policy in force.", metavar="FILE"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings count as mistakes: exit code 1.")
    ] = False,
) -> None:
    """Check a policy file: `ok`, a summary and warnings, or every mistake with its line.

    A warning is about what can be used and is probably not meant: example people still in place, a
    desk of one person, thresholds far from the usual ones. The sections of queues are checked as
    well. Exit code 0: it can be used; 1: it has mistakes; 2: it cannot be read.
    """
    from workflow.policy import PolicyError, default_policy_text, load_policy, policy_digest
    from workflow.policy_warnings import warnings

    path = in_force(file)
    try:
        policy = load_policy(path)
    except PolicyError as error:
        for mistake in error.mistakes:
            typer.echo(_told(mistake, error.source))
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
        f"for {len(policy.desks)} desks; languages: {languages}{_queues(policy)}"
    )
    text = default_policy_text() if path is None else path.read_text(encoding="utf-8")
    found = warnings(policy, text)
    for warning in found:
        typer.echo(f"warning: {_told(warning, str(path or 'the default policy'))}")
    if found:
        typer.echo(f"{len(found)} warning{'s' if len(found) > 1 else ''}: see each for what to do")
    if found and strict:
        raise typer.Exit(1)


def _told(mistake: PolicyMistake, source: str) -> str:
    where = f"{source}:{mistake.line}" if mistake.line else source
    return ": ".join(part for part in (where, mistake.where, mistake.problem) if part)


def _queues(policy: Policy) -> str:
    if not policy.queues:
        return ""
    shadow = [q for q, own in policy.by_queue.items() if own.mode.value == "shadow"]
    told = f"; queues of their own: {', '.join(sorted(policy.queues))}"
    return f"{told} (in shadow: {', '.join(sorted(shadow))})" if shadow else told


def _require_rules(policy: Policy, path: Path | None) -> None:
    """A language that the policy or a queue names must have rules, or no worker starts."""
    from detectors.rules import RuleError
    from workflow.queue_detectors import QueueDetectors

    try:
        QueueDetectors.from_policy(policy)
    except RuleError as error:
        typer.echo(f"{path or 'the default policy'}: detection.languages: {error}")
        raise typer.Exit(1) from error


def in_force(file: Path | None) -> Path | None:
    """The policy file to use: the one named, else the one set; None: the one that comes with us."""
    from stream.settings import load_settings

    return file or load_settings().policy_path


@app.command()
def show(
    queue: Annotated[
        str | None,
        typer.Option(help="Print what holds on this queue, by its id, instead.", metavar="QUEUE"),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help=f"With --queue: which policy. {FILE_HELP}", metavar="FILE"),
    ] = None,
) -> None:
    """Print the policy file that comes with hardstop, to start your own from.

    With --queue: the whole policy that holds on a queue, its own section laid over the rest.
    """
    import tomli_w

    from workflow.policy import default_policy_text, load_policy, plain

    if queue is None:
        if policy is not None:
            raise typer.BadParameter("--policy needs --queue: which queue's policy to print")
        sys.stdout.write(default_policy_text())
        return
    path = in_force(policy)
    rules = load_policy(path)
    source = path or "the default policy"
    about = f"# What holds on the queue {queue!r}"
    if queue in rules.queues:
        typer.echo(f"{about}: {source} with its section in [queues].")
    else:
        typer.echo(f"{about}: it has no section in {source}, so the site's policy.")
    sys.stdout.write(tomli_w.dumps(_without_none(plain(rules.for_queue(queue)))))


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    """The table without what is not set: TOML has no word for that."""
    return {
        key: _without_none(value) if isinstance(value, dict) else value
        for key, value in table.items()
        if value is not None
    }
