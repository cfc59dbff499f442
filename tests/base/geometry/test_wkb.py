"""The flat reading of WKB against GEOS: the same arrays, the same judgement of what is damaged."""

import random

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.base.shapes import shapes
from ziyuan.base.geometry import PlaneBatch, reading, wkb


def flat_by_geos(values):
    return reading._ragged(shapely.from_wkb(np.asarray(values, object)))


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def written(geometries, srid=0):
    placed = shapely.set_srid(np.asarray(geometries, object), srid) if srid else geometries
    return list(shapely.to_wkb(placed, include_srid=bool(srid)))


@settings(max_examples=60, deadline=None)
@given(st.lists(shapes(), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_polygons_and_multipolygons_come_out_as_geos_reads_them(given_shapes, single, with_srid):
    geometries = [shape.to_shapely() for shape in given_shapes]
    geometries = [g.geoms[0] if single and len(g.geoms) == 1 else g for g in geometries]
    values = written(geometries, 4490 if with_srid else 0)
    found = wkb.parse(wkb.binary(values))
    assert found is not None
    assert same(found, flat_by_geos(values))
    batch = PlaneBatch.from_wkb(values, 39)
    assert [batch.shape(i) for i in range(len(batch))] == given_shapes


def test_every_arrow_form_of_the_bytes_gives_the_same_batch():
    values = written([shapely.box(39_500_000 + k, 3_500_000, 39_500_100 + k, 3_500_100) for k in range(9)])
    plain = PlaneBatch.from_wkb(values, 39)
    forms = [
        pa.array(values, pa.binary()),
        pa.array(values, pa.large_binary()),
        pa.array(values, pa.binary_view()),
        pa.chunked_array([pa.array(values[:4], pa.binary()), pa.array(values[4:], pa.binary())]),
        pa.array([b"x", *values, b"y"], pa.large_binary())[1:-1],
        np.asarray(values, object),
        [memoryview(value) for value in values],
    ]
    for form in forms:
        assert same(PlaneBatch.from_wkb(form, 39).coords, plain.coords)
    assert len(PlaneBatch.from_wkb(pa.chunked_array([], pa.binary()), 39)) == 0


SQUARE = shapely.box(39_500_000, 3_500_000, 39_500_100, 3_500_100)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        b"",
        b"\x01",
        shapely.to_wkb(shapely.Point(1, 2)),
        shapely.to_wkb(shapely.Polygon()),
        shapely.to_wkb(shapely.MultiPolygon()),
        shapely.to_wkb(shapely.force_3d(SQUARE), output_dimension=3),
        shapely.to_wkb(SQUARE, byte_order=0),
        shapely.to_wkb(SQUARE)[:-1],
        shapely.to_wkb(SQUARE)[:20],
        shapely.to_wkb(SQUARE)[:-8] + b"\0" * 8,
        shapely.to_wkb(SQUARE)[:9] + b"\xff\xff\xff\xff" + shapely.to_wkb(SQUARE)[13:],
        shapely.to_wkb(SQUARE)[:5] + b"\xff\xff\xff\xff" + shapely.to_wkb(SQUARE)[9:],
    ],
)
def test_an_odd_value_is_left_to_geos_and_marks_only_itself(odd):
    values = [shapely.to_wkb(SQUARE), odd, shapely.to_wkb(SQUARE)]
    assert wkb.parse(wkb.binary(values)) is None
    batch = PlaneBatch.from_wkb(values, 39, strict=False)
    good = PlaneBatch.from_wkb(values[:1], 39).shape(0)
    assert batch.shape(0) == batch.shape(2) == good
    geometry = shapely.from_wkb(odd or None, on_invalid="ignore")
    usable = geometry is not None and "Polygon" in geometry.geom_type and not geometry.is_empty
    assert bool(batch.problems[1] == 0) is usable


def test_bytes_broken_at_random_never_read_otherwise_than_geos_reads_them():
    chance = random.Random(7)
    whole = shapely.to_wkb(shapely.MultiPolygon([SQUARE, shapely.box(39_501_000, 3_500_000, 39_501_100, 3_500_100)]))
    for _ in range(400):
        broken = bytearray(whole)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        value = bytes(broken[: chance.choice([len(broken), chance.randrange(len(broken))])])
        found = wkb.parse(wkb.binary([value]))
        if found is not None:
            geometry = shapely.from_wkb(value, on_invalid="ignore")
            assert geometry is not None
            assert same(found, flat_by_geos([value]))


@settings(max_examples=30, deadline=None)
@given(st.lists(shapes(), min_size=2, max_size=6), st.randoms())
def test_the_order_of_the_rows_changes_nothing_but_the_order(given_shapes, chance):
    order = list(range(len(given_shapes)))
    chance.shuffle(order)
    values = written([shape.to_shapely() for shape in given_shapes])
    batch, shuffled = PlaneBatch.from_wkb(values, 39), PlaneBatch.from_wkb([values[i] for i in order], 39)
    assert [shuffled.shape(i) for i in range(len(order))] == [batch.shape(i) for i in order]
    assert np.array_equal(shuffled.boxes, batch.boxes[order])
    assert sorted(shuffled.edges().key.tolist()) == sorted(batch.edges().key.tolist())


def test_a_geometry_of_thousands_of_parts_goes_to_geos():
    many = shapely.MultiPolygon([shapely.box(k, 0, k + 0.5, 1) for k in range(6_000)])
    assert wkb.parse(wkb.binary(written([many]))) is None
    assert wkb.parse(wkb.binary(written([shapely.MultiPolygon(many.geoms[:2_000])]))) is not None
