"""`hardstop draft` over several turns, kept in a file, and with a model."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.writers.servers import chat, chat_error, claude_tool, serving

pytest.importorskip("anthropic", reason="the extra hardstop[drafts] is not installed")
pytest.importorskip("openai", reason="the extra hardstop[drafts] is not installed")

Run = Any
TOLD = (
    "I am furious. I was charged $49.99 twice in March and nobody answers my mails. "
    "I had to borrow money for rent."
)
CARD = "4111 1111 1111 1111"


@pytest.fixture(autouse=True)
def told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The situation in a file; what the built-in writer answers to it."""
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    (tmp_path / "told.txt").write_text(TOLD, encoding="utf-8")
    made: dict[str, Any] = json.loads(run("draft", "--situation", "told.txt", "--json").out)
    return made


def test_a_follow_up_changes_the_draft(run: Run, told: dict[str, Any]) -> None:
    result = run(
        "draft", "--situation", "told.txt", "--json",
        "--follow-up", "make it shorter", "--follow-up", "he has been with us 11 years",
    )  # fmt: skip
    assert result.code == 0, result.err
    made = json.loads(result.out)
    assert len(made["draft"].split()) < len(told["draft"].split())
    assert "relationship" in "".join(option["title"] for option in made["options"])


def test_what_the_built_in_writer_cannot_do_is_said(run: Run) -> None:
    result = run("draft", "--situation", "told.txt", "--follow-up", "make it rhyme")
    assert result.code == 0
    assert "could not do this: “make it rhyme”" in result.out


def test_a_session_is_kept_for_its_owner_and_gone_on_with(run: Run, tmp_path: Path) -> None:
    first = run("draft", "--situation", "told.txt", "--session", "s.json", "--json")
    kept = tmp_path / "s.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = run("draft", "--session", "s.json", "--follow-up", "make it an email please", "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["draft"] != json.loads(first.out)["draft"]
    assert len(json.loads(kept.read_text("utf-8"))["exchanges"]) == 2
    assert run("draft", "--session", "s.json", "--json").out == again.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--situation", "told.txt", "--session", "told.txt"), "is there already"),
        (("--session", "told.txt"), "is no session"),
        (("--situation", "-", "--interactive"), "standard input cannot be both"),
        (("--situation", "told.txt", "--base-url", "http://x"), "name one"),
        (("--situation", "told.txt", "--model", "gpt"), "claude:<model>"),
        (("--situation", "told.txt", "--channel", "fax"), "channels are"),
        (("missing.vtt",), "missing.vtt"),
    ],
)
def test_what_does_not_go_together_is_told(run: Run, arguments: list[str], says: str) -> None:
    result = run("draft", *arguments)
    assert result.code == 2
    assert says in " ".join(result.err.replace("│", " ").split())


def test_follow_ups_are_read_from_lines_until_an_empty_one(run: Run) -> None:
    lines = b"make it shorter\nshe is a Gold member\n\nnot read\n"
    result = run("draft", "--situation", "told.txt", "-i", "--json", stdin=lines)
    assert result.code == 0, result.err
    drafts = [json.loads(line) for line in result.out.splitlines()]
    assert len(drafts) == 3
    assert len(drafts[1]["draft"]) < len(drafts[0]["draft"])
    assert "relationship" in drafts[2]["options"][1]["title"] + drafts[2]["options"][2]["title"]


def test_a_danger_to_life_in_a_follow_up_is_handed_to_a_person(run: Run) -> None:
    result = run(
        "draft", "--situation", "told.txt", "--follow-up", "He says he wants to kill himself."
    )
    assert result.code == 1
    assert "A PERSON MUST TAKE OVER" in result.out


def answer(told: dict[str, Any], **changes: object) -> dict[str, Any]:
    assessed = {name: told["assessment"][name] for name in ("emotion", "need", "reason")}
    return {**told, "assessment": assessed, **changes}


def test_a_model_is_given_redacted_words_alone(run: Run, told: dict[str, Any]) -> None:
    private = f"{TOLD} My card is {CARD}. Write to jo.bloggs@example.com."
    with serving(claude_tool(answer(told))) as server:
        result = run(
            "draft", "--situation", "-", "--model", "claude:test", "--base-url", server.url,
            "--history", f"paid with card {CARD}", "--follow-up", f"the card is {CARD}, say sorry",
            stdin=private.encode(),
        )  # fmt: skip
    assert result.code == 0, result.err
    (asked,) = server.asked
    sent = json.dumps(asked.body)
    assert "charged $49.99 twice" in sent
    assert "say sorry" in sent
    for secret in ("4111", "1111", "jo.bloggs"):
        assert secret not in sent


def test_a_faulty_draft_of_a_model_is_shown_with_its_faults(run: Run, told: dict[str, Any]) -> None:
    bad = answer(told, draft=told["draft"] + " It will be fixed by Friday.")
    with serving(chat(json.dumps(bad))) as server:
        result = run(
            "draft", "--situation", "told.txt", "--model", "openai:t", "--base-url", server.url
        )
    assert result.code == 1
    assert "STILL AT FAULT" in result.out
    assert "promised_time" in result.out
    assert len(server.asked) == 2


def test_a_model_goes_on_from_its_last_draft(run: Run, told: dict[str, Any]) -> None:
    with serving(chat(json.dumps(answer(told)))) as server:
        common = ("--model", "openai:t", "--base-url", server.url, "--session", "s.json")
        assert run("draft", "--situation", "told.txt", *common).code == 0
        assert run("draft", *common, "--follow-up", "warmer, please").code == 0
    said = [(each["role"], each["content"]) for each in server.asked[1].body["messages"]]
    assert [role for role, _ in said] == ["system", "user", "assistant", "user"]
    assert told["draft"].split(".")[0] in said[2][1]
    assert "warmer, please" in said[3][1]


def test_what_no_model_may_see_is_answered_without_one(run: Run) -> None:
    words = b"My bill is wrong and I am angry. I want to kill myself."
    with serving(chat("{}")) as server:
        result = run(
            "draft", "--situation", "-", "--model", "openai:t", "--base-url", server.url,
            stdin=words,
        )  # fmt: skip
    assert result.code == 1
    assert server.asked == []
    assert "A PERSON MUST TAKE OVER" in result.out
    assert "Not given to openai:t" in result.out


def test_where_a_model_fails_the_facts_are_kept(run: Run, tmp_path: Path) -> None:
    with serving(chat_error(401, "invalid")) as server:
        result = run(
            "draft", "--situation", "told.txt", "--session", "s.json", "--model", "openai:t",
            "--base-url", server.url, "--follow-up", "he has been with us 11 years",
        )  # fmt: skip
    assert result.code == 2
    assert "OPENAI_API_KEY" in result.err
    assert "secret" not in result.err
    assert json.loads((tmp_path / "s.json").read_text("utf-8"))["context"]["tenure_months"] == 132
