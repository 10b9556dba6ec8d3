"""`hardstop scan`: what it prints, in what order, with which exit code."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from detectors.vocabulary import LABELS

Run = Any
SUE = "I am going to sue you, see you in court"
FINE = "thank you, that was very helpful"


def calls(folder: Path, *said: dict[str, Any], name: str = "calls.jsonl") -> Path:
    path = folder / name
    lines = [{"call_id": "a", **fields} for fields in said]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def json_lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_nothing_raised_is_exit_code_0(run: Run, tmp_path: Path) -> None:
    result = run("scan", str(calls(tmp_path, {"text": FINE})))
    assert result.code == 0
    assert result.out == "1 utterance read; nothing raised\n"


def test_something_raised_is_exit_code_1_and_says_what_where_and_why(
    run: Run, tmp_path: Path
) -> None:
    path = calls(tmp_path, {"text": FINE}, {"text": f"well, {SUE}", "start_ms": 61_000})
    result = run("scan", str(path))
    assert result.code == 1
    first, *rest = result.out.splitlines()
    assert first.split()[0] == "legal_threat"
    assert "  a  1:01  customer" in first
    assert "→ Legal desk" in first
    assert "well, I am going to sue you" in rest[0]
    assert result.out.splitlines()[-1].startswith("2 utterances read; 1 raised in 1 call")


def test_json_has_a_line_per_final_chunk_with_a_probability_for_every_label(
    run: Run, tmp_path: Path
) -> None:
    path = calls(tmp_path, {"text": SUE}, {"text": "I see", "speaker": "agent", "sequence": 9})
    result = run("scan", "--json", str(path))
    assert result.code == 0
    said, seen = json_lines(result.out)
    assert list(said) == [
        "call_id",
        "sequence",
        "speaker",
        "text",
        "triggers",
        "raised",
        "review",
        "emotion",
        "emotion_intensity",
    ]
    assert (said["call_id"], said["sequence"], said["speaker"]) == ("a", 1, "customer")
    assert said["text"] == SUE
    assert tuple(said["triggers"]) == LABELS
    assert all(0 <= probability <= 1 for probability in said["triggers"].values())
    assert said["raised"] == ["legal_threat"]
    assert said["review"] == []
    assert 0 <= said["emotion_intensity"] <= 1
    assert (seen["speaker"], seen["sequence"]) == ("agent", 9)


def test_an_agent_has_no_emotion(run: Run, tmp_path: Path) -> None:
    path = calls(tmp_path, {"text": "this is outrageous", "speaker": "agent"})
    (line,) = json_lines(run("scan", "--json", str(path)).out)
    assert line["emotion"] is None
    assert line["emotion_intensity"] is None


def test_personal_data_is_not_printed(run: Run, tmp_path: Path) -> None:
    path = calls(tmp_path, {"text": f"my card is 4111 1111 1111 1111 and {SUE}"})
    for arguments in (["scan"], ["scan", "--json"]):
        assert "1111" not in run(*arguments, str(path)).out


def test_partials_print_no_json_line_but_appended_words_are_known(run: Run, tmp_path: Path) -> None:
    path = calls(
        tmp_path,
        {"text": "I am going", "is_final": False, "utterance_id": "u", "revision": "append"},
        {"text": "to sue you", "utterance_id": "u", "revision": "append"},
    )
    (line,) = json_lines(run("scan", "--json", str(path)).out)
    assert line["text"] == "I am going to sue you"
    assert line["raised"] == ["legal_threat"]


def test_words_revised_away_are_not_told(run: Run, tmp_path: Path) -> None:
    path = calls(
        tmp_path,
        {"text": "I want to sue you", "is_final": False},
        {"text": "I want to see my bill"},
    )
    assert run("scan", str(path)).code == 0


def test_words_that_never_became_final_are_told(run: Run, tmp_path: Path) -> None:
    path = calls(
        tmp_path,
        {"text": SUE, "is_final": False},
        {"type": "call.ended", "reason": "lost"},
        {"call_id": "b", "text": SUE, "is_final": False},
    )
    result = run("scan", str(path))
    assert result.code == 1
    assert result.out.count("(never final)") == 2


def test_an_ended_call_is_forgotten(run: Run, tmp_path: Path) -> None:
    halves = {"text": "I am going to"}, {"text": "take you to court"}
    split = calls(tmp_path, *halves)
    assert run("scan", str(split)).code == 1
    ended = {"type": "call.ended", "reason": "agent_hangup"}
    path = calls(tmp_path, halves[0], ended, {"text": "going to take a look", "utterance_id": "v"})
    assert run("scan", str(path)).code == 0


def test_a_language_without_rules_is_said_to_be_not_monitored(run: Run, tmp_path: Path) -> None:
    result = run("scan", str(calls(tmp_path, {"text": SUE, "language": "xx"})))
    assert result.code == 0
    assert "1 not monitored (there are no rules for the language 'xx')" in result.out


def test_standard_input_and_gzip_are_read(run: Run, tmp_path: Path) -> None:
    content = calls(tmp_path, {"text": SUE}).read_bytes()
    from_stdin = run("scan", "--json", "-", stdin=content)
    zipped = tmp_path / "calls.jsonl.gz"
    zipped.write_bytes(gzip.compress(content))
    assert from_stdin.code == 0
    assert from_stdin.out == run("scan", "--json", str(zipped)).out != ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", ""),
        ("a.jsonl", "\n\n"),
        ("a.csv", ""),
        ("a.csv", "text,call_id\n"),
        ("a.vtt", ""),
        ("a.vtt", "WEBVTT\n"),
        ("a.jsonl", '{"type":"call.started","call_id":"a"}\n'),
    ],
)
def test_a_file_with_nothing_to_read_is_told(
    run: Run, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    result = run("scan", name)
    assert result.out == "0 utterances read; nothing raised\n"
    assert result.err == f"nothing to read: no utterance in {name}\n"


def test_words_that_nothing_listens_to_are_told_beside_json_too(run: Run, tmp_path: Path) -> None:
    result = run("scan", "--json", str(calls(tmp_path, {"text": SUE, "language": "xx"})))
    assert "1 not monitored (there are no rules for the language 'xx')" in result.err


def test_a_file_name_that_is_no_text_names_a_call_all_the_same(run: Run, tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.csv"))
    path.write_text("text\nhello\n", encoding="utf-8")
    (line,) = json_lines(run("scan", "--json", str(path)).out)
    assert line["call_id"] == "caf?"


def test_a_model_that_is_not_there_is_told_by_several_processes_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_MODEL", str(tmp_path / "nowhere"))
    path = str(calls(tmp_path, {"text": FINE}))
    one, several = run("scan", path), run("scan", "--jobs", "2", path)
    assert (several.code, several.err) == (one.code, one.err)
    assert several.code == 2
    assert "nowhere" in several.err


def test_a_bad_line_stops_the_scan_with_exit_code_2(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"call_id":"a","text":"hi"}\nnonsense\n', encoding="utf-8")
    for arguments in (["scan"], ["scan", "--json"]):
        result = run(*arguments, str(path))
        assert result.code == 2
        assert result.err.startswith(f"hardstop: {path}:2: not valid JSON")


def test_keep_going_skips_and_counts_bad_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"call_id":"a","text":"hi"}\nnonsense\n{}\n', encoding="utf-8")
    result = run("scan", "--keep-going", str(path))
    assert result.code == 0
    assert "1 utterance read" in result.out
    assert f"skipped {path}:2: " in result.err
    assert "2 bad lines skipped" in result.err


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_named(run: Run, name: str) -> None:
    result = run("scan", name)
    assert result.code == 2
    assert result.err.startswith(f"hardstop: {name}: ")
    assert "Traceback" not in result.err


def test_a_policy_of_ones_own_decides(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = calls(tmp_path, {"text": SUE})
    default = run("policy", "show").out
    strict = tmp_path / "strict.toml"
    section = "[detection.points.balanced.thresholds]"
    changed = default.replace(section, f"{section}\nlegal_threat = 1.0", 1)
    strict.write_text(changed)
    assert run("scan", str(path)).code == 1
    assert run("scan", str(path), "--policy", str(strict)).code == 0
    monkeypatch.setenv("HARDSTOP_POLICY", str(strict))
    assert run("scan", str(path)).code == 0


def test_a_broken_policy_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('version = "1"\nnonsense = 1\n', encoding="utf-8")
    result = run("scan", str(calls(tmp_path, {"text": FINE})), "--policy", str(broken))
    assert result.code == 2
    assert f"{broken}: line 2" in result.err


def test_strangers_in_a_transcript_are_told(run: Run, tmp_path: Path) -> None:
    path = calls(tmp_path, {"text": FINE, "speaker": "Zed"})
    assert (
        "read as the customer: Zed; say who they are with --speakers" in run("scan", str(path)).err
    )
    assert run("scan", str(path), "--speakers", "Zed=agent").err == ""


def test_a_transcript_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    path = calls(tmp_path, {"call_id": "a\x1b]0;owned\x07", "text": f"\x1b[2J {SUE} [bold]x[/]"})
    out = run("scan", str(path)).out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]x[/]" in out


@pytest.mark.long
def test_several_processes_print_the_same_lines_in_the_same_order(run: Run, tmp_path: Path) -> None:
    said = [
        {"call_id": f"call-{number % 7}", "text": f"{SUE if number % 5 == 0 else FINE} {number}"}
        for number in range(560)
    ]
    path = str(calls(tmp_path, *said))
    one, several = run("scan", "--json", path), run("scan", "--json", "--jobs", "2", path)
    assert several.code == 0
    assert len(one.out.splitlines()) == 560
    assert several.out == one.out
    some = str(calls(tmp_path, *said[:60], name="some.jsonl"))
    assert run("scan", "--jobs", "2", some).out == run("scan", some).out
