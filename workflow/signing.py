"""Signed heads of records: Ed25519 (RFC 8032) over the record, the number and the hash."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from workflow.chain import Entry, Head


class SignedHead(Head, frozen=True, kw_only=True):
    """A head and its signature in base64."""

    signature: str


class KeyFault(ValueError):
    """A key that cannot be used; the text says what is needed."""


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """The key to sign with, from an unencrypted PEM. Raises KeyFault."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFault("this is no unencrypted private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFault("heads are signed with an Ed25519 key; this is another kind")
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """The key to check with, from a PEM. Raises KeyFault."""
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyFault("this is no public key in PEM ('-----BEGIN PUBLIC KEY-----')") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFault("heads are signed with an Ed25519 key; this is another kind")
    return key


def sign(head: Head, key: Ed25519PrivateKey) -> SignedHead:
    """The head with its signature; the same head and key give the same bytes."""
    signature = base64.b64encode(key.sign(_signed(head))).decode()
    return SignedHead(
        incident_id=head.incident_id, number=head.number, hash=head.hash, signature=signature
    )


def is_signed_by(head: SignedHead, key: Ed25519PublicKey) -> bool:
    """Whether the holder of the private key signed just this head."""
    try:
        key.verify(base64.b64decode(head.signature, validate=True), _signed(head))
    except (InvalidSignature, binascii.Error):
        return False
    return True


def fault_of_heads(
    entries: Sequence[Entry], heads: Iterable[SignedHead], key: Ed25519PublicKey | None
) -> str | None:
    """What is wrong with the first bad one of the heads of one record; None if nothing is.

    Without a key the signatures are not looked at.
    """
    hashes = {entry.number: entry.hash for entry in entries}
    for head in sorted(heads, key=lambda head: head.number):
        if key is not None and not is_signed_by(head, key):
            return f"the head at entry {head.number} is not signed with the key"
        if head.number not in hashes:
            return f"entry {head.number} was dropped: there is a head of it"
        if hashes[head.number] != head.hash:
            return f"entry {head.number} was changed: there is another head of it"
    return None


def _signed(head: Head) -> bytes:
    return msgspec.json.encode(["hardstop.head.1", head.incident_id, head.number, head.hash])
