"""Models that write drafts, over real connections to servers of the tests' own."""
