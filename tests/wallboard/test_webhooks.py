"""Webhooks: signed, sent again, given up, sent anew; restricted things never."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.wallboard.door import House
from tests.wallboard.receiver import Receiver, is_genuine, receiving
from wallboard.access import Role
from wallboard.store.tables import Alert, Delivery, Feed, Webhook
from wallboard.webhooks import addresses, hooks, outbox, signing
from wallboard.webhooks.courier import Courier
from wallboard.webhooks.formats import Format

WORDS = "my lawyer will hear of this <b>*today*</b>"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, webhook_networks="127.0.0.1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def _hook(house: House, url: str, format: str = "standard", **more: Any) -> Webhook:
    wanted = hooks.wanted(name="ops", url=url, format=format, **{"kinds": ("alert",), **more})
    with house.services.sessions.begin() as db:
        return hooks.create(db, wanted, "ada", house.clock())


def _alert(house: House, name: str = "a1", *, feed: bool = True, **more: Any) -> None:
    """An alert in the tables, and its row in the feed."""
    body = {
        "type": "alert.opened",
        "version": 1,
        "alert_id": name,
        "call_id": "call-1",
        "trigger": more.get("trigger", "legal_threat"),
        "severity": more.pop("severity", "high"),
        "status": more.pop("status", "confirmed"),
        "revision": 1,
        "reason": f"rule: {WORDS}",
        "evidence": [{"quote": WORDS, "speaker": "customer"}],
    }
    seen = {
        "queue_id": more.pop("queue_id", "cards"),
        "desk": more.pop("desk", "legal"),
        "handling": more.pop("handling", "normal"),
        "mode": more.pop("mode", "live"),
    }
    trigger = more.pop("trigger", "legal_threat")
    now = house.clock()
    with house.services.sessions.begin() as db:
        db.merge(
            Alert(
                alert_id=name,
                call_id="call-1",
                trigger=trigger,
                status=str(body["status"]),
                rank=2,
                revision=1,
                opened_at=now,
                updated_at=now,
                body=body,
                **seen,
            )
        )
        if feed:
            row = Feed(kind="alert", ref=name, call_id="call-1", trigger=trigger, at=now, body=body)
            for column, value in seen.items():
                setattr(row, column, value)
            db.add(row)


def _route(house: House, alert_id: str) -> None:
    with house.services.sessions.begin() as db:
        body = {"route_id": "r1", "alert_ids": [alert_id], "desk": "legal", "state": "joined"}
        db.add(
            Feed(
                kind="route",
                ref="r1",
                call_id="call-1",
                at=house.clock(),
                body=body,
                handling="normal",
                mode="live",
            )
        )


def _round(house: House) -> None:
    asyncio.run(Courier(house.services).round(wait=True))


def _spread(house: House) -> int:
    """How many messages a few rounds make, of which each reads a part."""
    made = 0
    for _ in range(3):
        with house.services.sessions.begin() as db:
            made += outbox.spread(db, house.clock(), "https://board.example")
    return made


def _deliveries(house: House) -> list[Delivery]:
    with house.services.sessions() as db:
        return list(db.scalars(select(Delivery)))


def test_an_alert_arrives_signed_and_once(house: House, receiver: Receiver) -> None:
    hook = _hook(house, receiver.url)
    _alert(house)
    _round(house)
    _round(house)
    (received,) = receiver.received
    assert is_genuine(hook.secret, received)
    assert not is_genuine(signing.new_secret(), received)
    assert received.json["type"] == "alert.opened"
    assert received.json["data"]["trigger"] == "legal_threat"
    assert received.json["data"]["link"].endswith("/calls/call-1")
    assert [one.state for one in _deliveries(house)] == ["delivered"]


def test_the_callers_words_go_only_where_they_are_wanted(house: House, receiver: Receiver) -> None:
    for format_ in Format:
        _hook(house, f"{receiver.url}/without", format_)
        _hook(house, f"{receiver.url}/with", format_, with_words=True)
    _alert(house)
    _round(house)
    told = {path: [] for path in ("/hook/without", "/hook/with")}
    for received in receiver.received:
        told[received.path].append("lawyer" in received.body.decode())
    assert told == {"/hook/without": [False] * 3, "/hook/with": [True] * 3}


def test_a_caller_cannot_write_format_into_slack_or_teams(house: House, receiver: Receiver) -> None:
    _hook(house, receiver.url, "slack", with_words=True)
    _hook(house, receiver.url, "teams", with_words=True)
    _alert(house)
    _round(house)
    for received in receiver.received:
        texts = json.dumps(received.json, ensure_ascii=False)
        assert "<b>" not in texts
        assert " *today*" not in texts


def test_teams_gets_an_adaptive_card_and_slack_blocks(house: House, receiver: Receiver) -> None:
    _hook(house, receiver.url, "slack")
    _hook(house, receiver.url, "teams")
    _alert(house)
    _round(house)
    slack = next(one.json for one in receiver.received if "blocks" in one.json)
    teams = next(one.json for one in receiver.received if "attachments" in one.json)
    assert slack["text"] == "Legal threat: confirmed"
    card = teams["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["actions"][0]["url"].endswith("/calls/call-1")


@pytest.mark.parametrize("what", [{"handling": "restricted"}, {"trigger": "misconduct"}])
def test_restricted_things_are_never_sent(
    house: House, receiver: Receiver, what: dict[str, str]
) -> None:
    _hook(house, receiver.url, kinds=("alert", "route"))
    _alert(house, "a1", **what)
    _route(house, "a1")
    _round(house)
    assert receiver.received == []
    assert _deliveries(house) == []


def test_a_route_waits_until_its_alert_says_whether_it_may_be_told(
    house: House, receiver: Receiver
) -> None:
    _hook(house, receiver.url, kinds=("route",))
    _route(house, "a1")
    _round(house)
    assert receiver.received == []
    _alert(house, "a1", feed=False)
    _round(house)
    assert [one.json["type"] for one in receiver.received] == ["route.joined"]


def test_a_route_that_waits_for_its_alert_holds_up_no_other(house: House) -> None:
    _hook(house, "https://ops.example/hook", kinds=("alert", "route"))
    _route(house, "a1")
    one = {"alert_id": "a2", "status": "confirmed", "severity": "high"}
    many = outbox.ROWS + 2 * outbox.READ_AGAIN
    with house.services.sessions.begin() as db:
        db.add_all(
            Feed(kind="alert", ref="a2", call_id="call-1", trigger="fraud", at=house.clock(),
                 body=one, handling="normal", mode="live")
            for _ in range(many)
        )  # fmt: skip
    assert [_spread(house), _spread(house)] == [many, 0]
    _alert(house, "a1", feed=False)
    house.clock.pass_(seconds=outbox.UNSURE_MS / 1000 - 1)
    assert [_spread(house), _spread(house)] == [1, 0]


def test_what_becomes_restricted_while_it_waits_is_withheld(
    house: House, receiver: Receiver
) -> None:
    _hook(house, receiver.url)
    receiver.answers = [500]
    _alert(house)
    _round(house)
    _alert(house, feed=False, handling="restricted")
    house.clock.pass_(seconds=5)
    _round(house)
    assert len(receiver.received) == 1
    (delivery,) = _deliveries(house)
    assert (delivery.state, delivery.answered) == (
        "given_up",
        "withheld: it has become restricted",
    )


def test_a_failure_is_tried_again_under_the_same_id(house: House, receiver: Receiver) -> None:
    _hook(house, receiver.url)
    receiver.answers = [500, 503]
    _alert(house)
    _round(house)
    house.clock.pass_(seconds=4.9)
    _round(house)
    assert len(receiver.received) == 1
    house.clock.pass_(seconds=0.1)
    _round(house)
    house.clock.pass_(seconds=30)
    _round(house)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.received}) == 3
    assert [one.state for one in _deliveries(house)] == ["delivered"]


def test_after_seven_failures_it_is_given_up_and_can_be_sent_again(
    house: House, receiver: Receiver
) -> None:
    hook = _hook(house, receiver.url)
    receiver.answers = [500] * 7
    _alert(house)
    _round(house)
    for wait in outbox.WAITS_MS:
        house.clock.pass_(seconds=wait / 1000)
        _round(house)
    assert [one.state for one in _deliveries(house)] == ["given_up"]
    house.clock.pass_(hours=9)
    _round(house)
    assert len(receiver.received) == 7

    admin = house.signed_in("ada", Role.ADMIN)
    page = admin.open(f"/admin/webhooks/{hook.webhook_id}")
    assert "500" in page.text
    admin.send(f"/admin/webhooks/{hook.webhook_id}/resend")
    _round(house)
    assert [one.state for one in _deliveries(house)] == ["delivered"]


def test_a_receiver_that_is_gone_is_sent_nothing_more_until_somebody_says_so(
    house: House, receiver: Receiver
) -> None:
    hook = _hook(house, receiver.url)
    admin = house.signed_in("ada", Role.ADMIN)
    page = f"/admin/webhooks/{hook.webhook_id}"
    assert "410" not in admin.open(page).text
    receiver.answers = [410]
    _alert(house, "a1")
    _alert(house, "a2")
    _round(house)
    _round(house)
    assert sorted(one.state for one in _deliveries(house)) == ["given_up", "waiting"]
    assert len(receiver.received) == 1
    assert "Its receiver has answered 410" in admin.open(page).text
    assert [one.ref for one in house.audited("webhook.gone")] == [hook.webhook_id]

    house.clock.pass_(seconds=1)
    admin.send(f"{page}/active", active="yes")
    _round(house)
    assert [one.json["data"]["id"] for one in receiver.received] == ["a1", "a2"]
    house.clock.pass_(seconds=1)
    admin.send(f"{page}/active", active="no")
    assert "Its receiver has answered 410" not in admin.open(page).text


def test_a_hook_that_goes_elsewhere_by_now_is_not_paused_for_its_old_address(
    house: House, receiver: Receiver
) -> None:
    made = _hook(house, receiver.url)
    with house.services.sessions.begin() as db:
        hook = db.get_one(Webhook, made.webhook_id)
        assert not hooks.pause_gone(db, hook, "https://old.example/hook", house.clock())
        assert hook.active


def test_an_administrator_makes_a_hook_and_tests_it(house: House, receiver: Receiver) -> None:
    admin = house.signed_in("ada", Role.ADMIN)
    admin.open("/admin/webhooks")
    made = admin.send("/admin/webhooks", name="ops", url=receiver.url, kinds=["alert", "route"])
    assert "whsec_" in made.text
    with house.services.sessions() as db:
        hook = db.scalars(select(Webhook)).one()
    assert "whsec_" not in admin.open(f"/admin/webhooks/{hook.webhook_id}").text
    admin.send(f"/admin/webhooks/{hook.webhook_id}/test")
    _round(house)
    assert receiver.received[0].json["type"] == "webhook.test"
    assert is_genuine(hook.secret, receiver.received[0])
    admin.send(f"/admin/webhooks/{hook.webhook_id}/remove")
    assert _deliveries(house) == []


def test_of_a_pause_nothing_is_told_and_what_waited_before_is(
    house: House, receiver: Receiver
) -> None:
    hook = _hook(house, receiver.url)
    _hook(house, f"{receiver.url}/other")
    admin = house.signed_in("ada", Role.ADMIN)
    page = f"/admin/webhooks/{hook.webhook_id}"
    receiver.answers = [503, 503]
    _alert(house, "before")
    _round(house)
    admin.open(page)
    admin.send(f"{page}/active", active="no")
    for name in ("first", "second", "third"):
        house.clock.pass_(seconds=30)
        _alert(house, name)
    _round(house)
    house.clock.pass_(seconds=0.1)
    admin.send(f"{page}/active", active="yes")
    _round(house)
    _alert(house, "after")
    house.clock.pass_(seconds=1)
    # Somebody whose page is old says so once more: nothing gets lost by it.
    admin.send(f"{page}/active", active="yes")
    _round(house)
    told = [one.json["data"]["id"] for one in receiver.received if one.path == "/hook"]
    assert told == ["before", "before", "after"]


def test_filters_let_through_what_was_asked_for(house: House, receiver: Receiver) -> None:
    _hook(house, f"{receiver.url}/fraud", triggers=("fraud",))
    _hook(house, f"{receiver.url}/loans", queues=("loans",))
    _hook(house, f"{receiver.url}/critical", severities=("critical",))
    _hook(house, f"{receiver.url}/routes", kinds=("route",))
    _alert(house, "a1")
    _alert(house, "a2", trigger="fraud")
    _alert(house, "a3", queue_id="loans")
    _alert(house, "a4", severity="critical")
    _round(house)
    told = {one.path.rpartition("/")[2]: one.json["data"]["id"] for one in receiver.received}
    assert told == {"fraud": "a2", "loans": "a3", "critical": "a4"}
    assert len(receiver.received) == 3


def test_a_room_hears_of_each_state_once_and_of_no_rehearsal(
    house: House, receiver: Receiver
) -> None:
    _hook(house, receiver.url, "slack")
    for status in ("provisional", "confirmed", "confirmed", "claimed"):
        _alert(house, status=status)
    _alert(house, "a2", mode="shadow")
    _round(house)
    texts = sorted(one.json["text"] for one in receiver.received)
    assert texts == ["Legal threat: claimed", "Legal threat: confirmed"]


def test_a_hook_is_told_nothing_of_the_time_before_it_was_made(
    house: House, receiver: Receiver
) -> None:
    _alert(house)
    house.clock.pass_(seconds=1)
    _hook(house, receiver.url)
    _round(house)
    assert receiver.received == []


def test_a_redirect_is_not_followed(house: House, receiver: Receiver) -> None:
    _hook(house, receiver.url)
    receiver.answers, receiver.location = [307], f"{receiver.url}/elsewhere"
    _alert(house)
    _round(house)
    assert [one.path for one in receiver.received] == ["/hook"]
    assert [one.state for one in _deliveries(house)] == ["waiting"]


def test_without_the_setting_nothing_goes_to_this_machine(
    tmp_path: Path, receiver: Receiver
) -> None:
    house = House(tmp_path)
    _hook(house, receiver.url)
    _hook(house, receiver.url.replace("127.0.0.1", "localhost"))
    _alert(house)
    _round(house)
    assert receiver.received == []
    assert [one.state for one in _deliveries(house)] == ["given_up"] * 2


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.1.2.3",
        "192.168.1.1",
        "100.100.100.200",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_public_are_refused_unless_named(address: str) -> None:
    parsed = ipaddress.ip_address(address)
    assert not addresses.is_allowed(parsed, ())
    if "ffff" not in address and "64:" not in address and "2002" not in address:
        assert addresses.is_allowed(parsed, addresses.networks(address))


def test_public_addresses_are_allowed() -> None:
    for text in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"):
        assert addresses.is_allowed(ipaddress.ip_address(text), ())


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example", "https://", "https://u:p@a.example", "https://a b", "x", "https://a:99999"],
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(hooks.HookError):
        hooks.wanted(name="x", url=url, format="standard", kinds=("alert",))


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=2**40))
def test_any_change_of_the_message_breaks_its_signature(body: bytes, at: int) -> None:
    secret = signing.new_secret()
    right = signing.signature(secret, "msg_1", at, body)
    assert right == signing.signature(secret, "msg_1", at, body)
    assert right != signing.signature(secret, "msg_1", at, body + b" ")
    assert right != signing.signature(secret, "msg_2", at, body)
    assert right != signing.signature(secret, "msg_1", at + 1, body)


def test_the_signature_is_that_of_the_published_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected
