import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.base.shapes import shapes
from ziyuan.base import crs
from ziyuan.base.geometry import BadShape, PlaneBatch, PlaneShape, Problem, ShapeText, to_metres, to_units

SQUARE = shapely.box(39_512_340, 3_500_000, 39_512_440, 3_500_100)
HOLED = shapely.Polygon(
    [(39_512_340, 3_500_000), (39_512_440, 3_500_000), (39_512_440, 3_500_100), (39_512_340, 3_500_100)],
    [[(39_512_350, 3_500_010), (39_512_350, 3_500_020), (39_512_360, 3_500_020)]],
)


@pytest.mark.parametrize(
    ("metres", "units"),
    [
        (39512340.1180, 395123401180),
        (39512340.11795, 395123401180),  # on the tie after reading to 1e-6: up
        (39512340.117949, 395123401179),
        (39512340.1179499999, 395123401180),  # the noise of doubles goes first
        (0.00005, 1),
        (-0.00005, 0),  # half up, not away from zero
    ],
)
def test_metres_are_read_to_a_millionth_and_then_half_up(metres, units):
    assert to_units(metres) == units


@given(st.integers(0, 60_000_000 * 10_000))
def test_units_survive_the_way_through_metres(units):
    assert to_units(to_metres(units)) == units


def test_points_off_the_grid_are_counted():
    batch = PlaneBatch.from_shapely(
        [shapely.Polygon([(39e6 + 5e5, 3.5e6), (39500100.00004, 3.5e6), (39500100, 3500100)])], 39
    )
    assert batch.off_grid == 1
    assert PlaneBatch.from_shapely([SQUARE], 39).off_grid == 0


def test_a_ring_does_not_repeat_its_first_point():
    shape = PlaneShape.from_shapely(SQUARE, 39)
    assert len(shape.parts[0][0]) == 4
    assert shape.to_shapely().equals(SQUARE)


def test_coordinates_without_zone_prefix_get_it():
    bare = shapely.box(512_340, 3_500_000, 512_440, 3_500_100)
    found = PlaneBatch.from_wkb([bare.wkb], 4548)
    assert found.zone == 39
    assert found.shape(0) == PlaneShape.from_shapely(SQUARE, 39)


def test_degrees_need_a_zone_and_are_projected_into_it():
    degrees = PlaneShape.from_shapely(SQUARE, 39).to_4490()
    with pytest.raises(crs.ZoneOutOfRange):
        PlaneBatch.from_wkb([degrees.wkb], 4490)
    assert PlaneBatch.from_wkb([degrees.wkb], 4490, zone=39).shape(0) == PlaneShape.from_shapely(SQUARE, 39)


@settings(max_examples=60)
@given(st.sampled_from([38, 39, 40]).flatmap(shapes))
def test_the_way_through_degrees_gives_the_same_integers(shape):
    assert shape.batch().survives_4490().all()
    assert PlaneShape.from_4490(shape.to_4490(), shape.zone) == shape
    assert PlaneShape.from_4490(shapely.from_wkb(shape.to_wkb_4490()), shape.zone) == shape


@settings(max_examples=40)
@given(shapes())
def test_a_shape_survives_text_and_shapely(shape):
    assert PlaneShape.from_json(json.loads(json.dumps(shape.to_json()))) == shape
    assert PlaneShape.from_shapely(shape.to_shapely(), shape.zone) == shape
    assert shape.to_shapely().is_valid


@settings(max_examples=40)
@given(st.lists(shapes(), min_size=1, max_size=6), st.data())
def test_a_batch_agrees_with_its_shapes_one_by_one(several, data):
    batch = PlaneBatch.of(several)
    assert list(batch) == several
    geometries = batch.to_shapely()
    again = PlaneBatch.from_wkb(shapely.to_wkb(geometries), 39)
    assert list(again) == several
    boxes = np.array([to_units(g.bounds) for g in geometries])
    assert (batch.boxes == boxes).all()
    assert batch.plane_areas() == pytest.approx(shapely.area(geometries), abs=1e-5)
    chosen = data.draw(st.lists(st.integers(0, len(several) - 1), max_size=8))
    assert list(batch.take(np.array(chosen, dtype=int))) == [several[i] for i in chosen]


def test_orientation_puts_the_interior_left():
    turned = PlaneBatch.from_shapely([shapely.reverse(HOLED)], 39).oriented()
    assert (turned.doubled_ring_areas > 0).tolist() == [True, False]
    assert turned.is_hole.tolist() == [False, True]


def test_extended_wkb_names_the_degrees_system_and_plain_wkb_does_not():
    shape = PlaneShape.from_shapely(HOLED, 39)
    assert shapely.get_srid(shapely.from_wkb(shape.to_wkb_4490(srid=True))) == 4490
    assert shapely.get_srid(shapely.from_wkb(shape.to_wkb_4490())) == 0
    assert shapely.from_wkb(shape.to_wkb_4490()).geom_type == "MultiPolygon"


def triangle(east):
    return shapely.Polygon([(39_512_440, 3_500_000), (east, 3_500_000), (39_512_440, 3_500_100)])


BROKEN = [
    (None, Problem.MISSING),
    (b"", Problem.MISSING),
    (b"\x01\x06\x00", Problem.UNREADABLE),
    (shapely.Polygon().wkb, Problem.EMPTY),
    (shapely.MultiPolygon([shapely.Polygon()]).wkb, Problem.EMPTY),
    (shapely.Point(39_512_340, 3_500_000).wkb, Problem.NOT_POLYGON),
    (shapely.LineString([(39_512_340, 3_500_000), (39_512_341, 3_500_001)]).wkb, Problem.NOT_POLYGON),
    (shapely.GeometryCollection([SQUARE]).wkb, Problem.NOT_POLYGON),
    (triangle(float("nan")).wkb, Problem.NOT_FINITE),
    (triangle(float("inf")).wkb, Problem.NOT_FINITE),
    (shapely.box(512_340, 3_500_000, 512_440, 3_500_100).wkb, Problem.OUTSIDE_ZONE),  # prefix missing
    (shapely.box(40_512_340, 3_500_000, 40_512_440, 3_500_100).wkb, Problem.OUTSIDE_ZONE),  # another zone
    (shapely.box(3_500_000, 39_512_340, 3_500_100, 39_512_440).wkb, Problem.OUTSIDE_ZONE),  # axes swapped
]


@pytest.mark.parametrize(("wkb", "problem"), BROKEN)
def test_what_is_no_usable_polygon_is_refused_with_its_place(wkb, problem):
    with pytest.raises(BadShape, match="第 2 个图形") as refused:
        PlaneBatch.from_wkb([SQUARE.wkb, wkb], 39)
    assert refused.value.facts == {"index": 1, "problem": problem.name}


def test_a_lenient_reading_keeps_the_good_ones_and_marks_the_others():
    batch = PlaneBatch.from_wkb([wkb for wkb, _ in BROKEN] + [HOLED.wkb], 39, strict=False)
    assert batch.problems.tolist() == [problem for _, problem in BROKEN] + [Problem.NONE]
    assert batch.shape(len(BROKEN)) == PlaneShape.from_shapely(HOLED, 39)
    assert all(batch.shape(i).parts == () for i in range(len(BROKEN)))
    assert (batch.boxes[0, 0] > batch.boxes[0, 2]) and batch.plane_areas()[0] == 0
    assert shapely.is_empty(batch.to_4490()[: len(BROKEN)]).all()
    assert len(batch.normal_bytes()) == len(batch)


def test_an_empty_batch_is_a_batch():
    batch = PlaneBatch.from_wkb([], 39)
    assert len(batch) == 0
    assert batch.normal_bytes() == []
    assert batch.boxes.shape == (0, 4)
    assert len(batch.edges().key) == 0
    assert len(batch.to_4490()) == 0


def test_heights_are_dropped():
    raised = shapely.force_3d(SQUARE, 12.5)
    assert PlaneShape.from_shapely(raised, 39) == PlaneShape.from_shapely(SQUARE, 39)


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"zone": 39},
        {"zone": 39, "parts": [[[[395123401180, 35000000000], [1, 2]]]]},
        {"zone": 39, "parts": [[]]},
        {
            "zone": 39,
            "parts": [
                [[[395123401180.0, 35000000000], [395123401181, 35000000000], [395123401181, 35000000001]]]
            ],
        },
        {
            "zone": 39,
            "parts": [[[[5123401180, 35000000000], [5123401181, 35000000000], [5123401181, 35000000001]]]],
        },
        {"zone": 39, "parts": 5},
        {
            "zone": 39,
            "parts": [[[[True, 35000000000], [395123401181, 35000000000], [395123401181, 35000000001]]]],
        },
    ],
)
def test_text_that_is_no_shape_is_refused(text):
    with pytest.raises(ShapeText):
        PlaneShape.from_json(text)


def test_shapes_of_two_zones_make_no_batch():
    square = PlaneShape.from_shapely(SQUARE, 39)
    moved = shapely.transform(SQUARE, lambda xy: xy + np.array([1_000_000, 0]))
    with pytest.raises(crs.ZoneOutOfRange):
        PlaneBatch.of([square, PlaneShape.from_shapely(moved, 40)])
