"""The plots of a report, as SVG that takes the colour of the text around it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from models.evaluation.measures import Calibration, Delay, SystemMeasures
from models.evaluation.scores import f1_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#3b82f6", "#d97706", "#0f9d76", "#8b94a3")
"""Told apart on white and on near black, and by people who see no red or green."""
INK = "#0b0c0d"
"""Stands for the colour of the text until the SVG is written; used nowhere else."""
HOW_TO_GET = "Plots need matplotlib: install hardstop with its extra, hardstop[evaluate]."


def can_plot() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def by_trigger(systems: Sequence[SystemMeasures]) -> str:
    """Precision and recall of every hard stop and system, with intervals."""
    figure = _figure(9.2, 0.62 * len(systems[0].triggers) + 1.1)
    panels = figure.subplots(1, 2, sharey=True)
    labels = [m.label for m in systems[0].triggers]
    for panel, name in zip(panels, ("precision", "recall"), strict=True):
        for at, system in enumerate(systems):
            offset = 0.17 * (at - (len(systems) - 1) / 2)
            for row, measures in enumerate(system.triggers):
                share = measures.precision if name == "precision" else measures.recall
                if share.value is None or share.low is None or share.high is None:
                    continue
                faint = 0.35 if measures.few else 1.0
                y = row + offset
                colour = COLOURS[at % len(COLOURS)]
                panel.plot([share.low, share.high], [y, y], color=colour, alpha=faint, lw=1.6)
                panel.plot([share.value], [y], "o", color=colour, alpha=faint, ms=4.5)
        panel.set_title(name, fontsize=10)
        panel.set_xlim(-0.02, 1.02)
        panel.grid(axis="x", alpha=0.25, color=INK)
    panels[0].set_yticks(range(len(labels)), labels)
    panels[0].invert_yaxis()
    _legend(figure, [system.name for system in systems])
    return _svg(figure)


def curves(systems: Sequence[SystemMeasures]) -> str:
    """Precision over recall, a panel for each hard stop with positives."""
    labels = [m.label for m in systems[0].triggers if m.support]
    across = 4
    down = -(-len(labels) // across)
    figure = _figure(9.6, 2.35 * down + 0.5)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, label in zip(panels, labels, strict=False):
        for at, system in enumerate(systems):
            measures = next(m for m in system.triggers if m.label == label)
            colour = COLOURS[at % len(COLOURS)]
            if measures.curve:
                recall = [0.0, *(p.recall for p in measures.curve)]
                precision = [measures.curve[0].precision, *(p.precision for p in measures.curve)]
                panel.plot(recall, precision, color=colour, lw=1.5)
            if measures.precision.value is not None and measures.recall.value is not None:
                panel.plot(
                    [measures.recall.value], [measures.precision.value], "o", color=colour, ms=5
                )
        support = next(m.support for m in systems[0].triggers if m.label == label)
        panel.set_title(f"{label} (n = {support})", fontsize=9)
        panel.set_xlim(0, 1.02)
        panel.set_ylim(0, 1.03)
        panel.grid(alpha=0.2, color=INK)
    for panel in panels[len(labels) :]:
        panel.set_visible(False)
    figure.supxlabel("recall", fontsize=9, color=INK)
    figure.supylabel("precision", fontsize=9, color=INK)
    _legend(figure, [system.name for system in systems])
    return _svg(figure)


def reliability(calibration: Calibration) -> str:
    """The share that was right over the probability said; points grow with their numbers."""
    figure = _figure(4.6, 4.3)
    panel = figure.subplots()
    panel.plot([0, 1], [0, 1], "--", color=INK, alpha=0.4, lw=1)
    means = [b.mean for b in calibration.bins]
    panel.plot(means, [b.right for b in calibration.bins], color=COLOURS[0], lw=1.2)
    largest = max((b.count for b in calibration.bins), default=1)
    sizes = [20 + 180 * b.count / largest for b in calibration.bins]
    panel.scatter(means, [b.right for b in calibration.bins], s=sizes, color=COLOURS[0], alpha=0.7)
    for b in calibration.bins:
        panel.annotate(
            f"n = {b.count}",
            (b.mean, b.right),
            xytext=(7, -11),
            textcoords="offset points",
            fontsize=7.5,
            color=INK,
        )
    panel.set_xlabel("probability said")
    panel.set_ylabel("share that was right")
    panel.set_xlim(0, 1.1)
    panel.set_ylim(-0.05, 1.05)
    panel.grid(alpha=0.2, color=INK)
    return _svg(figure)


def conditions(systems: Sequence[SystemMeasures]) -> str:
    """F1 of any hard stop as the transcript gets worse."""
    figure = _figure(7.4, 3.4)
    panel = figure.subplots()
    for at, system in enumerate(systems):
        names = list(system.by_condition)
        values = [f1_of(measures[0]) or 0.0 for measures in system.by_condition.values()]
        panel.plot(names, values, "o-", color=COLOURS[at % len(COLOURS)], lw=1.6, ms=5)
    panel.set_ylim(0, 1.02)
    panel.set_ylabel("F1, any hard stop")
    panel.grid(axis="y", alpha=0.25, color=INK)
    _legend(figure, [system.name for system in systems])
    return _svg(figure)


def delays(delay: Delay) -> str:
    """How many triggers were heard how many words after they were complete."""
    figure = _figure(6.4, 2.9)
    panel = figure.subplots()
    words = list(range(min(delay.distribution), max(delay.distribution) + 1))
    counts = [delay.distribution.get(word, 0) for word in words]
    bars = panel.bar([_words(word) for word in words], counts, color=COLOURS[0])
    panel.bar_label(bars, fontsize=8, color=INK)
    panel.set_xlabel("words after the trigger was complete")
    panel.set_ylabel("triggers")
    panel.margins(y=0.15)
    return _svg(figure)


def _words(word: int) -> str:
    return "≤ −3" if word == -3 else "≥ 10" if word == 10 else str(word).replace("-", "−")


def _figure(width: float, height: float) -> Figure:
    """A figure in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="none")


def _legend(figure: Figure, names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], color=COLOURS[at % len(COLOURS)], marker="o", ms=5, label=name)
        for at, name in enumerate(names)
    ]
    figure.legend(
        handles=marks,
        loc="outside upper left",
        ncols=len(marks),
        frameon=False,
        labelcolor=INK,
        fontsize=9,
    )


def _dressed(panel: Axes) -> None:
    panel.set_facecolor("none")
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(INK)
    panel.tick_params(colors=INK, labelsize=8.5)
    for text in (panel.xaxis.label, panel.yaxis.label, panel.title):
        text.set_color(INK)


def _svg(figure: Figure) -> str:
    """The figure as SVG to stand in a page, text as text, ink as `currentColor`."""
    from matplotlib import rc_context

    for panel in figure.axes:
        _dressed(panel)
    written = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "hardstop"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    return re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
