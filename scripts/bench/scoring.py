"""How long one chunk takes: rules and classifier, beside what one would write instead.

    python -m scripts.bench.scoring [--model FOLDER]

The baseline is spaCy's `en_core_web_sm` (left out, and said so, where it is not installed) and two
text-classification pipelines of transformers in full precision, one for emotion and one for
triggers, on the same base model. Both sides have one thread and take the same chunks by turns.
Needs the `train` extra for the baseline; without it hardstop is measured alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

WORDS = range(14, 17)
ROUNDS = 8
CHUNKS = 60


def main(
    model: Annotated[Path | None, typer.Option(help="A model folder of one's own.")] = None,
    rounds: Annotated[int, typer.Option(min=1)] = ROUNDS,
) -> None:
    """Time one 15-word chunk at a time, one thread, medians and ratios."""
    import os

    os.environ["OMP_NUM_THREADS"] = "1"
    systems: dict[str, Callable[[str], Any]] = {"hardstop: rules + classifier": _hardstop(model)}
    systems["hardstop: rules alone"] = _hardstop(None, rules_only=True)
    systems.update(_baseline())
    texts = _texts()
    for read in systems.values():
        for text in texts[:5]:
            read(text)
    times: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(rounds):
        typer.echo(f"round {number + 1} of {rounds}", err=True)
        for name, read in systems.items():
            for text in texts:
                start = time.perf_counter()
                read(text)
                times[name].append((time.perf_counter() - start) * 1000)
    names = list(systems)
    slowest = statistics.mean(times[names[-1]])
    typer.echo("| one 15-word chunk at a time | min ms | median ms | p99 ms | chunks/s | × |")
    typer.echo("|---|---|---|---|---|---|")
    for name in names:
        own = sorted(times[name])
        mean = statistics.mean(own)
        typer.echo(
            f"| {name} | {own[0]:.1f} | {statistics.median(own):.1f} | "
            f"{own[int(len(own) * 0.99)]:.1f} | {1000 / mean:.0f} | {slowest / mean:.1f} |"
        )


def _texts() -> list[str]:
    from models.corpus import Split, read_corpus

    rows = (row.text for row in read_corpus(Split.DEV))
    return [text for text in rows if len(text.split()) in WORDS][:CHUNKS]


def _hardstop(model: Path | None, *, rules_only: bool = False) -> Callable[[str], Any]:
    from detectors import Chunk, Conversation, Detector, Speaker, Turn
    from models.scorer import serving
    from workflow.policy import load_policy

    detector = Detector.from_policy(load_policy(), None if rules_only else serving(model))
    before = Conversation(
        turns=(
            Turn(
                utterance_id="a", speaker=Speaker.AGENT, text="thank you how can i help you today"
            ),
        )
    )

    def read(text: str) -> Any:
        chunk = Chunk(
            call_id="c", sequence=2, utterance_id="b", text=text, speaker=Speaker.CUSTOMER
        )
        return detector.read(chunk, before)

    return read


def _baseline() -> dict[str, Callable[[str], Any]]:
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

        from models.network import base_folder
    except ModuleNotFoundError as error:
        typer.echo(f"no baseline: {error.name} is not installed (the `train` extra)", err=True)
        return {}
    torch.set_num_threads(1)
    folder = base_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    pipes = [
        pipeline(
            "text-classification",
            model=AutoModelForSequenceClassification.from_pretrained(
                folder, num_labels=count, local_files_only=True
            ),
            tokenizer=tokenizer,
            top_k=None,
        )
        for count in (6, 22)
    ]
    name = "two fp32 PyTorch pipelines"
    try:
        import spacy

        parse: Callable[[str], Any] = spacy.load("en_core_web_sm")
        name = f"en_core_web_sm + {name}"
    except (ImportError, OSError):
        typer.echo("en_core_web_sm is not installed: the baseline does without", err=True)

        def parse(text: str) -> Any:
            return text

    def read(text: str) -> Any:
        parse(text)
        return [pipe(text) for pipe in pipes]

    return {name: read}


if __name__ == "__main__":
    typer.run(main)
