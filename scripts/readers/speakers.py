"""Who a name in a transcript stands for: the customer, the agent, or someone else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from detectors.vocabulary import Speaker

_USUAL = {
    Speaker.CUSTOMER: ("customer", "caller", "client", "consumer", "member", "patient", "external"),
    Speaker.AGENT: (
        "agent",
        "advisor",
        "adviser",
        "rep",
        "representative",
        "associate",
        "operator",
        "csr",
        "internal",
    ),
    Speaker.OTHER: ("other", "bot", "ivr", "system", "supervisor", "specialist", "interpreter"),
    Speaker.UNKNOWN: ("unknown",),
}
_ROLES = {name: speaker for speaker, names in _USUAL.items() for name in names}


class SpeakerNames:
    """Names to speakers: those given first, then the usual words for each role.

    A name that neither knows is read as `unknown` (that is, as the customer) and counted in
    `unrecognised`, so that whoever runs the command can be told.
    """

    def __init__(self, given: Mapping[str, Speaker] | None = None) -> None:
        self._given = {_plain(name): speaker for name, speaker in (given or {}).items()}
        self.unrecognised: Counter[str] = Counter()

    @classmethod
    def parse(cls, text: str) -> SpeakerNames:
        """From `Anna=agent,Caller=customer`. Raises ValueError saying which part is wrong."""
        given: dict[str, Speaker] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, equals, role = (piece.strip() for piece in part.rpartition("="))
            if not (name and equals):
                raise ValueError(f"{part!r} is not NAME=ROLE")
            if role.lower() not in set(Speaker):
                roles = ", ".join(speaker.value for speaker in Speaker)
                raise ValueError(f"no role {role!r}; roles are {roles}")
            given[name] = Speaker(role.lower())
        return cls(given)

    def known(self, name: str) -> Speaker | None:
        """The speaker of a name that was given or is usual, else None."""
        plain = _plain(name)
        return self._given.get(plain) or _ROLES.get(plain)

    def speaker(self, name: str) -> Speaker:
        """The speaker of any name; unknown ones are counted."""
        speaker = self.known(name)
        if speaker is None:
            self.unrecognised[name.strip()] += 1
            return Speaker.UNKNOWN
        return speaker


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
