"""A training run and its folder: what went in, what came out. Needs torch.

models/run_folder.py says what is written down along the way; weights.safetensors is the result, and
*.svg are its curves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from transformers.utils import logging as transformers_logging

from models.batches import epoch_of
from models.corpus import Split, read_corpus
from models.encoding import Encoding
from models.examples import Example, own
from models.labelled import LABELLED
from models.lessons import Lessons, OnAnswers, ask
from models.measures import DevScores
from models.network import Network, base_folder
from models.noise import Ear
from models.plots import curves
from models.recipe import Recipe, RecipeError
from models.run_folder import EPOCHS, STEPS, begin, counted, cut, differences
from models.saved import WEIGHTS, load
from models.scorer import MODEL
from models.sources import SOURCES, folder_of, present, rule_examples
from models.teachers import CONFIG, fingerprints, on_base, refuse_half_a_lesson, teacher
from models.training import CHECKPOINT, Step, Trainer

OWN: dict[str, Callable[[], Iterable[Example]]] = {
    "utterances": lambda: (own(row) for row in read_corpus() if row.split is not Split.TEST),
    "rule_examples": rule_examples,
}
RECORD_EVERY = 10
DEV_OF_EACH = 2_500
"""Dev examples of each set that are scored after an epoch."""


NO_DEV = (
    "no row is of the split 'dev', by which epochs are chosen and scores calibrated: give some "
    "rows that split, or add a set that has it"
)


class RunError(ValueError):
    """A run that cannot start or go on; the text says what to do."""


def read_examples(
    recipe: Recipe, data: Path | None, labelled: Sequence[Example] = ()
) -> dict[str, list[Example]]:
    """Train and dev examples of every set in the recipe, by its name. Raises RunError."""
    own_sets = {*OWN, LABELLED}
    unknown = [*(set(recipe.own) - own_sets), *(set(recipe.sources) - set(SOURCES))]
    if unknown:
        raise RecipeError(f"no such data: {', '.join(sorted(unknown))}")
    if LABELLED in recipe.own and not labelled:
        raise RunError("the recipe learns from labelled rows: name their files (--labelled FILE)")
    if not files("models").joinpath("data").is_dir():
        raise RunError("the utterances to train on come with the source code, not with the package")
    there = [] if data is None else present(data)
    missing = sorted(set(recipe.sources) - set(there))
    if missing:
        raise RunError(
            f"the recipe needs {', '.join(missing)} in the folder of public data (--data); "
            "docs/detection.md says where each comes from"
        )
    found = {name: list(labelled if name == LABELLED else OWN[name]()) for name in recipe.own}
    for name in recipe.sources:
        assert data is not None
        found[name] = list(SOURCES[name](folder_of(name, data)))
    return {
        name: [row for row in rows if row.split is not Split.TEST] for name, rows in found.items()
    }


def train(
    recipe: Recipe,
    folder: Path,
    *,
    data: Path | None,
    labelled: Sequence[Example] = (),
    start: Sequence[Path] = (),
    base: Path | None = None,
    teachers: Sequence[Path] = (),
    resume: bool,
    device: str,
    limit: int | None,
    on_step: Callable[[Step], None],
    on_epoch: Callable[[int, DevScores], None],
    on_answers: OnAnswers = lambda done, of: None,
) -> Path:
    """Run a recipe in a folder; gives the path of the weights.

    `labelled`: examples of the recipe's set of that name (models/labelled.py). `start`: folders of
    runs whose weights to begin with, or their mean. `base`: the folder of another base model, in
    BERT's or MPNet's shape (models/wider.py). `teachers`: the folders of runs whose answers,
    or the mean of them, are learned beside what the rows say, as much as the recipe wants; of how
    many rows they have answered how many is told to `on_answers`.
    `limit`: at most so many examples of each set, to try things out. Raises RunError, RecipeError,
    SourceError and TeacherError.
    """
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_to_overwrite(folder, resume)
    refuse_half_a_lesson(recipe, base, teachers)
    taught_by = [teacher(found, finer=recipe.finer_weight > 0) for found in teachers]
    # New heads are drawn at random, before the trainer is there to seed anything.
    torch.manual_seed(recipe.seed)
    network = on_base(base)
    examples = read_examples(recipe, data, labelled)
    if limit is not None:
        examples = {name: some(rows, limit) for name, rows in examples.items()}
    rows = {name: _of(found, Split.TRAIN) for name, found in examples.items()}
    dev = [row for found in examples.values() for row in some(_of(found, Split.DEV), DEV_OF_EACH)]
    _refuse_to_learn_nothing(recipe, rows, dev)
    learned = counted(examples) | fingerprints(base, teachers)
    if resume and (changed := differences(folder, recipe, learned)):
        raise RunError(
            f"--resume cannot go on with {folder}, which began otherwise: {'; '.join(changed)}. "
            "Ask for the same as then, or name another folder"
        )
    if start:
        _begin_with(network, start)
    encoding = Encoding.read(base_folder() / "vocab.txt")
    if not resume:
        begin(folder, recipe, learned)
        (folder / CONFIG).unlink(missing_ok=True)
        if base is not None:
            network.enc.config.save_pretrained(folder)
    lessons: Lessons | None = None
    if taught_by:
        lessons = ask(
            taught_by,
            [row for found in rows.values() for row in found],
            _gone_through(rows, recipe),
            encoding,
            folder,
            by=_told_apart(recipe, teachers),
            finer=recipe.finer_weight > 0,
            bfloat16=recipe.bfloat16,
            device=device,
            on_answers=on_answers,
        )
        taught_by.clear()  # they take memory, and have said all that is asked
    ear = Ear(row.passage.now.text for row in examples.get("utterances", []))
    trainer = Trainer(
        network=network,
        encoding=encoding,
        recipe=recipe,
        train=rows,
        dev=dev,
        folder=folder,
        mishear=ear.misheard if recipe.augment.misheard else None,
        lessons=lessons,
        device=device,
    )
    if resume and trainer.resume():
        cut(folder, trainer.step, trainer.epochs)

    def stepped(step: Step) -> None:
        if step.step % RECORD_EVERY == 0:
            with (folder / STEPS).open("a", encoding="utf-8") as file:
                file.write(f"{step.step},{step.epoch},{step.loss:.5f}\n")
        on_step(step)

    def ended(epoch: int, scores: DevScores) -> None:
        with (folder / EPOCHS).open("ab") as file:
            file.write(msgspec.json.encode({"epoch": epoch, **msgspec.to_builtins(scores)}) + b"\n")
        curves(folder)
        on_epoch(epoch, scores)

    trainer.run(stepped, ended)
    return folder / WEIGHTS


def _refuse_to_overwrite(folder: Path, resume: bool) -> None:
    if resume and not (folder / CHECKPOINT).is_file():
        raise RunError(f"{folder} holds no run to go on with")
    if not resume and ((folder / WEIGHTS).exists() or (folder / CHECKPOINT).exists()):
        raise RunError(f"{folder} holds a run: --resume goes on with it, or name another folder")


def _refuse_to_learn_nothing(
    recipe: Recipe, rows: Mapping[str, list[Example]], dev: Sequence[Example]
) -> None:
    sizes = {name: len(found) for name, found in rows.items()}
    if not any(map(len, epoch_of(sizes, recipe, 0).values())):
        raise RunError(
            "nothing to learn from: no set of the recipe has rows of the split 'train' that an "
            "epoch goes through"
        )
    if not dev:
        raise RunError(NO_DEV)


def _told_apart(recipe: Recipe, teachers: Sequence[Path]) -> str:
    """By what answers of these teachers, to what this recipe asks, are told from others."""
    digests = [str(told["sha256"]) for told in fingerprints(None, teachers).values()]
    return " ".join([*digests, *(["finer"] if recipe.finer_weight > 0 else [])])


def _gone_through(rows: Mapping[str, list[Example]], recipe: Recipe) -> NDArray[np.int64]:
    """The places of all rows that any epoch goes through."""
    sizes = {name: len(found) for name, found in rows.items()}
    firsts = np.cumsum([0, *sizes.values()])
    every = [
        first + part
        for epoch in range(recipe.epochs)
        for first, part in zip(firsts, epoch_of(sizes, recipe, epoch).values(), strict=False)
    ]
    return np.unique(np.concatenate(every))


def _begin_with(network: Network, start: Sequence[Path]) -> None:
    load(network, *(weights_in(folder) for folder in start), partial=True)


def weights_in(folder: Path) -> Path:
    """The weights of a run's folder or a model's. Raises RunError where there are none."""
    for name in (WEIGHTS, MODEL):
        if (folder / name).is_file():
            return folder / name
    raise RunError(f"{folder} holds no finished run and no model ({WEIGHTS}, {MODEL})")


def _of(rows: list[Example], split: Split) -> list[Example]:
    return [row for row in rows if row.split is split]


def some(rows: list[Example], limit: int) -> list[Example]:
    """At most so many of the rows, drawn from all over, the same every time."""
    order = np.random.default_rng(0).permutation(len(rows))[:limit]
    return [rows[index] for index in order]
