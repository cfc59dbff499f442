"""Faults of whole villages and towns, and of rings in the control lines."""

from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import Point, Polygon, box

from ziyuan.site.sample.fault_rows import pick
from ziyuan.site.sample.fault_shapes import middle, spiked, triangle, with_vertex
from ziyuan.site.sample.twin import Layer, Twin, on_grid, rebuilt, ring_of

LEAST = 0.01  # m²: the adjusted area of a region that should not be there


def plant_regions(twin: Twin) -> None:
    """Villages and towns delivered twice, one inside another, slivers, rings that touch themselves."""
    for name in ("CJDCQ", "XZQ"):
        layer = twin.layers[name]
        _twice(twin, layer)
        _inside(twin, layer, 995)
        _empty(twin, layer, 994)
        _sliver(twin, layer, 993)
        _ring(twin, layer)
        _short_side(twin, layer)
        _numbers(twin, layer)


def _codes(layer: Layer, row: int, number: int) -> dict[str, Any]:
    """An unused code of the same town, or of the same county."""
    if layer.name == "CJDCQ":
        return {"ZLDWDM": f"{layer.rows[row]['ZLDWDM'][:9]}{number}0000000"}
    return {"XZQDM": f"{layer.rows[row]['XZQDM'][:6]}{number}"}


def _whole(twin: Twin, layer: Layer) -> int | None:
    """A free region of one polygon; None when the county has no more (then the fault is left out)."""
    while True:
        row = pick(twin, layer)
        if row is None or isinstance(layer.shapes[row], Polygon):
            return row


def _polygon(layer: Layer, row: int) -> Polygon:
    shape = layer.shapes[row]
    if not isinstance(shape, Polygon):
        raise LookupError("the region is not a single polygon")
    return shape


def _twice(twin: Twin, layer: Layer) -> None:
    row = _whole(twin, layer)
    if row is None:
        return
    shape = _polygon(layer, row)
    new = layer.append(row, shape, BSM=twin.new_key(layer.name), DCMJ=LEAST)
    twin.plant(f"{layer.name}-T3", layer.name, new, measure=round(shape.area, 4))
    code = "ZLDWDM" if layer.name == "CJDCQ" else "XZQDM"
    twin.plant(f"{layer.name}-{code}-unique", layer.name, new, effect_of=f"{layer.name}-T3")


def _inside(twin: Twin, layer: Layer, number: int) -> None:
    while True:
        row = _whole(twin, layer)
        if row is None:
            return
        corner = _corner_inside(twin, _polygon(layer, row))
        if corner is not None:
            break
    x, y = corner
    small = box(x, y, *on_grid(x + 2.0, y + 2.0))
    new = layer.append(
        row,
        small,
        BSM=twin.new_key(layer.name),
        DCMJ=LEAST,
        JSMJ=twin.area(small),
        **_codes(layer, row, number),
    )
    twin.plant(f"{layer.name}-T4", layer.name, new, measure=round(small.area, 4))


def _corner_inside(twin: Twin, shape: Polygon) -> tuple[float, float] | None:
    """A place inside a large patch of the region, away from the middle of the patch; None where there is no room."""
    patches = twin.layers["DLTB"].shapes
    inner = [p for p in patches if isinstance(p, Polygon) and p.area > 3000 and shape.contains(p)]
    for patch in sorted(inner, key=lambda p: -p.area):
        centre = shapely.point_on_surface(patch)
        for x, y in ring_of(patch):
            place = on_grid(0.75 * x + 0.25 * centre.x, 0.75 * y + 0.25 * centre.y)
            if patch.contains(box(place[0] - 2, place[1] - 2, place[0] + 4, place[1] + 4)):
                return place
    return None


def _empty(twin: Twin, layer: Layer, number: int) -> None:
    row = 0
    new = layer.append(None, None, BSM=twin.new_key(layer.name), DCMJ=LEAST, **_codes(layer, row, number))
    twin.plant(f"{layer.name}-geometry-empty", layer.name, new)


def _sliver(twin: Twin, layer: Layer, number: int) -> None:
    """A triangle 6 cm deep along a side becomes a region of its own."""
    row = _whole(twin, layer)
    if row is None:
        return
    cut, rest = triangle(_polygon(layer, row), 0.06)
    values, area = layer.rows[row], twin.area(cut)
    new = layer.append(
        row, cut, BSM=twin.new_key(layer.name), DCMJ=area, JSMJ=area, **_codes(layer, row, number)
    )
    values["DCMJ"], values["JSMJ"] = round(values["DCMJ"] - area, 2), round(values["JSMJ"] - area, 2)
    layer.shapes[row] = rest
    twin.plant(f"{layer.name}-T5", layer.name, new, place=middle(cut), measure=round(cut.area, 4))


def _ring(twin: Twin, layer: Layer) -> None:
    """A ring that touches itself, and one with a vertex twice."""
    row = _whole(twin, layer)
    if row is None:
        return
    ring = ring_of(_polygon(layer, row))
    layer.shapes[row] = rebuilt(_polygon(layer, row), [*ring[:3], ring[2], *ring[3:]])
    twin.plant(f"{layer.name}-geometry-repeated", layer.name, row, place=ring[2])
    found = None
    while found is None:
        row = _whole(twin, layer)
        if row is None:
            return
        found = spiked(_polygon(layer, row))
    layer.shapes[row], place = found
    twin.plant(f"{layer.name}-geometry-valid", layer.name, row, place=place)


def _short_side(twin: Twin, layer: Layer) -> None:
    """A new vertex 3 cm from an old one, in both regions beside the side."""
    tree = shapely.STRtree([s if isinstance(s, Polygon) else Polygon() for s in layer.shapes])
    while True:
        row = _whole(twin, layer)
        if row is None:
            return
        ring = ring_of(_polygon(layer, row))
        for here, after in pairwise(ring):
            length = Point(here).distance(Point(after))
            new = on_grid(*(h + 0.03 / length * (a - h) for h, a in zip(here, after, strict=True)))
            beside = [
                int(n)
                for n in tree.query(
                    Point((here[0] + after[0]) / 2, (here[1] + after[1]) / 2).buffer(0.01),
                    predicate="intersects",
                )
            ]
            if len(beside) == 2 and all(n == row or n not in layer.taken for n in beside):
                for one in beside:
                    layer.shapes[one] = with_vertex(_polygon(layer, one), here, after, new)
                    layer.taken.add(one)
                    twin.plant(f"{layer.name}-T6", layer.name, one, place=here, measure=0.03)
                return


def _numbers(twin: Twin, layer: Layer) -> None:
    """A BSM used twice; adjusted and computed areas with three decimals."""
    first, second = _whole(twin, layer), _whole(twin, layer)
    if first is None or second is None:
        return
    layer.rows[second]["BSM"] = layer.rows[first]["BSM"]
    twin.plant(f"{layer.name}-BSM-unique", layer.name, second)
    layer.rows[second]["JSMJ"] += 0.001
    twin.plant(f"{layer.name}-JSMJ-decimals", layer.name, second)
    layer.rows[first]["DCMJ"] += 0.001
    twin.plant(f"{layer.name}-DCMJ-decimals", layer.name, first)


def plant_line_rings(twin: Twin) -> None:
    """In each control line: small new rows, clear of all lines, with a bad ring, without shape, with a number used twice."""
    lines = [n for n in ("YJJBNTTB", "STBHHX", "CZKFBJ") if n in twin.layers]
    tree = shapely.STRtree([s for n in lines for s in twin.layers[n].shapes if s is not None])
    for name in lines:
        layer = twin.layers[name]
        small = _clear_box(twin, tree)
        ring = ring_of(small)
        new = layer.append(None, Polygon([*ring[:2], ring[1], *ring[2:]]), BSM=twin.new_key(name))
        twin.plant(f"{name}-geometry-repeated", name, new, place=ring[1])
        small = _clear_box(twin, tree)
        bad = spiked(small)
        if bad is not None:
            new = layer.append(None, bad[0], BSM=twin.new_key(name))
            twin.plant(f"{name}-geometry-valid", name, new, place=bad[1])
        new = layer.append(None, None, BSM=twin.new_key(name))
        twin.plant(f"{name}-geometry-empty", name, new)
        number = twin.new_key(name)
        for _ in range(2):
            new = layer.append(None, _clear_box(twin, tree), BSM=number)
        twin.plant(f"{name}-BSM-unique", name, new)
        new = layer.append(None, _clear_box(twin, tree), BSM=None)
        twin.plant(f"{name}-BSM-required", name, new)


def _clear_box(twin: Twin, lines: shapely.STRtree) -> Polygon:
    """A box of some metres in a patch that no control line comes near; no patch is used twice."""
    layer = twin.layers["DLTB"]
    while True:
        row = pick(twin, layer, lambda r: not str(r["DLBM"]).startswith("01"))
        if row is None:
            raise LookupError("no patch clear of the control lines is left")
        shape = layer.shapes[row]
        if not isinstance(shape, Polygon) or len(lines.query(shape, predicate="intersects")):
            continue
        point = shapely.point_on_surface(shape)
        x, y = on_grid(point.x, point.y)
        if point.distance(shapely.boundary(shape)) > 6:
            return box(x, y, *on_grid(x + 4.0, y + 4.0))
