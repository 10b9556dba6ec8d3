"""Countries by their codes, and the time zones that each of them spans."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_ALIASES = {"UK": "GB", "EL": "GR"}
"""What people write in place of the ISO 3166 code."""


def country(stated: str | None) -> str | None:
    """The ISO 3166 code of a country or of a part of one: "US" of "us-ca"; None where none is."""
    code = (stated or "").strip().upper().partition("-")[0]
    return _ALIASES.get(code, code) or None


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
