// The page of one call: its words as they come, and everything around them.

import { Aim } from "./aim.js";
import { Breaks } from "./breaks.js";
import { fill, newCard, tick } from "./card.js";
import { onPending, pending, perform, undo, writeMessage } from "./deeds.js";
import { draftPart } from "./draft.js";
import { about, arrange, data, el, icon, renew, safeLink } from "./dom.js";
import { boardAddress } from "./filters.js";
import { Floor } from "./floor.js";
import { live } from "./live.js";
import { clockOf, counter } from "./moments.js";
import { MoodLine } from "./mood.js";
import { key } from "./page.js";
import { t, word } from "./text.js";
import { Talk } from "./talk.js";
import { timeline } from "./timeline.js";

const place = (id) => document.getElementById(id);
const floor = new Floor();
const may = ["supervisor", "desk"].includes(about.viewer?.role);
const talk = new Talk(place("talk"), place("turns"), place("follow"));
const breaks = new Breaks(place("breaks"), talk);
const line = new MoodLine(place("chart"));
const aim = new Aim(floor);
const [cards, traces] = [new Map(), new Map()];
let state = data("state");
const id = state.call.call_id;
let [hints, deeds, messages, entries] = [new Map(), new Map(), new Map(), new Map()];
let drawing = false;

function load(fresh) {
  state = fresh;
  floor.load({ ...fresh, calls: [fresh.call], earlier: { [id]: fresh.earlier } });
  hints = new Map(fresh.hints.map((hint) => [hint.hint_id, hint]));
  deeds = new Map(fresh.deeds.map((deed) => [deed.action_id, deed]));
  messages = new Map(fresh.messages.map((message) => [message.message_id, message]));
  entries = new Map(fresh.entries.map((entry) => [`${entry.incident_id}/${entry.number}`, entry]));
  talk.load(fresh.turns);
  breaks.load(fresh);
  line.load(fresh.turns, fresh.call.first_at);
  draw();
}

function on(kind, run) {
  document.addEventListener(`hardstop:${kind}`, ({ detail }) => {
    if (detail.call_id && detail.call_id !== id) return;
    run(detail);
    draw();
  });
}
on("turn", ({ body }) => { talk.put(body); line.put(body); breaks.put(body); });
on("alert", ({ ref, body }) => {
  const before = floor.alert(ref, body);
  if (!body.gone && before === undefined && floor.isOpen(body)) announce([body]);
});
on("route", ({ ref, body }) => floor.route(ref, body));
on("call", ({ ref, body }) => (body.gone ? location.reload() : floor.call(ref, body)));
on("note", ({ call_id, at, body }) => floor.note(call_id, at, body));
on("hint", ({ ref, body }) => hints.set(ref, body));
on("deed", ({ ref, body }) => deeds.set(ref, body));
on("message", ({ ref, body }) => messages.set(ref, body));
on("entry", ({ ref, body }) => entries.set(ref, body));
document.addEventListener("hardstop:reset", () => {
  const anew = (fresh) => {
    const known = new Set(floor.alerts.keys());
    load(fresh);
    announce(floor.open().filter((alert) => !known.has(alert.alert_id)));
  };
  live.reload(`/api/calls/${encodeURIComponent(id)}`, anew, { refused: () => location.reload() });
});
document.addEventListener("hardstop:link", seconds);
document.addEventListener("hardstop:theme", () => line.theme());
onPending(draw);

/** Say which alerts are new. */
function announce(alerts) {
  const what = alerts.filter(floor.isLive).map((alert) => word("trigger", alert.trigger));
  if (what.length) place("announce").textContent = what.join(". ");
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    head();
    alerts();
    heard();
    brief();
    done();
    place("no-turns").textContent = talk.size || state.forgotten_at ? "" : t("call.no_turns");
    talk.mark(floor.alerts.values());
    mood();
    seconds();
  });
}

function head() {
  const call = floor.calls.get(id) ?? state.call;
  const who = floor.agent(call.agent_id) ?? t("call.nobody");
  const title = `${who}${call.queue_id ? ` · ${call.queue_id}` : ""}`;
  renew(place("call-title"), title, () => title);
  document.title = `${who} · hardstop`;
  const silent = call.not_monitored ?? floor.lateness(call) ?? (call.degraded ? t("board.degraded") : null);
  place("unheard").hidden = !silent;
  place("unheard-why").textContent = call.not_monitored ? t("call.not_monitored", { why: silent }) : (silent ?? "");
  const link = safeLink(call.deep_link);
  if (place("call-links").childElementCount) return;
  place("call-links").append(
    ...(may ? [el("button.button", { type: "button", onclick: () => writeMessage(id, who) }, icon("message"), t("card.message"))] : []),
    ...(link ? [el("a.button", { href: link, target: "_blank", rel: "noopener noreferrer" }, icon("open"), t("card.platform"))] : []),
  );
}

function alerts() {
  const open = floor.open();
  const stays = (ref) => floor.alerts.has(ref) && floor.isOpen(floor.alerts.get(ref));
  for (const [ref, card] of cards) {
    if (stays(ref)) continue;
    aim.goes(card, stays);
    cards.delete(ref);
  }
  for (const alert of open) {
    const card = cards.get(alert.alert_id) ?? newCard(alert);
    cards.set(alert.alert_id, card);
    fill(card, alert, floor, { may, pending: pending.get(alert.alert_id) });
  }
  const gone = [...floor.alerts.values()].filter((alert) => !floor.isOpen(alert));
  arrange(place("alerts"), [...open.map((alert) => cards.get(alert.alert_id)), ...gone.map(trace)]);
  aim.first(open[0]);
}

function trace(alert) {
  const { alert_id, trigger, status, closed_reason } = alert;
  const line = traces.get(alert_id) ?? el("p.call-gone");
  traces.set(alert_id, line);
  renew(line, [trigger, status, closed_reason], () => [
    icon("check"), el("strong", {}, word("trigger", trigger)), word("status", status), el("span.faint", {}, closed_reason ?? ""),
  ]);
  return line;
}

const STEPS = ["hear", "empathize", "apologize", "resolve", "diagnose"];

function heard() {
  const call = floor.calls.get(id) ?? state.call;
  const done = call.heard?.done ?? [];
  renew(place("heard"), call.heard, () =>
    STEPS.map((step) => {
      const is = done.includes(step) ? "done" : call.heard?.next === step ? "next" : "";
      return el(
        `li${is ? `.heard--${is}` : ""}`,
        {},
        icon(is === "done" ? "check" : is === "next" ? "play" : "provisional"),
        el("span", {}, word("step", step)),
        is ? el("span.visually-hidden", {}, t(`call.${is}`)) : null,
      );
    }),
  );
  breaks.draw(hints.values());
}

function brief() {
  const routes = [...floor.routes.values()].filter((route) => route.brief).sort((a, b) => a.priority - b.priority);
  const found = routes[0]?.brief;
  renew(place("brief"), found, () => found ? [
    el("p.brief__head", {}, found.headline),
    el("p.brief__caller", {}, found.caller),
    ...(found.quotes ?? []).map((quote) => el("blockquote.brief__quote", {}, `“${quote}”`)),
    el("p.brief__open", {}, icon("play"), el("span", {}, found.opening_line)),
    el("p.brief__not", {}, icon("cross"), el("span", {}, found.do_not_say)),
  ] : el("p.faint", {}, t("call.no_brief")));
}

function done() {
  const what = { entries, deeds, messages, routes: floor.routes, alerts: floor.alerts };
  renew(place("timeline"), [Object.values(what).map((some) => [...some.values()]), floor.names], () => timeline(what, floor));
}

function mood() {
  const now = (floor.calls.get(id) ?? state.call).mood;
  place("mood-none").textContent = line.size < 2 ? t("call.mood_none") : "";
  if (!now) return;
  renew(place("mood-now"), [now.state, now.trend], () => [
    el(`span.chip${now.state === "calm" ? ".chip--good" : ".chip--high"}`, {}, icon({ calm: "calm", distress: "distress" }[now.state] ?? "angry"), word("mood", now.state)),
    el("span.soft.small", {}, icon(now.trend), ` ${word("trend", now.trend)}`),
  ]);
  place("chart").setAttribute("aria-label", t("call.chart", { heat: Math.round(now.heat * 100), low: Math.round(now.low * 100) }));
  line.draw();
}

function seconds() {
  for (const [ref, card] of cards) tick(card, floor.alerts.get(ref), floor);
  const call = floor.calls.get(id) ?? state.call;
  const length = counter((call.ended_at ?? live.now()) - call.first_at);
  const parts = [
    call.ended_at ? `${t("call.ended", { at: clockOf(call.ended_at) })}, ${t("call.lasted", { time: length })}` : t("call.began", { age: length }),
    id,
  ];
  place("call-facts").textContent = parts.join(" · ");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  const alert = button && floor.alerts.get(button.closest("[data-alert]")?.dataset.alert);
  if (alert && button.dataset.act !== "platform") perform(button.dataset.act, alert, floor);
});
if (may) {
  for (const [letter, name] of [["c", "claim"], ["a", "acknowledge"], ["r", "resolve"], ["f", "false_alarm"]]) {
    key(letter, t(`keys.${name}`), () => {
      const alert = aim.alert();
      if (alert && (name !== "resolve" || alert.status === "claimed")) perform(name, alert, floor);
    });
  }
  key("z", t("keys.undo"), undo);
  key("m", t("keys.message"), () => writeMessage(id, floor.agent(state.call.agent_id)));
}
key("l", t("keys.follow"), () => talk.follow(true));
if (state.may_draft) draftPart(id);

place("back").href = boardAddress();
load(state);
live.start({ after: state.number, call: id, lastAt: state.last_at });
