"""A wider network is trained and teaches a smaller one. Needs the `train` extra."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: make test-train")

import torch
from safetensors.torch import load_file, save_file
from transformers import MPNetConfig, MPNetModel

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models import lessons, runs, sentences
from models.batches import padded
from models.bundle import bundle
from models.corpus import Split, read_corpus
from models.encoding import Encoding
from models.examples import own
from models.labels import EMOTIONS, OUTPUTS, SCORED
from models.network import Network, base_folder
from models.recipe import Augmentation, Recipe
from models.runs import RunError, train
from models.saved import WEIGHTS, load
from models.teachers import TeacherError, on_base, teacher
from models.training import Step, predict

SMALL = Recipe(description="small", epochs=1, batch_size=8, own={"utterances": 1.0})
TAUGHT = msgspec.structs.replace(SMALL, taught=1.0, averaging=0.5, head_learning_rate=1e-2)
UNTOLD = msgspec.structs.replace(
    TAUGHT, epochs=2, own={"utterances": 0.01}, sources={"cfpb_unread": 1.0}
)
"""Next to nothing but sentences of which no row says anything."""


def run(
    folder: Path,
    asked: Recipe,
    teachers: Sequence[Path] = (),
    *,
    base: Path | None = None,
    data: Path | None = None,
    resume: bool = False,
    stop_after: int | None = None,
    on_answers: lessons.OnAnswers = lambda done, of: None,
) -> Path:
    def stepped(step: Step) -> None:
        if step.step == stop_after:
            raise KeyboardInterrupt

    return train(
        asked,
        folder,
        data=data,
        base=base,
        teachers=teachers,
        resume=resume,
        device="cpu",
        limit=100,
        on_step=stepped,
        on_epoch=lambda epoch, scores: None,
        on_answers=on_answers,
    )


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small MPNet without training, in the folder of a base model."""
    folder = tmp_path_factory.mktemp("bases") / "mpnet"
    torch.manual_seed(3)
    config = MPNetConfig(
        vocab_size=30527,
        hidden_size=48,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=96,
    )
    MPNetModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def sure(mpnet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on it that has ended, and a teacher who is sure of every second output."""
    folder = tmp_path_factory.mktemp("runs") / "teacher"
    parts = load_file(run(folder, SMALL, base=mpnet))
    sides = 5.0 - 10.0 * (torch.arange(OUTPUTS) % 2)
    first, second = len(SCORED), len(SCORED) + len(EMOTIONS)
    parts["labels.bias"] = sides[:first].clone()
    parts["emotions.bias"] = sides[first:second].clone()
    parts["intensity.bias"] = sides[second:].clone()
    save_file(parts, folder / WEIGHTS)
    return folder


def passages() -> list[Passage]:
    return [
        Passage(now=Said(Speaker.CUSTOMER, "i will see you in court")),
        Passage(
            now=Said(Speaker.CUSTOMER, "yes"),
            before=(Said(Speaker.AGENT, "are you thinking of ending your life?"),),
        ),
    ]


def test_a_wider_encoder_hears_what_its_own_model_hears(mpnet: Path) -> None:
    network = Network.from_base(mpnet).eval()
    model = MPNetModel.from_pretrained(mpnet).eval()
    encoding = Encoding.read(base_folder() / "vocab.txt")
    views = [encoding.views(passage)[0] for passage in passages()]
    ids, mask, types = (torch.from_numpy(part) for part in padded(views))
    # MPNet's pieces are BERT's four places on, its own [CLS], [SEP] and padding before them.
    theirs = ids + 4
    for bert, its in ((101, 0), (102, 2), (0, 1)):
        theirs[ids == bert] = its
    with torch.no_grad():
        expected = model(input_ids=theirs, attention_mask=mask).last_hidden_state
        hidden = network.enc.embeddings(input_ids=ids, token_type_ids=types)
        opened = network.enc.opened(hidden, mask)
        for layer in network.enc.encoder.layer:
            hidden = layer(hidden, opened)
    seen = mask.bool()
    torch.testing.assert_close(hidden[seen], expected[seen], atol=1e-5, rtol=0)


def test_what_a_teacher_answers_is_taken_over_where_no_row_says_anything(
    sure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "notes", lambda *_: [])
    (tmp_path / "cfpb").mkdir()
    with (tmp_path / "cfpb" / "narratives.jsonl").open("w", encoding="utf-8") as file:
        for row in list(read_corpus(Split.TRAIN))[:400]:
            file.write(json.dumps({"narrative": row.text.replace(".", " ")}) + "\n")
    weights = run(tmp_path / "taught", UNTOLD, teachers=[sure], data=tmp_path)
    network = Network.empty(base_folder())
    load(network, weights)
    rows = [own(row) for row in list(read_corpus(Split.DEV))[:60]]
    encoding = Encoding.read(base_folder() / "vocab.txt")
    theirs, ours = (predict(n, encoding, rows) for n in (teacher(sure, finer=False), network))
    # It says yes to every second output, and no to the others, whatever it hears.
    assert (theirs[:, ::2] > 3).all()
    assert (theirs[:, 1::2] < -3).all()
    assert ours[:, ::2].mean() > 1
    assert ours[:, 1::2].mean() < -1


def test_a_teacher_keeps_its_own_shape_and_does_not_learn(
    sure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (sure / WEIGHTS).read_bytes()
    seen = []
    monkeypatch.setattr(
        runs, "teacher", lambda *_, **__: seen.append(teacher(sure, finer=False)) or seen[0]
    )
    run(tmp_path / "taught", TAUGHT, teachers=[sure])
    assert seen[0].enc.config.num_hidden_layers == 4
    for name, tensor in load_file(sure / WEIGHTS).items():
        assert torch.equal(seen[0].state_dict()[name], tensor), name
    assert (sure / WEIGHTS).read_bytes() == before


def test_a_teacher_hears_each_row_once_as_it_was_written(
    sure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = listened(sure, monkeypatch)
    garbled = Augmentation(spoken=1.0, misheard=1.0, error_rate=(0.5, 0.6), masked_pieces=0.3)
    run(tmp_path / "taught", msgspec.structs.replace(TAUGHT, epochs=3, augment=garbled), [sure])
    encoding = Encoding.read(base_folder() / "vocab.txt")
    rows = (own(row) for row in read_corpus() if row.split is Split.TRAIN)
    written = {tuple(view.ids) for row in rows for view in encoding.views(row.passage)}
    assert len(heard) > 50
    assert set(heard) <= written
    assert len(set(heard)) > 0.95 * len(heard)  # a few are the same "yes" to the same question


def test_what_was_answered_is_not_asked_again_but_of_another_teacher(
    sure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "KEEP_EVERY", 1)
    monkeypatch.setattr(lessons, "AT_ONCE", 8)
    folder, told = tmp_path / "stopped", []

    def answered(done: int, of: int) -> None:
        told.append((done, of))
        if done >= of / 2 and len(told) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, TAUGHT, [sure], on_answers=answered)
    kept = told[-2][0]
    with pytest.raises(RunError, match="no run to go on with"):
        run(folder, TAUGHT, [sure], resume=True)
    told.clear()
    run(folder, TAUGHT, [sure], on_answers=lambda done, of: told.append((done, of)))
    assert told[0][0] >= kept > 0
    assert told[-1][0] == told[-1][1]

    for name, other in (("known", sure), ("other", with_other_answers(sure, tmp_path))):
        told.clear()
        (tmp_path / name).mkdir()
        shutil.copy(folder / lessons.LESSONS, tmp_path / name)
        run(tmp_path / name, TAUGHT, [other], on_answers=lambda done, of: told.append((done, of)))
        assert told[0][0] == (told[0][1] if other is sure else 0), name


def listened(sure: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """What the teacher of the runs from now on is given to hear: the pieces of each view."""
    heard: list[tuple[int, ...]] = []
    network = teacher(sure, finer=False)

    def listen(_: object, inputs: tuple[torch.Tensor, ...]) -> None:
        ids, mask = inputs[:2]
        heard.extend(tuple(row[seen.bool()].tolist()) for row, seen in zip(ids, mask, strict=True))

    network.register_forward_pre_hook(listen)
    monkeypatch.setattr(runs, "teacher", lambda *_, **__: network)
    return heard


def test_the_mean_of_several_teachers_is_learned(sure: Path, tmp_path: Path) -> None:
    other = with_other_answers(sure, tmp_path)
    weights = run(tmp_path / "taught", TAUGHT, teachers=[sure, other])
    network = Network.empty(base_folder())
    load(network, weights)
    rows = [own(row) for row in list(read_corpus(Split.DEV))[:40]]
    answers = predict(network, Encoding.read(base_folder() / "vocab.txt"), rows)
    # What one says the other denies: half and half is left, where each is sure of five and more.
    assert np.abs(answers).mean() < 1


def with_other_answers(sure: Path, tmp_path: Path) -> Path:
    """A teacher who denies what this one says."""
    other = tmp_path / "who denies"
    shutil.copytree(sure, other)
    parts = load_file(other / WEIGHTS)
    for name in ("labels.bias", "emotions.bias", "intensity.bias"):
        parts[name] = -parts[name]
    save_file(parts, other / WEIGHTS)
    return other


def test_a_run_goes_on_with_the_teachers_that_it_began_with(
    sure: Path, mpnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.CHECKPOINT_EVERY", 4)
    folder = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        run(folder, TAUGHT, teachers=[sure], stop_after=5)
    with pytest.raises(RunError, match=r"the teacher 2 was not there, is now digest"):
        run(folder, TAUGHT, teachers=[sure, sure], resume=True)
    with pytest.raises(RunError, match=r"the base model was not there, is now digest"):
        run(folder, TAUGHT, teachers=[sure], base=mpnet, resume=True)
    assert run(folder, TAUGHT, teachers=[sure], resume=True).is_file()


def test_half_a_lesson_is_refused(sure: Path, tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match="name the folder of its run"):
        run(tmp_path / "none", TAUGHT)
    with pytest.raises(TeacherError, match="learns from no teacher"):
        run(tmp_path / "idle", SMALL, teachers=[sure])
    unread = msgspec.structs.replace(SMALL, sources={"cfpb_unread": 1.0})
    with pytest.raises(TeacherError, match="cfpb_unread: nobody said what these sentences hold"):
        run(tmp_path / "unread", unread)
    with pytest.raises(TeacherError, match="holds no finished run to learn from"):
        run(tmp_path / "empty", TAUGHT, teachers=[tmp_path])
    finer = msgspec.structs.replace(TAUGHT, finer_weight=0.4)
    with pytest.raises(TeacherError, match="never learned GoEmotions' own emotions"):
        run(tmp_path / "finer", finer, teachers=[sure])
    with pytest.raises(TeacherError, match="is for a wider base model"):
        run(tmp_path / "wider", msgspec.structs.replace(SMALL, wider=True))


def test_a_base_model_of_another_kind_is_refused(mpnet: Path, tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"holds no base model \(config\.json\)"):
        on_base(tmp_path)
    config = json.loads((mpnet / "config.json").read_text(encoding="utf-8"))
    for change in ({"model_type": "roberta"}, {"vocab_size": 50_265}, {"num_hidden_layers": 3}):
        (tmp_path / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
        with pytest.raises(TeacherError, match="a base model is BERT or MPNet"):
            on_base(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(TeacherError, match="its weights cannot be read"):
        on_base(tmp_path)


def test_what_only_teaches_is_not_exported(sure: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="it can teach"):
        bundle(sure, tmp_path / "model", None, "teacher", lambda *_: None)
