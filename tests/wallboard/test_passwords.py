"""What passwords must be, and how tries at them are slowed down."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallboard import door
from wallboard.auth import passwords
from wallboard.auth.brake import ADDRESS, PAIR, USER, Brake


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
    for index, at in enumerate(let[1:], start=1):
        quiet = any(b - a > PAIR.forgotten_ms for a, b in pairwise(let))
        if index >= PAIR.free and not quiet:
            assert at - let[index - 1] >= PAIR.wait(index)


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
