"""Writes docs/reference/errors.md from every error class in src; `--check` only says whether it is up to date.

Codes are read from the source text, so nothing is imported. Exit code 1: a code is used twice, has the
wrong form, or the page is stale.
"""

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "errors.md"
CODE = re.compile(r"ZY-[A-Z]{2,4}-\d{3}|ZY-0000")
HEAD = """# 错误编号

由 `tools/errors_reference.py` 从源程序生成,请勿手改。编号一经给出不再改变;〈〉中是出错时填入的值。

| 编号 | 提示 | 处理办法 | HTTP | 类 |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Error:
    """One error class as the page shows it."""

    code: str
    name: str
    bases: tuple[str, ...]
    message: str
    remedy: str | None
    status: int | None
    where: str


def read(path: Path) -> list[Error]:
    """The classes of one file that carry a code of their own."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            told = dict(_assignments(node))
            if isinstance(code := told.get("code"), str) and code.startswith("ZY-"):
                bases = tuple(ast.unparse(base).split(".")[-1] for base in node.bases)
                remedy, status = told.get("remedy"), told.get("status")
                found.append(
                    Error(
                        code,
                        node.name,
                        bases,
                        _message(node) or _first_line(node),
                        remedy if isinstance(remedy, str) else None,
                        status if isinstance(status, int) else None,
                        str(path.relative_to(ROOT)),
                    )
                )
    return found


def _assignments(node: ast.ClassDef) -> list[tuple[str, object]]:
    """Class attributes that are plain constants."""
    pairs = []
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            pairs.append((item.targets[0].id, _text(item.value)))
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None:
            pairs.append((item.target.id, _text(item.value)))
    return pairs


def _message(node: ast.ClassDef) -> str:
    """The sentence handed to `super().__init__`, with its values in 〈〉."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__" and call.args:
            text = _text(call.args[0])
            return text if isinstance(text, str) else ""
    return ""


def _text(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"〈{_short(part)}〉"
            for part in node.values
        )
    return None


def _short(part: ast.expr) -> str:
    text = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ast.unparse(part)
    name = re.match(r"[\w.]+", text)
    return name[0] if name else "…"


def _first_line(node: ast.ClassDef) -> str:
    return (ast.get_docstring(node) or "").split("\n")[0]


def collect() -> list[Error]:
    found = [error for path in sorted((ROOT / "src").rglob("*.py")) for error in read(path)]
    return sorted(found, key=lambda error: error.code)


def faults(errors: list[Error]) -> list[str]:
    """Codes of a wrong form, and codes given out twice."""
    lines = [f"{e.where}: {e.name} 的编号 {e.code} 不合规则" for e in errors if not CODE.fullmatch(e.code)]
    first: dict[str, Error] = {}
    for error in errors:
        if (other := first.setdefault(error.code, error)) is not error:
            lines.append(f"编号 {error.code} 用了两次:{other.where} {other.name},{error.where} {error.name}")
    return lines


def page(errors: list[Error]) -> str:
    """The whole page; status and remedy come from the base class where a class gives none."""
    by_name = {error.name: error for error in errors}
    statuses = {"UserError": 422, "ZiyuanError": 500}

    def status(error: Error) -> int:
        if error.status is not None:
            return error.status
        known = [statuses.get(b) or (status(by_name[b]) if b in by_name else 0) for b in error.bases]
        return next((s for s in known if s), 500)

    rows = [
        f"| {e.code} | {_cell(e.message)} | {_cell(e.remedy or '见提示')} | {status(e)} | `{e.name}` |"
        for e in errors
    ]
    return HEAD + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main(arguments: list[str]) -> int:
    errors = collect()
    lines = faults(errors)
    text = page(errors)
    if "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            lines.append("docs/reference/errors.md 与源程序不一致,请运行 python tools/errors_reference.py")
    else:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
