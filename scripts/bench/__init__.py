"""`hardstop bench`: programs that measure, with a baseline in the same run. They are not tests."""
