"""What is known of a call when somebody is asked to come: the mood, what was said, done, offered.

Built from what the reader of a call remembers anyway, so that a brief costs no second reading.
"""

from __future__ import annotations

import msgspec

from detectors.mood import Mood
from detectors.reading import Conversation, Reading, Turn
from detectors.vocabulary import Emotion, HeardStep, Speaker
from workflow.listening import CoachState, listened
from workflow.quotes import Said


class CallPicture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call as far as it has come. All words are redacted.

    `mood` and `feeling` are the customer's, None and neutral where nothing tells. `steps` of HEARD
    the agent has taken; `remedies` what they offered, `landmines` what they said that they should
    not have, each in their own words. `words`: the customer's last turns, the newest last;
    `complaint`: where they first stated what went wrong, however long ago.
    """

    mood: Mood | None = None
    feeling: Emotion = Emotion.NEUTRAL
    steps: tuple[HeardStep, ...] = ()
    remedies: tuple[Said, ...] = ()
    landmines: tuple[Said, ...] = ()
    words: tuple[Turn, ...] = ()
    complaint: Said | None = None

    def turn(self, utterance_id: str) -> Turn | None:
        """A turn of the customer's, if it is remembered."""
        return next((turn for turn in self.words if turn.utterance_id == utterance_id), None)

    def without(self, utterance_ids: frozenset[str]) -> CallPicture:
        """The call without these turns, and without a complaint that was stated in one of them."""
        left_out = [turn.text for turn in self.words if turn.utterance_id in utterance_ids]
        stated = self.complaint is not None and any(
            self.complaint.quote in text for text in left_out
        )
        return msgspec.structs.replace(
            self,
            words=tuple(t for t in self.words if t.utterance_id not in utterance_ids),
            complaint=None if stated else self.complaint,
        )


NOTHING_KNOWN = CallPicture()


def pictured(
    conversation: Conversation, coach: CoachState, reading: Reading | None = None, at_ms: int = 0
) -> CallPicture:
    """The call with `reading` as its newest turn, if there is one. `at_ms`: UTC ms."""
    if reading is not None:
        conversation = conversation.after(reading)
        if reading.turn.is_final and reading.monitored and not reading.roles.swapped:
            coach = listened(coach, reading, at_ms)
    mood = coach.mood if reading is None else reading.mood or coach.mood
    swapped = conversation.roles.swapped
    # On swapped channels the caller's words come as the agent's.
    words = [t for t in conversation.turns if (t.speaker is Speaker.AGENT) is swapped]
    return CallPicture(
        mood=mood if mood.turns else None,
        feeling=coach.feeling,
        steps=tuple(step for step in HeardStep if step in coach.heard.done),
        remedies=coach.remedies,
        landmines=coach.landmines,
        complaint=coach.complaint,
        words=tuple(turn for turn in words if turn.text.strip()),
    )
