"""The data that an evaluation was given: labelled rows, or transcripts that nobody labelled."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import typer

from detectors.chunk import Chunk
from detectors.scoring import Said
from models.evaluation.labelled import (
    ENCODING,
    LabelledError,
    is_labelled,
    is_labelled_table,
    read_rows,
    read_table,
)
from models.evaluation.samples import TURNS_BEFORE, Sample, limited
from models.examples import Example
from models.labelled import examples
from scripts.readers import read_file

CORPUS = "corpus"
SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".vtt")


def load(data: list[str], *, split: str | None, limit: int | None) -> list[Sample]:
    """All samples of the files and folders. Raises LabelledError, ReadError and OSError."""
    paths = list(_paths(data))
    samples = [
        msgspec.structs.replace(sample, file=str(path))
        for path in paths
        for sample in _read(path, split)
    ]
    if not samples:
        others = split is not None and any(True for path in paths for _ in _read(path, None))
        chosen = f" of split '{split}' (--split all takes all)" if others else ""
        raise typer.BadParameter(f"there are no utterances{chosen} in {', '.join(data)}")
    return limited(samples, limit) if limit is not None else samples


def learned_from(data: list[str]) -> list[Example]:
    """The examples of labelled files (`hardstop train --labelled`). Raises as `load` does."""
    return examples(load(data, split=None, limit=None)) if data else []


def _paths(data: list[str]) -> Iterator[Path]:
    for given in data:
        path = Path(given)
        if given == CORPUS and not path.exists():
            yield from _corpus()
            continue
        if not path.is_dir():
            yield path
            continue
        inside = [p for p in sorted(path.rglob("*")) if _name(p).endswith(SUFFIXES)]
        if not inside:
            raise typer.BadParameter(f"{path}: no {', '.join(SUFFIXES)} files in this folder")
        yield from inside


def _corpus() -> list[Path]:
    """The files of the corpus itself; what stands in folders beside them annotates other sets."""
    found = sorted(Path(str(files("models").joinpath("data"))).glob("*.jsonl"))
    if not found:
        raise typer.BadParameter("the corpus comes only with the source of hardstop")
    return found


def _read(path: Path, split: str | None) -> Iterator[Sample]:
    name = _name(path)
    if name.endswith((".csv", ".tsv")):
        text = _text(path)
        if is_labelled_table(text.partition("\n")[0]):
            yield from read_table(path.name, text, split)
            return
    elif not name.endswith(".vtt"):
        # Not splitlines: U+2028 and its like may stand within a row.
        lines = _text(path).split("\n")
        if any(_labelled(line) for line in lines):
            yield from read_rows(path.name, lines, split)
            return
    yield from _unlabelled(path)


def _unlabelled(path: Path) -> Iterator[Sample]:
    """The final chunks of a transcript, each with what was said before it in its call."""
    said: dict[str, list[Said]] = {}
    for event in read_file(path):
        if not isinstance(event, Chunk) or not event.is_final:
            continue
        before = said.setdefault(event.call_id, [])
        yield Sample(
            id=f"{event.call_id}#{event.sequence}",
            text=event.text,
            speaker=event.speaker,
            language=event.language,
            before=tuple(before[-TURNS_BEFORE:]),
            group=f"{path.name} {event.call_id}",
            source=path.name,
            call_id=event.call_id,
        )
        before.append(Said(event.speaker, event.text))


def _labelled(line: str) -> bool:
    try:
        return is_labelled(msgspec.json.decode(line))
    except (msgspec.DecodeError, RecursionError):
        return False


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = gzip.decompress(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise LabelledError(f"{path}: the gzip file is damaged ({error})") from error
    try:
        return raw.decode(ENCODING)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise LabelledError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error


def _name(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")
