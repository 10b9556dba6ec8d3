// The cards of the board: filled for a few milliseconds a frame, counted while they are in sight.
// However much comes at once, the page answers to a key or a click in between.

import { fill, newCard, tick } from "./card.js";
import { arrange } from "./dom.js";

/** How long cards are filled in one frame; the rest follows in the next, the most urgent first. */
const FILL_MS = 4;
/** How far beyond the window a card counts as in sight: it is right before it is seen. */
const NEAR = "300px";

export class Deck {
  #floor;
  #how;
  #goes;
  #cards = new Map();
  #dirty = new Set();
  #near = new Set();
  #watch = new IntersectionObserver((changes) => this.#move(changes), { rootMargin: NEAR });

  /** `how(id)`: what `fill` is to know besides the alert; `goes(card, stays)` is told before a card
   *  goes, while `stays(id)` says which do not. */
  constructor(floor, how, goes) {
    this.#floor = floor;
    this.#how = how;
    this.#goes = goes;
  }

  get size() {
    return this.#cards.size;
  }

  /** Whether any card is to be filled anew. */
  get soiled() {
    return this.#dirty.size > 0;
  }

  /** A card is to be filled anew. */
  soil(id) {
    this.#dirty.add(id);
  }

  /** Bring the cards to these alerts, the most urgent first. Gives whether all of them are there as
   *  they are to be; if not, ask again in the next frame. */
  deal(alerts) {
    const kept = new Set(alerts.map((alert) => alert.alert_id));
    for (const [id, card] of this.#cards) {
      if (kept.has(id)) continue;
      this.#goes(card, (other) => kept.has(other));
      this.#take(id, card);
    }
    for (const id of this.#dirty) if (!kept.has(id)) this.#dirty.delete(id);
    const until = performance.now() + FILL_MS;
    for (const alert of alerts) {
      const id = alert.alert_id;
      let card = this.#cards.get(id);
      if (card && !this.#dirty.has(id)) continue;
      if (performance.now() > until) return false;
      if (!card) {
        card = newCard(alert);
        this.#cards.set(id, card);
        this.#watch.observe(card);
      }
      fill(card, alert, this.#floor, this.#how(id));
      this.#dirty.delete(id);
    }
    return true;
  }

  /** Put the cards of these alerts into a list, in this order; what has none yet follows later. */
  lay(list, alerts) {
    arrange(list, alerts.map((alert) => this.#cards.get(alert.alert_id)).filter(Boolean));
  }

  /** Everything that counts, on the cards that are in sight. */
  tick() {
    for (const id of this.#near) {
      const alert = this.#floor.alerts.get(id);
      // What has gone keeps its card until the next frame; in the background there is none.
      if (alert) tick(this.#cards.get(id), alert, this.#floor);
    }
  }

  #take(id, card) {
    this.#watch.unobserve(card);
    this.#cards.delete(id);
    this.#near.delete(id);
    card.remove();
  }

  #move(changes) {
    for (const { target, isIntersecting } of changes) {
      const id = target.dataset.alert;
      const alert = this.#floor.alerts.get(id);
      if (this.#cards.get(id) !== target || !alert) continue;
      if (!isIntersecting) this.#near.delete(id);
      else {
        this.#near.add(id);
        tick(target, alert, this.#floor);
      }
    }
  }
}
