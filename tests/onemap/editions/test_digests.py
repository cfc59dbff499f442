"""A feature's digest sees what changed and nothing else."""

import random
import unicodedata
from datetime import date
from decimal import Decimal

import pyarrow as pa
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.onemap import small_county as world
from ziyuan.base import canonical
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.editions.digests import KIND, feature_digests, record

VALUES = {
    "text": st.none() | st.text(max_size=12).map(lambda t: unicodedata.normalize("NFC", t)),
    "number": st.none()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
    "day": st.none() | st.dates(date(1900, 1, 1)),
}
TYPES = {"text": pa.string(), "number": pa.decimal128(38, 2), "whole": pa.int64(), "day": pa.date32()}
SQUARE = shapely.box(world.WEST, world.SOUTH, world.WEST + 10, world.SOUTH + 10)


def of(shape: shapely.Geometry, **values: object) -> bytes:
    batch = PlaneBatch.from_shapely([shape], world.ZONE)
    return feature_digests("a@1/B", ["k"], {n: pa.array([v]) for n, v in values.items()}, batch)[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=8))
def test_digests_by_column_equal_the_canonical_digest_of_each_feature(rows):
    batch = PlaneBatch.from_shapely([SQUARE] * len(rows), world.ZONE)
    keys = [f"键{i}" for i in range(len(rows))]
    columns = {n: pa.array([r[n] for r in rows], TYPES[n]) for n in VALUES}
    expected = [
        canonical.digest(KIND, record("a@1/B", key, row, form))
        for key, row, form in zip(keys, rows, batch.normal_bytes(), strict=True)
    ]
    assert feature_digests("a@1/B", keys, columns, batch) == expected


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 12))
def test_a_re_export_in_other_order_start_and_direction_is_no_change(seed, corners):
    spin = random.Random(seed)
    shape = shapely.Point(world.WEST, world.SOUTH).buffer(50, quad_segs=corners)
    shape = shape.difference(shapely.Point(world.WEST + 10, world.SOUTH).buffer(5, quad_segs=2))
    shape = shape.difference(shapely.Point(world.WEST - 20, world.SOUTH).buffer(6, quad_segs=2))
    other = shapely.box(world.WEST + 100, world.SOUTH, world.WEST + 110, world.SOUTH + 10)
    written = shapely.MultiPolygon([other, _turned(shape, spin)])
    assert of(shapely.MultiPolygon([shape, other]), DLBM="0101") == of(written, DLBM="0101")


def _turned(shape: shapely.Polygon, spin: random.Random) -> shapely.Polygon:
    def ring(line):
        points = list(line.coords)[:-1]
        turn = spin.randrange(len(points))
        points = points[turn:] + points[:turn]
        return points[::-1] if spin.random() < 0.5 else points

    holes = [ring(h) for h in shape.interiors]
    spin.shuffle(holes)
    return shapely.Polygon(ring(shape.exterior), holes)


def test_one_unit_of_one_vertex_is_a_change():
    moved = shapely.Polygon(
        [(x + (0.0001 if i == 1 else 0), y) for i, (x, y) in enumerate(SQUARE.exterior.coords)][:-1]
    )
    assert of(SQUARE) != of(moved)


def test_less_than_half_a_unit_is_no_change():
    moved = shapely.transform(SQUARE, lambda xy: xy + 0.00004)
    assert of(SQUARE) == of(moved)


def test_a_collinear_vertex_more_is_a_change():
    x, y = world.WEST, world.SOUTH
    assert of(SQUARE) != of(shapely.Polygon([(x, y), (x + 5, y), (x + 10, y), (x + 10, y + 10), (x, y + 10)]))


def test_nothing_and_empty_text_differ():
    assert of(SQUARE, BZ=None) != of(SQUARE, BZ="")


def test_scale_of_a_number_is_part_of_it():
    assert of(SQUARE, MJ=Decimal("1.2")) != of(SQUARE, MJ=Decimal("1.20"))
