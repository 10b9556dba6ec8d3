"""`hardstop evaluate`: how well hard stops are heard in labelled utterances and recorded calls."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.policy import FILE_HELP, in_force

if TYPE_CHECKING:
    from detectors.scoring import Scorer
    from detectors.settings import DetectionSettings
    from models.evaluation.evaluation import Measured, Plan
    from models.evaluation.measures import Evaluation, LabelMeasures
    from models.evaluation.samples import Sample
    from models.evaluation.systems import System
    from scripts.evaluation.work import Work
    from workflow.policy import Policy

DATA_HELP = (
    "Labelled rows (JSON lines or CSV with text and labels), transcripts (chunk JSON lines, "
    "WebVTT, CSV), also gzipped, or folders of them; "
    "'corpus' is the test split of hardstop's own utterances."
)
SYSTEMS_HELP = "Which to compare, separated by commas; those that there are, by default."
SEED = 20_241
"""Of the simulated errors and the bootstrap: the same data gives the same report."""

WIDE = 200
"""Columns of output that goes to a file: whole lines, as there is no edge to fit."""


class Point(StrEnum):
    SENSITIVE = "sensitive"
    BALANCED = "balanced"
    STRICT = "strict"


def evaluate(
    data: Annotated[list[str], typer.Argument(help=DATA_HELP, metavar="DATA...")],
    report: Annotated[
        Path | None,
        typer.Option(
            help="Folder for report.html, report.md, measures.json and errors.jsonl.",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    policy: Annotated[Path | None, typer.Option(help=FILE_HELP, metavar="FILE")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most about this many utterances, whole calls, spread evenly."),
    ] = None,
    noise: Annotated[
        bool, typer.Option(help="Read all again in lower case and with 10, 20, 30 % word errors.")
    ] = True,
    delay: Annotated[
        bool, typer.Option(help="Read some word by word, to see how soon triggers are heard.")
    ] = True,
    systems: Annotated[
        str, typer.Option(help=SYSTEMS_HELP, metavar="NAMES")
    ] = "hardstop,rules,classifier,keywords",
    point: Annotated[
        Point | None, typer.Option(help="Operating point; else the one of the policy.")
    ] = None,
    examples: Annotated[
        bool, typer.Option(help="Show customers' words in the report, and write errors.jsonl.")
    ] = True,
    split: Annotated[
        str, typer.Option(help="Of rows that name a split, those of this one; 'all' takes all.")
    ] = "test",
) -> None:
    """Measure how well hard stops are heard, beside keyword lists, on your own labelled calls.

    Precision, recall and F1 with intervals, false alarms per utterance and call, calibration,
    delay, and what worse transcripts cost. docs/evaluation.md tells what each figure means and how
    many rows it takes. Exit code 0, whatever the figures; 2: an error.
    """
    import msgspec

    from models.evaluation.lineup import lineup
    from scripts.evaluation.files import load
    from scripts.terminal import err, out
    from workflow.policy import load_policy

    names = _names(systems)
    samples = load(data, limit=limit, split=None if split == "all" else split)
    rules = load_policy(in_force(policy))
    settings = _at(rules.detection, point)
    scorer = _scorer() if settings.classifier else None
    compared = lineup(settings, scorer, names)
    if not compared:
        raise typer.BadParameter("there is no classifier to compare", param_hint="--systems")
    found, evaluation = _measured(
        samples, compared, settings, rules, scorer, _plan(noise=noise, delay=delay)
    )
    if report is not None:
        from scripts.evaluation.output import write

        for path in write(report, evaluation, found[0], examples=examples):
            err().print(f"wrote {path}", markup=False)
    if as_json:
        typer.echo(msgspec.json.encode(evaluation).decode())
    else:
        from rich.console import Console

        from scripts.evaluation.table import overview

        # A pipe has no width of its own, and rich would take it for 80 columns.
        console = out() if out().is_terminal else Console(width=WIDE, highlight=False)
        console.print(overview(evaluation, console.width))


def _measured(
    samples: list[Sample],
    compared: list[System],
    settings: DetectionSettings,
    policy: Policy,
    scorer: Scorer | None,
    plan: Plan,
) -> tuple[list[Measured], Evaluation]:
    from datetime import UTC, datetime

    import numpy

    from models.evaluation.evaluation import data_measures, measure
    from models.evaluation.measures import Evaluation
    from scripts.evaluation.work import Work

    judged = sum(sample.judged for sample in samples)
    each = len(samples) + judged * len(plan.conditions)
    with Work() as work:
        found: list[Measured] = []
        for system in compared:
            generator = numpy.random.default_rng(SEED)
            watch = work.begin(system.name, each)
            found.append(measure(system, samples, plan, watch, generator))
        points = _points(settings, scorer, samples, work) if judged else {}
    evaluation = Evaluation(
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        versions=_versions(settings, policy, scorer),
        data=data_measures(samples, settings.languages),
        systems=tuple(one.measures for one in found),
        points=points,
        seed=SEED,
    )
    return found, evaluation


def _plan(*, noise: bool, delay: bool) -> Plan:
    """As most recognisers write, then misheard on top; one seed each, so that systems compare."""
    from random import Random

    from models.evaluation.evaluation import Hear, Plan
    from models.noise import misheard, spoken

    def hearing(rate: float) -> Hear:
        # By text, not in a row: each system hears the same, whatever was read before.
        return lambda text: spoken(misheard(text, rate, Random(f"{SEED} {rate} {text}")))

    conditions: dict[str, Hear] = {"lower case": spoken}
    conditions.update({f"{rate} % misheard": hearing(rate / 100) for rate in (10, 20, 30)})
    return Plan(conditions=conditions if noise else {}, delay=delay)


def _points(
    settings: DetectionSettings, scorer: Scorer | None, samples: list[Sample], work: Work
) -> dict[str, tuple[LabelMeasures, ...]]:
    import numpy

    from models.evaluation.evaluation import trigger_measures
    from models.evaluation.lineup import lineup

    judged = sum(sample.judged for sample in samples)
    found = {}
    for point in Point:
        (system,) = lineup(_at(settings, point), scorer, ("hardstop",))
        watch = work.begin(point.value, judged)
        generator = numpy.random.default_rng(SEED)
        found[point.value] = trigger_measures(system, samples, watch, generator)
    return found


def _names(systems: str) -> tuple[str, ...]:
    from models.evaluation.lineup import NAMES

    names = tuple(name.strip() for name in systems.split(",") if name.strip())
    for name in names:
        if name not in NAMES:
            raise typer.BadParameter(f"no system '{name}'; there are {', '.join(NAMES)}")
    return names


def _at(settings: DetectionSettings, point: Point | None) -> DetectionSettings:
    import msgspec

    if point is None:
        return settings
    return msgspec.structs.replace(settings, operating_point=point.value)


def _versions(settings: DetectionSettings, policy: Policy, scorer: Scorer | None) -> dict[str, str]:
    from detectors.fingerprint import rules_version

    versions = {
        "policy": policy.version,
        "point": settings.operating_point,
        "rules": rules_version(),
    }
    return versions if scorer is None else {**versions, "model": scorer.version}


def _scorer() -> Scorer | None:
    from scripts.classifier import scorer

    return scorer()
