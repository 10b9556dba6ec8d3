"""`hardstop backtest`: what a change of policy or rules would have raised and silenced."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.policy import in_force
from scripts.scan import CALL_ID_HELP, COLUMNS_HELP, FILES_HELP, KEEP_GOING_HELP, SPEAKERS_HELP

if TYPE_CHECKING:
    from rich.text import Text

    from scripts.comparison import Alerted, Difference, Judge
    from scripts.inputs import Inputs
    from workflow.policy import Policy

SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".vtt")


def backtest(
    calls: Annotated[
        list[Path], typer.Argument(help=f"{FILES_HELP} Also folders.", metavar="CALLS...")
    ],
    policy: Annotated[
        Path | None, typer.Option(help="The new policy; else that of --against.", metavar="FILE")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="The policy to compare with; else the setting HARDSTOP_POLICY, else the default.",
            metavar="FILE",
        ),
    ] = None,
    rules_dir: Annotated[
        Path | None,
        typer.Option(
            help="A folder of changed rule files, one folder for each language in it (en/*.toml).",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List the alerts that stay the same, too.")
    ] = False,
    columns: Annotated[str | None, typer.Option(help=COLUMNS_HELP)] = None,
    speakers: Annotated[str | None, typer.Option(help=SPEAKERS_HELP)] = None,
    call_id: Annotated[str | None, typer.Option(help=CALL_ID_HELP)] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help=KEEP_GOING_HELP)] = False,
) -> None:
    """Show, call by call, the alerts that a new policy or new rules would raise and silence.

    Both read the same recorded calls, as a worker would; what is compared are alerts: one for each
    call and trigger, with when it opened. Exit code 0, whatever differs; 2: an error.
    """
    from scripts.comparison import differences
    from scripts.inputs import Inputs
    from scripts.terminal import out

    if policy is None and rules_dir is None:
        raise typer.BadParameter("name the new policy (--policy) or the new rules (--rules-dir)")
    inputs = Inputs(
        _files(calls), columns=columns, speakers=speakers, call_id=call_id, keep_going=keep_going
    )
    old_path = in_force(against)
    new_path = policy or old_path
    old, new = _judge(old_path, None), _judge(new_path, rules_dir)
    read = _read(inputs, old, new)
    unheard = _unheard(old, new)
    found = differences(old, new)
    inputs.remarks()
    names = {"against": _named(old_path), "policy": _named(new_path)}
    if rules_dir is not None:
        names["rules"] = str(rules_dir)
    if as_json:
        typer.echo(_json(found, read, names, unheard))
        return
    for difference in found:
        if everything or difference.kind != "same":
            out().print(_line(difference))
    out().print(_summary(found, read, unheard))


def _files(given: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in given:
        if not path.is_dir():
            files.append(path)
            continue
        inside = [
            p
            for p in sorted(path.rglob("*"))
            if p.name.lower().removesuffix(".gz").endswith(SUFFIXES)
        ]
        if not inside:
            raise typer.BadParameter(f"{path}: no {', '.join(SUFFIXES)} files in this folder")
        files += inside
    return files


def _judge(path: Path | None, rules_dir: Path | None) -> Judge:
    from detectors import Detector
    from detectors.context import read_context
    from detectors.detector import primary
    from detectors.fingerprint import rules_version
    from detectors.hits import HitFinder
    from detectors.rules import CONTEXT_FILE, read_book
    from scripts.classifier import scorer
    from scripts.comparison import Judge
    from workflow.policy import load_policy

    policy = load_policy(path)
    every = (policy, *policy.by_queue.values())
    asked = scorer() if any(one.detection.classifier for one in every) else None
    if rules_dir is None:
        return Judge(policy, lambda own: Detector.from_policy(own, asked), rules_version())

    @cache
    def finder(language: str) -> HitFinder:
        book = read_book(rules_dir / language)
        return HitFinder(book, read_context(rules_dir / language / CONTEXT_FILE, book.lists))

    def changed(own: Policy) -> Detector:
        finders = {code: finder(code) for code in map(primary, own.detection.languages)}
        return Detector(own.detection, finders, asked)

    return Judge(policy, changed, str(rules_dir))


def _read(inputs: Inputs, old: Judge, new: Judge) -> int:
    """How many final chunks there were."""
    from scripts.comparison import read_both
    from scripts.terminal import progress

    read = 0
    with progress("utterances") as bar:
        task = bar.add_task("reading twice", total=inputs.size(), counted=0)
        for final in read_both(old, new, inputs.events(lambda done: bar.advance(task, done))):
            read += final
            if read % 256 == 0:
                bar.update(task, counted=read)
    return read


def _unheard(old: Judge, new: Judge) -> dict[str, tuple[int, int]]:
    """By reason, how many final chunks nothing listened to before and after."""
    reasons = sorted({*old.not_monitored, *new.not_monitored})
    return {why: (old.not_monitored[why], new.not_monitored[why]) for why in reasons}


def _named(path: Path | None) -> str:
    return str(path) if path is not None else "the default policy"


def _json(
    found: list[Difference],
    read: int,
    names: dict[str, str],
    unheard: dict[str, tuple[int, int]],
) -> str:
    import msgspec

    by_trigger = {
        trigger: {"before": old, "after": new, **kinds}
        for trigger, (old, new, kinds) in _by_trigger(found).items()
    }
    document = {
        "version": 1,
        "compared": names,
        "utterances": read,
        "not_monitored": [
            {"reason": why, "before": before, "after": after}
            for why, (before, after) in unheard.items()
        ],
        "by_trigger": by_trigger,
        "alerts": found,
    }
    return msgspec.json.encode(document).decode()


def _by_trigger(found: list[Difference]) -> dict[str, tuple[int, int, dict[str, int]]]:
    """For each trigger alerts before, alerts after, and how many of each kind of difference."""
    counted: dict[str, tuple[int, int, dict[str, int]]] = {}
    for trigger in sorted({difference.trigger for difference in found}):
        own = [difference for difference in found if difference.trigger == trigger]
        counted[trigger] = (
            sum(difference.before is not None for difference in own),
            sum(difference.after is not None for difference in own),
            dict(Counter(difference.kind.value for difference in own)),
        )
    return counted


def _line(difference: Difference) -> Text:
    from rich.text import Text

    from scripts.terminal import clock, printable

    styles = {"raised": "bold red", "silenced": "bold cyan", "earlier": "green", "later": "yellow"}
    shown: Alerted | None = difference.after or difference.before
    assert shown is not None
    text = Text()
    text.append(f" {difference.kind.value} ", styles.get(difference.kind.value, "dim"))
    text.append(f" {difference.trigger}  {shown.probability:.2f}  {printable(difference.call_id)}")
    text.append(f"  {clock(shown.at_ms)}  word {shown.at_words}")
    if difference.words:
        text.append(f"  {_moved(difference.words, difference.ms)}", "italic")
    text.append(f"\n    “{printable(shown.quote)}”")
    text.append(f"\n    {printable(shown.reason)}", "dim")
    return text


def _moved(words: int, ms: int | None) -> str:
    from scripts.terminal import count

    by = count(abs(words), "word")
    if ms:
        by += f", {abs(ms) / 1000:.1f} s"
    return f"{by} {'earlier' if words < 0 else 'later'}"


def _summary(found: list[Difference], read: int, unheard: dict[str, tuple[int, int]]) -> Text:
    from rich.text import Text

    from scripts.terminal import count

    lines = []
    for trigger, (old, new, kinds) in _by_trigger(found).items():
        changed = ", ".join(f"{n} {kind}" for kind, n in kinds.items() if kind != "same")
        lines.append(f"{trigger}: {old} → {new} alerts ({changed or 'no change'})")
    differing = sum(difference.kind != "same" for difference in found)
    head = f"{count(read, 'utterance')} read; {differing or 'no'} differing of {len(found)} alerts"
    silent = [
        f"not monitored: {before} → {after} utterances ({why})"
        for why, (before, after) in unheard.items()
    ]
    return Text("\n".join([head, *lines, *silent]))
