"""What a run writes down: enough to refuse to go on with another one, and each step once."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from models.corpus import Split, read_corpus
from models.examples import Example, own
from models.recipe import Augmentation, Recipe
from models.run_folder import DATA, EPOCHS, RECIPE, STEPS, begin, counted, cut, differences

ASKED = Recipe(description="small", seed=7, own={"utterances": 1.0})


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    return [own(row) for row, _ in zip(read_corpus(Split.TRAIN), range(20), strict=False)]


def test_a_run_that_is_asked_for_again_as_it_was_can_go_on(
    tmp_path: Path, rows: list[Example]
) -> None:
    begin(tmp_path, ASKED, counted({"utterances": rows}))
    assert differences(tmp_path, ASKED, counted({"utterances": list(rows)})) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (msgspec.structs.replace(ASKED, seed=8), "seed was 7, is now 8"),
        (msgspec.structs.replace(ASKED, epochs=9), "epochs was 3, is now 9"),
        (msgspec.structs.replace(ASKED, augment=Augmentation(spoken=0.5)), "augment was"),
    ],
)
def test_another_recipe_is_named_by_what_is_otherwise(
    tmp_path: Path, rows: list[Example], asked: Recipe, said: str
) -> None:
    data = counted({"utterances": rows})
    begin(tmp_path, ASKED, data)
    (changed,) = differences(tmp_path, asked, data)
    assert changed.startswith(said)


def test_other_data_are_named_by_their_set_even_where_they_are_as_many(
    tmp_path: Path, rows: list[Example]
) -> None:
    begin(tmp_path, ASKED, counted({"utterances": rows, "cfpb": rows[:5]}))
    (fewer,) = differences(tmp_path, ASKED, counted({"utterances": rows[1:], "cfpb": rows[:5]}))
    assert fewer.startswith("set utterances was 20 rows to train on and 0 of dev")
    assert "is now 19 rows" in fewer
    turned = counted({"utterances": rows[::-1], "cfpb": rows[:5]})
    (order,) = differences(tmp_path, ASKED, turned)
    assert order.startswith("set utterances")
    (gone,) = differences(tmp_path, ASKED, counted({"utterances": rows}))
    assert gone.startswith("set cfpb was 5 rows")
    assert gone.endswith("is now not there")


@pytest.mark.parametrize("name", [RECIPE, DATA])
def test_a_folder_that_does_not_say_what_its_run_is_made_of_is_not_gone_on_with(
    tmp_path: Path, rows: list[Example], name: str
) -> None:
    data = counted({"utterances": rows})
    begin(tmp_path, ASKED, data)
    (tmp_path / name).write_text("{", encoding="utf-8")
    assert "cannot be read" in differences(tmp_path, ASKED, data)[0]
    (tmp_path / name).unlink()
    assert name in differences(tmp_path, ASKED, data)[0]


def test_what_was_recorded_after_the_checkpoint_is_cut_and_half_a_line_too(tmp_path: Path) -> None:
    steps = "step,epoch,loss\n240,0,1.5\n250,0,1.4\n260,1,1.3\n27"
    (tmp_path / STEPS).write_text(steps, encoding="utf-8")
    epochs = '{"epoch":0,"loss":1.0}\n{"epoch":1,"loss":0.9}\n{"epo'
    (tmp_path / EPOCHS).write_text(epochs, encoding="utf-8")
    cut(tmp_path, step=250, epochs=1)
    assert (tmp_path / STEPS).read_text() == "step,epoch,loss\n240,0,1.5\n250,0,1.4\n"
    assert (tmp_path / EPOCHS).read_text() == '{"epoch":0,"loss":1.0}\n'
    cut(tmp_path, step=250, epochs=1)
    assert len((tmp_path / STEPS).read_text().splitlines()) == 3
