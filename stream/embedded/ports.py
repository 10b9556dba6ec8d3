"""Ports on this machine's loopback address, for the broker and its controller."""

import errno
import random
import socket

import msgspec

from stream.embedded.errors import EmbeddedKafkaError, PortTakenError

HOST = "127.0.0.1"

CHOICE = range(20_000, 32_768)
"""Below what Linux and macOS hand to outgoing connections: a port from there could be taken by any
program's next connection between our look and the broker's, even by our own ready check."""


class Ports(msgspec.Struct, frozen=True):
    """Where the broker answers clients, and where it talks to itself as controller."""

    broker: int
    controller: int

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients."""
        return f"{HOST}:{self.broker}"


def is_free(port: int) -> bool:
    """Whether a program could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Java does on these systems: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def choose(named: int = 0, last: Ports | None = None) -> Ports:
    """The named broker port, else last time's if free (addresses stay good), else any free one.

    Raises PortTakenError when the named port is not free.
    """
    if named and not is_free(named):
        raise PortTakenError(
            f"Port {named} is taken by another program.",
            "End that program, name another port, or unset HARDSTOP_KAFKA_PORT to have one chosen.",
        )
    broker = named or (last.broker if last and is_free(last.broker) else _any_free(set()))
    return Ports(broker=broker, controller=_any_free({broker}))


def _any_free(but: set[int]) -> int:
    for port in random.sample(CHOICE, len(CHOICE)):
        if port not in but and is_free(port):
            return port
    raise EmbeddedKafkaError(
        f"No free port from {CHOICE.start} to {CHOICE.stop - 1}.",
        "Name a free port with HARDSTOP_KAFKA_PORT.",
    )
