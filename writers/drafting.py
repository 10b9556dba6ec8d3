"""A draft by a model: asked for, reviewed, sent back once, and shown with what is still wrong."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workflow.drafts.answer import MOST_CHARACTERS, AnswerError, parse
from workflow.drafts.draft import Draft
from workflow.drafts.prompt import SYSTEM, Role, Turn, question, request, reshaping, revision
from workflow.drafts.review import kept_from_models, review
from workflow.drafts.session import Session
from workflow.drafts.situation import Situation
from writers.model import Model, WriterError


def drafted(
    model: Model, situation: Situation, session: Session | None = None, wish: str = ""
) -> Draft:
    """A model's draft for a situation, after at most one revision; `faults` says what is left.

    `session`: what was written before; `wish`: what the employee asks for now. Raises WriterError
    where no draft could be had, and for a situation that no model may see.
    """
    if reason := kept_from_models(situation):
        raise WriterError(reason)
    wishes = [*(session.requests() if session else ()), *([wish] if wish else ())]
    turns = _turns(situation, session, wish)
    made, turns = _asked(model, situation, turns)
    if made is not None:
        made = _reviewed(made, situation, wishes)
        if not made.faults:
            return made
        turns = [*turns, revision(made.faults)]
    second, _ = _asked(model, situation, turns)
    if second is not None:
        return _reviewed(second, situation, wishes)
    if made is not None:
        return made
    raise WriterError(
        f"{model.name} has twice answered with what is no draft. Try again, or leave --model out "
        "for the built-in writer."
    )


def _turns(situation: Situation, session: Session | None, wish: str) -> list[Turn]:
    """The conversation up to now: only the last draft, for it holds what the others became."""
    last = session.exchanges[-1].draft if session and session.exchanges else None
    if last is None or last.takeover:
        return [request(wish, situation) if wish else question(situation)]
    return [
        question(situation),
        Turn(Role.ASSISTANT, msgspec.json.encode(_shape(last)).decode()),
        request(wish or "Write it anew.", situation),
    ]


def _shape(made: Draft) -> dict[str, object]:
    """A draft as a model would have answered it."""
    seen = made.assessment
    return {
        "assessment": {"emotion": seen.emotion, "need": seen.need, "reason": seen.reason},
        "landmines": made.landmines,
        "draft": made.draft,
        "options": made.options,
        "coaching": made.coaching,
    }


def _asked(
    model: Model, situation: Situation, turns: Sequence[Turn]
) -> tuple[Draft | None, list[Turn]]:
    """The draft, if the answer is one, and the conversation after it."""
    reply = model.ask(SYSTEM, turns)
    after = [*turns, Turn(Role.ASSISTANT, reply.text[:MOST_CHARACTERS] or "{}")]
    try:
        return parse(reply.text, situation, writer=model.name), after
    except AnswerError as error:
        return None, [*after, reshaping(str(error))]


def _reviewed(made: Draft, situation: Situation, wishes: Sequence[str]) -> Draft:
    return msgspec.structs.replace(made, faults=review(made, situation, wishes))
