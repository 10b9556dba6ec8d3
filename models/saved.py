"""The network's weights in files: a run's, an export's, the mean of several. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from models.network import Network
from models.unquantised import weights_of

WEIGHTS = "weights.safetensors"
MOST_NAMED = 8
"""Parameters that a message lists."""
UNASKED = ("enc.pooler.", "finer.")
"""A part of the base model that no head hears, and a head that is only there to learn by: what is
exported has neither."""


class WeightsError(ValueError):
    """Weights that do not fit the network; the text names those that do not."""


def save(network: Network, file: Path) -> None:
    """Write weights; the file is whole or not there."""
    new = file.with_suffix(".new")
    save_file({k: v.contiguous().cpu() for k, v in network.state_dict().items()}, new)
    new.replace(file)


def load(
    network: Network,
    *files: Path,
    shares: Sequence[float] | None = None,
    partial: bool = False,
) -> None:
    """Read weights into a network of the same shape; of several files, their mean.

    A file is a run's `weights.safetensors`, or the `model.onnx` of an export beside its vocabulary.
    `shares`: what each counts for, 1 together; alike if not given. Runs from one start that are
    averaged do better than each (Wortsman et al., 2022, "Model soups"), and a run averaged with its
    start keeps more of what that knew (Wortsman et al., 2022, "Robust fine-tuning of zero-shot
    models"). `partial`: to train on from another version's weights, what does not fit stays as the
    network has it, new heads at random. Raises what safetensors raises, WeightsError for weights
    that do not fit, and ValueError for another kind of model.
    """
    own = network.state_dict()
    mean: dict[str, Tensor] = {}
    for file, share in zip(files, shares or [1 / len(files)] * len(files), strict=True):
        for name, weight in _weights(file, own, partial=partial).items():
            part = weight * share
            mean[name] = mean[name] + part if name in mean else part
    network.load_state_dict(mean)


def _weights(file: Path, own: dict[str, Tensor], *, partial: bool) -> dict[str, Tensor]:
    found = weights_of(file, own) if file.suffix == ".onnx" else load_file(file)
    fit = {n: part for n, part in found.items() if n in own and part.shape == own[n].shape}
    other = sorted(name for name in own if name not in fit and not name.startswith(UNASKED))
    more = sorted(name for name in found if name not in own and not name.startswith(UNASKED))
    if more and not partial:
        raise WeightsError(
            f"{file} is of another base model or version of the network: here it would lose "
            f"{', '.join(more[:MOST_NAMED])}{' …' if len(more) > MOST_NAMED else ''}"
        )
    if other and not partial:
        raise WeightsError(
            f"{file} is of another version of the network: it lacks "
            f"{', '.join(other[:MOST_NAMED])}{' …' if len(other) > MOST_NAMED else ''}, or has "
            "them in another shape"
        )
    return {**own, **fit}
