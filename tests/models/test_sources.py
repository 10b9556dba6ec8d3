"""Public sets and what was noted of them: what is told of an edition that is another."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from models import annotations, sentences
from models.annotations import Annotation, CommentAnnotation, SourceError, notes
from models.corpus import CorpusError, Split
from models.examples import split_of
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


def narratives(folder: Path, texts: Sequence[str], *, evaluated: Sequence[int] = ()) -> None:
    rows = ({"narrative": t, "in_mined_dev": n in evaluated} for n, t in enumerate(texts))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "narratives.jsonl").write_text(lines, encoding="utf-8")


def test_sentences_that_nobody_read_are_there_for_a_teacher_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = (
        "Number {0} is here. I owe {{${0}.00}} and will sue! On XX/XX/XXXX XXXX rang {0}. "
        "They never called {0}. Ok."
    )
    texts = [talk.format(number) for number in range(40)]
    narratives(tmp_path, texts, evaluated=[3])
    read = Annotation(sha256="a", document=0, start=18, end=46)
    monkeypatch.setattr(sentences, "notes", lambda *_: [("here", read)])
    rows = list(SOURCES["cfpb_unread"](tmp_path))
    assert {row.split for row in rows} == {Split.TRAIN}
    assert all(set(row.targets) == {-1.0} for row in rows)
    groups = {row.group for row in rows}
    assert "cfpb-3" not in groups
    assert 25 < len(groups) < 39
    said = [row.passage.now.text for row in rows if row.group == "cfpb-1"]
    assert said == ["Number 1 is here.", "I owe {$1.00} and will sue!", "They never called 1."]
    called = next(r for r in rows if r.passage.now.text == "They never called 1.")
    assert [turn.text for turn in called.passage.before] == ["On XX/XX/XXXX XXXX rang 1."]
    said = [row.passage.now.text for row in rows if row.group == "cfpb-0"]
    assert said == ["Number 0 is here.", "They never called 0."]


def test_no_sentence_comes_twice_nor_from_what_is_for_dev_or_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dev, *_) = (n for n in range(99) if split_of(f"cfpb-{n}") is Split.DEV)
    texts = [f"Number {n} is here. Please do call back." for n in range(dev + 1)]
    texts[dev] = "What dev has. And was it read?"
    new = "Something new is here."
    texts += [texts[dev], f"What dev has! {new}", f"Was it read? {new}"]
    narratives(tmp_path, texts)
    read = Annotation(sha256="a", document=dev, start=14, end=30)
    monkeypatch.setattr(sentences, "notes", lambda *_: [("here", read)])
    said = [row.passage.now.text for row in SOURCES["cfpb_unread"](tmp_path)]
    assert len(set(said)) == len(said)
    assert said.count("Please do call back.") == 1
    assert [t for t in said if not t.startswith(("Number", "Please"))] == [new, "Was it read?"]


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
