"""A record as a PDF to print, sign and hand over. Needs the `pdf` extra (reportlab)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from workflow.chain import EntryKind, Verdict
from writers.records import lines, told_of

if TYPE_CHECKING:
    from stream.events.incidents import IncidentEntry

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)
"""Fonts with most European scripts, Greek and Cyrillic, where systems have them."""

GOOD, BAD, GREY, RULE = "#1a6b3a", "#b00020", "#555555", "#bbbbbb"
TREATED = {
    EntryKind.REVIEWED: "reviewed",
    EntryKind.HOLD_SET: "legal hold set",
    EntryKind.HOLD_LIFTED: "legal hold lifted",
    EntryKind.ERASED: "content erased",
    EntryKind.ERASURE_REFUSED: "erasure refused",
    EntryKind.CLOSED: "closed",
}

_ONE_AT_A_TIME = threading.Lock()
"""reportlab keeps its fonts by name for the whole process."""


class NoPdf(RuntimeError):
    """The packages that make PDFs are not installed."""


def pdf_record(
    entries: Sequence[IncidentEntry], verdict: Verdict, font: Path | None = None
) -> bytes:
    """Pages (A4): the verdict first, how the record was treated, then each entry with its time
    (UTC) and hash. Raises NoPdf; OSError for a font that cannot be read."""
    try:
        from reportlab.platypus import SimpleDocTemplate
    except ImportError as error:
        raise NoPdf(
            "a PDF needs the `pdf` extra: pip install 'hardstop[pdf]' (HTML does without)"
        ) from error
    with _ONE_AT_A_TIME:
        return _bytes_of(_Pages(entries, verdict, _Type(font)), SimpleDocTemplate)


def is_possible() -> bool:
    """Whether PDFs can be made here."""
    return find_spec("reportlab") is not None


def _bytes_of(pages: _Pages, template: Any) -> bytes:
    # Once to count the pages, and once with their number on each, so that none goes missing.
    for _ in range(2):
        out = BytesIO()
        # invariant: the same record gives the same bytes, so that copies can be compared.
        document = template(
            out,
            leftMargin=48,
            rightMargin=48,
            topMargin=54,
            bottomMargin=54,
            title=pages.title,
            author="hardstop",
            invariant=1,
        )
        document.build(pages.story(), onFirstPage=pages.footer, onLaterPages=pages.footer)
        pages.count = document.page
    return out.getvalue()


class _Type:
    """The font, and what it cannot show."""

    def __init__(self, path: Path | None) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFError, TTFont

        found = str(path) if path else next((f for f in FONTS if Path(f).is_file()), "Vera.ttf")
        bold = found.replace(".ttf", "Bd.ttf" if found == "Vera.ttf" else "-Bold.ttf")
        try:
            plain = TTFont("record", found)
        except TTFError as error:
            raise OSError(0, "this is no TrueType font that can be used", found) from error
        pdfmetrics.registerFont(plain)
        usable = found == "Vera.ttf" or Path(bold).is_file()
        pdfmetrics.registerFont(TTFont("record-bold", bold if usable else found))
        self._glyphs = frozenset(plain.face.charToGlyph)

    def shown(self, text: str) -> str:
        """Markup with every character of the text, those that the font lacks as code points."""
        return escape("".join(self._sign(c) for c in text)).replace("\n", "<br/>")

    def _sign(self, character: str) -> str:
        if character in "\n\t ":
            return character
        known = ord(character) in self._glyphs and character.isprintable()
        return character if known else f"[U+{ord(character):04X}]"


class _Pages:
    """The pages of one record."""

    def __init__(self, entries: Sequence[IncidentEntry], verdict: Verdict, type_: _Type) -> None:
        from reportlab.lib.styles import ParagraphStyle

        self._entries = entries
        self._verdict = verdict
        self._type = type_
        self.count = 0
        self.title = f"Record of call {entries[0].call_id}"
        plain = ParagraphStyle("plain", fontName="record", fontSize=9.5, leading=13.5)
        self._styles = {
            "plain": plain,
            "title": ParagraphStyle(
                "title", plain, fontName="record-bold", fontSize=17, leading=22, spaceAfter=8
            ),
            "part": ParagraphStyle(
                "part", plain, fontName="record-bold", fontSize=12, spaceBefore=16, spaceAfter=6
            ),
            "entry": ParagraphStyle("entry", plain, fontName="record-bold", fontSize=9.5),
            "quote": ParagraphStyle(
                "quote",
                plain,
                fontSize=10.5,
                leading=15,
                leftIndent=12,
                spaceBefore=3,
                spaceAfter=3,
            ),
            "small": ParagraphStyle("small", plain, fontSize=7, leading=10, textColor=GREY),
        }

    def story(self) -> list[Any]:
        """Everything on the pages, in order."""
        from reportlab.platypus import Spacer

        first, last = self._entries[0], self._entries[-1]
        shown = self._type.shown
        story: list[Any] = [self._text(f"Record of call {shown(first.call_id)}", "title")]
        review = "awaits review" if last.qa_flag else "reviewed"
        about = {
            "Record": first.incident_id,
            "From": first.at,
            "To": last.at,
            "Entries": str(len(self._entries)),
            "Handling": _plain(last.handling),
            "Quality assurance": review,
            "Mode": _plain(first.mode),
        }
        story += [self._pairs(about), Spacer(1, 12), self._box()]
        treated = [self._treated(entry) for entry in self._entries if entry.kind in TREATED]
        story.append(self._text("Holds, reviews, erasures", "part"))
        story += treated or [self._text("None.", "plain")]
        story.append(self._text("What happened, as it was recorded", "part"))
        for entry in self._entries:
            story += self._entry(entry)
        return [
            *story,
            Spacer(1, 12),
            self._text(
                "Times are UTC. Quotes stand as transcribed, after redaction. [U+…] is a character "
                "that the font of this page lacks.",
                "small",
            ),
        ]

    def footer(self, canvas: Any, document: Any) -> None:
        """Which record this is, and the number of the page."""
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(GREY)
        number = f"page {document.page} of {self.count}"
        canvas.drawString(54, 30, f"hardstop record {self._entries[0].incident_id}")
        canvas.drawRightString(document.pagesize[0] - 54, 30, number)
        canvas.restoreState()

    def _box(self) -> Any:
        """The verdict on the chain, framed in its colour."""
        from reportlab.platypus import Table

        heading = self._text("Chain of the record", "entry")
        told = [self._text(self._type.shown(line), "plain") for line in lines(self._verdict)]
        colour = GOOD if self._verdict.intact else BAD
        style = [("BOX", (0, 0), (-1, -1), 1.5, colour), ("LEFTPADDING", (0, 0), (-1, -1), 8)]
        return Table([[[heading, *told]]], colWidths=["100%"], style=style)

    def _treated(self, entry: IncidentEntry) -> Any:
        said = [TREATED[entry.kind], entry.actor, entry.note]
        told = self._type.shown("; ".join(part for part in said if part))
        return self._text(f"{entry.at} (entry {entry.number}): {told}", "plain")

    def _entry(self, entry: IncidentEntry) -> list[Any]:
        from reportlab.platypus import HRFlowable, KeepTogether

        heading = (
            f"{entry.number}. {_plain(entry.kind)} "
            f'<font name="record" color="{GREY}">{entry.at}</font>'
        )
        rule = HRFlowable(width="100%", color=RULE, thickness=0.5, spaceBefore=5, spaceAfter=4)
        parts: list[Any] = [rule, self._text(heading, "entry")]
        if entry.is_blank:
            parts.append(self._text("The content was erased; its commitment stands.", "small"))
        if entry.evidence is not None:
            parts.append(self._text(f"“{self._type.shown(entry.evidence.quote)}”", "quote"))
        known = {name: value for name, value in told_of(entry).items() if value is not None}
        if known:
            parts.append(self._pairs(known))
        parts.append(self._text(entry.hash, "small"))
        # Only what fits on a page can be kept together; a long quote breaks.
        if entry.evidence is not None and len(entry.evidence.quote) > 1_500:
            return parts
        return [KeepTogether(parts)]

    def _pairs(self, known: dict[str, str]) -> Any:
        from reportlab.platypus import Table

        rows = [
            [
                self._text(f'<font color="{GREY}">{self._type.shown(name)}</font>', "plain"),
                self._text(self._type.shown(value), "plain"),
            ]
            for name, value in known.items()
        ]
        sides = ("TOPPADDING", "BOTTOMPADDING", "LEFTPADDING")
        style = [(side, (0, 0), (-1, -1), 0) for side in sides]
        top = ("VALIGN", (0, 0), (-1, -1), "TOP")
        return Table(rows, colWidths=[115, None], style=[*style, top], hAlign="LEFT")

    def _text(self, markup: str, style: str) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(markup, self._styles[style])


def _plain(name: str) -> str:
    return str(name).replace("_", " ")
