"""What every answer carries: where a page may be framed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wallboard.door import House

DESKTOPS = "https://desk.example.com,https://crm.example.com"


def _ancestors(house: House, path: str) -> str:
    policy = house.browser().open(path).headers["content-security-policy"]
    return policy.rpartition("frame-ancestors ")[2]


def test_my_call_may_be_framed_where_it_is_allowed_and_no_other_page(tmp_path: Path) -> None:
    house = House(tmp_path, frame_ancestors=DESKTOPS)
    assert _ancestors(house, "/my-call") == "https://desk.example.com https://crm.example.com"
    assert _ancestors(house, "/board") == "'none'"


@pytest.mark.parametrize("path", ["/my-call", "/board"])
def test_nothing_may_be_framed_unless_somebody_allows_it(tmp_path: Path, path: str) -> None:
    assert _ancestors(House(tmp_path), path) == "'none'"
