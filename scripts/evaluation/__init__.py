"""What `hardstop evaluate` reads and writes around the measures of `models.evaluation`."""
