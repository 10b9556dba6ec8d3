"""Pictures of every page for docs/screenshots: `make screenshots`.

Two invented floors are served on loopback, and Debian's Chromium looks at them: light, dark, on a
phone, and the board as it hangs on the wall. The PNGs are reduced to a palette: flat pages lose
nothing by it that is seen, and the repository stays small.
"""

from __future__ import annotations

import argparse
import io
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select

from tests.wallboard.browser import CHROMIUM, served
from tests.wallboard.office import NOW, Office, furnish
from wallboard.access import Role, Scope
from wallboard.auth import tokens
from wallboard.auth.audit import What, note
from wallboard.auth.gate import COOKIE
from wallboard.store.tables import Entry
from wallboard.webhooks import hooks

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
COLOURS = 256
HOUR = 3_600_000
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 340, "height": 720}
WALL = {"width": 1920, "height": 1080}
HUGE = {"width": 3840, "height": 2160}


@dataclass(frozen=True)
class Sight:
    """One page as one person sees it. `looks`: (suffix, scheme, size)."""

    name: str
    person: str
    path: str
    looks: Sequence[tuple[str, str, dict[str, int]]] = (
        ("light", "light", DESK),
        ("dark", "dark", DESK),
        ("phone", "light", PHONE),
    )
    live: bool = True
    """Whether the page follows the event stream."""


FLOOR = (
    Sight("board", "alex", "/board"),
    Sight("wall", "alex", "/board?wall=1", (("dark", "dark", WALL), ("light", "light", WALL))),
    Sight("wall-4k", "alex", "/board?wall=1", (("dark", "dark", HUGE),)),
    Sight("call", "alex", "/calls/c-7101"),
    Sight(
        "my-call",
        "priya",
        "/my-call",
        (("light", "light", NARROW), ("dark", "dark", NARROW)),
    ),
)
CALM = (
    Sight("board-calm", "alex", "/board", (("light", "light", DESK),)),
    Sight("wall-calm", "alex", "/board?wall=1", (("dark", "dark", WALL),)),
)
OFFICE = (
    Sight("callbacks", "alex", "/callbacks"),
    Sight("incidents", "alex", "/incidents"),
    Sight("incident", "alex", ""),
    Sight("complaints", "carmen", "/complaints"),
    Sight("patterns", "alex", "/patterns"),
    Sight("users", "sam", "/admin/users", live=False),
    Sight("tokens", "sam", "/admin/tokens", live=False),
    Sight("webhooks", "sam", "/admin/webhooks", live=False),
    Sight("audit", "sam", "/admin/audit", live=False),
    Sight("account", "alex", "/account", live=False),
    Sight("sign-in", "", "/sign-in", live=False),
)


def main() -> int:
    """Make the pictures, or those whose name is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these, e.g. board my-call")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as found, tempfile.TemporaryDirectory() as folder:
        chromium = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def take(sights: Sequence[Sight], url: str, cookie: Any) -> None:
            for sight in sights:
                if given.names and sight.name not in given.names:
                    continue
                for look in sight.looks:
                    _take(chromium, sight, look, url, cookie, given.out)

        for sights, calm in ((FLOOR, False), (CALM, True)):
            place = Path(folder, str(calm))
            place.mkdir()
            with served(place, calm=calm) as floor:
                # The pictures take minutes, and nothing is to look stale meanwhile.
                floor.fresh(age_ms=-HOUR)
                take(sights, floor.url, floor.cookie)
        with _office(Path(folder)) as (office, url):
            with office.sessions() as db:
                identifier = db.scalars(select(Entry.incident_id).limit(1)).one()
            sights = [
                replace(sight, path=sight.path or f"/incidents/{identifier}") for sight in OFFICE
            ]
            take(
                sights,
                url,
                lambda person: {"name": COOKIE, "value": f"secret-of-{person}", "url": url},
            )
        chromium.close()
    return 0


def _take(
    chromium: Browser,
    sight: Sight,
    look: tuple[str, str, dict[str, int]],
    url: str,
    cookie: Any,
    out: Path,
) -> None:
    suffix, scheme, size = look
    context = chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        bypass_csp=True,
    )
    if sight.person:
        context.add_cookies([cookie(sight.person)])
    page = context.new_page()
    page.goto(url + sight.path)
    if sight.live:
        page.wait_for_selector("[data-link=live]", timeout=30_000)
    page.wait_for_timeout(600)
    # Headless, the browser keeps room for a scrollbar that it does not draw.
    page.add_style_tag(content="html { scrollbar-gutter: auto !important }")
    page.wait_for_timeout(200)
    wide = page.evaluate("document.documentElement.scrollWidth")
    picture = Image.open(io.BytesIO(page.screenshot()))
    if size is HUGE:
        picture = picture.resize((1920, 1080), Image.Resampling.LANCZOS)
    file = out / f"{sight.name}-{suffix}.png"
    _reduced(picture.convert("RGB")).save(file, optimize=True)
    beyond = f", {wide - size['width']} px too wide" if wide > size["width"] else ""
    print(f"{file.name}: {file.stat().st_size // 1024} kB{beyond}", flush=True)
    context.close()


def _reduced(picture: Image.Image) -> Image.Image:
    """In its commonest colours, which are those of the design: shades between become the next."""
    counted = picture.getcolors(picture.width * picture.height) or []
    common = [colour for _, colour in sorted(counted, reverse=True)[:COLOURS]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in common for part in colour])  # type: ignore[union-attr]
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


@contextmanager
def _office(folder: Path) -> Iterator[tuple[Office, str]]:
    """The back office of a fortnight, with an administrator's things."""
    office = Office(folder)
    furnish(office)
    office.as_("alex", Role.SUPERVISOR)
    office.as_("carmen", Role.QA, desks=["complaints"])
    office.as_("sam", Role.ADMIN)
    office.as_("grace", Role.DESK, desks=["crisis"])
    office.as_("priya", Role.AGENT, agent_id="a-1042", teams=["north"])
    with office.sessions.begin() as db:
        for name, scopes in (
            ("Operations wall, Leeds", [Scope.READ, Scope.STREAM]),
            ("Quality archive", [Scope.READ, Scope.TRANSCRIPTS]),
        ):
            tokens.issue(
                db, name=name, scopes=scopes, days=365, created_by="sam", now=NOW - 24 * HOUR
            )
        for name, url, form, kinds in (
            ("Crisis channel", "https://hooks.slack.com/services/T0/B0/x", "slack", ("alert",)),
            ("Case system", "https://cases.example/hooks", "standard", ("alert", "callback")),
        ):
            what = hooks.wanted(name=name, url=url, format=form, kinds=kinds)
            hooks.create(db, what, "sam", NOW - 24 * HOUR)
        for minutes, who, kind, ref in (
            (3, "alex", "looked.call", "call-live-1"),
            (9, "carmen", "looked.complaint", "CP-9LKT0-11WZE"),
            (22, "alex", "looked.callback", "CB-1"),
            (41, "grace", What.SIGN_IN, None),
            (58, "priya", What.SIGN_IN, None),
            (63, "unknown", What.SIGN_IN_REFUSED, None),
            (75, "sam", What.TOKEN_MADE, "Operations wall, Leeds"),
        ):
            note(db, NOW - minutes * 60_000, kind, user_id=who, ref=ref, address="10.4.0.17")
    office.services.freshness.contact_at = office.services.freshness.last_event_at = NOW
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(office.app, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.05)
    try:
        yield office, f"http://127.0.0.1:{port}"
    finally:
        office.services.hub.close()
        server.should_exit = server.force_exit = True
        thread.join(10)


if __name__ == "__main__":
    sys.exit(main())
