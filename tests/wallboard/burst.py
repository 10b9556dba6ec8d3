"""How long the board keeps Chromium's main thread when hundreds of alerts come at once:
`python -m tests.wallboard.burst`.

A served floor takes so many alerts in one transaction, goes on for some seconds, is loaded anew,
and comes back after a break in which as many more came. Told is the processor's time of the page's
tasks, as on a shared machine the time by the clock also has what the page waited.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from scripts.bench.figures import percentile
from scripts.bench.window import CHROMIUM, TRACED, main_thread
from tests.wallboard.browser import Floor, served

QUIET_MS = 2_500
"""What is drawn late belongs to what came before."""
GOING_MS = 5_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=300, help="that come at once")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as floor,
        sync_playwright() as found,
    ):
        browser = found.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_cookies([floor.cookie("alex")])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{floor.url}/board")
        page.wait_for_selector("#life .alert")
        page.wait_for_timeout(QUIET_MS)
        for name, run in _steps(floor, page, given.alerts):
            with _traced(browser, page) as tasks:
                run()
                page.wait_for_timeout(QUIET_MS)
            print(
                f"{name}: longest task {max(tasks):.0f} ms, p99 {percentile(tasks, 99):.0f} ms, "
                f"{sum(tasks):.0f} ms in {len(tasks)} tasks",
                flush=True,
            )
        browser.close()
    return 0


def _steps(floor: Floor, page: Any, count: int) -> Iterator[tuple[str, Callable[[], None]]]:
    def there(number: int) -> None:
        page.wait_for_selector(f"#others .alert:nth-child({number})", state="attached")

    def come() -> None:
        floor.tell_many("a", "fraud", count)
        there(count)

    def load() -> None:
        page.reload()
        there(count)

    def back() -> None:
        floor.start()
        there(2 * count)

    yield f"{count} alerts at once", come
    yield f"{GOING_MS // 1000} s with them", lambda: page.wait_for_timeout(GOING_MS)
    yield "loaded anew", load
    floor.stop()
    page.wait_for_selector("[data-link=lost]")
    floor.tell_many("b", "fraud", count)
    yield f"back after {count} more", back


@contextmanager
def _traced(browser: Any, page: Any) -> Iterator[list[float]]:
    tasks: list[float] = []
    browser.start_tracing(page=page, categories=TRACED)
    yield tasks
    tasks += main_thread(browser.stop_tracing())


if __name__ == "__main__":
    sys.exit(main())
