"""Public sets and what was noted of them: what is told of an edition that is another."""

from pathlib import Path

import pytest

from models import annotations
from models.annotations import CommentAnnotation, SourceError, notes
from models.corpus import CorpusError
from models.sources import SOURCES
from scripts.faults import message


def test_a_note_with_a_line_of_its_own_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "annotations"
    folder.mkdir(parents=True)
    line = '{"sha256": "a", "comment": "one\u2028two"}\n'
    (folder / "goemotions.jsonl").write_text(line, encoding="utf-8")
    monkeypatch.setattr(annotations, "files", lambda package: tmp_path)
    assert [note.comment for _, note in notes("goemotions", CommentAnnotation)] == ["one\u2028two"]


@pytest.mark.parametrize(
    ("source", "file", "content"),
    [
        ("cfpb", "narratives.jsonl", '{"narrative": "they never rang back"}\n'),
        ("counselchat", "counsel_chat.csv", "questionText\n"),
    ],
)
def test_an_edition_with_fewer_documents_is_told_of(
    tmp_path: Path, source: str, file: str, content: str
) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(
        SourceError, match=rf"{source}.jsonl:1: there are only \d documents; this is"
    ):
        list(SOURCES[source](tmp_path))


def test_a_row_of_the_corpus_that_is_wrong_is_told_without_a_traceback() -> None:
    assert message(CorpusError("mine.jsonl:1: no such label")) == "mine.jsonl:1: no such label"
