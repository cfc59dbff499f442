"""Whatever a file holds, a check ends in findings, never in an error."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.onemap.quality import county
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.standards import library

pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered")
MODELS = [library.load("tdt1057@2020"), library.load("control_lines@2021")]
FIELDS = list(MODELS[0].entity("DLTB").fields)
BASE = shapely.box(39_512_340, 3_505_000, 39_512_400, 3_505_060)
ROWS = 4
_ODD = ["0101", "1203", " ", "\u3000", "𠀀", "1e400", "-0", "NaN"]
_TEXT = st.one_of(st.none(), st.text(max_size=25), st.sampled_from(_ODD))
_WHOLE = st.integers(-(2**63), 2**63 - 1)
_KINDS = st.one_of(
    st.tuples(st.just(pa.string()), st.lists(_TEXT, min_size=ROWS, max_size=ROWS)),
    st.tuples(st.just(pa.large_string()), st.lists(_TEXT, min_size=ROWS, max_size=ROWS)),
    st.tuples(st.just(pa.float64()), st.lists(st.one_of(st.none(), st.floats()), min_size=ROWS, max_size=ROWS)),
    st.tuples(st.just(pa.int64()), st.lists(st.one_of(st.none(), _WHOLE), min_size=ROWS, max_size=ROWS)),
    st.tuples(st.just(pa.bool_()), st.lists(st.one_of(st.none(), st.booleans()), min_size=ROWS, max_size=ROWS)),
    st.tuples(st.just(pa.date32()), st.just([dt.date(2024, 12, 31)] * ROWS)),
    st.tuples(st.just(pa.timestamp("ms")), st.just([dt.datetime(2024, 12, 31)] * ROWS)),
    st.tuples(st.just(pa.binary()), st.just([b"\xff"] * ROWS)),
    st.tuples(st.just(pa.list_(pa.int64())), st.just([[1]] * ROWS)),
    st.tuples(st.just(pa.null()), st.just([None] * ROWS)),
    st.tuples(st.just(pa.decimal128(15, 2)), st.just([None] * ROWS)),
)  # fmt: skip
_SHAPES = [
    None,
    BASE,
    shapely.Polygon(),
    shapely.Point(1, 2),
    shapely.LineString([(0, 0), (1, 1)]),
    shapely.GeometryCollection([BASE]),
    shapely.MultiPolygon([BASE, BASE]),
    shapely.Polygon([(0, 0), (0, 0), (0, 0)]),
    shapely.Polygon([(0, 0), (1, 0), (2, 0), (1, 0)]),
    shapely.Polygon([(39_512_340, 3_505_000), (39_512_400, 3_505_060), (39_512_400, 3_505_000), (39_512_340, 3_505_060)]),
    shapely.Polygon([(0, 0), (math.nan, 1), (1, 1)]),
    shapely.Polygon([(0, 0), (1e300, 1), (1, 1)]),
    shapely.force_3d(BASE, 5.0),
    shapely.affinity.scale(BASE, 1e-6, 1e-6),
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns=st.dictionaries(st.sampled_from([*FIELDS, "MORE", "名称"]), _KINDS, max_size=12),
       shapes=st.lists(st.integers(0, len(_SHAPES) - 1), min_size=ROWS, max_size=ROWS),
       epsg=st.sampled_from([4527, 4526, 4548, 4490, 3857]))  # fmt: skip
def test_any_columns_and_any_shapes_end_in_findings(columns, shapes, epsg):
    arrays = {name: pa.array(values, kind) for name, (kind, values) in columns.items()}
    wkb = [None if _SHAPES[i] is None else shapely.to_wkb(_SHAPES[i]) for i in shapes]
    arrays["geometry"] = pa.array(wkb, pa.binary())
    layers = county.make(4, 4).layers()
    layers["DLTB"] = LayerTable("DLTB", epsg, pa.table(arrays), "GPKG", "UTF-8", "a.gpkg")
    report = check(MODELS, layers, county="340123", period="2024", zone=39, control_areas=[])
    assert report.errors > 0
    assert all(math.isfinite(f.x) and math.isfinite(f.y) for f in report.findings if f.x is not None and f.y is not None)


def test_bytes_that_are_no_geometry_count_as_none():
    made = county.make(4, 4)
    layers = made.layers()
    table = layers["DLTB"].table
    wkb = table.column("geometry").to_pylist()
    wkb[3] = b"\x01\x03\x00"
    at = table.column_names.index("geometry")
    layers["DLTB"] = LayerTable("DLTB", 4527, table.set_column(at, "geometry", pa.array(wkb, pa.binary())), "GPKG", "UTF-8", "a")
    report = check(MODELS[:1], layers, county="340123", period="2024")
    assert [f.row for f in report.findings if f.rule == "DLTB-geometry-empty"] == [4]


@pytest.mark.parametrize("name", ["XZQ", "CJDCQ", "DLTB"])
def test_a_layer_without_geometry_column_is_judged_row_by_row(name):
    layers = county.make(4, 4).layers()
    old = layers[name]
    layers[name] = LayerTable(name, 4527, old.table.drop_columns(["geometry"]), "GPKG", "UTF-8", "a")
    report = check(MODELS[:1], layers, county="340123", period="2024")
    assert sum(c.count for c in report.counts if c.rule == f"{name}-geometry-empty") == len(old)


def test_chunked_and_dictionary_coded_columns_are_the_same_columns():
    made = county.make(4, 4)
    layers = made.layers()
    table = layers["DLTB"].table
    halves = pa.concat_tables([table.slice(0, 8), table.slice(8)])
    at = halves.column_names.index("DLBM")
    coded = halves.set_column(at, "DLBM", halves.column("DLBM").dictionary_encode())
    layers["DLTB"] = LayerTable("DLTB", 4527, coded, "GPKG", "UTF-8", "a")
    report = check(MODELS[:1], layers, county="340123", period="2024", control_areas=made.control)
    assert report.clean, report.findings[:3]
    assert np.isclose(report.areas["DLTB"], sum(made.columns["DLTB"]["TBMJ"]), atol=1)
