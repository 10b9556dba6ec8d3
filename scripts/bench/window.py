"""What a page of the wallboard tells of itself while it is measured, in Debian's Chromium."""

from __future__ import annotations

import msgspec

CHROMIUM = "/usr/bin/chromium"
LOADING_MS = 5_000
"""A page's first moments, which are not counted."""
TRACED = ["toplevel", "__metadata"]
"""Toplevel tasks alone: a trace of everything would itself be the load."""

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
"""Put into the page before anything else: when which call's card was seen, which tasks were long,
and by how much a timer came late."""


def main_thread(trace: bytes) -> list[float]:
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
