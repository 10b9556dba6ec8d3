"""Detectors by queue: one for each distinct detection section, sharing rules and classifier."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from detectors.detector import Detector
from detectors.scoring import Scorer
from detectors.settings import DetectionSettings
from workflow.policy import Policy


class QueueDetectors:
    """The detector of the queue that a call is on; the site's where the queue has no other.

    `site` is the detector of the site's own section; `build` makes those of queues, else they come
    of the rules that are bundled and of `scorer`. Raises RuleError for a language with no or broken
    rules.
    """

    def __init__(
        self,
        site: Detector,
        policy: Policy,
        scorer: Scorer | None = None,
        build: Callable[[Policy], Detector] | None = None,
    ) -> None:
        self._site = site
        built = [(_read_by(policy), site)]
        self._own: dict[str, Detector] = {}
        for queue, own in policy.by_queue.items():
            found = next((reads for settings, reads in built if settings == _read_by(own)), None)
            if found is None:
                found = Detector.from_policy(own, scorer) if build is None else build(own)
                built.append((_read_by(own), found))
            self._own[queue] = found

    @classmethod
    def from_policy(cls, policy: Policy, scorer: Scorer | None = None) -> QueueDetectors:
        """All detectors of a policy; without a scorer, rules alone."""
        return cls(Detector.from_policy(policy, scorer), policy, scorer)

    def for_queue(self, queue_id: str | None) -> Detector:
        """The detector that reads a queue's calls."""
        return self._site if queue_id is None else self._own.get(queue_id, self._site)

    @property
    def count(self) -> int:
        """How many different detectors there are."""
        return len({id(reads) for reads in (self._site, *self._own.values())})


def _read_by(policy: Policy) -> DetectionSettings:
    """The settings that a detector reads: how long a chunk may wait is its reader's affair."""
    return msgspec.structs.replace(policy.detection, deadline_ms=0)
