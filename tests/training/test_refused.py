"""What training, export and serving refuse, before they begin. Needs the `train` extra."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("torch", reason="needs the train extra: make test-train")

import torch
from safetensors.torch import load_file, save_file

from models.bundle import bundle
from models.corpus import Split, read_corpus
from models.examples import Example, own
from models.network import Network, base_folder
from models.recipe import Recipe
from models.runs import RunError, train
from models.saved import WEIGHTS, WeightsError, load, save
from models.scorer import WEIGHTS as BUNDLED
from models.scorer import ModelError
from models.torch_scorer import TorchScorer


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with full weights, untrained."""
    folder = copied(BUNDLED, tmp_path_factory.mktemp("models") / "whole")
    save(Network.from_base(base_folder()), folder / WEIGHTS)
    return folder


def run_of(asked: Recipe, folder: Path) -> Path:
    """A run that has ended, untrained."""
    folder.mkdir()
    (folder / "recipe.json").write_bytes(msgspec.json.encode(asked))
    save(Network.from_base(base_folder()), folder / WEIGHTS)
    return folder


def copied(model: Path, out: Path) -> Path:
    shutil.copytree(model, out)
    return out


def test_full_weights_are_served_under_a_version_of_their_own(
    exported: Path, tmp_path: Path
) -> None:
    version = TorchScorer(exported, device="cpu").version
    assert re.fullmatch(r".+-full-[0-9a-f]{8}", version)
    assert TorchScorer(copied(exported, tmp_path / "same"), device="cpu").version == version
    other = copied(exported, tmp_path / "other")
    save(Network.from_base(base_folder()), other / WEIGHTS)
    assert TorchScorer(other, device="cpu").version != version


def test_weights_of_another_shape_are_begun_with_and_neither_served_nor_averaged(
    exported: Path, tmp_path: Path
) -> None:
    older = copied(exported, tmp_path / "older")
    parts = load_file(older / WEIGHTS)
    parts["labels.bias"] = parts["labels.bias"][:-1].clone()
    del parts["told.weight"]
    save_file(parts, older / WEIGHTS)
    network = Network.from_base(base_folder())
    with pytest.raises(WeightsError, match=r"lacks labels\.bias, told\.weight, or has"):
        load(network, older / WEIGHTS)
    with pytest.raises(ModelError, match="told"):
        TorchScorer(older, device="cpu")
    run = run_of(Recipe(description="own", own={"labelled": 1.0}), tmp_path / "run")
    rows = labelled(Split.DEV)
    with pytest.raises(WeightsError, match="told"):
        bundle(run, tmp_path / "mean", None, "m", lambda *_: None, labelled=rows, start=older)
    load(network, older / WEIGHTS, partial=True)
    assert torch.equal(network.state_dict()["felt.weight"], parts["felt.weight"])
    (older / WEIGHTS).write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot load"):
        TorchScorer(older, device="cpu")


def labelled(*splits: Split) -> list[Example]:
    rows = zip(read_corpus(), splits, strict=False)
    return [msgspec.structs.replace(own(row), split=split) for row, split in rows]


@pytest.mark.parametrize(
    ("times", "splits", "said"),
    [
        (1.0, (Split.TRAIN,) * 9, "no row is of the split 'dev'"),
        (1.0, (Split.DEV,) * 9, "nothing to learn from"),
        (0.01, (Split.TRAIN, Split.DEV), "nothing to learn from"),
    ],
)
def test_a_run_without_rows_to_learn_from_or_to_choose_by_ends_before_it_begins(
    tmp_path: Path, times: float, splits: tuple[Split, ...], said: str
) -> None:
    with pytest.raises(RunError, match=said):
        train(
            Recipe(description="own", own={"labelled": times}),
            tmp_path / "run",
            data=None,
            labelled=labelled(*splits),
            resume=False,
            device="cpu",
            limit=None,
            on_step=lambda step: None,
            on_epoch=lambda epoch, scores: None,
        )
    assert not any((tmp_path / "run").iterdir())


def test_nothing_is_exported_without_rows_to_calibrate_on(tmp_path: Path) -> None:
    run = run_of(Recipe(description="own", own={"labelled": 1.0}), tmp_path / "run")
    rows = labelled(Split.TRAIN)
    with pytest.raises(RunError, match="no row is of the split 'dev'"):
        bundle(run, tmp_path / "out", None, "none", lambda *_: None, labelled=rows)
    assert not (tmp_path / "out").exists()
