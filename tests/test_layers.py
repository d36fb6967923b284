"""Who may import whom: the house's floor plan, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "grimoire"

VALUES = {
    *("errors", "spell", "placeholders", "languages", "chat", "verdict", "record", "redact", "terminal", "search"),
    *("segment", "glossary", "scripts", "hanzi", "likeness", "chance", "standing", "expectations", "mutants", "pace"),
    *("expression", "permutation", "rates", "dials", "conversation", "compose", "contradictions", "seam", "proxies"),
}
PORTS = {"ports"}
FILES = {
    "yamlfile",
    "nearest",
    "atomic",
    "chainfile",
    "spellfile",
    "library",
    "settings",
    "glossaryfile",
    "index",
    "keys",
    "cachefile",
}
FAMILIES = {"backends", "translators", "checks", "ledger", "formats", "pages"}
ENGINE = {"cast", "judge", "trial", "reports"}

ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(VALUES, VALUES),
    **dict.fromkeys(PORTS, VALUES),
    **dict.fromkeys(FILES, VALUES | FILES),
    "settings": {"errors", "chance", "yamlfile"},
    **{family: VALUES | PORTS | {family} for family in FAMILIES},
    **dict.fromkeys(ENGINE, VALUES | PORTS | ENGINE),
    "cli": VALUES | PORTS | FILES | FAMILIES | ENGINE | {"cli"},
    "__main__": {"cli"},
}
SQL = ("SELECT ", "INSERT ", "PRAGMA ")


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def part(path: Path) -> str:
    """The top-level module or package a file belongs to."""
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The top-level parts of the package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("grimoire."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = (node.module or "").split(".")
            if names[0] == "grimoire":
                yield from [names[1]] if len(names) > 1 else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    found = {name for name in imported(path) if not name.startswith("_")}
    assert found <= ALLOWED[part(path)], f"{part(path)} may not import {found - ALLOWED[part(path)]}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints_and_only_the_ledger_speaks_sql(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert part(path) == "cli" or "print" not in calls
    assert part(path) == "ledger" or not [text for text in texts if text.lstrip().startswith(SQL)]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_settings_reads_the_environment(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & {"environ", "getenv"}
    assert part(path) == "settings" or not read


def test_every_part_of_the_package_has_its_layer() -> None:
    assert {part(path) for path in modules()} == set(ALLOWED)
