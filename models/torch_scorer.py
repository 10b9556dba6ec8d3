"""The classifier in full precision, on a GPU: many calls at once. Needs the `train` extra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError

from detectors.scoring import Passage, Scores, Weights
from models.batches import padded
from models.encoding import Encoding, View
from models.labels import OUTPUTS
from models.network import Network, base_folder
from models.saved import WEIGHTS, WeightsError, load
from models.scorer import CARD, VOCABULARY, Answers, ModelError, digest, read_card

BATCH = 64


class TorchScorer:
    """Scores passages with the full weights of a model folder (`hardstop export --full`)."""

    def __init__(self, folder: Path, *, device: str = "cuda") -> None:
        """Raises ModelError when the folder or the device cannot serve."""
        self.card = read_card(folder)
        if not (folder / WEIGHTS).is_file():
            raise ModelError(f"{folder} has no full weights: export it with `--full`")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ModelError("no CUDA device: HARDSTOP_MODEL_DEVICE=cpu, or the onnx backend")
        # Full weights are not pruned: they read the base model's vocabulary.
        self._encoding = Encoding.read(base_folder() / VOCABULARY)
        self._network = Network.empty(base_folder())
        try:
            load(self._network, folder / WEIGHTS)
        except (WeightsError, SafetensorError) as error:
            raise ModelError(f"cannot load {folder / WEIGHTS}: {error}") from error
        self._network.to(device).eval()
        self._device = device
        self._version = f"{self.card.name}-full-{digest(folder, (WEIGHTS, CARD))}"
        self._answers = Answers(self.card)

    @property
    def version(self) -> str:
        """Name and digest of weights and calibration, and that it is served in full precision."""
        return self._version

    @property
    def weights(self) -> Mapping[str, Weights]:
        """By label: how its scores are fused with the rules'."""
        return self.card.weights

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        """The scores of each passage, in order."""
        views: list[tuple[int, View]] = [
            (row, view)
            for row, passage in enumerate(passages)
            for view in self._encoding.views(passage)
        ]
        answer = np.full((len(passages), OUTPUTS), -np.inf, dtype=np.float32)
        with torch.inference_mode():
            for first in range(0, len(views), BATCH):
                part = views[first : first + BATCH]
                inputs = [
                    torch.from_numpy(a).to(self._device) for a in padded([v for _, v in part])
                ]
                found = self._network(*inputs).float().cpu().numpy()
                for (row, _), logits in zip(part, found, strict=True):
                    np.maximum(answer[row], logits, out=answer[row])
        return [self._answers.scores(row) for row in answer]
