"""The broker's configuration: Kafka's defaults are for a cluster, these are for one small node."""

from stream.embedded.ports import HOST, Ports

FILE = "server.properties"
LOG_DIRECTORY = "log"

MB = 1024 * 1024

FIXED: dict[str, str | int] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    # Relative to the data folder, where the broker runs: no path needs escaping, and it can move.
    "log.dirs": LOG_DIRECTORY,
    # One node cannot hold three copies; with the default of 3 no group would ever form.
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # The default of 50 partitions each is 300 open files before the first message.
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.num.partitions": 4,
    # A group forms at once; the default waits 3 s for members of a fleet to arrive.
    "group.initial.rebalance.delay.ms": 0,
    # After a kill the node must outwait its own former registration: 9 s by default.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    # A mistyped topic is an error, not a new topic with the wrong number of partitions.
    "auto.create.topics.enable": "false",
    # A laptop's disk: a partition keeps at most a week and about 256 MB.
    "log.retention.hours": 168,
    "log.retention.bytes": 256 * MB,
    "log.segment.bytes": 32 * MB,
    "offsets.topic.segment.bytes": 8 * MB,
    "transaction.state.log.segment.bytes": 8 * MB,
    "metadata.log.segment.bytes": 8 * MB,
    "metadata.max.retention.bytes": 32 * MB,
    # Two index files a segment are laid out at this size; 32 MB of records fill 0.1 MB of it.
    "log.index.size.max.bytes": 1 * MB,
    "log.preallocate": "false",
    # The default of 128 MB is nearly half of our heap; 16 MB compacts 600,000 keys at a time.
    "log.cleaner.dedupe.buffer.size": 16 * MB,
    # Sized for a node that shares a laptop's cores with the workers it serves.
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 2,
}


def server_properties(ports: Ports) -> str:
    """The text of the configuration file for these ports. Both listen on loopback only."""
    broker = f"PLAINTEXT://{HOST}:{ports.broker}"
    controller = f"{HOST}:{ports.controller}"
    settings: dict[str, str | int] = {
        **FIXED,
        "listeners": f"{broker},CONTROLLER://{controller}",
        "advertised.listeners": broker,
        # A voter named here, not in the data, so that the ports may differ at the next start.
        "controller.quorum.voters": f"1@{controller}",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
