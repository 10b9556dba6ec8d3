// The complaint register: follows the feed; acknowledge, give news, answer, withdraw.

import { dialogs, field, follow } from "./records.js";

follow(["complaint"]);
dialogs({ deed: (form) => field(form, "reason") });
