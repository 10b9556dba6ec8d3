"""`hardstop report` on files of events: what it writes, prints, refuses, and never shows."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec

from stream.topics import TOPICS
from tests.workflow.floor import (
    acknowledged,
    alert,
    callback,
    closed,
    deed,
    ended,
    outcome,
    route,
    score,
)
from workflow.patterns.events import Seen
from workflow.patterns.shadow_chapters import LISTED
from workflow.policy import default_policy_text

Run = Any
DAY = ("--from", "2026-11-23", "--to", "2026-11-23", "--time-zone", "UTC")


def written(name: str, *events: Seen) -> str:
    lines = [msgspec.json.encode(event) for event in events]
    chunk = b'{"type":"chunk","version":1,"call_id":"a","text":"my mother <b>never</b> said"}'
    Path(name).write_bytes(b"\n".join([*lines, chunk, b'{"key":"CB-1","deleted":true}', b""]))
    return name


def a_day() -> list[Seen]:
    return [
        alert("a", customer_ref="c-17"),
        acknowledged("a", 20, customer_ref="c-17"),
        closed("a", "resolved", customer_ref="c-17"),
        route("a"),
        outcome("a", "joined", 30),
        callback("a", ("offered", 0), ("committed", 5), ("kept", 600)),
        score("a", "angry", "landmine.calm_down", agent_id="agent-9"),
        deed("a", "acknowledge"),
    ]


def test_what_is_counted_is_on_the_wire_under_the_same_name() -> None:
    wire = {
        str(kind.__struct_config__.tag): set(kind.__struct_fields__)
        for topic in TOPICS
        if topic.types is not None
        for kind in get_args(topic.types) or (topic.types,)
    }
    for kind in get_args(Seen):
        tag = str(kind.__struct_config__.tag)
        assert set(kind.__struct_fields__) <= wire[tag], tag


def test_a_report_is_one_page_that_fetches_nothing_and_the_same_as_json(run: Run) -> None:
    events = written("events.jsonl", *a_day())
    done = run("report", "--files", events, *DAY, "--out", "made")
    assert done.code == 0, done.err
    page = Path("made/report.html").read_text()
    assert "Hard stops, 23 November 2026" in page
    assert not re.search(r"<script|<link|<img|https?://(?!www\.w3\.org/2000/svg)", page)
    assert page.count("<svg") == page.count('role="img"') == page.count("<figcaption>")
    assert "prefers-color-scheme: dark" in page
    told = json.loads(Path("made/report.json").read_text())
    assert told["report"]["hard_stops"] == 1
    assert told["report"]["promises"]["kept_in_time"]["part"] == 1
    assert told["sources"][0]["events"] == 8


def test_a_report_on_a_queue_counts_callbacks_alone(run: Run) -> None:
    kept = callback("a", ("offered", 0), ("committed", 5), ("kept", 600), queue_id="claims")
    events = written("callbacks.jsonl", kept)
    done = run("report", "--files", events, *DAY, "--queue", "claims", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["report"]["promises"]["offered"] == 1


def test_no_caller_and_no_agent_is_named_and_no_word_is_quoted(run: Run) -> None:
    run("report", written("events.jsonl", *a_day()), *DAY)
    made = Path("hardstop-report/report.html").read_text()
    made += Path("hardstop-report/report.json").read_text()
    for name in ("c-17", "agent-9", "my mother"):
        assert name not in made


def test_agents_are_named_where_the_policy_says_so(run: Run) -> None:
    text = default_policy_text().replace("by_agent = false", "by_agent = true")
    Path("policy.toml").write_text(text)
    events = written("events.jsonl", *(alert(f"c{n}", agent_id="agent-9") for n in range(5)))
    done = run("report", events, *DAY, "--policy", "policy.toml", "--json")
    assert [agent["name"] for agent in json.loads(done.out)["report"]["agents"]] == ["agent-9"]


def test_json_alone_writes_no_file(run: Run) -> None:
    done = run("report", written("events.jsonl", *a_day()), *DAY, "--json")
    assert json.loads(done.out)["report"]["hard_stops"] == 1
    assert not Path("hardstop-report").exists()


def test_nothing_to_report_says_so_and_what_to_do_and_leaves_an_older_report(run: Run) -> None:
    run("report", written("events.jsonl", *a_day()), *DAY)
    before = Path("hardstop-report/report.html").read_text()
    done = run("report", "events.jsonl", "--from", "2026-01-01", "--to", "2026-01-02")
    assert done.code == 0
    assert "Nothing of mode live happened" in done.err
    assert "--from" in done.err
    assert Path("hardstop-report/report.html").read_text() == before


def test_a_site_in_shadow_mode_is_told_where_its_alerts_are(run: Run) -> None:
    done = run("report", written("events.jsonl", alert("a", mode="shadow")), *DAY)
    assert "1 shadow" in done.err
    assert "--mode" in done.err


def test_the_mode_of_the_policy_is_reported_unless_another_is_named(run: Run) -> None:
    text = default_policy_text().replace('mode = "live" ', 'mode = "shadow" ')
    Path("policy.toml").write_text(text)
    events = written("events.jsonl", alert("a", mode="shadow"), alert("b"))
    for options, mode in (((), "shadow"), (("--mode", "live"), "live")):
        done = run("report", events, *DAY, "--policy", "policy.toml", "--json", *options)
        assert json.loads(done.out)["report"]["scope"]["mode"] == mode


def test_a_line_that_is_no_event_is_named_without_its_words(run: Run) -> None:
    Path("bad.jsonl").write_text('{"type":"alert.opened","call_id":"my secret"}\n')
    done = run("report", "bad.jsonl", *DAY)
    assert done.code == 2
    assert "bad.jsonl:1" in done.err
    assert "my secret" not in done.err
    Path("bad.jsonl").write_text("no json, my secret\n")
    done = run("report", "bad.jsonl", *DAY)
    assert "bad.jsonl:1" in done.err
    assert "my secret" not in done.err


def test_options_that_make_no_sense_say_what_would(run: Run) -> None:
    events = written("events.jsonl", *a_day())
    for options, told in (
        (("--from", "yesterday"), "2026-11-30"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "before it begins"),
        (("--time-zone", "Mars"), "America/New_York"),
        (("--mode", "loud"), "post_call"),
        (("--quotes",), "--shadow"),
        (("--shadow", "--mode", "live"), "--mode"),
    ):
        done = run("report", events, *options)
        assert done.code == 2, options
        # The box around a message breaks its lines.
        assert told in done.err.replace("\n", " "), options


def test_the_shadow_lists_ids_and_times_and_caps_a_long_list(run: Run) -> None:
    said = {"mode": "shadow", "evidence": [{"quote": "I will <b>sue</b> you"}]}
    calls = [alert(f"call-{n:03d}", s=n, **said) for n in range(LISTED + 7)]
    events = written("events.jsonl", *calls, ended("call-000", "transferred", 99))
    done = run("report", events, "--shadow", *DAY, "--out", "made")
    assert done.code == 0, done.err
    page = Path("made/report.html").read_text()
    assert "call-001" in page
    assert "6 calls more" in page
    assert "sue" not in page + Path("made/report.json").read_text()
    run("report", events, "--shadow", "--quotes", *DAY, "--out", "made")
    assert "I will &lt;b&gt;sue&lt;/b&gt; you" in Path("made/report.html").read_text()


def test_a_pilot_that_hears_nothing_while_people_escalate_is_reported_so(run: Run) -> None:
    missed = [score("a", mode="shadow"), ended("a", "transferred", 60), score("b", mode="shadow")]
    done = run("report", written("events.jsonl", *missed), "--shadow", *DAY, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)["report"]
    assert (told["calls"], told["raised"], told["escalated"]["part"]) == (2, 0, 1)
    assert [call["call_id"] for call in told["people_only"]] == ["a"]
    assert "Nothing of mode shadow" not in done.err
    live = written("live.jsonl", score("c"), ended("c", "transferred", 60))
    assert "Nothing of mode shadow" in run("report", live, "--shadow", *DAY).err


def test_a_chapter_without_its_events_says_so_instead_of_nought(run: Run) -> None:
    run("report", written("events.jsonl", alert("a")), *DAY)
    page = Path("hardstop-report/report.html").read_text()
    for told in ("No readings were read", "No callback was read", "No notes to operators"):
        assert told in page
