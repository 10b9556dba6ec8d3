"""`hardstop keys`: the keys that heads of records are signed and checked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Keys that heads of records are signed with.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keys that heads of records are signed with."""


@app.command()
def new(
    out: Annotated[
        Path,
        typer.Option(
            help="Where the private key goes, readable by you alone; the public one goes beside "
            "it, with `.pub` before the ending.",
            metavar="FILE.pem",
        ),
    ],
) -> None:
    """Make a pair of Ed25519 keys: workers sign the heads of records, anybody checks them.

    Workers sign with HARDSTOP_SIGNING_KEY_FILE; `hardstop verify --public-key` checks. Nothing
    that is there is written over.
    """
    import os

    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = out.with_name(f"{out.stem}.pub{out.suffix}")
    for path in (out, public):
        if path.exists():
            raise typer.BadParameter(f"{path} is there already; keys are not written over")
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    public.write_bytes(
        key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    )
    typer.echo(f"{out}: to sign with (HARDSTOP_SIGNING_KEY_FILE); keep it where workers run")
    typer.echo(f"{public}: to check with (`hardstop verify --public-key`); give it to auditors")
