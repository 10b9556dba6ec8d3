"""docs/screenshots: every page has its pictures, and the command makes them all."""

from __future__ import annotations

import pytest

from wallboard.pages import HERE

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")

from tests.wallboard.screenshots import OUT, SIGHTS


def test_every_page_is_among_the_pictures() -> None:
    pages = {
        template.stem.removeprefix("admin_").replace("_", "-")
        for template in (HERE / "templates").glob("*.html")
        if template.read_text("utf-8").startswith('{% extends "base.html" %}')
    }
    assert len(pages) > 15
    assert pages - {sight.name for sight in SIGHTS} == set()


def test_the_pictures_that_are_kept_are_those_that_the_command_makes() -> None:
    made = {f"{sight.name}-{suffix}.png" for sight in SIGHTS for suffix, _, _ in sight.looks}
    assert {picture.name for picture in OUT.glob("*.png")} == made
