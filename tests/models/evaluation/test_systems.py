"""The systems side by side, on the same utterances."""

from collections.abc import Mapping, Sequence

from detectors.scoring import Passage, Said, Scores, Weights
from detectors.settings import DetectionSettings
from detectors.vocabulary import Speaker
from models.evaluation.delay import detection_delay
from models.evaluation.lineup import lineup
from models.evaluation.samples import Sample
from models.evaluation.systems import System

SETTINGS = DetectionSettings()
HARDSTOP, KEYWORDS = lineup(SETTINGS, None)


def said(text: str, **fields: object) -> Sample:
    known = {"id": "1", "text": text, "group": "g", "source": "s", "labels": frozenset()}
    return Sample(**{**known, **fields})  # type: ignore[arg-type]


def raised(system: System, text: str, **fields: object) -> frozenset[str]:
    return system.answer(said(text, **fields)).raised


def test_without_a_classifier_hardstop_is_the_rules_and_is_measured_once() -> None:
    assert [system.name for system in lineup(SETTINGS, None)] == ["hardstop", "keywords"]
    assert [system.name for system in lineup(SETTINGS, None, ("rules",))] == ["rules"]


def test_keywords_match_whole_phrases_without_case_and_know_no_context() -> None:
    assert raised(KEYWORDS, "I'll SUE you!") == {"legal_threat"}
    assert raised(KEYWORDS, "i would never sue you") == {"legal_threat"}
    assert raised(KEYWORDS, "we need to pursue this") == frozenset()


def test_the_detector_knows_what_was_said_before() -> None:
    asked = Said(Speaker.AGENT, "are you thinking of killing yourself")
    assert raised(HARDSTOP, "yes i am", before=(asked,)) == {"self_harm"}
    assert "self_harm" not in raised(HARDSTOP, "yes i am")


def test_an_agents_words_raise_nothing_in_either() -> None:
    text = "you can go to the ombudsman or take legal action"
    assert raised(HARDSTOP, text, speaker=Speaker.AGENT) == frozenset()
    assert raised(KEYWORDS, text, speaker=Speaker.AGENT) == frozenset()


def delays_of(system: System, *samples: Sample) -> dict[int, int]:
    answered = [(sample, system.answer(sample)) for sample in samples]
    found = detection_delay(system, answered, lambda count: None)
    assert found is not None
    return found.distribution


def test_delay_counts_from_the_last_word_of_the_annotated_evidence() -> None:
    fields = {"labels": frozenset({"legal_threat"})}
    text = "right my lawyer will be in touch so there"
    assert delays_of(KEYWORDS, said(text, **fields)) == {0: 1}
    assert delays_of(KEYWORDS, said(text, evidence="right my", **fields)) == {1: 1}
    assert delays_of(KEYWORDS, said(text, evidence="in touch", **fields)) == {-3: 1}


def test_signs_that_nobody_speaks_are_no_delay() -> None:
    text = "well - ( you know ) - my lawyer will be in touch"
    assert delays_of(KEYWORDS, said(text, labels=frozenset({"legal_threat"}))) == {0: 1}


def test_innocent_words_that_are_raised_only_on_the_way_are_flickers() -> None:
    class Hasty:
        name = "hasty"

        def answer(self, sample: Sample, *, final: bool = True):  # type: ignore[no-untyped-def]
            return KEYWORDS.answer(said("sue" if not final else sample.text))

    samples = [said("i will sue", labels=frozenset({"legal_threat"})), said("i knew sue barker")]
    answered = [
        (samples[0], KEYWORDS.answer(samples[0])),
        (said("hello there"), KEYWORDS.answer(said("hi"))),
    ]
    found = detection_delay(Hasty(), answered, lambda count: None)
    assert found is not None
    assert (found.flickers.part, found.flickers.whole) == (1, 1)


class Certain:
    """A classifier that hears fraud in whatever has to do with money."""

    version = "certain-1"
    weights: Mapping[str, Weights] = {}

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [
            Scores({"fraud": 0.9 if "money" in passage.now.text else 0.1}, {"anger": 0.7}, 0.5)
            for passage in passages
        ]


def test_with_a_classifier_it_is_measured_alone_too_and_an_agent_raises_nothing_with_it() -> None:
    systems = lineup(SETTINGS, Certain())
    assert [system.name for system in systems] == ["hardstop", "rules", "classifier", "keywords"]
    classifier = systems[2]
    assert raised(classifier, "where is my money") == {"fraud"}
    assert raised(classifier, "where is my mother") == frozenset()
    assert raised(classifier, "where is my money", speaker=Speaker.AGENT) == frozenset()
    assert classifier.answer(said("hm")).emotion == "anger"
    assert classifier.answer(said("hm", speaker=Speaker.AGENT)).emotion is None
