"""What a training run writes down in its folder, so that it can be told and gone on with.

recipe.json    what was asked for       data.json      what was learned from, counted
steps.csv      loss along the way       epochs.jsonl   how the dev split was answered
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from models.examples import Example
from models.labels import SCORED
from models.recipe import Recipe

RECIPE = "recipe.json"
DATA = "data.json"
STEPS = "steps.csv"
EPOCHS = "epochs.jsonl"
FIRST_LINE = "step,epoch,loss\n"

Counted = dict[str, dict[str, int | str]]


def counted(examples: Mapping[str, Sequence[Example]]) -> Counted:
    """By set: examples for training and for dev, positives of each label, a digest of all rows."""
    table: Counted = {}
    for name, rows in examples.items():
        row: Counter[str] = Counter(example.split.value for example in rows)
        for example in rows:
            row.update(label for label, t in zip(SCORED, example.targets, strict=False) if t > 0.5)
        digest = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()[:16]
        table[name] = {**row, "sha256": digest}
    return table


def begin(folder: Path, recipe: Recipe, data: Counted) -> None:
    """Write down what a run is made of, and nothing yet of how it goes."""
    (folder / RECIPE).write_bytes(msgspec.json.format(msgspec.json.encode(recipe)))
    (folder / DATA).write_bytes(msgspec.json.format(msgspec.json.encode(data)))
    (folder / STEPS).write_text(FIRST_LINE, encoding="utf-8")
    (folder / EPOCHS).write_text("", encoding="utf-8")


def differences(folder: Path, recipe: Recipe, data: Counted) -> list[str]:
    """What is otherwise than when the run in this folder began, in words; empty if nothing is.

    Its losses are kept by place and its examples are drawn by the recipe: with anything else a run
    that goes on would lay them to the wrong ones.
    """
    try:
        began = msgspec.json.decode((folder / RECIPE).read_bytes(), type=Recipe)
        learned = msgspec.json.decode((folder / DATA).read_bytes(), type=Counted)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        return [f"its {RECIPE} and {DATA} cannot be read: {error}"]
    return [
        *_changed(msgspec.to_builtins(began), msgspec.to_builtins(recipe)),
        *_changed(_told(learned), _told(data)),
    ]


def cut(folder: Path, step: int, epochs: int) -> None:
    """Leave what was recorded up to this step, and of so many epochs: the rest comes again."""
    file = folder / STEPS
    lines = [line for line in _lines(file)[1:] if int(line.partition(",")[0]) <= step]
    _replace(file, FIRST_LINE + "".join(lines))
    file = folder / EPOCHS
    lines = [line for line in _lines(file) if msgspec.json.decode(line)["epoch"] < epochs]
    _replace(file, "".join(lines))


def _told(data: Counted) -> dict[str, str]:
    told = {}
    for name, row in data.items():
        digest = f"digest {row.get('sha256', 'not kept')}"
        if set(row) <= {"sha256"}:
            told[f"the {name}"] = digest
        else:
            counts = f"{row.get('train', 0)} rows to train on and {row.get('dev', 0)} of dev"
            told[f"set {name}"] = f"{counts} ({digest})"
    return told


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *now)):
        was, became = before.get(name, "not there"), now.get(name, "not there")
        if was != became:
            yield f"{name} was {was}, is now {became}"


def _lines(file: Path) -> list[str]:
    """The lines of a file that were written to their end."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.endswith("\n")]


def _replace(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
