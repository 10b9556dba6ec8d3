"""Transcript files to events."""

from scripts.readers.columns import CsvColumns
from scripts.readers.source import MAX_LINE_BYTES, OnBad, ReadError, refuse
from scripts.readers.speakers import SpeakerNames
from scripts.readers.transcripts import read_file

__all__ = [
    "MAX_LINE_BYTES",
    "CsvColumns",
    "OnBad",
    "ReadError",
    "SpeakerNames",
    "read_file",
    "refuse",
]
