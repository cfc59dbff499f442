"""Rules about each shape by itself: kind, emptiness, validity, parts, size, short edges, angles."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.areas import of as area_of
from ziyuan.onemap.quality.collector import LISTED, make
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.strips import ground_area, holds_circle
from ziyuan.onemap.standards.model import Rule

_KIND_TITLES = {"point": "点", "line": "线", "polygon": "面"}
_REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "孔洞在外环之外",
    "Holes are nested": "孔洞互相嵌套",
    "Nested shells": "部件互相嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
    "Invalid Coordinate": "坐标不是有限数",
    "Ring is not closed": "环不闭合",
}
_REASON = re.compile(r"^(?P<what>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]")


def kind(rule: Rule, frame: Frame, context: Context) -> None:
    """Point, line or polygon, as the model says."""
    shapes = frame.shapes
    wanted = _KIND_TITLES.get(shapes.kind, shapes.kind)
    context.collector.rows(
        rule, frame, np.flatnonzero(shapes.wrong_kind),
        lambda r: f"图形类型是 {shapes.given[r].geom_type}，应为{wanted}。",
        value=lambda r: shapes.given[r].geom_type, expected=lambda _: wanted,
    )  # fmt: skip


def empty(rule: Rule, frame: Frame, context: Context) -> None:
    """A geometry in every row."""
    context.collector.rows(rule, frame, np.flatnonzero(frame.shapes.missing), lambda _: "没有图形。")


def valid(rule: Rule, frame: Frame, context: Context) -> None:
    """OGC validity, located at the crossing; coordinates that are no finite number too."""
    shapes = frame.shapes
    broken = shapes.rows[~shapes.valid]
    places = np.flatnonzero(~shapes.valid)
    found = {int(row): _located(frame, int(row), int(place)) for row, place in zip(broken, places, strict=True)}
    rows = np.union1d(broken, np.flatnonzero(shapes.infinite))

    def extra(row: int) -> dict[str, Any]:
        _, point = found.get(row, ("", None))
        if point is None:
            return {}
        return {"x": point[0], "y": point[1], "geometry": shapely.Point(point)}

    context.collector.rows(
        rule, frame, rows, lambda r: f"图形无效：{found.get(r, ('坐标不是有限数', None))[0]}。", extra=extra
    )


def _located(frame: Frame, row: int, place: int) -> tuple[str, tuple[float, float] | None]:
    """What is wrong and where, in delivered coordinates."""
    shapes = frame.shapes
    if shapely.is_valid(shapes.units[place]):
        return _reason(shapes.given[row])
    what, point = _reason(shapes.units[place])
    if point is None:
        return what, None
    x, y = shapes.delivered(np.array(point))[0]
    return what, (float(x), float(y))


def _reason(shape: shapely.Geometry) -> tuple[str, tuple[float, float] | None]:
    text = shapely.is_valid_reason(shape)
    match = _REASON.match(text)
    if not match:
        return _REASONS.get(text, text), None
    what = match["what"].strip()
    return _REASONS.get(what, what), (float(match["x"]), float(match["y"]))


def repeated(rule: Rule, frame: Frame, context: Context) -> None:
    """Consecutive vertices at one place."""
    index, batch = frame.edges.index, frame.edges.batch
    places = np.flatnonzero(index.count == 0)
    _points(rule, frame, context, index.geometry[places], batch.coords[places], "有重复节点")


def _points(rule: Rule, frame: Frame, context: Context, owner: NDArray[np.int64], xy: NDArray[np.int64],
            words: str) -> None:  # fmt: skip
    """One finding a shape, at its first place."""
    shapes = frame.shapes
    who, first, counts = np.unique(owner, return_index=True, return_counts=True)
    at = dict(zip(shapes.rows[who].tolist(), first.tolist(), strict=True))
    times = dict(zip(shapes.rows[who].tolist(), counts.tolist(), strict=True))

    def extra(row: int) -> dict[str, Any]:
        x, y = shapes.delivered(xy[at[row]] - np.array(shapes.origin))[0]
        return {"x": float(x), "y": float(y), "measure": float(times[row]), "unit": "count",
                "geometry": shapely.Point(x, y)}  # fmt: skip

    context.collector.rows(
        rule, frame, sorted(at), lambda r: f"{words} {times[r]} 处。", extra=extra
    )


def single(rule: Rule, frame: Frame, context: Context) -> None:
    """One part."""
    shapes = frame.shapes
    parts = shapely.get_num_geometries(shapes.units)
    counts = dict(zip(shapes.rows.tolist(), parts.tolist(), strict=True))
    context.collector.rows(
        rule, frame, shapes.rows[parts > 1], lambda r: f"图形由 {counts[r]} 个部件组成。",
        extra=lambda r: {"measure": float(counts[r]), "unit": "count"},
    )  # fmt: skip


def no_hole(rule: Rule, frame: Frame, context: Context) -> None:
    """No interior ring; each hole is a finding."""
    batch, shapes = frame.shapes.batch, frame.shapes
    rings = np.flatnonzero(batch.is_hole & (batch.doubled_ring_areas != 0))
    shown = []
    for ring in rings[:LISTED].tolist():
        corners = batch.coords[batch.ring_offsets[ring] : batch.ring_offsets[ring + 1]] - np.array(shapes.origin)
        hole = shapely.make_valid(shapely.Polygon(corners.astype(np.float64)))
        row, shape = int(shapes.rows[batch.ring_geometry[ring]]), shapes.deliver(hole)
        point, area = shapely.point_on_surface(shape), ground_area(hole, shapes, frame.model.space.area)
        shown.append(make(rule, f"有孔洞，面积 {area:.4f} 平方米。", key=frame.key(row), row=frame.row_number(row),
                          x=point.x, y=point.y, measure=round(area, 8), unit="m2", geometry=shape))  # fmt: skip
    context.collector.note(rule, len(rings), shown)


_EXACT = 2.0
"""Units by which a width may miss its limit and still be as wide: rounding on both sides."""


def sliver(rule: Rule, frame: Frame, context: Context) -> None:
    """Area below the limit, or no circle of the least width fits in."""
    shapes = frame.shapes
    areas = shapes.areas
    least_area, least_width = float(rule.params.get("min_area", 0)), float(rule.params.get("min_width", 0))
    around = shapely.length(shapes.units) / shapes.scale
    mean = np.divide(2 * areas, around, out=np.zeros_like(areas), where=around > 0)
    real = shapes.valid & (areas > 0)
    narrow = np.flatnonzero(real & (mean < least_width))  # the widest circle is never narrower than the mean
    narrow = narrow[~holds_circle(shapes.units[narrow], least_width * shapes.scale - _EXACT)]
    small = set(np.flatnonzero(real & (areas < least_area)).tolist()) | set(narrow.tolist())
    index = {int(shapes.rows[place]): place for place in small}
    limits = [f"面积不小于 {least_area:g} 平方米"] * bool(least_area) + [f"宽不小于 {least_width:g} 米"] * bool(least_width)
    context.collector.rows(
        rule, frame, sorted(index),
        lambda r: f"碎片面：面积 {areas[index[r]]:.4f} 平方米，平均宽 {mean[index[r]]:.4f} 米。",
        extra=lambda r: {"measure": round(float(areas[index[r]]), 8), "unit": "m2", "geometry": shapes.given[r]},
        expected=lambda _: "，".join(limits),
    )  # fmt: skip


def short_edge(rule: Rule, frame: Frame, context: Context) -> None:
    """An edge between two vertices shorter than the limit; an edge shared by two features is one finding."""
    edges, shapes = frame.edges, frame.shapes
    limit = rule.params["min_length"]
    places = np.flatnonzero((edges.index.count > 0) & (edges.lengths < limit))
    keys = edges.index.key[places]
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    shown = []
    for number, place in enumerate(places[first[:LISTED]]):
        owners = frame.by_key(shapes.rows[np.unique(edges.index.geometry[places[group == number]])])
        shown.append(_short(rule, frame, int(place), owners, limit))
    context.collector.note(rule, len(first), shown)


def _short(rule: Rule, frame: Frame, place: int, owners: list[int], limit: float) -> Any:
    edges = frame.edges
    line = frame.shapes.deliver(edges.lines(np.array([place]))[0])
    middle = line.interpolate(0.5, normalized=True)
    length, row = float(edges.lengths[place]), owners[0]
    return make(
        rule, f"边长 {length:.4f} 米，短于 {limit:g} 米。", key=frame.key(row), row=frame.row_number(row),
        x=middle.x, y=middle.y, measure=round(length, 6), unit="m",
        partners=tuple(frame.partner(r) for r in owners[1:]), geometry=line,
    )  # fmt: skip


def min_area(rule: Rule, frame: Frame, context: Context) -> None:
    """Smallest area on the ground, one limit or by class of a code."""
    shapes = frame.shapes
    areas = area_of(frame, context)
    measured = shapes.areas if areas is None or np.isnan(areas).all() else areas
    limits = _limits(rule, frame)[shapes.rows]
    with np.errstate(invalid="ignore"):
        small = (measured < limits) & shapes.valid
    index = dict(zip(shapes.rows.tolist(), range(len(measured)), strict=True))

    def message(row: int) -> str:
        by = rule.params.get("by")
        code = f"{by} {frame.text(by)[row]}，" if by else ""
        return f"{code}面积 {measured[index[row]]:.2f} 平方米，小于最小面积 {limits[index[row]]:g} 平方米。"

    context.collector.rows(
        rule, frame, shapes.rows[small], message,
        extra=lambda r: {"measure": round(float(measured[index[r]]), 2), "unit": "m2", "geometry": shapes.given[r]},
        expected=lambda r: f"{limits[index[r]]:g}",
    )  # fmt: skip


def _limits(rule: Rule, frame: Frame) -> NDArray[np.float64]:
    """Limit of each row; 0 where the class of the row is unknown."""
    if "m2" in rule.params:
        return np.full(len(frame), float(rule.params["m2"]))
    by = frame.entity.fields[rule.params["by"]]
    table = frame.model.domain(by)
    rows = table.rows if table else ()
    each = [limit_of(code.code, code.extra, table, rule.params["limits"]) for code in rows]
    place = pc.index_in(frame.text(by.name), pa.array([code.code for code in rows], pa.string()))
    limits = pc.take(pa.array(each, pa.float64()), place)
    return pc.fill_null(limits, 0.0).to_numpy(zero_copy_only=False)


def limit_of(code: str, extra: dict[str, str], table: Any, limits: list[dict[str, Any]]) -> float:
    """Smallest area of a code: the first limit whose codes and columns fit; 0 where none does."""
    for limit in limits:
        by_code = "codes" not in limit or any(table.under(code, head) for head in limit["codes"])
        by_class = all(extra.get(k) == v for k, v in limit.items() if k not in ("codes", "m2"))
        if by_code and by_class:
            return float(limit["m2"])
    return 0.0


def min_angle(rule: Rule, frame: Frame, context: Context) -> None:
    """Angle between two consecutive edges below the limit in degrees."""
    edges, batch = frame.edges, frame.edges.batch
    following = edges.index.following
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    here = batch.coords.astype(np.float64)
    back, ahead = here[before] - here, here[following] - here
    sizes = np.hypot(back[:, 0], back[:, 1]) * np.hypot(ahead[:, 0], ahead[:, 1])
    cosine = np.divide((back * ahead).sum(axis=1), sizes, out=np.zeros(len(here)), where=sizes > 0)
    sharp = np.flatnonzero(cosine > np.cos(np.radians(rule.params["deg"])))
    _points(rule, frame, context, edges.index.geometry[sharp], batch.coords[sharp], f"角度小于 {rule.params['deg']}° 的尖锐角")
