"""`hardstop train`: a recipe and data in, a folder with weights, figures and curves out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.measures import DevScores
    from models.training import Step


def train(
    recipe: Annotated[
        str,
        typer.Argument(
            help="emotion, hardstop, refine, polish, whole, finish, teacher, taught, or a .toml "
            "file."
        ),
    ] = "hardstop",
    out: Annotated[Path, typer.Option(help="The folder of the run.")] = Path("runs/hardstop"),
    data: Annotated[
        Path | None,
        typer.Option(help="The folder with the public sets that the recipe names."),
    ] = None,
    labelled: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Rows of your own to learn from, as for `hardstop evaluate`; may be repeated.",
        ),
    ] = None,
    start: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Begin with this run or model folder; of several, with their mean.",
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            help="The folder of another base model, BERT or MPNet with BERT's word pieces: for a "
            "teacher, as what is served is the bundled one's shape."
        ),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            help="The folder of a run whose answers to learn from (recipe: taught); of several, "
            "the mean of their answers."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run stopped.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=8, help="At most so many examples of each set: to try out.")
    ] = None,
) -> None:
    """Train the classifier. Needs the `train` extra: pip install 'hardstop[train]'.

    The stages of the bundled model, each from the run before it (`--from`): emotion, hardstop,
    refine, polish, whole, finish, taught; the last learns from the answers of a wider network
    (`teacher`, with --base, then --teacher). To go on from the bundled weights: `--from
    models/weights`.
    """
    import msgspec
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from models.labelled import learning_from
    from models.recipe import recipe as named
    from scripts.classifier import needs_training
    from scripts.evaluation.files import learned_from

    chosen = named(recipe)
    rows = learned_from(labelled or [])
    if rows:
        chosen = learning_from(chosen)
    needs_training()
    if epochs is not None:
        chosen = msgspec.structs.replace(chosen, epochs=epochs)
    if seed is not None:
        chosen = msgspec.structs.replace(chosen, seed=seed)
    console = Console(stderr=True)
    console.print(f"{chosen.description}: reading the data …")
    from models.runs import train as run

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    task = bar.add_task("loading", total=None)
    said = time.monotonic()

    def stepped(step: Step) -> None:
        nonlocal said
        shown = f"{step.loss:.3f}"
        doing = f"epoch {step.epoch + 1}, loss {shown}"
        bar.update(task, completed=step.step, total=step.steps, description=doing)
        if not console.is_terminal and time.monotonic() - said > 30:
            said = time.monotonic()
            console.print(f"step {step.step} of {step.steps}, loss {shown}")

    def answered(done: int, of: int) -> None:
        nonlocal said
        bar.update(task, completed=done, total=of, description="asking the teachers")
        if not console.is_terminal and time.monotonic() - said > 30:
            said = time.monotonic()
            console.print(f"teachers: {done:,} of {of:,} rows answered")

    def ended(epoch: int, scores: DevScores) -> None:
        labels = len(scores.average_precision)
        bar.console.print(
            f"epoch {epoch + 1} of {chosen.epochs}: dev loss {scores.loss:.4f}, mean average "
            f"precision {scores.mean_average_precision:.3f} over {labels} labels, emotion macro-F1 "
            f"{scores.emotion_f1:.3f}"
        )

    with bar:
        weights = run(
            chosen,
            out,
            data=data,
            labelled=rows,
            start=start or (),
            base=base,
            teachers=teacher or (),
            resume=resume,
            device=device,
            limit=limit,
            on_step=stepped,
            on_epoch=ended,
            on_answers=answered,
        )
    console.print(f"Weights in {weights}. Next: hardstop export {out} --out MODEL_FOLDER")
