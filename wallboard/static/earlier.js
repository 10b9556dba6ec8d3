// How often a caller has called before: asked of the server as alerts come up, a few at a time.

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

  /** Ask about a call, once. */
  ask(call) {
    if (this.#floor.earlier.has(call)) return;
    this.#floor.earlier.set(call, null);
    this.#waiting.push(call);
    this.#next();
  }

  async #next() {
    if (this.#going >= AT_ONCE || !this.#waiting.length) return;
    const call = this.#waiting.shift();
    this.#going += 1;
    try {
      const answer = await fetch(`/api/calls/${encodeURIComponent(call)}/earlier${this.#query}`);
      if (answer.ok) {
        this.#floor.earlier.set(call, await answer.json());
        this.#told(call);
      }
    } catch {
      this.#floor.earlier.delete(call);
    } finally {
      this.#going -= 1;
      this.#next();
    }
  }
}
