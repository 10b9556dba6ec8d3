"""`hardstop train --labelled`: what is wrong with the files is said before anything is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.evaluation.files import learned_from

Run = Any


@pytest.mark.parametrize("command", [("train", "emotion"), ("export", "runs/ours")])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "mine.jsonl: No such file"),
        ('{"text": "I will sue", "labels": ["legal"]}', "mine.jsonl:1: no label 'legal'"),
        ('{"labels": ["fraud"]}', "mine.jsonl:1: there is no text"),
        ('{"text": "hello", "kind": "ambiguous"}', "can be learned from"),
    ],
)
def test_what_cannot_be_learned_from_is_said(
    run: Run, tmp_path: Path, command: tuple[str, ...], content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "mine.jsonl").write_text(content, encoding="utf-8")
    result = run(*command, "--labelled", "mine.jsonl")
    assert result.code == 2
    assert said in result.err


def test_several_files_and_forms_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "I will sue", "labels": "legal_threat"}\n')
    (tmp_path / "b.csv").write_text("text,labels\ncall the papers,media\nhello,\nwho knows,?\n")
    files = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.csv")]
    assert [row.passage.now.text for row in learned_from(files)] == [
        "I will sue",
        "call the papers",
        "hello",
    ]
