"""The phrasebook of the scenarios: what each sentence does on a call, or checks about it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.workflow.story import LIFE, NIGHT, Story
from workflow.alerts import Alert, AlertStatus
from workflow.callbacks import Callback
from workflow.moments import milliseconds
from workflow.policy import RouteMode, load_policy
from workflow.routing import COMING, Stage

POLICY = load_policy()
PEOPLE = {person.name.split()[0]: name for name, person in POLICY.people.items()}
OVER = (AlertStatus.CLOSED, AlertStatus.RETRACTED)

Phrase = Callable[..., None]
GIVEN: dict[str, Phrase] = {}
WHEN: dict[str, Phrase] = {}
THEN: dict[str, Phrase] = {}


def phrase(book: dict[str, Phrase], pattern: str) -> Callable[[Phrase], Phrase]:
    def kept(function: Phrase) -> Phrase:
        book[pattern] = function
        return function

    return kept


def perform(book: dict[str, Phrase], sentence: str, story: Story) -> None:
    """Do what a sentence says. Raises LookupError unless exactly one phrase fits."""
    fits = [
        (function, found)
        for pattern, function in book.items()
        if (found := re.fullmatch(pattern, sentence))
    ]
    if len(fits) != 1:
        raise LookupError(f"{len(fits)} phrases fit this sentence: {sentence!r}")
    function, found = fits[0]
    function(story, *found.groups())


SAYS = {
    "threatens to sue": ("legal_threat", "i am going to sue you people"),
    "turns to the ombudsman": (
        "regulator",
        "i am going to report you to the financial ombudsman",
    ),
    "turns to the newspapers": ("media", "i am going to the newspapers with this"),
    "wants to end their life": ("self_harm", "i want to kill myself"),
    "reports fraud": (
        "fraud",
        "someone has stolen money from my account and i did not make that payment",
    ),
    "threatens to shoot": ("violence", "i am going to come down there and shoot all of you"),
    "reports a fire": ("emergency", "there's a fire in the house and we can't get out"),
    "tells of abuse": ("safeguarding", "my husband beats me and he is listening to this call"),
}
NAMED = {said: trigger for said, (trigger, _) in SAYS.items()}
_SAYS = "|".join(SAYS)
_WHO = "|".join(PEOPLE)
_WHAT = "|".join(NAMED.values()).replace("_", " ")


def alert_of(story: Story, what: str) -> Alert:
    return story.alerts[what.replace(" ", "_")]


def promised(story: Story) -> list[Callback]:
    return [callback for callback in story.callbacks if callback.is_open]


@phrase(GIVEN, "the desks are open")
def _open(story: Story) -> None:
    """As every morning."""


@phrase(GIVEN, "the desks are closed")
def _closed(story: Story) -> None:
    story.at_ms = NIGHT


@phrase(GIVEN, "the caller is a (vip) customer")
def _tier(story: Story, tier: str) -> None:
    story.tier = tier


@phrase(GIVEN, "the (fraud|compliance) desk owns this queue")
def _owned(story: Story, desk: str) -> None:
    story.owned = desk


@phrase(GIVEN, "the (fraud|compliance) desk comes for self-harm, too")
def _comes_for_life(story: Story, desk: str) -> None:
    story.life = desk


@phrase(GIVEN, "the site is in shadow")
def _shadow(story: Story) -> None:
    story.shadow = True


@phrase(WHEN, f"the caller ({_SAYS})")
def _says(story: Story, said: str) -> None:
    story.says(SAYS[said][1])


@phrase(WHEN, f"it is half heard that the caller ({_SAYS})")
def _half(story: Story, said: str) -> None:
    story.says(SAYS[said][1], final=False, utterance="half")


@phrase(WHEN, "the words turn out to be others")
def _others(story: Story) -> None:
    story.says("thank you that is very kind of you", utterance="half")


@phrase(WHEN, "the caller hangs up")
def _hangs_up(story: Story) -> None:
    story.hangs_up()


@phrase(WHEN, r"(\d+) (second|minute|hour)s? pass(?:es)?")
def _passes(story: Story, number: str, unit: str) -> None:
    story.waits(int(number) * {"second": 1, "minute": 60, "hour": 3600}[unit])


@phrase(WHEN, f"({_WHO}) (accepts|joins)")
def _comes(story: Story, who: str, how: str) -> None:
    kind = {"accepts": "accepted", "joins": "joined"}[how]
    story.platform(kind, story.asked[-1], person_id=PEOPLE[who])


@phrase(WHEN, "whoever is asked (accepts|joins)")
def _whoever(story: Story, how: str) -> None:
    kind = {"accepts": "accepted", "joins": "joined"}[how]
    for route in story.coming():
        story.platform(kind, route, person_id=route["owner"]["id"])


@phrase(WHEN, "every request fails: ([a-z ]+)")
def _all_fail(story: Story, reason: str) -> None:
    for route in story.coming():
        story.platform("failed", route, reason=reason.replace(" ", "_"))


@phrase(WHEN, "the hand-over is done")
def _completed(story: Story) -> None:
    story.platform("completed", story.asked[-1])


@phrase(WHEN, "the platform reports: ([a-z ]+)")
def _fails(story: Story, reason: str) -> None:
    story.platform("failed", story.asked[-1], reason=reason.replace(" ", "_"))


@phrase(WHEN, f"({_WHO}) (claims|acknowledges) the ({_WHAT})")
def _takes(story: Story, who: str, how: str, what: str) -> None:
    action = {"claims": "claim", "acknowledges": "acknowledge"}[how]
    story.does(PEOPLE[who], "supervisor", action, alert_id=alert_of(story, what).alert_id)


@phrase(WHEN, f"({_WHO}) calls the ({_WHAT}) a false alarm")
def _false(story: Story, who: str, what: str) -> None:
    about = alert_of(story, what).alert_id
    story.does(PEOPLE[who], "supervisor", "false_alarm", alert_id=about, reason="misheard")


@phrase(WHEN, f"({_WHO}) takes the false alarm about the ({_WHAT}) back")
def _undoes(story: Story, who: str, what: str) -> None:
    about = alert_of(story, what).alert_id
    story.does(PEOPLE[who], "supervisor", "undo_false_alarm", alert_id=about)


@phrase(WHEN, f"({_WHO}) resolves the ({_WHAT})")
def _resolves(story: Story, who: str, what: str) -> None:
    about = alert_of(story, what).alert_id
    story.does(PEOPLE[who], "supervisor", "resolve", alert_id=about, reason="agreed")


@phrase(WHEN, f"({_WHO}|the agent) offers a callback")
def _offers(story: Story, who: str) -> None:
    person, role = ("a7", "agent") if who == "the agent" else (PEOPLE[who], "supervisor")
    story.does(person, role, "offer_callback", reason="as asked")


@phrase(WHEN, "the agent asks for a supervisor")
def _asks(story: Story) -> None:
    story.does("a7", "agent", "request_supervisor")


@phrase(WHEN, f"({_WHO}) rings back and reaches the caller")
def _reaches(story: Story, who: str) -> None:
    _attempt(story, who, "reached")


@phrase(WHEN, f"({_WHO}) rings back and nobody answers")
def _in_vain(story: Story, who: str) -> None:
    _attempt(story, who, "no_answer")


def _attempt(story: Story, who: str, outcome: str) -> None:
    about = {"reference": story.callbacks[-1].reference, "callback": {"outcome": outcome}}
    story.does(PEOPLE[who], "supervisor", "attempt_callback", **about)


@phrase(THEN, f"({_WHO}) owns the ({_WHAT})")
def _owns(story: Story, who: str, what: str) -> None:
    owner = alert_of(story, what).owner
    assert owner is not None
    assert owner.id == PEOPLE[who]


@phrase(THEN, "every alert has a person as its owner")
def _all_owned(story: Story) -> None:
    owners = [alert.owner for alert in story.alerts.values()]
    assert owners
    assert all(owner is not None and owner.id in POLICY.people for owner in owners)


@phrase(THEN, f"the ({_WHAT}) is (confirmed|acknowledged|claimed|closed|retracted)")
def _status(story: Story, what: str, status: str) -> None:
    assert alert_of(story, what).status.value == status


@phrase(THEN, "asked, in this order: ([A-Z][a-z, A-Z]+)")
def _order(story: Story, names: str) -> None:
    asked = [event["owner"]["id"] for event in story.asked]
    assert asked == [PEOPLE[name] for name in names.split(", ")]


@phrase(THEN, "asked first: ([A-Z][a-z]+)")
def _first(story: Story, name: str) -> None:
    assert story.asked[0]["owner"]["id"] == PEOPLE[name]


@phrase(THEN, "the mode is (join|consult|manual)")
def _mode(story: Story, mode: str) -> None:
    assert story.asked[-1]["mode"] == mode


@phrase(THEN, f"the last request is for the ({_WHAT})(?: and the ({_WHAT}))?")
def _asked_for(story: Story, *what: str | None) -> None:
    meant = [alert_of(story, one).alert_id for one in what if one is not None]
    assert story.asked[-1]["alert_ids"] == meant


@phrase(THEN, f"its brief speaks of the ({_WHAT})")
def _brief(story: Story, what: str) -> None:
    assert f": {what}" in story.asked[-1]["brief"]["headline"]


@phrase(THEN, "the caller is never held")
def _never_held(story: Story) -> None:
    at_risk = False
    for event in story.told.values():
        at_risk |= event.get("type") == "alert.opened" and event["trigger"] in LIFE
        asks = event.get("type") in ("route.requested", "route.fallback")
        assert not (at_risk and asks) or event["mode"] in ("join", "manual")
    held = [way for way in story.ways.values() if way.route.mode is RouteMode.CONSULT]
    assert not [way for way in held if way.stage in COMING]


@phrase(THEN, r"an answer is wanted within (\d+) seconds")
def _within(story: Story, seconds: str) -> None:
    asked = story.asked[-1]
    lasts = milliseconds(asked["expires_at"]) - milliseconds(asked["requested_at"])
    assert lasts == int(seconds) * 1000


@phrase(THEN, "nobody is asked to come")
def _nobody(story: Story) -> None:
    assert not story.asked


@phrase(THEN, "nothing is raised")
def _nothing(story: Story) -> None:
    assert not story.alerts
    assert not story.asked


@phrase(THEN, "the request is taken back")
def _taken_back(story: Story) -> None:
    last = story.events("route.requested", "route.fallback", "route.cancelled")[-1]
    assert last["type"] == "route.cancelled"


@phrase(THEN, "nobody is sent away")
def _not_sent_away(story: Story) -> None:
    assert not story.events("route.cancelled")


@phrase(THEN, "every request is taken back")
def _all_taken_back(story: Story) -> None:
    asked = {event["route_id"] for event in story.asked}
    assert asked == {event["route_id"] for event in story.events("route.cancelled")}


@phrase(THEN, "everybody who was asked has come")
def _all_come(story: Story) -> None:
    assert {way.stage for way in story.ways.values()} == {Stage.JOINED}
    assert {alert.status for alert in story.alerts.values()} == {AlertStatus.CLAIMED}


@phrase(THEN, "the round has begun again")
def _again(story: Story) -> None:
    for asked in story.people_asked().values():
        if asked.count("lee") > 1:
            return
    raise AssertionError("nobody was asked twice")


@phrase(THEN, "the next person was asked")
def _next(story: Story) -> None:
    for asked in story.people_asked().values():
        assert len(set(asked)) > 1


@phrase(THEN, "the same person is asked to come by hand")
def _by_hand(story: Story) -> None:
    for asked in story.people_asked().values():
        assert len(asked) > 1
        assert len(set(asked)) == 1
    assert {way.route.mode for way in story.ways.values()} == {RouteMode.MANUAL}


@phrase(THEN, f"({_WHO}) owes the caller a callback")
def _owes(story: Story, who: str) -> None:
    (callback,) = promised(story)
    assert callback.owner.id == PEOPLE[who]
    assert not callback.welfare


@phrase(THEN, "a named person owes the caller a callback")
def _someone_owes(story: Story) -> None:
    (callback,) = (callback for callback in promised(story) if not callback.welfare)
    assert callback.owner.id in POLICY.people
    others = set(NAMED.values()) - LIFE
    left = [alert for alert in story.alerts.values() if alert.trigger in others]
    about = {alert.alert_id for alert in left if alert.callback_reference is not None}
    assert about <= set(callback.alert_ids), "the caller is rung once, about all of it"


@phrase(THEN, f"two people owe the caller a callback: ({_WHO}), ({_WHO})")
def _two_owe(story: Story, *who: str) -> None:
    assert [callback.owner.id for callback in promised(story)] == [PEOPLE[name] for name in who]


@phrase(THEN, f"the callback is about the ({_WHAT})(?: and the ({_WHAT}))?")
def _about(story: Story, *what: str | None) -> None:
    (callback,) = promised(story)
    meant = [one for one in what if one is not None]
    assert callback.issue_summary == ", ".join(meant)
    for one in meant:
        alert = alert_of(story, one)
        assert alert.alert_id in callback.alert_ids
        assert (alert.callback_reference, alert.owner) == (callback.reference, callback.owner)


@phrase(THEN, f"({_WHO}) rings the caller at once")
def _rings(story: Story, who: str) -> None:
    (callback,) = promised(story)
    assert callback.owner.id == PEOPLE[who]
    assert callback.welfare


@phrase(THEN, "a named person rings the caller at once")
def _someone_rings(story: Story) -> None:
    callbacks = [callback for callback in promised(story) if callback.welfare]
    assert callbacks
    assert {callback.owner.id for callback in callbacks} <= set(POLICY.people)


@phrase(THEN, "no callback is owed")
def _none_owed(story: Story) -> None:
    assert not promised(story)


@phrase(THEN, "no callback was ever offered")
def _never_offered(story: Story) -> None:
    assert not story.callbacks


@phrase(THEN, "the callback is (kept|escalated|cancelled|due|missed)")
def _callback_is(story: Story, state: str) -> None:
    assert story.callbacks[-1].state.value == state


@phrase(THEN, "it is refused: (.+)")
def _refused(story: Story, why: str) -> None:
    assert why in story.events("action.rejected")[-1]["reason"]


@phrase(THEN, f"the agent reads the words for the ({_WHAT}) first")
def _leads(story: Story, what: str) -> None:
    open_ = [alert for alert in story.alerts.values() if alert.status not in OVER]
    (leader,) = [alert for alert in open_ if alert.yields_to is None]
    assert leader.trigger == what.replace(" ", "_")


@phrase(THEN, "everything is marked as shadow")
def _marked(story: Story) -> None:
    assert {alert.mode.value for alert in story.alerts.values()} == {"shadow"}


def what_always_holds(story: Story) -> None:
    """What no scenario may break, whatever else it says."""
    for label, alert in story.alerts.items():
        assert alert.owner is not None, label
        assert alert.owner.id in POLICY.people, label
    verdict = story.chain()
    assert verdict.intact, verdict.detail
