"""The turns of a draft: who writes it, what a follow-up changes, and the file it is kept in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from scripts.replacing import replace
from workflow.drafts.review import kept_from_models
from workflow.drafts.session import Session, follow, read_session
from workflow.drafts.situation import Missing

if TYPE_CHECKING:
    from workflow.drafts.draft import Draft
    from workflow.drafts.situation import Situation

NOT_GIVEN = "Not given to {model}: {why}. The built-in writer answered."
CANNOT = (
    "The built-in writer could not do this: “{left}”. It takes new facts, shorter or longer, and "
    "another channel; --model asks a model for more."
)


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Which writer was asked for: the built-in one where `model` is empty. `timeout_s`: seconds."""

    model: str = ""
    base_url: str | None = None
    timeout_s: float = 60.0

    def write(self, session: Session, wish: str, left: tuple[str, ...]) -> Draft:
        """The draft as the session stands. `wish`: the follow-up; `left`: what of it the built-in
        writer does not understand. Raises typer.BadParameter where too little was told, WriterError
        where a model fails."""
        from workflow.drafts.writer import draft

        situation = told_enough(session)
        kept = kept_from_models(situation) if self.model else ""
        if self.model and not kept:
            from writers.drafting import drafted
            from writers.model import model

            asked = model(self.model, base_url=self.base_url, timeout_s=self.timeout_s)
            return drafted(asked, situation, session, wish)
        notes = [NOT_GIVEN.format(model=self.model, why=kept)] if kept else []
        notes += [CANNOT.format(left=" ".join(left))] if left else []
        return msgspec.structs.replace(draft(situation, session.size), notes=tuple(notes))


def told_enough(session: Session) -> Situation:
    """The situation, or an error that names what is missing."""
    situation = session.situation()
    if isinstance(situation, Missing):
        raise typer.BadParameter(f"{situation.message}. Add it to the text and try again.")
    return situation


def turn(session: Session, wish: str, writer: Writer, keep: Path | None) -> Session:
    """One turn: the follow-up is taken in and kept before anything is asked of a model, so that it
    outlives a failure; then the draft is written and kept."""
    from scripts.situations import heard_in

    left: tuple[str, ...] = ()
    if wish:
        wish, heard = heard_in(wish)
        followed = follow(session, wish, heard)
        session, left = followed.session, followed.left
        _keep(session, keep)
    session = session.written(wish, writer.write(session, wish, left))
    _keep(session, keep)
    return session


def kept_session(path: Path) -> Session:
    """The session in a file."""
    try:
        return read_session(path.read_bytes())
    except ValueError as error:
        raise typer.BadParameter(f"{path} {error}", param_hint="--session") from error


def _keep(session: Session, path: Path | None) -> None:
    """Writes the file whole or not at all, for its owner alone: it holds what a caller said."""
    if path is None:
        return
    whole = msgspec.json.format(msgspec.json.encode(session), indent=1) + b"\n"
    replace(path, [whole], private=True)
