"""`supervisor.actions` (in): what people do. The answer comes on `operations`."""

from __future__ import annotations

from typing import Literal

from workflow.actions import Deed


class Action(Deed, tag_field="type", tag="action", frozen=True, kw_only=True):
    """One deed on one thing. With `expected_revision` it is refused if the thing has moved on."""

    version: Literal[1] = 1
