"""What the policy says about reports."""

import msgspec


class Reports(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`by_agent`: whether single agents may be named; it needs a lawful ground in many places."""

    by_agent: bool = False
