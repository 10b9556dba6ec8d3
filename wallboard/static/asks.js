// What an agent can ask for: a supervisor, a specialist, a callback; and that the caller is verified.

import { dialog } from "./deeds.js";
import { el } from "./dom.js";
import { t } from "./text.js";

function field(id, label, input, help = "") {
  input.id = id;
  return el("div.field", {}, el("label", { for: id }, label), input, help ? el("p.help", {}, help) : null);
}

const line = (more = {}) => el("input.input", { type: "text", autocomplete: "off", maxlength: 300, ...more });

/** `send` gets the deed. */
export function askSupervisor(send) {
  const why = line();
  dialog(t("mine.ask_supervisor"), [field("ask-why", t("mine.why"), why)], { label: t("mine.ask"), kind: ".button--primary" }, () => {
    send({ action: "request_supervisor", reason: why.value.trim() || null });
    return true;
  });
}

export function askSpecialist(desks, send) {
  const desk = el("select.input", {}, ...Object.entries(desks).map(([value, name]) => el("option", { value }, name)));
  const why = line();
  dialog(
    t("mine.who"),
    [field("ask-desk", t("mine.specialist"), desk), field("ask-why", t("mine.why"), why)],
    { label: t("mine.ask"), kind: ".button--primary" },
    () => {
      send({ action: "request_specialist", desk: desk.value, reason: why.value.trim() || null });
      return true;
    },
  );
}

export function askVerified(now, send) {
  const choices = ["none", "partial", "full"].map((how) =>
    el("label.row", {}, el("input", { type: "radio", name: "how", value: how, checked: how === now }), t(`mine.verified_${how}`)),
  );
  dialog(t("mine.verified"), [el("fieldset.form", {}, ...choices)], { label: t("mine.verified"), kind: ".button--primary" }, (form) => {
    send({ action: "set_verified", verified: new FormData(form).get("how") });
    return true;
  });
}

export function askCallback(send) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const start = new Date(Math.ceil((Date.now() + 30 * 60_000) / 1_800_000) * 1_800_000);
  const number = line({ type: "tel", required: true, maxlength: 30, placeholder: "+44 20 7946 0018" });
  const zones = el("datalist", { id: "zones" }, ...(Intl.supportedValuesOf?.("timeZone") ?? []).map((value) => el("option", { value })));
  const where = line({ list: "zones", value: zone, required: true });
  const day = el("input.input", { type: "date", required: true, value: local(start).slice(0, 10) });
  const from = el("input.input", { type: "time", required: true, value: local(start).slice(11) });
  const to = el("input.input", { type: "time", required: true, value: local(new Date(start.getTime() + 7_200_000)).slice(11) });
  const safe = el("input", { type: "checkbox" });
  const note = line();
  const error = el("p.error", { role: "alert" });
  dialog(
    t("mine.callback_title"),
    [
      field("cb-number", t("mine.number"), number, t("mine.number_help")),
      field("cb-day", t("mine.day"), day),
      el("div.grid-2", {}, field("cb-from", t("mine.from"), from), field("cb-to", t("mine.to"), to)),
      field("cb-zone", t("mine.zone"), where),
      zones,
      field("cb-note", t("mine.note"), note),
      el("label.row", {}, safe, t("mine.message_ok")),
      error,
    ],
    { label: t("mine.offer"), kind: ".button--primary" },
    () => {
      const [begins, ends] = [from, to].map((time) => zoned(day.value, time.value, where.value));
      if (!number.value.trim() || begins === null || ends === null) {
        error.textContent = t("mine.callback_needs");
        return false;
      }
      if (ends <= begins || ends <= Date.now()) {
        error.textContent = t("mine.callback_order");
        return false;
      }
      send({
        action: "offer_callback",
        reason: note.value.trim() || null,
        callback: {
          number: number.value.trim(),
          time_zone: where.value,
          window_start: new Date(begins).toISOString(),
          window_end: new Date(ends).toISOString(),
          safe_to_leave_message: safe.checked,
        },
      });
      return true;
    },
  );
}

const two = (number) => String(number).padStart(2, "0");
const local = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

/** UTC ms of a wall-clock time in a zone; null where one of them is none. */
export function zoned(day, time, zone) {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  let format;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
  } catch {
    return null;
  }
  const shown = (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:00Z`);
  };
  // Twice: the first guess may lie on the other side of a change of clocks.
  let at = wanted;
  for (let step = 0; step < 2; step += 1) at += wanted - shown(at);
  return at;
}
