// What is known of the floor: alerts, routes, calls, and the names of people and desks.
// What is told last stands: the server decides what an event is worth (a revision that is told anew may
// be lower), and the live channel tells each number of the feed once, in order.

import { about } from "./dom.js";
import { live } from "./live.js";
import { moment } from "./moments.js";

const OVER = new Set(["closed", "retracted"]);
const TRACE_MS = 60_000;
const LEFT_MS = 5_000;
const SEVERITIES = ["critical", "high", "medium", "low"];
const LATE = new Set(["feed_silent", "gap", "chunk_failed"]);
const LATE_MS = 180_000;
const NOTICE_MS = 3_600_000;
/** For so long after it was said, what was half heard is there to be looked at. */
const LOOK_MS = 900_000;
const ORDER = ["", "requested", "offered", "accepted", "failed", "cancelled", "joined", "completed"];

export class Floor {
  alerts = new Map();
  routes = new Map();
  calls = new Map();
  earlier = new Map();
  notices = new Map();
  /** Why calls are late, by call: until they are in time, and whether the call is known yet or not. */
  late = new Map();
  /** What the viewer has called a false alarm, by alert. */
  mine = new Set();
  #swept = 0;
  #left = new Map();
  names = { people: {}, desks: {}, life: [] };

  /** Everything anew, from what the server knows (`/api/board`, `/api/calls/...`). */
  load(state) {
    for (const kind of ["alerts", "routes", "calls", "earlier", "notices", "late"]) this[kind].clear();
    this.names = state.names;
    this.mine = new Set(state.mine);
    for (const alert of state.alerts) this.alerts.set(alert.alert_id, alert);
    for (const route of state.routes) this.routes.set(route.route_id, route);
    for (const call of state.calls) {
      this.calls.set(call.call_id, call);
      if (call.late) this.late.set(call.call_id, call.late);
    }
    for (const note of state.notices ?? []) this.notices.set(note.about, note);
    for (const [call, known] of Object.entries(state.earlier ?? {})) this.earlier.set(call, known);
  }

  now() {
    return live.now();
  }

  /** An alert as it stands now. Gives what it was before: undefined if it is new. One that comes right
   *  after it has gone is not: it is at a desk alone now, or others have its call. */
  alert(ref, body) {
    const left = this.#left.get(ref);
    const before = this.alerts.get(ref) ?? (left && this.now() - left.at < LEFT_MS ? left.alert : undefined);
    this.#left.delete(ref);
    if (body.gone) {
      if (before) this.#left.set(ref, { alert: before, at: this.now() });
      this.alerts.delete(ref);
    } else this.alerts.set(ref, body);
    return before;
  }

  route(ref, body) {
    if (body.gone) this.routes.delete(ref);
    else this.routes.set(ref, body);
  }

  call(ref, body) {
    const { lagging, lagging_at } = this.calls.get(ref) ?? {};
    if (body.gone) this.calls.delete(ref);
    else this.calls.set(ref, { ...body, lagging, lagging_at });
  }

  /** A deed has taken effect: whose false alarm it was, that person alone is offered to undo it. */
  deed({ action, alert_id, user_id, applied }) {
    if (!applied || !["false_alarm", "undo_false_alarm"].includes(action)) return;
    if (action === "false_alarm" && user_id === about.viewer?.id) this.mine.add(alert_id);
    else this.mine.delete(alert_id);
  }

  /** Whether an alert that has gone is a false alarm that the viewer may take back. */
  mayUndo = ({ alert_id, status, closed_reason }) =>
    status === "closed" && Boolean(closed_reason?.startsWith("false alarm")) && this.mine.has(alert_id);

  /** What operators were told: of a call, that its words come late or not at all; or of no call. */
  note(ref, at, body) {
    const { about, detail } = body;
    if (ref === null) this.notices.set(about, body);
    else if (about === "transcripts_late") this.late.set(ref, detail);
    else if (about === "transcripts_in_time") this.late.delete(ref);
    const call = this.calls.get(ref);
    if (call && LATE.has(about)) this.calls.set(ref, { ...call, lagging: detail, lagging_at: at });
  }

  /** 0 for a life stop, then by severity. */
  rank(alert) {
    if (this.names.life.includes(alert.trigger)) return 0;
    return 1 + Math.max(0, SEVERITIES.indexOf(alert.severity));
  }

  isOpen = (alert) => !OVER.has(alert.status);

  /** Whether somebody is to come: in shadow mode, and for what is played again, nobody is called. */
  isLive = (alert) => (alert.mode ?? "live") === "live";

  /** Open alerts, the most urgent first: what is live, life, severity, who has nobody yet, age. */
  open() {
    const key = (alert) => [
      this.isLive(alert) ? 0 : 1, this.rank(alert), alert.status === "claimed" ? 1 : 0, moment(alert.opened_at),
    ];
    return [...this.alerts.values()]
      .filter(this.isOpen)
      .map((alert) => ({ alert, key: key(alert) }))
      .sort(({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3])
      .map(({ alert }) => alert);
  }

  /** Alerts that have gone within the last minute, the newest first; older ones are forgotten. */
  gone() {
    const found = [];
    for (const [id, alert] of this.alerts) {
      if (this.isOpen(alert)) continue;
      if (this.now() - moment(alert.updated_at) <= TRACE_MS) found.push(alert);
      else {
        this.alerts.delete(id);
        this.mine.delete(id);
      }
    }
    return found.sort((a, b) => moment(b.updated_at) - moment(a.updated_at));
  }

  /** Forget what no alert is about any more, once a minute: a wall is left open for weeks. */
  sweep() {
    const before = this.now() - TRACE_MS;
    if (this.#swept > before) return;
    this.#swept = this.now();
    const calls = new Set([...this.alerts.values()].map((alert) => alert.call_id));
    for (const [id, call] of this.calls) {
      if (call.ended_at && call.ended_at < before) this.late.delete(id);
      if (call.ended_at && call.ended_at < before && !calls.has(id)) this.calls.delete(id);
    }
    for (const [id, { at }] of this.#left) if (at < before) this.#left.delete(id);
    for (const id of this.earlier.keys()) if (!calls.has(id)) this.earlier.delete(id);
    for (const [id, route] of this.routes) {
      // A route may come a moment before its alert.
      const alone = !route.alert_ids?.some((alert) => this.alerts.has(alert));
      if (alone && !(moment(route.state_at) > before)) this.routes.delete(id);
    }
  }

  /** The route that speaks for an alert: the one that has come furthest, or the latest. */
  routeOf(alert) {
    const all = [...this.routes.values()].filter((route) => route.alert_ids?.includes(alert.alert_id));
    const dead = (route) => ["failed", "cancelled"].includes(route.state);
    all.sort((a, b) => dead(a) - dead(b) || ORDER.indexOf(b.state) - ORDER.indexOf(a.state) || b.state_at - a.state_at);
    return all[0];
  }

  /** The desk that the card of an alert names: the one that is asked to come, else the alert's own. */
  deskOf = (alert) => this.routeOf(alert)?.desk ?? alert.desk;

  /** Calls that are going on. */
  live() {
    return [...this.calls.values()].filter((call) => !call.ended_at);
  }

  /** How many of them are read at all. */
  listening() {
    return this.live().filter((call) => !call.not_monitored).length;
  }

  /** Why the words of a call come late or not at all, if so. */
  lateness(call) {
    const lagging = Boolean(call.lagging) && this.now() - call.lagging_at < LATE_MS;
    return this.late.get(call.call_id) ?? (lagging ? call.lagging : undefined);
  }

  unheard() {
    return this.live().filter((call) => call.not_monitored || call.degraded || this.lateness(call));
  }

  /** Calls on which a life stop was half heard lately, the newest first: not where an alert of it stands. */
  looks() {
    const open = new Set([...this.alerts.values()].filter(this.isOpen).map((alert) => `${alert.call_id}/${alert.trigger}`));
    return this.live()
      .filter((call) => call.look && this.isLive(call) && this.now() - call.look.at < LOOK_MS)
      .map((call) => ({ call, labels: call.look.labels.filter((label) => !open.has(`${call.call_id}/${label}`)) }))
      .filter(({ labels }) => labels.length > 0)
      .sort((a, b) => b.call.look.at - a.call.look.at);
  }

  /** What stands of no single call, the newest first. */
  standing() {
    return [...this.notices.values()].filter((note) => this.now() - note.at < NOTICE_MS).sort((a, b) => b.at - a.at);
  }

  person = (id) => (id ? (this.names.people[id] ?? id) : null);
  agent = (id) => (id ? (this.names.agents?.[id] ?? id) : null);
  desk = (id) => (id ? (this.names.desks[id] ?? id) : "");
}
