"""What is asked for: the request in an agent's words, and how long it stands.

A request names its answer, so that a bare "seven eight one" is known for what it is. It stands
until something else is asked, through small talk and further turns of the agent's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from detectors.digits import Word, word_set, words_of
from detectors.markers import MARKER, NUMBERS, Kind
from detectors.naming import NAMES, Name, named, names_in, table_of
from detectors.questions import asks_else, is_question
from detectors.reading import Turn
from detectors.vocabulary import Speaker
from detectors.window import side

ASKED_WORDS = 40
"""Words of the agent's that are searched for what was asked: the end of a long turn."""
OWN_TURNS = 3
"""Turns of one's own in which a number may have begun: an "um" in between does not end it."""
STANDS_WORDS = 60
"""Words of both sides after which a request is past: a purse is found by then."""

_ASKING = word_set(
    "? what what's can could may please tell give read confirm need take your digits number "
    "numbers code word date birth"
)
"""One of these makes a question or a request of what the agent said; talk of cards is neither."""
_LEADING = word_set(
    "okay ok and then now next also so right great thanks thank you lovely perfect alright just "
    "the your a last three four long for on its it's what's is , um uh er"
)
"""Nothing but these before a name, and the name is a question: "okay and the card"."""
_TRAILING = word_set("on there please for me you then now again as well of it that the ? ,")
"""Words that may follow a name at the end of a request: "and the cvv on there"."""
_DIGITS = frozenset({"number", "digit", "digits"})
_ENDS = frozenset(".?!;")

_RING = tuple(
    f"number {who} {act}"
    for who in ("we can", "can we", "should we", "i can", "can i", "should i", "to")
    for act in ("ring", "call", "reach", "text")
)
_REQUESTS: dict[Kind | None, tuple[str, ...]] = {
    Kind.SECURITY_CODE: (
        *("last three", "last 3", "last three digits", "last 3 digits", "three digits"),
        *("number we just sent", "number we sent", "number i just sent", "number i sent"),
        *("code we just sent", "code we sent", "code i just sent", "code i sent"),
        *("number we texted", "code we texted", "number in the text", "code in the text"),
        *("numbers in the text", "numbers are in the text", "signature strip"),
        *("three digit number", "three digit code", "3 digit number", "3 digit code"),
    ),
    Kind.ACCOUNT: ("bank details", "banking details", "account details"),
    Kind.CARD: ("card details", "card expire", "card run out"),
    Kind.PHONE: (
        *("call you back on", "call you back at", "call you on", "call you at", "reach you on"),
        *("reach you at", "ring you on", "ring you back on", "text you on", "contact you on"),
        *("your number", "good number", *_RING),
    ),
    None: (
        *("address", "balance", "amount", "total", "house number", "door number", "flat number"),
        *("apartment number", "unit number", "building number", "street number", "floor number"),
    ),
}
"""What agents call a number when they ask for it, and callers hardly ever when they say it."""
_SECRETS = (
    *("first pet", "first school", "first teacher", "your first car", "your first house"),
    *("your first job", "your first boss", "your first employer", "your first phone"),
    *("your first concert", "your first dog", "your first cat", "primary school"),
    *("elementary school", "childhood friend", "childhood nickname", "childhood hero"),
    *(
        "best friend at school",
        "best friend in school",
        "school friend",
        "childhood best friend",
        "childhood pet",
        "favourite teacher",
        "favorite teacher",
    ),
    *("favourite food", "favorite food", "favourite colour", "favorite color"),
    *("favourite film", "favorite movie", "favourite book", "favorite book", "favourite place"),
    *("favorite place", "favourite team", "favorite team", "favourite football team"),
    *("favorite sports team", "favourite band", "favorite band", "father's middle name"),
    *("mother's middle name", "mother's first name", "father's first name"),
    *("street did you grow up", "street you grew up", "where did you grow up"),
    *("town did you grow up", "town were you born", "city were you born"),
    *("where were you born", "where did you meet", "on your honeymoon", "place of birth"),
    *("answer to your security question", "answer to your secret question"),
    *("answer to that security question", "answer to this security question"),
)
"""What security questions ask for: their answers open an account as passwords do."""
_CODES = ("the code", "a code", "your code", "that code", "this code", "what code", "which code")
"""What a code that was sent is asked for by; others have a word before: "the error code"."""
_CODED = word_set(
    "error box label letter product voucher router meter parcel package packaging item door gate "
    "promotion offer discount screen display boiler machine leaflet catalogue receipt ticket "
    "building locker fault flight order booking"
)
"""What has a code that is no secret: "the code on the box"."""
_ON_A_PHONE = word_set("phone mobile text app email")
_TABLE = table_of(NAMES, _REQUESTS, {Kind.PASSWORD: _SECRETS, Kind.SECURITY_CODE: _CODES})

_LOOSE = frozenset(
    {
        *("card", "debit card", "credit card", "bank card", "visa", "mastercard", "amex"),
        *_SECRETS,
        *("american express", "account", "acct", "bank account", "phone", "telephone", "mobile"),
        *("cell", "cell phone", "landline", "your number"),
    }
)
"""Names of a thing as much as of its number: with a question about the thing they ask for none."""
_AT_THE_END = frozenset({"last three", "last 3"})
"""Said of digits where nothing follows: "and the last three?"."""
_ELSEWHERE = frozenset({"address", "balance", "amount", "total", "zip", "postcode"})
"""One word, and clearly the matter of its question: "the address on the account"."""
_IN_PASSING = frozenset({"part", "case", "reading", "confirmation"})
"""Names that are only words when the agent speaks: "say that part again", "just in case"."""
_DONE = tuple(
    f"{asked} {done}"
    for asked, acts in (
        ("did you", "give share tell read change reset forget set try enter"),
        ("have you", "given shared told read changed reset forgotten set tried entered lost"),
    )
    for done in acts.split()
)
"""What was done with a secret is asked, and not the secret."""
_RESETTING = word_set("reset resetting change changed changing forgot forgotten expired link")
_TO_TELL = word_set("what what's confirm tell give take spell read")
_OTHERWISE = (
    *("when did", "when was", "when were", "when do", "when does", "when is", "when's"),
    *("when have", "when had", "how much", "how many", "how long", "how often", "how old"),
    *("what time", "what year", "which year", "what month", "what day", "which day"),
    *_DONE,
)
"""A question whose answer is a time, an amount, or who was told."""


class Request(NamedTuple):
    """What a question is after. `kind` None: another matter, whose answer stays."""

    kind: Kind | None


OTHER = Request(None)


class Standing(NamedTuple):
    """What a speaker goes on from: their own words, and the number that is wanted still."""

    own: str
    wanted: Kind | None


@lru_cache(maxsize=1024)
def request_in(said: str) -> Request | None:
    """What the agent's words ask for last, if anything."""
    words = words_of(said[-400:])[-ASKED_WORDS:]
    for clause in reversed(_clauses(words)):
        request = _request_of(clause)
        if request is not None:
            return request
    return None


def unknown_asked(before: Sequence[Turn]) -> str:
    """The question right before, if nobody knows whose it is: it counts as the agent's."""
    last = before[-1] if before else None
    asks = last is not None and last.speaker is Speaker.UNKNOWN and is_question(last.text)
    return last.text if last is not None and asks else ""


def standing(turns: Sequence[Turn], speaker: Speaker, swapped: bool = False) -> Standing:
    """What came before a speaker's words. `swapped`: the agent is on the customer's channel.

    What they said before the agent last asked for something is over. A number that somebody has
    begun is wanted as one that was asked for is: it goes on, or is read back.
    """
    own: list[str] = []
    wanted: Kind | None = None
    words = 0
    for turn in reversed(turns):
        asks = turn.speaker is Speaker.UNKNOWN or turn.speaker is _agent(swapped)
        request = request_in(turn.text) if asks else None
        if side(turn.speaker) is side(speaker) and len(own) < OWN_TURNS and request != OTHER:
            own.insert(0, turn.text)
        if words <= STANDS_WORDS and wanted is None:
            wanted = request.kind if request is not None else _begun(turn.text)
        if request is not None:
            break
        words += len(turn.text.split())
        if words > STANDS_WORDS and len(own) == OWN_TURNS:
            break
    return Standing(" ".join(own), wanted)


def _agent(swapped: bool) -> Speaker:
    return Speaker.CUSTOMER if swapped else Speaker.AGENT


def _begun(text: str) -> Kind | None:
    """The kind of the last number that was taken out of a text."""
    if "[" not in text:
        return None
    kinds = [Kind(marker[1:-1]) for marker in MARKER.findall(text)]
    return next((kind for kind in reversed(kinds) if kind in NUMBERS), None)


def _clauses(words: Sequence[Word]) -> list[list[Word]]:
    clauses: list[list[Word]] = [[]]
    for word in words:
        clauses[-1].append(word)
        if word.text in _ENDS:
            clauses.append([])
    return clauses


def _request_of(clause: Sequence[Word]) -> Request | None:
    said = [word.text for word in clause if word.text not in _ENDS or word.text == "?"]
    otherwise = _DIGITS.isdisjoint(said) and _holds(said, _OTHERWISE)
    names = [one for one in names_in(clause, _TABLE) if _phrase(clause, one) not in _IN_PASSING]
    if not names:
        return OTHER if otherwise or asks_else(said) else None
    name = max(names, key=lambda one: (_weight(clause, one), one.kind is not None, one.last))
    asks = not _ASKING.isdisjoint(said)
    ends = _TRAILING.issuperset(said[name.last + 1 :])
    if _weight(clause, name) < _EXACT:
        if otherwise:
            return OTHER
        asks = asks or (ends and _LEADING.issuperset(said[: name.first]))
    if not ends and (not asks or _phrase(clause, name) in _AT_THE_END):
        return None
    partial = "last" in said and ("four" in said or "4" in said)
    if partial and name.kind in (Kind.CARD, Kind.ACCOUNT, Kind.PHONE):
        return OTHER
    if name.kind is Kind.PASSWORD and _is_of_dealings(said):
        return OTHER
    if _phrase(clause, name) in _CODES and _is_no_secret(said[name.last + 1 :]):
        return OTHER
    return Request(name.kind)


def _holds(said: Sequence[str], phrases: Iterable[str]) -> bool:
    row = f" {' '.join(said)} "
    return any(f" {phrase} " in row for phrase in phrases)


def _is_of_dealings(said: Sequence[str]) -> bool:
    """Whether what is done with a password is spoken of: "I'll reset your password for you"."""
    told = not _TO_TELL.isdisjoint(said)
    return _holds(said, _DONE) or not (told or _RESETTING.isdisjoint(said))


def _is_no_secret(after: Sequence[str]) -> bool:
    """Whether a code is that of a thing: "the code on the box", not one sent to a telephone."""
    return not _CODED.isdisjoint(after) and _ON_A_PHONE.isdisjoint(after)


_EXACT = 2


def _weight(clause: Sequence[Word], name: Name) -> int:
    """How surely a name is what its question is about: "the security code on the card"."""
    phrase = _phrase(clause, name)
    if name.kind is None:
        return int(phrase in _ELSEWHERE or name.last > name.first)
    if phrase in _CODES:
        return 1
    return 0 if phrase in _LOOSE else _EXACT


def _phrase(clause: Sequence[Word], name: Name) -> str:
    return " ".join(named(word) for word in clause[name.first : name.last + 1])
