"""`hardstop version`: what exactly runs here."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Annotated

import typer

_PACKAGES = {"hardstop": "hardstop", "faust": "faust-streaming", "spacy": "spacy"}


def version(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show the versions of hardstop and what it stands on, of the rules and of the policy."""
    import msgspec

    versions = found()
    if as_json:
        typer.echo(msgspec.json.encode(versions).decode())
        return
    for name, value in versions.items():
        typer.echo(f"{name:<9}{value}")


def found() -> dict[str, str]:
    """Name to version; rules and policy by the digest that changes whenever they do."""
    from detectors.fingerprint import rules_version
    from scripts.classifier import scorer
    from scripts.policy import in_force
    from workflow.policy import load_policy, policy_digest

    policy = load_policy(in_force(None))
    classifier = scorer()
    versions = {name: _installed(package) for name, package in _PACKAGES.items()}
    return {
        "hardstop": versions["hardstop"],
        "python": platform.python_version(),
        "faust": versions["faust"],
        "spacy": versions["spacy"],
        "rules": rules_version(),
        "model": "none" if classifier is None else classifier.version,
        "policy": policy_digest(policy),
    }


def _installed(package: str) -> str:
    try:
        return installed(package)
    except PackageNotFoundError:
        return "not installed"
