"""A pack is text and pure functions: no view, route, serializer or page, and rules free of Django."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.fault import Fault

WEB = (
    "ninja",
    "rest_framework",
    "django.urls",
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.views",
)
WEB_FILES = ("views", "urls", "serializers", "api", "admin", "forms")


def check(pack: kernel.Pack) -> Iterator[Fault]:
    """Every Python file of the pack, and its pages."""
    for path in sorted(pack.folder.rglob("*.py")):
        file = str(path.relative_to(pack.folder))
        if path.stem in WEB_FILES:
            yield Fault(pack.id, file, "", "业务包不含网页代码", "请删去;页面由平台按事项文本生成")
        for line, name in imports(path):
            if name.startswith(WEB):
                yield Fault(pack.id, file, f"第 {line} 行", f"业务包不得引用 {name}", "页面和接口由平台提供")
            elif path.stem == "rules" and name.split(".")[0] == "django":
                yield Fault(pack.id, file, f"第 {line} 行", f"rules.py 应为纯函数,不得引用 {name}")
    for path in sorted(pack.folder.rglob("*.html")):
        yield Fault(
            pack.id,
            str(path.relative_to(pack.folder)),
            "",
            "业务包不含网页模板",
            "文书模板放在 results/(typst)",
        )


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import of a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
