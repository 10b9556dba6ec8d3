"""The classifier that comes along: small, quick to start, without torch, and better than rules."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from detectors.detector import Detector, finder
from detectors.scoring import Passage, Said
from detectors.settings import DetectionSettings
from detectors.vocabulary import Speaker, Trigger
from models.calibration import as_call
from models.corpus import Kind, Split, read_corpus
from models.examples import Example, own
from models.labels import EMOTIONS, SCORED
from models.scorer import CARD, MODEL, VOCABULARY, WEIGHTS, ModelError, OnnxScorer, bundled

TRIGGERS = {trigger.value for trigger in Trigger}


def said(text: str) -> Passage:
    return Passage(now=Said(Speaker.CUSTOMER, text))


@pytest.fixture(scope="module")
def scorer() -> OnnxScorer:
    found = bundled()
    assert found is not None
    return found


def test_it_is_small_enough_to_come_along() -> None:
    size = sum((WEIGHTS / name).stat().st_size for name in (MODEL, VOCABULARY, CARD))
    assert size <= 25_000_000


def test_it_answers_for_every_label_and_emotion_with_probabilities(scorer: OnnxScorer) -> None:
    (scores,) = scorer.score([said("you will hear from my lawyer")])
    assert set(scores.labels) == set(SCORED)
    assert set(scores.emotions) == set(EMOTIONS)
    assert all(0 <= p <= 1 for p in (*scores.labels.values(), *scores.emotions.values()))
    assert max(scores.labels, key=lambda label: scores.labels[label]) == "legal_threat"


def test_the_same_words_always_score_the_same_whatever_is_scored_beside(
    scorer: OnnxScorer,
) -> None:
    one, other = said("my card has been used in a shop i never went to"), said("hello " * 300)
    assert scorer.score([one, other])[0] == scorer.score([one])[0] == scorer.score([one])[0]


@pytest.mark.parametrize(
    ("label", "expected", "text"),
    [
        ("media", 0.85, "got bitten, spat on and proposed to this week, standard"),
        ("emergency", -1.76, "hub's under the stairs"),
        ("fraud", -2.18, "they're on with him now on the other line"),
        ("safeguarding", 1.51, "i fell, that's what i've to say, i fell"),
    ],
)
def test_every_processor_hears_the_same(
    scorer: OnnxScorer, label: str, expected: float, text: str
) -> None:
    """With weights of 8 bits, sums overflow on processors without VNNI: by half a point or more of
    these log-odds."""
    (logits,) = scorer.logits([said(text)])
    assert logits[SCORED.index(label)] == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "日本語", "x" * 20_000, "a " * 9_000])
def test_any_text_gets_an_answer(scorer: OnnxScorer, text: str) -> None:
    (scores,) = scorer.score([said(text)])
    assert set(scores.labels) == set(SCORED)


def test_what_stands_early_in_a_long_speech_is_heard(scorer: OnnxScorer) -> None:
    threat = "i have had enough i am taking you to court over this"
    alone = scorer.score([said(threat)])[0].labels["legal_threat"]
    long = (
        "i've been on to you four times now and every time someone different picks up and i "
        f"explain it all again so {threat} because the parcel was meant to come on tuesday to the "
        "back door and it never did and the neighbour says nobody came and i took the day off work "
        "for it and lost a day's pay"
    )
    assert scorer.score([said(long)])[0].labels["legal_threat"] > 0.5 * alone


def test_what_was_asked_decides_what_yes_means(scorer: OnnxScorer) -> None:
    def yes(question: str) -> float:
        before = (Said(Speaker.AGENT, question),)
        passage = Passage(now=Said(Speaker.CUSTOMER, "yes i am actually"), before=before)
        return scorer.score([passage])[0].labels["self_harm"]

    asked = yes("are you thinking about ending your life")
    assert asked > 3 * yes("are you calling about your broadband")


def on_dev(detector: Detector, rows: list[Example]) -> tuple[float, float]:
    """Share of rows with a hard stop that raise one of theirs, and of innocent rows that raise."""
    found = wanted = alarms = innocent = 0
    for row in rows:
        truth = {s for s, t in zip(SCORED, row.targets, strict=False) if t > 0.5} & TRIGGERS
        raised = set(detector.read(*as_call(row)).raised()) & TRIGGERS
        if truth:
            wanted += 1
            found += bool(raised & truth)
        else:
            innocent += 1
            alarms += bool(raised)
    return found / wanted, alarms / innocent


def test_with_it_far_more_is_heard_than_by_rules_alone(scorer: OnnxScorer) -> None:
    rows = [own(row) for row in read_corpus(Split.DEV) if row.kind is not Kind.ORDINARY][:600]
    finders = {"en": finder("en")}
    settings = DetectionSettings(operating_point="sensitive")
    rules, _ = on_dev(Detector(settings, finders), rows)
    both, alarms = on_dev(Detector(settings, finders, scorer), rows)
    assert both > rules + 0.2
    assert alarms < 0.15


def test_serving_needs_no_torch() -> None:
    code = (
        "import sys; from models.scorer import bundled; from stream.app import classifier;"
        "assert bundled() is not None;"
        "assert not {'torch', 'transformers', 'onnx'} & set(sys.modules), 'torch was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_folder_that_is_no_model_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks model.json, model.onnx, vocab.txt"):
        OnnxScorer(tmp_path)


def test_broken_weights_and_foreign_labels_are_refused(tmp_path: Path) -> None:
    for name in (MODEL, VOCABULARY, CARD):
        shutil.copyfile(WEIGHTS / name, tmp_path / name)
    (tmp_path / MODEL).write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot load"):
        OnnxScorer(tmp_path)
    card = msgspec.json.decode((tmp_path / CARD).read_bytes())
    card["labels"] = ["something"]
    (tmp_path / CARD).write_bytes(msgspec.json.encode(card))
    with pytest.raises(ModelError, match="other labels"):
        OnnxScorer(tmp_path)
    (tmp_path / CARD).write_text("{")
    with pytest.raises(ModelError, match=CARD):
        OnnxScorer(tmp_path)


def test_the_version_changes_with_the_calibration(tmp_path: Path, scorer: OnnxScorer) -> None:
    for name in (MODEL, VOCABULARY, CARD):
        shutil.copyfile(WEIGHTS / name, tmp_path / name)
    card = msgspec.json.decode((tmp_path / CARD).read_bytes())
    card["shift"]["media"] = 0.123
    (tmp_path / CARD).write_bytes(msgspec.json.encode(card))
    assert OnnxScorer(tmp_path).version != scorer.version
