"""Countries by their codes, and the time zones that each of them spans."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

ALIASES = {"UK": "GB", "EL": "GR"}
"""What people write in place of the ISO 3166 code."""
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


def country(stated: str | None) -> str | None:
    """The ISO 3166 code of a country or of a part of one: "US" of "us-ca"; None where none is."""
    code = (stated or "").strip().upper().partition("-")[0]
    return ALIASES.get(code, code) or None


def code_mistake(name: str, *, regions: bool = False) -> str | None:
    """What is wrong with a name under which a policy states something for a country, or None.
    `regions`: whether a part of one ("US-CA") may have its own."""
    if name in ALIASES:
        return f"write {ALIASES[name]} (ISO 3166): what stands under {name} would never hold"
    if not _PLACE.fullmatch(name) or ("-" in name and not regions):
        part = ', with a part of it after a hyphen ("US-CA")' if regions else ""
        return f"no country by ISO 3166: two capital letters, like GB{part}"
    return None


def zones(code: str | None) -> tuple[str, ...]:
    """The IANA time zones of a country; none where nobody knows it."""
    return _zones().get(code or "", ())


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """By country: zone.tab of the time zone database, which comes with the package tzdata."""
    text = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _place, zone, *_ = line.split("\t")
            found[code] = (*found.get(code, ()), zone)
    return found
