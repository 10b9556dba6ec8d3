"""`hardstop topics`: make and describe the topics on the cluster."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Make and describe the topics on the cluster.", no_args_is_help=True)

Prefix = Annotated[
    str | None, typer.Option("--topic-prefix", help="Put this in front of every topic name.")
]
Partitions = Annotated[
    int | None,
    typer.Option(min=1, help="Partitions of new topics: the most workers that can share."),
]
Replication = Annotated[
    int | None, typer.Option(min=1, help="Copies of new topics; use 3 on a real cluster.")
]


@app.command()
def create(
    partitions: Partitions = None,
    replication_factor: Replication = None,
    topic_prefix: Prefix = None,
) -> None:
    """Create the topics that are missing, with the right partitions, retention and compaction."""
    from rich.console import Console

    from scripts.cluster import cluster
    from stream.admin import create_topics

    overrides = {
        "partitions": partitions,
        "replication_factor": replication_factor,
        "topic_prefix": topic_prefix,
    }
    with cluster(**overrides) as settings:
        made = create_topics(settings)
    console = Console()
    for name in made:
        console.print(f"created {name}")
    if not made:
        console.print("all topics exist")


@app.command()
def describe(topic_prefix: Prefix = None) -> None:
    """Show every topic with its settings and what is wrong; exit status 1 when something is."""
    from rich.console import Console
    from rich.table import Table

    from scripts.cluster import cluster
    from stream.admin import describe_topics

    with cluster(topic_prefix=topic_prefix) as settings:
        states = describe_topics(settings)
    table = Table("topic", "partitions", "copies", "kept", "says", "problems", show_edge=False)
    for state in states:
        problems = "; ".join(state.problems)
        table.add_row(
            state.name,
            str(state.partitions),
            str(state.replication_factor),
            _kept(state.config),
            state.spec.says,
            f"[red]{problems}[/]" if problems else "[green]none[/]",
        )
    Console().print(table)
    if any(state.problems for state in states):
        raise typer.Exit(1)


def _kept(config: dict[str, str]) -> str:
    if "compact" in config.get("cleanup.policy", ""):
        return "newest per key"
    retention = config.get("retention.ms", "")
    return f"{int(retention) / 86_400_000:g} days" if retention.isdigit() else retention
