"""`hardstop wallboard-users`: who may sign in to the wallboard, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from wallboard.settings import WallboardSettings
    from wallboard.store import tables

app = typer.Typer(
    no_args_is_help=True,
    help="Who may sign in to the wallboard. Works while it runs, too; passwords are set by the "
    "people themselves, through one-time links.",
)

WIDE = 160
"""Columns of a table that goes to a file."""

Database = Annotated[
    str | None,
    typer.Option(help="SQLAlchemy URL of the wallboard's database, as for `hardstop wallboard`."),
]
User = Annotated[str, typer.Argument(help="The user's name: the person's id in the policy.")]


@app.command()
def add(
    user: User,
    name: Annotated[
        str | None, typer.Option(help="The person's name; taken from the policy if absent.")
    ] = None,
    role: Annotated[str, typer.Option(help="agent, supervisor, desk, qa or admin.")] = "supervisor",
    desk: Annotated[
        list[str] | None, typer.Option(help="A desk of the policy; may be given several times.")
    ] = None,
    queue: Annotated[list[str] | None, typer.Option(help="A queue; several times.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="A team; several times.")] = None,
    agent_id: Annotated[
        str | None, typer.Option("--agent-id", help="For agents: their id on the platform.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; the one that comes with hardstop if absent.")
    ] = None,
    database: Database = None,
) -> None:
    """Make an account and print the one-time link (24 hours) that sets its password.

    With `HARDSTOP_WALLBOARD_LOCAL_USERS=false` there is no link: the person comes by the provider.
    """
    from wallboard.auth import invitations, members
    from wallboard.services import now_ms
    from workflow.policy import load_policy

    known = load_policy(policy)
    person = known.people.get(user)
    with _open(database) as (db, settings):
        profile = members.profile_of(
            name=name or (person.name if person is not None else user),
            role=role,
            desks=desk or (),
            queues=queue or (),
            teams=team or (),
            agent_id=agent_id,
            known_desks=known.desks,
        )
        made = members.create(db, user, profile, now_ms())
        said = f"{made.user_id}: signs in with the company account"
        if settings.local_users:
            secret = invitations.invite(db, profile.role, now_ms(), made.user_id)
            said = invitations.address(settings, secret)
    typer.echo(said)


@app.command("list")
def show(database: Database = None) -> None:
    """Show everybody who may sign in, and who may no more."""
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import select

    from scripts.terminal import printable
    from wallboard.store import tables

    with _open(database) as (db, _):
        users = list(db.scalars(select(tables.User).order_by(tables.User.user_id)))
    if not users:
        typer.echo("nobody yet: `hardstop wallboard` prints a link for the first administrator")
        return
    table = Table("user", "name", "role", "desks", "queues", "teams", "state", box=None)
    for user in users:
        table.add_row(
            user.user_id,
            printable(user.name),
            user.role,
            ", ".join(user.desks) or "–",
            printable(", ".join(user.queues)) or "–",
            printable(", ".join(user.teams)) or "–",
            _state(user),
        )
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=WIDE)).print(table)


@app.command()
def reset(user: User, database: Database = None) -> None:
    """End a user's sessions and print a new one-time link (24 hours), for a forgotten password."""
    from wallboard.access import Role
    from wallboard.auth import browsers, invitations, members
    from wallboard.services import now_ms
    from wallboard.store import tables

    with _open(database) as (db, settings):
        if not settings.local_users:
            raise members.MemberError(
                "there are no passwords here: HARDSTOP_WALLBOARD_LOCAL_USERS is false"
            )
        found = db.get(tables.User, user)
        if found is None:
            raise members.MemberError(f"there is no user '{user}': `hardstop wallboard-users list`")
        if not found.active:
            raise members.MemberError(f"the account of '{user}' is closed: open it in Users first")
        browsers.end_all(db, user)
        link = invitations.address(
            settings, invitations.invite(db, Role(found.role), now_ms(), user)
        )
    typer.echo(link)


def _state(user: tables.User) -> str:
    if not user.active:
        return "closed"
    return "active" if user.password or user.subject else "invited"


@contextmanager
def _open(database: str | None) -> Iterator[tuple[Session, WallboardSettings]]:
    """The database at this release's tables; what was done is committed at the end."""
    from wallboard.settings import load_wallboard_settings
    from wallboard.store.engine import open_engine, sessions_of
    from wallboard.store.schema import upgrade

    settings = load_wallboard_settings(database=database)
    engine = open_engine(settings.database)
    try:
        upgrade(engine)
        with sessions_of(engine).begin() as db:
            yield db, settings
    finally:
        engine.dispose()
