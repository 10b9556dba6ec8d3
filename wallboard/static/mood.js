// The caller's feelings over the call, as a line: anger and distress, from the turns as they came.

import uPlot from "./vendor/uplot/uPlot.esm.js";
import { font, legend, scale, still } from "./plots.js";
import { t } from "./text.js";

const HEAT = { anger: 1, frustration: 0.6 };
const LOW = { distress: 1, sadness: 1 };
/** The share of the newest turn, as in detectors/mood.py: about the last three turns count. */
const QUICK = 0.45;

/** Between marks on the time axis, in minutes: from five seconds to an hour. */
const STEPS = [5 / 60, 10 / 60, 15 / 60, 30 / 60, 1, 2, 5, 10, 20, 30, 60];

/** Minutes into the call as 1:05. */
function clock(minutes) {
  const seconds = Math.round(minutes * 60);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export class MoodLine {
  #turns = new Map();
  #plot = null;
  #began = 0;

  constructor(place) {
    this.place = place;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
  }

  get size() {
    return this.#turns.size;
  }

  load(turns, began) {
    this.#turns.clear();
    this.#began = began;
    turns.forEach((turn) => this.put(turn));
  }

  put(turn) {
    if (turn.is_final && turn.emotion && turn.speaker !== "agent") this.#turns.set(turn.utterance_id, turn);
  }

  theme() {
    this.#plot?.destroy();
    this.#plot = null;
    this.draw();
  }

  draw() {
    const turns = [...this.#turns.values()].sort((a, b) => a.at - b.at);
    if (turns.length < 2) return;
    const values = [[], [], []];
    let [heat, low] = [0, 0];
    for (const { at, emotion, intensity } of turns) {
      const strength = intensity ?? 0;
      heat += QUICK * (strength * (HEAT[emotion] ?? 0) - heat);
      low += QUICK * (strength * (LOW[emotion] ?? 0) - low);
      values[0].push(Math.max(0, (at - this.#began) / 60_000));
      values[1].push(Math.round(heat * 100));
      values[2].push(Math.round(low * 100));
    }
    if (this.#plot) this.#plot.setData(values);
    else this.#plot = new uPlot(this.#options(), values, this.place);
  }

  #size = () => ({ width: Math.max(160, this.place.clientWidth), height: 150 * scale() });

  #options() {
    // A canvas knows no light-dark(): what the page shows is asked of an element.
    const probe = document.body.appendChild(document.createElement("span"));
    const colour = (name) => {
      probe.className = `colour-${name}`;
      return getComputedStyle(probe).color;
    };
    const [heat, low, ink, grid] = ["heat", "low", "ink", "line"].map(colour);
    probe.remove();
    const axis = { stroke: ink, font: font(), grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    const thick = { width: 2.5, points: { show: false } };
    return {
      ...this.#size(),
      scales: { x: { time: false }, y: { range: [0, 100] } },
      axes: [
        { ...axis, values: (_, splits) => splits.map(clock), incrs: STEPS, space: 60 * scale(), size: 26 * scale() },
        { ...axis, values: (_, splits) => splits.map(String), size: 34 * scale(), splits: () => [0, 50, 100] },
      ],
      series: [
        { label: t("call.minutes"), value: (_, raw) => (raw === null ? "" : clock(raw)) },
        { label: t("call.heat"), stroke: heat, ...thick },
        { label: t("call.low"), stroke: low, dash: [7, 4], ...thick },
      ],
      cursor: { y: false, drag: { x: false, y: false }, bind: still },
      legend: { live: true },
      hooks: legend,
    };
  }
}
