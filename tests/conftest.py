"""For all tests."""

import pytest

# Also: its pytest plugin imports it at the very end of a run that did not need it, and CPython
# 3.11 then fails to compile it (gh-106905: "AST constructor recursion depth mismatch").
from hypothesis import settings

# Machines are shared and pause; how long an example takes is no property of ours.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

QUICK_ON_A_BROKER = {"test_stream", "test_topics"}
"""Of the tests over a real broker, those that the quick suite has."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark, by where it stands, what needs a browser or a broker (`make test-served`)."""
    for item in items:
        if item.path.stem.endswith("_in_browser"):
            item.add_marker(pytest.mark.browser)
        elif item.path.parent.name == "integration" and item.path.stem not in QUICK_ON_A_BROKER:
            item.add_marker(pytest.mark.broker)
