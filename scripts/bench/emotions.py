"""Emotion on GoEmotions' test split, mapped to ours: macro-F1, and what int8 costs.

    python -m scripts.bench.emotions DATA [--model FOLDER] [--full RUN]

Thresholds are taken from GoEmotions' dev split, one for each emotion; several may hold at once.
`--full` adds the run's weights before quantisation (needs the `train` extra).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def main(
    data: Annotated[Path, typer.Argument(help="The folder with `goemotions` in it.")],
    model: Annotated[Path | None, typer.Option(help="A model folder of one's own.")] = None,
    full: Annotated[Path | None, typer.Option(help="The run it was exported from.")] = None,
) -> None:
    """Print a table: F1 of each emotion, macro-F1."""
    import numpy as np

    from models.corpus import Split
    from models.labels import EMOTIONS, SCORED
    from models.measures import best_f1, sigmoid
    from models.scorer import WEIGHTS, OnnxScorer
    from models.sources import goemotions

    rows = [row for row in goemotions(data / "goemotions") if row.split is not Split.TRAIN]
    felt = slice(len(SCORED), len(SCORED) + len(EMOTIONS))
    truth = np.array([row.targets[felt] for row in rows]) > 0.5
    dev = np.array([row.split is Split.DEV for row in rows])
    answers: dict[str, Any] = {}
    scorer = OnnxScorer(model or WEIGHTS)
    answers["int8"] = np.concatenate([scorer.logits([row.passage]) for row in rows])
    if full is not None:
        from models.encoding import Encoding
        from models.network import Network, base_folder
        from models.saved import load
        from models.training import predict

        network = Network.empty(base_folder())
        load(network, full / "weights.safetensors")
        encoding = Encoding.read(base_folder() / "vocab.txt")
        answers["full precision"] = predict(network, encoding, rows)
    typer.echo(f"GoEmotions test, {int((~dev).sum())} comments, thresholds from its dev split")
    typer.echo("| | " + " | ".join(EMOTIONS) + " | macro-F1 |")
    typer.echo("|---" * (len(EMOTIONS) + 2) + "|")
    for name, logits in answers.items():
        probabilities = sigmoid(logits[:, felt])
        scores = []
        for place in range(len(EMOTIONS)):
            _, threshold = best_f1(probabilities[dev, place], truth[dev, place])
            found = probabilities[~dev, place] >= threshold
            right = truth[~dev, place]
            scores.append(2 * (found & right).sum() / (found.sum() + right.sum()))
        cells = " | ".join(f"{score:.3f}" for score in scores)
        typer.echo(f"| {name} | {cells} | {float(np.mean(scores)):.3f} |")


if __name__ == "__main__":
    typer.run(main)
