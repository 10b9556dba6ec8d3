"""Models that write drafts (off unless one is named; given redacted words alone), and records on
paper."""
