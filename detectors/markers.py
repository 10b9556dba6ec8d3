"""What stands in a text where personal data was taken out."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal data that is taken out; the marker is its value in brackets."""

    CARD = "card"
    SECURITY_CODE = "security code"
    ACCOUNT = "account"
    NATIONAL_ID = "national id"
    EMAIL = "email"
    PHONE = "phone"
    DATE_OF_BIRTH = "date of birth"
    PASSWORD = "password"

    @property
    def marker(self) -> str:
        """The marker, "[card]"."""
        return f"[{self.value}]"


NUMBERS = frozenset({Kind.CARD, Kind.SECURITY_CODE, Kind.ACCOUNT, Kind.NATIONAL_ID, Kind.PHONE})
"""Kinds that are said digit by digit, and in pieces."""

MARKER = re.compile(r"\[(?:" + "|".join(kind.value for kind in Kind) + r")\]")
"""Any marker."""
