"""What passwords must be, and how tries at them are slowed down."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallboard import door
from wallboard.auth import passwords
from wallboard.auth.brake import ADDRESS, PAIR, USER, Brake, place_of


def test_a_password_is_kept_as_argon2id_and_matches_itself_alone() -> None:
    kept = passwords.hashed(door.PASSWORD)
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, door.PASSWORD)
    assert not passwords.matches(kept, door.PASSWORD + "!")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("no hash at all", door.PASSWORD)


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("seven green herons", "seven green heron"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
        ("x" * 300, "x" * 300),
        ("password1234", "password1234"),
        ("bo-lindqvist1", "bo-lindqvist1"),
    ],
)
def test_weak_passwords_are_refused(password: str, again: str) -> None:
    assert passwords.problem_with(password, again, "bo-lindqvist") is not None


def test_a_long_password_is_taken() -> None:
    assert passwords.problem_with(door.PASSWORD, door.PASSWORD, "bo") is None


@given(st.lists(st.integers(min_value=0, max_value=600_000), min_size=1, max_size=60))
def test_tries_that_count_are_never_more_than_the_waits_allow(steps: list[int]) -> None:
    brake, now, let = Brake(), 0, []
    for step in steps:
        now += step
        if brake.take("bo", "10.0.0.1", now) == 0:
            let.append(now)
    for tried, (before, at) in enumerate(pairwise(let), start=1):
        aged = (before - let[0]) // PAIR.ages_ms
        assert at - before >= PAIR.wait(tried - aged)


def test_many_tries_at_once_gain_nothing() -> None:
    brake = Brake()
    assert [brake.take("bo", "10.0.0.1", 0) for _ in range(8)] == [0] * 5 + [2_000] * 3


def test_many_addresses_together_do_not_get_past_the_user() -> None:
    brake = Brake()
    let = sum(brake.take("bo", f"10.0.0.{n}", 0) == 0 for n in range(200))
    assert let == USER.free


def test_a_stranger_cannot_keep_the_person_out_for_long() -> None:
    brake = Brake()
    for n in range(10_000):
        brake.take("bo", f"10.0.{n % 200}.{n // 200}", n * 60_000)
    assert brake.take("bo", "192.0.2.1", 10_000 * 60_000 + USER.most_ms) == 0


def test_one_address_cannot_try_every_user() -> None:
    brake = Brake()
    let = sum(brake.take(f"user-{n}", "10.0.0.1", 0) == 0 for n in range(200))
    assert let == ADDRESS.free


def test_who_was_right_starts_anew() -> None:
    brake = Brake()
    for _ in range(20):
        assert brake.take("bo", "10.0.0.1", 0) == 0
        brake.forgive("bo", "10.0.0.1")


def _signs_in(brake: Brake, user: str, address: str, now: int, *, known: bool = False) -> bool:
    """With the right password: whether the brake let them."""
    if brake.take(user, address, now, known=known):
        return False
    brake.forgive(user, address, known=known)
    return True


def test_an_office_behind_one_address_signs_in_all_day() -> None:
    """A hundred an hour, of whom ten mistype at first, and one an hour gives up."""
    brake, now, refused, tries = Brake(), 0, 0, 0
    for n in range(2_400):
        now += 36_000
        user = f"user-{n % 300}"
        if n % 10 == 0:
            refused += brake.take(user, "203.0.113.7", now) > 0
            now += 5_000
        if n % 100 != 0:
            tries += 1
            refused += not _signs_in(brake, user, "203.0.113.7", now)
    assert (tries, refused) == (2_376, 0)


def test_a_shift_that_begins_is_not_kept_out_by_its_typos() -> None:
    brake = Brake()
    for n in range(600):
        if n % 5 == 0:
            assert brake.take(f"user-{n}", "203.0.113.7", n * 500) == 0
        assert _signs_in(brake, f"user-{n}", "203.0.113.7", n * 500 + 400)


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8:1:2::%x"])
def test_spraying_every_user_from_one_place_is_slow(address: str) -> None:
    brake, let = Brake(), 0
    for n in range(5 * 3_600):
        now = n * 200
        let += brake.take(f"user-{n % 500}", address % n if "%" in address else address, now) == 0
    assert ADDRESS.free <= let <= ADDRESS.free + 3_600_000 // ADDRESS.ages_ms + 10


def test_a_good_account_buys_no_tries_at_others() -> None:
    brake, let = Brake(), 0
    for n in range(3_600):
        now = n * 1_000
        let += brake.take(f"user-{n % 500}", "10.0.0.1", now) == 0
        _signs_in(brake, "eve", "10.0.0.1", now + 500)
    assert let <= ADDRESS.free + 3_600_000 // ADDRESS.ages_ms + 10


def test_after_a_pause_what_was_wrong_is_forgotten() -> None:
    brake = Brake()
    waits = [brake.take("bo", "10.0.0.1", 0) for _ in range(6)]
    assert waits[-1] > 0
    later = 5 * PAIR.ages_ms
    assert [brake.take("bo", "10.0.0.1", later) for _ in range(6)] == waits


def test_who_knocks_from_one_network_does_not_keep_the_person_out() -> None:
    brake, came = Brake(), 0
    for second in range(3_600):
        brake.take("lee", f"2001:db8:1:2::{second:x}", second * 1_000)
        if second % 20 == 10:
            came += _signs_in(brake, "lee", "198.51.100.9", second * 1_000 + 500)
    assert came == 180


def test_nor_who_knocks_from_everywhere_where_the_person_has_been_before() -> None:
    brake, came = Brake(), 0
    for second in range(3_600):
        brake.take("lee", f"10.{second // 200}.{second % 200}.1", second * 1_000)
        if second % 20 == 10:
            came += _signs_in(brake, "lee", "198.51.100.9", second * 1_000 + 500, known=True)
    assert came == 180


def test_where_the_person_has_been_before_guessing_is_as_slow_as_elsewhere() -> None:
    brake = Brake()
    assert [brake.take("lee", "10.0.0.1", 0, known=True) for _ in range(6)] == [0] * 5 + [2_000]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_ipv6_is_braked_by_the_network_of_a_household(address: str, place: str) -> None:
    assert place_of(address) == place
