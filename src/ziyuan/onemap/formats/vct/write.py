"""Writer of VCT 3.0: shared lines written once, GB18030, CRLF, four decimals, every section present."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.base import crs
from ziyuan.onemap.formats.vct.arcs import shared
from ziyuan.onemap.formats.vct.head import ARC, Column
from ziyuan.onemap.standards.vct_head import head_lines

_END = "\r\n"
_BLANK = "\u3000"  # an empty line would be passed over
_SECTIONS = ("Point", "Line", "Polygon", "Annotation")


@dataclass
class Content:
    """One layer to write. `kind`: Point, Line, Polygon, Annotation or None for a table without shapes.

    `columns` are text, ready to be written; `codes` the feature code of each row; `names` code → name.
    """

    table: str
    kind: str | None
    fields: Sequence[Column]
    columns: Sequence[pa.Array]
    shapes: NDArray[np.object_]
    codes: Sequence[str]
    names: dict[str, str]
    texts: Sequence[str] = ()
    angles: Sequence[float] = ()
    ids: list[int] = field(default_factory=list)


def write(out: BinaryIO, contents: Sequence[Content], system: crs.Crs, *, made: date, decimals: int) -> None:
    """Write a whole file. All layers are in `system`; coordinates are rounded to `decimals`."""
    composer = _Composer(contents, decimals)
    sections = {name: composer.section(name) for name in _SECTIONS}
    head = head_lines(system, made=made, corners=composer.box())
    text = [_wrapped("Head", head), _codes(contents, composer.has_arcs), _tables(contents)]
    for name in _SECTIONS:
        text.append(_wrapped(name, sections[name]))
    text.append(_wrapped("Attribute", [line for content in contents for line in _rows(content)]))
    for part in text:
        out.write(part.encode("gb18030"))


def _wrapped(name: str, lines: Iterable[str]) -> str:
    return _END.join([f"{name}Begin", *lines, f"{name}End", "", ""])


def _codes(contents: Sequence[Content], has_arcs: bool) -> str:
    lines = [f"{ARC},公共边,Line,GGX"] if has_arcs else []
    for content in contents:
        if content.kind:
            lines += [f"{code},{name},{content.kind},{content.table}" for code, name in content.names.items()]
    return _wrapped("FeatureCode", lines)


def _tables(contents: Sequence[Content]) -> str:
    lines: list[str] = []
    for content in contents:
        lines.append(f"{content.table},{len(content.fields)}" + ("" if content.kind else ",NoneGeometry"))
        for column in content.fields:
            sizes = [str(size) for size in (column.width, column.decimals) if size is not None]
            lines.append(",".join([column.name, column.kind, *sizes]))
        lines.append("0")
    return _wrapped("TableStructure", lines)


def _rows(content: Content) -> list[str]:
    columns = [pa.array([str(number) for number in content.ids], pa.string())] if content.kind else []
    columns += list(content.columns)
    if not columns:
        return []
    filled = [pc.fill_null(column, "") for column in columns]
    lines = filled[0] if len(filled) == 1 else pc.binary_join_element_wise(*filled, ",")
    return [content.table, *lines.to_pylist(), "TableEnd"]


class _Composer:
    """Numbers the objects of all layers and makes the lines of each section; lines come before polygons."""

    def __init__(self, contents: Sequence[Content], decimals: int) -> None:
        self.contents = contents
        self.decimals = decimals
        self.next = 1
        self.has_arcs = False
        self._arc_lines: list[str] = []
        self._polygon_lines: list[str] = []
        self._compose_polygons()

    def box(self) -> tuple[str, str]:
        """The lower left and the upper right corner as text."""
        every = [content.shapes for content in self.contents if content.kind and len(content.shapes)]
        bounds = shapely.total_bounds(np.concatenate(every)) if every else np.full(4, np.nan)
        if not np.isfinite(bounds).all():
            bounds = np.zeros(4)
        corners = self.texts(self.units(bounds.reshape(2, 2)))
        return corners[0], corners[1]

    def section(self, name: str) -> list[str]:
        """Lines of one section."""
        made = {"Line": list(self._arc_lines), "Polygon": self._polygon_lines}.get(name, [])
        for content in self.contents:
            if content.kind == name and name != "Polygon":
                made += {"Point": self._points, "Line": self._curves, "Annotation": self._annotations}[name](content)
        return made

    def units(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Coordinates as whole units of the last decimal."""
        return np.rint(xy * 10.0**self.decimals).astype(np.int64)

    def texts(self, units: NDArray[np.int64]) -> list[str]:
        """`X,Y` of each row, exactly as the whole units say."""
        one = 10**self.decimals
        sides = []
        for column in units.T:
            whole, rest = np.divmod(np.abs(column), one)
            digits = pc.utf8_slice_codeunits(pc.cast(pa.array(rest + one), pa.string()), 1)
            text = pc.binary_join_element_wise(pc.cast(pa.array(whole), pa.string()), digits, ".")
            sides.append(pc.if_else(pa.array(column < 0), pc.binary_join_element_wise("-", text, ""), text))
        return pc.binary_join_element_wise(*sides, ",").to_pylist()

    def _number(self, content: Content) -> None:
        content.ids = list(range(self.next, self.next + len(content.shapes)))
        self.next += len(content.shapes)

    def _compose_polygons(self) -> None:
        for content in self.contents:
            if content.kind != "Polygon":
                self._number(content)
        for content in self.contents:
            if content.kind == "Polygon":
                self._compose(content)

    def _compose(self, content: Content) -> None:
        parts, of = shapely.get_parts(content.shapes, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        units = self.units(shapely.get_coordinates(rings))
        size = shapely.get_num_coordinates(rings).astype(np.int64)
        arcs = shared(units, size)
        first_arc = self.next
        self.next += len(arcs.start)
        self._number(content)
        texts = self.texts(units)
        for at, (start, points) in enumerate(zip(arcs.start.tolist(), arcs.size.tolist(), strict=True), first_arc):
            self._arc_lines += [str(at), ARC, "unknown", "1", "1", "11", str(points), *texts[start : start + points], "0"]
        self.has_arcs |= len(arcs.start) > 0
        self._refer(content, arcs.ring, np.where(arcs.turned, -1, 1) * (arcs.arc + first_arc), of[ring_part])

    def _refer(self, content: Content, ring: NDArray[np.int64], signed: NDArray[np.int64], owner: NDArray[np.int64]) -> None:
        """The polygons' objects: label point, then the signed lines, rings split by 0, eight to a row."""
        label = shapely.point_on_surface(content.shapes)
        places = self.texts(self.units(np.nan_to_num(np.column_stack([shapely.get_x(label), shapely.get_y(label)]))))
        new_ring = np.r_[False, ring[1:] != ring[:-1]]
        ends = np.searchsorted(owner[ring], np.arange(len(content.shapes)), side="right")
        begin = 0
        for at, end in enumerate(ends.tolist()):
            if end == begin:
                continue  # a row without shape has no object
            entries: list[str] = []
            for value, split in zip(signed[begin:end].tolist(), new_ring[begin:end].tolist(), strict=True):
                if split and entries:
                    entries.append("0")
                entries.append(str(value))
            rows = [",".join(entries[i : i + 8]) for i in range(0, len(entries), 8)]
            self._polygon_lines += [str(content.ids[at]), content.codes[at], "unknown", "100", places[at], "21",
                                    str(len(entries)), *rows, "0"]  # fmt: skip
            begin = end

    def _points(self, content: Content) -> list[str]:
        lines: list[str] = []
        for at, text in self._places(content):
            lines += [str(content.ids[at]), content.codes[at], "unknown", "1", text, "0"]
        return lines

    def _annotations(self, content: Content) -> list[str]:
        lines: list[str] = []
        for at, text in self._places(content):
            lines += [str(content.ids[at]), content.codes[at], "unknown", "1", content.texts[at] or _BLANK,
                      f"{text},{content.angles[at]:.15g}", "0"]  # fmt: skip
        return lines

    def _places(self, content: Content) -> Iterable[tuple[int, str]]:
        xy, at = shapely.get_coordinates(content.shapes, return_index=True)
        return zip(at.tolist(), self.texts(self.units(xy)), strict=True)

    def _curves(self, content: Content) -> list[str]:
        parts, owner = shapely.get_parts(content.shapes, return_index=True)
        texts = self.texts(self.units(shapely.get_coordinates(parts)))
        size = shapely.get_num_coordinates(parts).tolist()
        lines: list[str] = []
        begin = previous = 0
        counts = np.bincount(owner, minlength=len(content.shapes)).tolist()
        for k, points in enumerate(size):
            at = int(owner[k])
            if k == 0 or at != previous:
                lines += [str(content.ids[at]), content.codes[at], "unknown", "1", str(counts[at])]
            lines += ["11", str(points), *texts[begin : begin + points]]
            if k + 1 == len(size) or owner[k + 1] != at:
                lines.append("0")
            begin, previous = begin + points, at
        return lines
