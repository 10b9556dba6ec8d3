"""A trained run into what is served: an int8 ONNX file, its vocabulary and a description.

Needs torch, onnx and onnxruntime: the `train` extra. Weights and embeddings become 8-bit, per
channel; activations are measured anew for each passage (dynamic quantisation), which needs no
calibration set. docs/benchmarks.md compares this with the alternatives.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers.utils import logging as transformers_logging

from models.network import Network, base_folder
from models.pruning import POSITIONS, kept, spoken_pieces
from models.saved import load

MODEL = "model.onnx"
VOCABULARY = "vocab.txt"
INPUTS = ("ids", "mask", "types")
OUTPUT = "logits"


def export(weights: Path, out: Path, texts: Iterable[str], *, int8: bool = True) -> Path:
    """Write `model.onnx` and `vocab.txt` to a folder; gives the model's path.

    `texts`: what it was trained on; words that none of them has may be left out of the vocabulary.
    """
    transformers_logging.set_verbosity_error()
    base = base_folder()
    network = Network.from_base(base)
    load(network, weights)
    network.eval()
    pieces = (base / VOCABULARY).read_text(encoding="utf-8").splitlines()
    places = kept(pieces, spoken_pieces(pieces, texts))
    _prune(network.enc.embeddings, places)
    # Attention spelled out: the fused kind is exported as something that cannot be quantised.
    network.enc.set_attn_implementation("eager")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        example = torch.from_numpy(np.array([[101, 2004, 102, 2005, 102]] * 2, dtype=np.int64))
        types = torch.from_numpy(np.array([[0, 0, 0, 1, 1]] * 2, dtype=np.int64))
        with warnings.catch_warnings():
            # The new exporter leaves a graph that dynamic quantisation cannot take apart.
            warnings.filterwarnings("ignore", "You are using the legacy", DeprecationWarning)
            torch.onnx.export(
                network,
                (example, torch.ones_like(example), types),
                str(full),
                input_names=list(INPUTS),
                output_names=[OUTPUT],
                dynamic_axes={
                    **{name: {0: "batch", 1: "length"} for name in INPUTS},
                    OUTPUT: {0: "batch"},
                },
                opset_version=17,
                dynamo=False,
            )
        if int8:
            quantize_dynamic(
                full,
                out / MODEL,
                per_channel=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul", "Gather", "Gemm"],
            )
        else:
            (out / MODEL).write_bytes(full.read_bytes())
    text = "".join(f"{pieces[place]}\n" for place in places)
    (out / VOCABULARY).write_text(text, encoding="utf-8")
    return out / MODEL


def _prune(embeddings: Any, places: list[int]) -> None:
    """Leave the vectors of these pieces, and of the positions that views have."""
    words, positions = embeddings.word_embeddings, embeddings.position_embeddings
    embeddings.word_embeddings = nn.Embedding.from_pretrained(words.weight[places].detach())
    embeddings.position_embeddings = nn.Embedding.from_pretrained(
        positions.weight[:POSITIONS].detach()
    )
    embeddings.position_ids = embeddings.position_ids[:, :POSITIONS]
