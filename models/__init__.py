"""Text to scores. So far: the utterances to train and test a classifier on (models/data)."""
