"""Text to scores: the classifier's whole life, from its data to its answers (docs/detection.md)."""
