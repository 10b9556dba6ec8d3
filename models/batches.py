"""Examples into batches: what is gone through in an epoch, changed as speech is, padded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.scoring import Passage, Said
from models.corpus import Kind
from models.encoding import PAD, Encoding, View
from models.examples import TRIGGERS, UNKNOWN, Example
from models.labels import FINER, OUTPUTS, SCORED
from models.noise import spoken
from models.recipe import Augmentation, Recipe

MASK = 103
FIRST_WORD_PIECE = 999
POOLED = 40
"""Batches sorted by length together: less padding, still mixed."""
WHOLE = OUTPUTS + FINER
LONGEST_PIECE = 16
"""Words of a fragment, at most; short ones are commoner."""
WIDTHS = 8
"""Batches are this many pieces wide, or a multiple: memory of one size can be used again, and a
processor's kernels are made for fewer shapes."""
MOST_PIECES = 8_192
"""Of all views of a batch together; a batch of 64 ordinary turns has 2,500."""
FILLERS = (
    "uh",
    "um",
    "and",
    "so",
    "well",
    "yeah",
    "but",
    "i mean",
    "you know",
    "oh",
    "no",
    "right",
)
FILLED = 0.4
SHORT = 4
"""Words; what is shorter may be an answer, which foreign turns before would change."""

_HARD_STOPS = tuple(SCORED.index(trigger) for trigger in TRIGGERS)

Mishear = Callable[[str, float, np.random.Generator], str]


class Batch(msgspec.Struct, frozen=True):
    """`ids`, `mask`, `types`: views x length; `of`: views; `targets`: batch x OUTPUTS; the rest:
    batch. Long speech has several views, and what is heard in any of them is heard."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    types: NDArray[np.int64]
    of: NDArray[np.int64]
    """Which of the batch each view belongs to."""
    targets: NDArray[np.float32]
    finer: NDArray[np.float32]
    """Batch x FINER: 0 or 1 where known, -1 where not."""
    weights: NDArray[np.float32]
    rows: NDArray[np.int64]
    """Which of the examples they are."""
    holds: NDArray[np.int64]
    """Of how many outputs, from the first, what is true of the example is true of it as it comes
    here: WHOLE of all, none of a mere fragment."""


def epoch_of(
    sizes: dict[str, int],
    recipe: Recipe,
    epoch: int,
    losses: dict[str, NDArray[np.float32]] | None = None,
) -> dict[str, NDArray[np.int64]]:
    """What is gone through in one epoch: of each set, by its size, the places of examples.

    A set comes as many times as the recipe says, in its order; of a set taken by a part, another
    part comes each epoch until all of it has been seen. `losses` of when each was last seen
    (infinite: never yet) let the easy ones come more rarely.
    """
    chosen = {}
    for name, size in sizes.items():
        times = recipe.own.get(name, recipe.sources.get(name, 0.0))
        order = np.random.default_rng([recipe.seed, len(name)]).permutation(size)
        count = round(times * size)
        places = order[(epoch * count + np.arange(count)) % size] if size else order
        if losses is not None and recipe.easy < 1.0:
            chance = np.random.default_rng([recipe.seed, 2, epoch, len(name)])
            seen = losses[name]
            easy = seen[places] < _median(seen)
            places = places[~easy | (chance.random(len(places)) < recipe.easy)]
        chosen[name] = places
    return chosen


def batches(
    examples: Sequence[Example],
    encoding: Encoding,
    recipe: Recipe,
    epoch: int,
    mishear: Mishear | None,
) -> Iterator[Batch]:
    """The batches of an epoch: the same for the same recipe and epoch."""
    chance = np.random.default_rng([recipe.seed, 1, epoch])
    order = chance.permutation(len(examples))
    ordinary = [row for row in examples if is_ordinary(row)]
    views: list[list[View]] = []
    seen: list[Example] = []
    holds = np.full(len(order), WHOLE)
    for number, index in enumerate(order):
        row = examples[index]
        if is_ordinary(row) and chance.random() < recipe.augment.fragments:
            row = fragment(row, ordinary, chance)
            holds[number] = 0
        elif ordinary and not is_ordinary(row) and chance.random() < recipe.augment.surrounded:
            row = surrounded(row, ordinary, chance)
            holds[number] = len(SCORED)
        seen.append(row)
        passage = spoken_passage(row, examples, recipe.augment, mishear, chance)
        views.append(encoding.views(passage))
    pool = recipe.batch_size * POOLED
    planned: list[NDArray[np.int64]] = []
    for first in range(0, len(order), pool):
        part = np.arange(first, min(first + pool, len(order)))
        part = part[np.argsort([_length(views[n]) for n in part], kind="stable")]
        for n in range(0, len(part), recipe.batch_size):
            planned.extend(_bearable(part[n : n + recipe.batch_size], views))
    for number in chance.permutation(len(planned)):
        chosen = planned[number]
        ids, mask, types = padded([view for n in chosen for view in views[n]])
        hidden = (chance.random(ids.shape) < recipe.augment.masked_pieces) & (
            ids > FIRST_WORD_PIECE
        )
        ids[hidden] = MASK
        rows = [seen[n] for n in chosen]
        yield Batch(
            ids=ids,
            mask=mask,
            types=types,
            of=np.repeat(np.arange(len(chosen)), [len(views[n]) for n in chosen]),
            targets=np.array([row.targets for row in rows], dtype=np.float32),
            finer=_finer(rows),
            weights=np.array(
                [row.weight * recipe.weights.get(row.source, 1.0) for row in rows],
                dtype=np.float32,
            ),
            rows=order[chosen],
            holds=holds[chosen],
        )


def _bearable(part: NDArray[np.int64], views: Sequence[Sequence[View]]) -> list[NDArray[np.int64]]:
    """A batch in halves, and these in halves, until each has few enough pieces for the memory that
    is there: of long speech one row can be twenty views."""
    if len(part) < 2 or sum(_length(views[n]) for n in part) <= MOST_PIECES:
        return [part]
    middle = len(part) // 2
    return [*_bearable(part[:middle], views), *_bearable(part[middle:], views)]


def _finer(rows: Sequence[Example]) -> NDArray[np.float32]:
    told = np.full((len(rows), FINER), UNKNOWN, dtype=np.float32)
    for place, row in enumerate(rows):
        if row.finer is not None:
            told[place] = 0.0
            told[place, list(row.finer)] = 1.0
    return told


def _length(views: Sequence[View]) -> int:
    return sum(len(view.ids) for view in views)


def _median(losses: NDArray[np.float32]) -> float:
    """Of the losses that are known; lower than any if none is."""
    known = losses[np.isfinite(losses)]
    return float(np.median(known)) if len(known) else -np.inf


def padded(
    views: Sequence[View],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ids, mask and types of views, each as wide as the longest, and a little wider."""
    width = -(-max(len(view.ids) for view in views) // WIDTHS) * WIDTHS
    ids = np.full((len(views), width), PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    types = np.zeros_like(ids)
    for row, view in enumerate(views):
        ids[row, : len(view.ids)] = view.ids
        types[row, : len(view.types)] = view.types
        mask[row, : len(view.ids)] = 1
    return ids, mask, types


def spoken_passage(
    example: Example,
    others: Sequence[Example],
    augment: Augmentation,
    mishear: Mishear | None,
    chance: np.random.Generator,
) -> Passage:
    """The example's passage as it might have been spoken and heard."""
    now, before = example.passage.now.text, example.passage.before
    if chance.random() < augment.spoken:
        now = spoken(now) or now
        before = tuple(Said(turn.speaker, spoken(turn.text)) for turn in before)
    if mishear is not None and chance.random() < augment.misheard:
        low, high = augment.error_rate
        now = mishear(now, low + (high - low) * chance.random(), chance)
    if not before and len(now.split()) >= SHORT and chance.random() < augment.context:
        before = _foreign(others, chance)
    return Passage(now=Said(example.passage.now.speaker, now), before=before)


def is_ordinary(example: Example) -> bool:
    """Whether it is known to be everyday talk, with no hard stop in it or near it."""
    return example.kind is Kind.ORDINARY and all(example.targets[n] == 0.0 for n in _HARD_STOPS)


def fragment(example: Example, ordinary: Sequence[Example], chance: np.random.Generator) -> Example:
    """A few words in a row of ordinary talk, after up to three turns of other such talk.

    What else was known of the whole, its emotion above all, is not known of a piece.
    """
    before = tuple(
        _piece(ordinary[int(chance.integers(len(ordinary)))].passage.now, chance)
        for _ in range(int(chance.integers(4)))
    )
    targets = tuple(
        UNKNOWN if place >= len(SCORED) or target > 0 else target
        for place, target in enumerate(example.targets)
    )
    passage = Passage(now=_piece(example.passage.now, chance), before=before)
    return msgspec.structs.replace(example, passage=passage, targets=targets, finer=None)


def surrounded(
    example: Example, ordinary: Sequence[Example], chance: np.random.Generator
) -> Example:
    """The same words in one turn with ordinary talk, up to three pieces on each side.

    How such a turn feels as a whole is not known.
    """

    def talk() -> list[str]:
        count = int(chance.integers(4))
        rows = (ordinary[int(chance.integers(len(ordinary)))] for _ in range(count))
        return [_piece(row.passage.now, chance).text for row in rows]

    now = example.passage.now
    said = " ".join([*talk(), spoken(now.text) or now.text, *talk()])
    passage = Passage(now=Said(now.speaker, said), before=example.passage.before)
    known = (*example.targets[: len(SCORED)], *[UNKNOWN] * (len(example.targets) - len(SCORED)))
    return msgspec.structs.replace(example, passage=passage, targets=known, finer=None)


def _piece(said: Said, chance: np.random.Generator) -> Said:
    words = spoken(said.text).split() or ["yeah"]
    length = int(np.exp(chance.uniform(0.0, np.log(LONGEST_PIECE + 1))))
    first = int(chance.integers(max(1, len(words) - length + 1)))
    words = words[first : first + length]
    if chance.random() < FILLED:
        words.insert(0, FILLERS[int(chance.integers(len(FILLERS)))])
    return Said(said.speaker, " ".join(words))


def _foreign(others: Sequence[Example], chance: np.random.Generator) -> tuple[Said, ...]:
    """One or two turns of other calls, whatever they are about: they must change nothing."""
    turns: list[Said] = []
    for _ in range(1 + int(chance.random() < 0.5)):
        other = others[int(chance.integers(len(others)))]
        if other.kind is Kind.POSITIVE and chance.random() < 0.5:
            continue
        turns.append(Said(other.passage.now.speaker, spoken(other.passage.now.text)))
    return tuple(turns)
