"""The report as a document: the same facts in every form, and no chapter that claims too much."""

from datetime import date

from models.evaluation.report.html import html
from models.evaluation.report.markdown import markdown
from tests.workflow.floor import acknowledged, alert, ledger, route
from workflow.patterns.chapters import document
from workflow.patterns.patterns import patterns
from workflow.patterns.scope import Scope
from workflow.patterns.sources import Source
from workflow.patterns.wording import days, seconds

DAY = date(2026, 11, 23)
SCOPE = Scope.of_days(DAY, DAY, "UTC")


def told(*, cut: bool = False) -> tuple[str, str]:
    events = ledger(alert("a"), acknowledged("a", 20), route("a"))
    source = Source(name="alerts", events=3, cut=cut)
    made = document(patterns(events, SCOPE), set(events.read), [source])
    return html(made), markdown(made)


def test_plots_are_told_in_words_and_their_figures_stand_beside_them() -> None:
    page, text = told()
    assert 'aria-label="Hard stops by kind: legal threat 1."' in page
    assert "| legal threat | 1 | 1 |" in text
    assert "- acknowledged, median: **20 s** nine in ten within 20 s" in text


def test_a_topic_that_has_lost_days_is_named_with_what_to_do() -> None:
    lost = "no longer keeps the whole period"
    assert lost in told(cut=True)[0]
    assert lost not in told()[0]


def test_a_name_cannot_become_markup() -> None:
    events = ledger(*(alert(f"c{n}", queue_id="<b>x") for n in range(5)))
    page = html(document(patterns(events, SCOPE), set(events.read), []))
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page


def test_a_period_and_a_wait_are_written_as_people_say_them() -> None:
    assert days(SCOPE) == "23 November 2026"
    longer = Scope.of_days(date(2026, 10, 30), DAY, "UTC")
    assert days(longer) == "30 October to 23 November 2026"
    assert [seconds(s) for s in (42, 185, -20, 7800, None)] == [
        "42 s",
        "3 min 05 s",
        "−20 s",
        "2 h 10 min",
        "–",
    ]
