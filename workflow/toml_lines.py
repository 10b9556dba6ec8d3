"""Where a key stands in a TOML text, so that a mistake can be shown with its line."""

import re

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"'. ]+?)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\"'\s]+)")


def line_of(text: str, where: tuple[str, ...]) -> int:
    """1-based line of the deepest part of the dotted path `where` that the text has; 0 if none.

    Reads headers and `key =` lines only (tomllib keeps no positions); multi-line strings that
    look like keys may mislead it, which costs a wrong line number and nothing else.
    """
    best_depth, best_line = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            path = table
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        depth = _shared(path, where)
        if depth == len(path) and depth > best_depth:
            best_depth, best_line = depth, number
    if best_line == 0 and where:
        return _nearest(text, where)
    return best_line


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(double or single or bare for double, single, bare in _PART.findall(dotted))


def _shared(path: tuple[str, ...], where: tuple[str, ...]) -> int:
    depth = 0
    for ours, theirs in zip(path, where, strict=False):
        if ours != theirs:
            break
        depth += 1
    return depth


def _nearest(text: str, where: tuple[str, ...]) -> int:
    """The first header of the section that has most in common with the path."""
    best_depth, best_line = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            depth = _shared(_parts(header[1]), where)
            if depth > best_depth:
                best_depth, best_line = depth, number
    return best_line
