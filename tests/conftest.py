"""For all tests."""

# Also: its pytest plugin imports it at the very end of a run that did not need it, and CPython
# 3.11 then fails to compile it (gh-106905: "AST constructor recursion depth mismatch").
from hypothesis import settings

# Machines are shared and pause; how long an example takes is no property of ours.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
