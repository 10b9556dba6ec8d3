"""For all tests."""

# Its pytest plugin imports it at the very end of a run that did not need it, and CPython 3.11
# then fails to compile it (gh-106905: "AST constructor recursion depth mismatch").
import hypothesis as _hypothesis

__all__ = ["_hypothesis"]
