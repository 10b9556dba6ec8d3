// Everything a person does: sent, shown as pending, and true only once the desk has applied it.

import { about } from "./dom.js";
import { t } from "./text.js";

const WAIT_MS = 15_000;
const waiting = new Map();
const early = new Map();

/** POST JSON to the service; gives the answer's JSON. Throws an Error whose text is for people. */
export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hardstop-csrf": about.csrf },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(t("act.unreachable"));
  }
  if (answer.status === 401) throw new Error(t("act.signed_out"));
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const detail = said.detail;
    throw new Error(typeof detail === "string" ? detail : t("act.refused", { status: answer.status }));
  }
  return said;
}

/** An id for what is sent: a repeat under it is the same thing. */
export const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

/** Do something: {call_id, action, alert_id?, ...}. Resolves once it is applied; rejects with the
 *  reason. The action's id is made here, so that a repeat is the same deed. */
export async function act(deed) {
  const action_id = newId();
  const verdict = new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(action_id);
      reject(new Error(t("act.no_answer")));
    }, WAIT_MS);
    waiting.set(action_id, { resolve, reject, timer });
  });
  // The verdict is awaited below; until then nobody listens, which is no fault.
  verdict.catch(() => {});
  try {
    await post("/api/actions", { action_id, ...deed });
  } catch (error) {
    clearTimeout(waiting.get(action_id)?.timer);
    waiting.delete(action_id);
    throw error;
  }
  if (early.has(action_id)) decide(early.get(action_id));
  return verdict;
}

function decide(body) {
  const found = waiting.get(body.action_id);
  if (!found) return;
  clearTimeout(found.timer);
  waiting.delete(body.action_id);
  if (body.applied) found.resolve(body);
  else found.reject(new Error(body.rejected || t("act.rejected")));
}

document.addEventListener("hardstop:deed", ({ detail }) => {
  const { body } = detail;
  if (body.applied === null || body.applied === undefined) return;
  if (!waiting.has(body.action_id)) early.set(body.action_id, body);
  if (early.size > 200) early.delete(early.keys().next().value);
  decide(body);
});
