// The board: open alerts by urgency, kept true by the live channel.

import { Aim } from "./aim.js";
import { sound, switches, wake } from "./alarm.js";
import { Deck } from "./deck.js";
import { onPending, pending, perform, undo } from "./deeds.js";
import { about, data, safeLink } from "./dom.js";
import { Earlier } from "./earlier.js";
import { Filters } from "./filters.js";
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
const [aim, filters] = [new Aim(floor), new Filters(floor)];
const deck = new Deck(floor, (id) => ({ may, pending: pending.get(id) }), (card, stays) => aim.goes(card, stays));
const earlier = new Earlier(floor, asWall, (call) => { if (touch(call)) draw(); });
/** `outside`: the life stops that a filter hides; `told`: alerts of which this page has told before. */
let [drawing, outside, told] = [false, 0, new Set()];

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
  const hidden = known.filter((alert) => !filters.shows(alert));
  floor.route(ref, body);
  ids.forEach((id) => deck.soil(id));
  // Passed on to the desk that this board is narrowed to: it is as new here as an alert.
  arrived(...new Set(hidden.filter((alert) => filters.shows(alert))));
  draw();
});
on("call", ({ ref, body }) => {
  floor.call(ref, body);
  filters.learn(body.queue_id);
  // The mood of a call changes with each of its words; the next second is soon enough to show it.
  touch(ref);
});
on("deed", ({ body }) => { floor.deed(body); draw(); });
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

function reload() {
  live.reload(`/api/board${asWall}`, (state) => {
    told = new Set(floor.alerts.keys());
    show(state);
    for (const id of floor.alerts.keys()) deck.soil(id);
    arrived(...floor.open());
    draw();
  });
}

function show(state) {
  floor.load(state);
  earlier.loaded();
  filters.tidy();
  if (!wall) filters.selects(render);
}

/** Tell of alerts that are new; of a life stop whether a filter hides it or not. */
function arrived(...alerts) {
  const said = [];
  for (const alert of alerts) {
    // What was told of before the page was loaded anew may come once more after it.
    if (told.delete(alert.alert_id)) continue;
    const seen = filters.shows(alert);
    if (!floor.isLive(alert) || (!seen && floor.rank(alert) > 0)) continue;
    const title = word("trigger", alert.trigger);
    const desk = floor.desk(floor.deskOf(alert));
    said.push(t("board.announce", { what: title, desk }));
    sound(alert, title, t("board.notification", { desk }), floor.rank(alert) === 0);
  }
  if (said.length) place("announce").textContent = said.join(". ");
}

// What is shown

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
  const focus = document.activeElement;
  const all = floor.open();
  const open = all.filter((alert) => filters.shows(alert));
  outside = all.filter((alert) => floor.isLive(alert) && floor.rank(alert) === 0 && !filters.shows(alert)).length;
  const first = wall ? open.slice(0, WALL_CARDS) : open;
  earlier.ask(first);
  const done = deck.deal(first);
  for (const part of PARTS) {
    deck.lay(place(part), first.filter((alert) => partOf(alert) === part));
    place(`${part}-part`).hidden = !place(part).childElementCount;
  }
  // A card that goes over to another part takes its focus along.
  if (focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true });
  aim.first(open[0]);
  place("others-title").hidden = place("life-part").hidden;
  place("loading")?.remove();
  if (wall) {
    place("life").dataset.count = first.length;
    place("more").textContent = open.length > first.length
      ? t("board.more", { n: open.length - first.length, what: names(open.slice(first.length)) })
      : "";
  }
  headline(open);
  rail(floor, { gone: gone() });
  calm();
  if (!done) draw();
}

const gone = () => floor.gone().filter((alert) => filters.shows(alert));

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
  place("board").dataset.calm = String(open.length + outside === 0);
  // Without news "no open alerts" would be a guess.
  const blind = ["stale", "lost"].includes(live.state);
  place("headline").dataset.level = life ? "life" : open.length || outside || blind ? "open" : "calm";
  place("headline-count").textContent = life
    ? t("board.count_life", { n: life })
    : open.length
      ? t("board.count", { n: open.length })
      : t(blind ? `board.${live.says}_title` : filters.any ? "board.none_here" : "board.none");
  const others = open.length - life;
  const parts = [];
  if (life && others) parts.push(t("board.count_others", { n: others }));
  if (waiting) parts.push(t("board.waiting", { n: waiting }));
  else if (open.length) parts.push(t("board.none_waiting"));
  if (all.length > open.length) parts.push(t("board.count_quiet", { n: all.length - open.length }));
  place("headline-more").textContent = parts.join(" · ");
  place("outside").hidden = !outside;
  text("outside-text", outside ? t("board.outside", { n: outside }) : "");
  if (wall) {
    place("narrowed").hidden = !filters.any;
    text("narrowed-to", filters.says);
  }
  const count = open.length + outside;
  document.title = `${count ? `(${count}) ` : ""}${t("board.title")} · hardstop`;
}

/** Everything that counts, and the words about how fresh it is. */
function seconds() {
  deck.tick();
  calm();
  text("wall-clock", clockOf(live.now()));
  rail(floor, { gone: gone() });
  if (deck.soiled) draw();
  floor.sweep();
}

function calm() {
  if (deck.size === 0) {
    const state = live.says;
    const quiet = outside ? "outside" : filters.any ? "filtered" : "calm";
    const key = state === "live" || state === "none" ? quiet : state;
    const age = live.lastAt === null ? t("board.never") : t("board.last_event", { age: ago(live.now() - live.lastAt) });
    text("calm-title", t(`board.${key}_title`, { n: outside }));
    text("calm-text", t(`board.${key}_text`, { n: key === quiet ? floor.listening() : live.behind, last: age }));
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
  aim.chosen();
}

function toggleWall() {
  const query = new URLSearchParams(location.search);
  if (wall) query.delete("wall");
  else query.set("wall", "1");
  location.assign(query.size ? `?${query}` : location.pathname);
}

if (may) {
  for (const [letter, name] of [["c", "claim"], ["a", "acknowledge"], ["r", "resolve"], ["f", "false_alarm"], ["m", "message"]]) {
    key(letter, t(`keys.${name}`), () => {
      const alert = aim.alert();
      if (alert && (name !== "resolve" || alert.status === "claimed")) perform(name, alert, floor);
    });
  }
  key("z", t("keys.undo"), undo);
}
for (const [names, text_, run] of [
  [["j", "ArrowDown"], t("keys.next"), () => move(1)],
  [["k", "ArrowUp"], t("keys.previous"), () => move(-1)],
]) for (const name of names) key(name, text_, run);
key("o", t("keys.open"), () => { const alert = aim.alert(); if (alert) location.href = `/calls/${encodeURIComponent(alert.call_id)}`; });
key("p", t("keys.platform"), () => {
  const link = safeLink(aim.alert()?.deep_link);
  if (link) window.open(link, "_blank", "noopener,noreferrer");
});
key("w", t("keys.wall"), toggleWall);
if (wall) key("Escape", t("keys.wall_off"), toggleWall);
else key("/", t("keys.filter"), () => place("filter-desk").focus());
place("wall-toggle")?.addEventListener("click", toggleWall);

const state = data("state");
show(state);
if (wall) wake((waits) => { place("sound-waits").hidden = !waits; });
else switches(place("switches"));
live.start({ after: state.number, lastAt: state.last_at, kinds: ["alert", "route", "call", "note", "deed", "message"], wall });
render();
seconds();
