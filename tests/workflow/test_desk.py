"""Which readings open, confirm, update and retract alerts, and who is asked to come."""

import msgspec
import pytest

from detectors.reading import Evidence, Finding, Reading, Turn
from detectors.vocabulary import LABELS, LIFE_STOPS, Disposition, Speaker, Trigger
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.alerts import (
    EVIDENCE_KEPT,
    Alert,
    AlertChange,
    AlertStatus,
    Change,
    RecordHandling,
    TakenBack,
)
from workflow.call import CallFacts, Customer, Mode, Verified
from workflow.decision import Decision, DeskState, RouteChange, Versions
from workflow.desk import Desk
from workflow.policy import RouteMode, default_policy_text, load_policy, parse_policy
from workflow.routing import CancelReason, Route

VERSIONS = Versions(policy="p", rules="r")
DESK = Desk(load_policy(), VERSIONS)
CALL = CallFacts(call_id="c", queue_id="q", customer=Customer(ref="r", name="Ms Doe"))
AT = 1_790_000_000_000


def reading(
    *labels: str,
    utterance: str = "u1",
    final: bool = True,
    disposition: Disposition = Disposition.RAISE,
    imminent: bool = False,
    probability: float = 0.9,
) -> Reading:
    """What the detector says when it hears each label in one utterance."""
    evidence = Evidence(
        utterance_id=utterance, speaker=Speaker.CUSTOMER, quote="said", char_start=0, char_end=4
    )
    findings = tuple(
        Finding(
            label=label,
            disposition=disposition,
            probability=probability,
            reason="because",
            rule_id="test",
            evidence=(evidence,),
            imminent=imminent,
        )
        for label in labels
    )
    turn = Turn(utterance_id=utterance, speaker=Speaker.CUSTOMER, text="said so", is_final=final)
    return Reading(turn=turn, triggers=dict.fromkeys(LABELS, 0.0), findings=findings)


def decide(*readings: Reading, desk: Desk = DESK, mode: Mode = Mode.LIVE) -> list[Decision]:
    state, decisions = DeskState(), []
    for number, heard in enumerate(readings):
        decision = desk.after_reading(state, heard, CALL, at_ms=AT + number * 1000, mode=mode)
        decisions.append(decision)
        state = decision.state
    return decisions


def alerts(decision: Decision) -> list[tuple[Change, Alert]]:
    return [(c.change, c.alert) for c in decision.changes if isinstance(c, AlertChange)]


def routes(decision: Decision) -> list[Route]:
    return [c.route for c in decision.changes if isinstance(c, RouteChange)]


def test_final_words_open_a_confirmed_alert_and_ask_for_the_desk() -> None:
    (decision,) = decide(reading("legal_threat"))
    ((change, alert),) = alerts(decision)
    (route,) = routes(decision)
    assert change is Change.OPENED
    assert alert.status is AlertStatus.CONFIRMED
    assert alert.ack_due_at == "2026-09-21T14:14:20.000Z"
    assert (route.desk, route.mode) == ("legal", RouteMode.CONSULT)
    assert route.alert_ids == (alert.alert_id,)
    assert route.brief is not None
    assert route.brief.caller == "Ms Doe, identity not verified"
    assert route.brief.quotes == ("said",)


def test_partial_words_open_a_provisional_alert_and_move_nobody() -> None:
    (decision,) = decide(reading("legal_threat", final=False))
    ((_, alert),) = alerts(decision)
    assert alert.status is AlertStatus.PROVISIONAL
    assert not routes(decision)


@pytest.mark.parametrize("trigger", sorted(LIFE_STOPS))
def test_a_life_stop_rings_its_desk_while_provisional_and_is_never_held(trigger: Trigger) -> None:
    (decision,) = decide(reading(trigger.value, final=False))
    (route,) = routes(decision)
    assert route.mode is RouteMode.JOIN
    assert route.priority == 1


def test_the_final_confirms_and_then_asks_for_the_desk() -> None:
    _, decision = decide(reading("media", final=False), reading("media"))
    ((change, alert),) = alerts(decision)
    assert (change, alert.status, alert.revision) == (Change.UPDATED, AlertStatus.CONFIRMED, 2)
    assert [route.desk for route in routes(decision)] == ["media"]


def test_words_revised_away_retract_the_alert_and_cancel_the_ring() -> None:
    opened, decision = decide(reading("self_harm", final=False), reading())
    ((change, alert),) = alerts(decision)
    assert (change, alert.status) == (Change.RETRACTED, AlertStatus.RETRACTED)
    (cancelled,) = routes(decision)
    assert cancelled.cancel_reason is CancelReason.RETRACTED
    assert cancelled.route_id == routes(opened)[0].route_id


def test_who_has_claimed_what_the_final_no_longer_says_is_told_and_not_sent_away() -> None:
    (opened,) = decide(reading("self_harm", final=False))
    alert = opened.state.alerts["self_harm"]
    deed = Deed(
        action_id="a",
        call_id="c",
        action=ActionKind.CLAIM,
        actor=Actor(id="alex", role=ActorRole.SPECIALIST),
        alert_id=alert.alert_id,
    )
    state = DESK.after_action(opened.state, deed, CALL, at_ms=AT + 500, mode=Mode.LIVE).state
    assert state.alerts["self_harm"].status is AlertStatus.CLAIMED

    def then(state: DeskState, heard: Reading) -> Decision:
        return DESK.after_reading(state, heard, CALL, at_ms=AT + 1000, mode=Mode.LIVE)

    told = then(state, reading())
    ((change, now),) = alerts(told)
    assert (change, now.status) == (Change.UPDATED, AlertStatus.CLAIMED)
    assert now.reason.endswith("the final words no longer say it")
    assert now.taken_back is TakenBack.FINAL
    assert not routes(told)
    assert not then(told.state, reading()).changes, "told once"
    assert not then(state, reading(utterance="u2")).changes, "not by other words"
    ((_, again),) = alerts(then(told.state, reading("self_harm", utterance="u2")))
    assert (again.reason, again.taken_back) == ("because", None)


def test_the_final_of_another_utterance_retracts_nothing() -> None:
    _, decision = decide(reading("media", final=False), reading(utterance="u2"))
    assert not decision.changes


def test_the_same_words_again_are_no_second_alert() -> None:
    _, again = decide(reading("fraud"), reading("fraud"))
    assert not again.changes


def test_new_words_update_the_alert_and_keep_asking_once() -> None:
    _, decision = decide(reading("fraud"), reading("fraud", utterance="u2"))
    ((change, alert),) = alerts(decision)
    assert (change, alert.revision, len(alert.evidence)) == (Change.UPDATED, 2, 2)
    assert not routes(decision)


def test_a_flood_of_evidence_is_no_flood_of_updates() -> None:
    decisions = decide(*(reading("fraud", utterance=f"u{n}") for n in range(50)))
    changes = [change for decision in decisions for change in alerts(decision)]
    assert len(changes) == EVIDENCE_KEPT
    assert len(decisions[-1].state.alerts["fraud"].evidence) == EVIDENCE_KEPT


def test_imminence_updates_at_once_even_in_a_partial() -> None:
    _, decision = decide(
        reading("self_harm"), reading("self_harm", utterance="u2", final=False, imminent=True)
    )
    ((change, alert),) = alerts(decision)
    assert change is Change.UPDATED
    assert alert.imminent


def test_a_retracted_alert_said_again_opens_the_next_episode() -> None:
    first, _, again = decide(
        reading("media", final=False), reading(), reading("media", utterance="u2")
    )
    ((change, alert),) = alerts(again)
    assert (change, alert.episode, alert.revision) == (Change.OPENED, 2, 1)
    assert alert.alert_id != alerts(first)[0][1].alert_id


def test_two_hard_stops_open_two_alerts_and_ask_for_two_desks() -> None:
    (decision,) = decide(reading("fraud", "regulator"))
    assert {alert.trigger for _, alert in alerts(decision)} == {"fraud", "regulator"}
    assert {route.desk for route in routes(decision)} == {"fraud", "compliance"}


def test_two_stops_of_one_desk_ask_for_it_once() -> None:
    (decision,) = decide(reading("violence", "emergency"))
    assert len(alerts(decision)) == 2
    assert [route.desk for route in routes(decision)] == ["safety"]


def test_a_signal_without_a_tier_opens_nothing() -> None:
    (decision,) = decide(reading("complaint", "churn_threat"))
    assert not decision.changes


def test_a_request_for_a_supervisor_asks_for_one() -> None:
    (decision,) = decide(reading("supervisor_request"))
    assert [route.desk for route in routes(decision)] == ["supervisors"]


@pytest.mark.parametrize("disposition", [Disposition.REVIEW, Disposition.CLEAR])
def test_review_and_cleared_findings_alert_nobody(disposition: Disposition) -> None:
    (decision,) = decide(reading("self_harm", disposition=disposition))
    assert not decision.changes


def test_a_call_that_ends_leaves_no_alert_provisional() -> None:
    (opened,) = decide(reading("legal_threat", final=False))
    decision = DESK.after_call(opened.state, CALL, at_ms=AT + 5000, mode=Mode.LIVE)
    (change, alert), (_, promised) = alerts(decision)
    assert (change, alert.status) == (Change.UPDATED, AlertStatus.CONFIRMED)
    assert "call ended" in alert.reason
    # Nobody can join a call that is over: a person rings back.
    assert not routes(decision)
    assert promised.callback_reference in decision.state.callbacks


def test_shadow_mode_marks_everything_and_routes_nothing() -> None:
    text = default_policy_text().replace('mode = "live"', 'mode = "shadow"', 1)
    desk = Desk(parse_policy(text, source="policy.toml"), VERSIONS)
    (decision,) = decide(reading("self_harm"), desk=desk)
    ((_, alert),) = alerts(decision)
    assert alert.mode is Mode.SHADOW
    assert not routes(decision)


def test_safeguarding_is_restricted_and_health_is_special_category() -> None:
    (decision,) = decide(reading("safeguarding", "self_harm", "fraud"))
    handling = {alert.trigger: alert.handling for _, alert in alerts(decision)}
    assert handling == {
        "safeguarding": RecordHandling.RESTRICTED,
        "self_harm": RecordHandling.SPECIAL_CATEGORY,
        "fraud": RecordHandling.NORMAL,
    }


def test_the_same_causes_give_the_same_decisions() -> None:
    story = [
        reading("self_harm", final=False),
        reading("self_harm", "fraud"),
        reading("fraud", utterance="u2"),
    ]
    first, second = decide(*story), decide(*story)
    assert [msgspec.json.encode(d.changes) for d in first] == [
        msgspec.json.encode(d.changes) for d in second
    ]


def test_facts_learnt_later_are_put_over_the_earlier_ones() -> None:
    verified = Customer(ref="r", name="Ms Doe", verified=Verified.FULL)
    newer = CALL.updated(CallFacts(call_id="c", customer=verified, agent_id="a7"))
    assert (newer.queue_id, newer.agent_id, newer.customer) == ("q", "a7", verified)


def test_who_may_be_an_impostor_is_for_the_fraud_desk_alone_from_then_on() -> None:
    def of_kind(heard: Reading, subtype: str) -> Reading:
        findings = tuple(msgspec.structs.replace(f, subtype=subtype) for f in heard.findings)
        return msgspec.structs.replace(heard, findings=findings)

    suspected = of_kind(reading("fraud", utterance="u2"), "impostor")
    ((_, alert),) = alerts(decide(suspected)[0])
    assert alert.handling is RecordHandling.RESTRICTED
    victim = of_kind(reading("fraud"), "victim")
    before, after = (alerts(decision)[0][1] for decision in decide(victim, suspected))
    assert before.handling is RecordHandling.NORMAL
    assert after.handling is RecordHandling.RESTRICTED


def test_a_desk_that_another_stop_needs_is_not_sent_away() -> None:
    _, _, retracted, last = decide(
        reading("violence", final=False),
        reading("emergency", utterance="u2"),
        reading(),
        reading("emergency", utterance="u3"),
    )
    assert [change for change, _ in alerts(retracted)] == [Change.RETRACTED]
    assert not routes(retracted)
    (still,) = last.state.ways.values()
    assert still.route.alert_ids == (last.state.alerts["emergency"].alert_id,)
