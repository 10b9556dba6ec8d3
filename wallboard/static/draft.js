// A draft of a response, on request: nothing is written before somebody asks, and nothing is sent.

import { post } from "./act.js";
import { el, icon } from "./dom.js";
import { key, toast } from "./page.js";
import { t, word } from "./text.js";

/** Wake the part of the page that asks for drafts. */
export function draftPart(call) {
  const [part, button, place] = ["draft-part", "draft-go", "draft"].map((id) => document.getElementById(id));
  part.hidden = false;
  const name = (text) => { button.querySelector("span").textContent = text; };
  name(t("call.draft"));
  button.onclick = async () => {
    button.disabled = true;
    button.setAttribute("data-pending", "");
    name(t("call.drafting"));
    try {
      show(place, await post(`/api/calls/${encodeURIComponent(call)}/draft`, {}));
    } catch (error) {
      place.replaceChildren(el("p.error", {}, error.message));
    }
    button.removeAttribute("data-pending");
    button.disabled = false;
    name(t("call.draft_again"));
  };
  key("d", t("keys.draft"), () => { button.scrollIntoView({ block: "nearest" }); button.click(); });
}

function show(place, draft) {
  const words = draft.draft.split(/\s+/).filter(Boolean).length;
  place.replaceChildren(
    ...(draft.takeover ? [el("div.notice.notice--bad", {}, icon("warning"), el("p", {}, t("call.draft_takeover")))] : []),
    el("p.soft.small", {}, `${word("emotion", draft.assessment.emotion)} · ${word("need", draft.assessment.need)}. ${draft.assessment.reason}`),
    el("div.draft__text", {}, ...draft.draft.split(/\n+/).map((part) => el("p", {}, part))),
    el(
      "div.row",
      {},
      el("button.button", { type: "button", onclick: () => copy(draft.draft) }, t("call.copy")),
      el("span.faint.small.num", {}, t("call.words", { n: words })),
    ),
    ...(draft.options.length ? [el("h3.small-title", {}, t("call.options")), el("ul.draft__options", {}, ...draft.options.map(option))] : []),
    ...(draft.landmines.length ? [el("h3.small-title", {}, t("call.landmines")), el("ul.draft__mines", {}, ...draft.landmines.map((mine) => el("li", {}, icon("cross"), el("span", {}, mine))))] : []),
    ...(draft.coaching ? [el("h3.small-title", {}, t("call.coaching")), el("p", {}, draft.coaching)] : []),
  );
}

const option = ({ title, detail, cost, recommended }) =>
  el("li", {}, el("p", {}, el("strong", {}, title), recommended ? el("span.chip.chip--good", {}, t("call.recommended")) : null), el("p.soft", {}, detail), el("p.faint.small", {}, cost));

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("call.copied"), { kind: "good", for_s: 2 });
  } catch {
    // Without https there is no clipboard: the text can be selected by hand.
    getSelection().selectAllChildren(document.querySelector(".draft__text"));
  }
}
