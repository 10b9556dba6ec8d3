"""From a caller's words in Kafka to the card on the board, in a real browser, on a busy floor:
`python -m scripts.bench.board` (with the development tools: Playwright, psutil, Debian's Chromium).

A worker and a wallboard run as processes of their own over one broker. Every call speaks in turn;
some callers say a hard stop, in a final chunk of its own. A card counts as visible when the frame
that shows it has been put together, by the page's clock, which is this machine's.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from scripts.bench.figures import TRACED_S, Measured, Size, show
from scripts.bench.floor import Crowd, Watch
from scripts.bench.service import wallboard
from scripts.bench.window import CHROMIUM, LOADING_MS, TRACED, WATCHING, main_thread

if TYPE_CHECKING:
    import psutil

WARM_UP_S = 30.0
"""Seconds at the start that are not counted: connections, caches, all calls beginning at once."""
SAMPLE_S = 10.0
SETTLE_S = 60.0
"""How long what was said last may take to be seen; a busy machine falls behind."""
FIRST = 1
"""The realtime priority of what comes first; everything else has none."""
MB = 1024 * 1024


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300, help="counted, after a warm-up")
    parser.add_argument("--calls", type=int, default=300, help="calls that go on at once")
    parser.add_argument("--alerts", type=int, default=60, help="hard stops a minute")
    parser.add_argument("--rate", type=int, default=100, help="chunks a second, of all calls")
    parser.add_argument("--open", type=int, default=120, help="s until an alert is resolved")
    parser.add_argument("--wall", action="store_true", help="watch the wall mode")
    parser.add_argument(
        "--browser-first",
        action="store_true",
        help="the browser's processes come first, as on a computer of its own (needs root)",
    )
    parser.add_argument("--json", type=Path, help="also write everything here")
    given = parser.parse_args()
    found = measure(
        given.seconds,
        Crowd(calls=given.calls, rate=given.rate, alerts=given.alerts, open_s=given.open),
        wall=given.wall,
        browser_first=given.browser_first,
    )
    if given.json is not None:
        given.json.write_bytes(msgspec.json.encode(found))
    show(found)
    return 0


def measure(
    seconds: int, crowd: Crowd, *, wall: bool = False, browser_first: bool = False
) -> Measured:
    """Everything started, `seconds` watched, everything stopped."""
    from playwright.sync_api import sync_playwright

    from scripts.cluster import cluster
    from scripts.workers import worker_process
    from stream.admin import create_topics

    prefix = f"bench-{int(time.time()):x}."
    with (
        tempfile.TemporaryDirectory(prefix="hardstop-bench-") as folder,
        cluster(topic_prefix=prefix) as settings,
        sync_playwright() as playwright,
    ):
        create_topics(settings)
        with worker_process(settings), wallboard(settings, Path(folder)) as (process, url, cookie):
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--enable-precise-memory-info"],
            )
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            context.add_cookies([{"name": "hardstop_session", "value": cookie, "url": url}])
            page = context.new_page()
            page.add_init_script(WATCHING.replace("LOADING_MS", str(LOADING_MS)))
            page.goto(f"{url}/board?wall=1" if wall else f"{url}/board")
            page.wait_for_function("document.documentElement.dataset.link !== undefined")
            cdp = context.new_cdp_session(page)
            if browser_first:
                _put_first()
            with crowd.speaking(settings) as watch:
                page.wait_for_timeout(WARM_UP_S * 1000)
                counted_ms = page.evaluate("(window.__lag = 0, performance.now())")
                sizes = list(_sizes(page, cdp, process, seconds - TRACED_S))
                browser.start_tracing(page=page, categories=TRACED)
                sizes += list(_sizes(page, cdp, process, TRACED_S, sizes[-1].at + SAMPLE_S))
                worked = main_thread(browser.stop_tracing())
            _settle(page, watch)
            found = _result(page, watch, sizes, worked, counted_ms)
            browser.close()
    return found


def _sizes(
    page: Any, cdp: Any, process: psutil.Process, seconds: float, after: float = 0.0
) -> Iterator[Size]:
    began = time.monotonic()
    process.cpu_percent()
    while (at := time.monotonic() - began) < seconds:
        metrics = cdp.send("Runtime.getHeapUsage")
        nodes = page.evaluate("document.getElementsByTagName('*').length")
        yield Size(
            at=round(after + at, 1),
            service=process.memory_info().rss / MB,
            page=metrics["usedSize"] / MB,
            nodes=nodes,
            processor=process.cpu_percent() / 100,
        )
        page.wait_for_timeout(min(SAMPLE_S, max(0.1, seconds - at)) * 1000)


def _put_first() -> None:
    """Let the browser's threads come before all others: a broker, a worker and a service on the
    same few CPUs take turns with it, which on a supervisor's own computer they do not. Niceness
    would not do: Linux weighs it within a session (autogroups), and the browser has its own."""
    import psutil

    for process in psutil.Process().children(recursive=True):
        if "chrom" in process.name():
            for thread in process.threads():
                with suppress(ProcessLookupError):
                    os.sched_setscheduler(thread.id, os.SCHED_RR, os.sched_param(FIRST))


def _settle(page: Any, watch: Watch) -> None:
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        page.wait_for_timeout(500)
        if page.evaluate("Object.keys(window.__seen).length") >= len(watch.sent):
            return


def _result(
    page: Any, watch: Watch, sizes: list[Size], worked: list[float], counted_ms: float
) -> Measured:
    seen: dict[str, float] = page.evaluate("window.__seen")
    tasks: list[tuple[float, float]] = page.evaluate("window.__blocked")
    begin = min(watch.sent.values(), default=0.0) + WARM_UP_S * 1000
    sent = {call: at for call, at in watch.sent.items() if at >= begin}
    return Measured(
        sent=watch.chunks,
        alerts=len(sent),
        heard=[watch.heard[call] - at for call, at in sent.items() if call in watch.heard],
        visible=[seen[call] - at for call, at in sent.items() if call in seen],
        missing=[call for call in sent if call not in seen],
        worked=worked,
        blocked=[duration for start, duration in tasks if start >= counted_ms],
        warming=[duration for start, duration in tasks if LOADING_MS < start < counted_ms],
        lag=page.evaluate("window.__lag"),
        sizes=sizes,
        load=os.getloadavg(),
    )


if __name__ == "__main__":
    sys.exit(main())
