"""What a model's draft may not state, and which situations no model may see."""

from __future__ import annotations

import msgspec
import pytest

from workflow.authority import Authority
from workflow.drafts.check import Code
from workflow.drafts.draft import Draft
from workflow.drafts.grounding import invented
from workflow.drafts.prompt import question
from workflow.drafts.review import kept_from_models, review
from workflow.drafts.situation import Context, Restriction, Situation, read_description
from workflow.drafts.writer import draft
from workflow.duty import PersonRole

TOLD = (
    "I am furious. I was charged $49.99 twice in March and nobody answers my mails. Your branch "
    "in Leeds sent me away. I had to borrow money for rent."
)


def situation(text: str = TOLD, **context: object) -> Situation:
    read = read_description(text, msgspec.convert(context, Context))
    assert isinstance(read, Situation), read
    return read


def made(addition: str = "", **context: object) -> Draft:
    """A draft without fault, and one sentence more."""
    good = draft(situation(**context))
    return msgspec.structs.replace(good, draft=f"{good.draft} {addition}")


def quotes(text: str, told: str = TOLD) -> list[str]:
    return [fault.quote for fault in invented(text, [told])]


@pytest.mark.parametrize(
    "text",
    [
        "We charged you $49.99 two times in March, in Leeds.",
        "I will write to you on Friday. Thank you for telling us.",
        "Nobody will pass this on. Anger is fair. I'm sorry.",
        "One of us will call you once.",
        "You said: “Your branch in Leeds sent me away”.",
    ],
)
def test_what_was_told_may_be_stated(text: str) -> None:
    assert quotes(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I can give you 20 dollars.", ["20"]),
        ("We charged you three times.", ["three"]),
        ("We saw it in April.", ["April"]),
        ("Our branch in York sent you away.", ["York"]),
        ("Sarah will call you.", ["Sarah"]),
        ("Dear [Name], we owe you an answer.", ["[Name]"]),
        ("It was £49.90.", ["49.90"]),
    ],
)
def test_figures_and_names_that_nobody_told_are_found(text: str, found: list[str]) -> None:
    assert [quote for quote in quotes(text) if quote != "Name"] == found


def test_the_same_figure_in_another_spelling_is_the_same() -> None:
    assert quotes("You paid 1,200.50, twelve times.", "I paid 1200.5 a dozen times") == []


def test_a_good_draft_has_no_fault() -> None:
    assert review(draft(situation()), situation()) == ()


def test_a_figure_from_the_employee_may_be_used() -> None:
    text = made("I am adding 20 dollars to your account.")
    assert "20" in [fault.quote for fault in review(text, situation())]
    assert review(text, situation(), ["Offer her 20 dollars"]) == ()


@pytest.mark.parametrize(
    "promise",
    [
        "I will refund the $49.99 to you.",
        "We'll credit your account with $49.99.",
        "Your refund of $49.99 will reach your bank.",
    ],
)
def test_a_sum_that_only_the_customer_named_is_not_promised(promise: str) -> None:
    found = review(made(promise), situation())
    assert Code.CONSTRAINT in {fault.code for fault in found}
    assert review(made(promise), situation(), ["Give back the $49.99."]) == ()
    assert review(made("We charged you $49.99, and I am sorry."), situation()) == ()


def test_years_follow_from_months() -> None:
    text = made("You have been with us for 11 years.")
    assert review(text, situation(tenure_months=132)) == ()
    assert review(text, situation(tenure_months=12))


def test_an_offer_of_money_that_the_constraints_rule_out_is_found() -> None:
    limits = "We cannot offer any credit or refund here."
    text = made("I can offer you a credit for it.", constraints=limits)
    (fault,) = review(text, situation(constraints=limits))
    assert fault.code is Code.CONSTRAINT
    assert review(made("I cannot offer you a credit."), situation(constraints=limits)) == ()
    assert review(made("I can offer you a credit for it."), situation()) == ()


def test_a_model_is_told_what_may_be_promised_and_may_name_it_in_an_option_alone() -> None:
    own = Authority(
        refund_limit=1200, credit_limit=25, currency="GBP", approver=PersonRole.SUPERVISOR
    )
    asked = question(situation(authority=own)).text
    assert '"refund_up_to": 1200' in asked
    assert '"who_approves_more": "supervisor"' in asked
    assert "employee_may_promise" not in question(situation()).text

    good = made(authority=own)
    assert review(good, situation(authority=own)) == ()
    option = msgspec.structs.replace(good.options[0], detail="Offer up to 25 GBP in credit.")
    bold = msgspec.structs.replace(good, options=(option, *good.options[1:]))
    assert review(bold, situation(authority=own)) == ()
    assert [fault.part for fault in review(bold, situation())] != []
    letter = made("I can give you 25 GBP in credit.", authority=own)
    assert "25" in [fault.quote for fault in review(letter, situation(authority=own))]


def test_options_and_coaching_are_reviewed_as_well() -> None:
    good = draft(situation())
    first = msgspec.structs.replace(good.options[0], detail="Give 500 dollars by any means.")
    bad = msgspec.structs.replace(
        good, options=(first, *good.options[1:]), coaching="Just be nice."
    )
    found = {(fault.part, fault.code) for fault in review(bad, situation())}
    assert found == {("option 1", Code.INVENTED), ("coaching", Code.LENGTH)}


@pytest.mark.parametrize(
    ("told", "restriction"),
    [
        ("He is angry about a fee. He failed our security checks.", Restriction.IMPOSTOR),
        ("She is upset: your driver shouted at her, the parcel is lost.", Restriction.MISCONDUCT),
    ],
)
def test_what_is_for_the_desk_alone_is_kept_from_models(
    told: str, restriction: Restriction
) -> None:
    each = situation(told)
    assert each.restricted == (restriction,)
    assert kept_from_models(each).startswith("restricted")
    assert kept_from_models(situation()) == ""


def test_nothing_is_drafted_for_somebody_who_may_be_an_impostor() -> None:
    answer = draft(situation("He is angry about a fee. He failed our security checks."))
    assert answer.takeover
    assert answer.options == ()
    assert "do not let the person know" in answer.draft


def test_nothing_is_drafted_about_the_conduct_of_an_employee() -> None:
    answer = draft(situation("She is upset: your driver shouted at her, the parcel is lost."))
    assert answer.takeover
    assert answer.options == ()
    assert "how an employee behaved" in answer.draft
    assert any("their team" in mine for mine in answer.landmines)


def test_what_a_detector_heard_of_misconduct_or_a_person_at_risk_is_not_answered_either() -> None:
    for heard in (Restriction.MISCONDUCT, Restriction.SAFEGUARDING):
        each = read_description(TOLD, heard=(), restricted=(heard,))
        assert isinstance(each, Situation)
        assert draft(each).takeover


def test_who_was_deceived_by_an_impostor_is_answered_like_anybody() -> None:
    told = "I am angry. A man posing as your bank took my money, it is fraud and nobody helps."
    assert situation(told).restricted == ()
    assert not draft(situation(told)).takeover
