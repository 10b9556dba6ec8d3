"""What answers that are not as they should be cost. Needs torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.examples import INTENSITY
from models.labels import SCORED

INTENSITY_WEIGHT = 0.5


def heard_in_any(logits: Tensor, of: Tensor) -> Tensor:
    """Logits of views (views x OUTPUTS) to those of passages, whose places `of` tells: as when they
    are served, of each output the highest."""
    count = int(of[-1]) + 1
    if count == len(of):
        return logits
    place = of.unsqueeze(1).expand(-1, logits.shape[1])
    nothing = logits.new_full((count, logits.shape[1]), -torch.inf)
    return nothing.scatter_reduce(0, place, logits, "amax")


def masked_losses(logits: Tensor, targets: Tensor, emotion_weight: float = 1.0) -> Tensor:
    """Binary cross-entropy of each example, summed over its targets that are known (-1 is not).

    An example counts for more the more of its targets are known.
    """
    each = known_losses(logits, targets)
    # Summed over labels: the mean would let the many that are never there drown the few.
    labels = each[:, : len(SCORED)].sum(1)
    felt = each[:, len(SCORED) : INTENSITY].sum(1) + each[:, INTENSITY] * INTENSITY_WEIGHT
    return labels + emotion_weight * felt


def known_losses(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy of each output of each example; 0 where the target is not known."""
    known = (targets >= 0).float()
    return known * nn.functional.binary_cross_entropy_with_logits(
        logits, targets.clamp(min=0), reduction="none"
    )
