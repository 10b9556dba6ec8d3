"""The detector: who is read, over which words, with which probability."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.chunk import Audience, Chunk, Revision
from detectors.detector import Detector, Heard
from detectors.reading import Conversation, Turn
from detectors.vocabulary import LABELS, Disposition, Emotion, Speaker

Build = Callable[..., Detector]
Say = Callable[..., Heard]
Quotes = Callable[[Heard], list[str]]


@pytest.mark.parametrize("speaker", [Speaker.CUSTOMER, Speaker.UNKNOWN, Speaker.OTHER])
def test_everybody_but_the_agent_is_read_for_every_hard_stop(
    build: Build, say: Say, speaker: Speaker
) -> None:
    assert say(build("sue you"), "I'll sue you", speaker=speaker).reading.raised() == [
        "legal_threat"
    ]


def test_an_agents_words_raise_nothing(build: Build, say: Say) -> None:
    reading = say(build("sue you"), "agent: I'll sue you").reading
    assert not reading.findings
    assert reading.emotion is None


def test_a_life_stop_in_an_agents_words_is_for_review(build: Build, say: Say) -> None:
    detector = build("kill myself", label="self_harm", extra='subtype = "self"\nimminent = true')
    for heard in (
        say(detector, "agent: I will kill myself"),
        say(detector, "I will kill myself", audience=Audience.CONSULT),
    ):
        finding = heard.reading.findings[0]
        assert finding.disposition is Disposition.REVIEW
        assert finding.subtype == "self"
        assert heard.reading.triggers["self_harm"] < 0.5


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us"])
def test_every_kind_of_english_is_read(build: Build, say: Say, language: str) -> None:
    assert say(build("sue you"), "I'll sue you", language=language).reading.monitored


@pytest.mark.parametrize(
    ("language", "shown"), [("fr", "fr"), ("xx-EN", "xx"), ("", "?"), ("call me on 5", "callmeon")]
)
def test_a_language_without_rules_is_not_monitored_and_says_so(
    build: Build, say: Say, language: str, shown: str
) -> None:
    reading = say(build("sue you"), "I'll sue you, 4111111111111111", language=language).reading
    assert not reading.monitored
    assert f"'{shown}'" in (reading.not_monitored or "")
    assert not reading.findings
    assert reading.turn.text == "I'll sue you, [card]"


def test_every_label_has_a_probability(build: Build, say: Say) -> None:
    triggers = say(build("sue you"), "I'll sue you").reading.triggers
    assert list(triggers) == list(LABELS)
    assert triggers.pop("legal_threat") == pytest.approx(0.9)
    assert set(triggers.values()) == {0.0}


def test_two_weak_cues_together_are_raised(build: Build, say: Say) -> None:
    detector = build("no point", "goodbye everyone", label="self_harm", probability=0.4)
    assert not say(detector, "there's no point").reading.raised()
    reading = say(detector, "there's no point. goodbye everyone").reading
    assert reading.raised() == ["self_harm"]
    assert reading.triggers["self_harm"] == pytest.approx(0.64)


def test_overlapping_words_are_one_piece_of_evidence(build: Build, say: Say) -> None:
    detector = build("take you", "you to court", probability=0.4)
    reading = say(detector, "I'll take you to court").reading
    assert reading.triggers["legal_threat"] == pytest.approx(0.4)
    assert len(reading.findings) == 1


def test_rules_are_never_certain_and_findings_never_flood(build: Build, say: Say) -> None:
    reading = say(build("sue you"), "I'll sue you. " * 50).reading
    assert reading.triggers["legal_threat"] == 0.99
    assert len(reading.findings) == 5


def test_a_label_is_held_to_its_own_threshold(build: Build, say: Say) -> None:
    detector = build("sue you", thresholds={"legal_threat": 0.95})
    reading = say(detector, "I'll sue you").reading
    assert [f.disposition for f in reading.findings] == [Disposition.CLEAR]


def test_a_threat_split_over_turns_is_heard_and_quoted_from_each(build: Build, say: Say) -> None:
    detector = build("take you to {court}")
    heard = say(detector, "and I'm going to take you", "agent: right", "to small claims I swear")
    (finding,) = heard.reading.findings
    assert [(e.utterance_id, e.quote) for e in finding.evidence] == [
        ("u0", "take you"),
        ("u2", "to small claims"),
    ]


@pytest.mark.parametrize(
    "turns",
    [
        ("I'm going to take you.", "to court"),
        ("I'm going to take you", "agent: and what is the number on your bill please", "to court"),
        ("I'm going to take you", "agent: where?", "to court"),
        ("agent: I'm going to take you", "to court"),
        ("I'm going to take you", "well", "so", "to court"),
    ],
)
def test_what_ended_is_not_joined(build: Build, say: Say, turns: tuple[str, ...]) -> None:
    assert not say(build("take you to {court}"), *turns).reading.findings


def test_a_threat_is_found_in_its_own_turn_only(build: Build, say: Say) -> None:
    detector = build("sue you|{court}", "sue you people")
    assert not say(detector, "I'll sue you", "all of this").reading.findings
    assert not say(detector, "I'll sue you", "people").reading.findings


def test_an_appended_piece_is_read_with_what_came_before(build: Build) -> None:
    detector = build("take you to {court}")
    first = Chunk(call_id="c", sequence=0, utterance_id="u", text="I'll take you", is_final=False)
    known = Conversation().after(detector.read(first, Conversation()))
    second = Chunk(
        call_id="c", sequence=1, utterance_id="u", text="to court", revision=Revision.APPEND
    )
    reading = detector.read(second, known)
    assert reading.turn.text == "I'll take you to court"
    assert reading.raised() == ["legal_threat"]


def test_a_revised_piece_replaces_what_came_before(build: Build) -> None:
    detector = build("sue you")
    first = Chunk(call_id="c", sequence=0, utterance_id="u", text="I'll sue you", is_final=False)
    known = Conversation().after(detector.read(first, Conversation()))
    second = Chunk(call_id="c", sequence=1, utterance_id="u", text="I'll see you")
    reading = detector.read(second, known)
    assert reading.turn.text == "I'll see you"
    assert not reading.findings


def test_reading_leaves_the_conversation_as_it_was(build: Build) -> None:
    known = Conversation(
        turns=(Turn(utterance_id="a", speaker=Speaker.CUSTOMER, text="I'll take you"),)
    )
    before = repr(known)
    chunk = Chunk(call_id="c", sequence=1, utterance_id="b", text="to court")
    detector = build("take you to {court}")
    assert detector.read(chunk, known) == detector.read(chunk, known)
    assert repr(known) == before


def test_personal_data_is_gone_before_anything_is_quoted(
    build: Build, say: Say, quotes: Quotes
) -> None:
    heard = say(build("card ..6 sue you"), "my card 4111 1111 1111 1111 I'll sue you")
    assert quotes(heard) == ["card [card] I'll sue you"]
    assert heard.reading.removed == ("card",)


def test_the_agents_question_names_the_number_that_answers_it(build: Build, say: Say) -> None:
    heard = say(build("sue you"), "agent: and your date of birth?", "third of may nineteen eighty")
    assert heard.reading.turn.text == "[date of birth]"
    heard = say(build("sue you"), "agent: the card number please", "4111 1111", "1111 1111 yes")
    assert heard.reading.turn.text == "[card] yes"


def test_words_that_no_rule_knows_leave_nothing_behind(build: Build, say: Say) -> None:
    detector = build("sue you", "threat* you")
    (finder,) = detector.finders.values()
    before = len(finder.lexicon.vocab.strings)
    say(detector, "threatening threatener 12 34 Mrs Featherstonehaugh of 9 Acacia Avenue")
    assert len(finder.lexicon.vocab.strings) == before


def test_a_filler_inside_the_words_is_quoted_with_them(
    build: Build, say: Say, quotes: Quotes
) -> None:
    heard = say(build("will sue you"), "I, er, I'LL um su- sue — you!")
    assert quotes(heard) == ["I'LL um su- sue — you"]


def test_of_a_text_without_end_the_end_is_read(build: Build, say: Say) -> None:
    heard = say(build("sue you", max_text_chars=50), "and so " * 100 + "I'll sue you")
    assert len(heard.reading.turn.text) == 50
    assert heard.reading.raised() == ["legal_threat"]


def test_emotion_is_what_the_rules_hear_else_neutral(build: Build, say: Say) -> None:
    detector = build("furious", label="anger", probability=0.8)
    angry = say(detector, "I'm furious").reading.emotion
    assert angry is not None
    assert (angry.label, angry.intensity) == (Emotion.ANGER, pytest.approx(0.8))
    assert angry.scores["neutral"] == pytest.approx(0.2)
    calm = say(detector, "I'm not furious").reading.emotion
    assert calm is not None
    assert (calm.label, calm.intensity) == (Emotion.NEUTRAL, 0.0)


def test_only_the_customer_has_an_emotion(build: Build, say: Say) -> None:
    detector = build("furious", label="anger")
    assert say(detector, "I'm furious", speaker=Speaker.UNKNOWN).reading.emotion is not None
    for speaker in (Speaker.AGENT, Speaker.OTHER):
        assert say(detector, "I'm furious", speaker=speaker).reading.emotion is None
    assert say(detector, "I'm furious", audience=Audience.CONSULT).reading.emotion is None


PIECES = st.sampled_from(
    [
        *("I'll sue you", "kill myself", "not", "if", "...", "I, I", "c.f.p.b", "’s", "İ", " / "),
        *("\ud83d", "\x00", "🙂", "4111 1111 1111 1111", "my password is", "at example dot com"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=12).map(" ".join), st.binary().map(repr))


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=4),
    speaker=st.sampled_from(list(Speaker)),
    revision=st.sampled_from(list(Revision)),
)
def test_no_text_is_too_strange_and_every_quote_is_verbatim(
    shipped: Detector, texts: list[str], speaker: Speaker, revision: Revision
) -> None:
    conversation = Conversation()
    for number, text in enumerate(texts):
        chunk = Chunk(
            call_id="c",
            sequence=number,
            utterance_id=str(number // 2),
            text=text,
            speaker=speaker,
            revision=revision,
        )
        reading = shipped.read(chunk, conversation)
        conversation = conversation.after(reading)
        reading.turn.text.encode()
        assert all(0.0 <= p <= 0.99 for p in reading.triggers.values())
        for finding in reading.findings:
            assert finding.evidence
            for piece in finding.evidence:
                turn = conversation.turn(piece.utterance_id)
                assert turn is not None
                assert 0 <= piece.char_start < piece.char_end <= len(turn.text)
                assert turn.text[piece.char_start : piece.char_end] == piece.quote


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("i'm going to sue you people", "legal_threat"),
        ("i'm going to file a complaint with the c f p b", "regulator"),
        ("i'm calling the newspapers about this", "media"),
        ("i want to kill myself", "self_harm"),
        ("someone opened a credit card in my name", "fraud"),
        ("i'm coming down there with a gun", "violence"),
        ("i can't breathe call an ambulance", "emergency"),
        ("my husband hits me and he doesn't know i'm calling", "safeguarding"),
    ],
)
def test_every_hard_stop_is_heard_with_the_rules_that_ship(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!...",
        "🙂",
        "i'd like to check my balance please",
        "sue is my wife she's on the account too",
        "this bill is killing me can i pay it in two parts",
        "i have jury duty on monday so i need to move the appointment",
    ],
)
def test_ordinary_talk_is_left_alone_with_the_rules_that_ship(
    shipped: Detector, say: Say, text: str
) -> None:
    assert say(shipped, text).reading.raised() == []
