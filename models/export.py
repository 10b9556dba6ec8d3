"""A trained run into what is served: an int8 ONNX file, its vocabulary and a description.

Needs torch, onnx and onnxruntime: the `train` extra. Weights and embeddings become 8-bit, per
channel; activations are measured anew for each passage (dynamic quantisation), which needs no
calibration set. docs/benchmarks.md compares this with the alternatives. Weights that are multiplied
have seven of the eight bits: processors with AVX2 and no VNNI add two products in 16 bits, where
those of full weights do not always fit, and would hear a call differently than others.

What is served reads one view at a time, so that nothing in it is masked, and its attention is one
operator of ONNX Runtime's.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from models.encoding import View
from models.network import Network, base_folder
from models.pruning import POSITIONS, kept, spoken_pieces
from models.rounding import round_weights
from models.saved import load

MODEL = "model.onnx"
VOCABULARY = "vocab.txt"
INPUTS = ("ids", "types")
OUTPUT = "logits"


class Served(Network):
    """A network as it is served: ids and types of one view (1 x length) in, its logits out."""

    def __init__(self, network: Network) -> None:
        nn.Module.__init__(self)
        for name, part in network.named_children():
            self.add_module(name, part)
        for layer in self.enc.encoder.layer:
            layer.attention.self = _Attention(layer.attention.self)

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:  # type: ignore[override]
        hidden = self.enc.embeddings(input_ids=ids, token_type_ids=types)
        return self.heard(hidden, None, 1 - types)


class _Attention(nn.Module):
    """A layer's attention with its weights, in one operator when it is exported."""

    def __init__(self, own: Any) -> None:
        super().__init__()
        self.query, self.key, self.value = own.query, own.key, own.value
        self._heads = int(own.num_attention_heads)

    def forward(self, hidden: Tensor, *_: Any, **__: Any) -> tuple[Tensor, None]:
        parts = self.query(hidden), self.key(hidden), self.value(hidden)
        return _Attend.apply(*parts, self._heads), None


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
        batch, length, width = query.shape
        parts = (x.view(batch, length, heads, -1).transpose(1, 2) for x in (query, key, value))
        seen = nn.functional.scaled_dot_product_attention(*parts)
        return seen.transpose(1, 2).reshape(batch, length, width)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heads: int) -> Any:
        name = "com.microsoft::MultiHeadAttention"
        return graph.op(name, query, key, value, num_heads_i=heads).setType(query.type())


def export(
    weights: Path,
    out: Path,
    texts: Iterable[str],
    *,
    views: Sequence[View] = (),
    int8: bool = True,
) -> Path:
    """Write `model.onnx` and `vocab.txt` to a folder; gives the model's path.

    `texts`: what it was trained on; words that none of them has may be left out of the vocabulary.
    `views`: what to round the weights by (models/rounding.py), each by itself without any.
    """
    transformers_logging.set_verbosity_error()
    base = base_folder()
    network = Network.from_base(base)
    load(network, weights)
    network.eval()
    if int8 and views:
        round_weights(network, views)
    pieces = (base / VOCABULARY).read_text(encoding="utf-8").splitlines()
    places = kept(pieces, spoken_pieces(pieces, texts))
    _prune(network.enc.embeddings, places)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        example = torch.from_numpy(np.array([[101, 2004, 102, 2005, 102]], dtype=np.int64))
        types = torch.from_numpy(np.array([[0, 0, 0, 1, 1]], dtype=np.int64))
        with warnings.catch_warnings():
            # The new exporter leaves a graph that dynamic quantisation cannot take apart.
            warnings.filterwarnings("ignore", "You are using the legacy", DeprecationWarning)
            torch.onnx.export(
                Served(network),
                (example, types),
                str(full),
                input_names=list(INPUTS),
                output_names=[OUTPUT],
                dynamic_axes={name: {1: "length"} for name in INPUTS},
                opset_version=17,
                dynamo=False,
            )
        if int8:
            multiplied = Path(folder) / "multiplied.onnx"
            _quantise(full, multiplied, ["MatMul", "Gemm"], seven_bits=True)
            _quantise(multiplied, out / MODEL, ["Gather"], seven_bits=False)
        else:
            (out / MODEL).write_bytes(full.read_bytes())
    text = "".join(f"{pieces[place]}\n" for place in places)
    (out / VOCABULARY).write_text(text, encoding="utf-8")
    return out / MODEL


def _quantise(source: Path, to: Path, operators: list[str], *, seven_bits: bool) -> None:
    quantize_dynamic(
        source,
        to,
        per_channel=True,
        reduce_range=seven_bits,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=operators,
    )


def _prune(embeddings: Any, places: list[int]) -> None:
    """Leave the vectors of these pieces, and of the positions that views have."""
    words, positions = embeddings.word_embeddings, embeddings.position_embeddings
    embeddings.word_embeddings = nn.Embedding.from_pretrained(words.weight[places].detach())
    embeddings.position_embeddings = nn.Embedding.from_pretrained(
        positions.weight[:POSITIONS].detach()
    )
    embeddings.position_ids = embeddings.position_ids[:, :POSITIONS]
