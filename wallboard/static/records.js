// What the pages of the back office share: a list that stays as the server has it, clocks that
// count, and dialogs whose deeds are shown once they have been applied.

import { act } from "./act.js";
import { data } from "./dom.js";
import { live } from "./live.js";
import { ago } from "./moments.js";
import { toast } from "./page.js";
import { t } from "./text.js";

const GATHER_MS = 400;
const list = document.getElementById("list");

/** The list follows the feed: at each event of these kinds (and after a gap) it is asked for anew,
 *  and what has not changed stays as it is, with its focus and what was folded out. */
export function follow(kinds, wanted = () => true) {
  let timer = null;
  const soon = () => {
    clearTimeout(timer);
    // Many pages hear of the same thing at once.
    timer = setTimeout(refresh, GATHER_MS * (0.6 + Math.random() * 0.8));
  };
  for (const kind of kinds) {
    document.addEventListener(`hardstop:${kind}`, ({ detail }) => wanted(detail) && soon());
  }
  document.addEventListener("hardstop:reset", soon);
  live.start({ after: data("state")?.number });
  return soon;
}

let asked = 0;

/** Ask for the list anew. */
export async function refresh() {
  const mine = ++asked;
  const url = new URL(location.href);
  url.searchParams.set("part", "list");
  let answer;
  try {
    answer = await fetch(url, { headers: { accept: "text/html" } });
  } catch {
    // The banner says that there is no connection; the next event asks again.
    return;
  }
  // An answer that was overtaken by a later question would show what was.
  if (!answer.ok || answer.redirected || mine !== asked) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  replace(fresh);
  tick();
}

function replace(fresh) {
  // A row that is put into the fresh list loses the focus on its way.
  const focus = document.activeElement;
  const place = focus?.closest?.("[data-id]")?.dataset.id;
  const before = new Map([...list.querySelectorAll("[data-id]")].map((node) => [node.dataset.id, node]));
  for (const node of fresh.querySelectorAll("[data-id]")) {
    const known = before.get(node.dataset.id);
    if (!known) continue;
    if (known.dataset.key === node.dataset.key && !known.dataset.pending) {
      node.replaceWith(known);
      continue;
    }
    const open = [...known.querySelectorAll("details")].map((details) => details.open);
    [...node.querySelectorAll("details")].forEach((details, at) => { details.open ||= open[at] ?? false; });
  }
  const what = focus?.dataset?.act;
  const around = neighbours([...before.keys()], place);
  list.replaceChildren(...fresh.childNodes);
  if (focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true });
  if (place && !list.contains(document.activeElement)) {
    // A row that has left the list hands the focus on to the nearest one that stays.
    const row = around.map((id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`)).find(Boolean);
    (row?.querySelector(`[data-act="${CSS.escape(what ?? "")}"]`) ?? row?.querySelector("button, a, summary"))?.focus();
  }
}

/** A row, those after it, and those before it, the nearest first. */
function neighbours(ids, here) {
  const at = ids.indexOf(here);
  return at < 0 ? [] : [...ids.slice(at), ...ids.slice(0, at).reverse()];
}

/** Counters beside the rows, by the server's clock. */
export function tick() {
  const now = live.now();
  for (const node of list.querySelectorAll(".record__clock")) {
    const { start, end } = node.dataset;
    let state = "later";
    let text = "";
    if (now >= Number(end)) {
      state = "late";
      text = t("due.late", { time: long(now - end) });
    } else if (start && now < Number(start)) text = t("due.from", { time: long(start - now) });
    else {
      state = start ? "now" : "later";
      text = t("due.left", { time: long(end - now) });
    }
    if (node.textContent !== text) node.textContent = text;
    node.dataset.state = state;
  }
}

function long(ms) {
  const hours = ms / 3_600_000;
  return hours >= 36 ? t("time.days", { n: Math.round(hours / 24) }) : ago(ms);
}

if (list) {
  setInterval(tick, 1000);
  tick();
}

/** Buttons with data-act open the dialog `act-<name>`. `prepare(form, row, name)` fills it in;
 *  `deed(form, row)` gives the fields of the action beside call, reference and revision. */
export function dialogs({ prepare = () => {}, deed, about = (row) => row.dataset.name ?? "", call }) {
  let row = null;
  let opener = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act]");
    if (button) {
      opener = button;
      row = button.closest("[data-id]");
      const dialog = document.getElementById(`act-${button.dataset.act}`);
      const form = dialog.querySelector("form");
      form.reset();
      const label = form.querySelector("[data-about]");
      if (label) label.textContent = about(row);
      prepare(form, row, button.dataset.act);
      dialog.showModal();
    }
    event.target.closest?.("[data-close]")?.closest("dialog").close();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset?.action || !form.closest("dialog")) return;
    event.preventDefault();
    form.closest("dialog").close();
    send(form, row, opener);
  });

  async function send(form, row, button) {
    const wish = {
      call_id: row.dataset.call ?? call,
      action: form.dataset.action,
      ...(row.dataset.revision
        ? { reference: row.dataset.id, expected_revision: Number(row.dataset.revision) }
        : {}),
      ...deed(form, row),
    };
    row.dataset.pending = "yes";
    button.dataset.pending = "yes";
    button.setAttribute("aria-disabled", "true");
    try {
      await act(wish);
      toast(t("act.done"), { kind: "good", for_s: 4 });
    } catch (error) {
      toast(error.message, { kind: "bad", for_s: 12 });
    } finally {
      delete button.dataset.pending;
      button.removeAttribute("aria-disabled");
      await refresh();
      delete row.dataset.pending;
    }
  }
}

/** A field's text, or nothing where it is empty. */
export function field(form, name) {
  const value = form.elements[name]?.value?.trim();
  return value ? { [name]: value } : {};
}
