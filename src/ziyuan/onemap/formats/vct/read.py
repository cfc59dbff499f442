"""Reader of VCT 3.0 (GB/T 17798-2007), as `../facts` of the trade describe it; runs in the sandbox's child.

Order of reading: head, codes, table structures, objects, attributes. Lines are put together to polygons after all
objects are known; rows are joined to objects by number. What stops is a located error, what is passed over a note.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from ziyuan.base.errors import UserError
from ziyuan.base.sandbox.answer import LINE, ReadLayer
from ziyuan.onemap.formats.vct.attributes import Rows, no_rows, read_attributes
from ziyuan.onemap.formats.vct.encoding import encoding_of
from ziyuan.onemap.formats.vct.errors import CodeUnknown, NotVct, NumberTwice
from ziyuan.onemap.formats.vct.head import ARC, Code, Head, Table, read_codes, read_head, read_tables
from ziyuan.onemap.formats.vct.lines import Lines, mark_of
from ziyuan.onemap.formats.vct.objects import Objects, Sections
from ziyuan.onemap.formats.vct.shapes import Shaped, annotations, curves, points, polygons

_PASSED_OVER = {"solid": "体", "aggregation": "聚合", "topology": "拓扑", "style": "图形表现", "styletable": "图形表现"}
TEXT, ANGLE = "ZJNR", "ZJFX"  # names of the annotation table of the trade


def read(path: str, options: dict[str, Any]) -> Iterator[ReadLayer]:
    """The layers of a VCT file, one for each attribute table. Options: `encoding`, the submitter's own answer."""
    file = _File(Path(path), options.get("encoding"))
    yield from file.layers()


class _File:
    def __init__(self, path: Path, chosen: str | None) -> None:
        self.encoding = encoding_of(path, chosen)
        self.codes: dict[str, Code] = {}
        self.tables: dict[str, Table] = {}
        self.rows: dict[str, Rows] = {}
        self.notes: list[str] = []
        self.has_attributes = False
        with open(path, "rb", buffering=1 << 20) as file:
            self.lines = Lines(file)
            self.head = self._head()
            self.sections = Sections(self.lines, self.head)
            self._read_sections()
            self.shaped = self._shapes()
            if not self.has_attributes and not any(self._table_of(c) for part in self.shaped for c in set(part.codes)):
                raise self._cut_off()
            self.lines_of = {name: self._lines(rows) for name, rows in self.rows.items()}

    def _head(self) -> Head:
        if mark_of(self.lines.peek()) != ("head", True):
            raise NotVct(f"第一行应为 HeadBegin,读到的是“{self.lines.peek()[:40].decode(self.encoding, 'replace')}”")
        self.lines.next()
        return read_head(self.lines, self.encoding)

    def _read_sections(self) -> None:
        open_section = "head"
        while line := self.lines.next():
            mark = mark_of(line)
            if mark is None:
                raise self.lines.misplaced("某一节的开始(如 PointBegin)", line)
            open_section = mark[0] if mark[1] else ""
            if mark[1]:
                self.lines.section = f"{mark[0]} 节"
                self._read_section(mark[0])
                self.has_attributes |= mark[0] == "attribute"
        if open_section and not self.has_attributes:
            raise self._cut_off()

    def _cut_off(self) -> UserError:
        return self.lines.misplaced("AttributeBegin(属性一节),文件可能不完整", b"")

    def _read_section(self, name: str) -> None:
        lines = self.lines
        if name == "featurecode":
            self.codes |= read_codes(lines, self.head)
        elif name == "tablestructure":
            self.tables |= read_tables(lines, self.head)
        elif name == "attribute":
            self.rows |= read_attributes(lines, self.head, self.tables)
        elif name in ("point", "line", "polygon", "annotation"):
            getattr(self.sections, f"read_{name}s")()
        else:
            self._pass_over(name)

    def _pass_over(self, name: str) -> None:
        passed = 0
        while not self.lines.at_mark():
            passed += bool(self.lines.next())
        if passed:
            self.notes.append(f"{_PASSED_OVER.get(name, name)}一节({passed} 行)未读入。")

    def _shapes(self) -> list[Shaped]:
        if not self.codes:
            raise NotVct("缺少 FeatureCode 一节")
        _check_numbers(self.sections)
        parts = [points(self.sections), curves(self.sections, self.lines), polygons(self.sections),
                 annotations(self.sections, self.encoding)]  # fmt: skip
        kinds = ((self.sections.points, "点"), (self.sections.curves, "线"), (self.sections.polygons, "面"),
                 (self.sections.annotations, "注记"))  # fmt: skip
        for objects, title in kinds:
            self._check_codes(objects, title)
        self._check_box(parts)
        return parts

    def _check_codes(self, objects: Objects, title: str) -> None:
        known = {code.encode(self.encoding) for code in self.codes} | {ARC.encode()}
        unknown = [at for at, code in enumerate(objects.codes) if code not in known]
        if unknown:
            at = unknown[0]
            raise CodeUnknown(title, objects.ids[at], objects.codes[at].decode(self.encoding, "replace"), len(unknown) - 1)

    def _check_box(self, parts: list[Shaped]) -> None:
        box = self.head.box()
        shapes = np.concatenate([part.shapes for part in parts])
        if box is None or not len(shapes):
            return
        west, south, east, north = shapely.total_bounds(shapes)
        if west < box[0] - 1e-3 or south < box[1] - 1e-3 or east > box[2] + 1e-3 or north > box[3] + 1e-3:
            self.notes.append("图形超出文件头 ExtentMin、ExtentMax 所写的范围。")

    def _lines(self, rows: Rows) -> pa.Array:
        """Line of each row as an editor counts."""
        count = len(rows.ids) if rows.ids is not None else len(next(iter(rows.columns.values()), ()))
        return pa.array(self.lines.physicals(rows.first, count))

    def layers(self) -> Iterator[ReadLayer]:
        """A layer for each attribute table that has rows or objects; in an empty file each table is one."""
        system, _ = self.head.system()
        self._tell_bare_lines()
        by_table: dict[str, list[tuple[Shaped, NDArray[np.int64]]]] = {}
        for part in self.shaped:
            tables = np.array([self._table_of(code) for code in part.codes], object)
            for name in dict.fromkeys(tables[tables != ""]):
                by_table.setdefault(name, []).append((part, np.flatnonzero(tables == name)))
        if not by_table and not self.rows:
            self.rows = {name: no_rows(self.lines, self.head, table) for name, table in self.tables.items()}
        for name in dict.fromkeys([*self.tables, *by_table]):
            if name in by_table or name in self.rows:
                yield self._layer(name, by_table.get(name, []), system)

    def _tell_bare_lines(self) -> None:
        counts = Counter(self.sections.curves.codes)
        for text, code in self.codes.items():
            bare = counts.get(text.encode(self.encoding), 0)
            if text != ARC and bare and not self._table_of(text.encode(self.encoding)):
                self.notes.append(f"要素代码 {text}({code.name})的 {bare} 条线没有属性表,只作面的边界,未列为图层。")

    def _table_of(self, code: bytes) -> str:
        """Table in upper case; empty for lines that only bound polygons (shared ones have no attribute table)."""
        text = code.decode(self.encoding)
        found = self.codes.get(text)
        if text == ARC or found is None or (found.kind == "Line" and found.table.upper() not in self.tables):
            return ""
        return found.table.upper()

    def _layer(self, name: str, chosen: list[tuple[Shaped, NDArray[np.int64]]], system: str | None) -> ReadLayer:
        table = self.tables.get(name)
        rows = self.rows.get(name) or Rows(table or Table(name, []), pa.chunked_array([], pa.int64()), {})
        title = table.name if table else next((c.table for c in self.codes.values() if c.table.upper() == name), name)
        notes = [*self.notes, *rows.notes]
        self.notes = []
        joined = _join(rows, chosen, self.encoding, notes, title, self.lines_of.pop(name, pa.array([], pa.int64())))
        declared: dict[str, list[Any]] = {c.name: [c.kind, c.width, c.decimals] for c in rows.table.columns}
        return ReadLayer(title, joined.schema, joined.to_batches(max_chunksize=65_536), system,
                         None if rows.ids is None else "Unknown", declared, notes, self.encoding)  # fmt: skip


def _check_numbers(sections: Sections) -> None:
    every = (sections.points, sections.curves, sections.polygons, sections.annotations)
    numbers = np.concatenate([np.array(objects.ids, np.int64) for objects in every])
    ordered = np.sort(numbers)
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(twice):
        raise NumberTwice("", int(ordered[twice[0]]), len(twice) - 1)


def _join(rows: Rows, chosen: list[tuple[Shaped, NDArray[np.int64]]], encoding: str, notes: list[str],
          title: str, lines: pa.Array) -> pa.Table:  # fmt: skip
    """Rows in file order with their shapes and lines, then the objects that have no row."""
    if rows.ids is None:
        return pa.table({**rows.columns, LINE: lines}) if rows.columns else pa.table(rows.columns)
    numbers = np.concatenate([part.numbers[at] for part, at in chosen] or [np.empty(0, np.int64)])
    shapes = np.concatenate([part.shapes[at] for part, at in chosen] or [np.empty(0, object)])
    codes = [part.codes[i] for part, at in chosen for i in at]
    row_numbers = rows.ids.to_numpy()
    order = np.argsort(numbers, kind="stable")
    place = np.searchsorted(numbers[order], row_numbers)
    place[place == len(numbers)] = 0
    has_shape = numbers[order][place] == row_numbers if len(numbers) else np.zeros(len(row_numbers), bool)
    at = np.where(has_shape, order[place] if len(numbers) else -1, -1)
    alone = np.setdiff1d(np.arange(len(numbers)), at)
    _tell(notes, title, int((~has_shape).sum()), len(alone))
    every = np.r_[at, alone].astype(np.int64)
    columns = {name: _longer(column, len(alone)) for name, column in rows.columns.items()}
    if "YSDM" not in {name.upper() for name in columns} and not rows.columns:
        columns["YSDM"] = pa.array([codes[i].decode(encoding) if i >= 0 else None for i in every], pa.string())
    columns |= _texts(chosen, every, columns)
    wkb = shapely.to_wkb(shapes)
    columns["geometry"] = pa.array([wkb[i] if i >= 0 else None for i in every], pa.binary())
    columns[LINE] = pa.concat_arrays([lines, pa.nulls(len(alone), pa.int64())])
    return pa.table(columns)


def _tell(notes: list[str], title: str, rows: int, objects: int) -> None:
    if rows:
        notes.append(f"属性表 {title} 有 {rows} 行没有对应的图形对象。")
    if objects:
        notes.append(f"图层 {title} 有 {objects} 个对象没有属性行。")


def _longer(column: pa.ChunkedArray, by: int) -> pa.ChunkedArray:
    return pa.chunked_array([*column.chunks, pa.nulls(by, column.type)], column.type) if by else column


def _texts(chosen: list[tuple[Shaped, NDArray[np.int64]]], every: NDArray[np.int64], columns: dict[str, Any]) -> dict[str, Any]:
    """Text and angle of annotations, where the table has no column of that name."""
    if not any(part.texts is not None for part, _ in chosen):
        return {}
    texts: list[str | None] = [None if part.texts is None else part.texts[i] for part, at in chosen for i in at]
    angles: list[float | None] = [None if part.angles is None else float(part.angles[i]) for part, at in chosen for i in at]
    made = {TEXT: pa.array([texts[i] if i >= 0 else None for i in every], pa.string()),
            ANGLE: pa.array([angles[i] if i >= 0 else None for i in every], pa.float64())}  # fmt: skip
    return {name: column for name, column in made.items() if name not in columns}


