"""What was measured on the board, and how it is printed."""

from __future__ import annotations

import os
import platform

import msgspec

TRACED_S = 60.0
"""The last seconds, in which the browser says how much of the processor each task took: on a shared
machine a task's length also has the time in which it waited for the processor."""


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
    """Tasks of the page's main thread over 50 ms, after the warm-up."""
    warming: list[float]
    """Those while all calls began at once, after the page had been loaded."""
    worked: list[float]
    """How much of the processor each of its tasks took, in the last TRACED_S seconds."""
    lag: float
    sizes: list[Size]
    load: tuple[float, float, float]


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
        f"largest lag of a timer {found.lag:.0f} ms; while everything began: "
        f"longest {max(found.warming, default=0.0):.0f} ms"
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
