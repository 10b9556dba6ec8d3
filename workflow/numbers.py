"""Telephone numbers as E.164, "+442079460018", and where they are from."""

from __future__ import annotations

import phonenumbers


class NumberError(ValueError):
    """What cannot be dialled; the text is for the person who gave it."""


def e164(number: str, country: str | None = None) -> str:
    """A number that is in use in its country, as E.164.

    `country` (ISO 3166) is where a national number is from. Raises NumberError.
    """
    parsed = _possible(number, country)
    if not phonenumbers.is_valid_number(parsed):
        raise NumberError("no such number is in use in its country; ask the caller to repeat it")
    return _written(parsed)


def dialled(number: str, country: str | None = None) -> str:
    """The number that a caller rings from, as E.164. Raises NumberError.

    With its country code it is enough that it can be dialled: tables of numbers in use lag behind.
    """
    try:
        return _written(_possible(number, None))
    except NumberError:
        return e164(number, country)


NO_NUMBER = "no number to ring yet"


def of_platform(number: str | None, country: str | None) -> tuple[str | None, str | None]:
    """The number that a platform tells, as E.164; where it is none ("anonymous", or a national one
    from nobody knows where), a note of what it told, for whoever has to find the caller."""
    if number is None or not number.strip():
        return None, None
    try:
        return dialled(number, country), None
    except NumberError:
        told = " ".join(number.replace(";", " ").split())[:TOLD_CHARS]
        return None, f"{NO_NUMBER}: the platform told '{told}'"


TOLD_CHARS = 40
"""Twice a long number: enough to see what it is, whatever comes in."""


def country_of(number: str | None) -> str | None:
    """The country (ISO 3166) that an E.164 number is from; None where it is from no single one."""
    try:
        parsed = phonenumbers.parse(number or "", None)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(parsed)
    found = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return None if found in _NOWHERE else str(found)


_NOWHERE = ("001", "ZZ")
"""What phonenumbers calls numbers of no country, and countries that it does not know."""


def _possible(number: str, country: str | None) -> phonenumbers.PhoneNumber:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        raise NumberError(
            "this is no telephone number; give it with its country code, like +44 20 7946 0018"
        ) from error
    if not phonenumbers.is_possible_number(parsed):
        raise NumberError("this number is too short or too long for its country")
    return parsed


def _written(parsed: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
