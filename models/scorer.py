"""The classifier as it is served: an int8 network in ONNX Runtime, calibrated. No torch.

Deterministic on one kind of machine: one passage gives the same scores whatever else is scored
with it, because activations are quantised view by view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from detectors.scoring import Passage, Scorer, Scores, Weights
from models.encoding import Encoding
from models.labels import EMOTIONS, OUTPUTS, SCORED

WEIGHTS = Path(__file__).parent / "weights"
MODEL = "model.onnx"
SLOWER = ["SkipLayerNormFusion"]
"""An optimisation of ONNX Runtime's that makes these networks a tenth slower on CPUs
(docs/benchmarks.md)."""
VOCABULARY = "vocab.txt"
CARD = "model.json"

Logits = NDArray[np.float32]


class ModelError(ValueError):
    """A model folder that cannot be served; the text says what is wrong and what to do."""


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is stored beside the weights.

    `scale` and `shift` turn a label's logit into a calibrated one (Platt, 1999); `weights` fuse it
    with the rules. `emotion_thresholds` are for the record, the best of the dev split: serving asks
    which emotion is strongest, and for no threshold.
    """

    name: str
    labels: tuple[str, ...] = SCORED
    emotions: tuple[str, ...] = EMOTIONS
    scale: dict[str, float] = {}
    shift: dict[str, float] = {}
    weights: dict[str, Weights] = {}
    emotion_thresholds: dict[str, float] = {}
    made: dict[str, str] = {}


class Answers:
    """Turns the network's raw outputs into calibrated scores."""

    def __init__(self, card: Card) -> None:
        self._labels, self._feelings = card.labels, card.emotions
        self._scale = np.array([card.scale.get(label, 1.0) for label in card.labels])
        self._shift = np.array([card.shift.get(label, 0.0) for label in card.labels])
        self._emotions = slice(len(card.labels), len(card.labels) + len(card.emotions))

    def scores(self, logits: NDArray[np.float32]) -> Scores:
        """The scores of one passage from its outputs."""
        labels = _probability(logits[: len(self._scale)] * self._scale + self._shift)
        emotions = _probability(logits[self._emotions])
        return Scores(
            labels=dict(zip(self._labels, labels.tolist(), strict=True)),
            emotions=dict(zip(self._feelings, emotions.tolist(), strict=True)),
            intensity=float(_probability(logits[-1:])[0]),
        )


class OnnxScorer:
    """Scores passages with the model of a folder."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises ModelError when the folder holds no model that can be served."""
        self.card = read_card(folder)
        self._encoding = Encoding.read(folder / VOCABULARY)
        options = onnxruntime.SessionOptions()
        # Workers scale by processes; threads inside one would fight over the same cores.
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        model = folder / MODEL
        try:
            self._session = onnxruntime.InferenceSession(
                str(model),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=SLOWER,
            )
        except Exception as error:  # its errors share no class but this
            raise ModelError(f"cannot load {model}: {error}") from error
        self._version = f"{self.card.name}-{digest(folder, (MODEL, VOCABULARY, CARD))}"
        self._answers = Answers(self.card)
        self._masked = any(part.name == "mask" for part in self._session.get_inputs())

    @property
    def version(self) -> str:
        """Name and digest of weights, vocabulary and calibration together."""
        return self._version

    @property
    def weights(self) -> Mapping[str, Weights]:
        """By label: how its scores are fused with the rules'."""
        return self.card.weights

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        """The scores of each passage, in order."""
        return [self._answers.scores(row) for row in self.logits(passages)]

    def logits(self, passages: Sequence[Passage]) -> Logits:
        """Raw outputs, passages x OUTPUTS; of several views of one passage the highest."""
        answer = np.full((len(passages), OUTPUTS), -np.inf, dtype=np.float32)
        for row, passage in enumerate(passages):
            for view in self._encoding.views(passage):
                # One view at a time: in a batch, the others would decide its quantisation.
                ids = np.array([view.ids], dtype=np.int64)
                inputs = {"ids": ids, "types": np.array([view.types], dtype=np.int64)}
                if self._masked:  # a model of an earlier version's export
                    inputs["mask"] = np.ones_like(ids)
                (found,) = self._session.run(None, inputs)
                np.maximum(answer[row], found[0], out=answer[row])
        return answer


@cache
def bundled() -> OnnxScorer | None:
    """The classifier that comes with the package, loaded once; None if it is not there."""
    return OnnxScorer(WEIGHTS) if (WEIGHTS / MODEL).is_file() else None


def serving(folder: Path | None, backend: str = "onnx", device: str = "cpu") -> Scorer | None:
    """The classifier of a folder, or the one that comes along; None if there is none.

    `backend` torch serves full precision on `device`; it needs the `train` extra. Raises
    ModelError.
    """
    if backend == "torch":
        from models.torch_scorer import TorchScorer

        return TorchScorer(folder or WEIGHTS, device=device)
    return bundled() if folder is None else OnnxScorer(folder)


def read_card(folder: Path) -> Card:
    """The card of a model folder. Raises ModelError."""
    file = folder / CARD
    missing = [name for name in (CARD, MODEL, VOCABULARY) if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} is not a model folder: it lacks {', '.join(missing)} "
            "(`hardstop export` makes one from a training run)"
        )
    try:
        card = msgspec.json.decode(file.read_bytes(), type=Card)
    except msgspec.DecodeError as error:
        raise ModelError(f"{file}: {error}") from error
    if card.labels != SCORED or card.emotions != EMOTIONS:
        raise ModelError(f"{folder} answers other labels than this version of hardstop knows")
    return card


def digest(folder: Path, names: Sequence[str]) -> str:
    """By which a version tells these files of a model folder, all together, from others."""
    taken = hashlib.sha256()
    for name in names:
        taken.update((folder / name).read_bytes())
    return taken.hexdigest()[:8]


def _probability(logits: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)
