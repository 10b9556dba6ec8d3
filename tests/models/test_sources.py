"""Public sets and what was noted of them: what is told of an edition that is another."""

import json
from pathlib import Path

import pytest

from models import annotations, sentences
from models.annotations import Annotation, CommentAnnotation, SourceError, notes
from models.corpus import CorpusError, Split
from models.labels import EMOTIONS, FINER, SCORED
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


def test_sentences_that_nobody_read_are_there_for_a_teacher_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = "I will sue them all! They never called back. Ok."
    texts = (f"Number {n} is here. {talk}" for n in range(40))
    lines = "".join(json.dumps({"narrative": text}) + "\n" for text in texts)
    (tmp_path / "narratives.jsonl").write_text(lines, encoding="utf-8")
    read = Annotation(sha256="a", document=0, start=18, end=38)
    monkeypatch.setattr(sentences, "notes", lambda *_: [("here", read)])
    rows = list(SOURCES["cfpb_unread"](tmp_path))
    assert {row.split for row in rows} == {Split.TRAIN}
    assert 25 < len({row.group for row in rows}) < 40
    assert all(set(row.targets) == {-1.0} for row in rows)
    said = [row.passage.now.text for row in rows if row.group == "cfpb-1"]
    assert said == ["Number 1 is here.", "I will sue them all!", "They never called back."]
    assert [turn.text for turn in rows[-1].passage.before] == ["I will sue them all!"]
    first = [row.passage for row in rows if row.group == "cfpb-0"]
    assert [passage.now.text for passage in first] == [
        "Number 0 is here.",
        "They never called back.",
    ]


def test_comments_keep_the_emotions_that_goemotions_tells_apart(tmp_path: Path) -> None:
    names = [f"e{number}" for number in range(FINER)]
    names[2], names[3], names[27] = "anger", "annoyance", "neutral"
    (tmp_path / "labels.txt").write_text("\n".join(names), encoding="utf-8")
    for split in ("train", "dev", "test"):
        lines = "oh well\t27,3\tx1\nwhat a lovely day\t2\tx2\n"
        (tmp_path / f"{split}.tsv").write_text(lines, encoding="utf-8")
    first, second, *_ = SOURCES["goemotions"](tmp_path)
    felt = slice(len(SCORED), len(SCORED) + len(EMOTIONS))
    assert first.finer == (27, 3)
    assert [e for e, t in zip(EMOTIONS, first.targets[felt], strict=True) if t] == ["frustration"]
    assert second.finer == (2,)
    (tmp_path / "dev.tsv").write_text("what\t28\tx3\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"dev\.tsv:1: not a GoEmotions row"):
        list(SOURCES["goemotions"](tmp_path))


def test_a_row_of_the_corpus_that_is_wrong_is_told_without_a_traceback() -> None:
    assert message(CorpusError("mine.jsonl:1: no such label")) == "mine.jsonl:1: no such label"
