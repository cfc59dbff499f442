"""Ceilings on size: a file fits a few screens, a function one. Prints what is over; exit code 1 when anything is."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES = 400
FUNCTION_LINES = 50
MEDIAN_LINES = 12
PYTHON = ("src", "tests", "tools", "bench")
WEB = ("web/src", "web/dev")


def python_files() -> list[Path]:
    """Every Python file of ours; migrations are made by machine."""
    found = [path for part in PYTHON for path in (ROOT / part).rglob("*.py")]
    return sorted(
        path for path in found if "migrations" not in path.parts and "node_modules" not in path.parts
    )


def web_files() -> list[Path]:
    found = [path for part in WEB for kind in ("*.ts", "*.vue") for path in (ROOT / part).rglob(kind)]
    return sorted(path for path in found if "generated" not in path.parts)


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """(name, first line, number of lines) of each function, decorators not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def faults() -> list[str]:
    """One line per file or function over its ceiling."""
    lines, sizes = [], []
    for path in [*python_files(), *web_files()]:
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > FILE_LINES:
            lines.append(f"{path.relative_to(ROOT)}: {count} 行,上限 {FILE_LINES}")
    for path in python_files():
        for name, line, count in functions(path):
            if path.is_relative_to(ROOT / "src"):
                sizes.append(count)
            if count > FUNCTION_LINES:
                lines.append(f"{path.relative_to(ROOT)}:{line}: 函数 {name} {count} 行,上限 {FUNCTION_LINES}")
    if sizes and statistics.median(sizes) >= MEDIAN_LINES:
        lines.append(f"src: 函数行数的中位数为 {statistics.median(sizes)},应小于 {MEDIAN_LINES}")
    return lines


if __name__ == "__main__":
    found = faults()
    print("\n".join(found))
    sys.exit(1 if found else 0)
