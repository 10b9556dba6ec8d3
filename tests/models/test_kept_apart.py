"""Rows that figures rest on are never learned from, whichever public set holds them as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models import kept_apart
from models.corpus import read_corpus
from models.examples import own
from models.sources import SOURCES, folder_of, present
from scripts.kept_apart import main

PUBLIC = Path(__file__).parents[2].parent / "shared" / "data"
"""Where a checkout has them beside it."""


def listed(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """Keep these texts apart, and none else."""
    digests = frozenset(kept_apart.listing(texts).split())
    monkeypatch.setattr(kept_apart, "_listed", lambda: digests)


def natcs(folder: Path, *texts: str) -> list[str]:
    """What is learned from a set that holds these requests."""
    rows = [
        {"utterance": text, "intent": "Greet", "utterance_id": str(number)}
        for number, text in enumerate(texts)
    ]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / "requests.jsonl").write_text(lines, encoding="utf-8")
    return [row.passage.now.text for row in SOURCES["natcs_utts"](folder)]


def test_a_row_that_figures_rest_on_is_not_learned_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(monkeypatch, "I didn't make this payment!")
    learned = natcs(
        tmp_path,
        "i didn’t make this payment",
        "I DID N'T make this  payment.",
        "I didn't make this payment twice",
    )
    assert learned == ["I didn't make this payment twice"]


def test_nor_is_what_was_said_after_one(monkeypatch: pytest.MonkeyPatch) -> None:
    row = next(own(row) for row in read_corpus() if row.before)
    assert not kept_apart.kept_apart(row)
    listed(monkeypatch, row.passage.before[-1].text)
    assert kept_apart.kept_apart(row)


def test_the_list_is_written_from_evaluation_files_and_holds_no_text(tmp_path: Path) -> None:
    file, out = tmp_path / "rows.jsonl", tmp_path / "list.txt"
    texts = ["They stole my card.", "they stole my card", "It is for the court, isn't it?"]
    rows = [{"text": text, "labels": ["fraud"], "id": 7} for text in texts]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    main([file], out)
    assert out.read_text().split() == sorted({kept_apart.known_by(text) for text in texts})
    assert "card" not in out.read_text()


def test_no_row_of_the_evaluation_set_beside_the_checkout_is_learned() -> None:
    if not (PUBLIC / "mined_dev.jsonl").is_file():
        pytest.skip(f"there are no public sets in {PUBLIC}")
    lines = (PUBLIC / "mined_dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {kept_apart.known_by(json.loads(line)["text"]) for line in lines}
    for name in present(PUBLIC):
        for example in SOURCES[name](folder_of(name, PUBLIC)):
            said = (example.passage.now, *example.passage.before)
            assert not rows & {kept_apart.known_by(turn.text) for turn in said}, name
