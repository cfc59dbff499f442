"""Shapes made fit for a format: kinds, heights, decimals, rows without geometry."""

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.convert.layer import KIND_TITLES, Layer
from ziyuan.onemap.formats.convert.told import CannotCarry, Loss
from ziyuan.onemap.formats.kinds import Format
from ziyuan.onemap.formats.systems import System

_SUFFIX = {"point": "_点", "line": "_线", "polygon": "_面"}


def split(layer: Layer, kind: Format, several: bool) -> list[Layer]:
    """One layer for each geometry kind where the format asks for that. Raises CannotCarry."""
    if layer.shapes is None or kind.carries.mixed:
        return [layer]
    kinds = layer.kinds
    found = [k for k in dict.fromkeys(kinds) if k not in ("none",)]
    if "mixed" in found:
        raise CannotCarry(layer.name, kind.title, "含有几何集合(点线面混在一个图形中)")
    if len(found) <= 1:
        return [layer]
    titles = "、".join(KIND_TITLES[k] for k in found)
    if not several:
        raise CannotCarry(layer.name, kind.title, f"同时含有{titles},一个文件只能装一种")
    first = found[0]
    return [layer.take((kinds == k) | ((kinds == "none") & (k == first)), layer.name + _SUFFIX[k]) for k in found]


def fitted(layer: Layer, kind: Format, losses: list[Loss]) -> Layer:
    """The layer with shapes that the format can hold; rows that it cannot are left out and told."""
    if layer.shapes is None:
        return layer
    carries, kinds = kind.carries, layer.kinds
    for row_kind in dict.fromkeys(kinds):
        if row_kind == "none" and not carries.shapeless:
            layer = _without(layer, "none", "没有图形的行未写出", losses)
        elif row_kind not in ("none", "mixed") and row_kind not in carries.shapes:
            layer = _without(layer, row_kind, f"只能装面,{KIND_TITLES[row_kind]}未写出", losses)
    assert layer.shapes is not None  # noqa: S101
    if not carries.multipoint and (shapely.get_type_id(layer.shapes) == 4).any():
        raise CannotCarry(layer.name, kind.title, "含有多点")
    if not carries.three_d:
        layer = _flat(layer, losses)
    return layer


def _without(layer: Layer, kind: str, why: str, losses: list[Loss]) -> Layer:
    out = layer.kinds == kind
    if not out.any():
        return layer
    losses.append(Loss("row", layer.name, None, int(out.sum()), why, int(layer.rows[out][0])))
    return layer.take(~out)


def _flat(layer: Layer, losses: list[Loss]) -> Layer:
    high = shapely.has_z(layer.shapes)
    if not high.any():
        return layer
    losses.append(Loss("z", layer.name, None, int(high.sum()), "高程(Z)不能保留", int(layer.rows[high][0])))
    return _with(layer, shapely.force_2d(layer.shapes))


def _with(layer: Layer, shapes: NDArray[np.object_]) -> Layer:
    return Layer(layer.name, layer.table, shapes, layer.system, layer.declared, layer.names, layer.rows)


def rounded(layer: Layer, decimals: int, losses: list[Loss]) -> Layer:
    """Coordinates at `decimals`; what changes is counted with the largest shift."""
    if layer.shapes is None:
        return layer
    xy = shapely.get_coordinates(layer.shapes)
    new = np.round(xy, decimals)
    if np.array_equal(xy, new):
        return layer
    owner = shapely.get_coordinates(layer.shapes, return_index=True)[1]
    moved = np.unique(owner[(xy != new).any(axis=1)])
    shapes = shapely.transform(layer.shapes, lambda a: np.round(a, decimals))
    far = float(np.abs(xy - new).max())
    losses.append(Loss("coordinate", layer.name, None, len(moved), f"坐标取 {decimals} 位小数,最大移动 {far:.3g}",
                       int(layer.rows[moved[0]])))  # fmt: skip
    return _with(layer, shapes)


def checked_system(layer: Layer, kind: Format, losses: list[Loss]) -> System | None:
    """The system that is written. Raises CannotCarry where the format knows only CGCS2000 and the layer is of another."""
    system = layer.system
    if layer.shapes is None or system is None:
        return None
    if kind.carries.crs == "none":
        losses.append(Loss("crs", layer.name, None, layer.table.num_rows, "坐标系不能写入文件,读取时须另行指明",
                           None, system.text[:60], ""))  # fmt: skip
        return None
    if kind.carries.crs == "cgcs2000" and system.ours is None:
        raise CannotCarry(layer.name, kind.title, f"坐标系是“{system.title}”,该格式只用 CGCS2000 三度带或经纬度")
    return system
