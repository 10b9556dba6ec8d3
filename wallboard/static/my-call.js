// My call: silent until the agent needs a hand, and then one thing at a time.

import { act, post } from "./act.js";
import { triggerIcon } from "./card.js";
import { askCallback, askSpecialist, askSupervisor, askVerified } from "./asks.js";
import { data, el, icon, renew } from "./dom.js";
import { Floor } from "./floor.js";
import { live } from "./live.js";
import { clockOf, counter, dayOf, moment } from "./moments.js";
import { key, toast } from "./page.js";
import { t, word } from "./text.js";

const place = (id) => document.getElementById(id);
const floor = new Floor();
const LIFE = ["self_harm", "violence", "emergency", "safeguarding"];
let [state, hints, messages, guidance] = [data("state"), new Map(), new Map(), new Map()];
let [verified, shownHint, onScreen] = ["none", null, null];
const settled = new Set();

function load(fresh) {
  state = fresh;
  floor.load({
    names: { people: fresh.people, desks: fresh.desks, life: LIFE },
    alerts: fresh.alerts,
    routes: fresh.routes,
    calls: fresh.call ? [fresh.call] : [],
  });
  hints = new Map(fresh.hints.map((hint) => [hint.hint_id, hint]));
  messages = new Map(fresh.messages.map((message) => [message.message_id, message]));
  guidance = new Map(fresh.guidance.map((one) => [one.alert_id, one]));
  const told = fresh.deeds.filter((deed) => deed.action === "set_verified" && deed.applied).at(-1);
  verified = told?.verified ?? "none";
  draw();
}

const reload = () => live.reload("/api/my-call", load);

function on(kind, run) {
  document.addEventListener(`hardstop:${kind}`, ({ detail }) => {
    if (detail.call_id !== state.call?.call_id) {
      // Another call of this agent's: the page moves over to it.
      if (kind === "call" && !detail.body.ended_at && !detail.body.gone) reload();
      return;
    }
    run(detail);
    draw();
  });
}
on("alert", ({ ref, body }) => floor.alert(ref, body));
on("guidance", ({ ref, body }) => (body.gone ? guidance.delete(ref) : guidance.set(ref, body)));
on("route", ({ ref, body }) => floor.route(ref, body));
on("call", ({ body }) => (body.gone || body.ended_at ? reload() : (state.call = body)));
on("hint", ({ ref, body }) => hints.set(ref, body));
on("message", ({ ref, body }) => messages.set(ref, body));
on("note", ({ body }) => body.about === "caller_has_callback" && reload());
document.addEventListener("hardstop:reset", reload);
document.addEventListener("hardstop:link", seconds);

/** The hint that stands: the newest that has not lapsed and has not been dealt with. */
function hint() {
  const open = [...hints.values()].filter(
    (one) => !["used", "dismissed"].includes(one.became) && !settled.has(one.hint_id) && moment(one.expires_at) > live.now(),
  );
  return open.sort((a, b) => moment(b.at) - moment(a.at))[0];
}

/** What the agent says now: the alert that the others yield to, else the gravest that is known. In
 *  shadow mode, and on recordings, agents are told nothing. */
function speaking() {
  const open = standing();
  const first = open.map((one) => one.yields_to).find(Boolean);
  return open.find((one) => one.alert_id === first) ?? open[0];
}

/** Of an alert that is for a desk alone nobody here knows what it is about: it may be a life. */
const isLife = (alert) => !alert.trigger || floor.rank(alert) === 0;
const standing = () => [...[...guidance.values()].filter(floor.isOpen), ...floor.open().filter(floor.isLive)];
const lifeAtStake = () => standing().some(isLife);

const unread = () => [...messages.values()].filter((one) => !one.seen_at).sort((a, b) => b.at - a.at)[0];

function draw() {
  const call = state.call;
  const on_ = Boolean(call && !call.ended_at);
  const alert = on_ ? speaking() : null;
  const message = on_ ? unread() : null;
  // What to say while a life is at stake comes alone: two voices at once are none.
  const next = on_ && !lifeAtStake() ? hint() : null;
  onScreen = next ?? null;
  put("now", alert && heardOf(alert), () => now(alert));
  put("message", message && [message.message_id], () => letter(message));
  put("hint", next && [next.hint_id], () => advice(next));
  const owed = on_ && !alert ? (state.owed ?? [])[0] : null;
  put("owed", owed && [owed.reference, owed.state], () => promised(owed));
  const quiet = on_ && !alert && !message && !next && !owed;
  place("quiet").hidden = !quiet;
  place("quiet").textContent = quiet ? t("mine.quiet") : "";
  place("none").hidden = on_;
  place("none-title").textContent = on_ ? "" : t("mine.none_title");
  place("none-text").textContent = on_ ? "" : t("mine.none_text");
  place("foot").hidden = !on_;
  if (on_) foot(call);
  seconds();
}

/** Redraw a part only when it is about something else: a live region must not repeat itself. */
const put = (id, about, make) => renew(place(id), about, () => (about ? make() : []));

/** What `now` says of an alert. */
function heardOf(alert) {
  const [{ alert_id, trigger, status, say_now, do_not_say }, route] = [alert, floor.routeOf(alert)];
  return [alert_id, trigger, status, say_now, do_not_say, route?.state, route?.attempt, route?.person_id];
}

function now(alert) {
  const route = floor.routeOf(alert);
  const who = route && (floor.person(route.person_id) ?? route.owner?.name);
  const coming = route && !["failed", "cancelled"].includes(route.state);
  return el(
    `section.now${isLife(alert) ? ".now--life" : ""}`,
    { "aria-label": t("mine.say") },
    alert.trigger && el("p.now__head", {}, icon(triggerIcon(alert.trigger)), el("strong", {}, word("trigger", alert.trigger)), alert.status === "provisional" ? el("span", {}, word("status", "provisional")) : null),
    el("div.now__say", {}, el("h2", {}, icon("message"), t("mine.say")), el("p", {}, alert.say_now)),
    el("div.now__not", {}, el("h2", {}, icon("cross"), t("mine.do_not")), el("p", {}, alert.do_not_say)),
    coming
      ? el("p.now__who", {}, icon("claimed"), el("span", {}, el("strong", {}, who ?? floor.desk(route.desk)), ` · ${floor.desk(route.desk)}`), el("span.chip.chip--good", {}, word("route", route.state)))
      : null,
  );
}

function letter(message) {
  return el(
    "section.letter",
    {},
    el("p.letter__from", {}, icon("message"), t("mine.message_from", { name: message.name }), el("time.num", {}, clockOf(message.at))),
    el("p.letter__text", {}, message.text),
    el("button.button", { type: "button", onclick: () => read(message) }, t("mine.read")),
  );
}

/** What the caller was promised on another call: they need not explain it again. */
function promised(owed) {
  const when = dayOf(owed.window_start);
  const who = { who: owed.owner ?? owed.reference };
  return el(
    "section.letter",
    {},
    el("p.letter__from", {}, icon("callback"), t("mine.owed"), when ? el("time.num", {}, when) : null),
    el("p.letter__text", {}, t("mine.owed_text", who)),
  );
}

async function read(message) {
  messages.set(message.message_id, { ...message, seen_at: live.now() });
  draw();
  await post(`/api/messages/${encodeURIComponent(message.message_id)}/seen`, {}).catch(() => {});
}

function advice(one) {
  if (shownHint !== one.hint_id && !one.became) {
    shownHint = one.hint_id;
    tell(one, "hint_shown");
  }
  const kind = { landmine: "mine.landmine", guardrail: "mine.guardrail" }[one.kind] ?? "mine.hint";
  return el(
    `section.advice.advice--${one.kind}`,
    {},
    el("p.advice__head", {}, icon(one.kind === "next_step" ? "hint" : "warning"), t(kind), one.step ? el("span.chip", {}, word("step", one.step)) : null),
    el("p.advice__text", {}, one.text),
    one.say_instead ? el("p.advice__say", {}, t("mine.instead", { words: one.say_instead })) : null,
    el(
      "div.row",
      {},
      el("button.button.button--primary", { type: "button", onclick: () => settle("hint_used") }, icon("check"), t("mine.used"), el("kbd", { "aria-hidden": "true" }, "u")),
      el("button.button", { type: "button", onclick: () => settle("hint_dismissed") }, t("mine.dismiss"), el("kbd", { "aria-hidden": "true" }, "x")),
    ),
  );
}

const tell = (one, action) => act({ call_id: one.call_id, action, hint_id: one.hint_id });

function settle(action) {
  const one = onScreen;
  if (!one) return;
  settled.add(one.hint_id);
  draw();
  // Out of the agent's way at once; should it not have been taken, the next person sees it as open.
  tell(one, action).catch(() => {});
}

const STEPS = ["hear", "empathize", "apologize", "resolve", "diagnose"];

function foot(call) {
  const done = call.heard?.done ?? [];
  renew(place("heard"), call.heard, () =>
    STEPS.map((step) => {
      const is = done.includes(step) ? "done" : call.heard?.next === step ? "next" : "open";
      return el(`li.progress--${is}`, {}, icon({ done: "check", next: "play", open: "provisional" }[is]), word("step", step), el("span.visually-hidden", {}, is === "open" ? "" : ` ${t(`call.${is}`)}`));
    }),
  );
  const ask = (name, drawing, letter_, run) =>
    el("button.button", { type: "button", onclick: run, "data-ask": name }, icon(drawing), el("span", {}, name === "verified" ? t(`mine.verified_${verified}`) : t(`mine.${name}`)), el("kbd", { "aria-hidden": "true" }, letter_));
  const focused = document.activeElement?.dataset?.ask;
  renew(place("asks"), verified, () => [
    ask("supervisor", "supervisor_request", "s", supervisor),
    ask("specialist", "specialist", "e", specialist),
    ask("callback", "callback", "b", callback),
    ask("verified", "verified", "v", verify),
  ]);
  if (focused && !document.activeElement.dataset.ask) place("asks").querySelector(`[data-ask="${focused}"]`)?.focus();
}

async function send(deed, done) {
  const note = toast(t("call.sent"), { for_s: 15 });
  try {
    await act({ call_id: state.call.call_id, ...deed });
    toast(done, { kind: "good" });
  } catch (error) {
    toast(t("mine.not_done", { why: error.message }), { kind: "bad", for_s: 10 });
    throw error;
  } finally {
    note.gone();
  }
}

const onCall = () => Boolean(state.call && !state.call.ended_at);
const quietly = (promise) => promise.catch(() => {});
const supervisor = () => onCall() && askSupervisor((deed) => quietly(send(deed, t("mine.done_supervisor"))));
const specialist = () => onCall() && askSpecialist(state.desks, (deed) => quietly(send(deed, t("mine.done_specialist", { desk: state.desks[deed.desk] }))));
const callback = () => onCall() && askCallback(state.caller_zone, (deed) => quietly(send(deed, t("mine.done_callback"))));
const verify = () =>
  onCall() &&
  askVerified(verified, (deed) => quietly(send(deed, t("mine.done_verified")).then(() => { verified = deed.verified; draw(); })));

function seconds() {
  const call = state.call;
  place("call-facts").textContent = call && !call.ended_at ? [counter(live.now() - call.first_at), call.queue_id].filter(Boolean).join(" · ") : "";
  if (onScreen && hint()?.hint_id !== onScreen.hint_id) draw();
}

for (const [letter_, name, run] of [
  ["s", "supervisor", supervisor],
  ["e", "specialist", specialist],
  ["b", "callback", callback],
  ["v", "verified", verify],
  ["u", "used", () => settle("hint_used")],
  ["x", "dismiss", () => settle("hint_dismissed")],
]) key(letter_, t(`keys.${name}`), run);

load(state);
live.start({ after: state.number, lastAt: state.last_at, kinds: ["alert", "guidance", "route", "call", "hint", "message", "deed", "note"] });
