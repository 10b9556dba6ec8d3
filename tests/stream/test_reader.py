"""One message in, everything it causes out: the same on the same state, whatever the message."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.app import call_reader
from stream.outputs import Message, Output
from stream.reader import CallReader, Step
from stream.state import CallState, decode_state, encode_state
from stream.topics import TopicName
from workflow.policy import load_policy

READER = call_reader(load_policy())
THREAT = "i am going to sue you people"


def message(value: object, offset: int = 0, key: bytes = b"c", mode: str | None = None) -> Message:
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return Message(
        key=key,
        value=raw,
        topic="transcripts",
        partition=0,
        offset=offset,
        timestamp_ms=1_790_000_000_000 + offset,
        mode=mode,
    )


def chunk(sequence: int, text: str, **more: object) -> dict[str, object]:
    base = {"type": "chunk", "call_id": "c", "sequence": sequence, "utterance_id": f"u{sequence}"}
    return base | {"speaker": "customer", "text": text} | more


def play(*events: object, reader: CallReader = READER) -> tuple[CallState | None, list[Step]]:
    state: CallState | None = None
    steps = []
    for offset, event in enumerate(events):
        step = reader.read(message(event, offset), lambda _: state)  # noqa: B023
        state = step.state or state
        steps.append(step)
    return state, steps


def topics(step: Step) -> list[TopicName]:
    return [output.topic for output in step.outputs]


def about(step: Step) -> list[str]:
    return [
        note["about"]
        for output in step.outputs
        if output.topic is TopicName.OPERATIONS
        and (note := msgspec.json.decode(output.value or b""))["type"] == "operations.note"
    ]


def test_facts_of_the_call_stand_on_what_follows() -> None:
    _, steps = play(
        {"type": "call.started", "call_id": "c", "queue_id": "billing", "agent_id": "a1"},
        {"type": "call.updated", "call_id": "c", "agent_id": "a2"},
        chunk(1, THREAT),
    )
    alert = msgspec.json.decode(steps[2].outputs[0].value or b"")
    assert (alert["queue_id"], alert["agent_id"]) == ("billing", "a2")
    assert alert["policy_version"]
    assert alert["rules_version"]


@pytest.mark.parametrize("recording", ["paused", "declined"])
def test_while_recording_is_off_no_text_is_read_or_kept(recording: str) -> None:
    state, steps = play(
        {"type": "call.started", "call_id": "c", "recording": {"state": recording}},
        chunk(1, THREAT),
        chunk(2, THREAT),
        {"type": "call.updated", "call_id": "c", "recording": {"state": "on"}},
        chunk(3, "hello"),
    )
    assert about(steps[0]) == ["not_monitored"]
    assert [step.outputs for step in steps[1:3]] == [(), ()], "said once"
    assert topics(steps[4]) == [TopicName.SCORES]
    assert state is not None
    assert b"sue" not in encode_state(state)


def test_a_language_without_rules_is_reported_once_and_raises_nothing() -> None:
    _, steps = play(chunk(1, "ich verklage sie", language="de"), chunk(2, "ja", language="de-DE"))
    assert about(steps[0]) == ["not_monitored"]
    assert TopicName.ALERTS not in topics(steps[0])


def test_a_partial_that_adds_no_words_is_not_read_again() -> None:
    partial = {"is_final": False, "utterance_id": "u"}
    _, steps = play(
        chunk(1, "hello there", **partial),
        chunk(2, "hello there", **partial),
        chunk(3, "hello there my friend", **partial),
    )
    assert [len(step.outputs) for step in steps] == [1, 0, 1]


@pytest.mark.parametrize(
    ("first", "again", "revision"),
    [
        ("my card is 4111 1111 1111 1111", "my card is 4111 1111 1111 1111", "replace"),
        ("hello there", "Hello, there.", "replace"),
        ("hello there", "  ", "append"),
        ("hello there", "...", "append"),
    ],
)
def test_no_words_are_new_that_only_look_different(first: str, again: str, revision: str) -> None:
    partial = {"is_final": False, "utterance_id": "u", "revision": revision}
    _, steps = play(chunk(1, first, **partial), chunk(2, again, **partial))
    assert [len(step.outputs) for step in steps] == [1, 0]
    _, steps = play(chunk(1, first, **partial), chunk(2, f"{again} my friend", **partial))
    assert [len(step.outputs) for step in steps] == [1, 1]


def test_a_final_that_comes_again_moves_the_mood_once() -> None:
    furious = "this is a disgrace and i am absolutely furious"
    once, _ = play(chunk(1, furious), chunk(2, "what did you say there"))
    again, steps = play(
        chunk(1, furious),
        chunk(2, furious, utterance_id="u1"),
        chunk(3, furious, utterance_id="u1", is_final=False),
        chunk(4, furious, utterance_id="u1"),
        chunk(5, "what did you say there"),
        chunk(6, furious, utterance_id="u1"),
    )
    assert once is not None
    assert again is not None
    assert once.conversation.moods == again.conversation.moods
    scores = [
        msgspec.json.decode(output.value or b"")
        for step in steps[:4]
        for output in step.outputs
        if output.topic is TopicName.SCORES
    ]
    assert [score["mood"] for score in scores] == [scores[0]["mood"]] * 3


def test_a_final_that_is_corrected_takes_the_place_of_the_first() -> None:
    calm, furious = "yes that is quite all right", "this is a disgrace and i am absolutely furious"
    corrected, _ = play(chunk(1, calm), chunk(2, furious, utterance_id="u1"))
    plain, _ = play(chunk(1, furious))
    assert corrected is not None
    assert plain is not None
    assert corrected.conversation.moods == plain.conversation.moods


def test_a_final_that_comes_again_says_of_the_channels_what_it_said_before() -> None:
    greeting = "thank you for calling how can i help"
    once, _ = play(chunk(1, greeting))
    again, _ = play(chunk(1, greeting), *(chunk(n, greeting, utterance_id="u1") for n in (2, 3)))
    assert once is not None
    assert again is not None
    assert once.conversation.roles.wrong == 2
    assert once.conversation.roles == again.conversation.roles
    foreign, _ = play(chunk(1, greeting), chunk(2, "ja bitte", language="de"))
    assert foreign is not None
    assert foreign.conversation.roles == once.conversation.roles


def test_appended_partials_are_joined() -> None:
    partial = {"is_final": False, "utterance_id": "u", "revision": "append"}
    _, steps = play(chunk(1, "i am going to", **partial), chunk(2, "sue you people", **partial))
    assert TopicName.ALERTS in topics(steps[1])


def test_a_partial_that_comes_after_its_final_changes_nothing() -> None:
    _, steps = play(
        chunk(1, "hello"),
        chunk(3, "no i am not going to", utterance_id="u"),
        chunk(2, THREAT, utterance_id="u", is_final=False),
    )
    assert topics(steps[2]) == []


def test_what_is_stored_and_sent_is_redacted() -> None:
    card = "4111 1111 1111 1111"
    state, steps = play(chunk(1, f"my card number is {card} and i am going to sue you"))
    stored = encode_state(state) if state else b""
    sent = b"".join(output.value or b"" for output in steps[0].outputs)
    for place in (stored, sent):
        assert card.encode() not in place
        assert b"1111" not in place
    assert TopicName.ALERTS in topics(steps[0])


def test_nothing_of_an_unreadable_value_is_in_the_note() -> None:
    _, steps = play(chunk(1, "secret words", speaker="secret speaker"))
    (letter, note) = steps[0].outputs
    assert letter.topic is TopicName.DEAD_LETTERS
    assert b"secret" not in (note.value or b"")
    assert not any(b"secret" in value for _, value in letter.headers)


def test_a_call_that_ends_twice_ends_once() -> None:
    ended = {"type": "call.ended", "call_id": "c", "reason": "lost"}
    _, steps = play(chunk(1, THREAT, is_final=False), ended, ended)
    told = [TopicName.ALERTS, TopicName.CALLBACKS, TopicName.ALERTS, TopicName.OPERATIONS]
    assert topics(steps[1]) == told
    assert steps[2].repeat


TEXTS = st.sampled_from([THREAT, "hello", "i want to kill myself", "no", "", "is that so"])
EVENTS = st.one_of(
    st.builds(
        chunk,
        st.integers(0, 12),
        TEXTS,
        utterance_id=st.sampled_from(["a", "b", "c"]),
        is_final=st.booleans(),
        revision=st.sampled_from(["append", "replace"]),
        speaker=st.sampled_from(["customer", "agent", "unknown"]),
    ),
    st.just({"type": "call.ended", "call_id": "c", "reason": "lost"}),
    st.just({"type": "call.started", "call_id": "c", "queue_id": "q"}),
    st.binary(max_size=20),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_any_story_read_twice_gives_the_same_bytes_and_ids_never_differ(
    story: list[object],
) -> None:
    _, first = play(*story)
    _, second = play(*story)
    assert first == second
    seen: dict[str, Output] = {}
    for step in first:
        for output in step.outputs:
            event_id = dict(output.headers)["ce_id"].decode()
            assert seen.setdefault(event_id, output).value == output.value


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=20), st.data())
def test_a_message_read_again_on_the_state_before_it_causes_the_same(
    story: list[object], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(story) - 1))
    before, _ = play(*story[:at])
    recovered = decode_state(encode_state(before)) if before else None
    again = READER.read(message(story[at], at), lambda _: recovered)
    once = READER.read(message(story[at], at), lambda _: before)
    assert again == once


def test_the_state_of_a_call_stays_small_whatever_is_said() -> None:
    long = "i am going to sue you " * 900
    events = [chunk(n, long + str(n), utterance_id=f"u{n}") for n in range(1, 20)]
    events += [chunk(n, "ja", language=f"x{n}") for n in range(20, 60)]
    state, _ = play(*events)
    assert state is not None
    assert len(encode_state(state)) < 300_000


def test_a_word_without_end_is_quoted_in_part_and_breaks_nothing() -> None:
    state, steps = play(chunk(1, "i am going to sue you" + "\x01" * 15_000 + " i will sue you"))
    assert TopicName.ALERTS in topics(steps[0]) or TopicName.DEAD_LETTERS in topics(steps[0])
    assert state is not None
    assert all(len(output.value or b"") < 900_000 for output in steps[0].outputs)


def test_facts_beyond_measure_are_refused() -> None:
    _, steps = play({"type": "call.started", "call_id": "c", "deep_link": "x" * 100_000})
    assert topics(steps[0]) == [TopicName.DEAD_LETTERS, TopicName.OPERATIONS]
