"""Small models as anyone writes them, on small shapes worked out by hand, in metres, in degrees and at a zone's edge.

Each case says which finding is owed: kind, key, partners. What is not listed must not be told.
"""

import itertools

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality.judge import judge
from ziyuan.onemap.standards import library

HEAD = 'standard: {{id: mine, edition: "1", title: 试}}\nspace: {{tolerance: 0.0001, area: plane}}\nentities:\n{entities}'
LAYER = "  {name}:\n    geometry: {{kind: {kind}}}\n    key: ID\n    fields: {{ID: {{type: text}}}}\n"
RULE = "      - {{id: {name}-{number}, rule: {rule}}}\n"
INTO_DEGREES = pyproj.Transformer.from_crs(4527, 4490, always_xy=True)
SOUTH = 3_500_000.0
PLACES = {
    "metres": (4527, 39_500_000.0), "bare metres": (4548, 500_000.0), "degrees": (4490, 39_500_000.0),
    "degrees at the zone's edge": (4490, 39_639_900.0),
}  # fmt: skip


def model(folder, layers):
    """`layers`: name → (kind of shape, rules)."""
    text = ""
    for name, (kind, rules) in layers.items():
        text += LAYER.format(name=name, kind=kind)
        text += "    topology:\n" if rules else ""
        text += "".join(RULE.format(name=name, number=n, rule=rule) for n, rule in enumerate(rules))
    path = folder / "mine.yaml"
    path.write_text(HEAD.format(entities=text), encoding="utf-8")
    return library.load(str(path))


def table(name, rows, place):
    epsg, east = PLACES[place]

    def placed(shape):
        moved = shapely.transform(shape, lambda xy: np.add(xy, (east, SOUTH)))
        return moved if epsg != 4490 else shapely.transform(moved, lambda xy: np.column_stack(INTO_DEGREES.transform(*xy.T)))

    wkb = [None if shape is None else shapely.to_wkb(placed(shape)) for _, shape in rows]
    columns = {"ID": pa.array([key for key, _ in rows], pa.string()), "geometry": pa.array(wkb, pa.binary())}
    return LayerTable(name, epsg, pa.table(columns), "GPKG", "UTF-8", "mine.gpkg")


def found(folder, place, layers, rows):
    report = judge([model(folder, layers)], {name: table(name, one, place) for name, one in rows.items()}, required=[])
    assert report.clean is not bool([f for f in report.findings if f.severity != "note"])
    return report.findings


def told(findings):
    return sorted((f.kind, f.key, *f.partners) for f in findings)


A, HOLED = box(0, 0, 10, 10), box(0, 0, 100, 100).difference(box(10, 10, 20, 20))
AROUND = [("A", box(0, 0, 10, 30)), ("B", box(10, 0, 20, 10)), ("C", box(10, 20, 20, 30)), ("D", box(20, 0, 30, 30))]
OTHER_START = Polygon([(10, 10), (10, 0), (0, 0), (0, 10)])
MORE_NODES = Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)])
SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
SINGLE = {
    "an overlap of 0.2 mm": (["no_overlap"], [("A", A), ("B", box(9.9998, 0, 20, 10))], [("no_overlap", "A", "B")]),
    "the rounding of 0.1 mm": (["no_overlap"], [("A", A), ("B", box(9.9999, 0, 20, 10))], []),
    "a duplicate without a rule for it": (["no_overlap"], [("B", A), ("A", OTHER_START)], [("no_overlap", "A", "B")]),
    "three alike": (
        ["no_overlap", "no_contained", "no_duplicate"],
        [("B", A), ("A", OTHER_START), ("C", MORE_NODES)],
        [("no_duplicate", "A", "B", "C")],
    ),
    "a triple overlap": (
        ["no_overlap"],
        [("A", A), ("B", box(5, 0, 15, 10)), ("C", box(3, 5, 12, 15))],
        [("no_overlap", "A", "B"), ("no_overlap", "A", "C"), ("no_overlap", "B", "C")],
    ),
    "nested": (
        ["no_overlap", "no_contained"],
        [("A", box(0, 0, 99, 99)), ("B", box(9, 9, 20, 20)), ("C", box(0, 50, 9, 60))],
        [("no_contained", "A", "B"), ("no_contained", "A", "C")],
    ),
    "two that touch at a point": (["no_overlap", "no_gap"], [("A", A), ("B", box(10, 10, 20, 20))], []),
    "a hole filled by another": (
        ["no_overlap", "no_gap", "no_contained", "no_duplicate"],
        [("A", HOLED), ("B", box(10, 10, 20, 20))],
        [],
    ),
    "a hole left open": (["no_gap"], [("A", HOLED)], [("no_gap", "A")]),
    "parts with another between": (
        ["no_overlap", "no_gap"],
        [("A", MultiPolygon([A, box(20, 0, 30, 10)])), ("B", box(10, 0, 20, 10))],
        [],
    ),
    "a pair that overlaps twice": (
        ["no_overlap"],
        [("A", MultiPolygon([A, box(20, 0, 30, 10)])), ("B", box(9, 0, 21, 10))],
        [("no_overlap", "A", "B")],
    ),
    "a gap of 0.2 mm": (
        ["no_gap"],
        [("A", A), ("B", Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.0002, 5)]))],
        [("no_gap", "A", "B")],
    ),
    "a gap among four": (["no_gap"], AROUND, [("no_gap", "A", "B", "C", "D")]),
    "a bay open to the outside": (["no_gap"], AROUND[:3], []),
    "a gap wider than the limit": (["no_gap, max_width: 9.9"], AROUND, []),
    "a gap within the limit": (["no_gap, max_width: 10.1"], AROUND, [("no_gap", "A", "B", "C", "D")]),
    "a bow tie": (
        ["no_self_intersection"],
        [("A", Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))],
        [("no_self_intersection", "A")],
    ),
    "a spike outwards": (
        ["no_self_intersection"],
        [("A", Polygon([(0, 0), (10, 0), (10, 5), (20, 5), (10, 5), (10, 10), (0, 10)]))],
        [("no_self_intersection", "A")],
    ),
    "a hole outside": (
        ["no_self_intersection"],
        [("A", Polygon(SQUARE, [[(120, 0), (130, 0), (130, 9)]]))],
        [("no_self_intersection", "A")],
    ),
    "holes that overlap": (
        ["no_self_intersection"],
        [("A", Polygon(SQUARE, [box(20, 20, 40, 40).exterior, box(30, 30, 50, 50).exterior]))],
        [("no_self_intersection", "A")],
    ),
    "a hole that touches at a slanted edge": (
        ["no_self_intersection"],
        [("A", Polygon([(0, 0), (97, 31), (60, 100)], [[(35.89, 11.47), (60, 50), (50, 40)]]))],
        [],
    ),
    "parts that overlap": (
        ["no_self_intersection"],
        [("A", MultiPolygon([A, box(5, 5, 15, 15)]))],
        [("no_self_intersection", "A")],
    ),
    "small": (["no_sliver, min_area: 5"], [("A", box(0, 0, 2, 2)), ("B", box(10, 0, 13, 3))], [("no_sliver", "A")]),
    "narrow": (["no_sliver, min_width: 0.5"], [("A", box(0, 0, 100, 0.4)), ("B", box(0, 9, 100, 9.6))], [("no_sliver", "A")]),
    "just as wide as asked": (
        ["no_sliver, min_width: 10"],
        [("A", box(0, 0, 10, 50)), ("B", box(20, 0, 29.99, 50))],
        [("no_sliver", "B")],
    ),
    "a long gap just wider than the limit": (["no_gap, max_width: 9.99"], AROUND, []),
    "a gap just as wide as the limit": (["no_gap, max_width: 10"], AROUND, [("no_gap", "A", "B", "C", "D")]),
    "a short edge of two": (
        ["no_short_edge, min_length: 0.05"],
        [
            ("A", Polygon([(0, 0), (10, 0), (10, 5), (10, 5.04), (10, 10), (0, 10)])),
            ("B", Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 5.04), (10, 5)])),
        ],
        [("no_short_edge", "A", "B")],
    ),
    "two holes": (["no_hole"], [("A", HOLED.difference(box(50, 50, 60, 60)))], [("no_hole", "A"), ("no_hole", "A")]),
    "two parts, and one part": (
        ["single_part"],
        [("A", MultiPolygon([A, box(20, 0, 30, 10)])), ("B", MultiPolygon([box(50, 0, 60, 9)]))],
        [("single_part", "A")],
    ),
    "below the area": (["min_area, m2: 10"], [("A", box(0, 0, 3, 3)), ("B", box(10, 0, 14, 3))], [("min_area", "A")]),
    "a sharp corner": (
        ["min_angle, deg: 10"],
        [("A", Polygon([(0, 0), (100, 0), (100, 10)])), ("B", Polygon([(0, 50), (100, 50), (100, 70)]))],
        [("min_angle", "A")],
    ),
    "nothing drawn": (["no_overlap", "no_gap"], [("A", None), ("B", Polygon()), ("C", A)], [("empty", "A"), ("empty", "B")]),
    "a layer without rows": (["no_overlap", "no_gap", "no_duplicate", "min_angle, deg: 5"], [], []),
}
POLYGONS, LINES, POINTS = ("polygon", []), ("line", []), ("point", [])
TRIANGLE = [("A", LineString([(0, 0), (10, 0)])), ("B", LineString([(10, 0), (10, 10)])), ("C", LineString([(10, 10), (0, 0)]))]
BETWEEN = {
    "both ways": (
        {"P": ("polygon", ["covered_by, by: Z, both_ways: true"]), "Z": POLYGONS},
        {"P": [("A", A), ("B", box(10, 0, 25, 10))], "Z": [("Z", box(0, 0, 20, 20))]},
        [("covered_by", "B"), ("covered_by", "Z")],
    ),
    "0.2 mm outside": (
        {"P": ("polygon", ["covered_by, by: Z"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(0, 0, 9.9998, 10))]},
        [("covered_by", "A")],
    ),
    "covered by two": (
        {"P": ("polygon", ["covered_by, by: Z, both_ways: true"]), "Z": POLYGONS},
        {"P": [("A", A), ("B", box(10, 0, 20, 10))], "Z": [("Z", box(0, 0, 12, 10)), ("Y", box(12, 0, 20, 10))]},
        [],
    ),
    "bare within": (
        {"P": ("polygon", ["no_gap, within: Z"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(0, 0, 20, 10))]},
        [("no_gap", "A")],
    ),
    "a border within the tolerance": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(10.3, 0, 20, 10))]},
        [("edge_match", "A", "Z")],
    ),
    "the same border": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(10, 0, 20, 10))]},
        [],
    ),
    "a border beyond the tolerance": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(10.8, 0, 20, 10))]},
        [],
    ),
    "a border that both claim, square to the others": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", box(9.8, 0, 20, 10))]},
        [("edge_match", "A", "Z")],
    ),
    "a border that leaves at a corner": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", Polygon([(10, 0), (20, 0), (20, 10), (12, 10)]))]},
        [],
    ),
    "a border with more nodes on one side": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 0.5"]), "Z": POLYGONS},
        {"P": [("A", A)], "Z": [("Z", Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 7), (10, 3)]))]},
        [],
    ),
    "lines on a border": (
        {"L": ("line", ["on_boundary_of, of: P"]), "P": POLYGONS},
        {"L": [("A", LineString([(0, 0), (10, 0)])), ("B", LineString([(0, 5), (10, 5)]))], "P": [("P", A)]},
        [("on_boundary_of", "B")],
    ),
    "points on a border": (
        {"N": ("point", ["on_boundary_of, of: P"]), "P": POLYGONS},
        {"N": [("A", Point(5, 0)), ("B", Point(5, 0.0003))], "P": [("P", A)]},
        [("on_boundary_of", "B")],
    ),
    "a loose end": (
        {"L": ("line", ["no_dangle"])},
        {"L": [*TRIANGLE, ("D", LineString([(5, 0), (5, -5)]))]},
        [("no_dangle", "D", "A")],
    ),
    "an end 0.2 mm short": (
        {"L": ("line", ["no_dangle"])},
        {"L": [*TRIANGLE, ("D", LineString([(5, 0.0002), (10, 10)]))]},
        [("no_dangle", "D", "A")],
    ),
    "an end on a line's middle": (
        {"L": ("line", ["no_dangle, at_ends: true"])},
        {"L": [*TRIANGLE, ("D", LineString([(5, 0), (10, 10)]))]},
        [("no_dangle", "D", "A")],
    ),
    "a ring of one line": ({"L": ("line", ["no_dangle"])}, {"L": [("A", LineString([(0, 0), (10, 0), (10, 10), (0, 0)]))]}, []),
    "lines alike but for a node": (
        {"L": ("line", ["no_duplicate", "no_overlap"])},
        {"L": [("A", LineString([(0, 0), (9, 3)])), ("B", LineString([(9, 3), (3, 1), (0, 0)]))]},
        [("no_duplicate", "A", "B")],
    ),
    "lines of one box that are not alike": (
        {"L": ("line", ["no_duplicate"])},
        {"L": [("A", LineString([(0, 0), (9, 0), (9, 3)])), ("B", LineString([(0, 0), (0, 3), (9, 3)]))]},
        [],
    ),
    "lines that run over one another": (
        {"L": ("line", ["no_overlap"])},
        {"L": [("A", LineString([(0, 0), (10, 0)])), ("B", LineString([(5, 0), (15, 0)]))]},
        [("no_overlap", "A", "B")],
    ),
    "points alike": (
        {"N": ("point", ["no_duplicate"])},
        {"N": [("B", Point(5, 0)), ("A", Point(5, 0))]},
        [("no_duplicate", "A", "B")],
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", SINGLE)
def test_of_one_layer_what_is_owed_is_told_and_nothing_else(tmp_path, case, place):
    rules, rows, owed = SINGLE[case]
    assert told(found(tmp_path, place, {"P": ("polygon", rules)}, {"P": rows})) == sorted(owed)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", BETWEEN)
def test_of_lines_points_and_two_layers_what_is_owed_is_told_and_nothing_else(tmp_path, case, place):
    layers, rows, owed = BETWEEN[case]
    assert told(found(tmp_path, place, layers, rows)) == sorted(owed)


def stars(chance):
    """Thirty convex-ish polygons thrown together, some twice, some with a hole."""
    rows = []
    while len(rows) < 30:
        middle, count = chance.uniform(0, 200, 2), int(chance.integers(3, 9))
        turn, reach = np.sort(chance.uniform(0, 2 * np.pi, count)), chance.uniform(3, 40, count)
        shape = Polygon(np.round(middle + np.column_stack([reach * np.cos(turn), reach * np.sin(turn)]), 4))
        if not shape.is_valid or shape.area < 1:
            continue
        rows.append((f"K{len(rows):02d}", shape))
        if chance.random() < 0.1:
            ring = list(shape.exterior.coords)[1:]
            rows.append((f"K{len(rows):02d}", Polygon([*ring, ring[0]])))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_polygons_thrown_together_are_those_that_geos_finds(tmp_path, seed):
    """Every pair by GEOS: the same shape, one in the other, or a common part thicker than 0.2 mm, with its area."""
    rows = stars(np.random.default_rng(seed))
    owed = set()
    for (a, first), (b, second) in itertools.combinations(rows, 2):
        common = first.intersection(second)
        widest = max((2 * shapely.maximum_inscribed_circle(p).length for p in shapely.get_parts(common) if p.area), default=0.0)
        if widest > 2e-4:
            kind = "no_duplicate" if first.equals(second) else "no_contained" if first.covers(second) or second.covers(first) \
                else "no_overlap"  # fmt: skip
            owed.add((kind, a, b, round(common.area, 2)))
    met = set()
    for f in found(tmp_path, "metres", {"P": ("polygon", ["no_overlap", "no_contained", "no_duplicate"])}, {"P": rows}):
        assert f.key == min(f.key, *f.partners)
        met |= {(f.kind, a, b, round(f.measure, 2)) for a, b in itertools.combinations(sorted([f.key, *f.partners]), 2)}
    assert met == owed


def partition(seed):
    """A square cut into cells about random points, a quarter of them left out: the cells that are there, and the square."""
    chance = np.random.default_rng(seed)
    about = shapely.MultiPoint(np.round(chance.uniform(0, 300, (25, 2)), 4))
    cells = shapely.set_precision(shapely.get_parts(shapely.voronoi_polygons(about, extend_to=box(0, 0, 300, 300))), 1e-4)
    there = chance.random(len(cells)) > 0.25
    rows = [(f"C{number:02d}", cell) for number, cell in enumerate(cells) if there[number]]
    return rows, shapely.set_precision(shapely.envelope(shapely.union_all(cells)), 1e-4)


@pytest.mark.parametrize("place", ["metres", "degrees"])
@pytest.mark.parametrize("seed", range(3))
def test_the_holes_of_a_partition_are_those_of_its_union_and_what_is_bare_the_difference(tmp_path, seed, place):
    rows, zone = partition(seed)
    union = shapely.union_all([cell for _, cell in rows])
    holes = [Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors]
    alone = found(tmp_path, place, {"P": ("polygon", ["no_gap", "no_overlap"])}, {"P": rows})
    assert sorted(f.measure for f in alone) == pytest.approx(sorted(holes), abs=0.05)
    bare = [part.area for part in shapely.get_parts(zone.difference(union)) if part.area > 0.01]
    rules = {"P": ("polygon", ["no_gap, within: Z", "covered_by, by: Z, both_ways: true"]), "Z": POLYGONS}
    within = found(tmp_path, place, rules, {"P": rows, "Z": [("Z", zone)]})
    assert {f.kind for f in within} <= {"no_gap"}
    assert sorted(f.measure for f in within) == pytest.approx(sorted(bare), abs=0.05)
