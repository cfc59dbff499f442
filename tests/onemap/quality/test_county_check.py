"""A lawful county is silent; a fault is told once, at its place, in words a person can act on."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely

from tests.onemap.quality import county
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.duty import duty_of
from ziyuan.onemap.quality.finding import Finding
from ziyuan.onemap.standards import library

MODEL = library.load("tdt1057@2020")


def judge(made, **more):
    facts = {"county": county.CODE, "period": county.PERIOD, "zone": county.ZONE, "control_areas": made.control}
    return check([MODEL], made.layers(), **(facts | more))


@pytest.fixture
def made():
    return county.make(8, 8)


def drop(made, place):
    """Leave one patch out."""
    keep = np.arange(64) != place
    made.shapes["DLTB"] = made.shapes["DLTB"][keep]
    columns = made.columns["DLTB"].items()
    made.columns["DLTB"] = {k: pa.array(list(v)).filter(pa.array(keep)) for k, v in columns}


def found(report, rule):
    return [f for f in report.findings if f.rule == rule]


@pytest.mark.parametrize("seed", range(3))
def test_a_lawful_county_has_no_finding(seed):
    report = judge(county.make(16, 8, seed))
    assert report.findings == []
    assert report.features == {"XZQ": 2, "CJDCQ": 8, "DLTB": 128}
    assert report.clean


def test_rows_and_rings_in_another_order_are_no_fault(made):
    order = np.random.default_rng(5).permutation(64)
    made.columns["DLTB"] = {k: pa.array(v).take(pa.array(order)) for k, v in made.columns["DLTB"].items()}
    made.shapes["DLTB"] = shapely.reverse(made.shapes["DLTB"][order])
    assert judge(made).clean


def test_a_wrong_code_names_row_field_value_and_the_nearest(made):
    made.columns["DLTB"]["DLBM"][6] = "0199"
    (finding,) = found(judge(made), "DLTB-DLBM-domain")
    assert (finding.layer, finding.row, finding.key) == ("DLTB", 7, "340123200100000007")
    assert (finding.field, finding.value, finding.expected) == ("DLBM", "0199", "0101")
    assert "“0199”" in finding.message
    assert made.shapes["DLTB"][6].contains(shapely.Point(finding.x, finding.y))


def test_an_overlap_of_two_is_one_finding_with_the_smaller_key_and_its_area(made):
    cell, east = made.shapes["DLTB"][9], made.shapes["DLTB"][10]
    wider = shapely.union(cell, shapely.intersection(east, shapely.box(*_strip(east, 5.0))))
    made.shapes["DLTB"][9] = _grid(wider)
    overlaps = found(judge(made), "DLTB-T1")
    pair = next(f for f in overlaps if f.key == "340123200100000010")
    assert pair.partners == ("340123200100000011",)
    shared = shapely.intersection(made.shapes["DLTB"][9], east)
    assert pair.measure == pytest.approx(shared.area, abs=0.01)
    assert shared.buffer(0.001).contains(shapely.Point(pair.x, pair.y))


def _strip(shape, width):
    west, south, _, north = shape.bounds
    return west, south, west + width + 6, north


def _grid(shape):
    return shapely.Polygon(np.round(np.array(shape.exterior.coords), 4))


def test_a_missing_patch_is_one_gap_and_no_second_finding_of_cover(made):
    drop(made, 27)
    report = judge(made)
    (gap,) = found(report, "DLTB-T2")
    assert found(report, "X-01") == []
    hole = county.make(8, 8).shapes["DLTB"][27]
    assert gap.measure == pytest.approx(hole.area, rel=1e-5)
    assert hole.contains(shapely.Point(gap.x, gap.y))
    assert shapely.from_wkb(gap.geometry).symmetric_difference(hole).area == pytest.approx(0, abs=1e-6)


def test_a_patch_missing_at_the_rim_is_one_gap_inside_the_village_layer(made):
    drop(made, 0)
    report = judge(made)
    (gap,) = found(report, "DLTB-T2")
    corner = county.make(8, 8).shapes["DLTB"][0]
    assert gap.measure == pytest.approx(corner.area, rel=1e-5)
    assert corner.contains(shapely.Point(gap.x, gap.y))
    assert found(report, "X-01") == []


def test_an_area_off_by_three_cents_is_found_at_that_patch_only(made):
    made.columns["DLTB"]["TBMJ"][20] = round(made.columns["DLTB"]["TBMJ"][20] + 0.03, 2)
    (finding,) = found(judge(made), "DLTB-TBMJ-derived")
    assert finding.row == 21


def test_sums_are_compared_to_the_hundredth(made):
    made.columns["DLTB"]["TBMJ"][20] = round(made.columns["DLTB"]["TBMJ"][20] + 0.01, 2)
    report = judge(made)
    assert [f.rule for f in report.findings if f.rule.startswith("B-")] == ["B-02", "B-03"]


def test_without_control_areas_the_county_total_is_not_judged(made):
    made.control = None
    made.columns["CJDCQ"]["DCMJ"][0] += 5
    rules = {f.rule for f in judge(made).findings}
    assert "B-02" in rules
    assert "B-01" not in rules


def test_ten_thousand_equal_faults_are_told_once(made):
    big = county.make(24, 24)
    big.columns["DLTB"]["SJNF"] = [2020] * 576
    (finding,) = found(judge(big), "DLTB-SJNF-equals")
    assert finding.measure == 576
    assert "576" in finding.message
    assert "首例" in finding.message


def test_plane_areas_in_place_of_official_ones_are_named(made):
    big = county.make(16, 16)
    east = 39_620_000 - county.WEST
    big.shapes = {n: shapely.transform(s, lambda xy: np.round(xy + np.array([east, 0]), 4)) for n, s in big.shapes.items()}
    big.columns["DLTB"]["TBMJ"] = [round(s.area, 2) for s in big.shapes["DLTB"]]
    (finding,) = found(judge(big), "DLTB-TBMJ-derived")
    assert "平面面积" in finding.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda xy: xy[:, ::-1], "颠倒"),
        (lambda xy: xy - [39_000_000, 0], "带号"),
        (lambda xy: xy + np.array([1_000_000, 0]), "带号"),
        (lambda xy: xy + np.array([80_000, 0]), "偏移"),
    ],
    ids=["swapped axes", "no zone prefix", "prefix of another zone", "shifted out of the county"],
)
def test_a_systematic_mistake_of_place_is_one_named_finding_a_layer(made, change, words):
    made.shapes = {name: shapely.transform(shapes, change) for name, shapes in made.shapes.items()}
    report = judge(made, extent=(116.5, 31.4, 117.4, 32.0))
    shifts = [f for f in report.findings if f.kind == "shift"]
    assert [f.layer for f in shifts] == ["CJDCQ", "DLTB", "XZQ"]
    assert all(words in f.message for f in shifts)
    assert not [f for f in report.findings if f.family == "拓扑"]


def test_a_missing_layer_and_a_missing_column_are_named(made):
    layers = made.layers()
    del layers["CJDCQ"]
    layers["DLTB"] = replace(layers["DLTB"], table=layers["DLTB"].table.drop_columns(["QSXZ"]))
    report = check([MODEL], layers, county=county.CODE, period=county.PERIOD)
    assert {"CJDCQ-layer", "DLTB-QSXZ-present"} <= {f.rule for f in report.findings}


def test_lower_case_columns_are_the_same_columns(made):
    layers = made.layers()
    table = layers["DLTB"].table
    layers["DLTB"] = replace(layers["DLTB"], table=table.rename_columns([n.lower() for n in table.column_names]))
    assert check([MODEL], layers, county=county.CODE, period=county.PERIOD, control_areas=made.control).clean


def test_two_runs_give_the_same_findings_in_the_same_order(made):
    made.columns["DLTB"]["DLBM"][6] = "0199"
    made.shapes["DLTB"][30] = made.shapes["DLTB"][31]
    first, second = judge(made), judge(made)
    assert [f.to_json() for f in first.findings] == [f.to_json() for f in second.findings]


def test_progress_names_each_step_and_ends_at_the_total(made):
    steps = []
    judge(made, progress=lambda title, done, total: steps.append((title, done, total)))
    assert [done for _, done, _ in steps] == list(range(len(steps)))
    assert steps[-1][1] == steps[-1][2]


def test_an_empty_layer_is_checked_without_error(made):
    layers = made.layers()
    layers["DLTB"] = replace(layers["DLTB"], table=layers["DLTB"].table.slice(0, 0))
    assert check([MODEL], layers, county=county.CODE, period=county.PERIOD).features["DLTB"] == 0


@pytest.mark.parametrize(("row", "words"), [
    ({"part": "land", "class": "01", "area_m2": "5.00"}, "它的上级 01"),
    ({"part": "island", "class": "9999", "area_m2": "5.00"}, "海岛登记的 9999"),
])  # fmt: skip
def test_registered_areas_that_contradict_themselves_are_the_reviewers_to_mend(made, row, words):
    """The county is not sent back for a table it did not write, and nothing is judged by such a table."""
    made.control = [*made.control, row]
    (one,) = judge(made).findings
    assert (one.rule, one.severity, one.duty) == ("B-04", "warning", "reviewer")
    assert words in one.message and "不必处理" in one.remedy


def test_duty_is_the_submitters_but_for_what_the_platform_did():
    told = {"rule": "ZY-SBX-002", "kind": "LimitBroken", "family": "文件读取"}
    duties = [duty_of(Finding(**{**told, **change})) for change in (
        {"severity": "error"}, {"severity": "error", "rule": "ZY-SBX-004"}, {"severity": "warning", "rule": "X-1"},
        {"severity": "note", "rule": "X-1"}, {"severity": "note", "rule": "X-1", "duty": "platform"},
    )]  # fmt: skip
    assert duties == ["platform", "submitter", "reviewer", "submitter", "platform"]
