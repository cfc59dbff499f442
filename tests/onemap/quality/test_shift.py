"""A layer that lies beside where it should is one named finding, whatever the reason; a year of changes is none."""

import numpy as np
import pyproj
import pytest
import shapely

from tests.onemap.quality import county
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.standards import library

MODEL = library.load("tdt1057@2020")


def judge(made, before=None):
    previous = before.layers() if before else None
    return check([MODEL], made.layers(), county=county.CODE, period=county.PERIOD, zone=county.ZONE, previous=previous,
                 control_areas=made.control)  # fmt: skip


def moved(made, change, *layers):
    for name in layers or made.shapes:
        made.shapes[name] = shapely.transform(made.shapes[name], lambda xy: np.round(change(xy), 4))
    return made


def shifts(report):
    return [f for f in report.findings if f.kind == "shift"]


@pytest.mark.parametrize("vector", [(0.01, 0.0), (3.1234, -2.5), (-64.2, 118.03)])
def test_a_layer_beside_the_edition_before_is_one_finding_with_its_vector(vector):
    made = moved(county.make(8, 8), lambda xy: xy + np.array(vector))
    report = judge(made, county.make(8, 8))
    found = shifts(report)
    assert [f.layer for f in found] == ["CJDCQ", "DLTB", "XZQ"]
    for one in found:
        assert [float(v) for v in one.value.split(",")] == pytest.approx(vector, abs=2e-3)
        assert one.measure == pytest.approx(np.hypot(*vector), abs=2e-3)
    assert not [f for f in report.findings if f.family in ("拓扑", "图层间")]


def test_patches_beside_their_villages_are_one_finding_not_a_rim_of_overlaps():
    report = judge(moved(county.make(16, 16), lambda xy: xy + np.array([1.5, 0.4]), "DLTB"))
    (one,) = shifts(report)
    assert (one.layer, one.value) == ("DLTB", "1.5000,0.4000")
    assert not [f for f in report.findings if f.family in ("拓扑", "图层间") and f.rule not in ("X-05",)]


def test_a_part_of_a_layer_moved_as_one_is_told_as_a_part():
    made = county.make(16, 16)
    west = np.array([s.centroid.x < county.WEST + 300 for s in made.shapes["DLTB"]])
    made.shapes["DLTB"][west] = shapely.transform(made.shapes["DLTB"][west], lambda xy: np.round(xy + np.array([0.8, 0.0]), 4))
    found = [f for f in shifts(judge(made, county.make(16, 16))) if f.layer == "DLTB"]
    assert len(found) == 1
    assert "部分图形" in found[0].message


def test_another_datum_is_named_by_its_scale():
    """As between ellipsoids: a shift of tens of metres that grows by some millionths."""
    middle = np.array([county.WEST, county.NORTH])
    made = moved(county.make(48, 8), lambda xy: xy + np.array([-40.0, 55.0]) + (xy - middle) * 17e-6)
    found = shifts(judge(made, county.make(48, 8)))
    assert found
    assert all("基准" in f.message for f in found if f.layer == "DLTB")


def test_coordinates_of_the_next_zone_and_swapped_axes_are_named():
    degrees = pyproj.Transformer.from_crs(4527, 4526, always_xy=True)

    def next_zone(xy):
        east, north = degrees.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([east + 1_000_000, north])

    wrong = shifts(judge(moved(county.make(8, 8), next_zone), county.make(8, 8)))
    assert [f.layer for f in wrong] == ["CJDCQ", "DLTB", "XZQ"]
    assert all("第 38 带" in f.message for f in wrong)


def test_a_year_of_changes_is_no_shift():
    made = county.make(16, 16)
    chance = np.random.default_rng(1)
    kept = chance.permutation(256)[:200]
    for place in kept[:40]:
        vector = chance.uniform(-2, 2, 2)
        made.shapes["DLTB"][place] = shapely.transform(made.shapes["DLTB"][place], lambda xy, v=vector: np.round(xy + v, 4))
    shuffled = county.make(16, 16)
    assert shifts(judge(shuffled, county.make(16, 16))) == []
    assert [f.layer for f in shifts(judge(made, county.make(16, 16)))] == []


def test_a_regular_grid_gives_no_answer():
    squares = np.array([shapely.box(x, y, x + 10, y + 10) for x in range(0, 100, 10) for y in range(0, 100, 10)], object)
    squares = shapely.transform(squares, lambda xy: xy + np.array([county.WEST, county.NORTH]))
    first, second = county.make(8, 8), county.make(8, 8)
    for made, by in ((first, 0.0), (second, 10.0)):
        made.shapes["DLTB"][:] = shapely.transform(squares[:64], lambda xy, by=by: xy + np.array([by, 0.0]))
    assert [f for f in shifts(judge(second, first)) if f.layer == "DLTB"] == []
