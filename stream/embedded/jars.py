"""Kafka's jars: fetched once, checked against the lock before every start."""

import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from stream.embedded.errors import (
    CacheError,
    EmbeddedKafkaError,
    InvalidSettingError,
    JarDamagedError,
    JarsUnavailableError,
)
from stream.embedded.exclusion import exclusively
from stream.embedded.lock import Lock, LockedJar, read_lock
from stream.embedded.progress import Progress
from stream.embedded.settings import EmbeddedSettings

if TYPE_CHECKING:
    from jgo.maven import MavenContext

AT_ONCE = 6
"""Downloads side by side: most jars are small, so the time goes into round trips."""

FETCH_PATIENCE_S = 600.0
"""How long to wait while another process fetches the same jars over a slow line."""

TRIES = 3
TIMEOUT_S = 30


def class_path(settings: EmbeddedSettings, on_progress: Progress) -> tuple[Path, ...]:
    """Every jar that the broker runs from, fetched when not yet in the cache, and checked.

    With `kafka_home` set: the jars found there, which are the user's own and are not checked.
    Raises JarsUnavailableError, JarDamagedError, CacheError, InvalidSettingError.
    """
    if settings.kafka_home is not None:
        return _own_jars(settings.kafka_home)
    lock = read_lock()
    folder = settings.cache / f"kafka-{lock.kafka}"
    if _missing(lock, folder):
        _fetch_alone(lock, folder, settings.maven_mirror, on_progress)
    return tuple(checked(jar, folder) for jar in lock.jars)


def _missing(lock: Lock, folder: Path) -> list[LockedJar]:
    return [jar for jar in lock.jars if not (folder / jar.file_name).is_file()]


def _fetch_alone(lock: Lock, folder: Path, mirror: str | None, on_progress: Progress) -> None:
    # Only when something is missing: a complete cache may be read-only, as in a container image.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusively(folder / ".lock", FETCH_PATIENCE_S):
            missing = _missing(lock, folder)
            if missing:
                _fetch(lock, missing, folder, mirror, on_progress)
    except TimeoutError:
        raise JarsUnavailableError(
            f"Another process has been fetching Kafka into {folder} for ten minutes.",
            "End that process, then start again.",
        ) from None
    except OSError as error:
        raise CacheError(
            f"Kafka's jars cannot be written to {folder}: {error.strerror or error}.",
            "Make room or mend the rights there, or name another folder with HARDSTOP_CACHE.",
        ) from error


def checked(jar: LockedJar, folder: Path) -> Path:
    """The jar's path in `folder`. Raises JarDamagedError when it is not the locked one."""
    path = folder / jar.file_name
    if jar.matches(path):
        return path
    raise JarDamagedError(
        f"{jar.file_name} in the cache is not the file that hardstop was built with.",
        f"Delete the folder {folder} and start again; it will be fetched anew.",
        path,
    )


def _own_jars(home: Path) -> tuple[Path, ...]:
    folder = home / "libs" if (home / "libs").is_dir() else home
    jars = tuple(sorted(folder.glob("*.jar")))
    if any(jar.name.startswith("kafka_2.13-") for jar in jars):
        return jars
    raise InvalidSettingError(
        f"HARDSTOP_KAFKA_HOME names {home}, where no kafka_2.13 jar is.",
        "Name an unpacked Kafka 4 (the folder that has libs/ in it) or a folder of its jars.",
    )


def _fetch(
    lock: Lock, missing: list[LockedJar], folder: Path, mirror: str | None, on_progress: Progress
) -> None:
    from jgo.maven import MavenContext  # only the first start needs it, and it is slow to import

    step = f"Fetching Kafka {lock.kafka}"
    done = len(lock.jars) - len(missing)
    on_progress(step, done, len(lock.jars))
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as staging,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        maven = MavenContext(
            repo_cache=Path(staging),
            remote_repos={"mirror": mirror} if mirror else None,
            timeout=TIMEOUT_S,
        )
        # The largest first: begun last, it would be waited for alone.
        by_size = sorted(missing, key=lambda jar: -jar.bytes)
        fetches = [pool.submit(_fetch_one, maven, jar, folder) for jar in by_size]
        try:
            for fetch in as_completed(fetches):
                fetch.result()
                done += 1
                on_progress(step, done, len(lock.jars))
        except EmbeddedKafkaError:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch_one(maven: "MavenContext", jar: LockedJar, folder: Path) -> None:
    fetched = _download(maven, jar)
    if not jar.matches(fetched):
        raise JarDamagedError(
            f"The repository sent a {jar.file_name} that is not the file hardstop was built with.",
            "Try again; if it stays so, the mirror or a proxy alters files: name another with "
            "HARDSTOP_MAVEN_MIRROR, or an unpacked Kafka with HARDSTOP_KAFKA_HOME.",
            fetched,
        )
    fetched.rename(folder / jar.file_name)


def _download(maven: "MavenContext", jar: LockedJar) -> Path:
    from requests import RequestException

    group, name, version = jar.coordinate.split(":")
    artifact = maven.project(group, name).at_version(version).artifact()
    reason = ""
    for _ in range(TRIES):
        try:
            return artifact.resolve()
        except RequestException as error:
            reason = f"no answer from the repository ({type(error).__name__})"
        except RuntimeError:
            reason = "the repository does not hand it out"
        # What a broken download left behind would be taken for the whole file by the next try.
        if artifact.cached_path is not None:
            artifact.cached_path.unlink(missing_ok=True)
    raise JarsUnavailableError(
        f"{jar.file_name} could not be fetched: {reason}.",
        "The first start needs the network. Without one, name a mirror with HARDSTOP_MAVEN_MIRROR, "
        "an unpacked Kafka 4 with HARDSTOP_KAFKA_HOME, or a Kafka of your own with "
        "KAFKA_BOOTSTRAP_SERVERS.",
    )
