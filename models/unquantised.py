"""An exported model back into weights to train on: nothing but what is served need be kept.

Needs onnx and torch: the `train` extra. What 8 bits rounded off stays lost; training makes up for
it within its first steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from models.network import base_folder
from models.scorer import VOCABULARY

QUANTISED = "_quantized"
_PRODUCT = re.compile(r"^/(?P<module>.+?)/(?:Gemm_)?MatMul_quant$")


WORDS = "enc.embeddings.word_embeddings.weight"
POSITIONS = "enc.embeddings.position_embeddings.weight"


def weights_of(model: Path, base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by parameter name from an int8 `model.onnx` that `hardstop export` wrote.

    Of word pieces and positions that were left out, the vectors are those of `base`. Raises
    ValueError if the file is another kind of model.
    """
    graph = onnx.load(str(model)).graph
    kept = {part.name: numpy_helper.to_array(part) for part in graph.initializer}
    found = {
        name.removesuffix(QUANTISED): _unquantised(kept, name.removesuffix(QUANTISED))
        for name in kept
        if name.endswith(f".weight{QUANTISED}")
    }
    for node in graph.node:
        place = _PRODUCT.match(node.name) if node.op_type == "MatMulInteger" else None
        if place is not None:
            stored = node.input[1].removesuffix(QUANTISED)
            found[_parameter(place["module"])] = _unquantised(kept, stored).T
    found |= {name: part for name, part in kept.items() if name.endswith((".weight", ".bias"))}
    if not any(name.startswith("labels.") for name in found):
        raise ValueError(f"{model} is no model that `hardstop export` wrote in int8")
    weights = {
        name: torch.from_numpy(np.array(part, dtype=np.float32)) for name, part in found.items()
    }
    pieces = (model.parent / VOCABULARY).read_text(encoding="utf-8").splitlines()
    whole = {
        piece: place
        for place, piece in enumerate(
            (base_folder() / VOCABULARY).read_text(encoding="utf-8").splitlines()
        )
    }
    places = [whole[piece] for piece in pieces]
    for name, at in ((WORDS, places), (POSITIONS, range(len(weights[POSITIONS])))):
        every = base[name].clone()
        every[list(at)] = weights[name]
        weights[name] = every
    return weights


def _parameter(module: str) -> str:
    """The name of a module's weight. The network calls its encoder's layers one by one, so that an
    export names them without the encoder."""
    name = module.replace("/", ".")
    return f"enc.encoder.{name}.weight" if name.startswith("layer.") else f"{name}.weight"


def _unquantised(kept: Mapping[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    stored = kept[f"{name}{QUANTISED}"].astype(np.float32)
    zero = kept[f"{name}_zero_point"].astype(np.float32)
    return np.asarray((stored - zero) * kept[f"{name}_scale"].astype(np.float32))
