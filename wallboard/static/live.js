// The live channel: one EventSource a page, told on as DOM events, and how fresh it is.
//
//   live.start({after: 812, call: "c-1"});
//   document.addEventListener("hardstop:alert", ({detail}) => ...);   // {number, kind, ref, call_id, at, body}
//
// Every kind of the feed comes as `hardstop:<kind>`; besides:
//   hardstop:link   {state: "live" | "stale" | "lost", lastAt, since, why, behind}
//   hardstop:reset  the feed no longer holds what was missed: load the page's state anew
//
// An event that was seen already (its number is not above the last) is not told again.

import { about } from "./dom.js";
import { ago, clockOf } from "./moments.js";
import { t } from "./text.js";

const KINDS = ["alert", "guidance", "route", "callback", "turn", "hint", "note", "deed", "call", "complaint", "entry", "message"];
/** `fresh` comes every five seconds: four of them missing, and nobody is there. */
const SILENT_MS = 20_000;
/** How long what has passed to others is held back: who may see it still is told it anew right after. */
const MOVED_MS = 1500;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** After a `reset` the page lacks what it missed: it asks again no later than this. */
const RELOAD_MS = 5000;
/** How long it waits for an answer. */
const ANSWER_MS = 15_000;

class Live {
  #source = null;
  #last = null;
  #query = {};
  #heardAt = 0;
  #open = false;
  #tries = 0;
  #retry = null;
  #signedOut = false;
  #offset = (about.now ?? Date.now()) - Date.now();
  state = "none";
  lastAt = null;
  reading = true;
  behind = 0;
  catchingUp = false;
  #said = "none";
  #lostSince = null;
  #startedAt = 0;
  #moved = new Map();
  #loading = false;
  #wanted = false;

  /** Begin after a number of the feed. `kinds`, `call` and `wall` narrow what comes. */
  start({ after = null, kinds = null, call = null, wall = false, lastAt = null } = {}) {
    this.#last = after;
    this.#query = { kinds: kinds?.join(","), call, wall: wall ? "1" : null };
    this.lastAt = lastAt;
    this.#startedAt = Date.now();
    this.#connect();
    setInterval(() => this.#look(), 1000);
    document.addEventListener("visibilitychange", () => this.#look());
    window.addEventListener("online", () => this.#again(0));
    // A page that goes away must not hold one of the few connections that a browser grants.
    window.addEventListener("pagehide", () => this.#close());
    window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
  }

  /** UTC ms by the server's clock. */
  now() {
    return Date.now() + this.#offset;
  }

  /** The number of the last event that was told. */
  get number() {
    return this.#last;
  }

  /** After the state was loaded anew: go on from where it stands. */
  rebase(number) {
    for (const timer of this.#moved.values()) clearTimeout(timer);
    this.#moved.clear();
    this.#last = number;
    this.#again(0);
  }

  /** Have `load(state)` show a page's state anew, as `path` tells it now: tried until it is there, and
   *  until then the page says that it is behind. `refused` is called where it is not theirs any more. */
  async reload(path, load, { refused } = {}) {
    this.#wanted = true;
    if (this.#loading) return;
    this.#loading = true;
    try {
      for (let tries = 0; this.#wanted && !this.#signedOut; tries += 1) {
        this.#wanted = false;
        const state = await this.#fetched(path, refused);
        if (state) {
          load(state);
          this.rebase(state.number);
          continue;
        }
        this.#wanted = true;
        this.#look();
        const pause = Math.min(RELOAD_MS, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
        await new Promise((done) => setTimeout(done, pause));
      }
    } finally {
      this.#loading = false;
      this.#look();
    }
  }

  async #fetched(path, refused) {
    try {
      const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.status === 401) this.#signOut();
      if (answer.status === 403) refused?.();
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  #signOut() {
    this.#signedOut = true;
    this.#close();
    this.#look();
  }

  #connect() {
    this.#close();
    clearTimeout(this.#retry);
    const url = new URL("/api/stream", location.origin);
    for (const [name, value] of Object.entries({ ...this.#query, after: this.#last })) {
      if (value !== null && value !== undefined) url.searchParams.set(name, value);
    }
    const source = new EventSource(url);
    this.#source = source;
    this.#heardAt = Date.now();
    source.onopen = () => this.#heard();
    source.onerror = () => {
      this.#open = false;
      // While it is connecting the browser tries by itself; once closed it never would again.
      if (source.readyState === EventSource.CLOSED) this.#again();
      this.#look();
    };
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.#tell(event));
    source.addEventListener("hello", (event) => {
      this.#heard();
      this.#last ??= JSON.parse(event.data).number;
    });
    source.addEventListener("fresh", (event) => this.#fresh(JSON.parse(event.data)));
    source.addEventListener("reset", (event) => this.#dispatch("reset", JSON.parse(event.data)));
    source.addEventListener("signed_out", () => this.#signOut());
  }

  #close() {
    this.#source?.close();
    this.#source = null;
    this.#open = false;
  }

  #again(wait = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]) {
    if (this.#signedOut) return;
    clearTimeout(this.#retry);
    // Not all at the same instant: a service that has just come back has enough to do.
    this.#retry = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #heard() {
    this.#heardAt = Date.now();
    if (!this.#open) {
      this.#open = true;
      this.#tries = 0;
      this.#look();
    }
  }

  #tell(event) {
    this.#heard();
    const number = Number(event.lastEventId);
    if (this.#last !== null && number <= this.#last) return;
    this.#last = number;
    const detail = { ...JSON.parse(event.data), number };
    this.lastAt = Math.max(this.lastAt ?? 0, detail.at);
    this.#hold(detail, () => this.#dispatch(detail.kind, detail));
  }

  /** What is told anew right after it has passed on was never gone, and is not new either. */
  #hold({ kind, ref, body }, tell) {
    const thing = `${kind}/${ref}`;
    clearTimeout(this.#moved.get(thing));
    this.#moved.delete(thing);
    if (!body?.moved) return tell();
    this.#moved.set(thing, setTimeout(() => { this.#moved.delete(thing); tell(); }, MOVED_MS));
  }

  #fresh({ at, now, reading = true, behind = 0, catching_up: catchingUp = false }) {
    this.#heard();
    if (now) this.#offset = now - Date.now();
    if (at) this.lastAt = Math.max(this.lastAt ?? 0, at);
    this.reading = reading;
    this.behind = behind ?? 0;
    this.catchingUp = catchingUp;
    this.#look();
  }

  #look() {
    const silent = Date.now() - this.#heardAt > SILENT_MS;
    if (silent && this.#source && !this.#signedOut) {
      this.#open = false;
      this.#again(0);
      this.#heardAt = Date.now();
    }
    const starting = !this.#open && this.state === "none" && Date.now() - this.#startedAt < 3000;
    if (starting) return;
    const before = this.state;
    const quietMs = this.lastAt === null ? Infinity : this.now() - this.lastAt;
    if (!this.#open) this.state = "lost";
    else if (this.#loading || !this.reading || this.catchingUp || quietMs > (about.stale_after_s ?? 20) * 1000) this.state = "stale";
    else this.state = "live";
    if (this.state === "lost" && before !== "lost") this.#lostSince = this.now();
    const detail = {
      state: this.state,
      lastAt: this.lastAt,
      since: this.#lostSince,
      why: this.#signedOut ? "signed_out" : this.#whyStale(),
      behind: this.behind,
      changed: this.#said !== this.says,
    };
    this.#said = this.says;
    this.#dispatch("link", detail);
  }

  #whyStale() {
    if (this.#loading) return "loading";
    if (!this.reading) return "not_reading";
    return this.catchingUp ? "catching_up" : "";
  }

  /** What the page is to say of itself: as `state`, but where it loads what it missed, or the service
   *  reads what has been. */
  get says() {
    const why = this.#whyStale();
    return this.state === "stale" && ["loading", "catching_up"].includes(why) ? why : this.state;
  }

  #dispatch(kind, detail) {
    document.dispatchEvent(new CustomEvent(`hardstop:${kind}`, { detail }));
  }
}

export const live = new Live();

const WORDS = ["link", "link-text", "link-title", "link-why"].map((id) => document.getElementById(id));

/** The pill and the banner that base.html has. */
document.addEventListener("hardstop:link", ({ detail }) => {
  const { state, lastAt, since, why, behind } = detail;
  if (document.documentElement.dataset.link !== state) document.documentElement.dataset.link = state;
  const [pill, text, title, reason] = WORDS;
  if (!pill) return;
  const age = lastAt === null ? "" : ago(live.now() - lastAt);
  pill.hidden = false;
  say(text, state === "live" ? t("link.live", { age }) : t(`link.${live.says}`));
  if (state === "live") return;
  if (state === "lost") {
    say(title, t(why === "signed_out" ? "link.signed_out" : "link.lost_title"));
    say(reason, t(why === "signed_out" ? "link.signed_out_why" : "link.lost_why", { at: clockOf(since) }));
  } else if (why === "loading") {
    say(title, t("link.loading_title"));
    say(reason, t("link.loading_why"));
  } else if (why === "catching_up") {
    say(title, t("link.catching_up_title", { n: behind }));
    say(reason, t("link.catching_up_why"));
  } else {
    say(title, lastAt === null ? t("link.never_title") : t("link.stale_title", { age }));
    say(reason, t(why === "not_reading" ? "link.not_reading_why" : "link.stale_why"));
  }
});

function say(node, text) {
  // Only when it differs: a live region reads out every change.
  if (node && node.textContent !== text) node.textContent = text;
}
