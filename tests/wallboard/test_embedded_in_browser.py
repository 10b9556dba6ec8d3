"""*My call* in a frame of another site, as an agent's desktop embeds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.door import PASSWORD, House
from tests.wallboard.house import served
from wallboard.access import Role

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@contextmanager
def desktop() -> Iterator[tuple[str, list[str]]]:
    """Another site: its origin, and the address that its page frames."""
    framed: list[str] = []

    class Desktop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f'<h1>Desktop</h1><iframe src="{framed[0]}"></iframe>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desktop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        # By name it is another site than 127.0.0.1; browsers trust both as they do https.
        yield f"http://localhost:{server.server_port}", framed
    finally:
        server.shutdown()


def test_an_agent_signs_in_within_the_frame_and_is_live(tmp_path: Path) -> None:
    with desktop() as (origin, framed), playwright.sync_playwright() as found:
        house = House(tmp_path, public_url="https://board.example", frame_ancestors=origin)
        house.person("ann", Role.AGENT)
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        with served(house) as base:
            framed.append(f"{base}/my-call")
            page = browser.new_page()
            page.set_default_timeout(30_000)
            page.goto(origin)
            frame = page.frame_locator("iframe")
            frame.locator("[name=user]").fill("ann")
            frame.locator("[name=password]").fill(PASSWORD)
            frame.locator("[type=submit]").click()
            frame.locator("[data-link=live], [data-link=stale]").wait_for()
            frame.get_by_text("No call").wait_for()
            framed[:] = [f"{base}/board"]
            page.goto(origin)
            # In its place the browser shows a page of its own.
            frame.locator("#sub-frame-error").wait_for()
        browser.close()
