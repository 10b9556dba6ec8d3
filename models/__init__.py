"""Text to scores: the classifier's data, training, calibration, export, evaluation and serving."""
