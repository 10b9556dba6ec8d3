"""From a training run to a model folder: exported, calibrated, measured on its dev split."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.detector import Detector, finder
from detectors.settings import DetectionSettings
from models.calibration import calibration_error, fused, platt, rules_on, stack, to_fit_on
from models.corpus import Split
from models.encoding import Encoding, View
from models.examples import Example
from models.export import MODEL, VOCABULARY, export
from models.labels import SCORED
from models.measures import average_precision, dev_scores, sigmoid
from models.network import Network, base_folder
from models.recipe import Recipe
from models.runs import NO_DEV, RunError, read_examples, some, weights_in
from models.saved import WEIGHTS, load, save
from models.scorer import CARD, Card, OnnxScorer
from models.teachers import CONFIG
from models.training import predict

NOT_FITTED_ON = frozenset({"rules", "goemotions"})
"""Rules know their own examples by heart, and Reddit's share of hard stops is no call's."""
LARGEST_MB = 25.0
ROUNDED_BY = 3_300
"""Rows whose words weights are rounded by: a minute or two."""

OnProgress = Callable[[str, int, int], None]


class LabelReport(msgspec.Struct, frozen=True):
    """Dev figures of one label: classifier alone and fused."""

    positives: int
    examples: int
    classifier_ap: float
    fused_ap: float
    calibration_error: float


class Bundle(msgspec.Struct, frozen=True):
    """What came of an export."""

    folder: Path
    version: str
    megabytes: float
    full_emotion_f1: float
    int8_emotion_f1: float
    labels: Mapping[str, LabelReport]


def bundle(
    run: Path,
    out: Path,
    data: Path | None,
    name: str,
    progress: OnProgress,
    *,
    labelled: Sequence[Example] = (),
    full: bool = False,
    start: Path | None = None,
    share: float = 0.5,
    limit: int | None = None,
) -> Bundle:
    """Export a run, calibrate it on its recipe's dev split, write `model.json` beside it.

    `labelled`: as in the run (models/labelled.py). `full`: the weights in full precision as well,
    for GPUs. `start`: what the run began from, a run's folder or a model's; of both the mean is
    taken, in which the run counts for `share` (0-1). `limit`: at most so many examples to round,
    calibrate and measure by, to try things out. Raises RunError where it holds no weights, no
    row is of the dev split or `out` is the run, and WeightsError for another version's weights.
    """
    if out.resolve() == run.resolve():
        raise RunError(f"{out} is the run itself: name another folder for the model")
    if (run / CONFIG).is_file():
        raise RunError(
            f"{run} was trained on another base model: it can teach (`hardstop train --teacher`), "
            "and is not served"
        )
    recipe = msgspec.json.decode((run / "recipe.json").read_bytes(), type=Recipe)
    progress("exporting to int8", 0, 1)
    learned = [row for rows in read_examples(recipe, data, labelled).values() for row in rows]
    examples = to_fit_on(learned)
    if not examples:
        raise RunError(NO_DEV)
    if limit is not None:
        examples = some(examples, limit)
    targets = np.array([example.targets for example in examples], dtype=np.float32)
    texts = [example.passage.now.text for example in learned]
    with TemporaryDirectory() as folder:
        weights_file = run / WEIGHTS
        if start is not None:
            weights_file = Path(folder) / WEIGHTS
            mean = Network.from_base(base_folder())
            load(mean, run / WEIGHTS, weights_in(start), shares=(share, 1 - share))
            save(mean, weights_file)
        export(weights_file, out, texts, views=_views(learned, limit or ROUNDED_BY))
        unquantised = _full_emotion_f1(weights_file, examples, targets)
        if full:
            shutil.copyfile(weights_file, out / WEIGHTS)
    progress("exporting to int8", 1, 1)
    (out / CARD).write_bytes(msgspec.json.encode(Card(name=name)))
    logits = _logits(OnnxScorer(out), examples, progress)
    wanted = targets[:, : len(SCORED)].astype(np.float64)
    fit = np.array([example.source not in NOT_FITTED_ON for example in examples])
    scale, shift = platt(logits[fit, : len(SCORED)].astype(np.float64), wanted[fit])
    calibrated = _calibrated(logits, scale, shift)
    settings = DetectionSettings()
    rules_alone = Detector(settings, {"en": finder("en")})
    chosen = [example for example, kept in zip(examples, fit, strict=True) if kept]
    rules = rules_on(
        rules_alone, chosen, lambda n: progress("reading with the rules", n, len(chosen))
    )
    weights = stack(calibrated[fit], rules, wanted[fit])
    together = fused(calibrated[fit], rules, weights)
    int8 = dev_scores(logits, targets)
    card = Card(
        name=name,
        scale={label: round(value, 4) for label, value in scale.items()},
        shift={label: round(value, 4) for label, value in shift.items()},
        weights=weights,
        emotion_thresholds={k: round(v, 2) for k, v in int8.emotion_thresholds.items()},
        made={
            "recipe": recipe.description,
            "seed": str(recipe.seed),
            "fitted_on": str(int(fit.sum())),
            **({} if start is None else {"share_of_run": f"{share:g}"}),
        },
    )
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card)))
    files = (MODEL, VOCABULARY, CARD)
    return Bundle(
        folder=out,
        version=OnnxScorer(out).version,
        megabytes=sum((out / file).stat().st_size for file in files) / 1e6,
        full_emotion_f1=unquantised,
        int8_emotion_f1=int8.emotion_f1,
        labels=_reports(calibrated[fit], together, wanted[fit]),
    )


def _views(learned: Sequence[Example], limit: int) -> list[View]:
    """What weights are rounded by: some of what was learned, never of what figures are taken on."""
    encoding = Encoding.read(base_folder() / VOCABULARY)
    rows = some([row for row in learned if row.split is Split.TRAIN], min(limit, ROUNDED_BY))
    return [view for row in rows for view in encoding.views(row.passage)]


def _logits(
    scorer: OnnxScorer, examples: list[Example], progress: OnProgress
) -> NDArray[np.float32]:
    rows = []
    for number, example in enumerate(examples, start=1):
        rows.append(scorer.logits([example.passage])[0])
        progress("scoring the dev split", number, len(examples))
    return np.stack(rows)


def _calibrated(
    logits: NDArray[np.float32], scale: Mapping[str, float], shift: Mapping[str, float]
) -> NDArray[np.float64]:
    by = np.array([scale.get(label, 1.0) for label in SCORED])
    plus = np.array([shift.get(label, 0.0) for label in SCORED])
    return sigmoid((logits[:, : len(SCORED)] * by + plus).astype(np.float32)).astype(np.float64)


def _reports(
    calibrated: NDArray[np.float64], together: NDArray[np.float64], wanted: NDArray[np.float64]
) -> dict[str, LabelReport]:
    found = {}
    for place, label in enumerate(SCORED):
        known = wanted[:, place] >= 0
        right = wanted[known, place] > 0.5
        if not right.any():
            continue
        found[label] = LabelReport(
            positives=int(right.sum()),
            examples=int(known.sum()),
            classifier_ap=average_precision(calibrated[known, place].astype(np.float32), right),
            fused_ap=average_precision(together[known, place].astype(np.float32), right),
            calibration_error=calibration_error(together[known, place], right.astype(float)),
        )
    return found


def _full_emotion_f1(weights: Path, examples: list[Example], targets: NDArray[np.float32]) -> float:
    """The same emotion figure before quantisation: what int8 costs."""
    network = Network.empty(base_folder())
    load(network, weights)
    logits = predict(network, Encoding.read(base_folder() / VOCABULARY), examples)
    return dev_scores(logits, targets).emotion_f1
