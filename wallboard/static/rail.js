// Beside the alerts: what has gone, what was half heard and needs a person's eye, what whoever runs hardstop must know,
// and which calls nobody hears.

import { age, trace } from "./card.js";
import { pending, perform } from "./deeds.js";
import { el, icon, safeLink } from "./dom.js";
import { clockOf } from "./moments.js";
import { t, word } from "./text.js";

/** More lines than this nobody reads, and each costs time. */
const MOST = 60;
const place = (id) => document.getElementById(id);
let drawn = "";
let asked = "";
/** What was looked at in this tab, by call and moment. */
const looked = new Set(JSON.parse(sessionStorage.getItem("looked") ?? "[]"));

function text(id, words) {
  const node = place(id);
  if (node && node.textContent !== words) node.textContent = words;
}

/** Draw it anew where something has changed. `gone`: the alerts whose traces are shown. */
export function rail(floor, { gone }) {
  traces(gone, floor);
  looks(floor);
  const [unheard, notices] = [floor.unheard(), floor.standing()];
  const state = JSON.stringify([notices, unheard.map((call) => [call.call_id, call.not_monitored, call.degraded, floor.lateness(call)])]);
  text("listening", t("board.listening", { n: floor.listening() }));
  if (state === drawn) return;
  drawn = state;
  place("notices").replaceChildren(...notices.map(notice));
  place("notices-part").hidden = notices.length === 0;
  place("unheard-part").hidden = false;
  const lines = unheard.slice(0, MOST).map((call) => unheardCall(call, floor));
  if (unheard.length > MOST) lines.push(el("li", {}, icon("info"), t("board.unheard_more", { n: unheard.length - MOST })));
  place("unheard").replaceChildren(...lines);
  text("unheard-count", t(unheard.length ? "board.unheard" : "board.all_heard", { n: unheard.length }));
  place("unheard-part").dataset.some = String(unheard.length > 0);
}

/** Opening the call is looking at it: it is asked of nobody twice in one tab. */
function looks(floor) {
  const key = ({ call }) => `${call.call_id}/${call.look.at}`;
  const open = floor.looks().filter((one) => !looked.has(key(one)));
  const state = JSON.stringify(open.map((one) => [key(one), one.labels]));
  if (state === asked) return;
  asked = state;
  place("look-part").hidden = open.length === 0;
  text("look-count", t("board.look", { n: open.length }));
  const done = (one) => () => {
    looked.add(key(one));
    sessionStorage.setItem("looked", JSON.stringify([...looked].slice(-MOST)));
    looks(floor);
  };
  place("look").replaceChildren(...open.slice(0, MOST).map((one) => lookAt(one, floor, done(one))));
}

function lookAt({ call, labels }, floor, done) {
  const what = labels.map((label) => t("call.look", { label: word("trigger", label) })).join(" ");
  return el(
    "li",
    {},
    icon("info"),
    el(
      "span",
      {},
      el("a", { href: `/calls/${encodeURIComponent(call.call_id)}`, onclick: done, onauxclick: done }, whose(call, floor)),
      el("span.unheard__why", {}, what, " ", el("time.num", {}, clockOf(call.look.at))),
    ),
  );
}

const whose = (call, floor) => [floor.agent(call.agent_id), call.queue_id].filter(Boolean).join(" · ") || call.call_id;

function notice({ about: what, detail, at }) {
  const why = el("span.unheard__why", {}, detail, " ", el("time.num", {}, clockOf(at)));
  return el("li", {}, icon("warning"), el("span", {}, el("strong", {}, word("note", what)), why));
}

/** What has gone, the newest first; a line that is there already has its age renewed alone. */
function traces(gone, floor) {
  const list = place("gone");
  const there = new Map([...list.children].map((line) => [line.dataset.gone, line]));
  let next = list.firstElementChild;
  for (const alert of gone) {
    const offer = floor.mayUndo(alert) && !document.body.classList.contains("wall");
    const name = [alert.alert_id, alert.status, alert.closed_reason, offer && (pending.get(alert.alert_id) ?? offer)].join("/");
    const line = there.get(name) ?? (offer ? takenBack(alert, floor) : trace(alert, floor));
    there.delete(name);
    line.dataset.gone = name;
    age(line, alert, floor);
    if (line === next) next = next.nextElementSibling;
    else list.insertBefore(line, next);
  }
  for (const line of there.values()) line.remove();
  place("gone-part").hidden = gone.length === 0;
}

/** The trace of a false alarm, for whoever called it: to be taken back for as long as it is there. */
function takenBack(alert, floor) {
  const busy = pending.has(alert.alert_id);
  const line = trace(alert, floor);
  line.append(
    el(
      "button.button.button--quiet",
      {
        type: "button",
        disabled: busy,
        "data-pending": busy,
        "aria-label": t("card.undo_what", { what: word("trigger", alert.trigger) }),
        onclick: () => perform("undo_false_alarm", alert, floor),
      },
      icon("undo"),
      t(busy ? "card.undo_false_alarm_pending" : "card.undo_false_alarm"),
    ),
  );
  return line;
}

function unheardCall(call, floor) {
  const why = call.not_monitored ?? floor.lateness(call) ?? t("board.degraded");
  const link = safeLink(call.deep_link);
  return el(
    "li",
    {},
    icon(call.not_monitored ? "unheard" : "clock"),
    el(
      "span",
      {},
      el("a", { href: `/calls/${encodeURIComponent(call.call_id)}` }, whose(call, floor)),
      el("span.unheard__why", {}, why),
    ),
    link ? el("a.button.button--quiet.button--icon", { href: link, target: "_blank", rel: "noopener noreferrer", "aria-label": t("card.platform") }, icon("open")) : null,
  );
}
