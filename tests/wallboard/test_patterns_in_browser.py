"""The plots of the leadership report in a real browser: what a mouse can do there, keys can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wallboard.browser import AXE, CHROMIUM, Floor, served, violations

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with served(tmp_path_factory.mktemp("floor")) as found:
        yield found


@pytest.fixture
def page(floor: Floor) -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(90_000)
        context.add_cookies([floor.cookie("alex")])
        page = context.new_page()
        page.goto(f"{floor.url}/patterns")
        page.wait_for_selector("#plot-days canvas")
        yield page
        browser.close()


def left_out(page: Any) -> list[str]:
    """The kinds that the plot does not show."""
    off = page.locator("#plot-days tr.u-off .u-label")
    return [text.strip() for text in off.all_inner_texts()]


def test_a_kind_is_left_out_of_the_plot_and_taken_in_again_by_keys_alone(page: Any) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#kinds') !== null"):
            break
    button = page.locator("#kinds button:focus")
    name = button.inner_text().strip()
    assert button.get_attribute("aria-pressed") == "true"
    assert left_out(page) == []
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    assert left_out(page) == [name]
    page.evaluate("document.dispatchEvent(new CustomEvent('hardstop:theme'))")
    assert left_out(page) == [name]
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert left_out(page) == []


def test_nothing_in_a_picture_waits_for_a_mouse(page: Any) -> None:
    assert page.locator("[role=img] :is(button, a, [tabindex])").count() == 0
    page.locator("#plot-days .u-series th").last.click()
    assert left_out(page) == []


def test_thousands_and_units_of_the_plots_are_texts(page: Any) -> None:
    figures = """async () => {
      const { figure, t } = await import("/static/text.js");
      return [7, 999, 1000, 1234567].map(figure).concat(t("number.percent", { n: 5 }));
    }"""
    assert page.evaluate(figures) == ["7", "999", "1,000", "1,234,567", "5 %"]
    assert re.search(r"\d s\b|–", page.inner_text("#plot-soon .u-legend"))


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_the_page_with_a_kind_left_out_is_accessible(page: Any) -> None:
    page.locator("#kinds button").first.click()
    assert violations(page) == []
