"""Reader of CSV: encoding judged as a whole, separator from the header line, every value kept as text."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ziyuan.base.sandbox.answer import LINE, ReadLayer
from ziyuan.onemap.formats.tables.errors import TableBroken
from ziyuan.onemap.formats.tables.layer import headed, layer
from ziyuan.onemap.formats.text_file import text_of

_SEPARATORS = ",;\t|"
csv.field_size_limit(1 << 27)


def read(path: str, options: dict[str, Any]) -> Iterator[ReadLayer]:
    """The one layer of a CSV file, named like the file. Options: `encoding`, `xy`, `name`."""
    file = Path(path)
    text, encoding = text_of(file.read_bytes(), options.get("encoding"), "CSV")
    names, rows, lines = _parsed(text)
    columns: list[list[str | None]] = [[value if value != "" else None for value in column] for column in zip(*rows, strict=True)]
    table = pa.table({name: pa.array(column, pa.string()) for name, column in
                      zip(names, columns or [[] for _ in names], strict=True)})  # fmt: skip
    if LINE not in names:
        table = table.append_column(LINE, pa.array(lines, pa.int64()))
    yield layer(options.get("name") or file.stem, "CSV", table, options, encoding=encoding, notes=[])


def _parsed(text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Names of the header, rows, and the line (from 1) on which each row begins."""
    whole, first = text, text.lstrip("\r\n").split("\n", 1)[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        text, separator = text.lstrip("\r\n").split("\n", 1)[1], first[4]
    else:
        counts = Counter(c for c in first if c in _SEPARATORS)
        separator = counts.most_common(1)[0][0] if counts else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    skipped, begin = whole.count("\n") - text.count("\n"), 1
    try:
        for row in reader:
            line, begin = begin, reader.line_num + 1
            if not row:
                continue
            if not names:
                names = headed("CSV", row)
                continue
            if len(row) != len(names):
                raise TableBroken("CSV", f"有 {len(row)} 个值,列名有 {len(names)} 个", reader.line_num)
            rows.append(row)
            lines.append(line + skipped)
    except csv.Error as problem:
        raise TableBroken("CSV", f"引号或换行不成对({_why(problem)})", reader.line_num) from problem
    if not names:
        raise TableBroken("CSV", "是空的")
    return names, rows, lines


def _why(problem: csv.Error) -> str:
    text = str(problem)
    if "expected after" in text:
        return "引号之后还有字符"
    return "到文件末尾引号未关闭" if "end of data" in text else "字段过长" if "limit" in text else "结构错误"
