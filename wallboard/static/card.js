// One alert as a card. What it shows comes from the floor (floor.js); nothing is kept here.

import { about, el, icon, safeLink } from "./dom.js";
import { ago, counter, moment } from "./moments.js";
import { t, word } from "./text.js";

export const RANK_NAMES = ["life", "critical", "high", "medium", "low"];
const TRIGGER_ICONS = new Set([
  "legal_threat", "regulator", "media", "self_harm", "fraud", "violence", "emergency", "safeguarding",
  "supervisor_request", "agent_request",
]);
const STEPS = ["requested", "accepted", "joined"];
const REACHED = { requested: 0, offered: 0, accepted: 1, joined: 2, completed: 2 };

const CALLBACKS = new Set(["callback_due", "callback_missed", "callback_blocked", "welfare_recontact", "caller_rings_in"]);

export function triggerIcon(trigger) {
  const plain = trigger.split(":")[0];
  if (CALLBACKS.has(plain)) return "callback";
  return TRIGGER_ICONS.has(plain) ? plain : "signal";
}

/** A bar from 0 to 1, as a drawing. */
export function bar(name, value) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `bar ${name}`);
  svg.setAttribute("viewBox", "0 0 100 6");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const [part, width] of [["bar__back", 100], ["bar__fill", 100 * Math.min(1, Math.max(0, value))]]) {
    const rect = document.createElementNS(svg.namespaceURI, "rect");
    rect.setAttribute("class", part);
    rect.setAttribute("width", width.toFixed(1));
    rect.setAttribute("height", 6);
    svg.append(rect);
  }
  return svg;
}

/** The card's element, empty. */
export function newCard(alert) {
  return el("article.alert", { id: `alert-${alert.alert_id}`, tabindex: 0, "data-alert": alert.alert_id });
}

/** The parts of cards as they were filled last. */
const filled = new WeakMap();

/** Fill a card anew, but for the parts that are to say what they say. `may`: whether the viewer may
 *  act on it. */
export function fill(card, alert, floor, { may, pending }) {
  const rank = floor.rank(alert);
  const provisional = alert.status === "provisional";
  const live = floor.isLive(alert);
  card.className = `alert alert--${live ? RANK_NAMES[rank] : "quiet"}${provisional ? " alert--provisional" : ""}`;
  card.classList.toggle("alert--imminent", live && Boolean(alert.imminent));
  card.dataset.status = alert.status;
  const focus = card.contains(document.activeElement) ? document.activeElement : null;
  const heading = `title-${alert.alert_id}`;
  card.setAttribute("aria-labelledby", heading);
  const parts = [
    head(alert, floor, heading, rank),
    words(alert),
    clock(alert),
    el("dl.alert__facts", {}, ...routeFact(alert, floor), ...moodFact(alert, floor), ...peopleFacts(alert, floor)),
    foot(alert, floor, may, pending),
  ];
  // What counts (`tick`) is empty in them yet: it makes no difference.
  const marks = parts.map((part) => part.outerHTML);
  const before = filled.get(card);
  filled.set(card, marks);
  if (!before) card.append(...parts);
  else marks.forEach((mark, at) => mark !== before[at] && card.children[at].replaceWith(parts[at]));
  if (focus && !focus.isConnected) {
    (card.querySelector(`[data-act="${focus.dataset.act}"]:not(:disabled)`) ?? card).focus({ preventScroll: true });
  }
  tick(card, alert, floor);
}

function head(alert, floor, heading, rank) {
  const name = word("trigger", alert.trigger);
  return el(
    "header.alert__head",
    {},
    el("span.alert__mark", {}, icon(triggerIcon(alert.trigger))),
    el(
      "div.alert__title",
      {},
      el(
        "h3",
        { id: heading },
        el("a", { href: `/calls/${encodeURIComponent(alert.call_id)}` }, name),
        alert.subtype ? el("span.alert__subtype", {}, ` ${word("subtype", alert.subtype)}`) : null,
      ),
      el(
        "p.alert__chips",
        {},
        alert.imminent ? el("span.tag.tag--now", {}, icon("warning"), t("card.imminent")) : null,
        statusTag(alert, floor),
        alert.taken_back ? el("span.tag.tag--taken-back", {}, icon("provisional"), t(`card.taken_back_${alert.taken_back}`)) : null,
        rank === 0 && floor.isLive(alert) ? el("span.visually-hidden", {}, t("severity.life")) : el("span.tag", {}, word("severity", alert.severity)),
        alert.handling === "restricted" ? el("span.tag", {}, icon("lock"), t("card.restricted")) : null,
        floor.isLive(alert) ? null : el("span.tag", {}, word("mode", alert.mode)),
      ),
    ),
    el("p.alert__age", { title: t("card.since_said") }, el("span.num", { "data-tick": "age" }), el("span", {}, t("card.ago"))),
  );
}

function statusTag(alert, floor) {
  const by = alert.status === "claimed" ? alert.owner?.name : floor.person(alert.acknowledged_by);
  const text = ["claimed", "acknowledged"].includes(alert.status) && by
    ? t(`card.${alert.status}_by`, { name: by })
    : word("status", alert.status);
  return el(`span.tag.tag--${alert.status}`, {}, icon(alert.status), text);
}

function words(alert) {
  const said = alert.evidence?.at(-1);
  if (!said) return el("p.alert__reason", {}, alert.unreadable ? t("card.unreadable") : alert.reason);
  return el("blockquote.alert__words", {}, el("p", {}, `“${said.quote}”`));
}

function clock(alert) {
  const far = document.body.classList.contains("wall");
  if (!alert.ack_due_at) {
    return el("p.alert__due.alert__due--none", {}, icon("check"), el("span", {}, t(far ? "card.taken" : "card.nobody_waits")));
  }
  return el(
    "p.alert__due",
    { "data-tick": "due" },
    icon("clock"),
    el("span.alert__due-text", {}),
    bar("alert__due-bar", 0),
  );
}

function fact(name, label, ...value) {
  return [el("dt", {}, icon(name), el("span", {}, label)), el("dd", {}, ...value)];
}

function routeFact(alert, floor) {
  const route = floor.routeOf(alert);
  const desk = floor.desk(route?.desk ?? alert.desk);
  if (!route) return desk ? fact("route", t("card.desk"), desk, el("span.faint", {}, ` · ${t("card.not_asked")}`)) : [];
  const who = floor.person(route.person_id) ?? route.owner?.name;
  if (["failed", "cancelled"].includes(route.state)) {
    const why = route.state_reason ?? route.cancel_reason;
    const said = [word("route", route.state), why ? word("failure", why).toLowerCase() : ""].filter(Boolean).join(": ");
    return fact("route", desk, el(`span.tag.tag--${route.state}`, {}, icon(route.state === "failed" ? "warning" : "cross"), said));
  }
  const reached = REACHED[route.state] ?? 0;
  const steps = STEPS.map((step, index) => {
    const here = index === reached;
    const name = here ? word("route", route.state) : word("route", step);
    return el(`li.step${index <= reached ? ".step--done" : ""}${here ? ".step--here" : ""}`, here ? { "aria-current": "step" } : {}, name);
  });
  const attempt = route.attempt > 1 ? el("span.faint", {}, ` · ${t("card.attempt", { n: route.attempt })}`) : null;
  return fact("route", desk, who ?? "", attempt, el("ol.steps", {}, ...steps));
}

function moodFact(alert, floor) {
  const mood = floor.calls.get(alert.call_id)?.mood;
  if (!mood || !mood.turns) return [];
  const name = { angry: "angry", anger_rising: "angry", distress: "distress" }[mood.state] ?? "calm";
  const level = mood.state === "distress" ? mood.low : mood.heat;
  const trend = mood.state === "distress" ? null : mood.trend;
  return fact(
    name,
    word("mood", mood.state),
    el("span.mood", {}, bar(`mood__bar mood__bar--${mood.state}`, level), trend ? el("span.mood__trend", {}, icon(trend), word("trend", trend)) : null),
  );
}

function peopleFacts(alert, floor) {
  const known = floor.earlier.get(alert.call_id) ?? {};
  // The workers count every earlier call of the caller, the wallboard those that it has kept.
  const before = { ...known, contacts: Math.max(known.contacts ?? 0, alert.previous_contacts ?? 0) };
  const told = ["contacts", "hard_stops", "open_callbacks"].filter((name) => before[name]);
  const parts = [];
  if (alert.owner) parts.push(...fact("person", t("card.owner"), alert.owner.name));
  if (told.length) {
    const text = told.map((name) => t(`card.${name}`, { n: before[name] })).join(" · ");
    parts.push(...fact("repeat", t("card.earlier"), el(before.hard_stops ? "strong" : "span", {}, text)));
  }
  const where = [floor.agent(alert.agent_id), alert.queue_id].filter(Boolean).join(" · ");
  if (where) parts.push(...fact("phone", t("card.agent"), where));
  return parts;
}

/** What can be done; also used by the page of a call. */
export function foot(alert, floor, may, pending) {
  const link = safeLink(alert.deep_link ?? floor.calls.get(alert.call_id)?.deep_link);
  const busy = pending !== undefined;
  const button = (act, letter, kind = "") =>
    el(
      `button.button${kind}`,
      { type: "button", "data-act": act, disabled: busy, "data-pending": pending === act },
      t(pending === act ? `card.${act}_pending` : `card.${act}`),
      el("kbd", { "aria-hidden": "true" }, letter),
    );
  const taken = alert.status === "claimed";
  const mine = taken && alert.owner?.id === about.viewer?.id;
  return el(
    "footer.alert__acts",
    {},
    may && !taken ? button("claim", "c", ".button--primary") : null,
    may && taken ? button("resolve", "r", mine ? ".button--primary" : "") : null,
    may && !taken && !alert.acknowledged_by ? button("acknowledge", "a") : null,
    may ? button("false_alarm", "f") : null,
    may ? el("button.button.button--quiet", { type: "button", "data-act": "message" }, icon("message"), el("span", {}, t("card.message")), el("kbd", { "aria-hidden": "true" }, "m")) : null,
    link ? el("a.button.button--quiet", { href: link, target: "_blank", rel: "noopener noreferrer", "data-act": "platform" }, icon("open"), el("span", {}, t("card.platform"))) : null,
  );
}

/** What counts: every second, text and bars alone. */
export function tick(card, alert, floor) {
  const now = floor.now();
  // What is played again was said long ago; what counts is when it came up.
  const spoken = (alert.mode ?? "live") === "live" ? moment(alert.evidence?.[0]?.spoken_at) : null;
  const said = spoken ?? moment(alert.opened_at);
  set(card.querySelector('[data-tick="age"]'), counter(now - said));
  const due = card.querySelector('[data-tick="due"]');
  if (!due) return;
  const [at, from] = [moment(alert.ack_due_at), moment(alert.updated_at)];
  const left = at - now;
  const late = left <= 0;
  const far = document.body.classList.contains("wall");
  const text = late
    ? t(far ? "card.overdue_short" : "card.overdue", { time: counter(-left) })
    : t("card.passes_on", { time: counter(left + 999) });
  set(due.querySelector(".alert__due-text"), text);
  const whole = Math.max(at - Math.min(moment(alert.opened_at), from), 1);
  due.querySelector(".bar__fill").setAttribute("width", late ? "100" : (100 * Math.max(0, left / whole)).toFixed(1));
  due.classList.toggle("alert__due--late", late);
  due.classList.toggle("alert__due--soon", !late && left < 10_000);
}

function set(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

const goneFor = (alert, floor) => t("card.gone_ago", { age: ago(floor.now() - moment(alert.updated_at)) });

/** How long ago it went, said anew. */
export function age(line, alert, floor) {
  set(line.querySelector('[data-tick="gone"]'), goneFor(alert, floor));
}

/** What is left of an alert that has gone: one line, for a minute. */
export function trace(alert, floor) {
  const withdrawn = alert.status === "retracted";
  return el(
    "li.trace",
    { id: `alert-${alert.alert_id}` },
    icon(withdrawn ? "provisional" : "check"),
    el("span.trace__name", {}, word("trigger", alert.trigger)),
    el("span.tag", {}, word("status", alert.status)),
    floor.isLive(alert) ? null : el("span.tag", {}, word("mode", alert.mode)),
    el("span.trace__why", {}, alert.closed_reason ?? ""),
    el("span.faint.num", { "data-tick": "gone" }, goneFor(alert, floor)),
    el("a", { href: `/calls/${encodeURIComponent(alert.call_id)}` }, t("card.see_call")),
  );
}
