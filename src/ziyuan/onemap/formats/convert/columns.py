"""Attribute columns made fit for a format: type by type, text by its limits. Each loss is counted, rows by rows."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ziyuan.onemap.formats.convert.told import Loss
from ziyuan.onemap.formats.kinds import Carries, Type

TITLES: dict[Type, str] = {"text": "文本", "integer": "整数", "number": "数值", "date": "日期", "datetime": "日期时间",
                           "boolean": "真假", "binary": "二进制"}  # fmt: skip
_INT32 = 2**31


def type_of(kind: pa.DataType) -> Type:
    """The word of the table of formats for an Arrow type; anything unusual counts as text."""
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "datetime"
    return "binary" if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else "text"


@dataclass
class Fit:
    """Makes the columns of one layer fit; collects losses and notes."""

    layer: str
    carries: Carries
    rows: NDArray[np.int64]
    encoding: str = "gb18030"
    forbidden: tuple[tuple[str, str, str], ...] = ()  # (pattern, replacement, why), of text
    losses: list[Loss] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def column(self, name: str, column: pa.ChunkedArray) -> pa.Array | None:
        """The column as the format can hold it; None when it cannot at all."""
        array = _whole(column)
        kind = type_of(array.type)
        target = self._target(kind)
        if target is None:
            self._drop(name, array, f"不能装{TITLES[kind]}字段,整列未写出")
            return None
        if target != kind:
            self.notes.append(f"图层 {self.layer} 的字段 {name} 由{TITLES[kind]}写为{TITLES[target]},值不变。")
        array = _cast(array, kind, target)
        return self._text(name, array) if target == "text" else array

    def lose_all(self, name: str, column: pa.ChunkedArray, why: str) -> None:
        """A column that is left out; nothing is said of one without values."""
        self._drop(name, _whole(column), why)

    def _target(self, kind: Type) -> Type | None:
        if kind in self.carries.types:
            return kind
        for other in {"boolean": ("integer", "text"), "datetime": ("text",), "date": ("datetime", "text"),
                      "integer": ("number", "text"), "number": ("text",)}.get(kind, ()):  # fmt: skip
            if other in self.carries.types:
                return other
        return None

    def _drop(self, name: str, array: pa.Array, why: str) -> None:
        known = len(array) - array.null_count
        if known:
            self._lose("field", name, array, pa.nulls(len(array), array.type), why)

    def _text(self, name: str, array: pa.Array) -> pa.Array:
        limits = self.carries
        for pattern, by, why in self.forbidden:
            array = self._changed("text", name, array, pc.replace_substring_regex(array, pattern, by), why)
        if not limits.edge_blanks:
            array = self._changed("text", name, array, pc.utf8_trim_whitespace(array), "首尾空格不能保留")
        if not limits.empty_text:
            empty = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
            array = self._changed("empty", name, array, empty, "空串与空值不分,写为空值")
        if limits.text is not None:
            unit = "字节" if limits.text_in_bytes else "个字符"
            cut = _cut(array, limits.text, self.encoding if limits.text_in_bytes else "")
            array = self._changed("text", name, array, cut, f"超过 {limits.text} {unit},已截断")
        return array

    def _changed(self, kind: str, name: str, old: pa.Array, new: pa.Array, why: str) -> pa.Array:
        if not old.equals(new):
            self._lose(kind, name, old, new, why)
        return new

    def _lose(self, kind: str, name: str, old: pa.Array, new: pa.Array, why: str) -> None:
        self.losses.append(loss_of(kind, self.layer, name, old, new, why, self.rows))


def loss_of(kind: str, layer: str, name: str, old: pa.Array, new: pa.Array, why: str, rows: NDArray[np.int64]) -> Loss:
    """A loss with the number of rows changed, the first of them, and how many different values there were and are."""
    same = pc.fill_null(pc.equal(old, new), False)
    both_empty = pc.and_(pc.is_null(old), pc.is_null(new))
    changed = np.flatnonzero(~pc.or_(same, both_empty).to_numpy(zero_copy_only=False))
    at = int(changed[0]) if len(changed) else 0
    shown = [None if v is None else str(v)[:200] for v in (old[at].as_py(), new[at].as_py())]
    return Loss(kind, layer, name, len(changed), why, int(rows[at]), shown[0], shown[1],
                pc.count_distinct(old).as_py(), pc.count_distinct(new).as_py())  # fmt: skip


def _whole(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.nulls(0, column.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string())
    return array


def _cast(array: pa.Array, kind: Type, target: Type) -> pa.Array:
    plain: dict[Type, Callable[[], pa.Array]] = {
        "text": lambda: _as_text(array), "integer": lambda: _integers(array), "number": lambda: array.cast(pa.float64()),
        "date": lambda: array.cast(pa.date32()), "boolean": lambda: array,
        "datetime": lambda: array.cast(pa.timestamp("ms", array.type.tz if pa.types.is_timestamp(array.type) else None)),
    }  # fmt: skip
    return plain[target]() if target in plain else array


def _integers(array: pa.Array) -> pa.Array:
    """32 bits where they are enough: older programs read no longer ones."""
    if pa.types.is_boolean(array.type):
        return array.cast(pa.int32())
    wide = array.cast(pa.int64())
    ends = pc.min_max(wide).as_py()
    small = ends["min"] is None or (ends["min"] >= -_INT32 and ends["max"] < _INT32)
    return wide.cast(pa.int32()) if small and pa.types.is_integer(array.type) and array.type.bit_width <= 32 else wide


def _as_text(array: pa.Array) -> pa.Array:
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_floating(array.type):
        return pa.array([None if v is None else number_text(v) for v in array.to_pylist()], pa.string())
    if pa.types.is_timestamp(array.type):
        return pa.array([None if v is None else v.isoformat() for v in array.to_pylist()], pa.string())
    if pa.types.is_nested(array.type):
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())
    return array.cast(pa.string())


def number_text(value: float) -> str:
    """The shortest text that gives the same double; whole numbers without a point."""
    if value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return repr(value)


def _cut(array: pa.Array, most: int, encoding: str) -> pa.Array:
    """Text cut at a character's end, so that it is at most `most` characters (or bytes of `encoding`) long."""
    long = pc.fill_null(pc.greater(pc.binary_length(array), most), False)  # UTF-8 is the longest of the three
    if not pc.any(long).as_py():
        return array
    if not encoding:
        return pc.utf8_slice_codeunits(array, 0, most)
    coded = array.dictionary_encode()
    values = [None if v is None else _cut_one(v, most, encoding) for v in coded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(values, pa.string())).dictionary_decode()


def _cut_one(value: str, most: int, encoding: str) -> str:
    return value.encode(encoding, "replace")[:most].decode(encoding, "ignore")
