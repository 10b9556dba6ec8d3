// Which alert a key is meant for: the one with the focus, else the most urgent; and none for a moment
// after either has changed under the hand, as what was meant is not what stands there now.

import { toast } from "./page.js";
import { t } from "./text.js";

/** How long a hand that is on its way takes to be stopped. */
const STEADY_MS = 1000;

export class Aim {
  #floor;
  #first = null;
  #firstAt = -Infinity;
  #goneAt = -Infinity;

  constructor(floor) {
    this.#floor = floor;
  }

  /** The most urgent alert as the page has just drawn it; none where nothing is open. */
  first(alert) {
    const id = alert?.alert_id ?? null;
    if (id === this.#first) return;
    if (this.#first !== null) this.#firstAt = performance.now();
    this.#first = id;
  }

  /** A card is about to go: if it has the focus, its neighbour takes it over. `stays(id)`: whether
   *  the card of an alert does. */
  goes(card, stays) {
    if (!card.contains(document.activeElement)) return;
    this.#goneAt = performance.now();
    const all = [...document.querySelectorAll("[data-alert]")];
    const here = all.indexOf(card);
    const around = [...all.slice(here + 1), ...all.slice(0, here).reverse()];
    around.find((other) => stays(other.dataset.alert))?.focus({ preventScroll: true });
  }

  /** Somebody went to a card by a key of theirs: what they do next is meant for that. */
  chosen() {
    this.#goneAt = -Infinity;
  }

  /** The alert that a key is meant for; none where that is not sure. */
  alert() {
    const card = document.activeElement.closest("[data-alert]");
    const id = card ? card.dataset.alert : this.#first;
    if (id === null) return undefined;
    const changedAt = Math.max(this.#goneAt, card ? -Infinity : this.#firstAt);
    const alert = this.#floor.alerts.get(id);
    if (alert && this.#floor.isOpen(alert) && performance.now() - changedAt >= STEADY_MS) return alert;
    toast(t("keys.changed"), { for_s: 5 });
    return undefined;
  }
}
