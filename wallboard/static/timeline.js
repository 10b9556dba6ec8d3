// Everything that was done about a call, the newest first: from its record, deeds and messages.

import { el, icon } from "./dom.js";
import { clockOf, moment } from "./moments.js";
import { t, word } from "./text.js";

const ICONS = { route: "route", callback: "callback", opened: "warning", action: "claimed", message: "message", quote: "call" };

/** The entries as list items. An action that is on the record is not told twice. */
export function timeline({ entries, deeds, messages, routes, alerts }, floor) {
  const recorded = new Set([...entries.values()].map((entry) => entry.facts?.action_id).filter(Boolean));
  const items = [
    ...[...entries.values()].filter((entry) => entry.kind !== "quote").map((entry) => ofEntry(entry, floor)),
    ...[...deeds.values()].filter((deed) => !recorded.has(deed.action_id) && !deed.action.startsWith("hint_")).map((deed) => ofDeed(deed, floor)),
    ...[...messages.values()].map(ofMessage),
  ];
  if (!entries.size) items.push(...[...alerts.values()].map(ofAlert), ...[...routes.values()].map((route) => ofRoute(route, floor)));
  items.sort((a, b) => b.at - a.at);
  if (!items.length) return [el("li.faint", {}, t("call.timeline_none"))];
  return items.map(({ at, name, what, who, more }) =>
    el(
      "li",
      {},
      icon(ICONS[name] ?? "check"),
      el("div", {}, el("p", {}, el("strong", {}, what), who ? ` · ${who}` : ""), more ? el("p.soft.small", {}, more) : null),
      el("time.num.small.faint", {}, clockOf(at)),
    ),
  );
}

function ofEntry(entry, floor) {
  const { facts = {} } = entry;
  const what = entry.action ? word("deed", entry.action) : word("entry", entry.kind);
  const about = [
    facts.trigger ? word("trigger", facts.trigger) : "",
    facts.desk ? floor.desk(facts.desk) : "",
    facts.outcome === "rejected" ? t("call.rejected", { why: facts.rejected }) : "",
    facts.reason ? word("failure", facts.reason) : "",
    entry.note ?? "",
  ];
  return {
    at: moment(entry.at),
    name: entry.kind,
    what,
    who: floor.person(entry.actor) ?? facts.owner,
    more: about.filter(Boolean).join(" · "),
  };
}

function ofDeed(deed, floor) {
  const more = deed.applied === null ? t("call.sent") : deed.applied ? (deed.reason ?? "") : t("call.rejected", { why: deed.rejected });
  return { at: deed.sent_at, name: "action", what: word("deed", deed.action), who: floor.person(deed.user_id), more };
}

const ofMessage = (message) => ({
  at: message.at,
  name: "message",
  what: message.name,
  who: t("call.message_line", { text: message.text }),
  more: message.seen_at ? t("call.message_seen", { at: clockOf(message.seen_at) }) : t("call.message_unseen"),
});

const ofAlert = (alert) => ({
  at: moment(alert.opened_at),
  name: "opened",
  what: word("entry", "opened"),
  who: word("trigger", alert.trigger),
  more: "",
});

const ofRoute = (route, floor) => ({
  at: route.state_at ?? moment(route.requested_at),
  name: "route",
  what: word("route", route.state),
  who: floor.person(route.person_id) ?? route.owner?.name,
  more: floor.desk(route.desk),
});
