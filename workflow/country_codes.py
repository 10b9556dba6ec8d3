"""Country codes that people write in place of those of ISO 3166."""

from __future__ import annotations

import re

ALIASES = {"UK": "GB", "EL": "GR"}
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


def code_mistake(name: str, *, regions: bool = False) -> str | None:
    """What is wrong with a name under which a policy states something for a country, or None.
    `regions`: whether a part of one ("US-CA") may have its own."""
    if name in ALIASES:
        return f"write {ALIASES[name]} (ISO 3166): what stands under {name} would never hold"
    if not _PLACE.fullmatch(name) or ("-" in name and not regions):
        part = ', with a part of it after a hyphen ("US-CA")' if regions else ""
        return f"no country by ISO 3166: two capital letters, like GB{part}"
    return None
