"""What the pages of docs/reference share."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "ziyuan"


def cell(text: str) -> str:
    """Text that fits into a table cell."""
    return " ".join(text.replace("|", "\\|").split())


@cache
def trees() -> dict[Path, ast.Module]:
    """Every source file, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function or method of one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] in names:
            yield node


def where(path: Path) -> str:
    """A source file as a page names it."""
    return str(path.relative_to(SOURCE))
