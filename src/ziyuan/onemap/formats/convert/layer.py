"""A layer on its way from one format to another: attributes and parsed shapes, guarded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats import crs_guard
from ziyuan.onemap.formats.convert.told import CurvesFound
from ziyuan.onemap.formats.opening import Opened
from ziyuan.onemap.formats.systems import System, system_of

KINDS = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "mixed"}
_LAST_STRAIGHT = 7
KIND_TITLES = {"point": "点", "line": "线", "polygon": "面", "mixed": "混合", "none": "无图形"}


@dataclass(frozen=True)
class Layer:
    """`table` holds the attributes only; `shapes` is None for a table without geometry.

    `names` maps a field's name to what the source calls it; `rows` the number of each row in the source.
    """

    name: str
    table: pa.Table
    shapes: NDArray[np.object_] | None
    system: System | None
    declared: dict[str, tuple[str, int | None, int | None]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def kinds(self) -> NDArray[np.object_]:
        """For each row point, line, polygon, mixed or none."""
        if self.shapes is None:
            return np.full(self.table.num_rows, "none", object)
        return np.array([KINDS.get(int(k), "none") for k in shapely.get_type_id(self.shapes)], object)

    def take(self, chosen: NDArray[np.bool_], name: str | None = None) -> "Layer":
        """The layer of some rows."""
        return replace(self, name=name or self.name, table=self.table.filter(pa.array(chosen)),
                       shapes=None if self.shapes is None else self.shapes[chosen], rows=self.rows[chosen])  # fmt: skip


def of_opened(one: Opened, chosen: int | None, *, needs_system: bool) -> Layer:
    """The layer with its coordinate system judged. Raises what the guards raise, CurvesFound."""
    shapes, system = None, None
    table = one.table
    if "geometry" in table.column_names:
        wkb = table.column("geometry")
        shapes = _parsed(one.name, wkb.to_numpy(zero_copy_only=False))
        system = guarded(one, chosen, wkb, needs_system=needs_system)
        table = table.drop_columns(["geometry"])
    return Layer(one.name, table, shapes, system, dict(one.raw.declared), {n: n for n in table.column_names},
                 np.arange(1, table.num_rows + 1))  # fmt: skip


def _parsed(name: str, wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    shapes = np.asarray(shapely.from_wkb(wkb.astype(object), on_invalid="ignore"), object)
    unread = np.array([value is not None and shape is None for value, shape in zip(wkb, shapes, strict=True)], bool)
    lost = np.flatnonzero(unread | (shapely.get_type_id(shapes) > _LAST_STRAIGHT))
    if len(lost):
        raise CurvesFound(name, int(lost[0]) + 1, len(lost))
    return shapes


def guarded(one: Opened, chosen: int | None, wkb: pa.ChunkedArray, *, needs_system: bool) -> System | None:
    """The system of a layer: declared or named by the submitter, held against digits and names; else asked."""
    seen = crs_guard.look(wkb)
    if chosen is None and not one.crs:
        if needs_system and seen is not None:
            crs_guard.ask(one.name, seen)
        return None
    system = system_of(f"EPSG:{chosen}" if chosen is not None else str(one.crs), where=f"图层 {one.name} ")
    if system.ours is not None and seen is not None:
        crs_guard.compare_digits(one.name, system.ours, seen)
        crs_guard.compare_names(one.name, system.ours, (one.file, one.name))
    return system


def decimals_needed(shapes: Sequence[shapely.Geometry] | NDArray[np.object_], least: int, most: int) -> int:
    """Fewest decimals between `least` and `most` that write every coordinate exactly; `most` when none does."""
    xy = shapely.get_coordinates(shapes)
    for decimals in range(least, most):
        if np.array_equal(np.round(xy, decimals), xy):
            return decimals
    return most


def plain_name(name: str) -> str:
    """A name that can be a file name on any system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(" .") or "layer"
