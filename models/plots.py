"""Curves of a training run, as SVG. Without matplotlib there are none, and nothing else changes."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec


def curves(folder: Path) -> list[Path]:
    """Draw `loss.svg` and `dev.svg` from what a run has recorded; gives what was drawn."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return []
    drawn = []
    with (folder / "steps.csv").open(encoding="utf-8") as file:
        rows = [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]
    if rows:
        figure = Figure(figsize=(7, 3.2), layout="constrained")
        axes = figure.subplots()
        axes.plot(*zip(*rows, strict=True))
        axes.set(xlabel="step", ylabel="training loss")
        figure.savefig(folder / "loss.svg")
        drawn.append(folder / "loss.svg")
    lines = (folder / "epochs.jsonl").read_bytes().splitlines()
    epochs = [msgspec.json.decode(line) for line in lines]
    if epochs:
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.subplots()
        at = [epoch["epoch"] + 1 for epoch in epochs]
        for label in epochs[-1]["average_precision"]:
            values = [epoch["average_precision"].get(label) for epoch in epochs]
            axes.plot(at, values, marker="o", markersize=3, label=label)
        axes.plot(at, [epoch["emotion_f1"] for epoch in epochs], "k--", label="emotion F1")
        axes.set(xlabel="epoch", ylabel="average precision on dev", ylim=(0, 1), xticks=at)
        figure.legend(loc="outside right upper", fontsize=7)
        figure.savefig(folder / "dev.svg")
        drawn.append(folder / "dev.svg")
    return drawn
