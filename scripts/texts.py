"""`hardstop wallboard-texts`: what a translator needs, from the code and the templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jinja2 import Environment

Message = tuple[str, str | None]
"""A text, and its plural where it has one."""

MARKS = {"_": 1, "mark": 1, "counted": 2}
"""The functions of wallboard.language that mark a text, and how many texts each takes."""
PLURALS = "nplurals=2; plural=(n != 1);"


def wallboard_texts(
    folder: Annotated[
        Path,
        typer.Argument(help="Where wallboard.pot and scripts.json are written; made if absent."),
    ],
) -> None:
    """Write what the pages say, in English, for a translation.

    `wallboard.pot` goes to wallboard.mo by any editor of gettext catalogues, scripts.json is
    translated as it is. docs/wallboard.md says where they are put.
    """
    import wallboard
    from wallboard.pages import templates

    root = Path(wallboard.__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    found = messages(root, templates())
    (folder / "wallboard.pot").write_text(catalogue(found), encoding="utf-8")
    scripts = (root / "static" / "texts" / "en.json").read_text(encoding="utf-8")
    (folder / "scripts.json").write_text(scripts, encoding="utf-8")
    print(f"{len(found)} texts: {folder / 'wallboard.pot'}; {folder / 'scripts.json'}")


def messages(root: Path, templates: Environment) -> dict[Message, list[str]]:
    """Every marked text under `root`, with the places where it stands."""
    found: dict[Message, list[str]] = {}
    for file in sorted(root.rglob("*.py")):
        for line, message in _of_code(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(message, []).append(f"{file.relative_to(root)}:{line}")
    for name in sorted(templates.list_templates()):
        source = (root / "templates" / name).read_text(encoding="utf-8")
        for line, _function, text in templates.extract_translations(source):  # type: ignore[attr-defined]
            words = [text] if isinstance(text, str) else [word for word in text or () if word]
            if words:
                message = (words[0], words[1] if len(words) > 1 else None)
                found.setdefault(message, []).append(f"templates/{name}:{line}")
    return found


def catalogue(found: dict[Message, list[str]]) -> str:
    """A template of gettext (PO format) without translations."""
    head = ["Content-Type: text/plain; charset=UTF-8", f"Plural-Forms: {PLURALS}"]
    lines = ['msgid ""', 'msgstr ""', *(_quoted(f"{line}\n") for line in head)]
    for (one, many), places in found.items():
        lines += ["", f"#: {' '.join(places)}", f"msgid {_quoted(one)}"]
        if many is None:
            lines.append('msgstr ""')
        else:
            lines += [f"msgid_plural {_quoted(many)}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def _of_code(tree: ast.AST) -> Iterator[tuple[int, Message]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        words = [text for text in texts if isinstance(text, str)]
        wanted = MARKS.get(node.func.id)
        if wanted is not None and len(words) >= wanted:
            yield node.lineno, (words[0], words[1] if wanted == 2 else None)


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
