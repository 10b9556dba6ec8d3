"""A forgotten call leaves no word, name or number in the database, whatever is read when."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from detectors.reading import Evidence
from stream.events import Action, AlertOpened, CallbackRecord, CoachingHint, RouteRequested
from tests.wallboard.house import (
    NOW,
    House,
    alert,
    at,
    callback,
    outcome,
    route,
    score,
    served,
    stream,
)
from wallboard.intake import forgetting
from wallboard.retention import let_go
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Complaint,
    Deed,
    Delivery,
    Entry,
    Feed,
    Forgotten,
    Hint,
    Message,
    Route,
    Table,
    Turn,
    Webhook,
)
from wallboard.views.chains import ChainState, chain_of, decoded, let_go_of
from wallboard.views.feedback import feedback
from wallboard.webhooks import outbox
from workflow.chain import EntryKind, verify
from workflow.complaints import Complaint as ComplaintEntry
from workflow.incident import Content, RecordState, append
from workflow.policy import default_policy_text, load_policy, parse_policy
from workflow.retention import DAY_MS as DAY

SAID = "zebra"
"""Stands wherever a caller's words, name or number may stand."""
ASKED = NOW + 60_000
KEY = b"k" * 32
EVIDENCE = {
    "utterance_id": "u1",
    "speaker": "customer",
    "quote": f"the {SAID} will sue",
    "char_start": 0,
    "char_end": 5,
}


def record(*, erased: bool = True) -> list[dict[str, Any]]:
    """The record of call c1, with the entry that says what was erased of it."""
    state = RecordState()
    contents = [
        (EntryKind.OPENED, Content(facts={"alert": "a1", "desk": "legal", "customer": SAID})),
        (EntryKind.QUOTE, Content(evidence=msgspec.convert(EVIDENCE, Evidence))),
        (EntryKind.HOLD_SET, Content(actor="quinn", note="claim 17")),
    ]
    entries = []
    for kind, content in contents:
        state, entry = append(state, kind, content, call="c1", at_ms=NOW, key=KEY)
        entries.append(entry)
    if erased:
        gone = Content(actor="root", note="request 9")
        state, entry = append(
            state, EntryKind.ERASED, gone, call="c1", at_ms=ASKED, key=KEY, erased=(1, 2)
        )
        entries.append(entry)
    tag = {"type": "incident.entry", "version": 1}
    return [tag | msgspec.to_builtins(entry) for entry in entries]


FORGOTTEN = {"type": "call.forgotten", "version": 1, "call_id": "c1", "at": at(ASKED)}


def action(action_id: str, kind: str, **more: Any) -> dict[str, Any]:
    deed = {"type": "action", "version": 1, "action_id": action_id, "call_id": "c1"}
    return deed | {"action": kind, "actor": {"id": "root", "role": "admin"}, "at": at(NOW)} | more


def complaint(state: str = "answered", **more: Any) -> dict[str, Any]:
    return {
        "type": "complaint",
        "version": 1,
        "reference": "CP-1",
        "call_id": "c1",
        "state": state,
        "jurisdiction": "GB",
        "test": "loss",
        "test_basis": "DISP",
        "quotes": [EVIDENCE],
        "customer_ref": SAID,
        "received_at": at(NOW),
        "registered_at": at(NOW),
        "acknowledge_by": at(NOW + 1000),
        "answer_by": at(NOW + 2000),
        "basis": "DISP 1.6",
        "history": [{"at": at(NOW), "by": "alex", "state": state, "note": f"to {SAID}"}],
        "revision": 2 if state == "answered" else 1,
        **more,
    }


def events() -> dict[str, list[dict[str, Any]]]:
    """Everything that topics tell of call c1, by topic."""
    brief = {
        "headline": SAID,
        "caller": SAID,
        "quotes": [SAID],
        "opening_line": SAID,
        "do_not_say": "",
    }
    step = {"at": at(NOW), "by": "alex", "state": "kept", "note": f"told {SAID}"}
    hint = {
        "type": "coaching.hint",
        "version": 1,
        "hint_id": "h1",
        "call_id": "c1",
        "kind": "landmine",
        "text": f"not {SAID}",
        "heard": SAID,
        "at": at(NOW),
        "expires_at": at(NOW + 1),
        "agent_id": "ann",
    }
    return {
        "alerts": [
            alert(
                reason=f"says {SAID}",
                evidence=[EVIDENCE],
                customer_ref=SAID,
                deep_link=f"https://platform.example/{SAID}",
            ),
            alert(
                revision=2,
                status="closed",
                closed_reason=f"false alarm: {SAID} was joking",
                reason=SAID,
                evidence=[EVIDENCE],
            ),
        ],
        "routing": [route(brief=brief)],
        "routing.outcomes": [outcome("joined", person_id="cy")],
        "callbacks": [
            callback(
                state="kept",
                caller_name=SAID,
                number="+4420794600",
                issue_summary=SAID,
                customer_ref=SAID,
                contact_note=SAID,
                history=[step],
            )
        ],
        "incidents": [*record(), FORGOTTEN],
        "complaints": [complaint()],
        "coaching": [hint],
        "scores": [score(1, text=SAID), score(2, "u2", text=f"{SAID} again", is_final=True)],
        "operations": [
            {
                "type": "operations.note",
                "version": 1,
                "about": "gap",
                "detail": "2 chunks have not arrived",
                "at": at(NOW),
                "call_id": "c1",
            }
        ],
        "supervisor.actions": [
            action("x1", "resolve", alert_id="a1", reason=f"{SAID} is happy"),
            action("x2", "commit_callback", reference="CB-1", callback={"number": "+4420794600"}),
            action("x3", "forget", reason="request 9", customer_ref=SAID),
        ],
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = House(tmp_path_factory.mktemp("forgetting"))
    yield built
    built.engine.dispose()


@pytest.fixture(autouse=True)
def empty(house: House) -> None:
    clear(house)


def clear(house: House) -> None:
    house.now = ASKED + 1000
    with house.sessions.begin() as db:
        for table in reversed(Table.metadata.sorted_tables):
            db.execute(delete(table))


def everything(house: House) -> str:
    """All that the database holds, as text."""
    with house.sessions() as db:
        return "\n".join(
            f"{table.name}: {row}"
            for table in Table.metadata.sorted_tables
            for row in db.execute(select(table))
        )


def rows(house: House, kind: type[Any]) -> list[Any]:
    with house.sessions() as db:
        return list(db.scalars(select(kind)))


def told(house: House) -> None:
    """Everything but that the call is forgotten."""
    for topic, values in events().items():
        kept = record(erased=False) if topic == "incidents" else values
        house.read(topic, *(value for value in kept if value.get("action") != "forget"))


def nothing_stays(house: House) -> None:
    text = everything(house)
    assert SAID not in text
    assert "794600" not in text


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(sorted(events())), together=st.integers(1, 10), data=st.data())
def test_topics_that_are_read_anew_bring_no_word_back_in_whatever_order(
    house: House, order: list[str], together: int, data: st.DataObject
) -> None:
    clear(house)
    for start in range(0, len(order), together):
        arrivals = []
        for topic in order[start : start + together]:
            arrivals += house.arrivals(topic, *events()[topic])
        half = data.draw(st.integers(0, len(arrivals)))
        house.intake.take(arrivals[:half])
        house.intake.take(arrivals[half:])
    nothing_stays(house)
    assert not [row for row in rows(house, Feed) if SAID in str(row.body)]
    (kept,) = rows(house, Alert)
    assert (kept.status, kept.closed_reason, kept.body["revision"]) == ("closed", "false alarm", 2)


def test_words_and_names_go_as_soon_as_a_call_is_forgotten_and_what_is_counted_stays(
    house: House,
) -> None:
    told(house)
    with house.sessions.begin() as db:
        db.add(
            Message(message_id="m1", call_id="c1", user_id="bo", name="Bo", text=SAID, at=NOW + 1)
        )
    assert SAID in everything(house)
    house.read("incidents", *record()[3:], FORGOTTEN)
    nothing_stays(house)
    assert not rows(house, Turn)
    assert not rows(house, Message)
    (kept,) = rows(house, Alert)
    assert (kept.trigger, kept.body["probability"], kept.body["desk"]) == (
        "legal_threat",
        0.9,
        "legal",
    )
    (promise,) = rows(house, Callback)
    assert (promise.state, promise.body["history"][0]["at"]) == ("kept", at(NOW))
    (entry,) = rows(house, Complaint)
    assert (entry.state, entry.answer_by) == ("answered", NOW + 2000)
    (hint,) = rows(house, Hint)
    assert hint.body["kind"] == "landmine"
    (asked,) = rows(house, Route)
    assert (asked.state, asked.body["person_id"]) == ("joined", "cy")
    assert {row.body["action"] for row in rows(house, Deed)} == {"resolve", "commit_callback"}


def test_the_chain_of_the_record_still_verifies_and_the_hold_stays_readable(house: House) -> None:
    told(house)
    house.read("incidents", *record()[3:], FORGOTTEN)
    entries = sorted(rows(house, Entry), key=lambda row: row.number)
    chain = chain_of(entries)
    assert (chain.state, len(entries)) == (ChainState.INTACT, 4)
    assert verify(decoded(entries)).erased == (1, 2)
    assert entries[2].body["note"] == "claim 17"


def test_an_erased_entry_alone_is_enough(house: House) -> None:
    told(house)
    house.read("incidents", *record()[3:])
    nothing_stays(house)


def test_a_refusal_under_a_hold_takes_nothing(house: House) -> None:
    told(house)
    before = everything(house)
    state = RecordState(count=3, hash=record(erased=False)[-1]["hash"])
    refused = Content(actor="root", note="a legal hold stands: claim 17")
    _, entry = append(state, EntryKind.ERASURE_REFUSED, refused, call="c1", at_ms=ASKED, key=KEY)
    tag = {"type": "incident.entry", "version": 1}
    house.read("incidents", tag | msgspec.to_builtins(entry))
    assert everything(house).count(SAID) == before.count(SAID)
    assert not rows(house, Forgotten)


def test_another_call_keeps_its_words(house: House) -> None:
    told(house)
    house.read("scores", score(1, text="the other one", call_id="c2"))
    house.read("incidents", FORGOTTEN)
    assert [turn.text for turn in rows(house, Turn)] == ["the other one"]


def test_a_call_that_comes_again_is_kept_from_then_on(house: House) -> None:
    told(house)
    house.read("incidents", FORGOTTEN)
    house.read("scores", score(9, "u9", text="new words", at=at(ASKED + 500)))
    assert [turn.text for turn in rows(house, Turn)] == ["new words"]
    assert [row.kind for row in rows(house, Feed)].count("turn") == 1


def test_an_alert_that_nobody_closed_is_on_no_board_once_its_call_is_forgotten(
    house: House,
) -> None:
    house.read("alerts", alert(status="claimed", reason=SAID))
    house.read("incidents", FORGOTTEN)
    (row,) = rows(house, Alert)
    assert (row.status, row.body["status"]) == ("closed", "closed")


def test_a_complaint_keeps_its_words_until_it_is_answered(house: House) -> None:
    house.read("scores", score(1, text="hello"))
    house.read("complaints", complaint("open"))
    house.read("incidents", FORGOTTEN)
    (row,) = rows(house, Complaint)
    assert row.body["quotes"][0]["quote"] == EVIDENCE["quote"]
    house.now = ASKED + 10_000
    house.read("complaints", complaint("answered"))
    nothing_stays(house)
    (row,) = rows(house, Complaint)
    assert (row.state, row.body["quotes"]) == ("answered", [])


def test_what_is_taken_off_a_log_leaves_its_numbers_alone(house: House) -> None:
    house.read("callbacks", *events()["callbacks"])
    house.read("complaints", complaint())
    house.taken_off("callbacks", "CB-1")
    house.taken_off("complaints", "CP-1")
    house.taken_off("callbacks", "CB-never-heard-of")
    nothing_stays(house)
    gone = {"gone": True, "forgotten": True}
    told = {row.kind: row.body for row in rows(house, Feed)}
    assert told == {"callback": {**gone, "owner": {"id": "grace"}}, "complaint": gone}
    assert [row.state for row in rows(house, Callback)] == ["kept"]
    assert [row.state for row in rows(house, Complaint)] == ["answered"]


def test_what_waits_for_a_webhook_is_not_sent_any_more(house: House) -> None:
    with house.sessions.begin() as db:
        db.add(
            Webhook(
                webhook_id="w1",
                url="https://example.com/hook",
                format="standard",
                secret="whsec_x",
                kinds=["alert", "callback"],
                with_words=True,
                created_by="root",
                created_at=NOW,
            )
        )
    told(house)
    with house.sessions.begin() as db:
        assert outbox.spread(db, house.now, "https://board.example") > 0
    assert SAID in everything(house)
    house.read("incidents", FORGOTTEN)
    with house.sessions.begin() as db:
        outbox.spread(db, house.now, "https://board.example")
    assert not rows(house, Delivery)
    nothing_stays(house)


def test_an_admin_alone_asks_for_it_from_a_page(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.read("scores", score(1))
    wish = {"action_id": "wish-0009", "call_id": "c1", "action": "forget", "reason": "request 9"}
    house.user("root", "admin")
    house.user("sam", "supervisor")
    with served(house) as base:
        answers = {
            name: httpx.post(f"{base}/api/actions", json=wish, headers=house.cookies(name))
            for name in ("sam", "root")
        }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "sam": 403,
        "root": 202,
    }
    assert [action.action for action in house.published] == ["forget"]


def test_no_row_to_learn_from_is_left_of_it(house: House) -> None:
    told(house)
    root = house.user("root", "admin")
    with house.sessions() as db:
        assert [row.text for row in feedback(db, root)]
    house.read("incidents", FORGOTTEN)
    with house.sessions() as db:
        assert not list(feedback(db, root))


def test_pages_that_show_it_are_told_to_drop_it_and_nobody_else_is(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.now = ASKED + 1000
    told(house)
    house.user("sam", "supervisor")
    house.user("kit", "supervisor", queues=["sales"])
    with served(house) as base:
        with stream(base, house.cookies("sam")) as ours, stream(base, house.cookies("kit")) as kit:
            assert (next(ours).event, next(kit).event) == ("hello", "hello")
            house.read("incidents", FORGOTTEN)
            house.read("scores", score(1, call_id="c9", queue_id="sales", text="x", at=at(ASKED)))
            heard = {}
            for one in ours:
                if one.data["call_id"] == "c9":
                    break
                heard[one.event] = one.data["body"]
            assert heard["call"] == heard["alert"] == {"gone": True, "forgotten": True}
            assert heard["complaint"] == heard["call"]
            assert heard["callback"] == {**heard["call"], "owner": {"id": "grace"}}
            assert heard["entry"]["salt"] is None
            assert next(kit).data["call_id"] == "c9"
        page = httpx.get(f"{base}/api/calls/c1", headers=house.cookies("sam"))
    assert page.status_code == 200
    assert SAID not in page.text
    assert (rows(house, Call)[0].customer_ref, rows(house, Call)[0].mood) == (None, None)


@pytest.mark.parametrize(
    ("kind", "keeps", "goes"),
    [
        (
            AlertOpened,
            forgetting.ALERT_KEEPS,
            "reason evidence closed_reason customer_ref deep_link previous_contacts",
        ),
        (RouteRequested, forgetting.ROUTE_KEEPS, "brief deep_link language"),
        (
            CallbackRecord,
            forgetting.CALLBACK_KEEPS,
            "issue_summary history customer_ref caller_name verified number time_zone rung_in "
            "time_zone_source safe_to_leave_message contact_note language jurisdiction do_not_call",
        ),
        (
            ComplaintEntry,
            forgetting.COMPLAINT_KEEPS,
            "quotes history customer_ref language",
        ),
        (CoachingHint, forgetting.HINT_KEEPS, "text heard say_instead"),
        (Action, forgetting.DEED_KEEPS, "reason callback customer_ref"),
    ],
)
def test_of_every_field_it_is_said_whether_it_stays(
    kind: type[msgspec.Struct], keeps: frozenset[str], goes: str
) -> None:
    assert inspect.isclass(kind)
    assert set(kind.__struct_fields__) - keeps == set(goes.split())


def test_the_briefs_of_the_callers_other_calls_do_not_mention_the_call_any_more(
    house: House,
) -> None:
    before = ["1 earlier call, 1 about this", "legal threat on 2026-09-21"]
    brief = {**events()["routing"][0]["brief"], "before": before, "text": "\n".join(before)}
    house.read("alerts", *events()["alerts"])
    house.read("alerts", alert("a2", call_id="c2", customer_ref=SAID))
    house.read("alerts", alert("a3", call_id="c3", customer_ref="somebody else"))
    for name in ("c2", "c3"):
        own = {"route_id": f"r-{name}", "call_id": name, "alert_ids": [f"a{name[1]}"]}
        house.read("routing", route(**own, brief={**brief, "headline": name, "quotes": []}))
    house.read("incidents", FORGOTTEN)
    left = {row.route_id: row.body["brief"] for row in rows(house, Route)}
    assert left["r-c2"]["before"] == []
    assert "legal threat" not in left["r-c2"]["text"]
    assert left["r-c2"]["headline"] == "c2"
    assert left["r-c3"]["before"] == before
    told_of = [row.body for row in rows(house, Feed) if row.ref == "r-c2"]
    assert [one["brief"]["before"] for one in told_of] == [[]]


def test_a_brief_that_is_read_after_it_is_forgotten_what_it_mentions_does_not_mention_it(
    house: House,
) -> None:
    gone = {"type": "earlier.forgotten", "version": 1, "call_id": "c2", "at": at(ASKED)}
    before = ["1 earlier call, 1 about this", "legal threat on 2026-09-21"]
    brief = {**events()["routing"][0]["brief"], "before": before, "text": "\n".join(before)}
    # As where the database is made anew: topics are read in any order.
    house.read("incidents", gone)
    house.read("alerts", alert("a2", call_id="c2"))
    told = {"until": at(ASKED - 1), "since": at(ASKED + 1)}
    for name, written in told.items():
        own = {"route_id": name, "call_id": "c2", "alert_ids": ["a2"], "requested_at": written}
        house.read("routing", route(**own, brief=brief))
    left = {row.route_id: row.body["brief"] for row in rows(house, Route)}
    assert left["until"]["before"] == []
    assert "legal threat on" not in left["until"]["text"]
    assert left["since"]["before"] == before
    assert "legal threat on" not in str([r.body for r in rows(house, Feed) if r.ref == "until"])


def test_the_database_made_anew_from_the_topics_holds_no_word(tmp_path: Path) -> None:
    fresh = House(tmp_path)
    fresh.now = ASKED + 7 * 24 * 3_600_000
    for topic, values in events().items():
        fresh.read(topic, *values)
    nothing_stays(fresh)
    fresh.engine.dispose()


YEAR = load_policy()
OVER = NOW + 366 * DAY


def test_words_go_when_the_policy_says_that_their_time_is_over(house: House) -> None:
    told(house)
    house.read("scores", score(1, call_id="c2", text="newer", at=at(NOW + 10 * DAY)))
    assert let_go(house.sessions, YEAR, NOW + 365 * DAY) == 0
    assert SAID in everything(house)
    # Someone set a hold on the record and nobody lifted it.
    assert let_go(house.sessions, YEAR, OVER) == 0
    _lift(house)
    assert let_go(house.sessions, YEAR, OVER) == 1
    with house.sessions() as db:
        gone = "c1" in let_go_of(db, {"c1"})
    entries = sorted(rows(house, Entry), key=lambda row: row.number)
    assert chain_of(entries, let_go=gone).state is ChainState.INTACT
    assert chain_of(entries).state is ChainState.BROKEN
    assert let_go(house.sessions, YEAR, NOW + 1101 * DAY) == 1, "the other call"
    nothing_stays(house)
    assert len(rows(house, Alert)) == len(rows(house, Complaint)) == 1
    assert let_go(house.sessions, YEAR, OVER) == 0, "once"


@pytest.mark.parametrize(
    ("topic", "owed"),
    [
        ("callbacks", callback(state="missed", issue_summary=SAID)),
        ("complaints", complaint("open")),
    ],
)
def test_what_is_owed_to_a_caller_keeps_their_words(
    house: House, topic: str, owed: dict[str, Any]
) -> None:
    house.read("alerts", alert(reason=SAID))
    house.read(topic, owed)
    assert let_go(house.sessions, YEAR, OVER) == 0
    assert everything(house).count(SAID) > 1


def test_an_answered_complaint_has_a_time_of_its_own(house: House) -> None:
    told(house)
    _lift(house)
    house.now = ASKED
    house.read("complaints", complaint("answered"))
    assert let_go(house.sessions, YEAR, OVER) == 1
    (row,) = rows(house, Complaint)
    assert [SAID in one["quote"] for one in row.body["quotes"]] == [True]
    # Whatever comes of the call later changes nothing about that.
    house.read("scores", score(99, "u99", text="later", at=at(NOW + 3000)))
    let_go(house.sessions, YEAR, ASKED + 1099 * DAY)
    assert rows(house, Complaint)[0].body["quotes"] != []
    let_go(house.sessions, YEAR, ASKED + 1101 * DAY)
    nothing_stays(house)
    assert [row.state for row in rows(house, Complaint)] == ["answered"]


def test_a_queue_may_keep_its_calls_and_complaints_for_another_time(house: House) -> None:
    told(house)
    _lift(house)
    house.now = ASKED
    house.read("complaints", complaint("answered"))
    own = "[queues.billing.retention.incidents]\ndays = 30\n[queues.billing.retention.complaints]\n"
    policy = parse_policy(f"{default_policy_text()}\n{own}days = 60", source="policy.toml")
    elsewhere = f"{default_policy_text()}\n{own}days = 60".replace("billing", "x")
    other = parse_policy(elsewhere, source="policy.toml")
    assert let_go(house.sessions, other, NOW + 364 * DAY) == 0
    assert let_go(house.sessions, policy, NOW + 29 * DAY) == 0
    assert let_go(house.sessions, policy, ASKED + 31 * DAY) == 1
    assert rows(house, Complaint)[0].body["quotes"] != []
    let_go(house.sessions, policy, ASKED + 61 * DAY)
    nothing_stays(house)


def test_who_asks_to_be_forgotten_later_has_the_complaint_go_at_once(house: House) -> None:
    told(house)
    _lift(house)
    house.read("complaints", complaint("answered"))
    assert let_go(house.sessions, YEAR, OVER) == 1
    house.read("incidents", FORGOTTEN)
    assert rows(house, Complaint)[0].body["quotes"] == []


def _lift(house: House) -> None:
    state = RecordState(count=3, hash=record(erased=False)[-1]["hash"], holds={"quinn": "claim"})
    content = Content(actor="quinn", note="settled", facts={"role": "qa"})
    _, entry = append(state, EntryKind.HOLD_LIFTED, content, call="c1", at_ms=NOW, key=KEY)
    house.read("incidents", {"type": "incident.entry", "version": 1} | msgspec.to_builtins(entry))
