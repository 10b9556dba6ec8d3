"""The demo: it shows what it should, ends by itself, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "scripts.cli", "demo", "--speed", "20"]


def demo(log: Path, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    clean = {k: v for k, v in os.environ.items() if k != "KAFKA_BOOTSTRAP_SERVERS"}
    with log.open("wb") as out:
        return subprocess.Popen(
            [*COMMAND, *options], env=clean | environment, cwd=ROOT, stdout=out, stderr=out
        )


def test_the_demo_shows_alerts_routes_and_a_summary(bootstrap_servers: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = demo(log, "--only", "04", "--only", "10", KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers)
    assert process.wait(180) == 0, log.read_text()
    shown = log.read_text()
    for expected in (
        "self harm  confirmed  04-self-harm-bank",
        "crisis desk joins the call, nobody waits on hold",
        "legal threat  retracted  10-routine-telecom",
        "What the calls came to",
        "hardstop demo --keep",
        "The wallboard is live at http://127.0.0.1:",
        "/welcome/",
        "the board shows 1 open alert,",
    ):
        assert expected in shown, shown
    assert "Traceback" not in shown


@pytest.mark.long
def test_without_a_board_the_demo_is_in_the_terminal_alone(
    bootstrap_servers: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    process = demo(log, "--no-board", "--only", "12", KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers)
    assert process.wait(180) == 0, log.read_text()
    assert "What the calls came to" in log.read_text()
    assert "http://" not in log.read_text()


@pytest.mark.long
def test_ctrl_c_stops_the_demo_and_everything_that_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = demo(log, "--speed", "1", HARDSTOP_DATA=str(tmp_path / "no-broker-of-the-user"))
    end = time.monotonic() + 90
    while "calls begin" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
    children = psutil.Process(process.pid).children(recursive=True)
    assert any("java" in child.name() for child in children)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130, log.read_text()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert "Traceback" not in log.read_text()
