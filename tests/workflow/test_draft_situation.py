"""What is read from a description or a call, and what is not made up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.vocabulary import Emotion, Speaker
from workflow.drafts.situation import (
    Context,
    FactKind,
    Missing,
    Need,
    Required,
    Situation,
    read_description,
    read_turns,
)


def read(text: str) -> Situation:
    found = read_description(text)
    assert isinstance(found, Situation), found
    return found


@pytest.mark.parametrize(
    ("text", "emotion", "need"),
    [
        ("She is furious: I was charged twice.", Emotion.ANGER, Need.FAIRNESS),
        (
            "I'm fed up. Still waiting three weeks for the engineer, it's urgent.",
            Emotion.FRUSTRATION,
            Need.SPEED,
        ),
        (
            "He is disappointed: nobody listened, the agent was rude and ignored him.",
            Emotion.SADNESS,
            Need.ACKNOWLEDGMENT,
        ),
        (
            "I am scared. You changed my plan without asking, it's my decision, cancel it.",
            Emotion.DISTRESS,
            Need.CONTROL,
        ),
    ],
)
def test_feeling_and_need_are_read_with_a_reason(text: str, emotion: Emotion, need: Need) -> None:
    found = read(text)
    assert (found.emotion, found.need) == (emotion, need)
    assert "“" in found.emotion_reason
    assert need.value in found.need_reason


def test_facts_are_quoted_from_where_they_stand() -> None:
    found = read(
        "I am angry. I was charged £30.50 on 3 March, this is the fourth call in two weeks, the "
        "engineer never came, I took a day off and I emailed your support already."
    )
    assert found.of(FactKind.AMOUNT) == "£30.50"
    assert found.of(FactKind.DATE) == "3 March"
    assert found.of(FactKind.COUNT) == "the fourth call"
    assert found.of(FactKind.DURATION) == "two weeks"
    assert found.of(FactKind.FAILED) == "never came"
    assert found.of(FactKind.COST) == "took a day off"
    assert found.of(FactKind.TRIED).startswith("emailed your support")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_nothing_is_invented(text: str) -> None:
    found = read_description(text)
    if isinstance(found, Situation):
        assert found.complaint in found.said
        for fact in found.facts:
            assert found.said[fact.start : fact.end] == fact.quote


def test_what_is_missing_is_named() -> None:
    found = read_description("hello")
    assert isinstance(found, Missing)
    assert found.fields == (Required.WHAT_HAPPENED, Required.COMPLAINT, Required.EMOTION)
    calm = read_description("My parcel was delivered to the wrong house in Leeds.")
    assert isinstance(calm, Missing)
    assert calm.fields == (Required.EMOTION,)
    assert "how the customer feels" in calm.message


def test_a_note_about_the_customer_is_never_quoted_to_the_customer() -> None:
    assert not read("Customer is furious, she says her parcel never arrived.").quotable
    assert read("I am angry because my parcel never arrived.").quotable


def test_coarse_words_are_not_quoted_back() -> None:
    assert not read("You idiots charged me again and I am angry").quotable


def test_only_the_customers_side_of_a_call_is_read() -> None:
    found = read_turns(
        [
            (Speaker.AGENT, "I can see you were charged $12 in error, how disgraceful."),
            (Speaker.CUSTOMER, "My bill is wrong and I would like it looked at."),
        ]
    )
    assert isinstance(found, Situation)
    assert "$12" not in found.said
    assert found.emotion is Emotion.NEUTRAL


def test_a_danger_to_life_is_never_held_up_by_what_is_missing() -> None:
    found = read_description("he wants to kill himself")
    assert isinstance(found, Situation)
    assert found.is_life_stop


def test_what_a_detector_heard_counts_and_a_life_stop_comes_first() -> None:
    text = "I am angry, my bill is wrong and I will get my lawyer."
    heard = read_description(text, heard=["regulator", "self_harm"])
    assert isinstance(heard, Situation)
    assert heard.trigger == "self_harm"
    assert read(text).trigger == "legal_threat"


def test_the_context_is_kept_as_it_was_given() -> None:
    context = Context(tier="Gold", tenure_months=70, tried="a credit", history="two calls")
    found = read_description("I am angry, my bill is wrong.", context)
    assert isinstance(found, Situation)
    assert found.context == context


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I am angry, my flight was cancelled.", "booking"),
        ("I am angry, your app crashed and my orders are lost.", "software"),
        ("I am angry, my order never came.", "delivery"),
        ("I am angry, you refuse to cancel my contract.", "cancellation"),
    ],
)
def test_what_it_is_about_is_told_by_the_plainest_words(text: str, topic: str) -> None:
    assert read(text).topic == topic


def test_money_taken_again_is_a_complaint() -> None:
    assert read("I am desperate. You took the direct debit of $900 again.").quotable
