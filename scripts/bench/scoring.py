"""How long one chunk takes: rules and classifier, beside what one would write instead.

    python -m scripts.bench.scoring [--model FOLDER]

The baseline is spaCy's `en_core_web_sm` (where it is not installed, an untrained pipeline of its
shape, which computes as much) and two text-classification pipelines of transformers in full
precision, one for emotion and one for triggers, on the same base model. Both sides have one thread
and take the same chunks by turns: first 15-word chunks of customers, then every chunk of the sample
calls as a platform sends them, partial results and the agent's words among them.
Needs the `train` extra for the baseline; without it hardstop is measured alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from detectors.scoring import Scorer
    from stream.events import TranscriptEvent

WORDS = range(14, 17)
ROUNDS = 8
CHUNKS = 60


def main(
    model: Annotated[Path | None, typer.Option(help="A model folder of one's own.")] = None,
    rounds: Annotated[int, typer.Option(min=1)] = ROUNDS,
) -> None:
    """Time chunk after chunk, one thread: medians, and throughput beside the baseline's."""
    import os

    os.environ["OMP_NUM_THREADS"] = "1"
    from models.scorer import serving
    from scripts.showing import sample_calls

    baseline = _baseline()
    scorer = serving(model)
    one = {_FUSED: _detector(scorer), _ALONE: _detector(None), **baseline}
    _show("one 15-word chunk at a time", _timed(one, _texts(), rounds))
    calls = [event for call in sample_calls().values() for event in call]
    every = {_FUSED: _reader(scorer), _ALONE: _reader(None)}
    every |= {name: _of_chunks(read) for name, read in baseline.items()}
    for read in every.values():
        for event in calls[:40]:
            read(event)
    _show(f"the {len(calls)} events of the sample calls", _timed(every, calls, rounds))


_FUSED = "hardstop: rules + classifier"
_ALONE = "hardstop: rules alone"


def _timed(
    systems: dict[str, Callable[[Any], Any]], items: Sequence[Any], rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of each item. By turns, so that a busy spell falls on all systems."""
    for read in systems.values():
        for item in items[:5]:
            read(item)
    times: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(rounds):
        typer.echo(f"round {number + 1} of {rounds}", err=True)
        for name, read in systems.items():
            for item in items:
                start = time.perf_counter()
                read(item)
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def _show(what: str, times: dict[str, list[float]]) -> None:
    slowest = statistics.mean(list(times.values())[-1])
    typer.echo(f"| {what} | min ms | median ms | p99 ms | per s | × |")
    typer.echo("|---|---|---|---|---|---|")
    for name, taken in times.items():
        own = sorted(taken)
        mean = statistics.mean(own)
        typer.echo(
            f"| {name} | {own[0]:.1f} | {statistics.median(own):.1f} | "
            f"{own[int(len(own) * 0.99)]:.1f} | {1000 / mean:.0f} | {slowest / mean:.1f} |"
        )


def _texts() -> list[str]:
    from models.corpus import Split, read_corpus

    rows = (row.text for row in read_corpus(Split.DEV))
    return [text for text in rows if len(text.split()) in WORDS][:CHUNKS]


def _detector(scorer: Scorer | None) -> Callable[[str], Any]:
    from detectors import Chunk, Conversation, Detector, Speaker, Turn
    from workflow.policy import load_policy

    detector = Detector.from_policy(load_policy(), scorer)
    greeting = "thank you how can i help you today"
    turn = Turn(utterance_id="a", speaker=Speaker.AGENT, text=greeting)
    before = Conversation(turns=(turn,))

    def read(text: str) -> Any:
        chunk = Chunk(
            call_id="c", sequence=2, utterance_id="b", text=text, speaker=Speaker.CUSTOMER
        )
        return detector.read(chunk, before)

    return read


def _reader(scorer: Scorer | None) -> Callable[[TranscriptEvent], Any]:
    """All that a worker does with a message but take it from Kafka and give the answer to it."""
    from detectors import Detector
    from stream.app import versions
    from stream.codec import encode
    from stream.outputs import Message
    from stream.reader import CallReader
    from stream.state import CallState
    from workflow.policy import load_policy

    policy = load_policy()
    reader = CallReader(Detector.from_policy(policy, scorer), policy, versions(policy, scorer))
    states: dict[str, CallState] = {}

    def read(event: TranscriptEvent) -> Any:
        message = Message(
            key=event.call_id.encode(),
            value=encode(event),
            topic="transcripts",
            partition=0,
            offset=0,
            timestamp_ms=0,
        )
        step = reader.read(message, states.get)
        if step.state is not None:
            states[event.call_id] = step.state
        if type(event).__name__ == "CallEnded":
            states.pop(event.call_id, None)
        return step

    return read


def _of_chunks(read: Callable[[str], Any]) -> Callable[[TranscriptEvent], Any]:
    from stream.events import Chunk

    return lambda event: read(event.text) if isinstance(event, Chunk) else None


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
    parse, name = _spacy()

    def read(text: str) -> Any:
        parse(text)
        return [pipe(text) for pipe in pipes]

    return {f"{name} + two fp32 PyTorch pipelines": read}


def _spacy() -> tuple[Callable[[str], Any], str]:
    """The pipeline that people start with, or its layers with random weights."""
    import spacy
    from spacy.training import Example

    try:
        return spacy.load("en_core_web_sm"), "en_core_web_sm"
    except OSError:
        typer.echo("en_core_web_sm is not installed: its shape is timed, untrained", err=True)
    words = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 96,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
            "rows": [5000, 1000, 2500, 2500, 50, 50],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 96,
            "depth": 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "tok2vec"}
    transitions = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
    }
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": words})
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": shared}
    nlp.add_pipe("tagger", config={"model": tagger})
    parser = transitions | {"state_type": "parser", "tok2vec": shared}
    nlp.add_pipe("parser", config={"model": parser})
    entities = transitions | {"state_type": "ner", "tok2vec": words}
    nlp.add_pipe("ner", config={"model": entities})
    for pipe, prefix, count in (("tagger", "T", 50), ("parser", "d", 45), ("ner", "E", 18)):
        for number in range(count):
            nlp.get_pipe(pipe).add_label(f"{prefix}{number}")  # type: ignore[attr-defined]
    said = {"tags": ["T0", "T1"], "heads": [1, 1], "deps": ["d0", "ROOT"], "entities": ["O", "O"]}
    example = Example.from_dict(nlp.make_doc("you called"), said)
    nlp.initialize(lambda: [example])
    return nlp, "the shape of en_core_web_sm"


if __name__ == "__main__":
    typer.run(main)
