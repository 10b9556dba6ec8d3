"""A database server for the tests that need one."""

from collections.abc import Iterator

import pytest

from tests.wallboard.postgres import running


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL that the tests of a module share: they empty it."""
    with running() as url:
        yield url
