"""docker-compose.yml and Dockerfile, checked where no Docker runs."""

import subprocess
import sys
from pathlib import Path

import yaml

from stream.settings import VARIABLES
from wallboard.settings import PREFIX, load_wallboard_settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"


def test_the_compose_file_fits_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(COMPOSE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_runs_a_broker_the_topics_and_two_workers() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    assert services["kafka"]["image"].startswith("apache/kafka:4.3")
    assert services["topics"]["command"] == ["topics", "create"]
    workers = [name for name in services if name.startswith("worker")]
    assert len(workers) == 2
    instances = {services[name]["environment"]["HARDSTOP_INSTANCE_ID"] for name in workers}
    assert len(instances) == 2, "static members need ids of their own"
    for name in workers:
        waits = services[name]["depends_on"]["topics"]["condition"]
        assert waits == "service_completed_successfully"


def test_it_sets_only_settings_that_exist() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        if name != "kafka":
            known = {n for n in service["environment"] if not n.startswith(PREFIX)}
            assert known <= set(VARIABLES.values())


def test_its_wallboard_is_kept_and_reached_at_the_address_that_it_names() -> None:
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    board = compose["services"]["wallboard"]
    settings = load_wallboard_settings(board["environment"])
    folder = settings.database.removeprefix("sqlite:///").rpartition("/")[0]
    (volume,) = board["volumes"]
    assert volume.partition(":") == ("wallboard-data", ":", folder)
    assert "wallboard-data" in compose["volumes"]
    (port,) = board["ports"]
    assert port.startswith(f"127.0.0.1:{settings.base_url.rpartition(':')[2]}:{settings.port}")
    unknown = [
        name
        for name in board["environment"]
        if name.startswith(PREFIX)
        and name.removeprefix(PREFIX).lower() not in settings.__struct_fields__
    ]
    assert unknown == []


def test_the_image_has_everything_that_the_package_needs() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for room in ("detectors", "models", "workflow", "stream", "writers", "wallboard", "scripts"):
        assert f"COPY {room} {room}" in dockerfile
    assert "USER hardstop" in dockerfile
