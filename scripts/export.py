"""`hardstop export`: a training run becomes a model folder that any worker can serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.progress import steps


def export(
    run: Annotated[Path, typer.Argument(help="The folder of a finished `hardstop train`.")],
    out: Annotated[Path, typer.Option(help="Where the model folder goes.")] = Path("model"),
    data: Annotated[
        Path | None, typer.Option(help="The public sets that the recipe names: to calibrate on.")
    ] = None,
    labelled: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="The labelled rows of the run: to calibrate on.",
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Keep full-precision weights too (90 MB), for GPUs.")
    ] = False,
    mean_with: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Take the mean with what the run began from, a run or a model folder.",
        ),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="How much the run counts for in that mean.  [default: 0.5]"
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=8, help="At most so many examples to round and calibrate by: to try out."),
    ] = None,
    name: Annotated[str, typer.Option(help="The first part of the model's version.")] = "minilm",
) -> None:
    """Quantise a run to int8 ONNX and calibrate it on its dev split. Needs the `train` extra.

    Serve it with HARDSTOP_MODEL=FOLDER; `hardstop evaluate` says how good it is.
    """
    from rich.console import Console
    from rich.table import Table

    from scripts.classifier import needs_training
    from scripts.evaluation.files import learned_from

    if share is not None and mean_with is None:
        raise typer.BadParameter("there is no mean to share in without --mean-with")
    rows = learned_from(labelled or [])
    needs_training()
    from models.bundle import LARGEST_MB, bundle

    with steps() as progress:
        made = bundle(
            run,
            out,
            data,
            name,
            progress,
            labelled=rows,
            full=full,
            start=mean_with,
            share=0.5 if share is None else share,
            limit=limit,
        )
    console = Console()
    table = Table("label", "positives", "of", "AP classifier", "AP fused", "calibration error")
    for label, report in made.labels.items():
        table.add_row(
            label,
            str(report.positives),
            str(report.examples),
            f"{report.classifier_ap:.3f}",
            f"{report.fused_ap:.3f}",
            f"{report.calibration_error:.3f}",
        )
    console.print(table)
    console.print(
        f"{made.version} in {made.folder}: {made.megabytes:.1f} MB; emotion macro-F1 on dev "
        f"{made.full_emotion_f1:.3f} in full precision, {made.int8_emotion_f1:.3f} in int8."
    )
    if made.megabytes > LARGEST_MB:
        console.print(f"Larger than the {LARGEST_MB:.0f} MB that the project commits.")
