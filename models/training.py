"""The training loop: seeded, resumable, the same on CPU and GPU. Needs torch."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.batches import WHOLE, Batch, Mishear, batches, epoch_of, padded
from models.encoding import Encoding
from models.examples import UNKNOWN, Example
from models.labels import OUTPUTS
from models.lessons import Lessons
from models.losses import heard_in_any, known_losses, masked_losses
from models.measures import DevScores, dev_scores
from models.network import Network
from models.recipe import Recipe
from models.saved import WEIGHTS, save

CHECKPOINT_EVERY = 250
AVERAGE_EVERY = 4
"""Steps between updates of the running mean: costs a tenth of a step each."""
LONGEST_NORM = 1.0

CHECKPOINT = "checkpoint.pt"


class Step(msgspec.Struct, frozen=True):
    """Where a run stands. `loss` is the mean over the last steps; `steps` may turn out fewer where
    a recipe lets easy examples come more rarely, and more where batches of long speech are taken in
    parts."""

    step: int
    steps: int
    epoch: int
    loss: float


class Trainer:
    """One run in one folder."""

    def __init__(
        self,
        *,
        network: Network,
        encoding: Encoding,
        recipe: Recipe,
        train: dict[str, list[Example]],
        dev: list[Example],
        folder: Path,
        mishear: Mishear | None,
        lessons: Lessons | None = None,
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._lessons = lessons
        self._network = network.to(device)
        self._average = copy.deepcopy(self._network).eval().requires_grad_(False)
        self._encoding, self._recipe, self._mishear = encoding, recipe, mishear
        self._train, self._dev, self._folder, self._device = train, dev, folder, device
        self._sizes = {name: len(rows) for name, rows in train.items()}
        self._rows = [row for rows in train.values() for row in rows]
        self._losses = np.full(len(self._rows), np.inf, dtype=np.float32)
        self._began_with = self._losses.copy()
        every = sum(map(len, epoch_of(self._sizes, recipe, 0).values()))
        rest = every * (1 + recipe.easy) / 2
        self._each = [math.ceil(n / recipe.batch_size) for n in (every, rest)]
        self._step = self._epoch = self._done = 0
        self._optimizer = torch.optim.AdamW(
            parameter_groups(network, recipe), fused=device == "cpu" or device.startswith("cuda")
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        self._best = -math.inf

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one."""
        file = self._folder / CHECKPOINT
        if not file.is_file():
            return False
        kept = torch.load(file, map_location=self._device, weights_only=True)
        self._network.load_state_dict(kept["network"])
        self._average.load_state_dict(kept["average"])
        self._optimizer.load_state_dict(kept["optimizer"])
        self._schedule.load_state_dict(kept["schedule"])
        self._step, self._best = kept["step"], kept["best"]
        self._epoch, self._done = kept["epoch"], kept["done"]
        self._losses = kept["losses"].cpu().numpy()
        self._began_with = kept["began_with"].cpu().numpy()
        # Which units drop out goes on where it stopped; on a GPU it is drawn anew.
        torch.set_rng_state(kept["chance"].cpu())
        return True

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._step

    @property
    def epochs(self) -> int:
        """Epochs done so far, to their end."""
        return self._epoch

    @property
    def steps(self) -> int:
        """Steps that the whole run takes, about."""
        first, rest = self._each
        return first + rest * (self._recipe.epochs - 1)

    def run(
        self, on_step: Callable[[Step], None], on_epoch: Callable[[int, DevScores], None]
    ) -> None:
        """Train to the end; the best epoch's averaged weights end up in the folder."""
        for epoch in range(self._epoch, self._recipe.epochs):
            for loss in self._go_through(epoch):
                # Told first, then kept: what is told twice after a crash can be cut, what was
                # never told is lost.
                on_step(Step(self._step, max(self._step, self.steps), epoch, loss))
                if self._step % CHECKPOINT_EVERY == 0:
                    self._keep()
            self._epoch, self._done = epoch + 1, 0
            self._began_with = self._losses.copy()
            scores = self.scores(self._dev)
            quality = scores.quality(self._recipe.select_by)
            if quality > self._best:
                self._best = quality
                save(self._average, self._folder / WEIGHTS)
            on_epoch(epoch, scores)
            self._keep()
        (self._folder / CHECKPOINT).unlink(missing_ok=True)

    def scores(self, examples: list[Example]) -> DevScores:
        """How the averaged weights do on these examples."""
        logits = predict(self._average, self._encoding, examples, self._device)
        targets = np.array([row.targets for row in examples], dtype=np.float32)
        return dev_scores(logits, targets)

    def _go_through(self, epoch: int) -> Iterator[float]:
        at = np.cumsum([0, *self._sizes.values()])
        known = {
            name: self._began_with[first : first + size]
            for first, (name, size) in zip(at, self._sizes.items(), strict=False)
        }
        parts = epoch_of(self._sizes, self._recipe, epoch, known)
        places = np.concatenate(
            [first + part for first, part in zip(at, parts.values(), strict=False)]
        )
        chosen = [self._rows[place] for place in places]
        done, self._done = self._done, 0
        self._each[min(epoch, 1)] = math.ceil(len(chosen) / self._recipe.batch_size)
        self._network.train()
        running = 0.0
        plan = batches(chosen, self._encoding, self._recipe, epoch, self._mishear)
        for batch in plan:
            self._done += 1
            if self._done <= done:
                continue
            losses = self._learn(batch, self._taught(batch, places))
            self._losses[places[batch.rows]] = losses
            loss = float((losses * batch.weights).mean())
            running = loss if not running else 0.98 * running + 0.02 * loss
            yield running

    def _taught(self, batch: Batch, places: NDArray[np.int64]) -> Tensor | None:
        """What teachers answered to a batch's rows, where that holds of them as they come here."""
        if self._lessons is None:
            return None
        answers = self._lessons[places[batch.rows]].astype(np.float32)
        answers[np.arange(WHOLE) >= batch.holds[:, None]] = UNKNOWN
        return self._tensor(answers)

    def _learn(self, batch: Batch, taught: Tensor | None) -> NDArray[np.float32]:
        """One step; gives each example's loss."""
        inputs = [self._tensor(a) for a in (batch.ids, batch.mask, batch.types)]
        kind = self._device.partition(":")[0]
        finer = self._recipe.finer_weight > 0
        of = self._tensor(batch.of)
        with torch.autocast(kind, torch.bfloat16, enabled=self._recipe.bfloat16):
            logits = heard_in_any(self._network(*inputs, finer=finer).float(), of)
        told = self._tensor(np.concatenate([batch.targets, batch.finer], axis=1))
        losses = self._losses_of(logits, told[:, : logits.shape[1]])
        if taught is not None:
            theirs = self._losses_of(logits, taught[:, : logits.shape[1]])
            losses = (1 - self._recipe.taught) * losses + self._recipe.taught * theirs
        self._optimizer.zero_grad(set_to_none=True)
        # Not the mean: of a batch that was taken in parts, none counts for more than its rows.
        total = (losses * self._tensor(batch.weights)).sum() / self._recipe.batch_size
        total.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), LONGEST_NORM)
        self._optimizer.step()
        self._step += 1
        self._schedule.step()
        if self._step % AVERAGE_EVERY == 0:
            self._average_in()
        return np.asarray(losses.detach().cpu().numpy(), dtype=np.float32)

    def _losses_of(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Of each example, from all outputs, those of GoEmotions' emotions included if learned."""
        weight = self._recipe.emotion_weight
        losses = masked_losses(logits[:, :OUTPUTS], targets[:, :OUTPUTS], weight)
        finer = known_losses(logits[:, OUTPUTS:], targets[:, OUTPUTS:]).sum(1)
        return losses + weight * self._recipe.finer_weight * finer

    def _average_in(self) -> None:
        # Short runs would never forget where they began: the mean warms up with the steps.
        decay = min(self._recipe.averaging, self._step / (self._step + 10)) ** AVERAGE_EVERY
        with torch.no_grad():
            pairs = zip(self._average.parameters(), self._network.parameters(), strict=True)
            for mean, new in pairs:
                mean.lerp_(new, 1 - decay)

    def _rate(self, step: int) -> float:
        warm = max(1.0, self._recipe.warm_up * self.steps)
        # By epochs and not by steps, whose number is not known before.
        through = self._done / self._each[min(self._epoch, 1)]
        part = min(1.0, (self._epoch + through) / self._recipe.epochs)
        down = 0.5 * (1 + math.cos(math.pi * part))
        return min(1.0, (step + 1) / warm) * max(0.02, down)

    def _keep(self) -> None:
        new = self._folder / f"{CHECKPOINT}.new"
        torch.save(
            {
                "network": self._network.state_dict(),
                "average": self._average.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "schedule": self._schedule.state_dict(),
                "step": self._step,
                "chance": torch.get_rng_state(),
                "best": self._best,
                "epoch": self._epoch,
                "done": self._done,
                "losses": torch.from_numpy(self._losses),
                "began_with": torch.from_numpy(self._began_with),
            },
            new,
        )
        new.replace(self._folder / CHECKPOINT)

    def _tensor(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values).to(self._device)


def parameter_groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameters with their learning rates: heads fast, layers slower towards the input."""
    layers = int(network.enc.config.num_hidden_layers)
    groups = []
    for name, parameter in network.named_parameters():
        if not name.startswith("enc.") or "embeddings.types" in name:
            rate = recipe.head_learning_rate
        elif "embeddings" in name or "relative_attention_bias" in name:
            rate = recipe.learning_rate * recipe.layer_decay**layers
        elif ".layer." in name:
            above = layers - 1 - int(name.split(".layer.")[1].split(".")[0])
            rate = recipe.learning_rate * recipe.layer_decay**above
        else:
            rate = recipe.learning_rate
        decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def predict(
    network: Network, encoding: Encoding, examples: list[Example], device: str = "cpu"
) -> NDArray[np.float32]:
    """Logits, examples x OUTPUTS: of several views the highest for each output."""
    views = [(row, v) for row, e in enumerate(examples) for v in encoding.views(e.passage)]
    views.sort(key=lambda pair: len(pair[1].ids))
    logits = np.full((len(examples), OUTPUTS), -np.inf, dtype=np.float32)
    network.eval()
    with torch.inference_mode():
        for first in range(0, len(views), 64):
            part = views[first : first + 64]
            inputs = [torch.from_numpy(a).to(device) for a in padded([v for _, v in part])]
            answer = network(*inputs).float().cpu().numpy()
            for (row, _), found in zip(part, answer, strict=True):
                np.maximum(logits[row], found, out=logits[row])
    return logits
