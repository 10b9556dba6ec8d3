"""`hardstop scan`: what would have been raised in recorded transcripts, without Kafka."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.policy import FILE_HELP, in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.inputs import Inputs
    from scripts.scanner import Outcome
    from workflow.policy import Policy

FILES_HELP = "Transcripts: chunk JSON lines, WebVTT or CSV, also gzipped; - is standard input."
COLUMNS_HELP = (
    "For CSV: which column holds what, as text=Transcript,call_id=CallID,speaker=Who,start=Begin. "
    "Fields: text, call_id, speaker, start and end (seconds or h:mm:ss), start_ms, end_ms, "
    "spoken_at, sequence, language."
)
SPEAKERS_HELP = "Who the names in the files are, as Anna=agent,Mr Bell=customer."
CALL_ID_HELP = "The call's id where a file names none; otherwise the file's name is taken."
KEEP_GOING_HELP = "Skip lines that cannot be read, and count them, instead of stopping there."


def scan(
    files: Annotated[list[Path], typer.Argument(help=FILES_HELP, metavar="FILE...")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line per final chunk; exit code 0 or 2.")
    ] = False,
    policy: Annotated[Path | None, typer.Option(help=FILE_HELP, metavar="FILE")] = None,
    columns: Annotated[str | None, typer.Option(help=COLUMNS_HELP)] = None,
    speakers: Annotated[str | None, typer.Option(help=SPEAKERS_HELP)] = None,
    call_id: Annotated[str | None, typer.Option(help=CALL_ID_HELP)] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help=KEEP_GOING_HELP)] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes; calls are shared out.")] = 1,
) -> None:
    """Read transcripts without Kafka and print what would have been raised, and where.

    Exit code 0: nothing was raised; 1: something was; 2: an error. With --json the exit code says
    only whether all was read (0 or 2): programs find what was raised in the lines.

    Of a JSON line only call_id and text are required: it is then a final chunk of the customer,
    numbered in order. A file whose sequence numbers stand out of order is read by them, standard
    input as it comes. Partial results count towards the conversation but print no JSON line.
    """
    from scripts.inputs import Inputs
    from workflow.policy import load_policy

    inputs = Inputs(
        files, columns=columns, speakers=speakers, call_id=call_id, keep_going=keep_going
    )
    path = in_force(policy)
    rules = load_policy(path)
    total = inputs.size()
    outcomes = _outcomes(inputs, rules, path, as_json=as_json, jobs=jobs, total=total)
    raised = _print_json(outcomes) if as_json else _print_lines(outcomes, rules)
    inputs.remarks()
    raise typer.Exit(1 if raised else 0)


def _outcomes(
    inputs: Inputs,
    policy: Policy,
    path: Path | None,
    *,
    as_json: bool,
    jobs: int,
    total: int | None,
) -> Iterator[Outcome]:
    from scripts.classifier import detector
    from scripts.scanner import Scanner
    from scripts.shards import scan_in_processes
    from scripts.terminal import progress

    with progress("utterances") as bar:
        task = bar.add_task("scanning", total=total, counted=0)
        read = 0
        events = inputs.events(lambda done: bar.advance(task, done))
        if jobs > 1:
            results = scan_in_processes(events, path, as_json=as_json, jobs=jobs)
        else:
            scanner = Scanner(detector(policy), policy, as_json=as_json)
            results = scanner.all(events)
        for outcome in results:
            if outcome.read:
                read += 1
                if read % 256 == 0:
                    bar.update(task, counted=read)
            yield outcome


def _print_json(outcomes: Iterator[Outcome]) -> bool:
    from scripts.sightings import Tally
    from scripts.terminal import err

    write = sys.stdout.buffer.write
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome)
        if outcome.line is not None:
            write(outcome.line + b"\n")
    sys.stdout.buffer.flush()
    # A line of zeros reads as if nothing had been said in it.
    for remark in tally.unheard():
        err().print(remark, markup=False)
    return False


def _print_lines(outcomes: Iterator[Outcome], policy: Policy) -> bool:
    from scripts.sightings import Tally, lines
    from scripts.terminal import out

    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome)
        for sighting in outcome.sightings:
            out().print(lines(sighting, policy))
    out().print(tally.summary(), markup=False)
    return bool(tally.raised)
