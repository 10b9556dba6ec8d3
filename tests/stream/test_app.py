"""The Faust app takes its security settings and refuses to be built without an address."""

import ssl
from pathlib import Path

import faust
import pytest

from stream.app import build_app
from stream.logs import logging_to_stderr
from stream.settings import Settings, load_settings
from workflow.policy import load_policy

PLAIN = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1,127.0.0.1:2"}


def app_with(**environ: str) -> tuple[faust.App, Settings]:
    settings = load_settings(PLAIN | environ)
    return build_app(settings, load_policy(), partitions=3), settings


def test_several_brokers_and_the_group_come_from_the_settings() -> None:
    app, settings = app_with(HARDSTOP_TOPIC_PREFIX="site.", HARDSTOP_INSTANCE_ID="w1")
    assert [str(url) for url in app.conf.broker] == ["kafka://127.0.0.1:1", "kafka://127.0.0.1:2"]
    assert app.conf.id == "site.hardstop"
    assert app.conf.consumer_group_instance_id == "w1"
    assert app.tables["calls"].changelog_topic.get_topic_name() == settings.changelog
    assert app.conf.broker_credentials is None


def test_a_password_is_passed_on() -> None:
    app, _ = app_with(
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_MECHANISM="SCRAM-SHA-512",
        KAFKA_SASL_USERNAME="worker",
        KAFKA_SASL_PASSWORD="secret",
    )
    credentials = app.conf.broker_credentials
    assert isinstance(credentials, faust.SASLCredentials)
    assert (credentials.username, credentials.password) == ("worker", "secret")
    assert credentials.mechanism.value == "SCRAM-SHA-512"
    assert isinstance(credentials.ssl_context, ssl.SSLContext)


def test_a_private_certificate_authority_is_passed_on() -> None:
    ours = ssl.get_default_verify_paths().cafile or ""
    if not Path(ours).is_file():
        pytest.skip("this machine has no certificate file to pass on")
    app, _ = app_with(KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_SSL_CAFILE=ours)
    assert isinstance(app.conf.broker_credentials, faust.SSLCredentials)


def test_without_an_address_no_app_is_built() -> None:
    with pytest.raises(ValueError, match="bootstrap_servers"):
        build_app(load_settings({}), load_policy(), partitions=3)


def test_libraries_are_quiet_unless_debugging() -> None:
    assert logging_to_stderr("info")["loggers"]["faust"] == {"level": "WARNING"}
    debugging = logging_to_stderr("debug")
    assert debugging["root"]["level"] == "DEBUG"
    for library in ("faust", "aiokafka", "kafka", "mode"):
        assert debugging["loggers"][library] == {"level": "INFO"}, "their DEBUG prints messages"
    assert debugging["loggers"]["httpx"] == {"level": "WARNING"}, "its INFO prints webhooks' keys"


def test_a_worker_without_a_name_is_no_static_member() -> None:
    app, _ = app_with()
    assert app.conf.consumer_group_instance_id is None
