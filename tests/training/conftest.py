"""Training on a part of our rows: a run reads them all, and these tests begin some thirty."""

from collections.abc import Iterator

import pytest

EVERY = 20


@pytest.fixture(scope="session", autouse=True)
def fewer_rows() -> Iterator[None]:
    """One of so many of our own rows, of every split, read once for all tests."""
    from models.runs import OWN

    kept = list(OWN["utterances"]())[::EVERY]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OWN, "utterances", lambda: kept)
        yield
