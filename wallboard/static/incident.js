// One record: grows as entries come; hold, lift, review.

import { data } from "./dom.js";
import { dialogs, field, follow } from "./records.js";

const { call_id: call } = data("state");
follow(["entry"], (detail) => detail.call_id === call);
dialogs({
  call,
  deed: (form) => ({ ...field(form, "reason"), ...(form.dataset.hold ? { hold: form.dataset.hold } : {}) }),
});
