"""Pieces of shapes in plane integers."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.onemap import small_county as world
from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.editions.cut import cut, rest

W, S = world.WEST, world.SOUTH


def batch(*shapes: shapely.Geometry) -> PlaneBatch:
    return PlaneBatch.from_shapely(list(shapes), world.ZONE)


def test_shapes_that_only_touch_have_no_piece():
    met = cut(batch(shapely.box(W, S, W + 1, S + 1)), batch(shapely.box(W + 1, S, W + 2, S + 1)))
    assert len(met.areas) == 0


def test_half_a_square_is_half_its_official_area():
    met = cut(batch(shapely.box(W, S, W + 60, S + 60)), batch(shapely.box(W + 30, S - 9, W + 99, S + 99)))
    assert (
        met.pieces.shape(0).area_official()
        == batch(shapely.box(W + 30, S, W + 60, S + 60)).shape(0).area_official()
    )


def test_a_vertex_on_a_neighbours_edge_leaves_no_sliver():
    """The middle of an edge in whole units lies on it exactly; as doubles of metres it may not."""
    left = shapely.Polygon([(W, S), (W + 33.3334, S + 77.7778), (W, S + 77.7778)])
    right = shapely.Polygon([(W, S), (W + 40, S), (W + 33.3334, S + 77.7778), (W + 16.6667, S + 38.8889)])
    assert len(cut(batch(left), batch(right)).areas) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_pieces_of_a_tessellation_add_up_to_the_site(seed):
    random = np.random.default_rng(seed)
    cells = batch(*world.grid(5, 5, seed=seed))
    corners = np.round(random.uniform(0, 500, (8, 2)), 4) + np.array([W, S])
    site = batch(shapely.convex_hull(shapely.MultiPoint(corners)))
    met = cut(site, cells)
    whole = float(areas.official_area(site)[0])
    assert met.areas.sum() == pytest.approx(whole, abs=0.005 * len(met.areas))
    assert rest(site, cells)[1] == pytest.approx(0, abs=0.005)


def test_what_the_covers_leave_is_the_rest():
    site, cover = batch(shapely.box(W, S, W + 100, S + 100)), batch(shapely.box(W, S, W + 100, S + 40))
    left, area = rest(site, cover)
    assert area == pytest.approx(
        float(areas.official_area(batch(shapely.box(W, S + 40, W + 100, S + 100)))[0]), abs=1e-6
    )
    assert len(left) == 1


def test_a_piece_in_two_parts_is_one_piece():
    comb = shapely.Polygon(
        [
            (W, S),
            (W + 30, S),
            (W + 30, S + 10),
            (W + 20, S + 10),
            (W + 20, S + 5),
            (W + 10, S + 5),
            (W + 10, S + 10),
            (W, S + 10),
        ]
    )
    met = cut(batch(shapely.box(W, S + 6, W + 30, S + 20)), batch(comb))
    assert len(met.areas) == 1
    assert len(met.pieces.shape(0).parts) == 2
