"""A record as one file: HTML to print, or JSON. All of it verbatim, nothing loaded from outside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec

from stream.events.incidents import IncidentEntry
from workflow.chain import Verdict
from writers.records import lines, told_of

_STYLE = """
@page { margin: 18mm }
body { font: 11pt/1.45 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem }
dd { margin: 0; overflow-wrap: anywhere } dt, time, .small { color: #555 }
ol { list-style: none; padding: 0 } li { border-top: 1px solid #bbb; padding: .6rem 0;
break-inside: avoid } blockquote { margin: .3rem 0; font-style: italic; white-space: pre-wrap }
.verdict { border: 2px solid #1a6b3a; padding: .6rem 1rem } .bad { border-color: #b00020 }
.hash, .small { font-size: .8rem; overflow-wrap: anywhere }
"""


def json_record(entries: Sequence[IncidentEntry], verdict: Verdict) -> bytes:
    """The verdict and the entries as they are, indented."""
    record = {
        "incident_id": entries[0].incident_id,
        "call_id": entries[0].call_id,
        "intact": verdict.intact,
        "verdict": verdict,
        "entries": entries,
    }
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def html_record(entries: Sequence[IncidentEntry], verdict: Verdict) -> bytes:
    """One page to print: the verdict first, then each entry with its time (UTC) and hash."""
    first = entries[0]
    box = "verdict" if verdict.intact else "verdict bad"
    told = "".join(f"<p>{escape(line)}</p>" for line in lines(verdict))
    body = "\n".join(_entry(entry) for entry in entries)
    title = f"Record of call {escape(first.call_id)}"
    page = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n"
        f"{_pairs({'Record': first.incident_id, 'Handling': _plain(entries[-1].handling)})}\n"
        f'<section class="{box}"><strong>Chain of the record</strong>{told}</section>\n'
        f"<ol>\n{body}\n</ol>\n"
        '<p class="small">Times are UTC. Quotes stand as transcribed, after redaction.</p>'
        "\n</body>\n</html>\n"
    )
    return page.encode()


def _entry(entry: IncidentEntry) -> str:
    parts = [
        f"<strong>{entry.number}. {escape(_plain(entry.kind))}</strong> "
        f"<time>{escape(entry.at)}</time>"
    ]
    if entry.is_blank:
        parts.append('<p class="small">The content was erased; its commitment stands.</p>')
    if entry.evidence is not None:
        parts.append(f"<blockquote>{escape(entry.evidence.quote)}</blockquote>")
    parts.append(_pairs(told_of(entry)))
    parts.append(f'<div class="hash small">{escape(entry.hash)}</div>')
    return f"<li>{''.join(parts)}</li>"


def _plain(name: str) -> str:
    return str(name).replace("_", " ")


def _pairs(known: dict[str, str | None]) -> str:
    rows = [
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in known.items()
        if value is not None
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""
