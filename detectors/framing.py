"""What people say around an answer: "um I think it might be … I'm not sure", and what is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from detectors.digits import Word, word_set

_FILLERS = (
    "um|uh|er|erm|ah|oh|hmm|mm|mhm|well|so|yeah|yes|yep|yup|ok|okay|right|sure|alright|hi|hello"
    "|now|and|like|then|of course|certainly|man|either|,|\\.|-|…|\\?"
)
WRITTEN = (
    "(?:all )?(?:in )?(?:lower case|lowercase|upper case|uppercase|capitals|one word)"
    "|with a capital"
)
"""How a word is written, said before it."""
_PONDERING = (
    "let me (?:just )?(?:think|see|check|remember|look)|hang on|hold on|bear with me|you know"
    "|(?:just )?(?:give me )?(?:one|a) (?:second|sec|moment|minute)|from memory|what was it"
    rf"|if i remember(?: right| rightly| correctly)?|{WRITTEN}"
)
_HEDGES = (
    "i (?:think|believe|guess|reckon|suppose)(?: that)?|i'm (?:pretty |fairly |quite )?sure"
    "|(?:pretty|fairly) sure|i want to say|i'd say|probably|maybe|perhaps|possibly|hopefully"
)
_CORRECTIONS = "no|nope|sorry|actually|i mean|or|make that"
_SUBJECT = (
    "it|that|this|he|she|they|mine|(?:(?:the|my|his|her|its|their) )?(?:name|answer|word|password)"
)
IS = (
    r"(?:(?:is|was|were|are|will be|would be|should be|might be|may be|could be|must be"
    r"|has to be|used to be|has been|had been)(?: (?:still|always|just|now|probably|maybe"
    r"|actually|currently|simply|called))*|=|:)"
)
"""How a thing and its name are joined: "is", "should be", "used to be", "was called"."""
_CALLED = (
    "(?:(?:it|i|we|that) (?:was|had|have|got) )?(?:(?:a|an|my|our|the) )?(?:[a-z]+ )?"
    "(?:dog|cat|pet|hamster|rabbit|goldfish|fish|parrot|horse|pony|one) (?:was |is )?called"
)
_TELLS = (
    rf"{_CALLED}|(?:{_SUBJECT}) {IS}|(?:it|that|he|she|name|answer|word|password)'(?:s|ll be|d be)"
    r"(?: (?:still|always|just|called))*|(?:is|was) it|(?:could|might|would) (?:it|that) be"
    rf"|(?:it |just |i'd )*(?:try|tried)|{IS}|i (?:put|chose|picked|used)"
    "|it (?:says|reads)(?: here)?"
)
_LEAD = re.compile(
    rf"(?:(?P<tells>{_TELLS})|(?P<corrects>{_CORRECTIONS})|(?P<hedges>{_HEDGES})"
    rf"|{_PONDERING}|{_FILLERS}) "
)
_TAIL = re.compile(
    r"(?:[,.?!…;] )*(?:$|(?:but|i (?:think|believe|guess|reckon|suppose)|i'm|or|not sure"
    r"|maybe|probably|please|thanks|thank you|cheers|with an?|all (?:lower|upper|one|in)|that's"
    r"|if (?:that|i|it)|is (?:that|it)|isn't it|right|as in|like the|capital|lower|upper"
    r"|in (?:capital|lower|upper|all)|one word|no spaces|love|mate|sir|madam|yeah|yes|um|uh|er|erm"
    r"|the (?:cat|dog|hamster|rabbit|horse)|(?:it|he|she) (?:is|was)) )"
)
_MOST_LEAD = 24
"""Words and signs before an answer that are looked at."""

_NO_ANSWER = word_set(
    "not no yes yeah yep nope nah ok okay sure right correct exactly absolutely definitely of"
    " i i'm i'd i've i'll you you're you've he he's she she's it it's its we we're they they're"
    " them us me my your his her our their myself yourself himself herself the a an any some"
    " this that that's these those there there's here what what's which who who's whose why where"
    " when how is isn't was wasn't were are aren't am be been being do don't does doesn't did"
    " didn't have haven't has hasn't had hadn't can can't cannot could couldn't will won't would"
    " wouldn't shall should shouldn't may might must let let's and but so or if then because"
    " please thanks thank cheers ta sorry pardon excuse hello hi hey bye can't in on at to for"
    " from with by about up out off just only still always never ever even again already yet too"
    " now today yesterday tomorrow tonight wait hang hold one second minute moment sec go going"
    " gone get got give tell say said ask try look looking listen stop think know dunno remember"
    " forgot forget forgotten idea clue lost changed need want wanted need speaking something"
    " nothing anything everything none neither same all every other both um uh er erm ah hm hmm"
    " huh mm well really very oh god christ jesus dear bloody hell damn shit fuck fucking good"
    " great fine lovely perfect brilliant super wonderful amazing ridiculous rubbish useless"
    " terrible unbelievable maybe probably possibly perhaps course certainly fire ahead"
    " problem problems worries worry chance joking serious seriously kidding whatever anyway mate"
    " madam miss love darling uncertain unsure stuck locked confused someone somebody someone's"
    " somebody's number phone line signal seconds minutes kids shouting screaming crying"
)
"""With one of these a short answer is talk, and not what was asked for."""
CRIES = word_set(
    "help helping die dying dead death kill killing killed suicide suicidal overdose overdosed"
    " hurt hurting bleeding breathing breathe choking fire smoke ambulance police emergency scared"
    " afraid threatening threatened rape raped stabbed knife gun bomb hostage"
)
"""Words of somebody in danger: rather a password is kept than one of these taken out."""


class Lead(NamedTuple):
    """What stands before an answer: `after` is the word behind it.

    `tells`: it says that the answer comes ("it might be"); `corrects`: that the last was wrong;
    `hedges`: that it is not sure.
    """

    after: int
    tells: bool
    corrects: bool
    hedges: bool


def plain(words: Sequence[Word], first: int, stop: int) -> str:
    """Words in one line, each with a space behind it, to be looked through for phrases."""
    return "".join(word.text.replace("’", "'") + " " for word in words[first:stop])


def lead_of(words: Sequence[Word]) -> Lead:
    """The fillers, hedges and openings that an answer begins with."""
    said = plain(words, 0, _MOST_LEAD)
    at = 0
    tells = corrects = hedges = False
    while opening := _LEAD.match(said, at):
        tells = tells or opening["tells"] is not None
        corrects = corrects or opening["corrects"] is not None
        hedges = hedges or opening["hedges"] is not None
        at = opening.end()
    return Lead(said.count(" ", 0, at), tells, corrects, hedges)


def is_pondering(words: Sequence[Word]) -> bool:
    """Whether nothing is said yet: "um, let me think"."""
    return lead_of(words).after == len(words)


def ends_at(words: Sequence[Word], at: int) -> bool:
    """Whether an answer may end before a word: at the end, or "… I think", "… please"."""
    return bool(_TAIL.match(plain(words, at, at + 6)))


def is_talk(text: str) -> bool:
    """Whether a word is one of an answer that says something else."""
    return text.replace("’", "'") in _NO_ANSWER or text in CRIES
