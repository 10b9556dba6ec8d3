"""Opening hours and the duty roster: who is asked, when."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.call import CallFacts, Customer, with_known_zone
from workflow.calling import CallbackRules, CallingHours, caller_zones
from workflow.duty import Desk, Duty, Person, Roster, Stop
from workflow.hours import Day, HoursError, OpeningHours, check_hours, is_open, next_opening
from workflow.moments import FIRST_MS, LAST_MS, milliseconds, rfc3339

OFFICE = OpeningHours(
    time_zone="Europe/London",
    days=dict.fromkeys((Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI), ("09:00-17:30",)),
    holidays="GB-ENG",
    closed=("2026-12-24",),
)
NIGHT = OpeningHours(time_zone="America/New_York", days={Day.SAT: ("22:00-06:00",)})


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-30T09:00:00+00:00", True),
        ("2026-11-30T08:59:59+00:00", False),
        ("2026-11-30T17:30:00+00:00", False),
        ("2026-11-28T12:00:00+00:00", False),  # a Saturday
        ("2026-12-25T12:00:00+00:00", False),  # Christmas
        ("2026-12-28T12:00:00+00:00", False),  # Boxing Day, observed
        ("2026-12-24T12:00:00+00:00", False),  # closed by the policy
        ("2026-07-01T08:30:00+00:00", True),  # 09:30 in summer time
    ],
)
def test_a_desk_keeps_hours_in_its_own_zone_and_holidays(moment: str, open_: bool) -> None:
    assert is_open(OFFICE, ms(moment)) is open_


def test_hours_run_into_the_next_morning() -> None:
    assert is_open(NIGHT, ms("2026-11-29T05:59:00-05:00"))
    assert not is_open(NIGHT, ms("2026-11-29T06:00:00-05:00"))
    assert not is_open(NIGHT, ms("2026-11-28T05:00:00-05:00"))


def test_the_next_opening_is_after_the_holidays() -> None:
    assert next_opening(OFFICE, ms("2026-12-24T10:00:00+00:00")) == ms("2026-12-29T09:00:00+00:00")


@given(st.integers(1_750_000_000_000, 1_850_000_000_000))
def test_it_is_open_at_every_next_opening_and_closed_just_before(at_ms: int) -> None:
    opening = next_opening(OFFICE, at_ms)
    assert opening is not None
    assert is_open(OFFICE, opening)
    assert opening == at_ms or not is_open(OFFICE, opening - 1)


@pytest.mark.parametrize(
    ("hours", "where"),
    [
        (OpeningHours(time_zone="London", always=True), "time_zone"),
        (OpeningHours(days={Day.MON: ("9-5",)}), "days.mon"),
        (OpeningHours(days={Day.MON: ("09:00-09:00",)}), "days.mon"),
        (OpeningHours(closed=("24.12.2026",), always=True), "closed"),
        (OpeningHours(holidays="XX", always=True), "holidays"),
        (OpeningHours(), "days"),
    ],
)
def test_hours_that_make_no_sense_are_named(hours: OpeningHours, where: str) -> None:
    with pytest.raises(HoursError) as raised:
        check_hours(hours)
    assert raised.value.where == where


ROSTER = Roster(
    people={
        "ann": Person(name="Ann"),
        "bob": Person(name="Bob", away=("2026-11-30/2026-12-02",)),
        "sue": Person(name="Sue"),
        "max": Person(name="Max"),
    },
    desks={
        "legal": Desk(name="Legal", target="l", roster=("bob", "ann"), hours="office", then="sup"),
        "sup": Desk(name="Supervisors", target="s", roster=("sue",), then="legal"),
    },
    hours={"office": OFFICE},
    duty=Duty(manager="max"),
)


def test_people_are_asked_in_the_order_of_the_roster_and_the_duty_manager_last() -> None:
    chain = ROSTER.chain("legal", ms("2026-12-03T10:00:00+00:00"))
    assert [stop.person for stop in chain] == ["bob", "ann", "sue", "max"]
    assert chain[0] == Stop("legal", "bob", "Bob")


def test_who_is_away_and_desks_that_are_closed_are_passed_over() -> None:
    away = ROSTER.chain("legal", ms("2026-12-01T10:00:00+00:00"))
    assert [stop.person for stop in away] == ["ann", "sue", "max"]
    night = ROSTER.chain("legal", ms("2026-12-01T02:00:00+00:00"))
    assert [stop.person for stop in night] == ["sue", "max"]


def test_days_away_are_counted_where_the_desk_is() -> None:
    auckland = OpeningHours(time_zone="Pacific/Auckland", always=True)
    hers = OpeningHours(time_zone="America/New_York", always=True)
    roster = Roster(
        people={
            "ann": Person(name="Ann", away=("2026-12-01",)),
            "eve": Person(name="Eve", away=("2026-12-01",), hours="hers"),
            "max": Person(name="Max"),
        },
        desks={"legal": Desk(name="Legal", target="l", roster=("ann", "eve"), hours="office")},
        hours={"office": auckland, "hers": hers},
        duty=Duty(manager="max"),
    )

    def there(moment: str) -> list[str]:
        return [stop.person for stop in roster.chain("legal", ms(moment))]

    assert there("2026-12-01T00:30:00+13:00") == ["eve", "max"]
    assert there("2026-12-02T00:30:00+13:00") == ["ann", "max"]


@given(st.integers(1_750_000_000_000, 1_850_000_000_000), st.sampled_from(["legal", "sup"]))
def test_somebody_is_always_asked_and_nobody_twice(at_ms: int, desk: str) -> None:
    people = [stop.person for stop in ROSTER.chain(desk, at_ms)]
    assert people[-1] == "max"
    assert len(people) == len(set(people))


def test_a_callers_window_is_in_decent_hours_of_their_own_zone() -> None:
    rules = CallbackRules()
    late_in_sydney = ms("2026-11-30T23:00:00+11:00")
    start, end = rules.next_window("AU", ("Australia/Sydney",), late_in_sydney)
    assert start == ms("2026-12-01T09:00:00+11:00")
    assert end == ms("2026-12-01T13:00:00+11:00")
    assert not rules.may_call("AU", "Australia/Sydney", late_in_sydney)


def test_hours_of_a_country_hold_whatever_its_code_is_written_as() -> None:
    rules = CallbackRules(calling_hours={"GB": CallingHours(first="10:00")})
    for stated in ("GB", "UK", "GB-SCT", "UK-SCT"):
        assert rules.hours_for(stated).first == "10:00"
    assert rules.hours_for("FR").first == "09:00"


def test_a_window_ends_with_the_calling_hours() -> None:
    late = ms("2026-11-30T18:30:00+00:00")
    start, end = CallbackRules().next_window("GB", ("Europe/London",), late)
    assert (start, end) == (ms("2026-11-30T18:30:00+00:00"), ms("2026-11-30T20:00:00+00:00"))


@pytest.mark.parametrize(
    "text",
    ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59.9999Z", "now"],
)
def test_a_moment_that_cannot_be_written_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"years 1 to 9999|isoformat"):
        milliseconds(text)


def test_the_last_and_the_first_moment_are_read_as_they_are_written() -> None:
    for at_ms in (FIRST_MS, LAST_MS):
        assert milliseconds(rfc3339(at_ms).rjust(24, "0")) == at_ms


def test_a_zone_that_nobody_knows_is_left_out_of_the_facts_and_nothing_else() -> None:
    told = CallFacts(call_id="c", customer=Customer(name="Ms Doe", time_zone="Pacific Time"))
    assert with_known_zone(told) == CallFacts(call_id="c", customer=Customer(name="Ms Doe"))
    known = CallFacts(call_id="c", customer=Customer(time_zone="Europe/London"))
    assert with_known_zone(known) is known


def test_a_long_window_ends_with_the_calling_hours_too() -> None:
    rules = CallbackRules(window_minutes=24 * 60)
    start, end = rules.next_window(None, ("Europe/London",), ms("2026-11-30T10:00:00+00:00"))
    assert (start, end) == (ms("2026-11-30T10:00:00+00:00"), ms("2026-11-30T20:00:00+00:00"))


def test_where_hours_never_end_a_window_runs_over_midnight() -> None:
    hours = CallingHours(first="00:00", last="24:00")
    rules = CallbackRules(calling_hours={"default": hours})
    start, end = rules.next_window(None, ("Europe/London",), ms("2026-11-30T22:00:00+00:00"))
    assert (start, end) == (ms("2026-11-30T22:00:00+00:00"), ms("2026-12-01T02:00:00+00:00"))


@given(
    st.integers(1_750_000_000_000, 1_850_000_000_000),
    st.sampled_from(["US", "US-CA", "AU", "RU", "UK", "ca"]),
)
def test_without_a_zone_it_is_a_decent_hour_all_over_the_country(at_ms: int, place: str) -> None:
    rules, zones = CallbackRules(), caller_zones(None, None, place, None)
    assert zones
    start, end = rules.next_window(place, zones, at_ms)
    assert at_ms <= start < end
    for zone in zones:
        assert rules.may_call(place, zone, start)
        assert rules.may_call(place, zone, end - 1)


def test_a_number_tells_the_country_and_no_more() -> None:
    assert len(caller_zones(None, "+12125550142", "GB", "GB")) > 20
    assert caller_zones(None, "+80012345678", None, "IE") == ("Europe/Dublin",)
    assert caller_zones("America/Chicago", "+12125550142", None, None) == ("America/Chicago",)
    assert caller_zones(None, None, None, None) == ()


def test_where_nobody_knows_the_country_it_is_daytime_at_the_site() -> None:
    night = ms("2026-11-30T23:00:00+11:00")
    start, _end = CallbackRules().next_window(None, (), night, site="Australia/Sydney")
    assert start == ms("2026-12-01T09:00:00+11:00")


def test_where_no_hour_is_decent_all_over_the_country_it_is_daytime_at_the_site() -> None:
    rules = CallbackRules(calling_hours={"default": CallingHours(first="10:00", last="16:00")})
    zones = caller_zones(None, None, "RU", None)
    start, _end = rules.next_window(None, zones, ms("2026-11-30T02:00:00+00:00"), site="Asia/Omsk")
    assert start == ms("2026-11-30T10:00:00+06:00")
