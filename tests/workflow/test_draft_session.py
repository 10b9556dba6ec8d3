"""A draft over several turns: what a follow-up adds or changes, and what it does not."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.vocabulary import Speaker
from workflow.drafts.check import LEAST_WORDS, MOST_WORDS, word_count
from workflow.drafts.session import NOTE, Heard, Said, Session, follow, read_session
from workflow.drafts.situation import Channel, Context, Restriction, Situation
from workflow.drafts.writer import Size, draft, faults, response

TOLD = (
    "I am furious. I was charged $49.99 twice in March and nobody answers my mails. "
    "I had to borrow money for rent. I waited on hold for 50 minutes. It is the third call."
)


def session(told: str = TOLD) -> Session:
    said = tuple(Said(speaker=Speaker.CUSTOMER, text=line) for line in told.splitlines())
    return Session(said=said, described=True)


def after(*wishes: str, told: str = TOLD) -> Session:
    now = session(told)
    for wish in wishes:
        followed = follow(now, wish)
        assert followed.left == (), followed.left
        now = followed.session
    return now


def situation(of: Session) -> Situation:
    found = of.situation()
    assert isinstance(found, Situation)
    return found


@pytest.mark.parametrize(
    ("wish", "context"),
    [
        ("He has been with us for 11 years.", {"tenure_months": 132}),
        ("she has been a customer for eighteen months, no, 20 months", {"tenure_months": 20}),
        ("By the way, she is a Gold member", {"tier": "Gold"}),
        ("We cannot offer any refund here.", {"constraints": "We cannot offer any refund here."}),
        ("I offered him a new router.", {"tried": "I offered him a new router."}),
        ("He complained last month as well.", {"history": "He complained last month as well."}),
        ("make it an email please", {"channel": Channel.EMAIL}),
        ("We need it for a public reply", {"channel": Channel.PUBLIC}),
    ],
)
def test_a_fact_given_later_becomes_part_of_the_situation(
    wish: str, context: dict[str, object]
) -> None:
    assert after(wish).context == msgspec.structs.replace(Context(), **context)


def test_several_facts_in_one_follow_up_are_all_taken() -> None:
    now = after("He has been with us 11 years. We can only give 20 dollars; make it shorter")
    assert now.context.tenure_months == 132
    assert "20 dollars" in now.context.constraints
    assert now.size is Size.SHORTER


def test_an_employees_fact_is_never_quoted_as_the_customers_words() -> None:
    now = after("She also took a day off for it, and paid 35 dollars in bank fees.")
    assert now.said[-1].text.startswith(NOTE)
    text = response(situation(now))
    assert "took a day off" not in text
    assert "$49.99" in text


def test_two_facts_of_one_kind_stand_beside_each_other() -> None:
    now = after("I offered her a credit.", "We sent a new router.")
    assert now.context.tried == "I offered her a credit. We sent a new router."


def test_a_wish_it_does_not_understand_is_said_and_changes_nothing() -> None:
    followed = follow(session(), "Make it rhyme.")
    assert followed.left == ("Make it rhyme.",)
    assert followed.session == session()


def test_what_a_detector_hears_in_a_follow_up_counts() -> None:
    heard = Heard(triggers=("self_harm",), restricted=(Restriction.MISCONDUCT,))
    now = follow(session(), "She says she wants to end it.", heard).session
    assert situation(now).is_life_stop
    assert draft(situation(now)).takeover
    assert situation(now).restricted == (Restriction.MISCONDUCT,)


def test_shorter_and_longer_stay_within_the_lengths_and_pass_the_check() -> None:
    usual, shorter, longer = (
        response(situation(session()), size) for size in (Size.USUAL, Size.SHORTER, Size.LONGER)
    )
    assert LEAST_WORDS <= word_count(shorter) < word_count(usual)
    assert word_count(usual) < word_count(longer) <= MOST_WORDS
    for text in (shorter, longer):
        assert faults(situation(session()), text) == ()


def test_a_session_is_read_as_it_was_written() -> None:
    now = after("make it shorter").written("make it shorter", draft(situation(session())))
    assert read_session(msgspec.json.encode(now)) == now
    assert now.requests() == ["make it shorter"]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"said": 3}', b"\xff", b'{"version": 9}'])
def test_what_is_no_session_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="is no session"):
        read_session(data)


def test_a_session_of_another_version_is_refused() -> None:
    other = msgspec.json.encode(msgspec.structs.replace(session(), version=2))
    with pytest.raises(ValueError, match="version 2"):
        read_session(other)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120))
def test_no_follow_up_loses_what_was_told(text: str) -> None:
    now = follow(session(), text).session
    assert now.said[: len(session().said)] == session().said
    assert situation(now).complaint
