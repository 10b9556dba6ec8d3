"""`hardstop incidents`: records of hard stops for people outside, to read, print and keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Records of hard stops, to read, print and keep.", no_args_is_help=True)


@app.callback()
def incidents() -> None:
    """Records of hard stops, to read, print and keep."""


@app.command()
def export(
    file: Annotated[
        Path,
        typer.Argument(
            help="Entries, one JSON event a line, as `hardstop tail incidents --json --from-start` "
            "writes them.",
            metavar="FILE.jsonl",
        ),
    ],
    call: Annotated[str, typer.Argument(help="The call whose record is wanted.", metavar="CALL")],
    to: Annotated[
        Path,
        typer.Option(help="Where to write it; the ending decides.", metavar="FILE.html|FILE.json"),
    ],
) -> None:
    """Write one call's record: every entry verbatim and timed, with the verdict on its chain.

    The file holds what the caller said (redacted). Give it only to who may see the record.

    Exit code 0: written, the chain is intact; 1: written, it is not; 2: an error.
    """
    from scripts.printing import html_record, json_record
    from scripts.records import RecordFault, read_records
    from scripts.terminal import err, printable
    from workflow.chain import verify

    writers = {".html": html_record, ".json": json_record}
    writer = writers.get(to.suffix.lower())
    if writer is None:
        raise typer.BadParameter(
            f"{to}: give a name that ends in .html or .json", param_hint="--to"
        )
    records = read_records(file)
    if call not in records:
        known = ", ".join(sorted(records)[:5]) + (", …" if len(records) > 5 else "")
        raise RecordFault(f"{file}: no record of call '{call}'; there are records of {known}")
    entries = records[call]
    verdict = verify(entries)
    to.write_bytes(writer(entries, verdict))
    state = "intact" if verdict.intact else f"NOT INTACT from entry {verdict.number}"
    err().print(printable(f"{to}: record of call {call}, {state}"), markup=False)
    raise typer.Exit(0 if verdict.intact else 1)
