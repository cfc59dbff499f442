"""What lies on an edge of kilometres in degrees lies on it, though it lies beside it in the plane."""

import pyarrow as pa
import pyproj
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from tests.onemap.quality.test_minimal_models import POLYGONS, model, told
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.judge import judge

WEST, EAST, LOW, HIGH = 117.0, 117.04, 31.0, 31.03
HALF = (WEST + EAST) / 2  # on an edge of four kilometres, in the plane some twenty centimetres beside it
LONG = {
    "an end on a long line": (
        {"L": ("line", ["no_dangle"])},
        {"L": [("A", LineString([(WEST, LOW), (EAST, LOW), (EAST, HIGH), (WEST, LOW)])),
               ("B", LineString([(HALF, LOW), (EAST, HIGH)]))]},
        [],
    ),
    "half of a long edge": (
        {"L": ("line", ["on_boundary_of, of: P"]), "P": POLYGONS},
        {"L": [("A", LineString([(WEST, LOW), (HALF, LOW)])), ("B", LineString([(WEST, LOW), (HALF, LOW), (HALF, HIGH)]))],
         "P": [("P", box(WEST, LOW, EAST, HIGH))]},
        [("on_boundary_of", "B")],
    ),
    "a point on a long edge": (
        {"N": ("point", ["on_boundary_of, of: P"]), "P": POLYGONS},
        {"N": [("A", Point(HALF, LOW)), ("B", Point(HALF, LOW + 1e-6))], "P": [("P", box(WEST, LOW, EAST, HIGH))]},
        [("on_boundary_of", "B")],
    ),
    "a line along a long edge": (
        {"L": ("line", ["covered_by, by: P"]), "P": POLYGONS},
        {"L": [("A", LineString([(WEST, HIGH), (HALF, HIGH)])),
               ("B", LineString([(WEST, LOW), (HALF, LOW), (HALF, LOW - 0.01)]))],
         "P": [("P", box(WEST, LOW, EAST, HIGH))]},
        [("covered_by", "B")],
    ),
    "points along a long edge": (
        {"N": ("point", ["covered_by, by: P"]), "P": POLYGONS},
        {"N": [("A", Point(HALF, LOW)), ("B", Point(HALF, HIGH))], "P": [("P", box(WEST, LOW, EAST, HIGH))]},
        [],
    ),
    "more nodes on one side of a long border": (
        {"P": ("polygon", ["edge_match, with: Z, tolerance: 1"]), "Z": POLYGONS},
        {"P": [("A", box(WEST, LOW, EAST, HIGH))],
         "Z": [("Z", Polygon([(WEST, LOW), (HALF, LOW), (EAST, LOW), (EAST, LOW - 0.01), (WEST, LOW - 0.01)]))]},
        [],
    ),
    "two on a long border": (
        {"P": ("polygon", ["no_overlap", "no_gap"])},
        {"P": [("A", box(WEST, LOW, EAST, HIGH)), ("B", box(WEST, LOW - 0.01, HALF, LOW)),
               ("C", box(HALF, LOW - 0.01, EAST, LOW))]},
        [],
    ),
}  # fmt: skip


def on_long_edges(folder, case):
    layers, rows, _ = LONG[case]
    tables = {
        name: LayerTable(name, 4490, pa.table({
            "ID": [key for key, _ in one], "geometry": pa.array([shapely.to_wkb(shape) for _, shape in one], pa.binary()),
        }), "GPKG", "UTF-8", "mine.gpkg") for name, one in rows.items()
    }  # fmt: skip
    return judge([model(folder, layers)], tables, required=[]).findings


@pytest.mark.parametrize("case", LONG)
def test_what_lies_on_a_long_edge_in_degrees_lies_on_it(tmp_path, case):
    findings = on_long_edges(tmp_path, case)
    assert told(findings) == sorted(LONG[case][2])
    if case == "half of a long edge":
        metres = pyproj.Geod(ellps="GRS80").inv(HALF, LOW, HALF, HIGH)[2]
        assert findings[0].measure == pytest.approx(metres, rel=1e-3)


@pytest.mark.parametrize(
    "case", ["an end on a long line", "half of a long edge", "a point on a long edge", "points along a long edge"]
)
def test_in_the_plane_alone_it_would_lie_beside_it(tmp_path, case, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(Frame, "straight", property(lambda frame: frame))
    assert len(on_long_edges(tmp_path, case)) > len(LONG[case][2])
