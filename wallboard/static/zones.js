// Local times of other zones, both ways.

function parts(at, zone) {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", weekday: "short",
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** Whether this names a zone that the browser knows. */
export function isZone(zone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return Boolean(zone);
  } catch {
    return false;
  }
}

/** What `<input type="datetime-local">` shows for a moment (UTC ms) in a zone. */
export function localOf(at, zone) {
  const { year, month, day, hour, minute } = parts(at, zone);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** UTC ms of a local time in a zone; null for what is none. A time that a change of clocks skips
 *  is taken as the one an hour later. */
export function momentOf(text, zone) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  let at = wanted;
  // The offset belongs to the moment, which is being looked for: twice is enough.
  for (let round = 0; round < 2; round++) at += wanted - Date.parse(`${localOf(at, zone)}Z`);
  return at;
}

/** Day of the week (mon …) and clock ("14:30") of a moment in a zone. */
export function clockIn(at, zone) {
  const { weekday, hour, minute } = parts(at, zone);
  return { day: weekday.toLowerCase(), clock: `${hour}:${minute}` };
}

/** The name of a zone, however it was typed; null for what is none. */
export function zoneNamed(text) {
  const wanted = text.trim();
  // An offset is no zone: its clocks never change, and no calling hours are known there.
  if (!/^[a-z]/i.test(wanted) || !isZone(wanted)) return null;
  const names = Intl.supportedValuesOf?.("timeZone") ?? [];
  return names.find((name) => name.toLowerCase() === wanted.toLowerCase()) ?? wanted;
}

/** A window of a day in a zone as [begins, ends] in UTC ms. One that ends before it begins ends on the
 *  next day; null while something is missing. */
export function spanOf(day, from, to, zone) {
  if (!zone || !day || !from || !to) return null;
  const begins = momentOf(`${day}T${from}`, zone);
  const next = new Date(Date.parse(`${day}T00:00Z`) + 86_400_000);
  if (begins === null || Number.isNaN(next.getTime())) return null;
  const last = to < from ? next.toISOString().slice(0, 10) : day;
  const ends = momentOf(`${last}T${to}`, zone);
  return ends === null ? null : [begins, ends];
}
