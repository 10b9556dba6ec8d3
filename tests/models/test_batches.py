"""What a batch holds of what is known of its rows."""

import msgspec
import numpy as np
import pytest

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.batches import WHOLE, WIDTHS, batches
from models.corpus import Kind, Split
from models.encoding import Encoding
from models.examples import Example, targets
from models.labels import FINER, SCORED
from models.recipe import Augmentation, Recipe
from models.scorer import VOCABULARY, WEIGHTS

TALK = Example(
    passage=Passage(now=Said(Speaker.CUSTOMER, "we went to the lake and it rained all day")),
    targets=targets(emotions=["sadness"]),
    source="test",
    group="test",
    split=Split.TRAIN,
    kind=Kind.ORDINARY,
    finer=(9, 25),
)


def finer_of(example: Example, augment: Augmentation) -> list[list[float]]:
    recipe = Recipe(description="test", augment=augment)
    encoding = Encoding.read(WEIGHTS / VOCABULARY)
    rows = [example, msgspec.structs.replace(example, finer=None)]
    (batch,) = batches(rows, encoding, recipe, 0, None)
    assert batch.finer.shape == (2, FINER)
    return [batch.finer[int(place)].tolist() for place in np.argsort(batch.rows)]


def test_finer_emotions_are_known_of_the_rows_that_have_them() -> None:
    known, unknown = finer_of(TALK, Augmentation())
    assert [place for place, told in enumerate(known) if told == 1.0] == [9, 25]
    assert known.count(0.0) == FINER - 2
    assert unknown == [-1.0] * FINER


def test_of_a_piece_and_in_a_longer_turn_finer_emotions_are_not_known() -> None:
    assert finer_of(TALK, Augmentation(fragments=1.0))[0] == [-1.0] * FINER
    threat = msgspec.structs.replace(TALK, kind=Kind.POSITIVE, targets=targets(["fraud"]))
    recipe = Recipe(description="test", augment=Augmentation(surrounded=1.0))
    encoding = Encoding.read(WEIGHTS / VOCABULARY)
    (batch,) = batches([threat, TALK], encoding, recipe, 0, None)
    assert batch.finer[list(batch.rows).index(0)].tolist() == [-1.0] * FINER


@pytest.mark.parametrize(
    ("augment", "talk", "threat"),
    [
        (Augmentation(misheard=1.0, context=1.0, masked_pieces=0.5), WHOLE, WHOLE),
        (Augmentation(fragments=1.0), 0, WHOLE),
        (Augmentation(surrounded=1.0), WHOLE, len(SCORED)),
    ],
)
def test_what_is_true_of_a_row_holds_of_no_piece_and_of_a_longer_turn_by_labels(
    augment: Augmentation, talk: int, threat: int
) -> None:
    rows = [TALK, msgspec.structs.replace(TALK, kind=Kind.POSITIVE, targets=targets(["fraud"]))]
    recipe = Recipe(description="test", augment=augment)
    encoding = Encoding.read(WEIGHTS / VOCABULARY)
    (batch,) = batches(rows, encoding, recipe, 0, lambda text, rate, chance: f"{text} again")
    assert [int(batch.holds[place]) for place in np.argsort(batch.rows)] == [talk, threat]


def test_batches_of_long_speech_are_taken_in_parts_and_each_row_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = Said(Speaker.CUSTOMER, "we went to the lake and it rained all day " * 12)
    rows = [msgspec.structs.replace(TALK, passage=Passage(now=long))] * 5 + [TALK] * 6
    recipe = Recipe(description="test", batch_size=8)
    encoding = Encoding.read(WEIGHTS / VOCABULARY)
    whole = list(batches(rows, encoding, recipe, 0, None))
    monkeypatch.setattr("models.batches.MOST_PIECES", 400)
    parts = list(batches(rows, encoding, recipe, 0, None))
    for planned in (whole, parts):
        assert sorted(int(row) for batch in planned for row in batch.rows) == list(range(11))
        assert all(batch.ids.shape[1] % WIDTHS == 0 for batch in planned)
    assert len(whole) == 2
    # Two views of 64 pieces and more of 36: hardly two such rows are few enough.
    assert all(int(b.mask.sum()) <= 400 or len(b.rows) == 1 for b in parts)
    assert 4 <= len(parts) <= 9
