"""Text to findings: rules, context, fusion, redaction. Pure: no clock, no network, no files at read time."""
