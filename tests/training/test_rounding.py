"""Weights on the values that are served, nearest by what is made of them. Needs `train`."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: make test-train")

import torch
from torch import Tensor

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.encoding import Encoding, View
from models.export import export
from models.network import Network, base_folder
from models.rounding import STEPS, round_weights, rounded
from models.saved import load, save
from models.unquantised import weights_of

SAID = (
    "you'll be hearing from my solicitor about this",
    "the meter reader came on tuesday and i was out",
    "there's a smell of gas all through the hall",
    "somebody took four hundred pounds out of my account",
)


@pytest.fixture
def inputs() -> Tensor:
    # As a layer's are: most of what one says, others say as well.
    chance = torch.Generator().manual_seed(5)
    return torch.randn(2_000, 48, generator=chance) @ torch.randn(48, 96, generator=chance)


def plainly(weight: Tensor) -> Tensor:
    step = weight.abs().amax(dim=1, keepdim=True) / STEPS
    return (weight / step).round() * step


def changed(weight: Tensor, by: Tensor, inputs: Tensor) -> float:
    return float(((inputs @ (by - weight).T) ** 2).mean())


def test_products_change_less_than_by_rounding_each_weight_by_itself(inputs: Tensor) -> None:
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(6))
    found = rounded(weight, inputs.T @ inputs)
    assert changed(weight, found, inputs) < 0.5 * changed(weight, plainly(weight), inputs)


def test_every_weight_is_one_of_its_outputs_values_and_the_largest_stays(inputs: Tensor) -> None:
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(7))
    found = rounded(weight, inputs.T @ inputs)
    assert torch.equal(found.abs().amax(dim=1), weight.abs().amax(dim=1))
    steps = found / (weight.abs().amax(dim=1, keepdim=True) / STEPS)
    assert float((steps - steps.round()).abs().max()) < 1e-4


def test_inputs_that_were_never_heard_and_outputs_of_nothing_stay_finite() -> None:
    weight = torch.randn(3, 8, generator=torch.Generator().manual_seed(8))
    weight[1] = 0.0
    found = rounded(weight, torch.zeros(8, 8))
    assert torch.allclose(found, plainly(weight).nan_to_num())


def test_what_is_served_has_the_values_that_its_weights_were_put_on(tmp_path: Path) -> None:
    torch.manual_seed(9)
    network = Network.from_base(base_folder())
    torch.nn.init.normal_(network.attends.weight, std=0.02)
    save(network, tmp_path / "weights.safetensors")
    encoding = Encoding.read(base_folder() / "vocab.txt")
    views: list[View] = [
        view
        for text in SAID
        for view in encoding.views(Passage(now=Said(Speaker.CUSTOMER, text), before=()))
    ]
    model = export(tmp_path / "weights.safetensors", tmp_path / "model", SAID, views=views)
    load(network, tmp_path / "weights.safetensors")
    round_weights(network, views)
    served = weights_of(model, network.state_dict())
    products = [name for name in served if ".layer." in name and served[name].ndim == 2]
    assert len(products) == 6 * 6
    heads = ("attends", "told", "labels", "felt", "emotions", "intensity")
    for name in (*products, *(f"{head}.weight" for head in heads)):
        assert torch.allclose(served[name], network.state_dict()[name], atol=1e-6), name
