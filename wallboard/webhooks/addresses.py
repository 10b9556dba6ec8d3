"""Where a webhook may be sent: to public addresses, and to networks that the settings name.

The name is looked up here and the request goes to the address that was checked: a name that answers
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from stream.settings import SettingsError
from wallboard.language import _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Exception):
    """A webhook may not be sent there; the text says why."""


def networks(setting: str) -> tuple[Network, ...]:
    """The networks of the setting. Raises SettingsError."""
    try:
        return tuple(
            ipaddress.ip_network(part.strip(), strict=False)
            for part in setting.split(",")
            if part.strip()
        )
    except ValueError as error:
        raise SettingsError(
            f"setting $HARDSTOP_WALLBOARD_WEBHOOK_NETWORKS: {error}; write 10.0.0.0/8,127.0.0.1"
        ) from error


def checked_url(url: str) -> SplitResult:
    """A URL of the right form. Raises Forbidden."""
    if len(url) > 2000 or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in url):
        raise Forbidden(_("a webhook's URL has no spaces and 2000 characters at most"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(_("this is no URL")) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise Forbidden(_("a webhook's URL begins with https:// (or http://) and names a host"))
    if parts.username is not None or parts.password is not None:
        raise Forbidden(_("a webhook's URL holds no user and no password"))
    return parts


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is public, or named by the settings."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None:
            inner = address.teredo[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_allowed(inner, allowed)
    if any(address.version == network.version and address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast


async def resolve(host: str, port: int, allowed: Sequence[Network]) -> str:
    """The address to send to. Raises Forbidden if any address of the name is forbidden, OSError if
    there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        if not is_allowed(ipaddress.ip_address(text.partition("%")[0]), allowed):
            raise Forbidden(
                _(
                    "this address is not public: name its network in "
                    "$HARDSTOP_WALLBOARD_WEBHOOK_NETWORKS if it is meant"
                )
            )
    return addresses[0]
