// What an agent can ask for: a supervisor, a specialist, a callback; and that the caller is verified.

import { dialog } from "./deeds.js";
import { el } from "./dom.js";
import { live } from "./live.js";
import { dayOf } from "./moments.js";
import { t } from "./text.js";
import { localOf, spanOf, zoneNamed } from "./zones.js";

const HOUR = 3_600_000;

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

/** `known`: the caller's zone where the call has one ({time_zone, stated}: by the caller), or null. */
export function askCallback(known, send) {
  const number = line({ type: "tel", required: true, maxlength: 30, placeholder: "+44 20 7946 0018" });
  const zones = el("datalist", { id: "zones" }, ...(Intl.supportedValuesOf?.("timeZone") ?? []).map((value) => el("option", { value })));
  const where = line({ list: "zones", value: known?.time_zone ?? "", required: true, placeholder: "Europe/London" });
  const [day, from, to] = ["date", "time", "time"].map((type) => el("input.input", { type, required: true }));
  const safe = el("input", { type: "checkbox" });
  const note = line();
  const ours = el("p.help", { role: "status" });
  const error = el("p.error", { role: "alert" });
  const look = () => {
    const zone = zoneNamed(where.value);
    // Whose clock it is has to be known first: a proposal by another's would be taken for the caller's.
    if (zone && !day.value && !from.value && !to.value) {
      const start = Math.ceil((live.now() + HOUR / 2) / (HOUR / 2)) * (HOUR / 2);
      [day.value, from.value] = localOf(start, zone).split("T");
      [, to.value] = localOf(start + 2 * HOUR, zone).split("T");
    }
    const span = spanOf(day.value, from.value, to.value, zone);
    ours.textContent = span ? t("due.ours", { from: dayOf(span[0]), to: dayOf(span[1]) }) : "";
  };
  [where, day, from, to].forEach((input) => input.addEventListener("input", look));
  look();
  dialog(
    t("mine.callback_title"),
    [
      field("cb-number", t("mine.number"), number, t("mine.number_help")),
      field("cb-zone", t("mine.zone"), where, t("mine.zone_help")),
      zones,
      field("cb-day", t("mine.day"), day),
      el("div.grid-2", {}, field("cb-from", t("mine.from"), from), field("cb-to", t("mine.to"), to)),
      ours,
      field("cb-note", t("mine.note"), note),
      el("label.row", {}, safe, t("mine.message_ok")),
      error,
    ],
    { label: t("mine.offer"), kind: ".button--primary" },
    () => {
      const zone = zoneNamed(where.value);
      const span = spanOf(day.value, from.value, to.value, zone);
      const wrong = faultOf(number.value.trim(), where.value.trim(), zone, span);
      error.textContent = wrong ? t(wrong) : "";
      if (wrong) return false;
      send({
        action: "offer_callback",
        reason: note.value.trim() || null,
        callback: {
          number: number.value.trim(),
          // The caller's word, and only that: what the platform told of them stays the platform's.
          ...(zone === known?.time_zone && !known.stated ? {} : { time_zone: zone }),
          window_start: new Date(span[0]).toISOString(),
          window_end: new Date(span[1]).toISOString(),
          safe_to_leave_message: safe.checked,
        },
      });
      return true;
    },
  );
}

function faultOf(number, where, zone, span) {
  if (!number) return "mine.callback_needs";
  if (!zone) return where ? "zone.unknown" : "mine.zone_needed";
  if (!span) return "mine.callback_needs";
  return span[1] <= span[0] || span[1] <= live.now() ? "mine.callback_order" : null;
}
