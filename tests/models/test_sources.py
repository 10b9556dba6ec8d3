"""Public sets and what was noted of them: what is told of an edition that is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import annotations
from models.annotations import CommentAnnotation, notes


def test_a_note_with_a_line_of_its_own_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "annotations"
    folder.mkdir(parents=True)
    line = '{"sha256": "a", "comment": "one\u2028two"}\n'
    (folder / "goemotions.jsonl").write_text(line, encoding="utf-8")
    monkeypatch.setattr(annotations, "files", lambda package: tmp_path)
    assert [note.comment for _, note in notes("goemotions", CommentAnnotation)] == ["one\u2028two"]
