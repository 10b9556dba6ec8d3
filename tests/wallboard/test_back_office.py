"""Callbacks, records, complaints and patterns: what the pages tell."""

import csv
import io
from pathlib import Path

import msgspec
import pytest

from models.evaluation.labelled import read_rows
from tests.wallboard.office import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Office,
    alert,
    call,
    callback,
    complaint,
    entries,
    furnish,
    told,
    words,
)
from wallboard.access import Role
from wallboard.store.tables import Audit, Turn
from workflow.callbacks import Attempt, AttemptOutcome
from workflow.chain import Content, EntryKind
from workflow.incident import incident_id
from workflow.moments import rfc3339
from workflow.ringing import RungIn

RECORD = incident_id("call-1")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def one_callback(office: Office, **more: object) -> dict[str, object]:
    zone = {"time_zone": "Europe/Berlin"}
    found = office.as_("alex", Role.SUPERVISOR, **zone).get("/api/callbacks").json()["rows"]
    assert len(found) == 1
    return dict(found[0])


AGREED = [("committed", "alex", -HOUR, "after lunch")]


def test_a_window_stands_by_the_clocks_of_both(office: Office) -> None:
    zone = {"time_zone": "America/New_York", "jurisdiction": "US-NY"}
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(0, HOUR), **zone)])
    row = one_callback(office)
    assert row["theirs"] == "Fri 27 Nov, 10:30 – 11:30"
    assert row["ours"] == "Fri 27 Nov, 16:30 – 17:30"


def test_without_the_callers_zone_nobody_claims_to_know_their_hours(office: Office) -> None:
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(0, HOUR), time_zone=None)])
    row = one_callback(office)
    assert row["theirs"] == "–"
    assert row["hours"]["now"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("state", "window", "tab"),
    [
        ("committed", (HOUR, 2 * HOUR), "open"),
        ("committed", (-MINUTE, HOUR), "due"),
        ("due", (-MINUTE, HOUR), "due"),
        ("committed", (-2 * HOUR, -MINUTE), "overdue"),
        ("missed", (-2 * HOUR, -HOUR), "overdue"),
        ("escalated", (-2 * HOUR, -HOUR), "overdue"),
        ("kept", (-2 * HOUR, -HOUR), "kept"),
        ("cancelled", (HOUR, 2 * HOUR), "cancelled"),
    ],
)
def test_a_callback_stands_where_it_is_looked_for(
    office: Office, state: str, window: tuple[int, int], tab: str
) -> None:
    office.add([callback("CB-AAAA-AAAA", [(state, "alex", -HOUR, None)], window=window)])
    client = office.as_("alex", Role.SUPERVISOR)
    found = client.get(f"/api/callbacks?tab={tab}").json()
    assert [row["reference"] for row in found["rows"]] == ["CB-AAAA-AAAA"]
    assert found["counts"]["open"] == (tab in ("open", "due", "overdue"))


def test_a_caller_with_an_open_callback_who_rings_in_is_marked(office: Office) -> None:
    ringing = {"customer_ref": "cust-1"}
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(HOUR, 2 * HOUR), **ringing)])
    office.add([call("call-again", **ringing), call("call-over", ended_at=NOW, **ringing)])
    assert one_callback(office)["live_call"] == "call-again"
    assert "On the line now" in office.as_("alex", Role.SUPERVISOR).get("/callbacks").text


def rings(until: str | None = None, at: int = NOW - MINUTE) -> RungIn:
    return RungIn(call_id="call-again", at=rfc3339(at), until=until)


def test_the_owner_sees_that_the_caller_has_rung_in_on_a_call_that_is_not_theirs(
    office: Office,
) -> None:
    more = {"customer_ref": "cust-1", "rung_in": rings()}
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(HOUR, 2 * HOUR), **more)])
    office.add([call("call-again", customer_ref="cust-1", queue_id="cards", team_id="south")])
    owner = office.as_("carmen", Role.DESK, desks=("legal",))
    (row,) = owner.get("/api/callbacks").json()["rows"]
    assert (row["on_the_line"], row["live_call"]) == (True, None)
    page = owner.get("/callbacks").text
    assert "On the line now" in page
    assert "/calls/call-again" not in page


@pytest.mark.parametrize(
    ("welfare", "shown"), [(False, '<dd class="num">1 of 3 '), (True, '<dd class="num">1 ')]
)
def test_tries_are_shown_that_were_made_in_the_window_that_holds(
    office: Office, welfare: bool, shown: str
) -> None:
    tried = tuple(
        Attempt(at=rfc3339(NOW + at), by="alex", outcome=AttemptOutcome.NO_ANSWER)
        for at in (-9 * HOUR, -8 * HOUR, -HOUR // 2)
    )
    office.add(
        [callback("CB-AAAA-AAAA", AGREED, window=(-HOUR, HOUR), attempts=tried, welfare=welfare)]
    )
    assert one_callback(office)["attempts"] == 1
    assert shown in office.as_("alex", Role.SUPERVISOR).get("/callbacks").text


@pytest.mark.parametrize("rung", [rings(rfc3339(NOW - 1000)), rings(at=NOW - 5 * HOUR)])
def test_who_has_hung_up_is_not_on_the_line_nor_who_rang_in_long_ago(
    office: Office, rung: RungIn
) -> None:
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(HOUR, 2 * HOUR), rung_in=rung)])
    assert one_callback(office)["on_the_line"] is False


def test_who_is_on_the_line_comes_first(office: Office) -> None:
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(HOUR, 2 * HOUR))])
    office.add([callback("CB-BBBB-BBBB", AGREED, window=(HOUR, 3 * HOUR), rung_in=rings())])
    found = office.as_("alex", Role.SUPERVISOR).get("/api/callbacks").json()["rows"]
    assert [row["reference"] for row in found] == ["CB-BBBB-BBBB", "CB-AAAA-AAAA"]


def test_the_call_that_a_callback_came_from_is_no_ringing_in(office: Office) -> None:
    ringing = {"customer_ref": "cust-1"}
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(HOUR, 2 * HOUR), **ringing)])
    office.add([call("call-aaaa", **ringing)])
    assert one_callback(office)["live_call"] is None


def test_a_record_that_was_not_touched_is_shown_as_verified_with_what_stays_open(
    office: Office,
) -> None:
    office.add(entries("call-1", told("call-1", "fraud", "a man at my door", NOW - HOUR)))
    page = office.as_("alex", Role.SUPERVISOR).get(f"/incidents/{RECORD}").text
    assert "Chain verified" in page
    assert "Not proven by this" in page
    assert "that the record was not written anew as a whole" in page


def test_a_changed_word_is_shown_as_a_broken_chain_at_its_entry(office: Office) -> None:
    rows = entries("call-1", told("call-1", "fraud", "a man at my door", NOW - HOUR))
    said = {**rows[1].body["evidence"], "quote": "nobody at my door"}
    rows[1].body = {**rows[1].body, "evidence": said}
    office.add(rows)
    client = office.as_("alex", Role.SUPERVISOR)
    chain = client.get(f"/api/incidents/{RECORD}").json()["chain"]
    assert (chain["state"], chain["bad"]) == ("broken", 2)
    assert "Chain broken" in client.get(f"/incidents/{RECORD}").text
    assert "BROKEN" in client.get(f"/incidents/{RECORD}/export.html").text


def test_a_missing_entry_is_shown_as_a_broken_chain(office: Office) -> None:
    rows = entries("call-1", told("call-1", "fraud", "a man at my door", NOW - HOUR))
    office.add([row for row in rows if row.number != 3])
    client = office.as_("alex", Role.SUPERVISOR)
    assert client.get(f"/api/incidents/{RECORD}").json()["chain"]["state"] == "broken"


def held(*by: tuple[EntryKind, str, str]) -> list[tuple[EntryKind, int, Content]]:
    base = told("call-1", "fraud", "a man at my door", NOW - HOUR)
    after = [
        (kind, NOW - MINUTE, Content(actor=who, note="matter 12", facts={"role": role}))
        for kind, who, role in by
    ]
    return [*base, *after]


SET, LIFTED = EntryKind.HOLD_SET, EntryKind.HOLD_LIFTED


@pytest.mark.parametrize(
    ("entries_", "standing"),
    [
        ([(SET, "lee", "supervisor")], ["lee"]),
        ([(SET, "lee", "supervisor"), (LIFTED, "lee", "supervisor")], []),
        ([(SET, "lee", "qa"), (SET, "bo", "qa"), (LIFTED, "bo", "qa")], ["lee"]),
        ([(SET, "lee", "qa"), (SET, "bo", "qa"), (LIFTED, "root", "admin")], []),
    ],
)
def test_the_holds_that_stand_are_those_nobody_has_lifted(
    office: Office, entries_: list[tuple[EntryKind, str, str]], standing: list[str]
) -> None:
    office.add(entries("call-1", held(*entries_)))
    client = office.as_("alex", Role.SUPERVISOR)
    found = client.get(f"/api/incidents/{RECORD}").json()["standing"]["holds"]
    assert [hold["by_id"] for hold in found] == standing
    listed = client.get("/api/incidents?review=held").json()["records"]
    assert bool(listed) is bool(standing)


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("", ["call-2", "call-1"]),
        ("?call=call-1", ["call-1"]),
        (f"?call={RECORD}", ["call-1"]),
        ("?trigger=media", ["call-2"]),
        ("?desk=fraud", ["call-1"]),
        ("?review=reviewed", ["call-2"]),
        ("?review=waiting", ["call-1"]),
        ("?from=2026-11-27", ["call-2"]),
        ("?to=2026-11-26", ["call-1"]),
        ("?trigger=media&desk=fraud", []),
    ],
)
def test_records_are_found_by_what_is_known_of_them(
    office: Office, query: str, calls: list[str]
) -> None:
    office.add(entries("call-1", told("call-1", "fraud", "my card", NOW - DAY, "fraud")))
    review = Content(actor="quinn", note="well done", facts={"role": "qa"})
    said = told("call-2", "media", "the papers", NOW - HOUR, "media")
    office.add(entries("call-2", [*said, (EntryKind.REVIEWED, NOW, review)]))
    found = office.as_("alex", Role.SUPERVISOR).get(f"/api/incidents{query}").json()
    assert [record["call_id"] for record in found["records"]] == calls


def test_who_opens_a_record_stands_in_the_audit_log(office: Office) -> None:
    office.add(entries("call-1", told("call-1", "fraud", "my card", NOW - DAY)))
    office.as_("alex", Role.SUPERVISOR).get(f"/incidents/{RECORD}")
    with office.sessions() as db:
        looks = [(line.user_id, line.what, line.ref) for line in db.query(Audit)]
    assert ("alex", "looked.record", RECORD) in looks


def test_words_of_callers_are_inert_wherever_they_end_up(office: Office) -> None:
    evil = "<script>alert(1)</script>"
    office.add(entries("call-1", told("call-1", "fraud", evil, NOW - HOUR)))
    office.add([callback("CB-AAAA-AAAA", AGREED, window=(0, HOUR), caller_name=evil)])
    steps = [("open", "hardstop", -HOUR, None)]
    office.add([complaint("CP-AAAAA-AAAAA", steps, evil, acknowledge=HOUR, answer=DAY)])
    client = office.as_("alex", Role.SUPERVISOR, name=evil)
    paths = (f"/incidents/{RECORD}", f"/incidents/{RECORD}/export.html", "/incidents")
    for path in (*paths, "/callbacks", "/complaints", "/patterns"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert evil not in answer.text, path


def test_what_is_late_comes_first_in_the_register(office: Office) -> None:
    steps = [("open", "hardstop", -2 * DAY, None)]
    office.add(
        [
            complaint("CP-AAAAA-AAAAA", steps, "a", acknowledge=HOUR, answer=DAY),
            complaint("CP-BBBBB-BBBBB", steps, "b", acknowledge=-HOUR, answer=DAY),
            complaint("CP-CCCCC-CCCCC", steps, "c", acknowledge=-DAY, answer=-HOUR),
        ]
    )
    client = office.as_("alex", Role.SUPERVISOR)
    found = client.get("/api/complaints").json()
    assert [row["owed"] for row in found["rows"]] == ["answer", "acknowledgement", None]
    assert found["counts"] == {"overdue": 2, "open": 3, "closed": 0}


def test_where_a_rule_asks_for_news_they_are_asked_for_and_can_be_late(office: Office) -> None:
    seen = [("open", "hardstop", -2 * DAY, None), ("acknowledged", "alex", -DAY, None)]
    dates = {"acknowledge": -HOUR, "answer": DAY}
    owed = {"update_by": rfc3339(NOW - MINUTE), "update_every": "20 business days"}
    office.add([complaint("CP-AAAAA-AAAAA", seen, "a", **dates)])
    office.add([complaint("CP-BBBBB-BBBBB", seen, "b", **dates, **owed)])
    client = office.as_("alex", Role.SUPERVISOR)
    rows = client.get("/api/complaints").json()["rows"]
    assert [(row["reference"][3], row["owed"]) for row in rows] == [("B", "update"), ("A", None)]
    page = client.get("/complaints").text
    assert page.count('data-act="update"') == 1
    assert "News overdue" in page
    assert 'data-action="update_complaint"' in page


def test_the_register_is_handed_on_as_a_table_without_formulas(office: Office) -> None:
    steps = [("open", "hardstop", -HOUR, None)]
    office.add([complaint("CP-AAAAA-AAAAA", steps, "=1+1", acknowledge=HOUR, answer=DAY)])
    answer = office.as_("quinn", Role.QA).get("/complaints/export.csv?from=2026-11-27")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["quotes"] for row in rows] == ["'=1+1"]
    empty = office.as_("quinn", Role.QA).get("/complaints/export.csv?to=2026-11-26")
    assert len(empty.text.splitlines()) == 1


def test_what_people_judged_can_be_evaluated_on(office: Office) -> None:
    said = [msgspec.to_builtins(words("u-2", "the papers", NOW))]
    both = {"event": {"evidence": said}, "status": "closed"}
    office.add(
        [
            alert("call-1", "media", closed_reason="false alarm: a story", **both),
            alert("call-2", "media", closed_reason="resolved", **both),
            Turn(call_id="call-1", utterance_id="u-1", number=1, first=1, speaker="agent",
                 text="What happened?", is_final=True, at=NOW),
            Turn(call_id="call-1", utterance_id="u-2", number=2, first=2, speaker="customer",
                 text="it was in the papers", is_final=True, at=NOW),
        ]
    )  # fmt: skip
    answer = office.as_("quinn", Role.QA).get("/api/feedback.jsonl?zone=UTC")
    wrong, right = read_rows("feedback.jsonl", answer.text.splitlines())
    assert (wrong.text, wrong.labels, wrong.about) == (
        "it was in the papers", frozenset(), frozenset({"media"})
    )  # fmt: skip
    assert wrong.hard_negative
    assert [turn.text for turn in wrong.before] == ["What happened?"]
    assert (right.text, right.labels) == ("the papers", frozenset({"media"}))


def test_every_breakdown_of_a_period_adds_up(office: Office) -> None:
    furnish(office)
    client = office.as_("alex", Role.SUPERVISOR)
    report = client.get("/api/patterns?from=2026-11-14&to=2026-11-27&zone=UTC").json()
    found = report["found"]
    for counts in ("kinds", "queues", "teams"):
        assert sum(count["count"] for count in found[counts]) == found["hard_stops"] > 0
    assert sum(map(sum, report["daily"]["kinds"].values())) == found["hard_stops"]
    assert sum(report["hours"]) == found["hard_stops"]
    assert found["agents"] == []
    assert sum(sum(desk["ends"].values()) for desk in found["routes"]) == found["hard_stops"]
    assert {hint["kind"] for hint in found["hints"]} == {"next_step", "guardrail", "landmine"}


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-11-27&to=2026-11-01", "from=2026-01-01", "zone=Mars"]
)
def test_a_period_that_makes_no_sense_is_said_to_be_so(office: Office, query: str) -> None:
    client = office.as_("alex", Role.SUPERVISOR)
    assert client.get(f"/api/patterns?{query}").status_code == 400
    page = client.get(f"/patterns?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in page.text
