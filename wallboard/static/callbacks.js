// The callback log: follows the feed, and does what people ask of it.

import { live } from "./live.js";
import { dayOf } from "./moments.js";
import { key } from "./page.js";
import { dialogs, field, follow } from "./records.js";
import { t } from "./text.js";
import { clockIn, localOf, momentOf, zoneNamed } from "./zones.js";

const HOUR = 3_600_000;

// A call that begins or ends marks whose callback is open.
follow(["callback", "call"], ({ kind, body }) => kind !== "call" || Boolean(body?.customer_ref));

document.getElementById("mine").addEventListener("change", ({ target }) => {
  const url = new URL(location.href);
  if (target.checked) url.searchParams.set("mine", "true");
  else url.searchParams.delete("mine");
  location.assign(url);
});

dialogs({
  about: (row) => `${row.dataset.name} · ${row.dataset.id}`,
  prepare(form, row, name) {
    const safe = Boolean(row.dataset.safe);
    for (const node of form.querySelectorAll("[data-if-safe]")) node.hidden = !safe;
    for (const node of form.querySelectorAll("[data-unless-safe]")) node.hidden = safe;
    if (name === "commit") agree(form, row);
  },
  deed(form, row) {
    if (form.dataset.action === "commit_callback") return { callback: terms(form, row) };
    const callback = { ...field(form, "outcome"), ...field(form, "owner_id"), ...field(form, "note") };
    return { ...(Object.keys(callback).length ? { callback } : {}), ...field(form, "reason") };
  },
});

function agree(form, row) {
  const { elements } = form;
  elements.number.value = row.dataset.number;
  elements.time_zone.value = row.dataset.zone;
  elements.safe_to_leave_message.checked = Boolean(row.dataset.safe);
  form.oninput = () => look(form, row);
  zones();
  look(form, row);
}

/** A window to begin with, once it is known by whose clock: any other would be taken for the caller's. */
function propose({ elements }, row, zone) {
  if (elements.window_start.value || elements.window_end.value) return;
  const now = live.now();
  const open = Number(row.dataset.start) > now;
  const start = open ? Number(row.dataset.start) : Math.ceil(now / (HOUR / 2)) * (HOUR / 2);
  elements.window_start.value = localOf(start, zone);
  elements.window_end.value = localOf(open ? Number(row.dataset.end) : start + HOUR, zone);
}

/** Both clocks, and whether it is a decent hour there. */
function look(form, row) {
  const zone = zoneNamed(form.elements.time_zone.value);
  const ours = form.querySelector("[data-ours]");
  const outside = form.querySelector("[data-outside]");
  const end = form.elements.window_end;
  const wrong = !zone && form.elements.time_zone.value.trim();
  form.elements.time_zone.setCustomValidity(wrong ? t("zone.unknown") : "");
  end.setCustomValidity("");
  outside.hidden = true;
  ours.textContent = "";
  if (!zone) return;
  propose(form, row, zone);
  const [from, to] = ["window_start", "window_end"].map((name) => momentOf(form.elements[name].value, zone));
  if (from === null || to === null) return;
  ours.textContent = t("due.ours", { from: dayOf(from), to: dayOf(to) });
  if (to <= from) end.setCustomValidity(t("due.backwards"));
  else if (to <= live.now()) end.setCustomValidity(t("due.over"));
  const { first, last, days } = row.dataset;
  const decent = (at) => {
    const { day, clock } = clockIn(at, zone);
    return days.split(" ").includes(day) && clock >= first && clock <= last;
  };
  outside.hidden = decent(from) && decent(to);
}

function terms(form, row) {
  const zone = zoneNamed(form.elements.time_zone.value);
  const iso = (name) => new Date(momentOf(form.elements[name].value, zone)).toISOString();
  return {
    ...field(form, "number"),
    // Where it is as it was known, nobody has said it anew.
    ...(zone === row.dataset.zone ? {} : { time_zone: zone }),
    ...field(form, "owner_id"),
    ...field(form, "contact_note"),
    ...field(form, "note"),
    window_start: iso("window_start"),
    window_end: iso("window_end"),
    // Said only where it differs from what is known: it is the caller's word.
    ...(form.elements.safe_to_leave_message.checked === Boolean(row.dataset.safe)
      ? {}
      : { safe_to_leave_message: form.elements.safe_to_leave_message.checked }),
  };
}

function zones() {
  const list = document.getElementById("zones");
  if (list.childElementCount || !Intl.supportedValuesOf) return;
  list.replaceChildren(
    ...Intl.supportedValuesOf("timeZone").map((name) => Object.assign(document.createElement("option"), { value: name })),
  );
}

for (const [name, tab] of [["1", "open"], ["2", "overdue"], ["3", "due"]]) {
  key(name, t(`callbacks.${tab}`), () => location.assign(`/callbacks?tab=${tab}`));
}
