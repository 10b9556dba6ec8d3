"""What the documents show is true: code runs, commands and files exist."""

import re
from pathlib import Path

import pytest
import typer

from scripts.cli import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_python_shown_in_a_document_runs(document: Path) -> None:
    for code in re.findall(r"```python\n(.*?)```", document.read_text(encoding="utf-8"), re.S):
        exec(compile(code, str(document), "exec"), {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_links_in_a_document_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_commands_shown_in_a_document_exist(document: Path) -> None:
    group = typer.main.get_command(app)
    commands = set(group.commands)  # type: ignore[attr-defined]
    text = document.read_text(encoding="utf-8")
    shown = re.findall(r"(?:bin/|`|\$ )hardstop ([a-z]+)", text)
    assert set(shown) <= commands, set(shown) - commands


def test_make_targets_shown_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in DOCUMENTS:
        for target in re.findall(r"`?make ([a-z]+)`?(?=[\s`:,.)])", document.read_text("utf-8")):
            if f"`make {target}`" in document.read_text("utf-8"):
                assert re.search(rf"^{target}:", makefile, re.M), (document, target)


def test_lock_files_name_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8")
