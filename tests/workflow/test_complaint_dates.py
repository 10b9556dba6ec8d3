"""By when a complaint is acknowledged and answered: weekends, holidays, clock changes, places."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.complaint_rules import (
    DEFAULT,
    Applied,
    ComplaintRules,
    ComplaintTest,
    Ground,
    OwnTerms,
    Standing,
    ground_of,
    known_terms,
    meets,
    terms_for,
)
from workflow.moments import milliseconds, rfc3339
from workflow.periods import Calendar, Period, Unit, due, period
from workflow.policy import Policy, PolicyError, default_policy_text, parse_policy

NOTHING = ComplaintRules()


def dates(jurisdiction: str | None, received: str, rules: ComplaintRules = NOTHING) -> list[str]:
    """When a complaint of that moment is to be acknowledged and answered."""
    applied = terms_for(rules, jurisdiction)
    return [by(applied, allowed, received) for allowed in (applied.acknowledge, applied.answer)]


def by(applied: Applied, allowed: Period, received: str) -> str:
    return rfc3339(due(milliseconds(received), allowed, applied.terms.calendar))[:19]


def test_in_britain_the_answer_is_due_at_the_end_of_eight_weeks() -> None:
    _, answer = dates("GB", "2026-12-24T10:00Z")
    assert answer == "2027-02-18T23:59:59"


def test_eight_weeks_end_at_a_british_midnight_after_the_clocks_have_changed() -> None:
    _, answer = dates("GB", "2026-03-02T10:00Z")
    assert answer == "2026-04-27T22:59:59"


def test_the_third_british_business_day_is_counted_over_christmas_and_its_substitute_day() -> None:
    applied = terms_for(NOTHING, "GB")
    assert applied.terms.summary is not None
    summary = by(applied, period(applied.terms.summary), "2026-12-24T10:00Z")
    assert summary == "2026-12-31T23:59:59", "the 25th and the 28th are holidays"


def test_a_british_acknowledgement_has_no_number_in_the_rules_and_the_record_says_so() -> None:
    applied = terms_for(NOTHING, "UK")
    assert applied.jurisdiction == "GB"
    assert "acknowledged within 3 business days (default: FCA DISP 1.6.1R(1)" in applied.basis
    assert "answered within 8 weeks (rule: FCA DISP 1.6.2R)" in applied.basis


def test_in_australia_a_business_day_waits_for_the_end_of_a_long_weekend() -> None:
    acknowledge, answer = dates("AU", "2026-01-23T05:00Z")
    assert acknowledge == "2026-01-27T12:59:59", "Monday the 26th is Australia Day"
    assert answer == "2026-02-22T12:59:59", "calendar days end on a Sunday too"


def test_the_day_of_receipt_is_that_of_the_place_and_not_that_of_greenwich() -> None:
    _, answer = dates("AU", "2026-01-23T14:00Z")
    assert answer == "2026-02-23T12:59:59", "in Sydney it was Saturday the 24th already"


def test_in_ireland_business_days_leave_out_saint_patrick_easter_monday_and_may_day() -> None:
    acknowledge, answer = dates("IE", "2026-03-13T09:00Z")
    assert acknowledge == "2026-03-23T23:59:59"
    assert answer == "2026-05-13T22:59:59"


def test_irish_callers_are_owed_news_every_twenty_business_days() -> None:
    applied = terms_for(NOTHING, "IE")
    assert applied.terms.update is not None
    assert by(applied, period(applied.terms.update), "2026-11-02T09:00Z") == "2026-11-30T23:59:59"


def test_members_of_the_union_count_their_own_holidays() -> None:
    _, german = dates("DE", "2026-04-30T09:00Z")
    _, french = dates("FR", "2026-04-30T09:00Z")
    assert german == "2026-05-26T21:59:59", "without 1 May, Ascension and Whit Monday"
    assert french == "2026-05-27T21:59:59", "and without 8 May"


def test_canadian_banks_have_fifty_six_days() -> None:
    _, answer = dates("CA-QC", "2026-11-02T15:00Z")
    assert answer == "2026-12-29T04:59:59"


def test_in_new_zealand_waitangi_day_is_no_business_day() -> None:
    acknowledge, answer = dates("NZ", "2026-02-04T20:00Z")
    assert acknowledge == "2026-02-13T10:59:59"
    assert answer == "2026-02-20T10:59:59"


def test_american_dates_are_defaults_and_say_so() -> None:
    acknowledge, answer = dates("US-CA", "2026-11-25T15:00Z")
    assert acknowledge == "2026-12-04T04:59:59", "Thanksgiving does not count"
    assert answer == "2026-12-11T04:59:59"
    terms = known_terms()["US"]
    assert {terms.acknowledge_is, terms.answer_is} == {Standing.DEFAULT}
    assert "only for complaints that come through its portal" in terms_for(NOTHING, "US").basis


def test_an_unknown_place_gets_the_default_and_is_told_so() -> None:
    applied = terms_for(NOTHING, "ZZ")
    assert applied.jurisdiction == "ZZ"
    assert applied.terms == known_terms()[DEFAULT]
    assert applied.basis.startswith("no rules known for ZZ: the default holds; ")


@pytest.mark.parametrize("stated", [None, "", " "])
def test_a_call_without_a_place_gets_that_of_the_policy(stated: str | None) -> None:
    applied = terms_for(ComplaintRules(jurisdiction="AU"), stated)
    assert applied.jurisdiction == "AU"
    assert "the policy's holds" in applied.basis
    assert terms_for(NOTHING, stated).jurisdiction == DEFAULT


def test_the_policy_overrides_a_period_and_the_record_says_whose_it_is() -> None:
    own = {"GB": OwnTerms(answer="15 business days"), "EU": OwnTerms(acknowledge="24 hours")}
    rules = ComplaintRules(terms=own)
    _, answer = dates("GB", "2026-11-02T10:00Z", rules)
    assert answer == "2026-11-23T23:59:59"
    assert "within 15 business days (policy of this site)" in terms_for(rules, "GB").basis
    acknowledge, _ = dates("DE", "2026-11-02T10:00Z", rules)
    assert acknowledge == "2026-11-03T10:00:00", "hours run from the moment, for members too"


def test_the_default_of_the_policy_holds_where_nothing_is_known() -> None:
    rules = ComplaintRules(terms={"default": OwnTerms(answer="10 days", test=ComplaintTest.LOSS)})
    applied = terms_for(rules, "ZZ")
    assert (applied.terms.answer, applied.terms.test) == ("10 days", ComplaintTest.LOSS)
    assert terms_for(rules, "AU").terms == known_terms()["AU"]


def test_loss_must_be_alleged_where_the_law_asks_for_it_unless_they_say_complaint() -> None:
    unhappy = frozenset({Ground.DISSATISFACTION})
    assert not meets(ComplaintTest.LOSS, unhappy)
    assert meets(ComplaintTest.LOSS, unhappy | {Ground.LOSS})
    assert meets(ComplaintTest.LOSS, frozenset({Ground.EXPLICIT}))
    assert meets(ComplaintTest.DISSATISFACTION, unhappy)
    assert not meets(ComplaintTest.DISSATISFACTION, frozenset())


def test_every_rule_about_complaints_is_filed() -> None:
    from detectors.rules import rule_book

    ids = [rule.rule.id for rule in rule_book("en").rules if rule.label == "complaint"]
    assert ids
    assert {ground_of(rule_id) for rule_id in ids} == set(Ground)


@pytest.mark.parametrize("name", sorted(known_terms()))
def test_every_place_has_periods_that_can_be_counted_and_a_dated_source(name: str) -> None:
    terms = known_terms()[name]
    datetime.fromisoformat(terms.checked)
    assert terms.source.startswith("https://")
    for text in (terms.acknowledge, terms.answer, terms.summary, terms.update):
        if text is not None:
            assert str(period(text)) == text
            assert due(milliseconds("2026-11-02T10:00Z"), period(text), terms.calendar)


@pytest.mark.parametrize("zone", sorted(known_terms()["EU"].members.items()))
def test_the_holidays_of_every_member_are_known(zone: tuple[str, str]) -> None:
    applied = terms_for(NOTHING, zone[0])
    assert applied.terms.holidays == zone[0]
    assert by(applied, applied.answer, "2026-12-18T10:00Z") > "2027-01-08"


@pytest.mark.parametrize("text", ["", "soon", "0 days", "3", "-1 days", "9999 days", "3 months"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|longer than a year"):
        period(text)


def with_terms(lines: str) -> Policy:
    text = default_policy_text().replace("enabled = true\n", f"enabled = true\n{lines}\n", 1)
    return parse_policy(text, source="policy.toml")


def test_the_policy_that_comes_with_hardstop_registers_complaints() -> None:
    assert with_terms("").complaints == ComplaintRules()


@pytest.mark.parametrize(
    ("lines", "where", "problem"),
    [
        ('jurisdiction = "ZZ"', "complaints.jurisdiction", "no rules known"),
        ('[complaints.terms.GB]\nanswer = "soon"', "complaints.terms.GB.answer", "no period"),
        ('[complaints.terms.GB]\nholidays = "ZZ"', "complaints.terms.GB.holidays", "no public"),
        ('[complaints.terms.GB]\ntime_zone = "Mars"', "complaints.terms.GB.time_zone", "no time"),
        (
            '[complaints.terms.Britain]\nanswer = "1 day"',
            "complaints.terms.Britain",
            "two capital letters",
        ),
        ("[complaints.terms.GB]\nreply = 3", "complaints.terms", "unknown"),
    ],
)
def test_a_mistake_in_the_policy_is_named_with_its_line(
    lines: str, where: str, problem: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        with_terms(lines)
    (mistake,) = refused.value.mistakes
    assert mistake.where.startswith(where)
    assert problem in mistake.problem
    assert mistake.line > default_policy_text().count("[complaints]")


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(
    lambda moment: round(moment.replace(tzinfo=UTC).timestamp() * 1000)
)
PLACES = st.sampled_from([terms.calendar for terms in known_terms().values()])


@given(MOMENTS, PLACES, st.integers(1, 60))
def test_business_days_end_on_a_business_day_and_never_before_as_many_days(
    received: int, calendar: Calendar, count: int
) -> None:
    end = due(received, Period(count, Unit.BUSINESS_DAY), calendar)
    zone = ZoneInfo(calendar.time_zone)
    last = datetime.fromtimestamp(end / 1000, zone)
    first = datetime.fromtimestamp(received / 1000, zone)
    assert last.weekday() < 5
    assert last.date() - first.date() >= timedelta(days=count)
    assert (last.hour, last.minute, last.second) == (23, 59, 59)
    assert due(received, Period(count + 1, Unit.BUSINESS_DAY), calendar) > end
