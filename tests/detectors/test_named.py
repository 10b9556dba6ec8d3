"""What is named beside what the classifier hears: it is believed sooner."""

from collections.abc import Callable

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector, finder
from detectors.explain import explain
from detectors.fusion import CLASSIFIER
from detectors.reading import Conversation
from detectors.settings import DetectionSettings, OperatingPoint, OperatingPoints
from tests.detectors.test_scoring import WordScorer, with_scorer  # noqa: F401

Built = Callable[..., Detector]
POINT = OperatingPoint(alone=0.9, named_thresholds={"legal_threat": 0.6})


def detector_of(scorer: WordScorer, with_scorer: Built) -> Detector:  # noqa: F811
    rules = with_scorer(scorer, "judge|judges", probability=0.1, extra="names = true")
    settings = DetectionSettings(points=OperatingPoints(balanced=POINT))
    return Detector(settings, rules.finders, scorer)


def chunk(text: str) -> Chunk:
    return Chunk(call_id="c", sequence=1, utterance_id="now", text=text)


def raised(detector: Detector, text: str) -> list[str]:
    return detector.read(chunk(text), Conversation()).raised()


@pytest.mark.parametrize(
    ("text", "heard", "stops"),
    [
        ("the judge has the papers", 0.7, ["legal_threat"]),
        ("the judge has the papers", 0.5, []),
        ("she has the papers", 0.7, []),
        ("she has the papers", 0.95, ["legal_threat"]),
        ("i am not going to a judge, keep the papers", 0.7, []),
    ],
)
def test_beside_a_name_the_classifier_is_believed_sooner(
    with_scorer: Built,  # noqa: F811
    text: str,
    heard: float,
    stops: list[str],
) -> None:
    scorer = WordScorer({"papers": ("legal_threat", heard)})
    assert raised(detector_of(scorer, with_scorer), text) == stops


def test_a_name_is_no_evidence_of_its_own(with_scorer: Built) -> None:  # noqa: F811
    scorer = WordScorer({"papers": ("legal_threat", 0.7)})
    named = detector_of(scorer, with_scorer)
    quiet = named.read(chunk("we saw a judge on tv"), Conversation())
    assert quiet.findings == ()
    assert quiet.triggers["legal_threat"] < 0.01
    with_name, without = (
        named.read(chunk(text), Conversation()).triggers["legal_threat"]
        for text in ("the judge has the papers", "the man has the papers")
    )
    assert with_name == pytest.approx(without)


def test_a_name_that_is_denied_denies_nothing_else(with_scorer: Built) -> None:  # noqa: F811
    scorer = WordScorer({"papers": ("fraud", 0.92)})
    assert raised(detector_of(scorer, with_scorer), "there is no judge in the papers") == ["fraud"]


def test_what_is_raised_beside_a_name_is_the_classifiers_and_says_from_where_on(
    with_scorer: Built,  # noqa: F811
) -> None:
    scorer = WordScorer({"papers": ("legal_threat", 0.7)})
    detector = detector_of(scorer, with_scorer)
    told = explain(detector, chunk("the judge has the papers"), Conversation())
    assert [(rule.words, rule.names) for rule in told.rules] == [("judge", True)]
    (decision,) = told.decisions
    assert decision.threshold == 0.6
    reading = detector.read(chunk("the judge has the papers"), Conversation())
    assert [finding.rule_id for finding in reading.findings] == [CLASSIFIER]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ofcom wrote back to me", "regulator"),
        ("which? magazine, no, i mean trading standards", "regulator"),
        ("my nephew put the captions on it for tiktok", "media"),
        ("the reporter has all of it", "media"),
        ("i drove up to the cliff", "self_harm"),
        ("i am in court for jury duty", None),
        ("i'd like to know when my parcel comes", None),
    ],
)
def test_bodies_outlets_and_means_are_known_by_name(text: str, label: str | None) -> None:
    hits = (
        Detector(DetectionSettings(), {"en": finder("en")}).hear(chunk(text), Conversation()).hits
    )
    named = {hit.rule.label for hit in hits if hit.rule.rule.names}
    assert named == ({label} if label else set())
