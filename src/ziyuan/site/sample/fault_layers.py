"""Faults between rows and between layers: copies, patches inside patches, wrong villages, sums that do not close."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import shapely
from shapely.geometry import Polygon, box

from ziyuan.site.sample.fault_regions import plant_line_rings
from ziyuan.site.sample.fault_rows import pick
from ziyuan.site.sample.fault_shapes import AREA_TOLERANCE, middle, shifted
from ziyuan.site.sample.twin import Layer, Row, Twin, on_grid, ring_of

XY = tuple[float, float]
Sums = dict[str, int]


def plant_between(twin: Twin) -> None:
    """All of this module; sums are looked at last, when every other fault stands."""
    _line_overlaps(twin)
    _copies(twin)
    plant_line_rings(twin)
    _villages(twin)
    _balances(twin)
    _columns(twin)


def plant_borders(twin: Twin) -> None:
    """Villages and towns that overlap or leave a gap, by some millimetres."""
    for name, size in (("CJDCQ", 0.004), ("XZQ", 0.006)):
        layer = twin.layers[name]
        for outward in (True, False):
            _move_border(twin, layer, size, outward=outward)


def _move_border(twin: Twin, layer: Layer, size: float, *, outward: bool) -> None:
    found = _border_vertex(twin, layer, size if outward else -size)
    if found is None:
        return
    row, shape, moved = found
    layer.shapes[row] = moved
    hit = shapely.symmetric_difference(shape, moved)
    place, size = middle(hit), round(hit.area, 4)
    rule = f"{layer.name}-T1" if outward else "CJDCQ-T2"
    if layer.name == "XZQ" and not outward:
        rule, villages = "X-02", twin.layers["CJDCQ"]
        twin.plant(rule, "CJDCQ", _under(villages, place), place=place, measure=size)
    else:
        twin.plant(rule, layer.name, row, place=place, measure=size)
    change = abs(twin.area(moved) - twin.area(shape))
    if change > AREA_TOLERANCE:
        twin.plant(f"{layer.name}-JSMJ-derived", layer.name, row, measure=round(change, 2), effect_of=rule)
    if rule == "CJDCQ-T2":
        twin.plant(
            "X-01", "DLTB", _under(twin.layers["DLTB"], place), place=place, measure=size, effect_of=rule
        )


def _under(layer: Layer, place: XY) -> int:
    """The row whose shape lies under a place."""
    return next(k for k, s in enumerate(layer.shapes) if s is not None and s.intersects(shapely.Point(place)))


def _border_vertex(twin: Twin, layer: Layer, step: float) -> tuple[int, Polygon, Polygon] | None:
    """A region before and after one of its vertices, shared with one other region, has moved by `step` m outward."""
    tree = shapely.STRtree(layer.shapes)
    patches = shapely.STRtree([s or Polygon() for s in twin.layers["DLTB"].shapes])
    while True:
        row = pick(twin, layer)
        if row is None:
            return None
        shape = layer.shapes[row]
        if not isinstance(shape, Polygon):
            continue
        ring = ring_of(shape)
        for vertex in range(2, len(ring) - 2):
            near = tree.query(shapely.Point(ring[vertex]), predicate="intersects")
            side = [
                tree.query(shapely.Point(ring[k]), predicate="intersects") for k in (vertex - 1, vertex + 1)
            ]
            inner = len(near) == 2 and all(set(near) <= set(s) for s in side)
            inner = inner and len(patches.query(shapely.Point(ring[vertex]), predicate="intersects")) == 2
            if inner and not any(int(n) in layer.taken for n in near if n != row):
                moved = shifted(shape, vertex, step)
                if moved is not None:
                    layer.taken |= {int(n) for n in near}
                    return row, shape, moved


def _copies(twin: Twin) -> None:
    """A patch delivered twice, a patch inside another, a row without shape; the same for the other layers."""
    layer = twin.layers["DLTB"]
    _copy(twin, layer, "DLTB-T3")
    row = pick(twin, layer, lambda r: str(r["DLBM"]).startswith("03"))
    if row is not None:
        _inside(twin, layer, row, "DLTB-T4")
    row = pick(twin, layer, lambda r: str(r["DLBM"]).startswith("03"))
    if row is not None:
        new = layer.append(
            row, None, BSM=twin.new_key("DLTB"), TBBH=str(8000 + len(layer.rows)), TBMJ=700.0, TBDLMJ=700.0
        )
        twin.plant("DLTB-geometry-empty", "DLTB", new)
    for name in ("YJJBNTTB", "STBHHX", "CZKFBJ"):
        if name in twin.layers:
            lines = twin.layers[name]
            row = pick(twin, lines)
            if row is None and name == "CZKFBJ":
                row = 1  # only its side is used so far
            if row is not None:
                _inside(twin, lines, row, f"{name}-T4")
            _copy(twin, lines, f"{name}-T3", row)


def _copy(twin: Twin, layer: Layer, rule: str, but: int | None = None) -> None:
    row = like = pick(twin, layer)
    if row is None:
        row = next((k for k in range(2) if k != but and layer.name == "CZKFBJ"), None)
    if row is None:
        return
    number = {"TBBH": str(8000 + len(layer.rows))} if layer.name == "DLTB" else {}
    new = layer.append(like, layer.shapes[row], BSM=twin.new_key(layer.name), **number)
    shape = layer.shapes[row]
    twin.plant(rule, layer.name, new, measure=round(shape.area, 4) if shape is not None else None)


def _inside(twin: Twin, layer: Layer, row: int, rule: str) -> None:
    shape = layer.shapes[row]
    point = shapely.point_on_surface(shape)
    room = 0.4 * point.distance(shapely.boundary(shape))
    x, y = on_grid(point.x, point.y)
    small = box(x, y, *on_grid(x + room, y + room))
    values: dict[str, Any] = {"BSM": twin.new_key(layer.name)}
    if layer.name == "DLTB":
        area = twin.area(small)
        values |= {"TBBH": str(8000 + len(layer.rows)), "TBMJ": area, "TBDLMJ": area, "DLBM": "0702", "DLMC": "农村宅基地",
                   "ZZSXDM": None, "ZZSXMC": None, "TBXHDM": None, "TBXHMC": None, "CZCSXM": "203"}  # fmt: skip
    new = layer.append(row, small, **values)
    twin.plant(rule, layer.name, new, measure=round(small.area, 4))


def _line_overlaps(twin: Twin) -> None:
    """Control lines that run into one another and into themselves, by 4 mm and more."""
    for name, other, rule, depth in (
        ("YJJBNTTB", "STBHHX", "L-01", 0.005), ("YJJBNTTB", "CZKFBJ", "L-02", 0.5), ("STBHHX", "CZKFBJ", "L-03", 0.05),
        ("YJJBNTTB", "YJJBNTTB", "YJJBNTTB-T1", 0.004), ("STBHHX", "STBHHX", "STBHHX-T1", 0.01),
        ("CZKFBJ", "CZKFBJ", "CZKFBJ-T1", 0.02),
    ):  # fmt: skip
        if name in twin.layers and other in twin.layers:
            _strip_over(twin, twin.layers[name], twin.layers[other], rule, depth)


def _strip_over(twin: Twin, layer: Layer, other: Layer, rule: str, depth: float) -> None:
    """A new small row of `layer` that reaches `depth` over a side of a row of `other`."""
    for row in _widest_first(other):
        shape = max(shapely.get_parts(other.shapes[row]), key=lambda p: p.area)
        side = _free_side(twin, shape, ring_of(shape))
        if side is None:
            continue
        strip = _strip(*side, depth)
        hit = strip.intersection(shape)
        other.taken.add(row)
        new = layer.append(None, strip, BSM=twin.new_key(layer.name))
        twin.plant(rule, layer.name, new, place=middle(hit), measure=round(hit.area, 4))
        return


def _widest_first(layer: Layer) -> list[int]:
    """Rows by the box they fill, free ones before those that hold a fault; a few are enough."""
    width = [0.0 if s is None else float(shapely.box(*s.bounds).area) for s in layer.shapes]
    return sorted(range(len(width)), key=lambda k: (k in layer.taken, -width[k]))[:20]


def _strip(a: XY, b: XY, out: XY, depth: float) -> Polygon:
    """A rectangle along the middle of the side a–b, from `depth` inside to 1.5 m outside."""
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    half = (0.2 * (b[0] - a[0]), 0.2 * (b[1] - a[1]))
    corners = [
        (x + way * half[0] + reach * out[0], y + way * half[1] + reach * out[1])
        for way, reach in ((-1, -depth), (1, -depth), (1, 1.5), (-1, 1.5))
    ]
    return Polygon([on_grid(*corner) for corner in corners])


def _free_side(twin: Twin, shape: Polygon, ring: list[XY]) -> tuple[XY, XY, XY] | None:
    """A longer side with nothing of the control lines within 2 m outside it; its ends and the way out."""
    lines = [
        s
        for n in ("YJJBNTTB", "STBHHX", "CZKFBJ")
        if n in twin.layers
        for s in twin.layers[n].shapes
        if s is not None
    ]
    tree = shapely.STRtree(lines)
    order = sorted(
        range(len(ring)),
        key=lambda k: -shapely.Point(ring[k]).distance(shapely.Point(ring[(k + 1) % len(ring)])),
    )
    for side in order:
        a, b = ring[side], ring[(side + 1) % len(ring)]
        length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
        normal = ((b[1] - a[1]) / length, (a[0] - b[0]) / length)
        x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        if shape.contains(shapely.Point(x + 0.2 * normal[0], y + 0.2 * normal[1])):
            normal = (-normal[0], -normal[1])
        probe = shapely.LineString([
            (x + 0.01 * normal[0], y + 0.01 * normal[1]), (x + 2 * normal[0], y + 2 * normal[1]),
        ]).buffer(0.25 * length, cap_style="flat")  # fmt: skip
        if not len(tree.query(probe, predicate="intersects")):
            return a, b, normal
    return None


def _villages(twin: Twin) -> None:
    """Patches and villages under codes that do not exist, a patch under its neighbour village."""
    patches, villages = twin.layers["DLTB"], twin.layers["CJDCQ"]
    row = pick(twin, patches)
    if row is not None:
        code = patches.rows[row]["ZLDWDM"]
        patches.rows[row]["ZLDWDM"] = f"{code[:9]}997{code[12:]}"
        twin.plant("X-03", "DLTB", row)
        twin.plant("X-05", "DLTB", row, effect_of="X-03")
    row = pick(twin, patches)
    if row is not None:
        code = patches.rows[row]["ZLDWDM"]
        others = [r["ZLDWDM"] for r in villages.rows if r["ZLDWDM"][:9] == code[:9] and r["ZLDWDM"] != code]
        patches.rows[row]["ZLDWDM"] = others[0]
        patches.rows[row]["TBBH"] = str(8000 + row)
        twin.plant("X-05", "DLTB", row)
    row = pick(twin, villages)
    if row is not None:
        old = villages.rows[row]["ZLDWDM"]
        new = f"{old[:6]}998{old[9:]}"
        villages.rows[row]["ZLDWDM"] = new
        for values in patches.rows:
            if values["ZLDWDM"] == old:
                values["ZLDWDM"] = new
        twin.plant("X-04", "CJDCQ", row)


def _balances(twin: Twin) -> None:
    """Sums that do not close: planted, then those that other faults bring about."""
    patches, villages, towns = (twin.layers[n] for n in ("DLTB", "CJDCQ", "XZQ"))
    _shift_area(twin, villages, "B-02", (1.0, -1.0))
    _shift_area(twin, villages, "B-02", (0.01,))
    # B-01, the county's sum, is listed when all faults stand
    _shift_area(twin, towns, "B-03", (0.5,))
    row = pick(twin, patches, lambda r: r["DLBM"] == "0103" and not r["KCXS"])
    if row is not None:  # lawful in itself; B-04 is listed class by class when all faults stand
        patches.rows[row] |= {"DLBM": "0102", "DLMC": "水浇地"}


def _shift_area(twin: Twin, layer: Layer, rule: str, steps: tuple[float, ...]) -> None:
    for step in steps:
        row = pick(twin, layer)
        if row is None:
            continue
        layer.rows[row]["DCMJ"] = round(layer.rows[row]["DCMJ"] + step, 2)
        twin.plant(rule, layer.name, row, measure=abs(step))


def _columns(twin: Twin) -> None:
    """A column too many, one too few, one of another type."""
    for values in twin.layers["DLTB"].rows:
        values["FID_1"] = 0
    twin.plant("DLTB-fields-surplus", "DLTB", None)
    for values in twin.layers["XZQ"].rows:
        values.pop("BZ")
    twin.plant("XZQ-BZ-present", "XZQ", None)
    lines = twin.layers.get("STBHHX")
    if lines is not None:
        for values in lines.rows:
            values.pop("LHLX")
        twin.plant("STBHHX-LHLX-present", "STBHHX", None)


def hundredths(value: Any) -> int:
    """Square metres as whole hundredths; nothing is 0."""
    return round(float(value or 0) * 100)


def sums(twin: Twin, layer: str, field: str, by: Callable[[Row], str]) -> Sums:
    """Hundredths of a field by what `by` makes of a row."""
    total: Sums = defaultdict(int)
    for row in twin.layers[layer].rows:
        if not row.get("_gone"):
            total[by(row)] += hundredths(row[field])
    return dict(total)
