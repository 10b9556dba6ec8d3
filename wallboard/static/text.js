// The texts of the scripts: one JSON a language (static/texts/), put into the page by the server.

const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
const plural = new Intl.PluralRules(document.documentElement.lang || "en");

/** The text for a key, with `{name}` replaced. A text may be {one, other} by the value `n`. */
export function t(key, values = {}) {
  let text = texts[key];
  if (text && typeof text === "object") text = text[plural.select(values.n ?? 0)] ?? text.other;
  if (text === undefined) return key.split(".").pop().replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A whole number, its thousands set apart as the language does it. */
export const figure = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, () => t("number.thousands"));

/** Whether there is a text for a key. */
export const has = (key) => key in texts;

/** A word of a closed set (trigger, status, step ...): its text, or the word made readable. */
export function word(set, value) {
  if (value === null || value === undefined || value === "") return "";
  const key = `${set}.${value}`;
  if (has(key)) return t(key);
  const plain = String(value).replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
