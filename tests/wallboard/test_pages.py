"""What pages and their JSON show, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from detectors.vocabulary import LABELS, Signal
from stream.events.operations import Topic
from tests.wallboard.scene import services, sign_in
from wallboard.app import create_app
from wallboard.auth.gate import COOKIE, CSRF_HEADER, digest
from wallboard.pages import HERE, data_block, templates
from wallboard.services import Services, now_ms
from wallboard.store.tables import (
    Alert,
    Audit,
    Call,
    Feed,
    Message,
    Note,
    Session,
    Token,
    Turn,
    User,
)
from wallboard.triggers import triggers_of
from workflow.actions import ActionKind
from workflow.callbacks import CallbackState
from workflow.chain import EntryKind
from workflow.complaints import ComplaintState
from workflow.happenings import HEARD_AGAIN, OWN_WORK
from workflow.policy import default_policy_text, parse_policy
from workflow.routing import OutcomeKind

SignIn = Callable[[str], TestClient]


@pytest.fixture
def floor(tmp_path: Path) -> Services:
    return services(tmp_path)


@pytest.fixture
def as_(floor: Services) -> SignIn:
    app = create_app(floor)

    def client(person: str) -> TestClient:
        with floor.sessions.begin() as db:
            secret = sign_in(db, person, now_ms())
        with floor.sessions() as db:
            session = db.get(Session, digest(secret))
            assert session is not None
            headers = {CSRF_HEADER: session.csrf}
        return TestClient(app, cookies={COOKIE: secret}, headers=headers)

    return client


def triggers(client: TestClient) -> set[str]:
    return {alert["trigger"] for alert in client.get("/api/board").json()["alerts"]}


def restrict(floor: Services, trigger: str, desk: str) -> None:
    """The alert of a trigger becomes one for its desk alone, as the intake would have it."""
    with floor.sessions.begin() as db:
        alert = db.scalars(select(Alert).where(Alert.trigger == trigger)).one()
        call = db.get(Call, alert.call_id)
        assert call is not None
        alert.handling = call.handling = "restricted"
        alert.desk = call.desk = desk
        call.trigger = trigger


def test_a_supervisor_of_one_queue_sees_that_queue_alone(as_: SignIn) -> None:
    assert triggers(as_("bo")) == {"self_harm", "legal_threat"}
    assert as_("bo").get("/calls/c-7102").status_code == 403
    assert as_("bo").get("/api/calls/c-7102").status_code == 403
    assert as_("bo").get("/api/calls/c-7101").status_code == 200


def test_a_desk_sees_what_is_its_own(as_: SignIn) -> None:
    assert triggers(as_("jo")) == {"violence"}


def test_a_restricted_alert_is_seen_by_its_desk_alone(floor: Services, as_: SignIn) -> None:
    restrict(floor, "violence", "safety")
    assert "violence" not in triggers(as_("alex"))
    assert "violence" not in triggers(as_("sam"))
    assert "violence" in triggers(as_("jo"))
    assert as_("alex").get("/api/calls/c-7102").status_code == 403
    page = as_("alex").get("/calls/c-7102")
    assert page.status_code == 403
    assert "hospital" not in page.text


def test_who_may_not_see_a_call_cannot_tell_whether_it_exists(as_: SignIn) -> None:
    there, nowhere = (as_("bo").get(f"/api/calls/{name}") for name in ("c-7102", "c-none"))
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())


def test_nobody_sees_a_page_without_signing_in(floor: Services) -> None:
    client = TestClient(create_app(floor), follow_redirects=False)
    for path in ("/board", "/calls/c-7101", "/my-call"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    for path in ("/api/board", "/api/calls/c-7101", "/api/my-call"):
        assert client.get(path).status_code == 401


def test_an_agent_gets_their_own_call(as_: SignIn) -> None:
    mine = as_("priya").get("/api/my-call").json()
    assert mine["call"]["call_id"] == "c-7101"
    assert [message["name"] for message in mine["messages"]] == ["Alex Morgan"]
    assert as_("priya").get("/api/calls/c-7102").status_code == 403


def test_a_board_begins_at_the_newest_event(floor: Services, as_: SignIn) -> None:
    with floor.sessions() as db:
        newest = db.scalars(select(Feed.number).order_by(Feed.number.desc())).first()
    assert as_("alex").get("/api/board").json()["number"] == newest


def test_what_has_gone_leaves_a_trace_for_a_minute(floor: Services, as_: SignIn) -> None:
    assert "regulator" in triggers(as_("alex"))
    with floor.sessions.begin() as db:
        row = db.scalars(select(Alert).where(Alert.trigger == "regulator")).one()
        row.updated_at = now_ms() - 61_000
    assert "regulator" not in triggers(as_("alex"))


def test_earlier_contacts_of_a_caller_are_counted(as_: SignIn) -> None:
    known = as_("alex").get("/api/calls/c-7101/earlier").json()
    assert known == {"contacts": 2, "hard_stops": 1, "open_callbacks": 1}


def test_a_call_whose_id_has_slashes_is_found(floor: Services, as_: SignIn) -> None:
    with floor.sessions.begin() as db:
        db.add(Call(call_id="site/7/1", first_at=1, last_at=2, degraded=False))
    for path in (
        "/calls/site%2F7%2F1",
        "/api/calls/site%2F7%2F1",
        "/api/calls/site%2F7%2F1/earlier",
    ):
        assert as_("alex").get(path).status_code == 200


def test_a_service_without_the_scope_for_it_reads_no_transcript(floor: Services) -> None:
    with floor.sessions.begin() as db:
        for name, scopes in (("plain", ["read"]), ("full", ["read", "transcripts"])):
            db.add(
                Token(
                    token_id=name,
                    digest=digest(name),
                    name=name,
                    scopes=scopes,
                    created_by="sam",
                    created_at=now_ms(),
                )
            )
    client = TestClient(create_app(floor))
    turns = {
        name: client.get("/api/calls/c-7101", headers={"authorization": f"Bearer {name}"}).json()[
            "turns"
        ]
        for name in ("plain", "full")
    }
    assert turns["plain"] == []
    assert turns["full"] != []


def test_a_message_reaches_the_agent_through_the_feed(floor: Services, as_: SignIn) -> None:
    answer = as_("alex").post("/api/calls/c-7101/messages", json={"text": "Well done."})
    assert answer.status_code == 201
    with floor.sessions() as db:
        row = db.scalars(select(Feed).where(Feed.kind == "message")).one()
        assert (row.body["text"], row.agent_id) == ("Well done.", "a-1042")


def test_a_message_that_is_sent_again_under_its_id_is_there_once(
    floor: Services, as_: SignIn
) -> None:
    alex, bo = as_("alex"), as_("bo")
    line = {"text": "Well done.", "message_id": "0d9c3f0e-5a53-4f0e-9a51-9c1c9d7f4b11"}
    first = alex.post("/api/calls/c-7101/messages", json=line)
    again = alex.post("/api/calls/c-7101/messages", json=line)
    assert again.json() == first.json()
    with floor.sessions() as db:
        assert len(db.scalars(select(Feed).where(Feed.kind == "message")).all()) == 1
    other = {**line, "text": "Stay with her."}
    assert alex.post("/api/calls/c-7101/messages", json=other).status_code == 409
    assert bo.post("/api/calls/c-7101/messages", json=line).status_code == 409


def test_a_message_is_marked_as_read_by_its_agent_alone(floor: Services, as_: SignIn) -> None:
    assert as_("tom").post("/api/messages/m-1/seen", json={}).status_code == 403
    assert as_("alex").post("/api/messages/m-1/seen", json={}).status_code == 403
    assert as_("priya").post("/api/messages/m-1/seen", json={}).status_code == 200
    with floor.sessions() as db:
        message = db.get(Message, "m-1")
        assert message is not None
        assert message.seen_at is not None


@pytest.mark.parametrize("person", ["quinn", "sam", "priya"])
def test_only_supervisors_and_desks_write_to_agents(as_: SignIn, person: str) -> None:
    answer = as_(person).post("/api/calls/c-7101/messages", json={"text": "Hello"})
    assert answer.status_code == 403


def test_nothing_is_sent_from_a_page_of_another_session(as_: SignIn) -> None:
    client = as_("alex")
    client.headers[CSRF_HEADER] = "guessed"
    answer = client.post("/api/calls/c-7101/messages", json={"text": "Hello"})
    assert answer.status_code == 403


def test_a_life_stop_gets_no_draft_but_what_to_do_now(as_: SignIn) -> None:
    made = as_("alex").post("/api/calls/c-7101/draft", json={}).json()
    assert made["takeover"] is True
    assert made["options"] == []


def test_a_draft_names_what_its_reader_may_promise(floor: Services, as_: SignIn) -> None:
    with floor.sessions.begin() as db:
        for turn in db.scalars(select(Turn).where(Turn.call_id == "c-7106")):
            db.delete(turn)
        db.add(
            Turn(
                call_id="c-7106",
                utterance_id="bill",
                number=1,
                first=1,
                speaker="customer",
                text="You charged me twice for the energy bill and I am furious about it.",
                is_final=True,
                at=0,
            )
        )
    made = as_("alex").post("/api/calls/c-7106/draft", json={}).json()
    told = " ".join(option["detail"] for option in made["options"])
    assert "500 GBP in refunds. A manager approves" in told


def test_nothing_is_drafted_from_a_restricted_call(floor: Services, as_: SignIn) -> None:
    restrict(floor, "violence", "safety")
    assert as_("jo").post("/api/calls/c-7102/draft", json={}).status_code == 403


def test_pages_have_no_inline_scripts_styles_or_handlers(as_: SignIn) -> None:
    for person, path in (
        ("alex", "/board"),
        ("alex", "/board?wall=1"),
        ("alex", "/calls/c-7101"),
        ("bo", "/calls/c-7102"),
        ("priya", "/my-call"),
    ):
        html = as_(person).get(path).text
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("src=" in script or "application/json" in script for script in scripts)
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", html)


def test_state_in_a_page_cannot_end_its_element() -> None:
    block = str(data_block("state", {"said": "</script><script>run()</script>&\u2028"}))
    assert block.count("</script>") == 1
    inside = block.removesuffix("</script>").partition(">")[2]
    assert msgspec.json.decode(inside)["said"] == "</script><script>run()</script>&\u2028"


def test_every_text_that_scripts_name_is_in_the_catalogue() -> None:
    texts = msgspec.json.decode((HERE / "static/texts/en.json").read_bytes())
    for script in (HERE / "static").glob("*.js"):
        for name in re.findall(r"""\bt\(\s*["']([a-z_.]+)["']""", script.read_text()):
            assert name in texts, f"{script.name} names {name}"


def test_everything_that_goes_on_record_has_a_name_in_the_timeline() -> None:
    texts = msgspec.json.decode((HERE / "static/texts/en.json").read_bytes())
    actions = [
        *ActionKind,
        *(f"callback.{state}" for state in CallbackState),
        *(f"complaint.{state}" for state in (*ComplaintState, "quoted", "updated")),
        *(f"route.{kind}" for kind in ("requested", "fallback", "cancelled", *OutcomeKind)),
        OWN_WORK,
        HEARD_AGAIN,
    ]
    assert [action for action in actions if f"deed.{action}" not in texts] == []
    assert [kind for kind in EntryKind if f"entry.{kind}" not in texts] == []


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (HERE / "static/icons.svg").read_text()))
    for folder, pattern in (("static", "*.js"), ("templates", "*.html")):
        for file in (HERE / folder).glob(pattern):
            for name in re.findall(r"""\bicon\(["']([\w-]+)["']""", file.read_text()):
                assert name in drawn, f"{file.name} names {name}"


def test_every_template_can_be_read() -> None:
    names = templates().list_templates()
    assert {"base.html", "board.html", "call.html", "my_call.html"} <= set(names)
    for name in names:
        templates().get_template(name)


@pytest.mark.parametrize(
    ("trigger", "desk", "mode", "told"),
    [
        ("self_harm", "crisis", "live", 1),
        ("media", "media", "live", 0),
        ("self_harm", "crisis", "shadow", 0),
        ("self_harm", "crisis", "replay", 0),
    ],
)
def test_in_a_restricted_life_stop_the_agent_reads_what_to_say_and_nothing_else(
    floor: Services, as_: SignIn, trigger: str, desk: str, mode: str, told: int
) -> None:
    restrict(floor, trigger, desk)
    with floor.sessions.begin() as db:
        alert = db.scalars(select(Alert).where(Alert.trigger == trigger)).one()
        call = db.get(Call, alert.call_id)
        user = db.get(User, "priya")
        assert call is not None
        assert user is not None
        user.agent_id = call.agent_id
        call.first_at = now_ms()
        alert.mode = mode
        body = alert.body
    answer = as_("priya").get("/api/my-call")
    assert (answer.json()["call"]["call_id"], answer.json()["alerts"]) == (body["call_id"], [])
    assert [one["say_now"] for one in answer.json()["guidance"]] == [body["say_now"]] * told
    assert f'"trigger":"{trigger}"' not in answer.text


def test_who_looked_at_a_call_is_noted(floor: Services, as_: SignIn) -> None:
    client = as_("alex")
    assert client.get("/calls/c-7104").status_code == 200
    assert client.get("/api/calls/c-7104").status_code == 200
    assert as_("bo").get("/calls/nowhere").status_code == 403
    with floor.sessions() as db:
        lines = list(db.scalars(select(Audit).where(Audit.what == "looked.call")))
    assert [(line.user_id, line.ref) for line in lines] == [("alex", "c-7104")]


def test_what_is_wrong_beyond_a_single_call_is_on_the_board_for_an_hour(
    floor: Services, as_: SignIn
) -> None:
    now = now_ms()
    with floor.sessions.begin() as db:
        for minutes, detail in ((59, "older"), (5, "newest")):
            source, at = f"operations/0/{minutes}", now - minutes * 60_000
            db.add(Note(source=source, about="records_off", at=at, detail=detail))
        db.add(Note(source="operations/0/1", about="feed_silent", at=now - 3_700_000, detail="-"))
    told = as_("alex").get("/api/board").json()["notices"]
    assert [(note["about"], note["detail"]) for note in told] == [("records_off", "newest")]
    assert as_("priya").get("/api/board").json()["notices"] == []


def test_everything_that_operators_are_told_has_a_name() -> None:
    texts = msgspec.json.decode((HERE / "static" / "texts" / "en.json").read_bytes())
    assert {f"note.{topic.value}" for topic in Topic} <= set(texts)


def test_whatever_an_alert_can_be_about_can_be_filtered_by_and_has_a_name(
    floor: Services, as_: SignIn
) -> None:
    told = as_("alex").get("/api/board").json()["names"]["triggers"]
    assert len(told) == len(set(told))
    assert {"self_harm", "supervisor_request", "agent_request", "anger_rising"} <= set(told)
    assert {"repeated_contact", "callback_due", "callback_missed", "callback_blocked"} <= set(told)
    assert {"welfare_recontact", "caller_rings_in"} <= set(told)
    texts = msgspec.json.decode((HERE / "static" / "texts" / "en.json").read_bytes())
    assert [one for one in told if f"trigger.{one}" not in texts] == []
    page = as_("alex").get("/incidents").text
    assert [one for one in told if f'<option value="{one}"' not in page] == []


def test_a_trigger_of_one_queue_alone_can_be_filtered_by() -> None:
    text = default_policy_text()
    site = parse_policy(text, source="policy.toml")
    assert site.tiers.anger_rising is not None
    signal = next(label for label in LABELS if label in site.signals)
    signals = {name: one for name, one in site.signals.items() if name != signal}
    bare = msgspec.structs.replace(site, signals=signals)
    assert signal not in triggers_of(bare)
    queue = {"signals": {signal: msgspec.to_builtins(site.signals[Signal(signal)])}}
    assert signal in triggers_of(msgspec.structs.replace(bare, queues={"billing": queue}))
