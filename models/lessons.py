"""What teachers answer to the rows of a run, asked once before it and kept beside it. Needs torch.

A row is learned from many times, each time heard otherwise; its teachers hear it once, as it was
written. So they need not be asked again at each step, which took most of its time, and what is
learned is to hear in garbled words what is clear in plain ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from detectors.scoring import Passage
from models.batches import MOST_PIECES, padded
from models.encoding import Encoding, View
from models.examples import UNKNOWN, Example
from models.labels import FINER, OUTPUTS
from models.losses import heard_in_any
from models.network import Network

LESSONS = "lessons.npz"
"""In a run's folder: what was answered, by whom and to what. Nobody is asked the same twice, by a
run that goes on or by another that begins with a copy of this file."""
AT_ONCE = 64
KEEP_EVERY = 200
"""Batches after which what was answered so far is written down."""

Lessons = NDArray[np.float16]
OnAnswers = Callable[[int, int], None]


def ask(
    teachers: Sequence[Network],
    rows: Sequence[Example],
    places: NDArray[np.int64],
    encoding: Encoding,
    folder: Path,
    *,
    by: str,
    finer: bool,
    bfloat16: bool,
    device: str,
    on_answers: OnAnswers,
) -> Lessons:
    """The teachers' mean answers to the rows at these places, as probabilities: rows x (OUTPUTS +
    FINER); -1 where nobody was asked, and for GoEmotions' emotions unless `finer`.

    `by` tells these teachers from others: only their own answers in the folder are taken.
    `on_answers` is told how many of how many are answered.
    """
    keys = np.array([_key(row.passage) for row in rows], dtype=np.uint64)
    answers = _kept(folder / LESSONS, by, keys)
    teachers = [teacher.to(device).eval() for teacher in teachers]
    views = {int(n): encoding.views(rows[n].passage) for n in places if answers[n, 0] == UNKNOWN}
    done = len(places) - len(views)
    on_answers(done, len(places))
    kind = device.partition(":")[0]
    for number, chosen in enumerate(_together(views), start=1):
        parts = padded([view for n in chosen for view in views[n]])
        inputs = [torch.from_numpy(part).to(device) for part in parts]
        of = torch.from_numpy(np.repeat(np.arange(len(chosen)), [len(views[n]) for n in chosen]))
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16, enabled=bfloat16):
            logits = [
                heard_in_any(teacher(*inputs, finer=finer).float(), of.to(device))
                for teacher in teachers
            ]
        told = torch.stack(logits).mean(0).sigmoid().cpu().numpy()
        answers[chosen, : told.shape[1]] = told
        done += len(chosen)
        on_answers(done, len(places))
        if number % KEEP_EVERY == 0:
            _keep(folder / LESSONS, by, keys, answers)
    _keep(folder / LESSONS, by, keys, answers)
    return answers


def _together(views: dict[int, list[View]]) -> Iterator[list[int]]:
    """Places of rows to ask about at once, of like length."""
    chosen: list[int] = []
    pieces = 0
    for place in sorted(views, key=lambda n: len(views[n][0].ids)):
        size = sum(len(view.ids) for view in views[place])
        if chosen and (len(chosen) == AT_ONCE or pieces + size > MOST_PIECES):
            yield chosen
            chosen, pieces = [], 0
        chosen.append(place)
        pieces += size
    if chosen:
        yield chosen


def _key(passage: Passage) -> int:
    taken = hashlib.blake2b(msgspec.json.encode(passage), digest_size=8)
    return int.from_bytes(taken.digest(), "big")


def _kept(file: Path, by: str, keys: NDArray[np.uint64]) -> Lessons:
    answers = np.full((len(keys), OUTPUTS + FINER), UNKNOWN, dtype=np.float16)
    if not file.is_file():
        return answers
    with np.load(file) as kept:
        if str(kept["by"]) == by:
            place = {int(key): n for n, key in enumerate(kept["keys"])}
            known = [n for n, key in enumerate(keys) if int(key) in place]
            answers[known] = kept["answers"][[place[int(keys[n])] for n in known]]
    return answers


def _keep(file: Path, by: str, keys: NDArray[np.uint64], answers: Lessons) -> None:
    told = answers[:, 0] != UNKNOWN
    new = file.with_suffix(".new")
    with new.open("wb") as opened:
        np.savez(opened, by=np.array(by), keys=keys[told], answers=answers[told])
    new.replace(file)
