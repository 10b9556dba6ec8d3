"""The Faust app: one agent on `transcripts`, one changelogged table of call states."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, cast

import faust
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from faust.types import TP, EventT

from detectors.detector import Detector
from detectors.fingerprint import rules_version
from detectors.scoring import Scorer
from models.scorer import serving
from stream.codec import MODE_HEADER, TRACEPARENT, encode, header
from stream.events import Tick
from stream.memory import CallMemory, Stored
from stream.mends import MendedTableManager, check_version
from stream.outputs import Confirmation, Message
from stream.pipeline import Item, Pipeline
from stream.reader import CallReader
from stream.records import record_key, records_off, signing_key
from stream.settings import CALLS_TABLE, Settings
from stream.stall import StalledError, StallWatch
from stream.table import CallStore, CallTable, StateWriter
from stream.topics import MAX_DEAD_LETTER_BYTES, SOURCES, TopicName
from stream.uptodate import UpToDate
from workflow.customers import is_over
from workflow.decision import Versions
from workflow.drafts.check import check_sentence
from workflow.moments import LAST_MS
from workflow.policy import Policy, policy_digest
from workflow.queue_detectors import QueueDetectors

WATCH_S = 5.0
"""Seconds between looks at how much waits: two requests to the broker each."""

TICK_S = 1.0
"""Seconds between looks at what is due."""

REBALANCE_S = 20.0
"""How long a group waits for a member that does not answer before it goes on without it."""

EXIT_S = 20.0
"""How long stopping may take. Faust can hang while it stops after a fault; being killed loses
nothing, a worker that holds partitions and reads nothing does."""


class App(faust.App):
    """A Faust app whose process ends when it has crashed, whatever hangs."""

    async def crash(self, reason: BaseException) -> None:
        exit_soon(1)
        await super().crash(reason)


def exit_soon(status: int) -> None:
    """End the process in EXIT_S seconds, unless it has ended by then."""
    timer = threading.Timer(EXIT_S, os._exit, [status])
    timer.daemon = True
    timer.start()


def build_app(
    settings: Settings,
    policy: Policy,
    *,
    partitions: int,
    reader: CallReader | None = None,
    on_ready: Callable[[], None] | None = None,
) -> faust.App:
    """An app that is ready to be run by a worker. `partitions` is that of `transcripts`."""
    check_version()
    if settings.bootstrap_servers is None:
        raise ValueError("bootstrap_servers must be known before an app is built")
    app = App(
        f"{settings.topic_prefix}{settings.app_id}",
        broker=[f"kafka://{server}" for server in settings.bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings),
        TableManager=MendedTableManager,
        Table=CallTable,
        store="memory://",
        table_standby_replicas=0,
        topic_partitions=partitions,
        topic_replication_factor=settings.replication_factor,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        # None and not "": an empty name makes all workers one static member that fences itself.
        consumer_group_instance_id=cast(Any, settings.instance_id),
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
        broker_rebalance_timeout=REBALANCE_S,
        broker_commit_interval=settings.commit_interval_ms / 1000,
        producer_request_timeout=settings.request_timeout_s,
        producer_linger=settings.linger_ms / 1000,
        producer_max_request_size=MAX_DEAD_LETTER_BYTES + 100_000,
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    abouts = {settings.topic(name): name for name in SOURCES}
    sources = app.topic(
        *abouts,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )
    memory = CallMemory(
        lambda: stored(),
        ended_s=settings.ended_call_kept_s,
        silent_s=settings.silent_call_kept_s,
        clock=time.monotonic,
        next_moment=lambda state: calls.next_moment(state),
        customer_over=lambda state: is_over(
            state, at_ms=round(time.time() * 1000), rules=policy.across_calls
        ),
    )

    async def recovered(event: EventT[Any]) -> None:
        if event.message.key is not None:
            value = None if event.message.value is None else bytes(event.message.value)
            memory.recovered(bytes(event.message.key), event.message.partition, value)

    table = app.Table(
        CALLS_TABLE,
        key_type=bytes,
        value_type=bytes,
        partitions=partitions,
        on_changelog_event=recovered,
        extra_topic_configs={"min.cleanable.dirty.ratio": "0.1"},
    )

    def store() -> CallStore:
        return cast(CallStore, table.data)

    def stored() -> Stored:
        return store().data

    async def send(
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        headers: list[tuple[str, bytes]] | None,
    ) -> Confirmation:
        return await app.producer.send(topic, key, value, partition, None, headers)

    writer = StateWriter(send, table.changelog_topic.get_topic_name(), store)
    key = record_key(settings.record_key)
    hidden_by = settings.customer_key.encode() if settings.customer_key else None
    signer = signing_key(settings.signing_key_file)
    calls = reader or call_reader(policy, classifier(settings), key, hidden_by, signer)
    pipeline = Pipeline(
        reader=calls,
        clock=time.time,
        memory=memory,
        send=send,
        write_states=writer.write,
        topic_name=settings.topic,
        in_flight=settings.batches_in_flight,
        on_failure=app.crash,
        lost=lambda message: _lost(app, message),
        transactional=settings.transactional_feeds,
    )
    app.pipeline = pipeline  # type: ignore[attr-defined]

    @app.agent(sources, name="read_transcripts")
    async def read_transcripts(stream: Any) -> None:
        within = settings.batch_wait_ms / 1000
        async for events in stream.noack_take(settings.batch_size, within=within):
            try:
                await pipeline.process([_item(stream, event, abouts) for event in events])
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # Going on would acknowledge what was not processed: stop, and be read again.
                await app.crash(error)
                raise

    watch = StallWatch(settings.stall_after_s)
    up_to_date = UpToDate()
    transcripts = settings.topic(TopicName.TRANSCRIPTS)

    def of_transcripts(waiting: dict[TP, int] | None) -> dict[int, int] | None:
        if waiting is None:
            return None
        return {tp.partition: n for tp, n in waiting.items() if tp.topic == transcripts}

    async def notice_a_stall() -> None:
        moving = bool(app.rebalancing or app.in_recovery)
        looked = None
        try:
            looked = None if moving else await _waiting(app, abouts)
        finally:
            now_s = time.monotonic()
            up_to_date.looked(of_transcripts(looked), now_s=now_s)
        waiting = sum((looked or {}).values())
        finished = pipeline.counts["acknowledged"]
        if watch.stalled(now_s=now_s, waiting=waiting, finished=finished, moving=moving):
            await app.crash(
                StalledError(f"{waiting} messages wait and none is read; start the worker again")
            )

    app.timer(WATCH_S, name="stall watch")(notice_a_stall)

    async def tick() -> None:
        # Half-recovered states would be ticked by what is not true any more.
        if app.rebalancing or app.in_recovery:
            return
        ticks = settings.topic(TopicName.TICKS)
        for key, partition in memory.due(round(time.time() * 1000)):
            all_read = up_to_date.all_read(
                partition, behind_ms=pipeline.behind_ms.get(partition), now_s=time.monotonic()
            )
            value = encode(Tick(call_id=key.decode(), all_read=all_read))
            sent = await send(ticks, key, value, partition, None)
            # What does not arrive is sent again: nothing waits for it here.
            asyncio.ensure_future(sent).add_done_callback(_heeded)

    app.timer(TICK_S, name="ticks")(tick)

    if key is None and reader is None:

        async def say_that_records_are_off() -> None:
            note = records_off(round(time.time() * 1000))
            topic = settings.topic(note.topic)
            sent = await send(topic, note.key, note.value, None, note.headers)
            asyncio.ensure_future(sent).add_done_callback(_heeded)

        app.task(say_that_records_are_off)

    @app.on_partitions_revoked.connect
    async def revoked(*_: Any, **__: Any) -> None:
        await pipeline.drained()
        pipeline.forget()

    @app.on_partitions_assigned.connect
    async def assigned(*received: Any, **__: Any) -> None:
        partitions: set[TP] = received[1]
        source = settings.topic(TopicName.TRANSCRIPTS)
        memory.own([tp.partition for tp in partitions if tp.topic == source])

    if on_ready is not None:
        announce = on_ready

        @app.on_rebalance_complete.connect
        async def ready(*_: Any, **__: Any) -> None:
            announce()

    return app


def _heeded(sent: asyncio.Future[Any]) -> None:
    """Look at how a send ended, so that nobody is warned about it."""
    if not sent.cancelled():
        sent.exception()


async def _lost(app: faust.App, message: Message) -> bool:
    """Whether messages before this one were skipped although the broker still has them.

    Asked about the first message after partitions have moved, or one that leaves a hole.
    """
    consumer = cast(Any, app.consumer)
    tp = TP(message.topic, message.partition)
    committed = consumer._committed_offset[tp]
    if committed is not None and message.offset <= committed:
        return False
    # Nothing committed yet: then the first message is the first that there is.
    begins = await consumer.earliest_offsets(tp)
    return bool((begins[tp] or 0) < message.offset)


async def _waiting(app: faust.App, topics: Collection[str]) -> dict[TP, int]:
    """Messages on this worker's partitions that have not been committed."""
    consumer = cast(Any, app.consumer)
    places = [tp for tp in consumer.assignment() if tp.topic in topics]
    if not places:
        return {}
    ends = await consumer.highwaters(*places)
    begins = await consumer.earliest_offsets(*places)
    committed = consumer._committed_offset
    return {tp: max(0, (ends[tp] or 0) - (committed[tp] or begins[tp] or 0)) for tp in places}


def classifier(settings: Settings) -> Scorer | None:
    """The classifier that the settings name. Raises ModelError."""
    return serving(settings.model_folder, settings.model_backend, settings.model_device)


def call_reader(
    policy: Policy,
    scorer: Scorer | None = None,
    record_key: bytes | None = None,
    customer_key: bytes | None = None,
    signer: Ed25519PrivateKey | None = None,
) -> CallReader:
    """The reader of a policy, with the rules and the classifier that come with hardstop.

    Without `record_key` no incident records are written, without `signer` their heads are not
    signed, without `customer_key` nothing is kept of a caller from one call to the next. Raises
    ValueError for a key under 32 bytes.
    """
    detector = Detector.from_policy(policy, scorer)
    # Its patterns are compiled on first use, for which no live call should wait.
    check_sentence("")
    return CallReader(
        detector,
        policy,
        versions(policy, scorer),
        record_key,
        customer_key=customer_key,
        detectors=QueueDetectors(detector, policy, scorer),
        signer=signer,
    )


def versions(policy: Policy, scorer: Scorer | None = None) -> Versions:
    """What decides in this process: it stands on every alert and score. The model only where the
    classifier is asked on some queue."""
    asked = any(own.detection.classifier for own in (policy, *policy.by_queue.values()))
    return Versions(
        policy=f"{policy.version}-{policy_digest(policy)}",
        rules=rules_version(),
        model=scorer.version if scorer is not None and asked else None,
    )


def _item(stream: Any, event: Any, abouts: Mapping[str, TopicName]) -> Item:
    source = event.message
    message = Message(
        key=source.key,
        value=source.value,
        topic=source.topic,
        partition=source.partition,
        offset=source.offset,
        timestamp_ms=min(max(round(source.timestamp * 1000), 0), LAST_MS),
        mode=header(source.headers, MODE_HEADER),
        traceparent=header(source.headers, TRACEPARENT),
        about=abouts[source.topic],
    )

    def acknowledge() -> Awaitable[bool]:
        done: Awaitable[bool] = stream.ack(event)
        return done

    return Item(message, acknowledge)


def _credentials(settings: Settings) -> Any:
    protocol = settings.security_protocol
    context = None
    if protocol.endswith("SSL"):
        context = ssl.create_default_context(cafile=settings.ssl_cafile)
        if settings.ssl_certfile:
            context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
    if protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context is not None else None
