// What the agent should not have said: what rules heard in each turn, and what hints alone tell of.

import { el, icon } from "./dom.js";
import { clockOf, moment } from "./moments.js";
import { has, t } from "./text.js";

export class Breaks {
  #heard = new Map();
  #ruled = new Set();
  #drawn = "";

  constructor(list, talk) {
    this.list = list;
    this.talk = talk;
  }

  /** Everything anew, from the state of the call's page. */
  load({ breaks, rule_hints }) {
    this.#heard = new Map(Object.entries(breaks));
    this.#ruled = new Set(rule_hints);
  }

  /** What was heard in a turn, in place of what was heard in it before. */
  put({ utterance_id, breaks = [] }) {
    this.#heard.set(utterance_id, breaks);
  }

  draw(hints) {
    const all = [...this.#ofTurns(), ...this.#ofHints(hints)].sort((a, b) => a.at - b.at);
    const drawn = JSON.stringify(all);
    // Whoever has the focus on one of them keeps it while nothing is new.
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.list.replaceChildren(...(all.length ? all.map((one) => this.#item(one)) : [el("li.faint", {}, t("call.guardrails_none"))]));
  }

  /** Each once: a turn that is read again tells anew of what was heard in others. */
  #ofTurns() {
    const found = new Map();
    for (const one of [...this.#heard.values()].flat()) {
      const { rule, says, quote, instead, at, utterance_id } = one;
      const text = has(`rule.${rule}`) ? t(`rule.${rule}`) : says;
      const where = this.talk.has(utterance_id) ? utterance_id : null;
      found.set([utterance_id, rule, one.char_start].join("/"), { at, text, quote, instead, where });
    }
    return found.values();
  }

  #ofHints(hints) {
    return [...hints]
      .filter((hint) => hint.kind !== "next_step" && hint.text && !this.#ruled.has(hint.hint_id))
      .map(({ at, text, heard, say_instead }) => ({ at: moment(at), text, quote: heard, instead: say_instead, where: null }));
  }

  #item({ at, text, quote, instead, where }) {
    const said = quote ? t("call.said", { words: quote }) : null;
    const place = { type: "button", title: t("call.show_words"), onclick: () => this.talk.show(where) };
    return el(
      "li",
      {},
      icon("warning"),
      el(
        "div",
        {},
        el("p", {}, el("strong", {}, text)),
        said && el("p.soft", {}, where === null ? said : el("button.breaks__place", place, said)),
        instead ? el("p.soft", {}, t("call.instead", { words: instead })) : null,
      ),
      el("span.faint.num.small", {}, clockOf(at)),
    );
  }
}
