"""A window of Chromium in which somebody looks at a served wallboard."""

from __future__ import annotations

from typing import Any

from tests.wallboard.live import House

WATCH_POLICY = """
addEventListener("securitypolicyviolation", ({violatedDirective}) =>
  (window.blocked ??= []).push(violatedDirective));
"""


class Window:
    """A browser window of one person, live unless it is told otherwise."""

    def __init__(
        self, chromium: Any, floor: House, person: str, path: str = "/board", *, live: bool = True
    ) -> None:
        self._context = chromium.new_context(reduced_motion="reduce")
        # Many tests share a machine.
        self._context.set_default_timeout(30_000)
        self._context.add_init_script(WATCH_POLICY)
        self._context.add_cookies([floor.cookie(person)])
        self.page = self._context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._base = floor.base
        self.go(path)
        if live:
            self.page.wait_for_selector("[data-link=live], [data-link=stale]")

    def go(self, path: str) -> int:
        """Open a page; gives the status of the answer."""
        status: int = self.page.goto(self._base + path).status
        return status

    def leave(self) -> None:
        """Be signed in no more."""
        self._context.clear_cookies()

    def card(self, call_id: str, trigger: str = "") -> str:
        """The selector of a call's card, once it is there."""
        link = f'h3 a[href="/calls/{call_id}"]'
        self.page.wait_for_selector(f"article.alert {link}:has-text('{trigger}')")
        found = self.page.locator("article.alert").filter(has=self.page.locator(link))
        return f"#{found.first.get_attribute('id')}"

    def shows(self, selector: str, text: str) -> None:
        """Wait until an element says something."""
        self.page.locator(selector).filter(has_text=text).first.wait_for()

    def close(self) -> None:
        self._context.close()
