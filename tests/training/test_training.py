"""Training, export and serving agree. Needs the `train` extra: `make test-train` runs these."""

from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: make test-train")

import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file, save_file

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.bundle import bundle
from models.corpus import Split, read_corpus
from models.examples import own
from models.labels import FINER
from models.losses import heard_in_any, masked_losses
from models.network import Network, base_folder
from models.recipe import Augmentation, Recipe, recipe
from models.runs import RunError, train
from models.saved import WEIGHTS, load, save
from models.scorer import WEIGHTS as SERVED
from models.scorer import OnnxScorer
from models.torch_scorer import TorchScorer
from models.training import CHECKPOINT, Step
from models.unquantised import weights_of
from models.wordpiece import WordPieces

FITTED_ON = 600
"""Rows to calibrate an untrained network on: all of them take minutes."""
SMALL = Recipe(
    description="small",
    epochs=2,
    batch_size=8,
    own={"utterances": 1.0},
    augment=Augmentation(spoken=0.5, misheard=0.3, context=0.3, masked_pieces=0.05),
)


def run(
    folder: Path,
    asked: Recipe = SMALL,
    *,
    start: Path | None = None,
    data: Path | None = None,
    resume: bool = False,
    stop_after: int | None = None,
    steps: list[int] | None = None,
) -> Path:
    """A run on a hundred rows; `steps` is told how many each epoch took."""
    taken: Counter[int] = Counter()

    def stepped(step: Step) -> None:
        taken[step.epoch] += 1
        if step.step == stop_after:
            raise KeyboardInterrupt

    weights = train(
        asked,
        folder,
        data=data,
        start=[start] if start else (),
        resume=resume,
        device="cpu",
        limit=100,
        on_step=stepped,
        on_epoch=lambda epoch, scores: None,
    )
    if steps is not None:
        steps.extend(taken[epoch] for epoch in sorted(taken))
    return weights


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "small"
    run(folder)
    return folder


@pytest.fixture(scope="module")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "small"
    bundle(trained, out, None, "small", lambda *_: None, full=True, limit=FITTED_ON)
    return out


def test_a_run_leaves_weights_figures_and_what_it_was_made_of(trained: Path) -> None:
    assert (trained / WEIGHTS).is_file()
    assert not (trained / CHECKPOINT).exists()
    assert msgspec.json.decode((trained / "recipe.json").read_bytes(), type=Recipe) == SMALL
    epochs = [msgspec.json.decode(line) for line in (trained / "epochs.jsonl").open("rb")]
    assert [epoch["epoch"] for epoch in epochs] == [0, 1]
    losses = [float(row.split(",")[2]) for row in (trained / "steps.csv").open().readlines()[1:]]
    assert losses[-1] < losses[0]


def test_the_same_recipe_gives_the_same_weights(trained: Path, tmp_path: Path) -> None:
    again = load_file(run(tmp_path / "again"))
    for name, tensor in load_file(trained / WEIGHTS).items():
        assert torch.allclose(tensor, again[name], atol=1e-4), name


def test_a_run_that_was_stopped_goes_on_to_the_same_end(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.CHECKPOINT_EVERY", 8)
    folder = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop_after=15)
    with pytest.raises(RunError, match="--resume"):
        run(folder)
    with pytest.raises(RunError, match="began otherwise: seed was 7, is now 8"):
        run(folder, msgspec.structs.replace(SMALL, seed=8), resume=True)
    resumed = load_file(run(folder, resume=True))
    for name, tensor in load_file(trained / WEIGHTS).items():
        assert torch.allclose(tensor, resumed[name], atol=1e-4), name
    for name in ("steps.csv", "epochs.jsonl"):
        assert recorded(folder / name) == recorded(trained / name)


def recorded(file: Path) -> list[str]:
    """The steps or epochs of a file, as they follow one another."""
    return [line.partition(",")[0] for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_run_can_begin_with_the_mean_of_others(trained: Path) -> None:
    other = Network.from_base(base_folder())
    save(other, trained.parent / "other.safetensors")
    mean = Network.empty(base_folder())
    load(mean, trained / WEIGHTS, trained.parent / "other.safetensors")
    first, second = load_file(trained / WEIGHTS), other.state_dict()
    for name, tensor in mean.state_dict().items():
        assert torch.allclose(tensor, (first[name] + second[name]) / 2, atol=1e-6), name


def test_a_run_can_be_exported_as_its_mean_with_where_it_began(
    trained: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    start.mkdir()
    other = Network.from_base(base_folder())
    save(other, start / WEIGHTS)
    out = tmp_path / "mean"
    taken = {"start": start, "share": 0.75, "limit": FITTED_ON}
    bundle(trained, out, None, "mean", lambda *_: None, full=True, **taken)
    first, second = load_file(trained / WEIGHTS), other.state_dict()
    for name, tensor in load_file(out / WEIGHTS).items():
        assert torch.allclose(tensor, 0.75 * first[name] + 0.25 * second[name], atol=1e-6), name
    assert OnnxScorer(out).card.made["share_of_run"] == "0.75"
    with pytest.raises(RunError, match="holds no finished run and no model"):
        bundle(trained, out, None, "mean", lambda *_: None, start=tmp_path / "nothing")
    with pytest.raises(RunError, match="is the run itself"):
        bundle(trained, trained, None, "mean", lambda *_: None)


def test_what_is_answered_well_comes_more_rarely_and_a_stopped_run_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.CHECKPOINT_EVERY", 3)
    rarely = msgspec.structs.replace(SMALL, epochs=3, easy=0.2)
    every, fewer = [], []
    run(tmp_path / "every", msgspec.structs.replace(rarely, easy=1.0), steps=every)
    whole = load_file(run(tmp_path / "fewer", rarely, steps=fewer))
    # 100 examples, those of dev left out: all of them first, then the harder half and a fifth.
    assert fewer[0] == every[0]
    assert 0.5 < fewer[1] / every[1] < 0.75
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", rarely, stop_after=every[0] + 4)
    resumed = load_file(run(tmp_path / "stopped", rarely, resume=True))
    for name, tensor in whole.items():
        assert torch.allclose(tensor, resumed[name], atol=1e-4), name


def test_training_can_go_on_from_what_is_served(exported: Path, tmp_path: Path) -> None:
    full = load_file(exported / WEIGHTS)
    network = Network.from_base(base_folder())
    load(network, exported / "model.onnx")
    for name, weight in weights_of(exported / "model.onnx", network.state_dict()).items():
        assert weight.shape == full[name].shape, name
        apart = (weight - full[name]).abs()
        assert float(apart.mean()) <= 0.02 * float(full[name].abs().max()), name
    assert (run(tmp_path / "next", start=exported)).is_file()


def test_what_is_served_in_int8_answers_as_what_was_trained(exported: Path) -> None:
    rows = [own(row).passage for row in list(read_corpus(Split.DEV))[:40]]
    int8, full = OnnxScorer(exported), TorchScorer(exported, device="cpu")
    for quick, exact in zip(int8.score(rows), full.score(rows), strict=True):
        for label, probability in exact.labels.items():
            assert quick.labels[label] == pytest.approx(probability, abs=0.08)


@pytest.mark.parametrize("bundled", [False, True])
def test_no_sum_of_two_products_overflows_16_bits(exported: Path, bundled: bool) -> None:
    graph = onnx.load(str((SERVED if bundled else exported) / "model.onnx")).graph
    stored = {part.name: numpy_helper.to_array(part) for part in graph.initializer}
    products = {node.input[1] for node in graph.node if node.op_type == "MatMulInteger"}
    assert len(products) > 36
    for name in products:
        largest = np.abs(stored[name].astype(int)).max()
        assert 2 * largest * 255 < 2**15, name


def test_scores_do_not_depend_on_what_is_scored_beside(exported: Path) -> None:
    scorer = OnnxScorer(exported)
    one = Passage(now=Said(Speaker.CUSTOMER, "i will see you in court"))
    other = Passage(now=Said(Speaker.CUSTOMER, "what is my balance please " * 20))
    assert scorer.score([one, other])[0] == scorer.score([one])[0]


def test_finer_emotions_are_learned_beside_ours_and_not_served(
    exported: Path, tmp_path: Path
) -> None:
    names = ["anger", "annoyance", *(f"e{number}" for number in range(2, FINER))]
    data = tmp_path / "goemotions"
    data.mkdir()
    (data / "labels.txt").write_text("\n".join(names), encoding="utf-8")
    for split in ("train", "dev", "test"):
        lines = (f"this is row {n} of {split}\t{n % FINER}\t{split}{n}\n" for n in range(40))
        (data / f"{split}.tsv").write_text("".join(lines), encoding="utf-8")
    asked = msgspec.structs.replace(SMALL, epochs=1, own={}, sources={"goemotions": 1.0})
    beside = msgspec.structs.replace(asked, finer_weight=0.5)
    # What is served lacks the head: a run from it begins with a new one, the same by its seed.
    without = load_file(run(tmp_path / "without", asked, start=exported, data=tmp_path))
    learned = load_file(run(tmp_path / "with", beside, start=exported, data=tmp_path))
    moved = {n for n, part in learned.items() if not torch.equal(part, without[n])}
    assert {"finer.weight", "finer.bias", "felt.weight"} <= moved
    assert not any(name.startswith("finer") for name in weights_of_export(exported))
    network = Network.from_base(base_folder())
    older = {n: part for n, part in learned.items() if not n.startswith("finer.")}
    save_file(older, tmp_path / WEIGHTS)
    load(network.eval(), tmp_path / WEIGHTS)
    ids = torch.tensor([[101, 2004, 3000, 102]])
    inputs = ids, torch.ones_like(ids), torch.zeros_like(ids)
    with torch.no_grad():
        served, both = network(*inputs), network(*inputs, finer=True)
    assert both.shape[1] == served.shape[1] + FINER
    assert torch.equal(both[:, : served.shape[1]], served)


def weights_of_export(folder: Path) -> dict[str, torch.Tensor]:
    return weights_of(folder / "model.onnx", Network.from_base(base_folder()).state_dict())


def test_unknown_targets_teach_nothing() -> None:
    logits = torch.zeros(1, 29, requires_grad=True)
    targets = torch.full((1, 29), -1.0)
    targets[0, 3] = 1.0
    masked_losses(logits, targets).sum().backward()
    assert logits.grad is not None
    assert logits.grad[0, 3] < 0
    assert torch.count_nonzero(logits.grad) == 1


def test_long_speech_is_learned_from_the_view_in_which_it_is_heard_best() -> None:
    logits = torch.tensor([[0.2, -1.0], [3.0, -2.0], [0.5, 0.1]], requires_grad=True)
    heard = heard_in_any(logits, torch.tensor([0, 0, 1]))
    assert torch.allclose(heard, torch.tensor([[3.0, -1.0], [0.5, 0.1]]))
    heard.sum().backward()
    assert logits.grad is not None
    assert logits.grad.tolist() == [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def test_a_label_is_heard_in_the_words_that_it_attends_to() -> None:
    network = Network.from_base(base_folder()).eval()
    ids = torch.tensor([[101, 2004, 3000, 102, 2005, 102]])
    types = torch.tensor([[0, 0, 0, 0, 1, 1]])
    whole = torch.ones_like(ids)
    with torch.no_grad():
        hidden = network.enc(ids, whole, types).last_hidden_state[0]
        mean = network.told(hidden[:4].mean(0)) + network.labels(hidden[0])
        before = network(ids, whole, types)[0, : len(mean)]
        network.attends.weight[3] = 1e3 * (hidden[2] - hidden[[0, 1, 3]].mean(0))
        after = network(ids, whole, types)[0, : len(mean)]
        padded = [torch.nn.functional.pad(part, (0, 5)) for part in (ids, whole, types)]
        beside = network(*padded)[0, : len(mean)]
    torch.testing.assert_close(before, mean, atol=1e-4, rtol=0)
    third = network.told(hidden[2]) + network.labels(hidden[0])
    torch.testing.assert_close(after[3], third[3], atol=1e-4, rtol=0)
    others = [n for n in range(len(mean)) if n != 3]
    torch.testing.assert_close(after[others], mean[others], atol=1e-4, rtol=0)
    torch.testing.assert_close(beside, after, atol=1e-4, rtol=0)


def test_word_pieces_are_those_of_the_library_that_the_base_model_was_made_with() -> None:
    from tokenizers import Tokenizer

    base = base_folder()
    theirs = Tokenizer.from_file(str(base / "tokenizer.json"))
    theirs.no_padding()
    theirs.no_truncation()
    ours = WordPieces.read(base / "vocab.txt")
    texts = [row.text for row in read_corpus()]
    texts += [
        "Ça va? Ñandú naïve",
        "it’s £5.50—really…",
        "a\tb\r\nc",
        "E=mc²",
        "日本語 text",
        "x" * 120,
    ]
    assert len(texts) > 7000
    for text in texts:
        assert ours.ids(text) == theirs.encode(text, add_special_tokens=False).ids, text


def test_the_built_in_recipes_can_be_read() -> None:
    for name in ("emotion", "hardstop", "refine", "polish", "whole", "finish", "teacher", "taught"):
        assert recipe(name).epochs >= 1
    assert np.isfinite(recipe("hardstop").learning_rate)
