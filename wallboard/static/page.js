// What every page has: theme, menus, short messages, and keys with their list under "?".

import { post } from "./act.js";
import { about, el, icon } from "./dom.js";
import { t } from "./text.js";

// Theme

const THEME = "hardstop_theme";

function themeNow() {
  return document.documentElement.dataset.theme ?? "auto";
}

export function setTheme(choice) {
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  const age = choice === "auto" ? 0 : 31_536_000;
  document.cookie = `${THEME}=${choice}; path=/; max-age=${age}; samesite=lax`;
  showTheme();
  document.dispatchEvent(new CustomEvent("hardstop:theme"));
}

function showTheme() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === themeNow()));
  }
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-theme-choice]");
  if (choice) setTheme(choice.dataset.themeChoice);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
showTheme();

// On a phone the row of pages is wider than the screen.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// What is wider than a phone scrolls by keys, too: it takes the focus, and says what it is.
const WIDE = ".table-wrap, .table-scroll, .heat-wrap, .charts .panel";

function reachable() {
  for (const box of document.querySelectorAll(WIDE)) {
    const wide = box.scrollWidth > box.clientWidth;
    if (wide === box.hasAttribute("tabindex")) continue;
    const title = box.closest("section")?.querySelector("h2, h3") ?? document.querySelector("h1");
    const values = { tabindex: "0", role: "group", "aria-label": title?.textContent ?? document.title };
    for (const [name, value] of Object.entries(values)) {
      if (wide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
}
if (document.querySelector(WIDE)) {
  const main = document.getElementById("main");
  new ResizeObserver(reachable).observe(main);
  new MutationObserver(reachable).observe(main, { childList: true, subtree: true });
}

// Short messages

/** A message that passes. `action`: {label, run, letter}, where `letter` names the key that does the
 *  same. Gives `gone`, which takes it away, and `say`: new words, which of one that `counts` are shown
 *  alone, as a reader that told of each second would tell of nothing else. */
export function toast(text, { kind = "", for_s = 6, action = null, counts = false } = {}) {
  const name = { good: "check", bad: "warning" }[kind] ?? "info";
  const node = el(`div.toast${kind ? `.toast--${kind}` : ""}`, {}, icon(name), el("span.toast__text", { "aria-hidden": counts && "true" }, text));
  if (counts) node.append(el("span.visually-hidden", {}, text));
  const gone = () => node.remove();
  if (action) {
    node.append(
      el(
        "button.button",
        { type: "button", "aria-keyshortcuts": action.letter, onclick: () => { gone(); action.run(); } },
        action.label,
        action.letter && el("kbd", { "aria-hidden": "true" }, action.letter),
      ),
    );
  }
  document.getElementById("toasts").append(node);
  setTimeout(gone, for_s * 1000);
  return { gone, say: (words) => { node.querySelector(".toast__text").textContent = words; } };
}

// Keys

const KEYS_ON = "hardstop.keys";
const known = new Map();

/** Make a key do something; `text` names it in the list. Later bindings win. */
export function key(name, text, run) {
  known.set(name, { text, run });
}

const keysOn = () => localStorage.getItem(KEYS_ON) !== "off";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable], dialog[open]")) return;
  const bound = known.get(event.key);
  if (!bound || (!keysOn() && event.key.length === 1)) return;
  // A button that has the focus keeps Enter and Space to itself.
  if (["Enter", " "].includes(event.key) && event.target.closest?.("a, button, summary")) return;
  event.preventDefault();
  bound.run(event);
});

function showHelp() {
  const list = document.getElementById("help-keys");
  const together = new Map();
  for (const [name, { text }] of known) together.set(text, [...(together.get(text) ?? []), name]);
  list.replaceChildren(
    ...[...together].flatMap(([text, names]) => [
      el("dt", {}, ...names.flatMap((name) => [el("kbd", {}, { ArrowDown: "↓", ArrowUp: "↑" }[name] ?? name), " "])),
      el("dd", {}, text),
    ]),
  );
  const on = document.getElementById("help-on");
  on.checked = keysOn();
  on.onchange = () => localStorage.setItem(KEYS_ON, on.checked ? "on" : "off");
  document.getElementById("help").showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-do="help"]')) showHelp();
  // A click beside a dialog closes it.
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
// Until somebody chooses a zone, the clocks of the server's pages are those of their browser, too.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (about.viewer && !about.viewer.time_zone && timeZone) {
  post("/api/me/time-zone", { time_zone: timeZone }).catch(() => {});
}
if (about.viewer) {
  key("?", t("keys.help"), showHelp);
  key("t", t("keys.theme"), () => {
    const order = ["auto", "light", "dark"];
    const next = order[(order.indexOf(themeNow()) + 1) % order.length];
    setTheme(next);
    toast(t("theme.now", { theme: t(`theme.${next}`) }), { for_s: 2 });
  });
}
