"""Faults in shapes, down to a few millimetres: overlaps, gaps, slivers, short sides, rings that touch themselves."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from ziyuan.site.sample.fault_rows import pick
from ziyuan.site.sample.twin import Layer, Row, Twin, on_grid, rebuilt, ring_of

AREA_TOLERANCE = 0.0101  # m²: a stated area so near to the area of the shape is right
_LARGEST_CUT = 150.0  # m²: below the smallest mapped size of every class
XY = tuple[float, float]


@dataclass
class _Spot:
    """A patch with a vertex that it shares with exactly one neighbour, both inside one village."""

    row: int
    vertex: int
    neighbour: int


class _Map:
    """Where patches are free to be changed: they and their neighbours hold no shape fault yet."""

    def __init__(self, twin: Twin) -> None:
        self.twin, self.layer = twin, twin.layers["DLTB"]
        self.tree = shapely.STRtree(np.array(self.layer.shapes, dtype=object))
        self.busy: set[int] = set()
        self.whole = len(self.layer.shapes)

    def polygon(self, row: int) -> Polygon:
        """The shape of a patch without fault: one polygon."""
        shape = self.layer.shapes[row]
        if not isinstance(shape, Polygon):
            raise LookupError("the patch is not a single polygon")
        return shape

    def around(self, row: int) -> list[int]:
        """Patches that touch a patch."""
        near = self.tree.query(self.layer.shapes[row], predicate="intersects")
        return sorted(int(n) for n in near if n != row)

    def spot(self, *, short: bool = True) -> _Spot:
        """A free vertex; with `short` one between two sides as short as can be found in a few tries."""
        best: tuple[float, _Spot] | None = None
        for _ in range(400):
            row = int(self.twin.rng.integers(self.whole))
            found = self._vertex(row)
            if found is None:
                continue
            length, spot = found
            if best is None or length < best[0]:
                best = length, spot
            if not short or best[0] < 90:
                break
        if best is None:
            raise LookupError("no free vertex is left to plant a fault at")
        self.take(best[1].row)
        return best[1]

    def _vertex(self, row: int) -> tuple[float, _Spot] | None:
        layer = self.layer
        shape = layer.shapes[row]
        around = self.around(row)
        if row in layer.taken or row in self.busy or any(n in self.busy or n in layer.taken for n in around):
            return None
        if not isinstance(shape, Polygon) or shape.interiors:
            return None
        ring = ring_of(shape)
        for vertex in range(len(ring)):
            owners = [n for n in around if self.polygon(n).distance(Point(ring[vertex])) == 0]
            if len(owners) == 1 and self._same_village(row, owners[0]) and _bend(ring, vertex) > 0.05:
                length = max(np.hypot(*np.subtract(ring[vertex], ring[vertex - 1])),
                             np.hypot(*np.subtract(ring[vertex], ring[(vertex + 1) % len(ring)])))  # fmt: skip
                other = ring_of(self.polygon(owners[0]))
                if {ring[vertex], ring[vertex - 1], ring[(vertex + 1) % len(ring)]} <= set(other):
                    return float(length), _Spot(row, vertex, owners[0])
        return None

    def _same_village(self, row: int, other: int) -> bool:
        return bool(self.layer.rows[row]["ZLDWDM"] == self.layer.rows[other]["ZLDWDM"])

    def take(self, row: int) -> None:
        """Nothing else is planted here or next to here."""
        self.busy |= {row, *self.around(row)}
        self.layer.taken |= {row, *self.around(row)}

    def free(self, least: float) -> int:
        """A free patch without holes of at least `least` m²."""
        for _ in range(2000):
            row = int(self.twin.rng.integers(self.whole))
            shape = self.layer.shapes[row]
            around = self.around(row)
            if (
                row in self.busy
                or row in self.layer.taken
                or any(n in self.busy or n in self.layer.taken for n in around)
            ):
                continue
            if isinstance(shape, Polygon) and not shape.interiors and shape.area >= least:
                self.take(row)
                return row
        raise LookupError("no free patch is left to plant a fault in")


def _bend(ring: list[XY], vertex: int) -> float:
    a, b, c = (np.array(ring[k % len(ring)]) for k in (vertex - 1, vertex, vertex + 1))
    u, v = (b - a) / np.hypot(*(b - a)), (c - b) / np.hypot(*(c - b))
    return abs(float(u[0] * v[1] - u[1] * v[0]))


def plant_shapes(twin: Twin) -> None:
    """One fault of each kind in the patches; overlaps and gaps in several sizes."""
    places = _Map(twin)
    for size in (0.003, 0.02, 0.5):
        _move(twin, places, size, outward=True)
        _move(twin, places, size, outward=False)
    _short_side(twin, places, 0.03)
    _point_twice(twin, places)
    _spike(twin, places)
    _part_cut_off(twin, places, depth=0.06, rule="DLTB-T5")
    _too_small(twin, places)
    _two_parts(twin, places)


def _move(twin: Twin, places: _Map, size: float, *, outward: bool) -> None:
    """Shift a vertex of one patch only: outward it overlaps its neighbour, inward it leaves a gap."""
    layer = places.layer
    moved = None
    while moved is None:
        spot = places.spot()
        shape = places.polygon(spot.row)
        moved = shifted(shape, spot.vertex, size if outward else -size)
    layer.shapes[spot.row] = moved
    rule = "DLTB-T1" if outward else "DLTB-T2"
    hit = shapely.symmetric_difference(shape, moved)
    twin.plant(rule, "DLTB", spot.row, place=middle(hit), measure=round(hit.area, 4))
    change = abs(twin.area(moved) - float(layer.rows[spot.row]["TBMJ"]))
    if change > AREA_TOLERANCE:
        twin.plant("DLTB-TBMJ-derived", "DLTB", spot.row, measure=round(change, 2), effect_of=rule)


def shifted(shape: Polygon, vertex: int, step: float) -> Polygon | None:
    """The polygon with a vertex moved `step` m outward; None where it would gain on one side and lose on the other."""
    ring = ring_of(shape)
    normal = _outward(ring, vertex, shape)
    ring[vertex] = on_grid(ring[vertex][0] + step * normal[0], ring[vertex][1] + step * normal[1])
    moved = rebuilt(shape, ring)
    wrong = shape.difference(moved) if step > 0 else moved.difference(shape)
    return moved if moved.is_valid and wrong.area < 1e-7 else None


def _outward(ring: list[XY], vertex: int, shape: Polygon) -> XY:
    a, b, c = ring[vertex - 1], ring[vertex], ring[(vertex + 1) % len(ring)]
    normal = np.array([c[1] - a[1], a[0] - c[0]])
    normal /= np.hypot(*normal)
    inside = shape.contains(Point(b[0] + 0.5 * normal[0], b[1] + 0.5 * normal[1]))
    way = -1 if inside else 1
    return way * float(normal[0]), way * float(normal[1])


def middle(shape: shapely.Geometry) -> XY:
    """A point inside the largest part, found near the origin: strips of millimetres ask for every digit."""
    part = max((p for p in shapely.get_parts(shape) if p.area > 0), key=lambda p: p.area)
    west, south = part.bounds[:2]
    point = shapely.point_on_surface(shapely.transform(part, lambda xy: xy - (west, south)))
    return float(point.x) + west, float(point.y) + south


def _short_side(twin: Twin, places: _Map, length: float) -> None:
    """A new vertex close to an old one, in both neighbours alike."""
    spot, layer = places.spot(short=False), places.layer
    ring = ring_of(places.polygon(spot.row))
    here, after = ring[spot.vertex], ring[(spot.vertex + 1) % len(ring)]
    share = length / float(np.hypot(after[0] - here[0], after[1] - here[1]))
    new = on_grid(here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1]))
    for row in (spot.row, spot.neighbour):
        layer.shapes[row] = with_vertex(places.polygon(row), here, after, new)
        twin.plant("DLTB-T6", "DLTB", row, place=here, measure=length)


def with_vertex(shape: Polygon, here: XY, after: XY, new: XY) -> Polygon:
    ring = ring_of(shape)
    for place in range(len(ring)):
        if {ring[place], ring[(place + 1) % len(ring)]} == {here, after}:
            return rebuilt(shape, [*ring[: place + 1], new, *ring[place + 1 :]])
    raise LookupError("the side is not part of the ring")


def _point_twice(twin: Twin, places: _Map) -> None:
    row = places.free(2000)
    ring = ring_of(places.polygon(row))
    places.layer.shapes[row] = rebuilt(places.polygon(row), [*ring[:3], ring[2], *ring[3:]])
    twin.plant("DLTB-geometry-repeated", "DLTB", row, place=ring[2])


def _spike(twin: Twin, places: _Map) -> None:
    """From a vertex into the patch and back the same way: no area changes, the ring touches itself."""
    while True:
        row = places.free(5000)
        shape = places.polygon(row)
        found = spiked(shape)
        if found is not None:
            places.layer.shapes[row], place = found
            twin.plant("DLTB-geometry-valid", "DLTB", row, place=place)
            return


def spiked(shape: Polygon) -> tuple[Polygon, XY] | None:
    """The polygon whose ring goes from a vertex to a point inside and back, and that vertex."""
    ring = ring_of(shape)
    inner = shapely.point_on_surface(shape)
    tip = on_grid(inner.x, inner.y)
    for first in range(len(ring)):
        if shape.contains(LineString([ring[first], tip])):
            turned = ring[first:] + ring[:first]
            return rebuilt(shape, [turned[0], tip, *turned]), ring[first]
    return None


def _part_cut_off(twin: Twin, places: _Map, depth: float, rule: str) -> int:
    """A triangle between a side and a point `depth` inside becomes a patch of its own; areas go with it."""
    layer = places.layer
    row = places.free(8000)
    shape = places.polygon(row)
    cut, rest = triangle(shape, depth)
    values = layer.rows[row]
    area = twin.area(cut)
    new = layer.append(row, cut, BSM=twin.new_key("DLTB"), TBBH=str(8000 + len(layer.rows)), TBMJ=area)
    _share_area(values, layer.rows[new], area)
    layer.shapes[row] = rest
    twin.plant(rule, "DLTB", new, place=middle(cut), measure=round(cut.area, 4))
    if rule != "DLTB-T8":
        twin.plant("DLTB-T8", "DLTB", new, place=middle(cut), measure=area, effect_of=rule)
    return new


def triangle(shape: Polygon, depth: float) -> tuple[Polygon, Polygon]:
    """The cut-off triangle, `depth` deep or less, on the longest side that takes it, and what is left."""
    ring = ring_of(shape)
    sides = sorted(
        range(len(ring)), key=lambda k: -np.hypot(*np.subtract(ring[k], ring[(k + 1) % len(ring)]))
    )
    for side in sides:
        a, b = np.array(ring[side]), np.array(ring[(side + 1) % len(ring)])
        length = np.hypot(*(b - a))
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / length
        for way in (1, -1):
            tip = on_grid(*((a + b) / 2 + way * min(depth, 2 * _LARGEST_CUT / length) * normal))
            cut = Polygon([tuple(a), tuple(b), tip])
            rest = rebuilt(shape, [*ring[: side + 1], tip, *ring[side + 1 :]])
            fits = (
                shape.contains(Point(tip)) and rest.is_valid and abs(rest.area + cut.area - shape.area) < 1e-3
            )
            if fits and cut.area < _LARGEST_CUT:
                return cut, rest
    raise LookupError("no side takes the cut")


def _share_area(rest: Row, part: Row, area: float) -> None:
    """Split TBMJ, and KCMJ and TBDLMJ with it, so that the sums stay as they were."""
    ridge = part["KCXS"]
    taken = round(area * float(ridge), 2) if ridge else 0.0
    part["TBDLMJ"] = round(area - taken, 2)
    rest["TBMJ"] = round(float(rest["TBMJ"]) - area, 2)
    rest["TBDLMJ"] = round(float(rest["TBDLMJ"]) - (area - taken), 2)
    if part["KCMJ"] is not None:
        part["KCMJ"] = taken
        rest["KCMJ"] = round(float(rest["KCMJ"]) - taken, 2)


def _too_small(twin: Twin, places: _Map) -> None:
    """A patch below the smallest mapped size of its class, of lawful shape."""
    _part_cut_off(twin, places, depth=2.0, rule="DLTB-T8")


def _two_parts(twin: Twin, places: _Map) -> None:
    """Two patches of one village and class in one row."""
    layer = places.layer
    for _ in range(50):
        row = places.free(1000)
        values = layer.rows[row]
        other = pick(twin, layer, lambda r: r["ZLDWDM"] == values["ZLDWDM"] and r["DLBM"] == values["DLBM"]  # noqa: B023
                     and not r["KCXS"] and not values["KCXS"])  # noqa: B023  # fmt: skip
        if other is None or other in places.around(row):
            continue
        both = MultiPolygon([layer.shapes[row], layer.shapes[other]])
        if not both.is_valid:
            continue
        for name in ("TBMJ", "TBDLMJ"):
            values[name] = round(values[name] + layer.rows[other][name], 2)
        layer.shapes[row] = both
        twin.plant("DLTB-geometry-single", "DLTB", row, measure=2)
        _drop(twin, layer, other)
        return


def _drop(twin: Twin, layer: Layer, row: int) -> None:
    """Mark a row to be left out when the layer is written."""
    layer.rows[row]["_gone"] = True
