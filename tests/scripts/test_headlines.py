"""Messages of any topic, told to people and to programs."""

import json
from base64 import b64decode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.reading import Evidence
from detectors.vocabulary import Speaker
from scripts.following import Message
from scripts.headlines import headline, json_line
from stream.events import AlertOpened, OperationsNote, Score
from stream.events.operations import Topic
from stream.topics import SPECS, TopicName
from workflow.alerts import AlertStatus
from workflow.policy import Severity

NOON = 12 * 60 * 60 * 1000


def message(value: bytes | None, **fields: object) -> Message:
    known: dict[str, object] = {"key": "a", "timestamp_ms": NOON, "partition": 2, "offset": 41}
    return Message(value=value, **(known | fields))  # type: ignore[arg-type]


def told(value: bytes | None, topic: TopicName, **fields: object) -> str:
    return headline(message(value, **fields), SPECS[topic]).plain


def opened() -> AlertOpened:
    return AlertOpened(
        alert_id="1",
        call_id="call-9",
        episode=1,
        revision=1,
        trigger="legal_threat",
        severity=Severity.HIGH,
        status=AlertStatus.CONFIRMED,
        probability=0.93,
        reason="Says they will sue.",
        evidence=(
            Evidence(
                utterance_id="u1",
                speaker=Speaker.CUSTOMER,
                quote="I will sue \x1b[31m",
                char_start=0,
                char_end=10,
            ),
        ),
        opened_at="2026-11-22T12:00:00.000Z",
        updated_at="2026-11-22T12:00:00.000Z",
        say_now="I hear you.",
        do_not_say="Nothing about courts.",
        policy_version="p",
        rules_version="r",
        desk="legal",
    )


def test_an_alert_is_told_with_its_quote_and_what_to_say() -> None:
    text = told(msgspec.json.encode(opened()), TopicName.ALERTS)
    assert text.startswith("12:00:00   legal_threat   alert.opened confirmed  0.93  call-9")
    assert "customer: “I will sue �[31m”" in text
    assert "say now: I hear you." in text


def test_a_score_is_told_as_a_line_of_the_transcript() -> None:
    score = Score(
        call_id="a",
        sequence=1,
        utterance_id="u1",
        speaker=Speaker.CUSTOMER,
        is_final=False,
        text="I will sue",
        at="2026-11-22T12:00:00.000Z",
        policy_version="p",
        rules_version="r",
        probabilities={"legal_threat": 0.9},
        raised=("legal_threat",),
    )
    text = told(msgspec.json.encode(score), TopicName.SCORES)
    assert text == "12:00:00  a  customer …: I will sue  legal_threat 0.90"


def test_any_other_event_is_told_by_its_fields() -> None:
    note = OperationsNote(about=Topic.GAP, detail="two missing", at="12:00", call_id="a")
    text = told(msgspec.json.encode(note), TopicName.OPERATIONS)
    assert text == "12:00:00   operations.note  about=gap detail=two missing at=12:00 call_id=a"


def test_a_dead_letter_is_told_with_its_reason() -> None:
    headers = (("reason", b"not_json"), ("ce_id", b"1"))
    text = told(b"\xff{", TopicName.DEAD_LETTERS, headers=headers)
    assert text == "12:00:00   dead letter reason=not_json: �{"


def test_a_deleted_record_is_told() -> None:
    assert told(None, TopicName.CALLBACKS) == "12:00:00  a  deleted"


@pytest.mark.parametrize("value", [b"", b"{", b'{"type":"alert.opened"}', b"\xff\xfe", b"[" * 9999])
def test_a_value_that_is_no_event_is_told_as_what_it_is(value: bytes) -> None:
    text = told(value, TopicName.ALERTS)
    assert "not understood (partition 2, offset 41; " in text


@given(value=st.binary(max_size=60), topic=st.sampled_from(list(TopicName)))
def test_any_value_gives_a_headline_that_cannot_steer_a_terminal(
    value: bytes, topic: TopicName
) -> None:
    assert told(value, topic).replace("\n", "").isprintable()


@given(value=st.one_of(st.none(), st.binary(max_size=60)))
def test_any_value_is_one_line_of_json_and_nothing_is_lost(value: bytes | None) -> None:
    line = json_line(message(value))
    assert b"\n" not in line
    read = json.loads(line)
    if value is None:
        assert read == {"key": "a", "deleted": True}
    elif line != value:
        assert b64decode(read["undecodable"]) == value


def test_a_json_value_is_passed_on_as_it_is() -> None:
    assert json_line(message(b'{ "type": "new.thing" }')) == b'{ "type": "new.thing" }'
