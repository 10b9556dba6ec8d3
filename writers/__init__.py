"""Models that write drafts. Off unless one is named; given redacted words alone."""
