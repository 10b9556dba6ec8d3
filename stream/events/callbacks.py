"""`callbacks` (out, compacted): the Supervisor Callback Log, one record with its whole history."""

from __future__ import annotations

from typing import Literal

from workflow.callbacks import Callback


class CallbackRecord(
    Callback, tag_field="type", tag="callback", frozen=True, kw_only=True, omit_defaults=False
):
    """A promised callback. The window is RFC 3339; `number` E.164; the key is `reference`."""

    version: Literal[1] = 1
