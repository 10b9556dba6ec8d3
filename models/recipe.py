"""A recipe: everything that decides what a training run learns, in one file that is kept."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class RecipeError(ValueError):
    """A recipe that cannot be used; the text says what is wrong."""


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an example is changed before it is seen, as shares of all examples."""

    spoken: Share = 0.0
    """Lower case, no punctuation, as recognisers write."""
    misheard: Share = 0.0
    """With recognition errors, at a rate drawn evenly between the two of `error_rate`."""
    error_rate: tuple[float, float] = (0.05, 0.3)
    context: Share = 0.0
    """Examples without turns before get some of other calls, which must not sway the answer."""
    fragments: Share = 0.0
    """Ordinary talk cut to a few words in a row among other ordinary talk, as calls are full of:
    without it "yeah" and "when i was up there" sound like the half-said answers of the own rows."""
    surrounded: Share = 0.0
    """Hard stops, and what resembles them, with ordinary talk before and after in the same turn:
    a threat must not sink in a long one."""
    masked_pieces: Share = 0.0
    """Word pieces hidden: Devlin et al., 2019, used here against learning single words."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`own` and `sources` give how many times an epoch each set is gone through (0.5: half of it,
    another half each epoch). `weights` scale the loss of a source's examples.
    """

    description: str
    seed: int = 7
    epochs: Annotated[int, msgspec.Meta(ge=1)] = 3
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 64
    learning_rate: Positive = 1e-4
    head_learning_rate: Positive = 5e-4
    layer_decay: Positive = 0.9
    """Each layer nearer to the input learns this much slower (Howard & Ruder, 2018)."""
    weight_decay: float = 0.01
    warm_up: Share = 0.06
    averaging: Share = 0.999
    """Decay of the running mean of weights that is kept as the result (Izmailov et al., 2018)."""
    bfloat16: bool = False
    """Products in 16 bits (Kalamkar et al., 2019): 1.7 times as fast on CPUs that have them in
    hardware, the weights themselves stay in 32."""
    easy: Share = 1.0
    """Of the half of each set that was answered best when last seen, only this share comes again
    in an epoch (as in Jiang et al., 2019, "Accelerating Deep Learning by Focusing on the Biggest
    Losers")."""
    emotion_weight: Positive = 1.0
    """What emotions and their intensity count for in the loss beside labels: they are never sure,
    so that unweighted they are most of it, and labels are learned from what noise is left."""
    finer_weight: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """What the emotions that GoEmotions tells apart count for beside ours, in the same loss."""
    taught: Share = 0.0
    """What a teacher's answers count for in the loss beside what rows say; of what no row says,
    they are all there is (Hinton et al., 2015, "Distilling the Knowledge in a Neural Network"). It
    is asked once, about the words as they were written, whatever is misheard of them later."""
    wider: bool = False
    """It is for another base model than the one that is served, which has to be named."""
    own: dict[str, float] = {}
    sources: dict[str, float] = {}
    weights: dict[str, float] = {}
    augment: Augmentation = Augmentation()
    select_by: Literal["loss", "emotion_f1", "precision"] = "loss"
    """What is compared between epochs on the dev split; `precision`: the mean over labels of the
    average precision, which is not swayed by how sure the scores are."""


def recipe(name_or_file: str) -> Recipe:
    """A recipe by its name among the built-in ones, or from a TOML file. Raises RecipeError."""
    file = Path(name_or_file)
    known = recipes()
    if file.suffix == ".toml":
        if not file.is_file():
            raise RecipeError(f"no recipe at {file}")
        text = file.read_text(encoding="utf-8")
    elif name_or_file in known:
        source = files("models").joinpath("recipes", f"{name_or_file}.toml")
        text = source.read_text(encoding="utf-8")
    else:
        raise RecipeError(
            f"no recipe called '{name_or_file}': {', '.join(known)}, or a .toml file of your own"
        )
    try:
        return msgspec.convert(tomllib.loads(text), Recipe)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RecipeError(f"{name_or_file}: {error}") from error


def recipes() -> list[str]:
    """Names of the built-in recipes."""
    folder = files("models").joinpath("recipes")
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )
