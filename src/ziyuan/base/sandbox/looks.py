"""Looking over text formats inside the child, so that what is wrong or changed is said: GDAL does so only sometimes."""

import json
import mmap
import re
import xml.parsers.expat
from typing import Any

_CURVE = re.compile(rb"\n[ \t]*0[ \t]*\r?\n[ \t]*(ARC|CIRCLE|ELLIPSE|SPLINE)[ \t]*\r?\n")
_CURVE_TITLES = {b"ARC": "圆弧", b"CIRCLE": "圆", b"ELLIPSE": "椭圆", b"SPLINE": "样条"}


def look_over(path: str, driver: str) -> None:
    """Raise ValueError with the line for XML that is not well formed or declares entities (they can multiply)."""
    if driver not in ("GML", "LIBKML"):
        return
    parser = xml.parsers.expat.ParserCreate()
    parser.EntityDeclHandler = _no_entities
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except xml.parsers.expat.ExpatError as bad:
        raise ValueError(f"第 {bad.lineno} 行第 {bad.offset + 1} 列 XML 结构错误") from bad


def _no_entities(*_declared: Any) -> None:
    raise ValueError("文件含有实体声明(DOCTYPE),为防攻击未读取")


def explained(path: str, driver: str, problem: Exception) -> Exception:
    """The problem with its line where the driver tells none: GeoJSON is parsed once more to find the place."""
    if driver != "GeoJSON":
        return problem
    try:
        with open(path, encoding="utf-8-sig") as file:
            told = json.load(file)
    except json.JSONDecodeError as bad:
        return ValueError(f"第 {bad.lineno} 行第 {bad.colno} 列 JSON 结构错误")
    except (UnicodeDecodeError, RecursionError) as bad:
        return ValueError("不是 UTF-8 编码" if isinstance(bad, UnicodeDecodeError) else "嵌套过深")
    if not isinstance(told, dict) or "type" not in told:
        return ValueError("是 JSON,但不是 GeoJSON(没有 type)")
    return problem


def curves_told(path: str, driver: str) -> list[str]:
    """Which curves of a DXF come as chords: GDAL draws them so without a word."""
    if driver != "DXF":
        return []
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        found = [match[1] for match in _CURVE.finditer(text)]
    counts = [f"{title} {found.count(word)} 个" for word, title in _CURVE_TITLES.items() if word in found]
    return [f"曲线按折线读取({'、'.join(counts)}),不是原来的形状。"] if counts else []
