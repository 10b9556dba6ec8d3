"""The built-in writer: always fit to be sent, never the same letter twice, never an invention."""

from __future__ import annotations

import itertools
import re
import tomllib
from importlib.resources import files

import msgspec
import pytest

from detectors.vocabulary import LIFE_STOPS, Emotion, Trigger
from workflow.authority import Authority
from workflow.drafts.check import check, check_sentence, word_count
from workflow.drafts.cues import cues
from workflow.drafts.options import options, severity
from workflow.drafts.situation import (
    Channel,
    Context,
    FactKind,
    Need,
    Situation,
    read_description,
)
from workflow.drafts.writer import Size, coaching, draft, faults, response, sentences
from workflow.duty import PersonRole
from workflow.policy import Severity

MATERIAL = tomllib.loads(files("workflow.drafts").joinpath("material.toml").read_text("utf-8"))
STORY = (
    "I was charged $49.99 again after I left in March, and nobody answers. This is the third "
    "call. I waited on hold for 50 minutes. I had to borrow money for rent. I am furious."
)
STORIES = (
    STORY,
    "My parcel never arrived on Tuesday and nobody called me back. I took a day off for it. "
    "I am fed up.",
    "The caller is in tears. Her boiler broke and she has had no heating for six days. She "
    "emailed you twice already. She has two small children.",
    "I am disappointed. Your engineer was rude to my mother and hung up on her.",
    "The customer stayed polite. She could not log in and the account is locked since yesterday.",
    "My claim was denied without any reason, and I demand an answer. I will call the ombudsman.",
    "I am livid. There are payments I did not make, it is fraud, and nobody at the bank listens.",
    "He shouted that his flight was cancelled and that he will post it on Twitter.",
)
TIERS = ("", "basic", "Gold")
NUMBERS = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|"
    r"hundred|thousand|once|twice|thrice|first|second|third|fourth|half|double)\b",
    re.IGNORECASE,
)


def situation(text: str = STORY, **context: object) -> Situation:
    read = read_description(text, msgspec.convert(context, Context))
    assert isinstance(read, Situation), read
    return read


def grid(text: str) -> list[Situation]:
    """One story for every need, feeling, tier and channel."""
    return [
        msgspec.structs.replace(
            situation(text, tier=tier, channel=channel.value), need=need, emotion=emotion
        )
        for need, emotion, tier, channel in itertools.product(Need, Emotion, TIERS, Channel)
    ]


def own(each: Situation) -> frozenset[str]:
    """The sentences of a situation's draft."""
    return frozenset(s for paragraph in sentences(each) for s in paragraph)


GRIDS = [grid(text) for text in STORIES]
# Each fifth: five shares no factor with the sizes of a grid, so every cell has its turn.
SOME = [each for cells in GRIDS for each in cells][::5]
WRITTEN = [(each, response(each)) for each in SOME]


def test_every_draft_passes_the_check_with_its_length() -> None:
    assert len(WRITTEN) > 300
    for each, text in WRITTEN:
        assert faults(each, text) == (), text


def test_what_the_agent_is_told_has_its_length_too() -> None:
    for each in SOME:
        assert 150 <= word_count(coaching(each)) <= 250, coaching(each)


def test_no_figure_is_invented() -> None:
    for each, text in WRITTEN:
        theirs = {number.lower() for number in NUMBERS.findall(each.said)}
        for number in NUMBERS.findall(text):
            assert number.lower() in theirs, text


def alike(situations: list[Situation]) -> int:
    """How many pairs share more than half of their sentences."""
    written = [own(each) for each in situations]
    return sum(
        2 * len(one & other) > min(len(one), len(other))
        for one, other in itertools.combinations(written, 2)
    )


def test_no_two_drafts_share_more_than_half_their_sentences() -> None:
    assert alike(SOME) == 0


def test_nor_do_any_two_tellings_of_a_story() -> None:
    # What sets two tellings apart is the same for every story: two speak for all.
    assert [alike(cells) for cells in GRIDS[:2]] == [0, 0]


@pytest.mark.long
def test_nor_any_two_of_all_tellings_of_all_stories() -> None:
    assert alike([each for cells in GRIDS for each in cells]) == 0


def test_nor_those_for_customers_of_many_years_whatever_their_tier() -> None:
    cells = [
        msgspec.structs.replace(situation(tier=tier, tenure_months=60), need=need)
        for tier, need in itertools.product(TIERS, Need)
    ]
    assert alike(cells) == 0


def test_the_same_situation_is_always_answered_the_same() -> None:
    assert draft(situation()) == draft(situation())


def test_a_draft_speaks_of_the_customers_own_facts() -> None:
    text = response(situation(channel="email"))
    assert "nobody answers" in text
    assert "third call" in text
    assert "had to borrow" in text or "50 minutes" in text


COLD = "My mother is 80 and sat without heating for six days, nobody came. I am frightened for her."
WIDOW = (
    "The caller is in tears. Her husband died three weeks ago and we still send bills in his name. "
    "She has called four times and sent the death certificate twice."
)
DENIED = "You denied my claim for the scratched door and will not admit it. I am furious."


def lines(place: str, kind: str = "any") -> set[str]:
    return set(MATERIAL[place][kind])


def test_who_goes_without_is_asked_after_before_all_else_and_never_in_public() -> None:
    asked = own(situation(COLD)) & lines("care")
    assert len(asked) == 1
    assert situation(COLD).need is Need.SPEED
    assert not own(situation(COLD, channel="public")) & lines("care")
    assert not own(situation("My heating never worked. I am annoyed.")) & lines("care")


def test_a_death_is_met_with_sympathy_and_its_date_is_no_waiting_time() -> None:
    widow = situation(WIDOW, channel="email")
    assert own(widow) & lines("opening", "bereavement")
    assert widow.need is Need.ACKNOWLEDGMENT
    text = response(widow)
    assert "three weeks" not in text
    assert "you sent the death certificate twice" in text.lower()
    ring = "The hotel lost her late mother's ring. She is upset."
    assert not own(situation(ring)) & lines("opening", "bereavement")
    assert "what was lost" in response(situation(ring))


def test_where_we_deny_it_the_fault_is_not_called_ours_before_somebody_has_looked() -> None:
    assert own(situation(DENIED)) & lines("owning", "disputed")
    assert not own(situation(DENIED)) & lines("owning")
    assert own(situation()) & lines("owning")


@pytest.mark.parametrize(("months", "said"), [(None, 0), (35, 0), (36, 1), (144, 1)])
def test_years_with_us_are_spoken_of_and_a_short_while_is_not(
    months: int | None, said: int
) -> None:
    assert len(own(situation(tenure_months=months)) & lines("standing")) == said
    assert not own(situation(tenure_months=months, channel="public")) & lines("standing")


def test_in_a_fraud_what_can_be_stopped_comes_before_choices() -> None:
    moved = "Somebody who said he was from your bank made me move 4000 pounds. I am scared."
    assert own(situation(moved)) & lines("need_act", "fraud")


def test_of_a_long_sentence_as_much_is_quoted_as_says_what_went_wrong() -> None:
    text = (
        "The parcel with my daughter's birthday present never arrived, the tracking says "
        "delivered, and this is the third time that I am asking you where it is. I am fed up."
    )
    answer = response(situation(text, channel="email"))
    assert "birthday present never arrived, the tracking says delivered”" in answer
    assert "“the third time”" in answer


def test_how_often_we_ring_somebody_is_not_how_often_they_needed_us() -> None:
    text = "You keep calling me about the debt six times a day, please stop. I am desperate."
    assert not situation(text).of(FactKind.COUNT)
    assert "the calls from us" in response(situation(text))


def test_nothing_of_the_account_is_said_in_public() -> None:
    text = response(situation(channel="public"))
    assert "50 minutes" not in text
    assert "borrow" not in text
    assert "$49.99" not in text
    text = response(situation("I am upset. You billed my mother after she died.", channel="public"))
    assert "lost" not in text
    assert "died" not in text


def test_every_draft_promises_an_update_and_no_solution() -> None:
    for _, text in WRITTEN:
        assert "before the end of" in text


@pytest.mark.parametrize("trigger", sorted(LIFE_STOPS))
def test_for_a_life_stop_nothing_is_drafted_and_a_person_takes_over(trigger: Trigger) -> None:
    made = draft(msgspec.structs.replace(situation(), trigger=trigger))
    assert made.takeover
    assert made.options == ()
    assert "a person must take over" in made.draft
    assert made.assessment.severity is Severity.CRITICAL


def test_exactly_one_of_two_or_three_options_is_recommended() -> None:
    for each in SOME:
        offered = options(each)
        assert 2 <= len(offered) <= 3
        assert [option.recommended for option in offered].count(True) == 1


def test_options_pass_the_check_as_well() -> None:
    for detail in {option.detail for each in SOME for option in options(each)}:
        assert check(detail) == (), detail


def test_a_higher_tier_is_offered_more() -> None:
    basic, gold = (draft(situation(tier=tier)).options for tier in ("basic", "Gold"))
    assert {option.detail for option in basic} != {option.detail for option in gold}


AGENT = Authority(refund_limit=50, credit_limit=25.5, currency="GBP", approver=PersonRole.MANAGER)


def test_options_name_the_limit_of_who_answers_and_who_approves_more() -> None:
    told = " ".join(option.detail for option in options(situation(authority=AGENT)))
    assert "25.50 GBP in credit and 50 GBP in refunds. A manager approves" in told
    assert "supervisor" not in told
    assert "25.50" not in response(situation(authority=AGENT))


def test_where_nobody_approves_more_or_no_money_may_be_promised_that_is_said() -> None:
    alone = msgspec.structs.replace(AGENT, approver=None)
    assert any("nobody who approves more" in o.detail for o in options(situation(authority=alone)))
    none = msgspec.structs.replace(AGENT, refund_limit=0, credit_limit=0)
    told = [option.detail for option in options(situation(authority=none))]
    assert any("you may promise no money. A manager approves" in detail for detail in told)
    assert not any("0 GBP" in detail for detail in told)


def test_limits_are_not_named_where_money_is_ruled_out_or_the_policy_sets_none() -> None:
    barred = situation(authority=AGENT, constraints="No refunds and no credits.")
    assert not any("GBP" in option.detail for option in options(barred))
    assert not any("By yourself" in option.detail for option in options(situation()))
    assert any("supervisor" in option.detail for option in options(situation()))


@pytest.mark.parametrize("limit", [0, 25, 1200.5])
@pytest.mark.parametrize("approver", [None, *PersonRole])
def test_options_with_limits_pass_the_check(limit: float, approver: PersonRole | None) -> None:
    own = Authority(refund_limit=limit, credit_limit=limit, currency="EUR", approver=approver)
    for text, tier in itertools.product(STORIES, TIERS):
        for option in options(situation(text, tier=tier, authority=own)):
            assert check(option.detail) == (), option.detail
            assert "{" not in option.detail


def test_constraints_that_rule_out_money_leave_no_offer_of_money() -> None:
    made = draft(situation(constraints="We cannot offer any credit or refund here."))
    assert not any("credit that" in o.detail or "stated amount" in o.cost for o in made.options)
    assert any("cannot offer any credit" in mine for mine in made.landmines)


def test_a_hard_stop_weighs_heavily_and_its_desk_is_recommended() -> None:
    each = situation("I am upset. My claim was denied and I will see my lawyer about it.")
    assert severity(each) is Severity.HIGH
    assert "legal desk" in draft(each).options[0].detail


def test_suspected_fraud_is_never_called_our_mistake() -> None:
    told = [(each, text) for each, text in WRITTEN if each.trigger == Trigger.FRAUD]
    assert told
    for each, text in told:
        assert "our mistake" not in text
        assert "got it wrong" not in coaching(each)


def test_every_topic_can_be_written_about() -> None:
    for topic in cues().topics:
        each = msgspec.structs.replace(situation(), topic=topic.id, quotable=False)
        assert topic.name in response(each)


def test_words_of_a_note_are_not_put_into_the_customers_mouth() -> None:
    text = response(
        situation(
            "The customer is livid. Her parcel arrived broken and she emailed twice. She has been "
            "a customer for 6 years.",
            channel="email",
        )
    )
    assert "emailed twice" in text
    assert "“" not in text
    assert "6 years" not in text


NOTE = (
    "He was charged 89 pounds twice in March and has called five times. He is furious. He missed "
    "two days of work. She emailed you again."
)


def test_facts_that_somebody_noted_are_said_back_as_noted() -> None:
    text = "\n".join(line for p in sentences(situation(NOTE), Size.LONGER) for line in p)
    assert "“twice”" in text
    assert "you missed two days" in text
    assert "89 pounds" in text
    assert "emailed you" not in text, "whom it was sent to cannot be told"
    assert faults(situation(NOTE), text) == ()


def test_days_that_were_taken_off_are_not_how_long_it_lasted() -> None:
    for channel in Channel:
        text = response(situation(NOTE, channel=channel.value))
        for line in MATERIAL["found"]["duration"]:
            assert line.replace("{found}", "two days") not in text


@pytest.mark.parametrize("kind", ["count", "cost", "tried"])
def test_every_wording_of_a_note_passes_the_check(kind: str) -> None:
    found = {"count": "five times", "cost": "missed two days", "tried": "called support twice"}[
        kind
    ]
    for line in MATERIAL["noted"][kind]:
        assert not NUMBERS.search(line)
        assert check_sentence(line.replace("{found}", found)) == ()


def test_a_note_that_names_the_customer_is_read_for_their_facts_and_not_for_their_years() -> None:
    text = response(
        situation(
            "Customer Maria has called four times about a boiler that leaks; she took two days off "
            "work. She is furious. She has been a loyal customer for 12 years."
        )
    )
    assert "“four times”" in text
    assert "you took two days off" in text
    assert "12 years" not in text


ATTEMPTS = (
    "resent the refund twice; asked the bank for a trace",
    "Replaced the router, sent an engineer and tested the line",
    "we apologised and offered 20 dollars credit",
)


@pytest.mark.parametrize("tried", ATTEMPTS)
@pytest.mark.parametrize("text", STORIES[:4])
def test_what_was_tried_already_is_read_back_and_not_offered_again(tried: str, text: str) -> None:
    for channel in (Channel.CALL, Channel.EMAIL):
        read = situation(text, tried=tried, channel=channel.value)
        assert f"“{tried}”" in response(read)
        for size in Size:
            assert faults(read, response(read, size)) == ()
    assert tried not in response(situation(text, tried=tried, channel=Channel.PUBLIC.value))


@pytest.mark.parametrize(
    "tried",
    [
        "told him to calm down",
        "offered 20 dollars, he refused",
        "replaced the router because the customer insisted",
        "guaranteed a refund by Monday",
        "nothing so far",
        "explained the policy and sent the terms",
        "offered " + "a voucher, offered " * 13 + "a voucher",
        "",
    ],
)
def test_a_note_about_a_person_or_against_the_rules_stays_with_the_agent(tried: str) -> None:
    text = response(situation(tried=tried))
    assert not tried or tried not in text
    for line in MATERIAL["attempted"]["any"]:
        assert line.split("“")[0].strip() not in text


def test_every_wording_of_an_attempt_passes_the_check() -> None:
    for line in MATERIAL["attempted"]["any"]:
        assert not NUMBERS.search(line.replace("again", "").replace("second time", ""))
        assert check_sentence(line.replace("{tried}", ATTEMPTS[0])) == ()
