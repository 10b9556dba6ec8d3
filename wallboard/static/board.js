// The board: open alerts by urgency, kept true by the live channel.

import { sound, switches } from "./alarm.js";
import { Deck } from "./deck.js";
import { onPending, pending, perform, undo } from "./deeds.js";
import { about, data, el, safeLink } from "./dom.js";
import { Earlier } from "./earlier.js";
import { Floor } from "./floor.js";
import { live } from "./live.js";
import { ago, clockOf } from "./moments.js";
import { key } from "./page.js";
import { rail } from "./rail.js";
import { t, word } from "./text.js";

const floor = new Floor();
const wall = document.body.classList.contains("wall");
// A wall is read by the whole room: the server sends it nothing that is for one desk alone.
const asWall = wall ? "?wall=1" : "";
const may = ["supervisor", "desk"].includes(about.viewer?.role) && !wall;
const place = (id) => document.getElementById(id);
const WALL_CARDS = 6;
const PARTS = ["life", "others", "quiet"];
const deck = new Deck(floor, (id) => ({ may, pending: pending.get(id) }));
const earlier = new Earlier(floor, asWall, (call) => { if (touch(call)) draw(); });
let drawing = false;

// What comes

function on(kind, run) {
  document.addEventListener(`hardstop:${kind}`, ({ detail }) => run(detail));
}

on("alert", ({ ref, body }) => {
  const before = floor.alert(ref, body);
  deck.soil(ref);
  // What is taken away is no new alert, whether it was held here or not.
  if (!body.gone && before === undefined && floor.isOpen(body)) arrived(body);
  draw();
});
on("route", ({ ref, body }) => {
  const ids = [...(floor.routes.get(ref)?.alert_ids ?? []), ...(body.alert_ids ?? [])];
  const known = ids.map((id) => floor.alerts.get(id)).filter((alert) => alert && floor.isOpen(alert));
  const hidden = known.filter((alert) => !shown(alert));
  floor.route(ref, body);
  ids.forEach((id) => deck.soil(id));
  // Passed on to the desk that this board is narrowed to: it is as new here as an alert.
  new Set(hidden).forEach(arrived);
  draw();
});
on("call", ({ ref, body }) => {
  floor.call(ref, body);
  // The mood of a call changes with each of its words; the next second is soon enough to show it.
  touch(ref);
});
on("note", ({ call_id, at, body }) => floor.note(call_id, at, body));
on("reset", reload);
on("link", ({ changed }) => (changed ? draw() : seconds()));
onPending((id) => { deck.soil(id); draw(); });

/** The cards of a call are to be filled anew. Gives whether there is one. */
function touch(call) {
  let any = false;
  for (const alert of floor.alerts.values()) {
    if (alert.call_id !== call) continue;
    deck.soil(alert.alert_id);
    any = true;
  }
  return any;
}

async function reload() {
  try {
    const answer = await fetch(`/api/board${asWall}`);
    if (!answer.ok) return;
    const state = await answer.json();
    floor.load(state);
    earlier.loaded();
    for (const id of floor.alerts.keys()) deck.soil(id);
    live.rebase(state.number);
    draw();
  } catch {
    setTimeout(reload, 3000);
  }
}

function arrived(alert) {
  if (!shown(alert) || !floor.isLive(alert)) return;
  const title = word("trigger", alert.trigger);
  const desk = floor.desk(deskOf(alert));
  place("announce").textContent = t("board.announce", { what: title, desk });
  sound(alert, title, t("board.notification", { desk }), floor.rank(alert) === 0);
}

// What is shown

/** The desk that the card names: the one that is asked to come, else the alert's own. */
const deskOf = (alert) => floor.routeOf(alert)?.desk ?? alert.desk;

const FILTERS = ["desk", "queue", "trigger"];
const chosen = () => new URLSearchParams(location.search);

function shown(alert) {
  const query = chosen();
  const values = { desk: deskOf(alert), queue: alert.queue_id, trigger: alert.trigger };
  return FILTERS.every((name) => !query.get(name) || query.get(name) === values[name]);
}

function draw() {
  if (drawing) return;
  drawing = true;
  // A page in the background draws when it is looked at; what it knows is true all the same.
  requestAnimationFrame(() => {
    drawing = false;
    render();
  });
}

function render() {
  const open = floor.open().filter(shown);
  const first = wall ? open.slice(0, WALL_CARDS) : open;
  earlier.ask(first);
  const done = deck.deal(first);
  for (const part of PARTS) {
    deck.lay(place(part), first.filter((alert) => partOf(alert) === part));
    place(`${part}-part`).hidden = !place(part).childElementCount;
  }
  place("others-title").hidden = place("life-part").hidden;
  place("loading")?.remove();
  if (wall) {
    place("life").dataset.count = first.length;
    place("more").textContent = open.length > first.length
      ? t("board.more", { n: open.length - first.length, what: names(open.slice(first.length)) })
      : "";
  }
  headline(open);
  rail(floor, { gone: floor.gone().filter(shown) });
  calm();
  if (!done) draw();
}

/** The part of the page in which an alert stands; a wall has one list. */
function partOf(alert) {
  if (wall) return "life";
  if (!floor.isLive(alert)) return "quiet";
  return floor.rank(alert) === 0 ? "life" : "others";
}

/** What the alerts are about, each kind once: "3 × Fraud, Media". */
function names(alerts) {
  const counts = new Map();
  for (const { trigger } of alerts) counts.set(trigger, (counts.get(trigger) ?? 0) + 1);
  return [...counts].map(([trigger, n]) => (n > 1 ? `${n} × ` : "") + word("trigger", trigger)).join(", ");
}

function headline(all) {
  const open = all.filter(floor.isLive);
  const life = open.filter((alert) => floor.rank(alert) === 0).length;
  const waiting = open.filter((alert) => alert.status !== "claimed" && !alert.acknowledged_by).length;
  const filtered = FILTERS.some((name) => chosen().get(name));
  place("board").dataset.calm = String(open.length === 0);
  // Without news "no open alerts" would be a guess.
  const blind = ["stale", "lost"].includes(live.state);
  place("headline").dataset.level = life ? "life" : open.length || blind ? "open" : "calm";
  place("headline-count").textContent = life
    ? t("board.count_life", { n: life })
    : open.length
      ? t("board.count", { n: open.length })
      : t(blind ? `board.${live.says}_title` : filtered ? "board.none_here" : "board.none");
  const others = open.length - life;
  const parts = [];
  if (life && others) parts.push(t("board.count_others", { n: others }));
  if (waiting) parts.push(t("board.waiting", { n: waiting }));
  else if (open.length) parts.push(t("board.none_waiting"));
  if (all.length > open.length) parts.push(t("board.count_quiet", { n: all.length - open.length }));
  place("headline-more").textContent = parts.join(" · ");
  document.title = `${open.length ? `(${open.length}) ` : ""}${t("board.title")} · hardstop`;
}

/** Everything that counts, and the words about how fresh it is. */
function seconds() {
  deck.tick();
  calm();
  text("wall-clock", clockOf(live.now()));
  rail(floor, { gone: floor.gone().filter(shown) });
  if (deck.soiled) draw();
  floor.sweep();
}

function calm() {
  if (deck.size === 0) {
    const state = live.says;
    const key = state === "live" || state === "none" ? "calm" : state;
    const age = live.lastAt === null ? t("board.never") : t("board.last_event", { age: ago(live.now() - live.lastAt) });
    text("calm-title", t(`board.${key}_title`));
    text("calm-text", t(`board.${key}_text`, { n: key === "calm" ? floor.listening() : live.behind, last: age }));
    place("calm").dataset.state = key;
  }
  place("calm").hidden = deck.size > 0;
}

function text(id, words) {
  const node = place(id);
  if (node && node.textContent !== words) node.textContent = words;
}

// What people do

function alertAt(node) {
  const card = node?.closest?.("[data-alert]");
  return card ? floor.alerts.get(card.dataset.alert) : undefined;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  const alert = alertAt(button);
  if (alert && button.dataset.act !== "platform") perform(button.dataset.act, alert, floor);
});

function move(step) {
  const all = [...document.querySelectorAll(".alert")];
  if (!all.length) return;
  const here = all.indexOf(document.activeElement.closest(".alert"));
  const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** The alert that a key is meant for: the one with the focus, else the most urgent. */
function meant() {
  return alertAt(document.activeElement) ?? floor.open().filter(shown)[0];
}

function filters() {
  const options = {
    desk: Object.entries(floor.names.desks),
    queue: floor.names.queues.map((queue) => [queue, queue]),
    trigger: floor.names.triggers.map((trigger) => [trigger, word("trigger", trigger)]),
  };
  for (const name of FILTERS) {
    const select = place(`filter-${name}`);
    select.append(...options[name].map(([value, label]) => el("option", { value }, label)));
    select.value = chosen().get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
    select.onchange = () => {
      const query = chosen();
      if (select.value) query.set(name, select.value);
      else query.delete(name);
      history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
      render();
    };
  }
}

function toggleWall() {
  const query = chosen();
  if (wall) query.delete("wall");
  else query.set("wall", "1");
  location.assign(query.size ? `?${query}` : location.pathname);
}

if (may) {
  for (const [letter, name] of [["c", "claim"], ["a", "acknowledge"], ["r", "resolve"], ["f", "false_alarm"], ["m", "message"]]) {
    key(letter, t(`keys.${name}`), () => {
      const alert = meant();
      if (alert && (name !== "resolve" || alert.status === "claimed")) perform(name, alert, floor);
    });
  }
  key("z", t("keys.undo"), undo);
}
for (const [names, text_, run] of [
  [["j", "ArrowDown"], t("keys.next"), () => move(1)],
  [["k", "ArrowUp"], t("keys.previous"), () => move(-1)],
]) for (const name of names) key(name, text_, run);
key("o", t("keys.open"), () => { const alert = meant(); if (alert) location.href = `/calls/${encodeURIComponent(alert.call_id)}`; });
key("p", t("keys.platform"), () => {
  const link = safeLink(meant()?.deep_link);
  if (link) window.open(link, "_blank", "noopener,noreferrer");
});
key("w", t("keys.wall"), toggleWall);
if (wall) key("Escape", t("keys.wall_off"), toggleWall);
else key("/", t("keys.filter"), () => place("filter-desk").focus());
place("wall-toggle")?.addEventListener("click", toggleWall);

const state = data("state");
floor.load(state);
earlier.loaded();
if (!wall) {
  filters();
  switches(place("switches"));
}
live.start({ after: state.number, lastAt: state.last_at, kinds: ["alert", "route", "call", "note", "deed", "message"], wall });
render();
seconds();
