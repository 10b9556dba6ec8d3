// Sound and desktop notifications: both off until somebody asks for them. Sound can be asked for once,
// under "Your settings"; what is switched on the page holds on that device.

import { about, el, icon } from "./dom.js";
import { t } from "./text.js";
import { toast } from "./page.js";

const SOUND = "hardstop.sound";
const NOTIFY = "hardstop.notify";
let context = null;
let show = () => {};

const soundOn = () => (localStorage.getItem(SOUND) ?? (about.viewer?.sound ? "on" : "off")) === "on";
const notifyOn = () => localStorage.getItem(NOTIFY) === "on" && globalThis.Notification?.permission === "granted";

/** A browser lets a page sound only after somebody has touched it. */
const waits = () => soundOn() && context?.state !== "running";

function audio() {
  if (!context) {
    context = new AudioContext();
    context.onstatechange = () => show();
  }
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** A life stop: two rising pairs nobody takes for a chat message. Anything else: one soft tone. */
function ring(isLife) {
  const ctx = audio();
  const notes = isLife ? [[0, 660], [0.18, 880], [0.5, 660], [0.68, 880]] : [[0, 520]];
  for (const [after, pitch] of notes) {
    const [tone, level] = [ctx.createOscillator(), ctx.createGain()];
    const at = ctx.currentTime + after;
    tone.type = isLife ? "triangle" : "sine";
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(isLife ? 0.4 : 0.18, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, at + (isLife ? 0.16 : 0.5));
    tone.connect(level).connect(ctx.destination);
    tone.start(at);
    tone.stop(at + 0.6);
  }
}

/** Tell of a new alert, as far as was asked for. The caller's words never leave the page. */
export function sound(alert, title, body, isLife) {
  try {
    if (soundOn()) ring(isLife);
  } catch {
    // A machine that cannot sound shows the alert all the same.
  }
  if (notifyOn()) notify(alert, title, body, isLife);
}

function notify(alert, title, body, isLife) {
  let note;
  try {
    note = new Notification(title, { body, tag: alert.alert_id, requireInteraction: isLife });
  } catch {
    // Chrome on Android grants what it then refuses to a page.
    localStorage.setItem(NOTIFY, "off");
    toast(t("board.notify_failed"), { kind: "bad", for_s: 10 });
    show();
    return;
  }
  note.onclick = () => {
    window.focus();
    location.hash = `alert-${alert.alert_id}`;
    note.close();
  };
}

/** Have the page sound as soon as the browser lets it; `tell(waits)` is called as that changes. */
export function wake(tell) {
  show = () => tell(waits());
  for (const touch of ["pointerdown", "keydown", "click"]) {
    document.addEventListener(touch, () => { if (waits()) audio(); });
  }
  if (soundOn()) audio();
  show();
}

/** The two switches, into an element. */
export function switches(place) {
  const noise = el("button.button.button--quiet", { type: "button", id: "sound" });
  const desktop = el("button.button.button--quiet", { type: "button", id: "notify" });
  const tell = (waiting) => {
    const how = waiting ? "waits" : soundOn() ? "on" : "off";
    noise.replaceChildren(icon(how === "on" ? "sound" : "mute"), el("span", {}, t(`board.sound_${how}`)));
    noise.setAttribute("aria-pressed", String(soundOn()));
    desktop.replaceChildren(icon("bell"), el("span", {}, t(notifyOn() ? "board.notify_on" : "board.notify_off")));
    desktop.setAttribute("aria-pressed", String(notifyOn()));
  };
  let waited = false;
  for (const touch of ["pointerdown", "keydown"]) noise.addEventListener(touch, () => { waited = waits(); });
  noise.onclick = () => {
    // The click that it waited for is not one to switch it off.
    if (waited) {
      waited = false;
      ring(false);
      return;
    }
    localStorage.setItem(SOUND, soundOn() ? "off" : "on");
    if (soundOn()) ring(false);
    show();
  };
  desktop.onclick = async () => {
    if (notifyOn()) localStorage.setItem(NOTIFY, "off");
    else if ((await globalThis.Notification?.requestPermission?.()) === "granted") localStorage.setItem(NOTIFY, "on");
    else toast(t("board.notify_denied"), { kind: "bad" });
    show();
  };
  place.append(noise, desktop);
  wake(tell);
}
