"""Two tables of one layer compared feature by feature, under what its standard declares to be no change.

Features meet by key; those left over on both sides meet again by the second choices of `same_thing` (such as
`geometry+DLBM`) and are renumbered, not deleted and new. Whole columns at a time; values are only read where the
delivered ones differ.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.differences.columns import differing
from ziyuan.onemap.differences.keys import joined
from ziyuan.onemap.differences.no_change import NoChange
from ziyuan.onemap.differences.shapes import Shapes, same
from ziyuan.onemap.differences.values import typed
from ziyuan.onemap.standards.model import Entity, Field, Model

Kind = Literal["insert", "update", "delete", "renumber"]
KINDS: tuple[Kind, ...] = ("insert", "update", "delete", "renumber")
GEOMETRY = "geometry"
_JOIN = "\x1f"


@dataclass(frozen=True)
class Change:
    """One feature's change; rows count from 0 in their tables, None where the side has none."""

    change: Kind
    key: str | None
    old_key: str | None
    fields: tuple[str, ...]
    geometry: bool
    old_row: int | None
    new_row: int | None

    def to_json(self, layer: str) -> dict[str, Any]:
        """The line of `ziyuan map diff`."""
        return {
            "change": self.change, "layer": layer, "key": self.key, "old_key": self.old_key,
            "fields": list(self.fields), "geometry": self.geometry,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two tables: attributes and a WKB column `geometry` in `epsg`."""

    table: pa.Table
    epsg: int

    @cached_property
    def names(self) -> dict[str, str]:
        """The table's columns by upper-case name."""
        return {name.upper(): name for name in self.table.column_names}

    def column(self, name: str) -> pa.ChunkedArray | None:
        """The column of a field, in any case of letters; also under the ten letters a Shapefile leaves of it."""
        found = self.names.get(name.upper()) or self.names.get(name.upper()[:10])
        return None if found is None else self.table.column(found)


@dataclass(frozen=True, eq=False)
class Difference:
    """All changes of a layer in key order, and how many features stand unchanged."""

    changes: tuple[Change, ...]
    unchanged: int
    old: int
    new: int

    @property
    def summary(self) -> dict[str, int]:
        counts: dict[str, int] = dict.fromkeys(KINDS, 0)
        for change in self.changes:
            counts[change.change] += 1
        return counts | {"unchanged": self.unchanged, "old": self.old, "new": self.new}


def compare(model: Model, entity: Entity, old: Side, new: Side) -> Difference:
    """What changed from the old to the new table of an entity. Raises NoChangeWord."""
    return _Comparison(model, entity, old, new).result()


class _Comparison:
    """One run: pairs by key, what differs within them, pairs by second choice among the rest."""

    def __init__(self, model: Model, entity: Entity, old: Side, new: Side) -> None:
        self.rules = NoChange.of(model, entity)
        self.entity, self.old, self.new = entity, old, new
        self.keys = keys_of(entity)
        self.fields = [f for n, f in entity.fields.items() if n not in self.rules.ignored]
        self.shaped = entity.geometry.kind != "none" and all(s.column(GEOMETRY) is not None for s in (old, new))
        self.old_keys, self.new_keys = self._keys(old), self._keys(new)

    def _keys(self, side: Side) -> pa.Array:
        return key_column(side, [self.entity.fields.get(name) or Field(name, name, "text") for name in self.keys])

    def result(self) -> Difference:
        old_rows, new_rows = match(self.old_keys, self.new_keys)
        found = list(self._pairs(old_rows, new_rows))
        gone = _rest(old_rows, self.old.table.num_rows)
        come = _rest(new_rows, self.new.table.num_rows)
        renamed_old, renamed_new = self._second_choices(gone, come)
        found += self._pairs(renamed_old, renamed_new, renumbered=True)
        found += [self._one("delete", row, None) for row in _without(gone, renamed_old)]
        found += [self._one("insert", None, row) for row in _without(come, renamed_new)]
        same_rows = len(old_rows) + len(renamed_old) - sum(c.old_row is not None and c.new_row is not None for c in found)
        found.sort(key=lambda c: (c.key or "", c.old_key or ""))
        return Difference(tuple(found), same_rows, self.old.table.num_rows, self.new.table.num_rows)

    def _pairs(self, old_rows: np.ndarray, new_rows: np.ndarray, *, renumbered: bool = False) -> Iterator[Change]:
        """The pairs that differ; of renumbered ones those whose key really is another."""
        if not len(old_rows):
            return
        unlike = {f.name: self._unlike(f, old_rows, new_rows) for f in self.fields if f.name not in self.keys}
        moved = ~self._same_shapes(old_rows, new_rows)
        changed = np.logical_or.reduce([moved, *unlike.values()])
        for place in np.flatnonzero(changed | renumbered).tolist():
            old_row, new_row = int(old_rows[place]), int(new_rows[place])
            key, old_key = self.new_keys[new_row].as_py(), self.old_keys[old_row].as_py()
            if key == old_key and not changed[place]:
                continue
            fields = tuple(name for name, mask in unlike.items() if mask[place])
            yield Change(
                "update" if key == old_key else "renumber", key, old_key if key != old_key else None, fields,
                bool(moved[place]), old_row, new_row,
            )  # fmt: skip

    def _unlike(self, field: Field, old_rows: np.ndarray, new_rows: np.ndarray) -> np.ndarray:
        sides = self.old.column(field.name), self.new.column(field.name)
        return differing(field, *sides, old_rows, new_rows, trimmed=self.rules.trimmed)

    def _same_shapes(self, old_rows: np.ndarray, new_rows: np.ndarray) -> np.ndarray:
        if not self.shaped:
            return np.ones(len(old_rows), dtype=bool)
        return same(self._shapes(self.old, old_rows), self._shapes(self.new, new_rows))

    def _shapes(self, side: Side, rows: np.ndarray) -> Shapes:
        column = side.column(GEOMETRY)
        assert column is not None  # noqa: S101  `shaped` says so
        return Shapes.read(column.take(pa.array(rows)), self.rules, side.epsg, self.old.epsg)

    def _second_choices(self, gone: np.ndarray, come: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows that are one thing under two keys, one choice of `same_thing` after the other, in key order."""
        olds: list[int] = []
        news: list[int] = []
        for parts in second_choices(self.entity, [f.name for f in self.fields], self.shaped):
            left, right = _without(gone, olds), _without(come, news)
            if not len(left) or not len(right):
                break
            waiting: dict[Any, list[int]] = defaultdict(list)
            for mark, row in reversed(self._marks(self.old, self.old_keys, left, parts)):
                waiting[mark].append(row)
            for mark, row in self._marks(self.new, self.new_keys, right, parts):
                if waiting.get(mark):
                    olds.append(waiting[mark].pop())
                    news.append(row)
        return np.array(olds, dtype=np.int64), np.array(news, dtype=np.int64)

    def _marks(self, side: Side, keys: pa.Array, rows: np.ndarray, parts: Sequence[str]) -> list[tuple[Any, int]]:
        """What a choice says of each row, in key order; rows of which it says nothing are left out."""
        columns: list[list[Any]] = []
        for name in parts:
            if name == GEOMETRY:
                columns.append(self._shapes(side, rows).marks())
            else:
                column, field = side.column(name), self.entity.fields.get(name) or Field(name, name, "text")
                chosen = pa.nulls(len(rows)) if column is None else column.take(pa.array(rows))
                columns.append(typed(chosen, field).array.to_pylist())
        told = [(mark, int(row)) for mark, row in zip(zip(*columns, strict=True), rows, strict=True) if any(mark)]
        return sorted(told, key=lambda t: (keys[t[1]].as_py() or "", t[1]))

    def _one(self, kind: Kind, old_row: int | None, new_row: int | None) -> Change:
        key = self.new_keys[new_row] if new_row is not None else self.old_keys[old_row]
        return Change(kind, key.as_py(), None, (), False, old_row, new_row)


def keys_of(entity: Entity) -> tuple[str, ...]:
    """The fields that name a feature; none where the entity has no key."""
    return entity.key_fields or ((entity.key,) if entity.key else ())


def second_choices(entity: Entity, fields: Sequence[str], shaped: bool) -> list[tuple[str, ...]]:
    """Further ways of `same_thing`; where none is declared, a feature is the same when all but its key is."""
    keys = keys_of(entity)
    ways = [tuple(part.strip() for part in way.split("+")) for way in entity.same_thing]
    ways = [way for way in ways if way != keys]
    if ways:
        return [way for way in ways if shaped or GEOMETRY not in way]
    rest = tuple(name for name in fields if name not in keys)
    return [(*((GEOMETRY,) if shaped else ()), *rest)] if shaped or rest else []


def key_column(side: Side, fields: Sequence[Field]) -> pa.Array:
    """Keys as text, as `standards.keys.key_of` writes them; empty where a part is."""
    parts = []
    for field in fields:
        column = side.column(field.name)
        found = pa.nulls(side.table.num_rows, pa.string()) if column is None else typed(column, field).array
        parts.append(found)
    return joined(parts) if parts else pa.nulls(side.table.num_rows, pa.string())


def match(old: pa.Array, new: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of both sides with one key; a key met several times is paired in order of rows."""
    old_ids, new_ids = _numbered(old), _numbered(new)
    place = pc.index_in(old_ids, value_set=new_ids)
    met = np.flatnonzero(pc.and_(pc.is_valid(place), pc.is_valid(old_ids)).to_numpy(zero_copy_only=False))
    return met, place.take(pa.array(met)).to_numpy(zero_copy_only=False).astype(np.int64)


def _numbered(keys: pa.Array) -> pa.Array:
    """Keys made unique: the second occurrence of a key carries its number."""
    packed = keys.dictionary_encode()
    if len(packed.dictionary) == len(keys) - keys.null_count:
        return keys
    codes = packed.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    turn = np.empty(len(codes), dtype=np.int64)
    turn[order] = np.arange(len(codes)) - np.repeat(starts, np.diff(np.r_[starts, len(codes)]))
    marks = pc.if_else(pa.array(turn > 0), pa.array(np.char.add(_JOIN, turn.astype(str))), "")
    return pc.binary_join_element_wise(keys, marks, "")


def _rest(taken: np.ndarray, total: int) -> np.ndarray:
    left = np.ones(total, dtype=bool)
    left[taken] = False
    return np.flatnonzero(left)


def _without(rows: np.ndarray, taken: Any) -> np.ndarray:
    return np.setdiff1d(rows, np.asarray(taken, dtype=np.int64), assume_unique=True)
