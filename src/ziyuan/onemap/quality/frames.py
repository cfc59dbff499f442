"""One delivered layer beside its model: columns as trimmed text or numbers, geometry parsed once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.lines import Lines
from ziyuan.onemap.quality.shapes import Given, Shapes
from ziyuan.onemap.quality.strips import Grain
from ziyuan.onemap.standards.model import Entity, Field, Model

GEOMETRY_COLUMN = "geometry"
_WHOLE = 2.0**53
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"


@dataclass(frozen=True)
class Numbers:
    """A column as doubles; `known` is False where it is empty or no number."""

    values: NDArray[np.float64]
    known: NDArray[np.bool_]


class Frame:
    """A layer under check. Column names are matched without regard to case (Shapefile writers differ)."""

    def __init__(self, model: Model, entity: Entity, delivered: LayerTable, like: Shapes | None = None,
                 given_rows: NDArray[np.int64] | None = None) -> None:  # fmt: skip
        """`like` is the geometry of another layer of the same check, whose plane and origin are taken over.

        `given_rows`: the delivery's rows (from 0) that these are, where only some are looked at.
        """
        self.model = model
        self.entity = entity
        self.delivered = delivered
        self._like = like
        self._given_rows = given_rows
        self.names: Mapping[str, str] = {
            name.upper(): name for name in delivered.table.column_names if name != GEOMETRY_COLUMN
        }
        self._texts: dict[str, pa.Array] = {}

    def __len__(self) -> int:
        return self.delivered.table.num_rows

    @property
    def name(self) -> str:
        """Layer name as in the model."""
        return self.entity.name

    def has(self, field: str) -> bool:
        """True when the delivery has this column."""
        return self._column(field) is not None

    def _column(self, field: str) -> str | None:
        """The delivered name of a column; formats that hold short names only have its beginning."""
        longest = self.delivered.carrier.name
        short = field.upper() if longest is None else field.upper()[:longest]
        return self.names.get(field.upper()) or self.names.get(short)

    def raw(self, field: str) -> pa.Array:
        """The column as delivered; all null when absent."""
        name = self._column(field)
        if name is None:
            return pa.nulls(len(self), pa.string())
        column = self.delivered.table.column(name)
        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else pa.nulls(0, column.type)
        return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array

    def text(self, field: str) -> pa.Array:
        """The column as trimmed text; what is blank is null."""
        if field not in self._texts:
            trimmed = pc.utf8_trim_whitespace(_as_text(self.raw(field)))
            self._texts[field] = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
        return self._texts[field]

    def numbers(self, field: str) -> Numbers:
        """The column as numbers."""
        array = self.raw(field)
        if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
            text = self.text(field)
            good = pc.match_substring_regex(text, _NUMBER)
            array = pc.if_else(good, text, pa.scalar(None, pa.string()))
        if not _castable(array.type):
            array = pa.nulls(len(self), pa.float64())
        floats = pc.cast(array, pa.float64(), safe=False)
        values = floats.to_numpy(zero_copy_only=False).astype(np.float64)
        return Numbers(values, np.isfinite(values))

    def empty(self, field: Field) -> NDArray[np.bool_]:
        """Rows without a value; a zero counts as none where the model says so."""
        if field.numeric:
            numbers = self.numbers(field.name)
            blank = pc.is_null(self.text(field.name)).to_numpy(zero_copy_only=False)
            return blank | (numbers.known & (numbers.values == 0)) if field.zero_is_empty else blank
        return pc.is_null(self.text(field.name)).to_numpy(zero_copy_only=False)

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """The key of each row, as text; None where it has none. The parts of a composite key are joined by `|`."""
        names = self.entity.key_fields
        if not names:
            return np.full(len(self), None, object)
        if len(names) == 1:
            return self.text(names[0]).to_numpy(zero_copy_only=False)
        parts = [pc.replace_substring(pc.replace_substring(self.text(n), "\\", "\\\\"), "|", "\\|") for n in names]
        return pc.binary_join_element_wise(*parts, "|").to_numpy(zero_copy_only=False)

    def key(self, row: int) -> str | None:
        """Key of one row (row counts from 0 here)."""
        return self.keys[row]

    def called(self, row: int) -> str:
        """How messages name a feature: its key, else its row number."""
        return self.keys[row] or f"第 {self.row_number(row)} 行"

    def partner(self, row: int) -> str:
        """How a finding names a feature among its partners: its key, else its row number in digits."""
        return self.keys[row] or str(self.row_number(row))

    def by_key(self, rows: Iterable[int] | NDArray[np.int64]) -> list[int]:
        """Rows in the order of their keys (whole numbers by size), then of the file."""
        return sorted((int(r) for r in rows), key=lambda r: (_key_order(self.key(r)), r))

    def row_number(self, row: int) -> int:
        """Row as the file counts it."""
        given = row if self._given_rows is None else int(self._given_rows[row])
        return given + self.delivered.first_row

    def only(self, rows: NDArray[np.bool_]) -> "Frame":
        """The layer with some of its rows."""
        delivered = replace(self.delivered, table=self.delivered.table.filter(pa.array(rows)))
        return Frame(self.model, self.entity, delivered, self.shapes, np.flatnonzero(rows))

    @cached_property
    def shapes(self) -> Shapes:
        """All geometry, parsed once."""
        if GEOMETRY_COLUMN not in self.delivered.table.column_names:
            wkb = pa.nulls(len(self), pa.binary())
        else:
            wkb = self.delivered.table.column(GEOMETRY_COLUMN)
        decimals = self.model.space.decimals
        return Shapes(Given(wkb), self.delivered.epsg, self.entity.geometry.kind, like=self._like, decimals=decimals)

    @cached_property
    def grain(self) -> Grain:
        """The thickness up to which a strip is rounding, after the model's resolution."""
        return Grain.of(self.model.space.resolution, self.shapes)

    @cached_property
    def edges(self) -> Edges:
        """Edges of the layer, matched."""
        return Edges.of(self.shapes)

    @cached_property
    def lines(self) -> Lines:
        """Segments of a line layer."""
        return Lines.of(self.shapes)

    @cached_property
    def part_tree(self) -> shapely.STRtree:
        """Index of the parts of a line layer."""
        return shapely.STRtree(self.lines.parts)

    @cached_property
    def second(self) -> Edges | None:
        """Edges of the second reading of a layer that had to be projected."""
        return None if self.shapes.second is None else Edges.of(self.shapes.second)

    @cached_property
    def straight(self) -> "Frame":
        """The layer as read where edges that are straight as delivered stay straight; itself, where they do anyway."""
        if self.shapes.second is None:
            return self
        made = Frame(self.model, self.entity, self.delivered, None, self._given_rows)
        made.__dict__["shapes"] = self.shapes.second
        return made

    def place(self, row: int) -> tuple[float, float] | None:
        """A point on the feature of one row, as delivered; None without geometry."""
        shape = self.shapes.given[row]
        if shape is None or shape.is_empty or self.shapes.infinite[row]:
            return None
        point = shapely.point_on_surface(shape)
        return (point.x, point.y) if not point.is_empty and np.isfinite([point.x, point.y]).all() else None


def _key_order(key: str | None) -> tuple[int, int, str]:
    """Whole numbers before texts, by size; rows without a key first."""
    if key is None:
        return (0, 0, "")
    digits = key.lstrip("0")
    return (1, len(digits), digits) if key.isascii() and key.isdigit() else (2, 0, key)


def _castable(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or \
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)  # fmt: skip


def _as_text(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_floating(kind):
        return _floats_as_text(array)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
        return pa.nulls(len(array), pa.string())
    return pc.cast(array, pa.string())


def _floats_as_text(array: pa.Array) -> pa.Array:
    """Whole numbers without a point, others with as many places as they have; what is no number is null."""
    finite = pc.fill_null(pc.is_finite(array), False)
    whole = pc.and_(pc.equal(array, pc.floor(array)), pc.less(pc.abs(array), _WHOLE))
    digits = pc.cast(pc.if_else(pc.and_(finite, whole), array, 0.0), pa.int64(), safe=False)
    text = pc.if_else(whole, pc.cast(digits, pa.string()), pc.cast(pc.cast(array, pa.float64()), pa.string()))
    return pc.if_else(finite, text, pa.scalar(None, pa.string()))
