"""Words that name a number before it is said: "my sort code is", "order number"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from detectors.digits import DIGITS, Run, Word
from detectors.markers import Kind


class Name(NamedTuple):
    """What a number is called. `kind` None: it may stay, an order or case number."""

    kind: Kind | None
    first: int
    last: int


NAMES: dict[Kind | None, tuple[str, ...]] = {
    Kind.CARD: (
        *("card number", "card no", "card", "debit card", "credit card", "bank card"),
        *("visa", "mastercard", "amex", "american express", "long number", "sixteen digit"),
        *("16 digit", "sixteen digits", "16 digits", "number on the front", "expiry"),
        *("expiry date", "expiration date"),
    ),
    Kind.SECURITY_CODE: (
        *("security code", "security number", "cvv", "cvc", "c v v", "c v c", "csc", "cvv2"),
        *("pin", "pin number", "pin code", "p i n", "verification code", "passcode"),
        *("pass code", "three digits are", "last three are", "last three digits are"),
        *("one time code", "one time passcode", "authentication code", "access code"),
        *("back of the card", "back of my card", "on the back", "code you sent", "code i got"),
        *("digits on the back", "texted me", "code is", "code was", "six digit code"),
        *("four digit code", "otp", "o t p"),
    ),
    Kind.ACCOUNT: (
        *("account number", "account no", "account", "acct", "sort code", "routing number"),
        *("routing", "iban", "i b a n", "bsb", "b s b", "transit number", "swift code"),
        *("bank account", "branch number", "institution number"),
    ),
    Kind.NATIONAL_ID: (
        *("social security number", "social security", "ssn", "s s n"),
        *("my social", "your social", "my social security number", "your social security number"),
        *("my social security", "your social security", "social is", "social number"),
        *("sin number", "my sin", "sin is", "s i n", "your sin", "pps", "p p s", "p p s number"),
        *("ppsn", "medicare card", "my medicare", "ni is", "n i is", "passport no", "nino"),
        *("national insurance number", "national insurance", "n i number", "ni number"),
        *("social insurance number", "social insurance", "tax file number", "t f n", "tfn"),
        *("passport number", "passport", "driver license", "drivers license", "driver's license"),
        *("driver licence", "drivers licence", "driver's licence", "driving license"),
        *("driving licence", "license number", "licence number", "medicare number", "pps number"),
        *("nhs number", "tax id", "national id", "id number", "aadhaar", "aadhar", "adhaar"),
        *("aadhaar number", "aadhar number", "aadhaar card", "aadhar card", "uidai", "uid number"),
        *("uidai number", "pan", "pan card", "pan number", "pan card number"),
        *("aadhaar card number", "aadhar card number"),
    ),
    Kind.PHONE: (
        *("phone number", "phone", "telephone number", "telephone", "mobile number", "mobile"),
        *("cell phone", "cell number", "cell", "landline", "call me back on", "call me back at"),
        *("call me on", "call me at", "ring me on", "reach me at", "reach me on", "text me on"),
        *("text me at", "contact number", "callback number", "call back number", "my number"),
        *("home number", "work number", "best number", "number to call", "number to reach"),
    ),
    Kind.DATE_OF_BIRTH: (
        *("date of birth", "d o b", "dob", "birth date", "birthdate", "born", "birthday is"),
        *("birthday", "my birthday", "memorable date"),
    ),
    Kind.PASSWORD: (
        *("password", "pass word", "passphrase", "pass phrase", "memorable word"),
        *("memorable information", "maiden name", "secret word", "secret answer"),
        *("memorable place", "memorable name"),
        *("security answer", "security word", "answer to my security question"),
        *("answer to the security question", "answer to my secret question"),
        *("answer to the secret question", "security question answer", "secret question answer"),
    ),
    None: (
        *("order", "order number", "reference", "reference number", "ref", "case", "case number"),
        *("ticket", "claim", "claim number", "policy", "policy number", "tracking"),
        *("tracking number", "confirmation", "invoice", "booking", "reservation", "complaint"),
        *("incident", "flight", "serial", "serial number", "model", "part", "zip", "zip code"),
        *("postcode", "post code", "parcel", "crime number", "badge", "meter", "employee"),
        *("area code", "promo code", "discount code", "voucher code", "error code", "postal code"),
        *("country code", "product code", "booking code", "reason code", "reading", "room"),
        *("code of conduct", "code of practice"),
        *("visa application", "visa application number", "visa reference", "barcode", "ean"),
        *("dress code", "code number", "extension", "dial code", "gate", "platform"),
    ),
}

Table = Mapping[str, Sequence[tuple[tuple[str, ...], Kind | None]]]
"""Names by their first word, the longest first."""


def table_of(*books: Mapping[Kind | None, Sequence[str]]) -> Table:
    """The names of some books, to be looked up in a row of words."""
    table: dict[str, list[tuple[tuple[str, ...], Kind | None]]] = {}
    for book in books:
        for kind, phrases in book.items():
            for phrase in phrases:
                words = tuple(word.removesuffix("'s") for word in phrase.split())
                table.setdefault(words[0], []).append((words, kind))
    for rows in table.values():
        rows.sort(key=lambda row: -len(row[0]))
    return table


_TABLE = table_of(NAMES)


_TELLING = frozenset({"is", "was", "says", "said", "reads"})
_MOST_ABOUT_CODE = 4
"""Words between "code" and "is": "the code you just texted me is"."""
_LEAST_CODE = 6
"""Digits right after "code" that are a code that was sent: an error code is shorter."""
_MOST_CODE = 8
_THE = frozenset({"the", "a", "my", "this", "that", "your", "their"})
_DEALT = frozenset({"charged", "debited", "billed", "frozen", "hacked", "emptied", "overdrawn"})
"""What was done to an account, with sums and days behind it."""
_AMOUNT_SIZES = range(2, 7)
"""Figures of an amount: one at a time, or seven in one go, are a number all the same."""


def holds_amounts(words: Sequence[Word], name: Name, run: Run) -> bool:
    """Whether what is on an account is told: "on my account there's 120, 250 and 80"."""
    if name.kind is not Kind.ACCOUNT or name.first != name.last:
        return False
    said = [word.text.replace("’", "'") for word in words[name.last + 1 : run.groups[0].first]]
    there = any(
        one == "there" and other in ("is", "are", "was", "were") for one, other in pairwise(said)
    )
    dealt = not _DEALT.isdisjoint(said)
    return (dealt or "balance" in said or "there's" in said or there) and all(
        len(group.digits) in _AMOUNT_SIZES for group in run.groups
    )


def with_area_codes(words: Sequence[Word], names: list[Name], telephone: bool) -> list[Name]:
    """The names, where "area code" is part of a telephone number if one is spoken of."""
    if not telephone:
        return names
    return [name._replace(kind=Kind.PHONE) if is_area(words, name) else name for name in names]


def is_area(words: Sequence[Word], name: Name) -> bool:
    """Whether a name is that of the first digits of a telephone number."""
    return words[name.first].text == "area"


def named(word: Word) -> str:
    """A word without the "is" that hangs on it: "pin's" names what "pin is" does."""
    return word.text[:-2] if word.text.endswith(("'s", "’s")) else word.text


def names_in(words: Sequence[Word], table: Table = _TABLE) -> list[Name]:
    """Every name in a row of words, in order; of names that start alike, the longest."""
    names: list[Name] = []
    places = [at for at in range(len(words)) if not _abbreviates(words, at)]
    said = [named(words[at]) for at in places]
    at = 0
    while at < len(said):
        if said[at] == "code" and _is_of_another(names, places[at]):
            at += 1
            continue
        for phrase, kind in table.get(said[at], ()):
            if tuple(said[at : at + len(phrase)]) == phrase:
                names.append(Name(kind, places[at], places[at + len(phrase) - 1]))
                at += len(phrase) - 1
                break
        else:
            if said[at] == "code" and _tells_code(words, places[at]):
                names.append(Name(Kind.SECURITY_CODE, places[at], places[at]))
        at += 1
    return names


def _is_of_another(names: Sequence[Name], at: int) -> bool:
    """Whether a code is that of what is named right before it: "tracking code"."""
    return bool(names) and names[-1].kind is None and names[-1].last == at - 1


def _tells_code(words: Sequence[Word], at: int) -> bool:
    """Whether "code" goes on to what it is: "the code they texted is", "the code 998877"."""
    if words[at].text != "code":
        return True
    for word in words[at + 1 : at + 2 + _MOST_ABOUT_CODE]:
        if word.text in _TELLING:
            return True
        if not word.text.isalpha():
            break
    the = at > 0 and words[at - 1].text in _THE
    return the and _digits_from(words, at + 1) >= _LEAST_CODE


def _digits_from(words: Sequence[Word], at: int) -> int:
    """Figures, and digits said one by one, in a row from a word on."""
    digits = 0
    for word in words[at : at + _MOST_CODE]:
        if not (word.text.isdecimal() or word.text in DIGITS):
            break
        digits += len(word.text) if word.text.isdecimal() else 1
    return digits


def _abbreviates(words: Sequence[Word], at: int) -> bool:
    """Whether a word is the dot behind a single letter, as in "P.P.S."."""
    return (
        words[at].text == "."
        and at > 0
        and len(words[at - 1].text) == 1
        and words[at - 1].text.isalpha()
        and words[at - 1].end == words[at].start
    )
