"""A whole evaluation, from samples to the report."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import msgspec
import numpy as np
import pytest

from detectors.settings import DetectionSettings
from detectors.vocabulary import Speaker
from models.evaluation.alarms import alarms
from models.evaluation.evaluation import Measured, Plan, Watch, data_measures, measure
from models.evaluation.intervals import Proportion, proportion
from models.evaluation.labelled import read_rows
from models.evaluation.lineup import lineup
from models.evaluation.measures import Evaluation
from models.evaluation.report import plots
from models.evaluation.report.html import html
from models.evaluation.report.markdown import markdown
from models.evaluation.report.sections import document
from models.evaluation.samples import Sample
from models.evaluation.systems import Answer
from models.noise import spoken

NASTY = "I will sue you <script>alert(1)</script> [x](y)"


def samples() -> Iterator[Sample]:
    def one(text: str, *labels: str, call: str, **fields: object) -> Sample:
        return Sample(  # type: ignore[arg-type]
            id=f"{call}-{text[:9]}",
            text=text,
            labels=frozenset(labels),
            group=call,
            source="mine",
            call_id=call,
            **fields,
        )

    yield one(NASTY, call="a")
    yield one("I am going to take you to court", "legal_threat", call="b", emotion="anger")
    yield one("somebody stole my identity", "fraud", call="b", emotion="distress")
    yield one("you will be hearing about it one way or another", "legal_threat", call="c")
    yield one("the court is next to our shop", call="c", hard_negative=True)
    yield Sample(id="u", text="I'll sue, you'll see", group="d", source="raw", call_id="d")
    yield Sample(id="v", text="okay", speaker=Speaker.AGENT, group="d", source="raw", call_id="d")
    yield one("I may talk to someone", call="e", ambiguous=True, about=frozenset({"legal_threat"}))


@pytest.fixture(scope="module")
def measured() -> list[Measured]:
    return [
        measure(
            system,
            list(samples()),
            Plan(conditions={"lower case": spoken}),
            Watch(lambda count: None, lambda count: None),
            np.random.default_rng(1),
        )
        for system in lineup(DetectionSettings(), None)
    ]


@pytest.fixture(scope="module")
def evaluation(measured: list[Measured]) -> Evaluation:
    return Evaluation(
        made_at="2026-11-22",
        versions={"rules": "r"},
        data=data_measures(list(samples())),
        systems=tuple(one.measures for one in measured),
        seed=1,
    )


def test_what_is_labelled_ambiguous_and_unlabelled_is_kept_apart(evaluation: Evaluation) -> None:
    data = evaluation.data
    assert (data.rows, data.labelled, data.ambiguous, data.unlabelled) == (8, 5, 1, 2)
    assert data.by_label == {"legal_threat": 2, "fraud": 1}
    assert evaluation.systems[0].ambiguous["legal_threat"].whole == 1


def test_alerts_of_calls_are_judged_only_where_all_rows_are_labelled(
    evaluation: Evaluation,
) -> None:
    hardstop, keywords = evaluation.systems
    judged, counted = hardstop.alarms.calls
    assert (judged.calls, judged.alerts, judged.by_label) == (3, 1, {"legal_threat": 1})
    # The call of the ambiguous row counts among those not judged.
    assert (counted.calls, counted.alerts) == (2, 1)
    assert keywords.alarms.hard_negatives.part == 1
    assert hardstop.alarms.hard_negatives.part == 0


def test_calls_of_two_files_that_number_theirs_alike_are_two() -> None:
    one, other = (
        Sample(
            id="1",
            text="a",
            labels=labels,
            group=file,
            source="mine",
            call_id="1",
            file=file,
        )
        for file, labels in (("a.csv", frozenset({"fraud"})), ("b.csv", frozenset[str]()))
    )
    raised = Answer(raised=frozenset({"fraud"}))
    (calls,) = alarms([(one, raised), (other, raised)]).calls
    assert (calls.calls, calls.alerts) == (2, 1)
    assert data_measures([one, other]).calls == 2


def test_every_false_alarm_and_miss_is_told(measured: list[Measured]) -> None:
    found = {(m.kind, m.label) for m in measured[0].mistakes}
    assert found == {("false alarm", "legal_threat"), ("miss", "legal_threat")}
    assert [m.id for m in measured[0].unjudged] == ["u"]


def test_the_measures_survive_being_written_and_read(evaluation: Evaluation) -> None:
    assert msgspec.json.decode(msgspec.json.encode(evaluation), type=Evaluation) == evaluation


def of_keywords(*rows: dict[str, Any], lower_case: bool = False) -> Measured:
    (keywords,) = lineup(DetectionSettings(), None, ("keywords",))
    read = list(read_rows("rows.jsonl", [json.dumps(row) for row in rows]))
    quiet = Watch(lambda count: None, lambda count: None)
    plan = Plan(conditions={"lower case": spoken} if lower_case else {})
    return measure(keywords, read, plan, quiet, np.random.default_rng(1))


FEEDBACK: dict[str, Any] = {
    "text": "I will sue you and I have told the ombudsman",
    "labels": [],
    "resembles": ["legal_threat"],
    "kind": "hard_negative",
    "signals_read": False,
}


def test_a_row_counts_for_the_labels_that_it_was_read_for_and_no_others() -> None:
    feedback = of_keywords(FEEDBACK)
    assert [(m.kind, m.label) for m in feedback.mistakes] == [("false alarm", "legal_threat")]
    raised = {m.label: m.precision.whole for m in feedback.measures.triggers}
    assert (raised["legal_threat"], raised["regulator"]) == (1, 0)
    # Of the corpus every row was read for hard stops, if not for signals.
    corpus = of_keywords({**FEEDBACK, "scenario": "s", "writer": "w"})
    assert {m.label for m in corpus.mistakes} == {"legal_threat", "regulator"}


def test_false_alarms_are_less_sure_where_rows_of_a_call_are_alike() -> None:
    def of_calls(*calls: int) -> Proportion:
        rows = [
            {"text": "i will sue" if n < 20 else "thank you", "labels": [], "group": str(call)}
            for n, call in enumerate(calls)
        ]
        return of_keywords(*rows).measures.alarms.utterances

    mixed = of_calls(*(n % 20 for n in range(40)))
    alike = of_calls(*(n // 10 for n in range(40)))
    assert (mixed.part, alike.part) == (20, 20)
    assert mixed == proportion(20, 40)
    assert alike.low is not None
    assert mixed.low is not None
    assert alike.low < mixed.low


def test_signals_are_judged_only_where_somebody_looked_for_them() -> None:
    class Complainer:
        name = "complainer"

        def answer(self, sample: Sample) -> Answer:
            return Answer(frozenset({"complaint"}), probabilities={"complaint": 0.9, "fraud": 0.1})

        def as_spoken(self, sample: Sample) -> list[frozenset[str]]:
            return [self.answer(sample).raised]

    rows = [
        {"text": "a", "labels": ["complaint"], "signals_read": False},
        {"text": "b", "labels": [], "signals_read": False},
        {"text": "c", "labels": []},
    ]
    read = list(read_rows("rows.jsonl", [json.dumps(row) for row in rows]))
    quiet = Watch(lambda count: None, lambda count: None)
    found = measure(Complainer(), read, Plan(), quiet, np.random.default_rng(1))
    (complaint,) = found.measures.signals
    assert (complaint.precision.part, complaint.precision.whole) == (1, 2)


@pytest.fixture(scope="module")
def page(evaluation: Evaluation, measured: list[Measured]) -> str:
    return html(document(evaluation, measured[0].mistakes))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.add(tag)
        if tag == "section":
            self.ids.add(known["id"] or "")
        if tag == "a":
            self.links.add((known["href"] or "").removeprefix("#"))


def test_the_page_needs_no_network_runs_nothing_and_its_contents_lead_somewhere(
    page: str,
) -> None:
    read = Page(page)
    assert read.links == read.ids != set()
    assert not read.tags & {"script", "link", "img", "iframe"}
    assert "&lt;script&gt;" in page


def test_callers_words_are_not_markup_in_markdown(
    evaluation: Evaluation, measured: list[Measured]
) -> None:
    text = markdown(document(evaluation, measured[0].mistakes))
    assert "\\<script\\>" in text
    assert "\\[x\\](y)" in text


def test_without_examples_no_callers_word_is_in_the_report(
    evaluation: Evaluation, measured: list[Measured]
) -> None:
    text = markdown(document(evaluation, measured[0].mistakes, examples=False))
    assert "sue you" not in text


def test_few_positives_are_marked(evaluation: Evaluation) -> None:
    assert "1 (too few)" in markdown(document(evaluation))


def test_plots_are_svg_that_takes_the_colour_of_the_text(evaluation: Evaluation) -> None:
    pytest.importorskip("matplotlib")
    svg = plots.by_trigger(evaluation.systems)
    assert svg.startswith("<svg")
    assert "currentColor" in svg
    assert plots.INK not in svg
    assert ">legal_threat<" in svg


def test_no_line_of_f1_is_drawn_where_there_are_no_positives() -> None:
    pytest.importorskip("matplotlib")
    caption = "F1 of any hard stop by transcript quality"
    for labels, drawn in (["legal_threat"], True), ([], False):
        found = of_keywords({"text": "i will sue", "labels": labels}, lower_case=True)
        told = Evaluation(
            made_at="2026-11-22",
            versions={},
            data=data_measures([]),
            systems=(found.measures,),
            seed=1,
        )
        assert (caption in html(document(told))) is drawn


def test_tables_of_the_first_system_alone_say_where_those_of_the_others_are(
    evaluation: Evaluation,
) -> None:
    assert "The same of the other systems is in measures" in markdown(document(evaluation))


def test_without_matplotlib_the_report_says_how_to_get_plots(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None)
    text = html(document(evaluation))
    assert "hardstop[evaluate]" in text
    assert "<svg" not in text
