"""A queue's own policy: laid over the site's, checked as a whole, used from when it is known."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import Detector
from detectors.vocabulary import Signal, Trigger
from tests.workflow.test_desk import AT, VERSIONS, alerts, reading, routes
from workflow.alerts import AlertStatus
from workflow.call import CallFacts, Mode
from workflow.decision import DeskState
from workflow.desk import Desk
from workflow.policy import (
    Policy,
    PolicyError,
    default_policy_text,
    load_policy,
    parse_policy,
    plain,
    policy_digest,
)
from workflow.queue_detectors import QueueDetectors
from workflow.queues import overlaid

SITE = load_policy()


def with_queue(section: str) -> Policy:
    return parse_policy(f"{default_policy_text()}\n{section}", source="policy.toml")


def mistakes(section: str) -> list[str]:
    """What is wrong with a section, with lines counted from its first."""
    before = default_policy_text().count("\n") + 1
    with pytest.raises(PolicyError) as raised:
        with_queue(section)
    return [f"{m.line - before}: {m.where}: {m.problem}" for m in raised.value.mistakes]


def on(queue: str | None) -> CallFacts:
    return CallFacts(call_id="c", queue_id=queue)


def test_a_queue_has_what_it_says_and_the_site_the_rest() -> None:
    policy = with_queue(
        """
        [queues.vip]
        mode = "shadow"
        [queues.vip.detection]
        operating_point = "strict"
        [queues.vip.triggers.legal_threat]
        answer_within_s = 30
        [queues.vip.desks.legal]
        roster = ["dev", "carmen"]
        [queues.vip.authority.agent]
        refund_limit = 200
        [queues.vip.callbacks]
        attempts = 5
        """
    )
    vip = policy.for_queue("vip")
    assert vip.mode is Mode.SHADOW
    assert vip.detection.threshold_for("media") == 0.8
    legal = vip.triggers[Trigger.LEGAL_THREAT]
    assert (legal.answer_within_s, legal.desk) == (30, "legal")
    assert vip.desks["legal"].roster == ("dev", "carmen")
    assert vip.desks["legal"].target == "queue:legal"
    assert vip.callbacks.attempts == 5
    assert {a.refund_limit for a in vip.authority.values()} == {200, 500, 5000}
    assert policy.mode is Mode.LIVE


@pytest.mark.parametrize("queue", [None, "", "unheard-of"])
def test_an_unknown_queue_has_the_sites_policy(queue: str | None) -> None:
    policy = with_queue('[queues.vip]\nmode = "shadow"')
    assert policy.for_queue(queue) is policy


def test_false_takes_an_entry_away_and_leaves_switches_alone() -> None:
    policy = with_queue(
        """
        [queues.chat.signals]
        supervisor_request = false
        [queues.chat.desks.legal]
        then = false
        [queues.chat.triggers.violence]
        ring_early = false
        """
    )
    chat = policy.for_queue("chat")
    assert Signal.SUPERVISOR_REQUEST not in chat.signals
    assert chat.desks["legal"].then is None
    assert not chat.triggers[Trigger.VIOLENCE].ring_early


@pytest.mark.parametrize(
    ("section", "line", "told"),
    [
        ('[queues.q.triggers.fraud]\ndesk = "frod"', 2, "queues.q.triggers.fraud.desk: no desk"),
        ("[queues.q]\nmood = 1", 2, "queues.q.mood: unknown setting"),
        ("[queues.q.triggers.media]\nanswer_within_s = 1", 2, "triggers.media.answer_within_s"),
        ('[queues.q.triggers.self_harm]\nmode = "consult"', 2, "never put on hold"),
        ("[queues.q.detection.thresholds]\nmedja = 0.4", 2, "no such trigger"),
        ('[queues."a.b"]\n[queues."a.b".desks.legal]\nthen = "lgal"', 3, "no desk 'lgal'"),
        ("[queues.q]\n[queues.q.triggers]\nmedia = false", 2, "'media' has no entry"),
        ("[queues.q]\n[queues.q.queues.r]", 1, "holds for the whole site: a queue has no queues"),
        ('[queues.q]\nversion = "2"', 2, "every alert names by it the one file that decided"),
        ("[queues.q.retention.incidents]\ndays = 0", 2, "retention.incidents.days"),
        ("[queues.q.across_calls]\nkeep_days = 9", 2, "keep_days: holds for the whole"),
        ("[queues.q.across_calls]\nmax_calls = 9", 2, "a caller rings on many queues"),
        ('[queues.q.across_calls]\nleave_out = ["anger"]', 2, "across_calls.leave_out"),
        ("[queues.q.reports]\nby_agent = true", 1, "people work on several queues"),
        ("[queues.q.detection]\ndeadline_ms = -1", 2, "must be 0 (never) or more"),
        ('[queues.p]\n[queues.q]\nmode = "replay"', 3, "use 'live' or 'shadow'"),
    ],
)
def test_a_mistake_in_a_queue_is_named_with_its_line_there(
    section: str, line: int, told: str
) -> None:
    (mistake,) = mistakes(section)
    assert mistake.startswith(f"{line}: queues.")
    assert told in mistake


def test_the_mistakes_of_every_queue_are_told_at_once() -> None:
    both = '[queues.a.triggers.media]\ndesk = "x"\n[queues.b.triggers.fraud]\ndesk = "y"'
    assert len(mistakes(both)) == 2


def test_a_mistake_of_the_site_is_told_once() -> None:
    text = default_policy_text().replace('then = "safety"', 'then = "safty"')
    with pytest.raises(PolicyError) as raised:
        parse_policy(f'{text}\n[queues.q]\nmode = "shadow"', source="policy.toml")
    assert len(raised.value.mistakes) == 1


def test_the_digest_covers_the_queues() -> None:
    digests = {
        policy_digest(SITE),
        policy_digest(with_queue("[queues.q.callbacks]\nattempts = 4")),
        policy_digest(with_queue("[queues.q.callbacks]\nattempts = 5")),
    }
    assert len(digests) == 3


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
tables = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(site=tables, override=tables)
@settings(max_examples=150, deadline=None)
def test_laying_over_twice_is_laying_over_once(
    site: dict[str, Any], override: dict[str, Any]
) -> None:
    kept = msgspec.json.encode([site, override])
    once = overlaid(site, override)
    assert overlaid(site, {}) == site
    assert overlaid(once, override) == once
    assert msgspec.json.encode([site, override]) == kept


def test_an_empty_section_is_the_sites_policy() -> None:
    policy = with_queue("[queues.q]")
    assert plain(policy.for_queue("q")) == plain(SITE)


def test_the_desk_decides_by_the_queue_of_the_call() -> None:
    policy = with_queue(
        """
        [queues.vip.triggers.legal_threat]
        desk = "media"
        [queues.vip.desks.media]
        roster = ["bo"]
        target = "queue:vip-press"
        """
    )
    desk = Desk(policy, VERSIONS)
    heard = reading("legal_threat")
    asked = {}
    for queue in ("vip", "other"):
        decision = desk.after_reading(DeskState(), heard, on(queue), at_ms=AT, mode=Mode.LIVE)
        (route,) = routes(decision)
        asked[queue] = (route.desk, route.target, route.owner and route.owner.id)
    assert asked == {
        "vip": ("media", "queue:vip-press", "bo"),
        "other": ("legal", "queue:legal", "carmen"),
    }


def test_a_queue_that_becomes_known_later_counts_from_then_on() -> None:
    desk = Desk(with_queue('[queues.quiet.triggers.media]\nseverity = "low"'), VERSIONS)
    first = desk.after_reading(
        DeskState(), reading("fraud"), on(None), at_ms=AT, mode=Mode.LIVE
    ).state
    second = desk.after_reading(
        first, reading("media", utterance="u2"), on("quiet"), at_ms=AT + 1000, mode=Mode.LIVE
    ).state
    # It is as it was decided, and says where its call is now.
    told = {"queue_id": "quiet", "revision": 2, "updated_at": second.alerts["fraud"].updated_at}
    assert second.alerts["fraud"] == msgspec.structs.replace(first.alerts["fraud"], **told)
    assert second.alerts["media"].severity.value == "low"


def test_a_route_to_a_desk_that_only_the_old_queue_had_goes_on() -> None:
    policy = with_queue(
        """
        [queues.vip.desks.concierge]
        name = "Concierge"
        target = "queue:concierge"
        roster = ["bo", "dev"]
        [queues.vip.triggers.self_harm]
        desk = "concierge"
        """
    )
    desk = Desk(policy, VERSIONS)
    state = desk.after_reading(
        DeskState(), reading("self_harm"), on("vip"), at_ms=AT, mode=Mode.LIVE
    ).state
    asked = []
    at_ms = AT
    for _ in range(6):
        at_ms = desk.next_moment(state, on("sales")) or at_ms
        decision = desk.after_time(state, on("sales"), at_ms=at_ms, mode=Mode.LIVE)
        state = decision.state
        asked += [route.owner.id for route in routes(decision) if route.owner]
    # After the last the round begins again: a person at risk is never left.
    assert asked == ["dev", "lee", "maya", "bo", "dev", "lee"]
    ended = desk.after_call(state, on("sales"), at_ms=at_ms, mode=Mode.LIVE)
    assert ended.state.callbacks


def test_a_desk_that_a_new_policy_no_longer_has_leaves_the_duty_manager() -> None:
    text = default_policy_text() + '\n[desks.extra]\nname = "X"\ntarget = "q"\nroster = ["bo"]\n'
    text = text.replace('desk = "crisis"', 'desk = "extra"')
    old = Desk(parse_policy(text, source="policy.toml"), VERSIONS)
    state = old.after_reading(
        DeskState(), reading("self_harm"), on("q"), at_ms=AT, mode=Mode.LIVE
    ).state
    new, at_ms, asked = Desk(SITE, VERSIONS), AT, []
    for _ in range(4):
        at_ms = new.next_moment(state, on("q")) or at_ms
        decision = new.after_time(state, on("q"), at_ms=at_ms, mode=Mode.LIVE)
        state = decision.state
        asked += [route.owner.id for route in routes(decision) if route.owner]
    assert asked == ["lee", "maya", "lee", "maya"]


def test_an_alert_of_a_queue_without_the_classifier_names_no_model() -> None:
    policy = with_queue("[queues.plain.detection]\nclassifier = false")
    desk = Desk(policy, msgspec.structs.replace(VERSIONS, model="m-1"))
    named = {}
    for queue in ("plain", "other"):
        decision = desk.after_reading(
            DeskState(), reading("fraud"), on(queue), at_ms=AT, mode=Mode.LIVE
        )
        ((_, alert),) = alerts(decision)
        assert alert.status is AlertStatus.CONFIRMED
        named[queue] = alert.model_version
    assert named == {"plain": None, "other": "m-1"}


def test_one_detector_for_each_distinct_detection_section() -> None:
    policy = with_queue(
        """
        [queues.a.detection]
        operating_point = "strict"
        [queues.b.detection]
        operating_point = "strict"
        [queues.c]
        mode = "shadow"
        """
    )
    detectors = QueueDetectors.from_policy(policy)
    assert detectors.count == 2
    assert detectors.for_queue("a") is detectors.for_queue("b")
    assert detectors.for_queue("c") is detectors.for_queue(None) is detectors.for_queue("z")
    assert isinstance(detectors.for_queue("a"), Detector)
    ours, theirs = detectors.for_queue("a"), detectors.for_queue("c")
    assert ours.finders["en"] is theirs.finders["en"]
