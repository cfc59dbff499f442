"""WKB written in step is the WKB that GEOS writes."""

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.geometry.wkb_writer import hexadecimal, write


def shape(kind: int, x: float) -> shapely.Geometry:
    outer = shapely.box(39_500_000 + x, 3_500_000, 39_500_100 + x, 3_500_100)
    hole = shapely.box(39_500_010 + x, 3_500_010, 39_500_020 + x, 3_500_030)
    other = shapely.box(39_500_200 + x, 3_500_000, 39_500_210 + x, 3_500_010)
    return [outer, outer.difference(hole), shapely.MultiPolygon([outer.difference(hole), other]), other.buffer(3, 2)][kind]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1000)), max_size=6), st.sampled_from([None, 4490]))
def test_the_bytes_are_those_of_geos(kinds, srid):
    batch = PlaneBatch.from_shapely([shape(k, x) for k, x in kinds], 39)
    metres = batch.to_shapely()
    coords = batch.coords / 10_000
    expected = shapely.to_wkb(shapely.set_srid(metres, srid) if srid else metres, include_srid=srid is not None)
    assert write(batch, coords, srid=srid).to_pylist() == list(expected)


@given(st.lists(st.binary(max_size=9), max_size=5), st.integers(0, 4))
def test_hexadecimal_text_of_any_bytes_also_of_a_slice(values, start):
    column = pa.array(values, pa.binary())[start:]
    assert hexadecimal(column).to_pylist() == [v.hex().upper() for v in values[start:]]


def test_hexadecimal_text_of_digests():
    digests = [bytes(np.arange(n, n + 32, dtype=np.uint8)) for n in range(3)]
    assert hexadecimal(pa.array(digests, pa.binary(32))[1:]).to_pylist() == [d.hex().upper() for d in digests[1:]]
