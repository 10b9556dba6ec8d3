"""The report folder of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from models.evaluation.evaluation import Measured
from models.evaluation.measures import Evaluation, Mistake
from models.evaluation.report.html import html
from models.evaluation.report.markdown import markdown
from models.evaluation.report.sections import document


def write(folder: Path, evaluation: Evaluation, first: Measured, *, examples: bool) -> list[Path]:
    """Writes the report and returns what was written. Raises OSError.

    Without examples no customer's word is written, and an errors.jsonl of an earlier run goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = (*first.mistakes, *first.unjudged)
    told = document(evaluation, found, examples=examples)
    texts = {
        "report.html": html(told),
        "report.md": markdown(told),
        "measures.json": msgspec.json.format(msgspec.json.encode(evaluation), indent=1).decode()
        + "\n",
    }
    errors = folder / "errors.jsonl"
    if examples:
        texts["errors.jsonl"] = _lines(found)
    else:
        errors.unlink(missing_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _lines(mistakes: Iterable[Mistake]) -> str:
    return "".join(msgspec.json.encode(mistake).decode() + "\n" for mistake in mistakes)
