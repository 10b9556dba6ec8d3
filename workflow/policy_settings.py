"""The policy: what a contact center decides, as data, frozen. `workflow.policy` reads it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from detectors.settings import DetectionSettings
from detectors.vocabulary import Signal, Trigger
from workflow.authority import Authority
from workflow.call import CallRules, Mode
from workflow.caller_tiers import CallerTier
from workflow.calling import CallbackRules
from workflow.complaint_rules import ComplaintRules
from workflow.crisis import CrisisRules
from workflow.duty import Desk, Duty, Person, PersonRole, Roster
from workflow.handling import TRIGGER_NAMES, Handling, Text, Tiers
from workflow.hours import OpeningHours
from workflow.keeping import AcrossCalls
from workflow.patterns.settings import Reports
from workflow.queues import overlaid
from workflow.storage import Retention


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Everything a contact center may change without a programmer.

    `queues`: what is different on a queue, by its id; `for_queue` lays it over the rest.
    """

    version: Text
    people: dict[str, Person]
    duty: Duty
    desks: dict[str, Desk]
    triggers: dict[Trigger, Handling]
    authority: dict[PersonRole, Authority] = {}
    hours: dict[str, OpeningHours] = {}
    callbacks: CallbackRules = CallbackRules()
    signals: dict[Signal, Handling] = {}
    detection: DetectionSettings = DetectionSettings()
    mode: Mode = Mode.LIVE
    across_calls: AcrossCalls = AcrossCalls()
    complaints: ComplaintRules = ComplaintRules()
    reports: Reports = Reports()
    queues: dict[str, dict[str, Any]] = {}
    crisis: CrisisRules = CrisisRules()
    tiers: Tiers = Tiers()
    caller_tiers: dict[str, CallerTier] = {}
    retention: Retention = Retention()
    calls: CallRules = CallRules()

    def for_queue(self, queue_id: str | None) -> Policy:
        """The policy that holds on a queue; the site's where it has none of its own or is unknown.

        A call is judged by the queue that is known at the moment: a call whose queue becomes known
        later has its policy from then on, and what was begun before goes on as it was begun.
        """
        if queue_id is None:
            return self
        return self.by_queue.get(queue_id, self)

    @cached_property
    def by_queue(self) -> dict[str, Policy]:
        """The whole policy of each queue that has something of its own.

        Raises msgspec.ValidationError for overrides that `parse_policy` would have refused.
        """
        site = plain(self)
        return {
            queue: msgspec.convert(overlaid(site, override), Policy)
            for queue, override in self.queues.items()
        }

    def mode_for(self, queue_id: str | None, given: Mode) -> Mode:
        """The mode of what is emitted: a live call is `shadow` where its queue or the site is."""
        shadow = given is Mode.LIVE and self.for_queue(queue_id).mode is Mode.SHADOW
        return Mode.SHADOW if shadow else given

    def handling(self, label: str) -> Handling | None:
        """What to do about a label, or None where it opens no alert."""
        if label in TRIGGER_NAMES:
            return self.triggers[Trigger(label)]
        return self.signals.get(Signal(label))

    @property
    def roster(self) -> Roster:
        """Who is on duty when."""
        return Roster(self.people, self.desks, self.hours, self.duty)


def plain(policy: Policy) -> dict[str, Any]:
    """A policy without its queues as the tables and values that a TOML file has."""
    site: dict[str, Any] = msgspec.to_builtins(policy)
    del site["queues"]
    return site
