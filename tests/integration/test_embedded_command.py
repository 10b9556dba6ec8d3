"""`hardstop kafka`, as a person uses it."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from scripts.kafka import NOT_RUNNING, app
from stream.embedded import Status


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout


def status(data: Path) -> Status:
    _, text = run("status", "--json", "--data", str(data))
    return msgspec.json.decode(text, type=Status)


def test_kafka_is_started_once_shown_and_stopped(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "kafka"))
    try:
        assert run("status", *data)[0] == NOT_RUNNING
        assert run("stop", *data) == (0, "Kafka was not running.\n")

        code, address = run("start", *data)
        assert code == 0
        assert run("start", *data) == (0, address)

        code, told = run("status", *data)
        assert code == 0
        assert address.strip() in told
        assert status(tmp_path / "kafka").bootstrap_servers == address.strip()
    finally:
        code, said = run("stop", *data)
    assert (code, said) == (0, "Kafka has stopped.\n")
    assert run("status", *data)[0] == NOT_RUNNING


def test_an_error_says_what_to_do_and_exits_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_KAFKA_PORT", "nine")
    result = CliRunner().invoke(app, ["start", "--data", str(tmp_path / "kafka")])
    assert result.exit_code == 1
    assert "leave it unset" in result.stderr
