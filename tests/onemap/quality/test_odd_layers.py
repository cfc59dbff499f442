"""Layers that are no tessellation: random figures against pairwise GEOS, and the odd shapes that files hold."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely import affinity

from tests.onemap.quality.test_planted import MODEL, PLACES, to_file, to_local
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.standards.loader import load_file

pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.yaml"
    path.write_text(MODEL.format(area="plane"), encoding="utf-8")
    return load_file(path)


def judge(model, shapes, epsg=4527, keys=None):
    names = keys or [f"k{n}" for n in range(len(shapes))]
    wkb = pa.array([None if g is None else shapely.to_wkb(g) for g in shapes], pa.binary())
    table = LayerTable("PARCELS", epsg, pa.table({"ID": names, "geometry": wkb}), "GPKG", "UTF-8", "a.gpkg")
    return check([model], {"PARCELS": table}).findings


def figures(seed, count=40):
    """Boxes, turned boxes, boxes with a hole, boxes of two parts: laid over each other at random, local metres."""
    chance = np.random.default_rng(seed)
    made = []
    for kind in chance.integers(4, size=count):
        x, y, wide, high = (*chance.uniform(0, 300, 2), *chance.uniform(5, 60, 2))
        box = shapely.box(x, y, x + wide, y + high)
        if kind == 1:
            box = affinity.rotate(box, chance.uniform(0, 90))
        elif kind == 2:
            box = box.difference(shapely.box(x + wide / 3, y + high / 3, x + wide / 2, y + high / 2))
        elif kind == 3:
            box = shapely.MultiPolygon([box, shapely.box(x + wide + 5, y, x + wide + 15, y + 5)])
        made.append(shapely.transform(box, lambda xy: np.round(xy, 4)))
    return made, [f"{n:03d}" for n in chance.permutation(count)]


@pytest.mark.parametrize("epsg", [4527, 2056, 4490, 4326])
@pytest.mark.parametrize("seed", range(3))
def test_overlaps_and_gaps_of_random_figures_are_those_of_geos(model, epsg, seed):
    shapes, keys = figures(10 * seed + epsg % 10)
    found = judge(model, [shapely.transform(s, lambda xy: to_file(epsg, xy)) for s in shapes], epsg, keys)
    mine = {tuple(sorted((f.key, *f.partners))): f for f in found if f.kind in ("no_overlap", "no_contained")}
    shared = {
        tuple(sorted((keys[a], keys[b]))): (shapes[a].intersection(shapes[b]), min(shapes[a].area, shapes[b].area))
        for a in range(len(shapes)) for b in range(a) if shapes[a].intersection(shapes[b]).area > 1e-3
    }  # fmt: skip
    assert mine.keys() == shared.keys()
    for pair, (part, smaller) in shared.items():
        assert mine[pair].kind == ("no_contained" if smaller - part.area < 1e-5 else "no_overlap")
        assert mine[pair].measure == pytest.approx(part.area, rel=0.01)
        assert part.buffer(1e-3).contains(shapely.Point(to_local(epsg, mine[pair].x, mine[pair].y)))
    whole = shapely.union_all(shapes)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    bare = [g.area for g in shapely.get_parts(shapely.union_all(holes).difference(whole)) if not g.buffer(-1e-4).is_empty]
    assert sorted(f.measure for f in found if f.kind == "no_gap") == pytest.approx(sorted(bare), rel=0.01)
    assert {f.kind for f in found} <= {"no_overlap", "no_contained", "no_gap", "single_part"}


@pytest.mark.parametrize(
    ("epsg", "corner", "step"), [(4326, (117.0, 31.8), 1e-3), (4490, (117.3, 32.0), 1e-2), (4258, (7.4, 46.9), 5e-4)]
)
@pytest.mark.parametrize("skew", [0, 20])
def test_bricks_drawn_in_degrees_are_clean(model, epsg, corner, step, skew):
    """Each joint lies in the middle of two sides, straight in degrees and bent by up to a decimetre in the plane."""
    bricks = [
        shapely.box(corner[0] + (c + r % 2 / 2) * step, corner[1] + r * step, corner[0] + (c + 1 + r % 2 / 2) * step,
                    corner[1] + (r + 1) * step)
        for r in range(6) for c in range(6)
    ]  # fmt: skip
    assert judge(model, [affinity.skew(b, skew, skew / 2, origin=corner) for b in bricks], epsg) == []


BOX = shapely.box(0, 0, 10, 10)
CASES = {
    "no geometry": ([BOX, None], [("empty", "k1", (), None)]),
    "empty geometry": ([BOX, shapely.Polygon()], [("empty", "k1", (), None)]),
    "not a number": ([BOX, shapely.Polygon([(0, 0), (np.nan, 1), (1, 1)])], [("no_self_intersection", "k1", (), None)]),
    "ring without area": ([BOX, shapely.Polygon([(20, 0), (30, 0), (25, 0)])], [("no_self_intersection", "k1", (), None)]),
    "far away": ([BOX, shapely.box(-39_000_000, -3_000_000, -38_999_990, -2_999_990)], []),
    "hole that touches its ring": (
        [shapely.Polygon(BOX.exterior, [[(5, 0), (7, 3), (3, 3)]]), shapely.Polygon([(5, 0), (7, 3), (3, 3)])], [],
    ),
    "three alike": ([BOX, BOX, BOX.reverse()], [("no_duplicate", "k0", ("k1", "k2"), 100)]),
    "alike with more vertices": (
        [BOX, shapely.Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (3, 10), (0, 10)])], [("no_duplicate", "k0", ("k1",), 100)],
    ),
    "a millimetre along a kilometre": (
        [shapely.box(0, 0, 1000, 10), shapely.box(0, 9.999, 1000, 20)], [("no_overlap", "k0", ("k1",), 1)],
    ),
    "one in one in one": (
        [shapely.box(0, 0, 30, 30), shapely.box(5, 5, 20, 20), shapely.box(8, 8, 10, 10)],
        [("no_contained", "k0", ("k1",), 225), ("no_contained", "k0", ("k2",), 4), ("no_contained", "k1", ("k2",), 4)],
    ),
    "three over each other": (
        [BOX, shapely.box(8, 0, 18, 10), shapely.box(5, 8, 13, 18)],
        [("no_overlap", "k0", ("k1",), 20), ("no_overlap", "k0", ("k2",), 10), ("no_overlap", "k1", ("k2",), 10)],
    ),
    "a spike": (
        [shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)])],
        [("no_self_intersection", "k0", (), None)],
    ),
    "a bay that is open": ([shapely.Polygon([(0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30)])], []),
    "parts that overlap": (
        [shapely.MultiPolygon([BOX, shapely.box(5, 5, 15, 15)])],
        [("no_self_intersection", "k0", (), None), ("single_part", "k0", (), 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_odd_shape_is_told_once_or_not_at_all(model, name):
    shapes, wanted = CASES[name]
    placed = [None if s is None else shapely.transform(s, lambda xy: xy + PLACES[4527]) for s in shapes]
    told = [(f.kind, f.key, f.partners, f.measure) for f in judge(model, placed)]
    assert sorted(told, key=str) == sorted(((*w[:3], w[3] if w[3] is None else pytest.approx(w[3])) for w in wanted), key=str)


def test_whole_numbers_as_keys_are_ordered_by_size(model):
    shapes = [shapely.transform(s, lambda xy: xy + PLACES[4527]) for s in (shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10))]
    (found,) = judge(model, shapes, keys=["10", "9"])
    assert (found.key, found.partners, found.row) == ("9", ("10",), 2)


@pytest.mark.parametrize(
    ("epsg", "corner", "metre"), [(3857, (13_000_000, 3_700_000), 1 / 0.8512), (2263, (1_000_000, 200_000), 3.28084)]
)
def test_web_mercator_and_feet_are_judged_in_metres(model, epsg, corner, metre):
    """Squares 10 m wide that overlap by 0.5 m on the ground; an edge of 4 cm is short in any unit."""
    first = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0.04, 10), (0, 10)])
    shapes = [first, shapely.box(9.5, 0, 20, 10)]
    found = judge(model, [shapely.transform(s, lambda xy: xy * metre + corner) for s in shapes], epsg)
    assert {f.kind: f.measure for f in found} == {
        "no_overlap": pytest.approx(5, rel=0.02), "no_short_edge": pytest.approx(0.04, rel=0.02)
    }  # fmt: skip
    assert all(abs(f.x - corner[0]) < 25 * metre for f in found)
