// What supervisors and desks do to alerts, from a card or a key: the dialogs, the wait, the answer.

import { act, newId, post } from "./act.js";
import { el, icon } from "./dom.js";
import { toast } from "./page.js";
import { t, word } from "./text.js";

const UNDO_S = 10;
/** What is pending by alert: {alert_id: action}. */
export const pending = new Map();

/** What takes back a false alarm, while that is offered; the latest comes last. */
const offered = [];

/** Take back the false alarm that was called last. */
export const undo = () => offered.at(-1)?.();

let changed = () => {};
/** Called with an alert's id whenever its pending deed begins or ends. */
export const onPending = (run) => { changed = run; };

/** Do one of acknowledge, claim, resolve, false_alarm, undo_false_alarm, message. */
export function perform(name, alert, floor) {
  if (pending.has(alert.alert_id)) return;
  if (name === "message") writeMessage(alert.call_id, floor.agent(alert.agent_id));
  else if (name === "false_alarm" && floor.rank(alert) === 0) askWhy(alert, floor);
  else send(name, alert, floor);
}

async function send(name, alert, floor, more = {}) {
  pending.set(alert.alert_id, name);
  changed(alert.alert_id);
  const what = word("trigger", alert.trigger);
  try {
    // A claim is for whoever is first: the desk decides, not the revision that this page has seen.
    await act({ call_id: alert.call_id, alert_id: alert.alert_id, action: name, ...more });
    if (name === "false_alarm") offerUndo(alert, floor, what);
    else toast(t(`done.${name}`, { what }), { kind: "good", for_s: 4 });
  } catch (error) {
    toast(t("done.not", { what, why: error.message }), { kind: "bad", for_s: 10 });
  } finally {
    pending.delete(alert.alert_id);
    changed(alert.alert_id);
  }
}

function offerUndo(alert, floor, what) {
  let left = UNDO_S;
  const over = () => {
    clearInterval(timer);
    offered.splice(offered.indexOf(run), 1);
    note.gone();
  };
  const run = () => { over(); send("undo_false_alarm", alert, floor); };
  offered.push(run);
  const action = { label: t("done.undo"), letter: "z", run };
  const note = toast(t("done.false_alarm", { what, n: left }), { for_s: UNDO_S, action, counts: true });
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) over();
    else note.say(t("done.false_alarm", { what, n: left }));
  }, 1000);
}

const REASONS = ["misheard", "figure_of_speech", "story", "test"];

function askWhy(alert, floor) {
  const own = el("input.input", { type: "text", id: "why-own", maxlength: 300, autocomplete: "off" });
  const error = el("p.error", { role: "alert" });
  const choices = REASONS.map((reason) =>
    el("label.row", {}, el("input", { type: "radio", name: "why", value: t(`why.${reason}`) }), t(`why.${reason}`)),
  );
  dialog(
    t("why.title", { what: word("trigger", alert.trigger) }),
    [
      el("p", {}, t("why.lead")),
      el("fieldset.form", {}, el("legend.visually-hidden", {}, t("why.reason")), ...choices),
      el("div.field", {}, el("label", { for: "why-own" }, t("why.own")), own),
      error,
    ],
    { label: t("card.false_alarm"), kind: ".button--danger" },
    (form) => {
      const reason = [new FormData(form).get("why"), own.value.trim()].filter(Boolean).join(": ");
      if (!reason) {
        error.textContent = t("why.needed");
        return false;
      }
      send("false_alarm", alert, floor, { reason });
      return true;
    },
  );
}

/** A line to the agent of a call. */
export function writeMessage(call_id, name) {
  const text = el("textarea.input", { id: "message-text", maxlength: 500, required: true, rows: 3 });
  const error = el("p.error", { role: "alert" });
  let sent = {};
  dialog(
    t("message.title", { name: name ?? t("message.agent") }),
    [el("div.field", {}, el("label", { for: "message-text" }, t("message.label")), text, el("p.help", {}, t("message.help"))), error],
    { label: t("message.send"), kind: ".button--primary" },
    async () => {
      const line = text.value.trim();
      if (!line) return false;
      // Where no answer came it may have arrived: sent again under its id, it is there once.
      if (sent.text !== line) sent = { text: line, message_id: newId() };
      try {
        await post(`/api/calls/${encodeURIComponent(call_id)}/messages`, sent);
        toast(t("message.sent"), { kind: "good", for_s: 4 });
        return true;
      } catch (problem) {
        error.textContent = problem.message;
        return false;
      }
    },
  );
}

/** A question in a window of its own. `done` gives true when it may close. */
export function dialog(title, content, go, done) {
  const before = document.activeElement;
  const back = placeOf(before);
  const form = el(
    "form.dialog__body",
    { method: "dialog" },
    ...content,
    el(
      "div.row.row--end",
      {},
      el("button.button", { type: "button", "data-close": true }, t("dialog.cancel")),
      el(`button.button${go.kind ?? ""}`, { type: "submit" }, go.label),
    ),
  );
  const window_ = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el(
      "div.dialog__head",
      {},
      el("h2", { id: "dialog-title" }, title),
      el("button.button.button--quiet.button--icon", { type: "button", "data-close": true, "aria-label": t("dialog.close") }, icon("cross")),
    ),
    form,
  );
  window_.addEventListener("click", (event) => event.target.closest("[data-close]") && window_.close());
  window_.addEventListener("close", () => {
    window_.remove();
    (before?.isConnected && !before.disabled ? before : back())?.focus({ preventScroll: true });
  });
  const submit = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.hasAttribute("aria-disabled")) return;
    // Not `disabled`: that would take the focus away.
    submit.setAttribute("aria-disabled", "true");
    try {
      if (await done(form)) window_.close();
    } finally {
      submit.removeAttribute("aria-disabled");
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.body.append(window_);
  window_.showModal();
  form.querySelector("textarea, input, select")?.focus();
}

/** How to find what stands in an element's place once that was drawn anew: the same button, else its
 *  card, else the page. */
function placeOf(node) {
  const card = node?.closest?.("[data-alert]")?.dataset.alert;
  const { act, ask } = node?.dataset ?? {};
  const find = (selector) => document.querySelector(selector);
  return () => {
    if (ask) return find(`[data-ask="${ask}"]`);
    const there = card && find(`[data-alert="${CSS.escape(card)}"]`);
    return there?.querySelector(`[data-act="${act}"]:not(:disabled)`) ?? there ?? find("main");
  };
}
