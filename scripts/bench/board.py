"""From a caller's words in Kafka to the card on the board, in a real browser, on a busy floor:
`python -m scripts.bench.board` (with the development tools: Playwright, psutil, Debian's Chromium).

A worker and a wallboard run as processes of their own over one broker. Every call speaks in turn;
some callers say a hard stop, in a final chunk of its own. A card counts as visible when the frame
that shows it has been put together, by the page's clock, which is this machine's.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from scripts.bench.floor import Crowd, Watch

if TYPE_CHECKING:
    import psutil

    from stream.settings import Settings

CHROMIUM = "/usr/bin/chromium"
WARM_UP_S = 30.0
"""Seconds at the start that are not counted: connections, caches, all calls beginning at once."""
TRACED_S = 60.0
"""The last seconds, in which the browser says how much of the processor each task took: on a shared
machine a task's length also has the time in which it waited for the processor."""
SAMPLE_S = 10.0
SETTLE_S = 60.0
"""How long what was said last may take to be seen; a busy machine falls behind."""
READY_S = 60.0
LOADING_MS = 5_000
MB = 1024 * 1024

WATCHING = """
(() => {
  const seen = (window.__seen = {});
  window.__blocked = [];
  window.__lag = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.__blocked.push([task.startTime, task.duration]);
  }).observe({ type: "longtask", buffered: true });
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now > LOADING_MS) window.__lag = Math.max(window.__lag, now - last - 20);
    last = now;
  }, 20);
  const channel = new MessageChannel();
  let waiting = [];
  // Posted from within the frame, it comes when the frame has been put together.
  channel.port1.onmessage = () => {
    for (const call of waiting) seen[call] ??= performance.timeOrigin + performance.now();
    waiting = [];
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      if (!node.dataset?.alert) continue;
      const link = node.querySelector("h3 a");
      const path = link && new URL(link.href).pathname;
      if (path) waiting.push(decodeURIComponent(path.slice("/calls/".length)));
    }
    if (waiting.length) channel.port2.postMessage(0);
  }).observe(document, { childList: true, subtree: true });
})();
"""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much memory is used, in MB, and how many elements the page has, `at` s after the start.
    `processor` is the share of one CPU that the service took since the last look."""

    at: float
    service: float
    page: float
    nodes: int
    processor: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Times are ms; `heard`: chunk → alert in Kafka, `visible`: chunk → card."""

    sent: int
    alerts: int
    heard: list[float]
    visible: list[float]
    missing: list[str]
    blocked: list[float]
    """Tasks of the page's main thread over 50 ms, after it has been loaded."""
    worked: list[float]
    """How much of the processor each of its tasks took, in the last TRACED_S seconds."""
    lag: float
    sizes: list[Size]
    load: tuple[float, float, float]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300, help="counted, after a warm-up")
    parser.add_argument("--calls", type=int, default=300, help="calls that go on at once")
    parser.add_argument("--alerts", type=int, default=60, help="hard stops a minute")
    parser.add_argument("--rate", type=int, default=100, help="chunks a second, of all calls")
    parser.add_argument("--open", type=int, default=120, help="s until an alert is resolved")
    parser.add_argument("--wall", action="store_true", help="watch the wall mode")
    parser.add_argument("--json", type=Path, help="also write everything here")
    given = parser.parse_args()
    found = measure(
        given.seconds,
        Crowd(calls=given.calls, rate=given.rate, alerts=given.alerts, open_s=given.open),
        wall=given.wall,
    )
    if given.json is not None:
        given.json.write_bytes(msgspec.json.encode(found))
    show(found)
    return 0


def measure(seconds: int, crowd: Crowd, *, wall: bool = False) -> Measured:
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
        with worker_process(settings), _wallboard(settings, Path(folder)) as (process, url, cookie):
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
            with crowd.speaking(settings) as watch:
                page.wait_for_timeout(WARM_UP_S * 1000)
                sizes = list(_sizes(page, cdp, process, seconds - TRACED_S))
                # Toplevel tasks alone: a trace of everything would itself be the load.
                browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
                sizes += list(_sizes(page, cdp, process, TRACED_S, sizes[-1].at + SAMPLE_S))
                worked = _main_thread(browser.stop_tracing())
            _settle(page, watch)
            found = _result(page, watch, sizes, worked)
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


def _main_thread(trace: bytes) -> list[float]:
    """Processor time of the page's tasks in ms, from a trace (Trace Event Format)."""
    tasks: dict[tuple[int, int], list[float]] = {}
    mains: set[tuple[int, int]] = set()
    for event in msgspec.json.decode(trace)["traceEvents"]:
        place = (event.get("pid", 0), event.get("tid", 0))
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain":
            mains.add(place)
        elif event.get("ph") == "X" and event["name"].endswith("RunTask"):
            tasks.setdefault(place, []).append(event.get("tdur", 0) / 1000)
    return max((tasks[place] for place in mains & tasks.keys()), key=sum, default=[])


def _settle(page: Any, watch: Watch) -> None:
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        page.wait_for_timeout(500)
        if page.evaluate("Object.keys(window.__seen).length") >= len(watch.sent):
            return


def _result(page: Any, watch: Watch, sizes: list[Size], worked: list[float]) -> Measured:
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
        blocked=[duration for start, duration in tasks if start > LOADING_MS],
        lag=page.evaluate("window.__lag"),
        sizes=sizes,
        load=os.getloadavg(),
    )


@contextmanager
def _wallboard(settings: Settings, folder: Path) -> Iterator[tuple[psutil.Process, str, str]]:
    """`hardstop wallboard` and a supervisor's session: its process, address and cookie."""
    import psutil

    url = f"sqlite:///{folder / 'board.db'}"
    cookie = _supervisor(url)
    port = _free_port()
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
        "HARDSTOP_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "scripts.cli", "wallboard", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--database", url], env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(address, process, folder / "log")
        yield psutil.Process(process.pid), address, cookie
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _supervisor(url: str) -> str:
    from wallboard.auth.gate import digest
    from wallboard.services import now_ms
    from wallboard.store.engine import open_engine, sessions_of
    from wallboard.store.schema import upgrade
    from wallboard.store.tables import Session, User

    engine, cookie, now = open_engine(url), secrets.token_urlsafe(24), now_ms()
    upgrade(engine)
    with sessions_of(engine).begin() as db:
        db.add(User(user_id="alex", name="Alex Morgan", role="supervisor", created_at=now))
        db.flush()
        db.add(
            Session(
                digest=digest(cookie),
                user_id="alex",
                csrf=secrets.token_urlsafe(16),
                created_at=now,
                seen_at=now,
                expires_at=now + 12 * 3_600_000,
            )
        )
    engine.dispose()
    return cookie


def _wait_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the wallboard did not come up: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed; nan without any."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
        if ordered
        else float("nan")
    )


def show(found: Measured) -> None:
    """The run as tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    machine = f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}"
    loads = " ".join(f"{value:.1f}" for value in found.load)
    console.print(f"{machine}; load {loads}; {found.sent} chunks, {found.alerts} hard stops")
    table = Table("", "events", "p50 ms", "p90 ms", "p99 ms", "max ms", show_edge=False)
    for name, values in (
        ("final chunk → alert in Kafka", found.heard),
        ("final chunk → card visible", found.visible),
    ):
        figures = [f"{percentile(values, percent):.0f}" for percent in (50, 90, 99, 100)]
        table.add_row(name, str(len(values)), *figures)
    console.print(table)
    if found.missing:
        console.print(f"never shown: {', '.join(found.missing[:10])}")
    longest = max(found.blocked, default=0.0)
    console.print(
        f"main thread: longest task {longest:.0f} ms, {len(found.blocked)} over 50 ms, "
        f"largest lag of a timer {found.lag:.0f} ms"
    )
    if found.worked:
        console.print(
            f"its processor time in the last {TRACED_S:.0f} s: {sum(found.worked) / 1000:.1f} s in "
            f"{len(found.worked)} tasks, p99 {percentile(found.worked, 99):.1f} ms, longest "
            f"{max(found.worked):.0f} ms"
        )
    table = Table("at s", "service MB", "service CPU", "page heap MB", "elements", show_edge=False)
    step = max(1, len(found.sizes) // 12)
    for size in [*found.sizes[::step], found.sizes[-1]]:
        table.add_row(
            f"{size.at:.0f}",
            f"{size.service:.1f}",
            f"{size.processor:.0%}",
            f"{size.page:.1f}",
            str(size.nodes),
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
