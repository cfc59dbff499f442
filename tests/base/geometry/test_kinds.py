"""Lines and points in the flat batch: integers, normal form, WKB and JSON, each by another road."""

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base.geometry import BadShape, PlaneBatch, PlaneShape, ShapeText
from ziyuan.base.geometry.wkb_writer import write

EAST, NORTH = 395_123_400_000, 35_000_000_000
SPOTS = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: (EAST + p[0], NORTH + p[1]))
RUNS = st.lists(st.lists(SPOTS, min_size=2, max_size=6), min_size=1, max_size=3)
LINES = RUNS.map(lambda runs: PlaneShape(39, tuple((tuple(run),) for run in runs), "line"))
POINTS = st.lists(SPOTS, min_size=1, max_size=4).map(lambda ps: PlaneShape(39, tuple(((p,),) for p in ps), "point"))
SHAPES = st.one_of(st.lists(LINES, min_size=1, max_size=5), st.lists(POINTS, min_size=1, max_size=5))


def metres(shape):
    """By shapely alone."""
    parts = [[(e / 10_000, n / 10_000) for e, n in part[0]] for part in shape.parts]
    return shapely.MultiLineString(parts) if shape.kind == "line" else shapely.MultiPoint([p[0] for p in parts])


def form(shape, *, turned=False):
    """The normal form, written down point by point."""
    runs = [part[0] for part in shape.parts]
    runs = [min(run, run[::-1]) for run in runs] if turned else runs
    words = sorted(struct.pack(f">{1 + 2 * len(run)}q", len(run), *(v for p in run for v in p)) for run in runs)
    return struct.pack(">2q", shape.zone, len(words)) + b"".join(struct.pack(">q", 1) + w for w in words)


@given(SHAPES, st.sampled_from([None, 4490]))
@settings(max_examples=60, deadline=None)
def test_what_is_read_is_what_was_written(shapes, srid):
    batch = PlaneBatch.of(shapes)
    given_ = [metres(shape) for shape in shapes]
    assert list(PlaneBatch.from_wkb([g.wkb for g in given_], 4527, kind=batch.kind)) == shapes
    assert list(PlaneBatch.from_shapely(given_, 39, kind=batch.kind)) == shapes
    assert [g.wkb for g in batch.to_shapely()] == [g.wkb for g in given_]
    known = np.array(given_, dtype=object)
    wanted = shapely.to_wkb(shapely.set_srid(known, srid) if srid else known, include_srid=srid is not None)
    assert write(batch, batch.coords / 10_000, srid=srid).to_pylist() == list(wanted)
    assert [PlaneShape.from_json(shape.to_json()) for shape in shapes] == shapes
    assert batch.survives_4490().all() and list(PlaneBatch.from_4490(batch.to_4490(), 39, kind=batch.kind)) == shapes
    place = np.arange(len(shapes))[::-1]
    assert list(batch.take(place)) == shapes[::-1]


@given(SHAPES)
@settings(max_examples=60, deadline=None)
def test_the_normal_form_knows_the_direction_of_a_line_unless_it_is_declared_not_to(shapes):
    batch = PlaneBatch.of(shapes)
    assert batch.normal_bytes() == [form(shape) for shape in shapes]
    assert batch.normal_bytes(turned=True) == [form(shape, turned=True) for shape in shapes]
    back = PlaneBatch.of([PlaneShape(39, tuple((part[0][::-1],) for part in s.parts[::-1]), s.kind) for s in shapes])
    assert back.normal_bytes(turned=True) == batch.normal_bytes(turned=True)


def test_a_line_is_no_polygon_and_a_point_no_line():
    line = shapely.LineString([(39_512_340, 3_500_000), (39_512_341, 3_500_001)])
    square, point = shapely.box(39_512_340, 3_500_000, 39_512_341, 3_500_001), shapely.Point(39_512_340, 3_500_000)
    for kind, good, bad, title in (
        ("line", line, square, "不是线"), ("point", point, line, "不是点"), ("polygon", square, line, "不是面"),
    ):  # fmt: skip
        with pytest.raises(BadShape, match=title):
            PlaneBatch.from_wkb([good.wkb, bad.wkb], 4527, kind=kind)
        read = PlaneBatch.from_wkb([good.wkb, bad.wkb, None, type(good)().wkb], 4527, kind=kind, strict=False)
        assert [p == 0 for p in read.problems] == [True, False, False, False] and len(read.shape(0).parts) == 1


@pytest.mark.parametrize(("text", "why"), [
    ({"kind": "curve", "parts": []}, "curve"), ({"kind": "line", "parts": [[[[EAST, NORTH]]]]}, "两点"),
    ({"kind": "point", "parts": [[[[EAST, NORTH], [EAST, NORTH]]]]}, "一对坐标"),
    ({"kind": "line", "parts": [[[[EAST, NORTH], [EAST, NORTH]], [[EAST, NORTH], [EAST, NORTH]]]]}, "一串"),
    ({"parts": [[[[EAST, NORTH], [EAST, NORTH]]]]}, "三点"),
])  # fmt: skip
def test_a_text_that_is_no_shape_is_refused(text, why):
    with pytest.raises(ShapeText, match=why):
        PlaneShape.from_json({"zone": 39, **text})
