"""The systems side by side, on the same utterances."""

from collections.abc import Mapping, Sequence

from detectors.scoring import Passage, Said, Scores, Weights
from detectors.settings import DetectionSettings, OperatingPoint, OperatingPoints
from detectors.vocabulary import Speaker
from models.evaluation.delay import detection_delay
from models.evaluation.lineup import lineup
from models.evaluation.measures import Delay
from models.evaluation.samples import Sample
from models.evaluation.systems import Answer, System

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


def test_keywords_match_whichever_way_apostrophes_and_hyphens_are_typed() -> None:
    for text in ("I don\u2019t recognise this payment", "I don't recognise this payment"):
        assert raised(KEYWORDS, text) == {"fraud"}
    for text in ("there was self-harm", "there was self\u2011harm", "there was self harm"):
        assert raised(KEYWORDS, text) == {"self_harm"}


def test_the_detector_knows_what_was_said_before() -> None:
    asked = Said(Speaker.AGENT, "are you thinking of killing yourself")
    assert raised(HARDSTOP, "yes i am", before=(asked,)) == {"self_harm"}
    assert "self_harm" not in raised(HARDSTOP, "yes i am")


def test_an_agents_words_raise_nothing_in_either() -> None:
    text = "you can go to the ombudsman or take legal action"
    assert raised(HARDSTOP, text, speaker=Speaker.AGENT) == frozenset()
    assert raised(KEYWORDS, text, speaker=Speaker.AGENT) == frozenset()


class Gone:
    """A classifier that hears fraud wherever something has gone."""

    version = "gone-1"
    weights: Mapping[str, Weights] = {}

    def hears(self, text: str) -> bool:
        return "gone" in text

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [
            Scores({"fraud": 0.98 if self.hears(p.now.text) else 0.01}, {"anger": 0.7}, 0.5)
            for p in passages
        ]


def delay_of(system: System, *samples: Sample) -> Delay:
    answered = [(sample, system.answer(sample)) for sample in samples]
    found = detection_delay(system, answered, lambda count: None)
    assert found is not None
    return found


def delays_of(system: System, *samples: Sample) -> dict[int, int]:
    return delay_of(system, *samples).distribution


def test_delay_counts_from_the_last_word_of_the_annotated_evidence() -> None:
    fields = {"labels": frozenset({"legal_threat"})}
    text = "right my lawyer will be in touch so there"
    assert delays_of(KEYWORDS, said(text, evidence="right my", **fields)) == {1: 1}
    assert delays_of(KEYWORDS, said(text, evidence="in touch", **fields)) == {-3: 1}


def test_without_annotation_there_is_no_delay_but_the_words_that_were_left_to_say() -> None:
    legal = frozenset({"legal_threat"})
    bare = said("my lawyer will be in touch", labels=legal)
    found = delay_of(KEYWORDS, bare)
    assert (found.read, found.at_once.whole, found.median, found.worst) == (1, 0, None, None)
    assert found.before_end == 4
    noted = said("i will sue", labels=legal, evidence="sue")
    assert delay_of(KEYWORDS, bare, noted).read == 1


def test_delay_is_that_of_a_live_call_where_the_classifier_waits_for_four_new_words() -> None:
    text = "where is my money it has gone and nobody will tell me"
    gone = said(text, labels=frozenset({"fraud"}), evidence="it has gone")
    for system in lineup(SETTINGS, Gone(), ("hardstop", "classifier")):
        heard = system.as_spoken(gone)
        assert ["fraud" in raised for raised in heard] == [False] * 7 + [True] * 5
    late = said("well you see it has gone now", labels=frozenset({"fraud"}), evidence="it has gone")
    (hardstop,) = lineup(SETTINGS, Gone(), ("hardstop",))
    assert delays_of(hardstop, late) == {1: 1}


def test_what_was_heard_early_in_a_turn_is_heard_again_as_in_a_live_call() -> None:
    class Forgetful(Gone):
        def hears(self, text: str) -> bool:
            return "gone" in text and len(text.split()) < 24

    long = said("my money has gone " + "and another thing entirely " * 8, labels=frozenset())
    (hardstop,) = lineup(SETTINGS, Forgetful(), ("hardstop",))
    assert "fraud" not in hardstop.answer(long).raised
    assert "fraud" in hardstop.as_spoken(long)[-1]


def test_innocent_words_that_are_raised_only_on_the_way_are_flickers() -> None:
    class Hasty:
        name = "hasty"

        def answer(self, sample: Sample) -> Answer:
            return KEYWORDS.answer(sample)

        def as_spoken(self, sample: Sample) -> list[frozenset[str]]:
            return [frozenset({"media"}), self.answer(sample).raised]

    threat = said("i will sue", labels=frozenset({"legal_threat"}))
    found = delay_of(Hasty(), threat, said("hello there"), said("on the news"))
    assert (found.flickers.part, found.flickers.whole) == (1, 2)


def test_with_a_classifier_it_is_measured_alone_too_and_an_agent_raises_nothing_with_it() -> None:
    systems = lineup(SETTINGS, Gone())
    assert [system.name for system in systems] == ["hardstop", "rules", "classifier", "keywords"]
    classifier = systems[2]
    assert raised(classifier, "my money has gone") == {"fraud"}
    assert raised(classifier, "i will sue you") == frozenset()
    assert raised(classifier, "my money has gone", speaker=Speaker.AGENT) == frozenset()
    assert classifier.answer(said("hm")).emotion == "anger"
    assert classifier.answer(said("hm", speaker=Speaker.AGENT)).emotion is None


def test_an_agents_words_have_no_probability_in_any_system() -> None:
    for system in lineup(SETTINGS, Gone(), ("hardstop", "classifier")):
        told = system.answer(said("my money has gone", speaker=Speaker.AGENT)).probabilities or {}
        assert not any(told.values())


def test_the_classifier_alone_is_believed_as_the_fusion_believes_it_without_a_rule() -> None:
    class Leaning(Gone):
        weights: Mapping[str, Weights] = {"fraud": Weights(bias=-2.0)}

    heard = "the kettle has gone"
    for scorer, expected in ((Gone(), {"fraud"}), (Leaning(), frozenset())):
        systems = lineup(SETTINGS, scorer, ("hardstop", "classifier"))
        for system in systems:
            assert raised(system, heard) & {"fraud"} == expected, system.name
    high = DetectionSettings(points=OperatingPoints(balanced=OperatingPoint(alone=0.985)))
    (classifier,) = lineup(high, Gone(), ("classifier",))
    assert raised(classifier, heard) == frozenset()


def test_with_the_classifier_switched_off_it_is_not_compared() -> None:
    off = DetectionSettings(classifier=False)
    assert [system.name for system in lineup(off, Gone())] == ["hardstop", "keywords"]
    assert lineup(off, Gone(), ("classifier",)) == []
