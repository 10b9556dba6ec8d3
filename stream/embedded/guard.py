"""Ends the broker when its owner ends, however the owner ends. Run as a program, never imported.

`guard.py FOLDER COMMAND…` runs COMMAND in FOLDER until standard input closes (the owner holds the
other end), the owner's process is gone, or the guard is told to end; then it ends COMMAND and
removes FOLDER. A broker that ends by itself leaves FOLDER for its owner to read; the guard ends
with the broker's exit code. Standard library only: it starts with `-I -S`, for speed.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from types import FrameType

LOOK_EVERY_S = 0.25
PATIENCE_S = 10.0
PR_SET_PDEATHSIG = 1


def end_with_guard() -> None:
    """In the child, on Linux: the kernel kills the broker should the guard itself be killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def told_to_end(signal_number: int, frame: FrameType | None) -> None:
    """Leaves the watching loop, whatever it is doing."""
    sys.exit(128 + signal_number)


def watch(broker: "subprocess.Popen[bytes]", owner: int) -> None:
    """Returns when the broker has ended or the owner is gone."""
    while broker.poll() is None and os.getppid() == owner:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_EVERY_S)
        if readable and not os.read(sys.stdin.fileno(), 1):
            return


def end(broker: "subprocess.Popen[bytes]") -> None:
    """Asks the broker to end, and kills it when it does not."""
    broker.terminate()
    try:
        broker.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        broker.kill()
        broker.wait()


def main() -> int:
    """The program: see the module's text."""
    owner = os.getppid()
    folder, command = sys.argv[1], sys.argv[2:]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, told_to_end)
    # The guard has one thread, so code between fork and exec is safe here.
    broker = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, preexec_fn=end_with_guard
    )
    try:
        watch(broker, owner)
        if broker.poll() is not None:
            return broker.returncode
    finally:
        if broker.poll() is None:
            end(broker)
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
