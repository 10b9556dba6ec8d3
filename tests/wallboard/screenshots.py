"""Pictures of every page for docs/screenshots: `make screenshots`.

Two invented floors are served on loopback, and Debian's Chromium looks at them: light, dark, on a
phone, the board as it hangs on the wall, and what it says when nothing comes in any more. The PNGs
are reduced to a palette: flat pages lose nothing by it that is seen, and the repository stays
small.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.showroom import shown_office
from wallboard.auth.gate import COOKIE

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
COLOURS = 256
ALIKE = 4
"""Of 255, in each of red, green and blue: the eye takes them for one."""
SHADES = 20_000
HOUR = 3_600_000
STALE_MS = 90_000
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 340, "height": 720}
WALL = {"width": 1920, "height": 1080}
HUGE = {"width": 3840, "height": 2160}


@dataclass(frozen=True)
class Sight:
    """One page as one person sees it. `path` may name what is known only once it is served:
    `{record}`, `{webhook}`, `{invitation}`. `looks`: (suffix, scheme, size)."""

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
    after: str = "live"
    """What has become of the stream: `live`, `stale`, or `lost` once the page was there."""


FLOOR = (
    Sight("board", "alex", "/board"),
    Sight("wall", "alex", "/board?wall=1", (("dark", "dark", WALL), ("light", "light", WALL))),
    Sight("wall-4k", "alex", "/board?wall=1", (("dark", "dark", HUGE),)),
    Sight("board-4k", "alex", "/board", (("light", "light", HUGE),)),
    Sight("call", "alex", "/calls/c-7101"),
    Sight(
        "my-call",
        "priya",
        "/my-call",
        (("light", "light", NARROW), ("dark", "dark", NARROW)),
    ),
    Sight("not-yours", "bo", "/calls/c-7104", live=False),
)
CALM = (
    Sight("board-calm", "alex", "/board", (("light", "light", DESK),)),
    Sight("wall-calm", "alex", "/board?wall=1", (("dark", "dark", WALL),)),
)
SILENT = (
    Sight("board-stale", "alex", "/board", (("light", "light", DESK),), after="stale"),
    Sight("wall-stale", "alex", "/board?wall=1", (("dark", "dark", WALL),), after="stale"),
    Sight("board-lost", "alex", "/board", (("dark", "dark", DESK),), after="lost"),
    Sight("wall-lost", "alex", "/board?wall=1", (("dark", "dark", WALL),), after="lost"),
)
OFFICE = (
    Sight("callbacks", "alex", "/callbacks"),
    Sight("incidents", "alex", "/incidents"),
    Sight("incident", "alex", "/incidents/{record}"),
    Sight("complaints", "carmen", "/complaints"),
    Sight("patterns", "alex", "/patterns"),
    Sight("users", "sam", "/admin/users", live=False),
    Sight("user", "sam", "/admin/users/grace", live=False),
    Sight("tokens", "sam", "/admin/tokens", live=False),
    Sight("webhooks", "sam", "/admin/webhooks", live=False),
    Sight("webhook", "sam", "/admin/webhooks/{webhook}", live=False),
    Sight("audit", "sam", "/admin/audit", live=False),
    Sight("account", "alex", "/account", live=False),
    Sight("refused", "alex", "/admin/users", live=False),
    Sight("sign-in", "", "/sign-in", live=False),
    Sight("welcome", "", "/welcome/{invitation}", live=False),
)
SIGHTS = (*FLOOR, *CALM, *SILENT, *OFFICE)


def main() -> int:
    """Make the pictures, or those whose name is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these, e.g. board my-call")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as found, tempfile.TemporaryDirectory() as folder:
        chromium = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def take(sights: Sequence[Sight], url: str, cookie: Any, cut: Any = None) -> None:
            for sight in sights:
                if given.names and sight.name not in given.names:
                    continue
                for look in sight.looks:
                    _take(chromium, sight, look, url, cookie, given.out, cut)

        for sights, calm in ((FLOOR, False), (CALM, True)):
            place = Path(folder, str(calm))
            place.mkdir()
            with served(place, calm=calm) as floor:
                # The pictures take minutes, and nothing is to look stale meanwhile.
                floor.fresh(age_ms=-HOUR)
                take(sights, floor.url, floor.cookie)
        # Each on a floor of its own: of an alert that has been open for minutes nobody sees more.
        for at, sight in enumerate(SILENT):
            place = Path(folder, f"silent-{at}")
            place.mkdir()
            with served(place) as floor:
                floor.fresh(age_ms=-HOUR if sight.after == "lost" else STALE_MS)
                take([sight], floor.url, floor.cookie, floor)
        with shown_office(Path(folder)) as (url, places):
            sights = [replace(sight, path=sight.path.format(**places)) for sight in OFFICE]
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
    floor: Floor | None,
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
    if sight.live and sight.after != "stale":
        page.wait_for_selector("[data-link=live]", timeout=30_000)
    if floor is not None and sight.after == "lost":
        floor.stop()
    if sight.after != "live":
        page.wait_for_selector(f"[data-link={sight.after}]", timeout=60_000)
    if floor is not None and sight.after == "lost":
        floor.start()
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
    """In its commonest colours, which are those of the design, and no two of them nearly alike: a
    small green dot is not lost to the many shades of grey around letters."""
    counted: list[Any] = list(picture.getcolors(picture.width * picture.height) or ())
    chosen: list[tuple[int, int, int]] = []
    for _, colour in sorted(counted, reverse=True)[:SHADES]:
        if all(max(abs(a - b) for a, b in zip(colour, one, strict=True)) > ALIKE for one in chosen):
            chosen.append(colour)
            if len(chosen) == COLOURS:
                break
    palette = np.array(chosen, dtype=np.int16)
    pixels = np.asarray(picture).reshape(-1, 3)
    shades, places = np.unique(pixels, axis=0, return_inverse=True)
    nearest = [
        int(np.abs(palette - shade.astype(np.int16)).sum(axis=1).argmin()) for shade in shades
    ]
    flat = np.array(nearest, dtype=np.uint8)[places.reshape(-1)]
    reduced = Image.fromarray(flat.reshape(picture.height, picture.width), mode="P")
    reduced.putpalette([part for colour in chosen for part in colour])
    return reduced


if __name__ == "__main__":
    sys.exit(main())
