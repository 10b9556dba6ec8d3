// What the board is narrowed to: a desk, a queue, a trigger. It stands in the address, so that it can be
// kept and sent on.

import { el } from "./dom.js";
import { toast } from "./page.js";
import { t, word } from "./text.js";

const FILTERS = ["desk", "queue", "trigger"];
const KEPT = "hardstop.board";

/** The board as it was last looked at in this tab. */
export const boardAddress = () => `/board${sessionStorage.getItem(KEPT) ?? ""}`;

export class Filters {
  #floor;
  #query = new URLSearchParams(location.search);

  constructor(floor) {
    this.#floor = floor;
  }

  /** What was chosen: [filter, value]. */
  get #chosen() {
    return FILTERS.map((name) => [name, this.#query.get(name)]).filter(([, value]) => value);
  }

  /** Whether the board is narrowed at all. */
  get any() {
    return this.#chosen.length > 0;
  }

  /** What it is narrowed to, in words. */
  get says() {
    return this.#chosen.map(([name, value]) => this.#options(name).get(value)).join(" · ");
  }

  /** Whether the board shows an alert; the desk is the one that its card names. */
  shows(alert) {
    return this.#chosen.every(([name, value]) => {
      if (name === "desk") return value === this.#floor.deskOf(alert);
      return value === (name === "queue" ? alert.queue_id : alert.trigger);
    });
  }

  /** Let go of what names nothing (any more): an empty board would look like a calm one. */
  tidy() {
    for (const [name, value] of this.#chosen) {
      if (this.#options(name).has(value)) continue;
      this.#set(name, "");
      toast(t("board.filter_dropped", { what: value }), { kind: "bad", for_s: 10 });
    }
    this.#keep();
  }

  /** Fill the three selects; `changed` is called when somebody has chosen. */
  selects(changed) {
    for (const name of FILTERS) {
      const select = document.getElementById(`filter-${name}`);
      const values = [...this.#options(name)].map(([value, label]) => el("option", { value }, label));
      select.replaceChildren(select.options[0], ...values);
      select.value = this.#query.get(name) ?? "";
      select.onchange = () => {
        this.#set(name, select.value);
        changed();
      };
    }
    const all = document.getElementById("show-all");
    all.onclick = () => {
      for (const name of FILTERS) {
        this.#set(name, "");
        document.getElementById(`filter-${name}`).value = "";
      }
      // The button goes with what it was about.
      document.getElementById("main").focus({ preventScroll: true });
      changed();
    };
  }

  /** A queue may be one that nobody has heard of yet. */
  learn(queue) {
    const known = this.#floor.names.queues;
    if (!queue || known.includes(queue)) return;
    this.#floor.names.queues = [...known, queue].sort();
    const select = document.getElementById("filter-queue");
    const after = [...(select?.options ?? [])].slice(1).find((option) => option.value > queue);
    select?.add(el("option", { value: queue }, queue), after ?? null);
  }

  #options(name) {
    const { desks, queues, triggers } = this.#floor.names;
    if (name === "desk") return new Map(Object.entries(desks));
    if (name === "queue") return new Map(queues.map((queue) => [queue, queue]));
    return new Map(triggers.map((trigger) => [trigger, word("trigger", trigger)]));
  }

  #set(name, value) {
    if (value) this.#query.set(name, value);
    else this.#query.delete(name);
    this.#keep();
  }

  #keep() {
    const search = this.#query.size ? `?${this.#query}` : "";
    if (search !== location.search) history.replaceState(null, "", search || location.pathname);
    sessionStorage.setItem(KEPT, search);
  }
}
