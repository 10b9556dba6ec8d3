"""A wider encoder, MPNet, as the network calls one: to teach what is served. Needs torch.

Source: Song et al., 2020, "MPNet: Masked and Permuted Pre-training", twelve layers of 768. It takes
eight times the work of what is served, so it is never served: a network on it is trained first and
then answers beside the smaller one (Hinton et al., 2015, "Distilling the Knowledge in a Neural
Network").

Its word pieces are BERT's in the same order, after four of its own, so that both read the same
passages. It knows no types: those are learned anew, from nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from models.encoding import CLS, PAD, SEP

BEFORE = 4
"""Its own pieces that stand before BERT's."""
MASK = 103
_OWN = {CLS: 0, PAD: 1, SEP: 2}


class Wider(nn.Module):
    """MPNet in BERT's shape: embeddings, layers, and what attention is open to."""

    def __init__(self, mpnet: Any) -> None:
        super().__init__()
        self.config = mpnet.config
        self.embeddings = _Embeddings(mpnet.embeddings, mpnet.config)
        self.encoder = _Encoder(mpnet.encoder)

    def opened(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """What is added to attention, batch x heads x length x length: how far apart two pieces
        are, and nothing of what is padding."""
        apart: Tensor = self.encoder.apart(hidden)
        closed = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * torch.finfo(torch.bfloat16).min
        return apart + closed


class _Embeddings(nn.Module):
    def __init__(self, own: Any, config: Any) -> None:
        super().__init__()
        self.own = own
        self.types = nn.Embedding(2, config.hidden_size)
        nn.init.zeros_(self.types.weight)
        place = torch.arange(config.vocab_size - 1 - BEFORE) + BEFORE
        for bert, its in {**_OWN, MASK: config.vocab_size - 1}.items():
            place[bert] = its
        self.register_buffer("place", place, persistent=False)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor) -> Tensor:
        ids = self.place[input_ids]
        own = self.own
        where = torch.arange(ids.shape[1], device=ids.device) + own.padding_idx + 1
        words = own.word_embeddings(ids) + own.position_embeddings(where)
        hidden: Tensor = own.dropout(own.LayerNorm(words + self.types(token_type_ids)))
        return hidden


class _Encoder(nn.Module):
    def __init__(self, own: Any) -> None:
        super().__init__()
        self.relative_attention_bias = own.relative_attention_bias
        self.layer = nn.ModuleList(_Layer(layer) for layer in own.layer)
        # Not a part of this module: only its arithmetic is used.
        self._apart = own.compute_position_bias

    def apart(self, hidden: Tensor) -> Tensor:
        return self._apart(hidden)


class _Layer(nn.Module):
    def __init__(self, own: Any) -> None:
        super().__init__()
        self.own = own

    def forward(self, hidden: Tensor, opened: Tensor) -> Tensor:
        return self.own(hidden, opened)[0]
