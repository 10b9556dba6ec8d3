// Times for people: how long ago, how long still, what the clock said.

import { about } from "./dom.js";
import { t } from "./text.js";

const zone = about.viewer?.time_zone ?? undefined;
const language = document.documentElement.lang || "en";

function format(options) {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(language, options);
  }
}

const CLOCK = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const SHORT = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** 14:02:11 in the viewer's zone. */
export const clockOf = (at) => (at ? CLOCK.format(at) : "");
export const shortClock = (at) => (at ? SHORT.format(at) : "");
export const dayOf = (at) => (at ? DAY.format(at) : "");

/** UTC ms of RFC 3339 text or of a number; null without one. */
export function moment(value) {
  if (value === null || value === undefined) return null;
  const at = typeof value === "number" ? value : Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/** A duration as a counter: 0:07, 12:40, 1:02:09. */
export function counter(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const tail = String(seconds).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** A duration in words: 3 s, 2 min, 1 h. */
export function ago(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return t("time.seconds", { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t("time.minutes", { n: minutes });
  return t("time.hours", { n: Math.round(minutes / 60) });
}
