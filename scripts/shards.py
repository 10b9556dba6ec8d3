"""Scanning in several processes: each call stays with one of them, results keep their order."""

from __future__ import annotations

import multiprocessing
import signal
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import msgspec

from scripts.scanner import Outcome, Scanner
from stream.events import TranscriptEvent

BATCH = 512
"""Events per round: large enough that pipes cost little, small enough that results flow."""

ROUNDS_AHEAD = 2
"""Rounds handed out before the first is collected, so that no process waits for the reader."""

_events = msgspec.json.Decoder(list[TranscriptEvent])
_outcomes = msgspec.msgpack.Decoder(list[Outcome])

Round = tuple[list[int], list["Future[bytes]"]]


def scan_in_processes(
    events: Iterable[TranscriptEvent], policy: Path | None, *, as_json: bool, jobs: int
) -> Iterator[Outcome]:
    """Outcomes in the order of the events, then what never became final."""
    # One pool of one process per shard: state of a call lives in the process that reads it.
    # spawn: a fork of a process that has threads (a progress bar) may stand still for ever.
    shards = [
        ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(policy, as_json),
        )
        for _ in range(jobs)
    ]
    try:
        rounds: deque[Round] = deque()
        for batch in _batches(events):
            rounds.append(_handed_out(batch, shards))
            if len(rounds) > ROUNDS_AHEAD:
                yield from _collected(*rounds.popleft())
        while rounds:
            yield from _collected(*rounds.popleft())
        for rest in [shard.submit(_finish) for shard in shards]:
            yield from _outcomes.decode(rest.result())
    finally:
        for shard in shards:
            shard.shutdown(wait=False, cancel_futures=True)


def _batches(events: Iterable[TranscriptEvent]) -> Iterator[list[TranscriptEvent]]:
    batch: list[TranscriptEvent] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _handed_out(batch: list[TranscriptEvent], shards: list[ProcessPoolExecutor]) -> Round:
    owners = [zlib.crc32(event.call_id.encode()) % len(shards) for event in batch]
    shares: list[list[TranscriptEvent]] = [[] for _ in shards]
    for event, owner in zip(batch, owners, strict=True):
        shares[owner].append(event)
    answers = [
        shard.submit(_read, msgspec.json.encode(share))
        for shard, share in zip(shards, shares, strict=True)
    ]
    return owners, answers


def _collected(owners: list[int], answers: list[Future[bytes]]) -> Iterator[Outcome]:
    outcomes = [iter(_outcomes.decode(answer.result())) for answer in answers]
    for owner in owners:
        yield next(outcomes[owner])


class ShardError(RuntimeError):
    """Why a process cannot scan: something that a person can mend."""


# The scanner of a process that scan_in_processes started; functions sent to it find it here.
_scanner: Scanner | None = None
# Why there is none: told by the first call, as an error in an initializer is a broken pool.
_fault: str | None = None


def _prepare(policy_file: Path | None, as_json: bool) -> None:
    from scripts.classifier import detector
    from scripts.faults import message
    from workflow.policy import load_policy

    global _scanner, _fault
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        policy = load_policy(policy_file)
        _scanner = Scanner(detector(policy), policy, as_json=as_json)
    except Exception as error:
        _fault = message(error)
        if _fault is None:
            raise


def _ready() -> Scanner:
    if _fault is not None:
        raise ShardError(_fault)
    assert _scanner is not None
    return _scanner


def _read(events: bytes) -> bytes:
    return msgspec.msgpack.encode(list(_ready().read(_events.decode(events))))


def _finish() -> bytes:
    return msgspec.msgpack.encode(list(_ready().finish()))
