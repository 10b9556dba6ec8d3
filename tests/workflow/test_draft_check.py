"""What a draft must not say, and what it must be allowed to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.drafts.check import (
    Code,
    Facts,
    FaultRule,
    Known,
    Length,
    check,
    check_sentence,
    fault_rules,
    faults_of,
)

EXAMPLES = [(rule, text) for rule in fault_rules() for text in rule.examples]
OF_NO_RULE = {Code.LENGTH, Code.INVENTED, Code.UNFINISHED, Code.CONSTRAINT}
"""What hangs on the situation and not on words alone."""
INNOCENT = [(rule, text) for rule in fault_rules() for text in rule.counter_examples]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES, ids=lambda x: getattr(x, "id", x))
def test_every_rule_finds_its_examples(rule: FaultRule, text: str) -> None:
    assert faults_of(rule, text), f"{rule.id} misses: {text}"


@pytest.mark.parametrize(("rule", "text"), INNOCENT, ids=lambda x: getattr(x, "id", x))
def test_no_rule_at_all_finds_a_counter_example(rule: FaultRule, text: str) -> None:
    assert not check(text), f"a counter-example of {rule.id}"


def test_every_rule_is_tried_from_both_sides() -> None:
    for rule in fault_rules():
        assert len(rule.examples) >= 3, rule.id
        assert len(rule.counter_examples) >= 2, rule.id
    assert {rule.code for rule in fault_rules()} == set(Code) - OF_NO_RULE


def test_plain_ownership_passes() -> None:
    assert check("We charged you twice; that was our mistake. I am sorry.") == ()


def test_an_update_at_a_time_passes_where_a_solution_at_a_time_does_not() -> None:
    assert check("I will write to you by Friday with where your refund stands.") == ()
    (fault,) = check("Your refund will be paid by Friday.")
    assert fault.code is Code.PROMISED_TIME
    assert "update" in fault.instead


def test_a_promise_hidden_behind_an_update_is_found() -> None:
    (fault,) = check("I'll call you and your refund will be paid by Friday.")
    assert fault.code is Code.PROMISED_TIME


def test_typographic_apostrophes_are_read_and_quoted_as_they_are() -> None:
    (fault,) = check_sentence("I’m sorry you feel that way.")
    assert fault.quote == "sorry you feel"
    (fault,) = check_sentence("There’s nothing I can do.")
    assert fault.quote == "There’s nothing I can do"


def test_the_customers_own_words_may_be_quoted_back() -> None:
    said = "Your colleague told me it will be fixed by Friday and it was not"
    text = "You wrote: “it will be fixed by Friday and it was not”."
    assert check(text, facts=Facts(said=said)) == ()
    assert check(text)


def test_what_is_known_is_not_asked_for_again() -> None:
    text = "What is your account number?"
    assert check(text) == ()
    (fault,) = check(text, facts=Facts(known=frozenset({Known.REFERENCE})))
    assert fault.code is Code.ASKS_TO_REPEAT


def test_length_is_judged_only_where_it_is_asked_for() -> None:
    short = "We sent the bill to the wrong house. I am sorry."
    assert check(short) == ()
    (fault,) = check(short, facts=Facts(length=Length()))
    assert (fault.code, fault.start, fault.end) == (Code.LENGTH, 0, len(short))
    assert check_sentence(short, facts=Facts(length=Length())) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*(text for _, text in EXAMPLES), "“", '"', "’", "\n", " 24 ", "é"]),
        max_size=6,
    )
)
def test_a_fault_quotes_exactly_what_stands_at_its_place(parts: list[str]) -> None:
    text = " ".join(parts)
    for fault in check(text):
        assert text[fault.start : fault.end] == fault.quote
        assert fault.quote
