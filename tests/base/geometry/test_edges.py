from collections import Counter

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.base.shapes import EAST, NORTH, shapes
from ziyuan.base.geometry import PlaneBatch, PlaneShape, edges


def square(column, row, side=100):
    west, south = EAST + column * side, NORTH + row * side
    ring = ((west, south), (west + side, south), (west + side, south + side), (west, south + side))
    return PlaneShape(39, ((ring,),))


def counted(batch):
    """Undirected edges by a dictionary."""
    found: Counter[frozenset] = Counter()
    for shape in batch:
        for part in shape.parts:
            for ring in part:
                for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
                    if a != b:
                        found[frozenset((a, b))] += 1
    return found


def test_inner_borders_of_a_grid_match_and_the_outline_does_not():
    batch = PlaneBatch.of([square(c, r) for c in range(4) for r in range(3)])
    index = batch.edges()
    assert index.matched.sum() == 2 * (3 * 3 + 4 * 2)
    assert len(index.unmatched) == 2 * (4 + 3)
    assert index.candidates().tolist() == [0, 1, 2, 3, 5, 6, 8, 9, 10, 11]


def test_a_duplicate_patch_is_not_taken_for_a_neighbour():
    index = PlaneBatch.of([square(0, 0), square(0, 0)]).edges()
    assert (index.count == 2).all()
    assert not index.matched.any()
    assert index.candidates().tolist() == [0, 1]


def test_a_neighbour_drawn_the_wrong_way_round_still_matches():
    left, right = square(0, 0), square(1, 0)
    turned = PlaneShape(39, ((right.parts[0][0][::-1],),))
    assert PlaneBatch.of([left, turned]).edges().matched.sum() == 2


def test_a_vertex_in_the_middle_of_a_border_leaves_it_unmatched():
    left, right = square(0, 0), square(1, 0)
    ring = right.parts[0][0]
    split = PlaneShape(39, ((((*ring, (EAST + 100, NORTH + 50))),),))
    assert not PlaneBatch.of([left, split]).edges().matched.any()


def test_an_edge_without_length_is_never_a_candidate():
    ring = square(0, 0).parts[0][0]
    doubled = PlaneShape(39, ((((ring[0], *ring)),),))
    index = PlaneBatch.of([doubled]).edges()
    assert (index.count == 0).sum() == 1
    assert len(index.unmatched) == 4


@settings(max_examples=50)
@given(st.lists(shapes(most_parts=2), min_size=1, max_size=4), st.booleans())
def test_counts_agree_with_a_dictionary_of_edges(several, twice):
    batch = PlaneBatch.of(several * 2 if twice else several)
    index, known, turned = batch.edges(), counted(batch), batch.oriented()
    for place, count in enumerate(index.count.tolist()):
        ends = turned.coords[[place, index.following[place]]].tolist()
        assert known[frozenset(map(tuple, ends))] == count


def test_two_edges_of_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(edges, "hash_edges", lambda low, high: np.zeros(len(low), dtype=np.uint64))
    index = PlaneBatch.of([square(c, r) for c in range(4) for r in range(3)]).edges()
    assert index.matched.sum() == 2 * (3 * 3 + 4 * 2)


def test_hashes_of_near_edges_differ():
    places = np.arange(100_000, dtype=np.int64)
    low = np.column_stack([EAST + places % 317, NORTH + places // 317])
    assert len(np.unique(edges.hash_edges(low, low + 1))) == 100_000


def test_a_real_voronoi_tessellation_leaves_only_its_outline():
    points = shapely.points(
        np.random.default_rng(3).uniform(0, 1000, (300, 2)) + np.array([39_500_000, 3_500_000])
    )
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    batch = PlaneBatch.from_shapely(cells, 39)
    outline = shapely.get_coordinates(shapely.union_all(batch.to_shapely(), grid_size=1e-4))
    assert len(batch.edges().unmatched) == len(outline) - 1
