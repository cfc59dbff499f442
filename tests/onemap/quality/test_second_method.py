"""The fast path against a second method: pairwise GEOS and the union of all, on random tessellations with random faults."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.onemap.quality import county
from ziyuan.onemap.quality.areal import bare
from ziyuan.onemap.quality.conflicts import conflicts
from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.shapes import Shapes
from ziyuan.onemap.quality.strips import Grain

GRAIN = Grain(1.0)
FAULTS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "copy", "grow", "hair", "inside", "turn", "split_edge", "bow"]),
        st.integers(0, 35),
        st.integers(0, 35),
    ),
    max_size=4,
)


def _faulty(seed, faults):
    shapes = list(county.lattice(6, 6, seed).ravel())
    for kind, where, other in faults:
        where %= len(shapes)
        shape = shapes[where]
        if kind == "drop" and len(shapes) > 4:
            shapes.pop(where)
        elif kind == "copy":
            shapes.append(shapely.Polygon(np.roll(np.array(shape.exterior.coords)[:-1], other, axis=0)))
        elif kind == "grow":
            shapes[where] = _rounded(shape.buffer(1 + other / 10, join_style="mitre"))
        elif kind == "hair":
            shapes[where] = _moved(shape, other, 0.0002 + other / 1e4)
        elif kind == "inside":
            shapes.append(_rounded(shapely.affinity.scale(shape, 0.4, 0.4)))
        elif kind == "turn":
            shapes[where] = shape.reverse()
        elif kind == "bow":
            points = np.array(shape.exterior.coords)[:-1]
            points[[0, 2]] = points[[2, 0]]
            shapes[where] = shapely.Polygon(points)
    return np.array(shapes, object)


def _rounded(shape):
    return shapely.Polygon(np.round(np.array(shape.exterior.coords), 4))


def _moved(shape, corner, by):
    points = np.array(shape.exterior.coords)[:-1]
    points[corner % len(points)] += by
    return shapely.Polygon(np.round(points, 4))


def _wide(polygon):
    """More than rounding: a circle of 0.1 mm (1 unit) fits in."""
    return polygon.area > 0 and not polygon.buffer(-0.505).is_empty


def _pairwise(shapes):
    """Every pair that shares area, by intersecting all pairs whose boxes meet."""
    out = {}
    for a in range(len(shapes)):
        for b in range(a + 1, len(shapes)):
            shared = shapely.intersection(shapes[a], shapes[b])
            parts = [p for p in shapely.get_parts(shared) if p.geom_type == "Polygon" and _wide(p)]
            if parts:
                out[(a, b)] = sum(p.area for p in parts)
    return out


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), faults=FAULTS)
def test_overlaps_and_duplicates_are_those_of_all_pairs(seed, faults):
    layer = Shapes(_faulty(seed, faults), 4527, "polygon")
    ours = conflicts(Edges.of(layer), GRAIN)
    theirs = _pairwise(layer.sound)
    equal = {pair for g in ours.duplicates for pair in combinations(g.tolist(), 2)}
    assert all(layer.units[a].equals(layer.units[b]) for a, b in equal)
    found = {(o.first, o.second): o.shared.area for o in ours.overlaps}
    assert found.keys() | equal == theirs.keys()
    for pair, area in found.items():
        assert theirs[pair] == pytest.approx(area, rel=1e-6, abs=1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), faults=FAULTS)
def test_gaps_are_the_holes_of_the_union(seed, faults):
    """Invalid shapes are left out: what area they enclose is a matter of opinion."""
    faults = [fault for fault in faults if fault[0] != "bow"]
    layer = Shapes(_faulty(seed, faults), 4527, "polygon")
    ours = sorted(g.area for g in bare(Edges.of(layer), None, GRAIN))
    union = shapely.union_all(layer.sound)
    rings = [shapely.Polygon(r) for p in shapely.get_parts(union) for r in p.interiors]
    holes = shapely.get_parts(shapely.union_all(rings).difference(union)) if rings else []
    theirs = sorted(r.area for r in holes if _wide(r))
    assert len(ours) == len(theirs)
    assert sum(ours) == pytest.approx(sum(theirs), rel=1e-6, abs=10)


@pytest.mark.parametrize("size", [0.0002, 0.001, 0.05])
def test_a_strip_as_thin_as_two_tenths_of_a_millimetre_is_found_on_both_sides(size):
    shapes = county.lattice(4, 4, 3).ravel()
    shapes[5] = _moved(shapes[5], 2, size)
    edges = Edges.of(Shapes(shapes, 4527, "polygon"))
    assert conflicts(edges, GRAIN).overlaps
    assert len(bare(edges, None, GRAIN))


def test_a_second_tessellation_under_the_first_is_found_everywhere():
    """Inside two whole layers every edge is matched; only following the overlaps from the rim finds them all."""
    first, second = county.lattice(4, 4, 1).ravel(), county.lattice(4, 4, 2).ravel()
    layer = Shapes(np.concatenate([first, second]), 4527, "polygon")
    found = {(o.first, o.second) for o in conflicts(Edges.of(layer), GRAIN).overlaps}
    assert found == set(_pairwise(layer.sound))
