// How often a caller has called before: asked of the server for the cards that are shown, a few at a time.

const AT_ONCE = 4;

export class Earlier {
  #floor;
  #query;
  #told;
  #waiting = [];
  #going = 0;

  /** `told(call)` is called when something has become known; `query` ends the address. */
  constructor(floor, query, told) {
    this.#floor = floor;
    this.#query = query;
    this.#told = told;
  }

  /** What the floor was loaded with is known of the callers as they are known now. */
  loaded() {
    for (const [call, of] of this.#callers()) {
      const known = this.#floor.earlier.get(call);
      if (known) this.#floor.earlier.set(call, { ...known, of });
    }
  }

  /** Ask about the calls of these alerts: once, and again when the caller has become known. */
  ask(alerts) {
    const callers = this.#callers();
    for (const call of new Set(alerts.map(({ call_id }) => call_id))) {
      const known = this.#floor.earlier.get(call);
      const of = callers.get(call);
      if (known && known.of === of) continue;
      this.#floor.earlier.set(call, { ...known, of });
      this.#waiting.push([call, of]);
      this.#next();
    }
  }

  /** By call: who calls, null where nobody knows. */
  #callers() {
    const callers = new Map();
    for (const { call_id, customer_ref } of this.#floor.alerts.values()) {
      const known = callers.get(call_id) ?? customer_ref ?? this.#floor.calls.get(call_id)?.customer_ref;
      callers.set(call_id, known ?? null);
    }
    return callers;
  }

  async #next() {
    if (this.#going >= AT_ONCE || !this.#waiting.length) return;
    const [call, of] = this.#waiting.shift();
    this.#going += 1;
    try {
      const answer = await fetch(`/api/calls/${encodeURIComponent(call)}/earlier${this.#query}`);
      if (answer.ok) {
        this.#floor.earlier.set(call, { ...(await answer.json()), of });
        this.#told(call);
      } else if (answer.status >= 500) this.#again(call);
    } catch {
      this.#again(call);
    } finally {
      this.#going -= 1;
      this.#next();
    }
  }

  /** The next time that the card is drawn, it is asked for anew. */
  #again(call) {
    this.#floor.earlier.set(call, { ...this.#floor.earlier.get(call), of: undefined });
  }
}
