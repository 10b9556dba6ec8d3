"""WebVTT captions and CSV exports."""

from pathlib import Path

import pytest

from scripts.readers import CsvColumns, ReadError, SpeakerNames, read_file
from stream.events import Chunk

VTT = """\
WEBVTT - an ordinary call
Kind: captions

STYLE
::cue { color: white }

NOTE made by hand

1
00:01.000 --> 00:03.500 align:start
<v Anna>Good morning, <i>how</i> can I help?</v>

00:00:04.000 --> 00:00:06.000
<v.loud Mr Bell>I&#39;m going to
sue you &amp; your boss</v> <v Anna>I see</v>

1:00:00.000 --> 1:00:02.000
Agent: one moment
please
Customer: fine

1:00:03.000 --> 1:00:04.000
Listen: nobody said who this is
"""


def vtt(folder: Path, text: str = VTT) -> Path:
    path = folder / "call-7.vtt"
    path.write_text(text, encoding="utf-8")
    return path


def said(path: Path, **options: object) -> list[tuple[str, str]]:
    return [
        (event.speaker.value, event.text)
        for event in read_file(path, **options)  # type: ignore[arg-type]
        if isinstance(event, Chunk)
    ]


def test_voices_and_name_prefixes_become_speakers(tmp_path: Path) -> None:
    names = SpeakerNames.parse("Anna=agent, Mr Bell=customer")
    assert said(vtt(tmp_path), speakers=names) == [
        ("agent", "Good morning, how can I help?"),
        ("customer", "I'm going to sue you & your boss"),
        ("agent", "I see"),
        ("agent", "one moment please"),
        ("customer", "fine"),
        ("unknown", "Listen: nobody said who this is"),
    ]


def test_cue_times_are_the_times_of_the_chunk(tmp_path: Path) -> None:
    events = [event for event in read_file(vtt(tmp_path)) if isinstance(event, Chunk)]
    assert (events[0].start_ms, events[0].end_ms) == (1000, 3500)
    assert events[-1].start_ms == 3_603_000
    assert {event.call_id for event in events} == {"call-7"}
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]


def test_voices_nobody_named_are_told(tmp_path: Path) -> None:
    names = SpeakerNames()
    said(vtt(tmp_path), speakers=names)
    assert names.unrecognised == {"Anna": 2, "Mr Bell": 1, "Listen": 1}


def test_captions_are_known_by_their_first_line_too(tmp_path: Path) -> None:
    path = tmp_path / "captions.txt"
    path.write_text("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nCaller: hi\n", encoding="utf-8")
    assert said(path) == [("customer", "hi")]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("hello\n", 1, "begins with the line WEBVTT"),
        ("WEBVTT\n\nwords alone\n", 3, "no line 'start --> end'"),
        ("WEBVTT\n\n1\nsoon --> later\nhi\n", 4, "00:01:02.345"),
    ],
)
def test_captions_that_are_wrong_are_refused_with_the_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    path = vtt(tmp_path, text)
    with pytest.raises(ReadError) as refused:
        list(read_file(path))
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert told in str(refused.value)


CSV = """\
CallID;Who;Begin;Transcript
a;Agent;0.5;Good morning
a;Caller;0:00:02;"I want; my ""money"" back
now"
b;Caller;00:03.5;Hello
"""
COLUMNS = CsvColumns.parse("text=Transcript, call_id=CallID, speaker=Who, start=Begin")


def table(folder: Path, text: str = CSV) -> Path:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_may_have_any_name_and_separator(tmp_path: Path) -> None:
    events = [e for e in read_file(table(tmp_path), columns=COLUMNS) if isinstance(e, Chunk)]
    told = [(e.call_id, e.sequence, e.speaker.value, e.start_ms, e.text) for e in events]
    assert told == [
        ("a", 1, "agent", 500, "Good morning"),
        ("a", 2, "customer", 2000, 'I want; my "money" back\nnow'),
        ("b", 1, "customer", 3500, "Hello"),
    ]


def test_columns_with_the_fields_own_names_need_no_mapping(tmp_path: Path) -> None:
    path = table(tmp_path, "Text\tSpeaker\tStart MS\nhi there\tagent\t70\n")
    (chunk,) = read_file(path)
    assert isinstance(chunk, Chunk)
    assert (chunk.call_id, chunk.text, chunk.start_ms) == ("export", "hi there", 70)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a,b\n1,2\n", 1, "which column holds the words"),
        ("text,start\nhi,soon\n", 2, "start: 'soon' is neither seconds nor h:mm:ss"),
        ("text,sequence\nhi,1.5\n", 2, "sequence: '1.5' is not a whole number"),
        ("speaker,text\nagent\n", 2, "the row has 1 columns"),
        ('text\n"open\n', 2, "not valid CSV"),
        ("text,start\nhi,nan\n", 2, "neither seconds"),
        ("call_id,text\na,no, I will sue\n", 2, "the row has 3 columns, the header 2"),
        ("text,Text,call_id\nhi,ho,a\n", 1, "several columns are called 'text'"),
        ("text,call_id\rhi,a\r", 1, "the lines end in CR alone"),
        ('text,call_id\n"hi,a\nho,a\n', 3, "a quote opened in line 2"),
    ],
)
def test_rows_that_are_wrong_are_refused_with_the_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    path = table(tmp_path, text)
    with pytest.raises(ReadError) as refused:
        list(read_file(path))
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert told in str(refused.value)


def test_cells_beyond_the_header_that_are_empty_lose_no_words(tmp_path: Path) -> None:
    assert said(table(tmp_path, "text,speaker\nhi,agent,, \n")) == [("agent", "hi")]


def test_a_comma_in_a_table_of_one_column_belongs_to_the_words(tmp_path: Path) -> None:
    path = table(tmp_path, 'Text\nno, I will sue\n"in "" court, you hear"\n')
    assert [text for _, text in said(path)] == ["no, I will sue", 'in " court, you hear']


def test_a_mapped_column_must_be_there_once(tmp_path: Path) -> None:
    path = table(tmp_path, "Words,Words\na,b\n")
    with pytest.raises(ReadError, match="several columns are called 'Words'"):
        list(read_file(path, columns=CsvColumns.parse("text=Words")))


def test_a_mapped_column_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no column 'Words'; columns are CallID, Who"):
        list(read_file(table(tmp_path), columns=CsvColumns.parse("text=Words")))


@pytest.mark.parametrize("text", ["text", "=x", "text=", "words=Transcript"])
def test_a_mapping_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not FIELD=COLUMN|no field"):
        CsvColumns.parse(text)


@pytest.mark.parametrize("text", ["Anna", "=agent", "Anna=boss"])
def test_a_role_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not NAME=ROLE|no role"):
        SpeakerNames.parse(text)
