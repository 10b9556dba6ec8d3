"""The steps from a data folder to a broker that serves clients, whoever holds its process."""

import subprocess
import sys

import msgspec

from stream.embedded import configuration, jvm, readiness
from stream.embedded.diagnosis import why
from stream.embedded.errors import NotSupportedError, StartFailedError
from stream.embedded.folder import DataFolder
from stream.embedded.jars import class_path
from stream.embedded.java import find_java
from stream.embedded.ports import Ports
from stream.embedded.progress import Progress
from stream.embedded.settings import EmbeddedSettings

FORMAT_PATIENCE_S = 60.0


class Recipe(msgspec.Struct, frozen=True):
    """How to start the broker of a folder: its command line, and the environment to run it in."""

    command: list[str]
    environment: dict[str, str]


def require_supported_system() -> None:
    """Raises NotSupportedError where the embedded broker has never run."""
    if sys.platform == "win32":
        raise NotSupportedError(
            "There is no embedded Kafka on Windows.",
            "Set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own, or run hardstop in WSL 2.",
        )


def prepare(folder: DataFolder, settings: EmbeddedSettings, on_progress: Progress) -> Recipe:
    """Everything but the ports: room, Java, jars, and storage formatted on first use."""
    folder.create()
    java = find_java(settings, on_progress)
    environment = jvm.environment(class_path(settings, on_progress))
    folder.discard_half_format()
    if not folder.is_formatted:
        on_progress("Preparing the data folder", 0, 1)
        # Formatting wants a whole configuration, but keeps nothing of its ports.
        folder.write_configuration(Ports(broker=1, controller=2))
        _format(
            [
                *jvm.command(java, settings.heap, folder.path, jvm.FORMAT),
                *("format", "--cluster-id", folder.new_cluster_id()),
                *("--config", configuration.FILE),
            ],
            environment,
            folder,
        )
        on_progress("Preparing the data folder", 1, 1)
    broker = jvm.command(java, settings.heap, folder.path, jvm.BROKER)
    return Recipe([*broker, configuration.FILE], environment)


def _format(command: list[str], environment: dict[str, str], folder: DataFolder) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=FORMAT_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StartFailedError(
            f"Preparing Kafka's data folder took longer than {FORMAT_PATIENCE_S:.0f} s.",
            "Start again when the machine is less busy.",
        ) from error
    if done.returncode != 0 or not folder.is_formatted:
        raise why(done.stdout, "Kafka could not prepare its data folder.")


def wait_until_serving(
    process: "subprocess.Popen[bytes]", folder: DataFolder, ports: Ports, on_progress: Progress
) -> None:
    """Returns once the broker serves clients. Raises the EmbeddedKafkaError its log explains."""
    on_progress("Starting Kafka", 0, 1)
    is_ready = readiness.wait_until_ready(
        ports, folder.cluster_id(), lambda: process.poll() is None, readiness.PATIENCE_S
    )
    if is_ready:
        on_progress("Starting Kafka", 1, 1)
        return
    code = process.poll()
    raise why(
        folder.log_end(),
        f"Kafka was not ready after {readiness.PATIENCE_S:.0f} s."
        if code is None
        else f"Kafka ended while it was starting (exit code {code}).",
    )
