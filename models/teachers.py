"""Other networks that a run needs: the base model it begins on, and teachers. Needs torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from safetensors import SafetensorError

from models.network import FELT_LAYERS, Network, base_folder
from models.recipe import Recipe
from models.run_folder import RECIPE, Counted
from models.saved import WEIGHTS, WeightsError, load
from models.sources import UNREAD

CONFIG = "config.json"
"""In a run's folder: the shape of another base model than the one that is served."""
PIECES = {"bert": 30_522, "mpnet": 30_527}
"""Word pieces of the vocabulary that passages are read with, by the kinds of encoders known."""


class TeacherError(ValueError):
    """A base model or teacher that cannot be used; the text says what to do."""


def on_base(folder: Path | None) -> Network:
    """A network with new heads, on another base model or on the one that comes with the package.

    Raises TeacherError.
    """
    if folder is None:
        return Network.from_base(base_folder())
    file = folder / CONFIG
    try:
        config = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise TeacherError(f"{folder} holds no base model ({CONFIG}): {error}") from error
    kind, layers = config.get("model_type"), config.get("num_hidden_layers", 0)
    known = kind in PIECES and config.get("vocab_size") == PIECES[kind]
    if not known or layers < FELT_LAYERS:
        raise TeacherError(
            f"{file}: a base model is BERT or MPNet with BERT's {PIECES['bert']:,} lower-case word "
            f"pieces and {FELT_LAYERS} layers or more, not {kind} with "
            f"{config.get('vocab_size')} and {layers}"
        )
    try:
        return Network.from_base(folder)
    except (OSError, ValueError, SafetensorError) as error:
        raise TeacherError(f"{folder}: its weights cannot be read: {error}") from error


def teacher(folder: Path, *, finer: bool) -> Network:
    """A run's network, on the base model that it was trained on.

    `finer`: it must have learned the emotions that GoEmotions tells apart. Raises TeacherError.
    """
    file = folder / WEIGHTS
    if not file.is_file():
        raise TeacherError(f"{folder} holds no finished run to learn from ({WEIGHTS})")
    if finer and _never_learned_finer(folder):
        raise TeacherError(
            f"{folder} never learned GoEmotions' own emotions, which the recipe wants to be taught "
            "(finer_weight): choose another teacher, or a recipe with finer_weight = 0"
        )
    network = Network.empty(folder if (folder / CONFIG).is_file() else base_folder())
    try:
        load(network, file)
    except (SafetensorError, WeightsError) as error:
        raise TeacherError(f"{folder} cannot teach: {error}") from error
    return network


def _never_learned_finer(folder: Path) -> bool:
    file = folder / RECIPE
    return file.is_file() and not msgspec.json.decode(file.read_bytes(), type=Recipe).finer_weight


def refuse_half_a_lesson(recipe: Recipe, base: Path | None, teachers: Sequence[Path]) -> None:
    """Raise TeacherError where a recipe lacks its teacher or base model, or wants none."""
    if recipe.wider and base is None:
        raise TeacherError("the recipe is for a wider base model: name its folder (--base)")
    if recipe.taught and not teachers:
        raise TeacherError(
            "the recipe learns from a teacher's answers: name the folder of its run (--teacher)"
        )
    unread = [name for name in recipe.sources if name.endswith(UNREAD)]
    if unread and not teachers:
        raise TeacherError(
            f"{', '.join(unread)}: nobody said what these sentences hold, only a teacher could: "
            "leave them out of the recipe, or name the folder of its run (--teacher)"
        )
    if teachers and not recipe.taught:
        raise TeacherError(
            "the recipe learns from no teacher: leave out --teacher, or set `taught`"
        )


def fingerprints(base: Path | None, teachers: Sequence[Path]) -> Counted:
    """What tells this base model and these teachers from others, for the record of a run."""
    files = {"base model": base / CONFIG} if base is not None else {}
    files |= {f"teacher {n}": folder / WEIGHTS for n, folder in enumerate(teachers, start=1)}
    return {
        name: {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()[:16]}
        for name, file in files.items()
    }
