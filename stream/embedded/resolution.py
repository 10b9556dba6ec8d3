"""Writes the lock anew: `python -m stream.embedded.resolution 4.3.0`. For maintainers."""

import hashlib
import sys
import tempfile
from pathlib import Path

from jgo.maven import Artifact, MavenContext

from stream.embedded.lock import LOCK_FILE, Lock, LockedJar

LOGGING = "org.slf4j:slf4j-simple:1.7.36"
"""Kafka names slf4j-api 1.7.36 and no binding for it: without one the broker logs nothing."""


def resolve(kafka: str, repository_copy: Path) -> Lock:
    """The lock for this Kafka version, resolved from Maven into `repository_copy`."""
    roots = (f"org.apache.kafka:kafka_2.13:{kafka}", LOGGING)
    maven = MavenContext(repo_cache=repository_copy)
    wanted = [maven.create_dependency(root) for root in roots]
    for dependency in wanted:
        dependency.scope = "compile"
    named, behind = maven.resolver.resolve(wanted)
    needed = [*named, *(one for one in behind if one.scope in ("compile", "runtime"))]
    jars = sorted((_locked(one.artifact) for one in needed), key=lambda jar: jar.coordinate)
    return Lock(kafka=kafka, roots=roots, jars=tuple(jars))


def _locked(artifact: Artifact) -> LockedJar:
    content = artifact.resolve().read_bytes()
    return LockedJar(
        coordinate=f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def render(lock: Lock) -> str:
    """The lock as TOML, one jar a line, so that a diff shows which jar changed."""
    roots = ", ".join(f'"{root}"' for root in lock.roots)
    jars = "".join(
        f'  {{ coordinate = "{jar.coordinate}", bytes = {jar.bytes}, sha256 = "{jar.sha256}" }},\n'
        for jar in lock.jars
    )
    return (
        "# The jars of the embedded broker. Written by `python -m stream.embedded.resolution`;\n"
        "# every jar is checked against it before every start.\n"
        f'kafka = "{lock.kafka}"\nroots = [{roots}]\njars = [\n{jars}]\n'
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as copy:
        LOCK_FILE.write_text(render(resolve(sys.argv[1], Path(copy))), encoding="utf-8")
