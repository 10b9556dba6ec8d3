"""A report as one HTML file: styles and plots inside, no scripts, nothing fetched."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from models.evaluation.report.document import (
    Beside,
    Document,
    Examples,
    Figure,
    KeyFigures,
    Part,
    Section,
    Table,
)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{title}</h1><p>{summary}</p></header>
<nav aria-label="Contents"><ol>{contents}</ol></nav>
<main>
{sections}
</main>
</body>
</html>
"""


def html(document: Document) -> str:
    """The document as a page; every text is escaped, so callers' words cannot become markup."""
    style = files("models.evaluation.report").joinpath("report.css").read_text(encoding="utf-8")
    return _PAGE.format(
        title=escape(document.title),
        style=style,
        summary=escape(document.summary),
        contents="".join(
            f'<li><a href="#{section.anchor}">{escape(section.title)}</a></li>'
            for section in document.sections
        ),
        sections="\n".join(map(_section, document.sections)),
    )


def _section(section: Section) -> str:
    parts = "\n".join(map(_part, section.parts))
    return f'<section id="{section.anchor}"><h2>{escape(section.title)}</h2>\n{parts}\n</section>'


def _part(part: Part) -> str:
    match part:
        case Table():
            head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in part.headers)
            rows = "".join(map(_row, part.rows))
            note = f'<p class="note">{escape(part.note)}</p>' if part.note else ""
            return (
                f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>{note}"
            )
        case Figure():
            caption = escape(part.caption)
            return (
                f'<figure><div class="plot" tabindex="0" role="img" aria-label="{caption}">'
                f"{part.svg}</div><figcaption>{caption}</figcaption></figure>"
            )
        case Examples():
            items = "".join(
                f"<li><q>{escape(item.text)}</q><br><small>{escape(item.about)}</small></li>"
                for item in part.items
            )
            return f"<details><summary>{escape(part.heading)}</summary><ul>{items}</ul></details>"
        case Beside():
            return f'<div class="beside">{_part(part.figure)}<div>{_part(part.table)}</div></div>'
        case KeyFigures():
            items = "".join(
                f"<div><dt>{escape(item.name)}</dt><dd>{escape(item.value)}</dd>"
                f"<dd class='note'>{escape(item.note)}</dd></div>"
                for item in part.items
            )
            return f'<dl class="key">{items}</dl>'
        case _:
            return f"<p>{escape(part)}</p>"


def _row(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return (
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in others)
        + "</tr>"
    )
