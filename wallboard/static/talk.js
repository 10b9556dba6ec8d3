// The live transcript: a turn stands where it began; partial words are replaced where they stand.

import { el } from "./dom.js";
import { clockOf } from "./moments.js";
import { t, word } from "./text.js";

export class Talk {
  #turns = new Map();
  #nodes = new Map();
  #following = true;

  constructor(pane, list, button) {
    this.pane = pane;
    this.list = list;
    this.button = button;
    button.onclick = () => this.follow(!this.#following);
    // Who scrolls up wants to read: nothing moves under their eyes until they are back at the end.
    pane.addEventListener("scroll", () => {
      const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
      if (atEnd !== this.#following) this.#show(atEnd);
    });
  }

  get size() {
    return this.#turns.size;
  }

  has(id) {
    return this.#nodes.has(id);
  }

  /** Bring a turn under one's eyes, with the focus: what is said meanwhile does not move it. */
  show(id) {
    const node = this.#nodes.get(id);
    if (!node) return;
    this.follow(false);
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "center" });
  }

  load(turns) {
    this.#turns.clear();
    this.#nodes.clear();
    this.list.replaceChildren();
    for (const turn of turns) this.put(turn);
  }

  /** A turn's newest state; an older one changes nothing. */
  put(turn) {
    const known = this.#turns.get(turn.utterance_id);
    if (known && known.number > turn.number) return;
    this.#turns.set(turn.utterance_id, turn);
    let node = this.#nodes.get(turn.utterance_id);
    if (!node) {
      node = el("li", { "data-first": turn.first });
      this.#nodes.set(turn.utterance_id, node);
      let before = this.list.lastElementChild;
      while (before && Number(before.dataset.first) > turn.first) before = before.previousElementSibling;
      if (before) before.after(node);
      else this.list.prepend(node);
    }
    this.#fill(node, turn, this.#marked.get(turn.utterance_id));
    if (this.#following) this.#toEnd();
  }

  #marked = new Map();

  /** Highlight what the alerts rest on. */
  mark(alerts) {
    const marked = new Map();
    for (const alert of alerts) {
      for (const piece of alert.evidence ?? []) {
        marked.set(piece.utterance_id, [...(marked.get(piece.utterance_id) ?? []), { ...piece, label: alert.trigger }]);
      }
    }
    const before = this.#marked;
    this.#marked = marked;
    for (const id of new Set([...before.keys(), ...marked.keys()])) {
      if (JSON.stringify(before.get(id)) === JSON.stringify(marked.get(id))) continue;
      const turn = this.#turns.get(id);
      if (turn) this.#fill(this.#nodes.get(id), turn, marked.get(id));
    }
  }

  follow(on) {
    this.#show(on);
    if (on) this.#toEnd();
  }

  #show(on) {
    this.#following = on;
    this.button.setAttribute("aria-pressed", String(on));
  }

  #toEnd() {
    this.pane.scrollTop = this.pane.scrollHeight;
  }

  #fill(node, turn, fromAlerts = []) {
    node.className = `turn turn--${turn.speaker}${turn.is_final ? "" : " turn--partial"}`;
    const found = (turn.findings ?? [])
      .filter((finding) => finding.disposition === "raise")
      .flatMap((finding) => finding.evidence.map((piece) => ({ ...piece, label: finding.label })));
    const pieces = [...found, ...fromAlerts].filter((piece) => piece.utterance_id === turn.utterance_id);
    node.replaceChildren(
      el(
        "p.turn__who",
        {},
        el("span", {}, word("speaker", turn.speaker)),
        el("time.num", {}, clockOf(turn.at)),
        turn.is_final ? null : el("span.turn__partial", {}, t("call.partial")),
        turn.emotion && turn.emotion !== "neutral" && turn.intensity > 0.5 ? el("span.turn__mood", {}, word("emotion", turn.emotion)) : null,
        ...halfHeard(turn).map((label) => el("span.turn__look", { title: t("call.look_why") }, t("call.look", { label: word("trigger", label) }))),
      ),
      el("p.turn__text", {}, ...highlighted(turn.text, pieces)),
    );
  }
}

/** The life stops that are for a person to look at in a caller's turn, where none of the kind was raised. */
function halfHeard(turn) {
  if (!turn.is_final || turn.speaker === "agent") return [];
  const labels = (disposition) => (turn.findings ?? []).filter((finding) => finding.disposition === disposition).map((finding) => finding.label);
  const raised = labels("raise");
  return [...new Set(labels("review"))].filter((label) => !raised.includes(label));
}

/** The text with its evidence marked. Offsets are Python's: code points, not UTF-16 units. */
function highlighted(text, pieces) {
  const points = Array.from(text);
  const fitting = pieces
    .filter((piece) => points.slice(piece.char_start, piece.char_end).join("") === piece.quote)
    .sort((a, b) => a.char_start - b.char_start || b.char_end - a.char_end);
  const parts = [];
  let at = 0;
  for (const { char_start, char_end, label } of fitting) {
    if (char_start < at) continue;
    parts.push(points.slice(at, char_start).join(""));
    parts.push(el("mark", { title: word("trigger", label) }, points.slice(char_start, char_end).join(""), el("span.mark__label", {}, word("trigger", label))));
    at = char_end;
  }
  parts.push(points.slice(at).join(""));
  return parts.filter((part) => part !== "");
}
