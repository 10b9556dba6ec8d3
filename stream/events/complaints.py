"""`complaints` (out, compacted): the complaint register, one entry with its whole history."""

from __future__ import annotations

from typing import Literal

from workflow.complaints import Complaint


class ComplaintRecord(
    Complaint, tag_field="type", tag="complaint", frozen=True, kw_only=True, omit_defaults=False
):
    """A registered complaint with its due dates. Quotes are redacted; the key is `reference`."""

    version: Literal[1] = 1
