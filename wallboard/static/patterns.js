// The plots of the leadership report. Every figure stands in a table beside them, too.

import { data, el } from "./dom.js";
import { live } from "./live.js";
import { font, legend, scale, still } from "./plots.js";
import { figure, t, word } from "./text.js";
import uPlot from "./vendor/uplot/uPlot.esm.js";

const report = data("state");
const HEIGHT = 240 * scale();

// Bars that the server has measured: no inline styles come with the page.
for (const node of document.querySelectorAll("[data-share]")) {
  node.style.width = `${(Number(node.dataset.share) * 100).toFixed(2)}%`;
}

live.start({ kinds: ["callback"] });

// Period

const period = document.getElementById("period");
const DAY = 86_400_000;
for (const button of period.querySelectorAll("[data-days]")) {
  const last = today();
  const first = new Date(Date.parse(last) - (button.dataset.days - 1) * DAY).toISOString().slice(0, 10);
  const chosen = period.elements.from.value === first && period.elements.to.value === last;
  button.setAttribute("aria-pressed", String(chosen));
  button.addEventListener("click", () => {
    period.elements.from.value = first;
    period.elements.to.value = last;
    period.requestSubmit();
  });
}

function today() {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: report.period.time_zone, year: "numeric", month: "2-digit", day: "2-digit",
  }).formatToParts(live.now());
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day}`;
}

// Plots

/** Colours that are told apart by people who see few (Okabe and Ito 2008), a little darker. */
const LIGHT = ["#0d5c68", "#c2570c", "#3f6fb5", "#a3457f", "#6b7d1e", "#b3121d", "#4b5159", "#9a7b0a"];
const DARK = ["#79d0db", "#f0a35e", "#8fb4f2", "#e39ac4", "#bccb6a", "#ff8f8a", "#b3bbc4", "#e0c34f"];

const plots = [];

/** A plot that follows the width of its place and the theme. `make(colours)` gives options; gives a
 *  function that draws it anew. */
function plot(id, make) {
  const place = document.getElementById(id);
  if (!place) return () => {};
  let made = null;
  const draw = () => {
    made?.destroy();
    const { options, values } = make(colours());
    const hooks = { ...legend, ...options.hooks };
    const cursor = { ...options.cursor, bind: still };
    made = new uPlot({ ...options, hooks, cursor, width: place.clientWidth, height: HEIGHT }, values, place);
  };
  draw();
  new ResizeObserver(() => {
    if (place.clientWidth !== made.width) made.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);
  plots.push(draw);
  return draw;
}

function redraw() {
  for (const draw of plots) draw();
}
document.addEventListener("hardstop:theme", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

function colours() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = { ink: read("--ink"), soft: read("--ink-soft"), line: read("--line"), accent: read("--accent") };
  probe.remove();
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return { ...found, series: dark ? DARK : LIGHT, font: font() };
}

function axis(c, more = {}) {
  return { stroke: c.soft, font: c.font, grid: { stroke: c.line, width: 1 }, ticks: { show: false }, ...more };
}

/** Days below a plot, as many as there is room for. */
function dayAxis(c, days) {
  return axis(c, {
    grid: { show: false },
    splits: (u) => {
      const room = Math.max(1, Math.floor(u.width / (70 * scale())));
      const every = Math.ceil(days.length / room);
      return days.map((_, at) => at).filter((at) => at % every === 0);
    },
    values: (_, splits) => splits.map((at) => shortDay(days[at])),
  });
}

// Of the page's language, the viewer's own way to write a day.
const OWN = navigator.language.startsWith(document.documentElement.lang) ? navigator.language : document.documentElement.lang;
const SHORT = new Intl.DateTimeFormat(OWN, {
  weekday: "short", day: "numeric", month: "short", timeZone: "UTC",
});
const shortDay = (day) => (day === undefined ? "" : SHORT.format(Date.parse(day)));

const ends = (count) => [-0.6, count - 0.4];

const { daily, found } = report;

if (daily.days.length && Object.keys(daily.kinds).length) {
  const names = Object.keys(daily.kinds);
  const left = new Set();
  // Beside the plot, not in it: what stands in a picture is reached by no key.
  const buttons = names.map((name) =>
    el(
      "button.toggle",
      { type: "button", "aria-pressed": "true" },
      el("span.toggle__mark", { "aria-hidden": "true" }),
      word("trigger", name),
    ),
  );
  document.getElementById("kinds").append(...buttons);
  const xs = daily.days.map((_, at) => at);
  // Columns stand on those before them; what is left out leaves no gap.
  const stacked = () => {
    const sums = xs.map(() => 0);
    return names.map((name) =>
      daily.kinds[name].map((value, at) => (left.has(name) ? null : (sums[at] += value))),
    );
  };
  const bars = uPlot.paths.bars({ size: [0.72, 90] });
  const draw = plot("plot-days", (c) => {
    const colour = (at) => c.series[at % c.series.length];
    buttons.forEach((button, at) => { button.firstElementChild.style.background = colour(at); });
    // The tallest is drawn first, so that those below it stay visible.
    const series = names
      .map((name, place) => ({
        label: word("trigger", name),
        show: !left.has(name),
        fill: colour(place),
        stroke: colour(place),
        width: 0,
        paths: bars,
        points: { show: false },
        value: (_, __, ___, at) => (at === null || at === undefined ? "–" : figure(daily.kinds[name][at])),
      }))
      .reverse();
    return {
      values: [xs, ...stacked().reverse()],
      options: {
        scales: {
          x: { time: false, range: () => ends(xs.length) },
          y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.08))] },
        },
        axes: [dayAxis(c, daily.days), axis(c, { size: 44 * scale(), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], values: (_, all) => all.map(figure) })],
        series: [{ label: t("patterns.day"), value: (_, at) => shortDay(daily.days[at]) || "–" }, ...series],
        cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
        legend: { live: true },
      },
    };
  });
  buttons.forEach((button, at) => button.addEventListener("click", () => {
    if (!left.delete(names[at])) left.add(names[at]);
    button.setAttribute("aria-pressed", String(!left.has(names[at])));
    draw();
  }));
}

if (daily.days.length) plot("plot-soon", (c) => {
  const seconds = (value) => (value === null || value === undefined ? "–" : t("time.seconds", { n: figure(Math.round(value)) }));
  const line = (label, colour, dash) => ({
    label, stroke: colour, width: 2, dash, spanGaps: false, points: { size: 7, fill: colour },
    value: (_, value) => seconds(value),
  });
  return {
    values: [daily.days.map((_, at) => at), daily.p50_s, daily.p90_s],
    options: {
      scales: {
        x: { time: false, range: () => ends(daily.days.length) },
        y: { range: (_, __, most) => [0, Math.max(10, (most ?? 0) * 1.1)] },
      },
      axes: [dayAxis(c, daily.days), axis(c, { size: 56 * scale(), values: (_, all) => all.map((value) => t("time.seconds", { n: figure(value) })) })],
      series: [
        { label: t("patterns.day"), value: (_, at) => shortDay(daily.days[at]) || "–" },
        line(t("patterns.median"), c.series[0]),
        line(t("patterns.p90"), c.series[1], [6, 4]),
      ],
      cursor: { drag: { x: false, y: false }, y: false },
    },
  };
});

if (found.false_alarms.length) plot("plot-false", (c) => {
  const names = found.false_alarms.map((one) => word("trigger", one.trigger));
  const shares = found.false_alarms.map((one) => one.share);
  const percent = (value) => (value === null || value === undefined ? "–" : t("number.percent", { n: Math.round(value) }));
  const of = (name) => shares.map((share) => (share[name] === null ? null : share[name] * 100));
  const whiskers = (u) => {
    const { ctx } = u;
    ctx.save();
    ctx.strokeStyle = c.accent;
    ctx.fillStyle = c.accent;
    shares.forEach((share, at) => {
      if (share.value === null) return;
      const x = u.valToPos(at, "x", true);
      const [low, high, dot] = [share.low, share.high, share.value].map((v) => u.valToPos(v * 100, "y", true));
      const wing = 6 * devicePixelRatio;
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.globalAlpha = 0.65;
      ctx.beginPath();
      ctx.moveTo(x, low);
      ctx.lineTo(x, high);
      for (const y of [low, high]) {
        ctx.moveTo(x - wing, y);
        ctx.lineTo(x + wing, y);
      }
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.beginPath();
      ctx.arc(x, dot, 5 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    });
    ctx.restore();
  };
  const hidden = (label) => ({ label, paths: () => null, points: { show: false }, stroke: c.accent, value: (_, v) => percent(v) });
  return {
    values: [names.map((_, at) => at), of("value"), of("low"), of("high")],
    options: {
      scales: { x: { time: false, range: () => ends(names.length) }, y: { range: [0, 100] } },
      axes: [
        axis(c, {
          grid: { show: false },
          splits: () => names.map((_, at) => at),
          values: (u, splits) => {
            // Where there is no room beside each other, the numbers of the table's rows stand in.
            const room = u.width / names.length > 74 * scale();
            return splits.map((at) => (room ? names[at] : String(at + 1)));
          },
        }),
        axis(c, { size: 52 * scale(), values: (_, all) => all.map((value) => t("number.percent", { n: value })) }),
      ],
      series: [
        { label: t("patterns.kind"), value: (_, at) => names[at] ?? "–" },
        hidden(t("patterns.share")),
        hidden(t("patterns.low")),
        hidden(t("patterns.high")),
      ],
      cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
      hooks: { draw: [whiskers] },
    },
  };
});
