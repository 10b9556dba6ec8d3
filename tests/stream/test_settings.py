"""Settings: where they come from, and clear words when one is wrong."""

import re
from pathlib import Path

import pytest

from stream.settings import VARIABLES, Settings, SettingsError, load_settings
from wallboard.settings import PREFIX, WallboardSettings


def test_the_environment_wins_over_the_file_and_options_over_both(tmp_path: Path) -> None:
    path = tmp_path / "hardstop.toml"
    path.write_text("partitions = 2\nbatch_size = 4\ntopic_prefix = 'file.'\n")
    environ = {"HARDSTOP_SETTINGS": str(path), "HARDSTOP_PARTITIONS": "6"}
    settings = load_settings(environ, topic_prefix="option.")
    assert (settings.partitions, settings.batch_size, settings.topic_prefix) == (6, 4, "option.")


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"HARDSTOP_PARTITIONS": "many"}, r"'partitions' in \$HARDSTOP_PARTITIONS"),
        ({"HARDSTOP_PARTITIONS": "0"}, ">= 1"),
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "security_protocol is one of"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs sasl_mechanism"),
        ({"KAFKA_SSL_CAFILE": "/no/such/file"}, "ssl_cafile: there is no file"),
        ({"HARDSTOP_POLICY": "/no/such/policy.toml"}, "policy: there is no file"),
        ({"HARDSTOP_SETTINGS": "/no/such/settings.toml"}, "cannot read the settings file"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        load_settings(environ)


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hardstop.toml"
    path.write_text("partitons = 2\n")
    with pytest.raises(SettingsError, match="unknown setting 'partitons'"):
        load_settings({"HARDSTOP_SETTINGS": str(path)})


def test_security_settings_are_passed_to_the_clients() -> None:
    settings = load_settings(
        {
            "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_SASL_USERNAME": "worker",
            "KAFKA_SASL_PASSWORD": "secret",
        }
    )
    assert settings.client_security() == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "worker",
        "sasl_plain_password": "secret",
    }


def test_every_setting_has_a_variable() -> None:
    assert set(VARIABLES) == set(Settings.__struct_fields__)


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, variable in VARIABLES.items():
        assert f"| `{name}` | `{variable}` |" in text, name


def test_every_setting_of_the_wallboard_is_documented_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(rf"^\| `{PREFIX}(\w+)` \|", text, re.M)
    assert {name.lower() for name in documented} == set(WallboardSettings.__struct_fields__)
