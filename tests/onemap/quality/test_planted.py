"""Faults planted in lattices are each found once, with kind, features, place and measure; the same lattice without is clean.

In metres and in degrees, in Chinese zones and elsewhere, whatever the order of rows and vertices.
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely

from tests.onemap.quality.planted import PLANTERS, Field, disguised, lattice, planted
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.standards.loader import load_file

MODEL = """
standard: {{id: mine, edition: "1", title: 我的图层}}
space: {{area: {area}}}
entities:
  PARCELS:
    geometry: {{kind: polygon}}
    key: ID
    fields: {{ID: {{type: text, length: 20}}}}
    topology:
      - {{id: R-1, rule: no_overlap}}
      - {{id: R-2, rule: no_gap}}
      - {{id: R-3, rule: no_duplicate}}
      - {{id: R-4, rule: no_contained}}
      - {{id: R-5, rule: no_self_intersection}}
      - {{id: R-6, rule: no_sliver, min_width: 0.2}}
      - {{id: R-7, rule: no_short_edge, min_length: 0.05}}
      - {{id: R-8, rule: single_part}}
"""
PLACES = {
    4527: (39_512_340.0, 3_505_000.0), 4548: (512_340.0, 3_505_000.0), 2056: (2_600_000.0, 1_200_000.0),
    27700: (400_000.0, 300_000.0), 32650: (500_000.0, 3_500_000.0), 32633: (500_000.0, 5_200_000.0),
    2193: (1_750_000.0, 5_920_000.0),
}  # fmt: skip
DEGREES = {4490: 4527, 4326: 32633, 4258: 32633}
"""Degrees, and the plane system in which the lattice was drawn."""
SIZES = [0.0002, 0.001, 0.05, 0.5]


@lru_cache
def across(epsg, other):
    return pyproj.Transformer.from_crs(epsg, other, always_xy=True)


def to_file(epsg, xy):
    """Local metres as coordinates of a file in this system."""
    if epsg in PLACES:
        return np.round(xy + PLACES[epsg], 9)
    plane = DEGREES[epsg]
    return np.column_stack(across(plane, epsg).transform(*(xy + PLACES[plane]).T))


def to_local(epsg, x, y):
    """The reverse."""
    if epsg in PLACES:
        return np.array([x, y]) - PLACES[epsg]
    plane = DEGREES[epsg]
    return np.array(across(epsg, plane).transform(x, y)) - PLACES[plane]


def judge(made: Field, epsg, tmp_path, *, seed=1, dense=False, area="plane"):
    path = tmp_path / f"{area}.yaml"
    path.write_text(MODEL.format(area=area), encoding="utf-8")
    keys, shapes = disguised(made, seed, dense=dense)
    given = [shapely.transform(s, lambda xy: to_file(epsg, xy)) if not s.has_z else
             shapely.transform(s, lambda xyz: np.column_stack([to_file(epsg, xyz[:, :2]), xyz[:, 2]]), include_z=True)
             for s in shapes]  # fmt: skip
    table = pa.table({"ID": keys, "geometry": pa.array([shapely.to_wkb(g) for g in given], pa.binary())})
    return keys, check([load_file(path)], {"PARCELS": LayerTable("PARCELS", epsg, table, "GPKG", "UTF-8", "a.gpkg")})


def compare(made: Field, keys, report, epsg, *, size=1.0, exact=0.02):
    """Each fault exactly once, at its place, with its measure; nothing else."""
    left = list(report.findings)
    for fault in made.faults:
        mine = [f for f in left if f.kind == fault.kind and {f.key, *f.partners} == fault.keys]
        assert len(mine) == 1, (fault.kind, sorted(fault.keys), [f.to_line() for f in left])
        (found,) = mine
        left.remove(found)
        assert found.key == min(fault.keys)
        assert keys[found.row - 1] == found.key
        place = shapely.Point(to_local(epsg, found.x, found.y))
        assert place.distance(fault.region) < 2e-4, (fault.kind, place, fault.region)
        if fault.measure is not None:
            assert found.measure == pytest.approx(fault.measure, rel=exact), fault.kind
    assert left == [], [f.to_line() for f in left]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_each_planted_fault_is_found_once_with_its_features_place_and_measure(tmp_path, seed, size):
    made = planted(seed, size)
    keys, report = judge(made, 4527, tmp_path, seed=seed)
    compare(made, keys, report, 4527, exact=0.02 if size > 0.0005 else 0.1)


@pytest.mark.parametrize("epsg", [*PLACES, *DEGREES])
def test_faults_are_found_in_any_coordinate_system(tmp_path, epsg):
    made = planted(7, 0.05)
    keys, report = judge(made, epsg, tmp_path, seed=7)
    compare(made, keys, report, epsg)


@pytest.mark.parametrize("epsg", [4527, 2056, 4490, 4326])
@pytest.mark.parametrize("area", ["official", "geodesic"])
def test_areas_on_the_ellipsoid_are_measures_too(tmp_path, epsg, area):
    made = planted(3, 0.5)
    keys, report = judge(made, epsg, tmp_path, seed=3, area=area)
    compare(made, keys, report, epsg)


@pytest.mark.parametrize("epsg", [4527, 27700, 4490, 4326])
@pytest.mark.parametrize("seed", range(4))
def test_a_clean_layer_is_clean_whatever_its_order_direction_and_vertices(tmp_path, epsg, seed):
    _, report = judge(lattice(12, 12, seed), epsg, tmp_path, seed=seed, dense=True)
    assert report.findings == []


@pytest.mark.parametrize("epsg", [4527, 4490])
def test_faults_are_found_among_junctions_that_only_one_side_has(tmp_path, epsg):
    made = planted(11, 0.05)
    keys, report = judge(made, epsg, tmp_path, seed=11, dense=True)
    compare(made, keys, report, epsg)


@pytest.mark.parametrize("kind", PLANTERS)
def test_each_kind_alone(tmp_path, kind):
    made = planted(5, 0.01, [kind])
    keys, report = judge(made, 4527, tmp_path, seed=5)
    compare(made, keys, report, 4527)
