"""Small plots as SVG, drawn by hand: text as text, in the colour of the text around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from models.evaluation.intervals import Proportion

COLOUR = "#3b82f6"
"""Told from white and from near black alike (WCAG 2.2, 1.4.11: 3 to 1)."""
WIDTH = 560
LABELS = 165
ROW = 26
LABEL_CHARS = 26
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def bars(values: Sequence[tuple[str, int]]) -> str:
    """A horizontal bar for each name, the number at its end."""
    most = max((value for _, value in values), default=0) or 1
    room = WIDTH - LABELS - 56
    parts = []
    for at, (name, value) in enumerate(values):
        y = at * ROW
        length = room * value / most
        parts.append(_label(name, y))
        parts.append(
            f'<rect x="{LABELS}" y="{y + 5}" width="{length:.1f}" height="{ROW - 9}" rx="2" '
            f'fill="{COLOUR}"/>' + _text(LABELS + length + 7, y + ROW / 2 + 4, f"{value:,}")
        )
    return _svg(WIDTH, max(1, len(values)) * ROW, parts)


def columns(values: Mapping[str, int]) -> str:
    """An upright column for each day, as many of their dates below as there is room for."""
    height, base = 180, 150
    most = max(values.values(), default=0) or 1
    step = (WIDTH - 20) / max(1, len(values))
    every = -(-len(values) // 10)
    parts = [_line(10, base, WIDTH - 10, base, 0.5)]
    for at, (day, value) in enumerate(values.items()):
        x, tall = 10 + at * step, (base - 22) * value / most
        parts.append(
            f'<rect x="{x + step * 0.1:.1f}" y="{base - tall:.1f}" width="{step * 0.8:.1f}" '
            f'height="{tall:.1f}" rx="1.5" fill="{COLOUR}"><title>{escape(day)}: {value}</title>'
            "</rect>"
        )
        middle = x + step / 2
        if value and len(values) <= 31:
            parts.append(_text(middle, base - tall - 5, str(value), anchor="middle", size=11))
        if at % every == 0:
            parts.append(_text(middle, base + 17, day[5:], anchor="middle", size=11))
    return _svg(WIDTH, height, parts)


def heat(week: Sequence[Sequence[int]]) -> str:
    """Weekdays by hours: the more, the fuller the cell; the number stands in it."""
    left, cell, tall = 40, (WIDTH - 40) / 24, 26
    most = max((value for day in week for value in day), default=0) or 1
    parts = []
    for row, day in enumerate(week):
        parts.append(_text(0, 20 + row * tall + 17, DAYS[row]))
        for hour, value in enumerate(day):
            x, y = left + hour * cell, 20 + row * tall
            strength = 0.15 + 0.7 * value / most if value else 0.04
            fill = COLOUR if value else "currentColor"
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{cell - 2:.1f}" height="{tall - 2}" rx="2" '
                f'fill="{fill}" fill-opacity="{strength:.2f}"/>'
            )
            if value:
                middle = x + cell / 2 - 1
                parts.append(_text(middle, y + 16, str(value), anchor="middle", size=11))
    for hour in range(0, 24, 3):
        middle = left + (hour + 0.5) * cell - 1
        parts.append(_text(middle, 12, f"{hour:02d}", anchor="middle", size=11))
    return _svg(WIDTH, 20 + 7 * tall, parts)


def spans(shares: Sequence[tuple[str, Proportion]]) -> str:
    """A share for each name as a dot on 0 to 100 %, its 95 % interval as a line."""
    room = WIDTH - LABELS - 30
    below = len(shares) * ROW
    parts = []
    for tick in (0, 25, 50, 75, 100):
        x = LABELS + room * tick / 100
        parts.append(_line(x, 2, x, below, 0.15))
        parts.append(_text(x, below + 16, f"{tick} %", anchor="middle", size=11))
    for at, (name, share) in enumerate(shares):
        y = at * ROW + ROW / 2
        parts.append(_label(name, at * ROW))
        if share.value is None or share.low is None or share.high is None:
            parts.append(_text(LABELS + 6, y + 4, "none yet", size=11))
            continue
        low, high, dot = (LABELS + room * v for v in (share.low, share.high, share.value))
        parts.append(
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{COLOUR}" '
            f'stroke-width="2.5" stroke-opacity="0.55" stroke-linecap="round"/>'
            f'<circle cx="{dot:.1f}" cy="{y}" r="5" fill="{COLOUR}"/>'
        )
    return _svg(WIDTH, below + 24, parts)


def _label(name: str, y: float) -> str:
    shown = name if len(name) <= LABEL_CHARS else name[: LABEL_CHARS - 1] + "…"
    return _text(LABELS - 10, y + ROW / 2 + 4, shown, anchor="end")


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: float = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="currentColor">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, opacity: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" stroke="currentColor" '
        f'stroke-opacity="{opacity}"/>'
    )


def _svg(width: int, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
        f'width="{width}" font-family="sans-serif">{"".join(parts)}</svg>'
    )
