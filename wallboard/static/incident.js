// One record: grows as entries come; hold, lift, review.

import { data } from "./dom.js";
import { dialogs, field, follow } from "./records.js";

const { call_id: call } = data("state");
follow(["entry"], (detail) => detail.call_id === call);
// A call that is closed to others from now on takes its record from under their eyes.
document.addEventListener("hardstop:call", ({ detail }) => {
  if (detail.call_id === call && detail.body?.gone && !detail.body.forgotten) location.reload();
});
dialogs({
  call,
  deed: (form) => ({ ...field(form, "reason"), ...(form.dataset.hold ? { hold: form.dataset.hold } : {}) }),
});
