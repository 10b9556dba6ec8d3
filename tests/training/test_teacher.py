"""A wider network is trained and teaches a smaller one. Needs the `train` extra."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: make test-train")

import torch
from safetensors.torch import load_file
from transformers import MPNetConfig, MPNetModel

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.batches import padded
from models.corpus import Split, read_corpus
from models.encoding import Encoding
from models.examples import own
from models.network import Network, base_folder
from models.recipe import Recipe
from models.runs import RunError, taught_network, train
from models.saved import WEIGHTS, load
from models.training import predict

SMALL = Recipe(description="small", epochs=1, batch_size=8, own={"utterances": 1.0})
TAUGHT = msgspec.structs.replace(
    SMALL, epochs=2, taught=1.0, averaging=0.5, head_learning_rate=3e-3
)


def run(
    folder: Path, asked: Recipe, *, base: Path | None = None, teachers: Sequence[Path] = ()
) -> Path:
    return train(
        asked,
        folder,
        data=None,
        base=base,
        teachers=teachers,
        resume=False,
        device="cpu",
        limit=100,
        on_step=lambda step: None,
        on_epoch=lambda epoch, scores: None,
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
def teacher(mpnet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "teacher"
    run(folder, SMALL, base=mpnet)
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
    teacher: Path, tmp_path: Path
) -> None:
    rows = [own(row) for row in list(read_corpus(Split.TRAIN))[:40]]
    encoding = Encoding.read(base_folder() / "vocab.txt")
    answers = predict(taught_network(teacher), encoding, rows)

    def apart(weights: Path) -> float:
        network = Network.empty(base_folder())
        load(network, weights)
        return float(np.abs(predict(network, encoding, rows) - answers).mean())

    alone = run(tmp_path / "alone", msgspec.structs.replace(TAUGHT, taught=0.0))
    taught = run(tmp_path / "taught", TAUGHT, teachers=[teacher])
    assert apart(taught) < 0.7 * apart(alone)


def test_a_teacher_is_not_changed_and_keeps_its_own_shape(teacher: Path) -> None:
    network = taught_network(teacher)
    assert network.enc.config.num_hidden_layers == 4
    for name, tensor in load_file(teacher / WEIGHTS).items():
        assert torch.equal(network.state_dict()[name], tensor), name


def test_half_a_lesson_is_refused(teacher: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="name the folder of its run"):
        run(tmp_path / "none", TAUGHT)
    with pytest.raises(RunError, match="learns from no teacher"):
        run(tmp_path / "idle", SMALL, teachers=[teacher])
    unread = msgspec.structs.replace(SMALL, sources={"cfpb_unread": 1.0})
    with pytest.raises(RunError, match="cfpb_unread: nobody said what these sentences hold"):
        run(tmp_path / "unread", unread)
    with pytest.raises(RunError, match="holds no finished run to learn from"):
        run(tmp_path / "empty", TAUGHT, teachers=[tmp_path])
