"""What may be set about the embedded broker, its configuration and its ports."""

import re
import socket
from pathlib import Path

import pytest

from stream.embedded import EmbeddedKafka
from stream.embedded.configuration import server_properties
from stream.embedded.errors import InvalidSettingError, NotSupportedError, PortTakenError
from stream.embedded.ports import Ports, choose, is_free
from stream.embedded.settings import EmbeddedSettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "embedded-kafka.md"
SETTINGS_MODULE = Path(__file__).parents[2] / "stream" / "embedded" / "settings.py"


def test_unset_variables_give_the_users_own_folders() -> None:
    settings = EmbeddedSettings.from_environment({"HOME": "/home/ada"})
    assert settings.cache == Path("/home/ada/.cache/hardstop")
    assert settings.data == Path("/home/ada/.local/state/hardstop/kafka")
    assert (settings.port, settings.heap, settings.maven_mirror) == (0, "320m", None)


def test_the_xdg_folders_are_kept_to_and_our_own_variables_go_before_them() -> None:
    xdg = {"HOME": "/home/ada", "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}
    assert EmbeddedSettings.from_environment(xdg).cache == Path("/c/hardstop")
    assert EmbeddedSettings.from_environment(xdg).data == Path("/s/hardstop/kafka")
    ours = {**xdg, "HARDSTOP_CACHE": "/our-c", "HARDSTOP_DATA": "/our-d"}
    assert EmbeddedSettings.from_environment(ours).cache == Path("/our-c")
    assert EmbeddedSettings.from_environment(ours).data == Path("/our-d/kafka")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HARDSTOP_KAFKA_PORT", "80"),
        ("HARDSTOP_KAFKA_PORT", "70000"),
        ("HARDSTOP_KAFKA_PORT", "nine"),
        ("HARDSTOP_KAFKA_HEAP", "lots"),
        ("HARDSTOP_KAFKA_HEAP", "320m -version"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingError, match=name):
        EmbeddedSettings.from_environment({"HOME": "/home/ada", name: value})


def test_every_variable_is_in_the_document() -> None:
    names = set(re.findall(r'"((?:HARDSTOP|XDG|JAVA)_[A-Z_]+)"', SETTINGS_MODULE.read_text()))
    assert len(names) > 5
    assert {name for name in names if f"`{name}`" not in DOCUMENT.read_text()} == set()


def test_the_broker_listens_on_loopback_alone() -> None:
    lines = dict(line.split("=", 1) for line in server_properties(Ports(21000, 21001)).splitlines())
    listeners = lines["listeners"].split(",")
    assert listeners == ["PLAINTEXT://127.0.0.1:21000", "CONTROLLER://127.0.0.1:21001"]
    assert lines["advertised.listeners"] == "PLAINTEXT://127.0.0.1:21000"
    assert lines["controller.quorum.voters"] == "1@127.0.0.1:21001"


def test_one_node_asks_for_no_second_copy_and_creates_no_topic_by_itself() -> None:
    text = server_properties(Ports(21000, 21001))
    factors = re.findall(r"replication\.factor=(\d+)", text)
    assert len(factors) == 4
    assert set(factors) == {"1"}
    assert "auto.create.topics.enable=false" in text.splitlines()


def test_the_configuration_names_no_path() -> None:
    assert "log.dirs=log" in server_properties(Ports(21000, 21001)).splitlines()


def test_chosen_ports_are_free_and_differ() -> None:
    ports = choose()
    assert is_free(ports.broker)
    assert is_free(ports.controller)
    assert ports.broker != ports.controller


def test_the_last_port_is_taken_again_while_it_is_free() -> None:
    last = choose()
    assert choose(last=last).broker == last.broker
    with socket.create_server(("127.0.0.1", last.broker)):
        assert choose(last=last).broker != last.broker


def test_a_named_port_that_is_taken_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(port)):
            choose(named=port)


def test_windows_is_told_to_name_a_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(NotSupportedError, match="KAFKA_BOOTSTRAP_SERVERS"):
        EmbeddedKafka.temporary().start()
