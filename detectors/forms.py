"""Personal data that shows by its form alone: ids, account numbers, e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detectors.markers import Kind

_FORMS = (
    (Kind.NATIONAL_ID, re.compile(r"(?<![\w.-])\d{3}([.-])\d{2}\1\d{4}(?![\w-])")),
    (Kind.PHONE, re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{4}(?!\w)")),
    (
        Kind.NATIONAL_ID,
        re.compile(
            r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.NATIONAL_ID,
        re.compile(r"(?<!\w)QQ[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)", re.IGNORECASE),
    ),
    (
        # A Medicare number (CMS, "Understanding the MBI format"): no S, L, O, I, B or Z in it.
        Kind.NATIONAL_ID,
        re.compile(
            r"(?<!\w)[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[ -]?[AC-HJKMNP-RT-Y]"
            r"[AC-HJKMNP-RT-Y0-9]\d[ -]?[AC-HJKMNP-RT-Y]{2}\d{2}(?!\w)",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.ACCOUNT,
        re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
    ),
    (
        Kind.EMAIL,
        re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII),
    ),
    (
        # "anna(at)example.com", "anna [at] example dot com"
        Kind.EMAIL,
        re.compile(
            r"(?<![\w.+%-])[\w.+%-]{1,64} ?(?:\[at\]|\(at\)) ?[\w-]{1,63}"
            r"(?:(?:\.| ?\[dot\] ?| ?\(dot\) ?| dot )[\w-]{1,63}){1,5}",
            re.ASCII | re.IGNORECASE,
        ),
    ),
)


_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?!\w)", re.IGNORECASE | re.ASCII)


def forms(text: str) -> Iterator[tuple[int, int, Kind]]:
    """First character, last (exclusive) and kind of everything found."""
    for kind, form in _FORMS:
        for match in form.finditer(text):
            yield match.start(), match.end(), kind
    for match in _IBAN.finditer(text):
        if _mod_97(match.group().upper()) == 1:
            yield match.start(), match.end(), Kind.ACCOUNT


def _mod_97(iban: str) -> int:
    """The remainder that is 1 for an IBAN (ISO 13616)."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97
