"""Turns that are read once more: by the classifier, late, and where the channels prove swapped."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detectors.hits import HitFinder
from detectors.parts import classifier_hears, part_of, rules_hear, weighed
from detectors.reading import Finding, Turn
from detectors.roles import Roles
from detectors.scoring import Scorer
from detectors.settings import DetectionSettings
from detectors.vocabulary import Disposition, Speaker
from detectors.window import window

CAUGHT_UP = 4
"""Turns that the classifier reads late with a chunk: it must not fall behind again over them."""

_Told = tuple[str, Disposition]


class Late(msgspec.Struct, frozen=True):
    """What is said of earlier turns, now that the classifier has read them, or whose they are."""

    triggers: dict[str, float] = {}
    findings: tuple[Finding, ...] = ()
    utterance_ids: tuple[str, ...] = ()


def unscored(turns: Sequence[Turn]) -> tuple[int, ...]:
    """The places of the latest turns that the classifier has still to read."""
    return tuple(place for place, turn in enumerate(turns) if not turn.scored)[-CAUGHT_UP:]


def left_over(turns: Sequence[Turn]) -> tuple[int, ...]:
    """The same at the end of a call, with those that never became final: as partial results they
    were believed less."""
    some = (place for place, turn in enumerate(turns) if not (turn.scored and turn.is_final))
    return tuple(some)[-CAUGHT_UP:]


def of_agents(turns: Sequence[Turn]) -> tuple[int, ...]:
    """The places of what is labelled an agent's: read anew, as the caller's, after a swap."""
    return tuple(place for place, turn in enumerate(turns) if turn.speaker is Speaker.AGENT)


def read_again(
    turns: Sequence[Turn],
    places: Sequence[int],
    finder: HitFinder,
    scorer: Scorer | None,
    settings: DetectionSettings,
    roles: Roles,
    *,
    anew: bool = False,
    ended: bool = False,
) -> Late:
    """What rules and classifier hear in the turns at these places, by what is known of the roles
    now. What the rules alone said of a turn is not told twice, unless it is read `anew`. `ended`:
    nothing more will be said, so that every turn is as whole as it gets.
    """
    triggers: dict[str, float] = {}
    findings: list[Finding] = []
    for place in places:
        turn, before = turns[place], turns[:place]
        turn = msgspec.structs.replace(turn, is_final=turn.is_final or ended)
        part = part_of(turn.speaker, roles)
        seen = window(turn, before, finder.lexicon.words)
        hits = rules_hear(finder, seen, turn, before, part)
        scores = None
        if scorer is not None and part.listened_to:
            scores = classifier_hears(scorer, turn, before, part)
        some, found = weighed(hits, seen, settings, scores, scorer, part)
        told: set[_Told] = set()
        if not anew:
            told = _told(weighed(hits, seen, settings, None, None, part)[1])
        findings += (finding for finding in found if _is_news(finding, told))
        triggers = {label: max(p, triggers.get(label, 0.0)) for label, p in some.items()}
    return Late(
        triggers=triggers,
        findings=tuple(findings),
        utterance_ids=tuple(turns[place].utterance_id for place in places),
    )


def _told(findings: Sequence[Finding]) -> set[_Told]:
    """What was said already: who was raised need not be looked at as well."""
    told = {(finding.label, finding.disposition) for finding in findings}
    return told | {(label, Disposition.REVIEW) for label, how in told if how is Disposition.RAISE}


def _is_news(finding: Finding, told: set[_Told]) -> bool:
    how = finding.disposition
    return how is not Disposition.CLEAR and (finding.label, how) not in told
