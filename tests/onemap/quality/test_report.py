"""What goes back to the desktop says the same as the findings."""

import io

import numpy as np
import pyogrio
import pypdf
import pytest
import shapely

from tests.onemap.quality import county
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.finding import Finding
from ziyuan.onemap.quality.report import Facts, error_layer, facts_of, pdf
from ziyuan.onemap.standards import library


@pytest.fixture(scope="module")
def report():
    made = county.make(8, 8)
    made.columns["DLTB"]["DLBM"][6] = "0199"
    made.shapes["DLTB"][9] = made.shapes["DLTB"][10]
    return check([library.load("tdt1057@2020")], made.layers(), county=county.CODE, period=county.PERIOD)


@pytest.fixture(scope="module")
def facts(report):
    models = [library.load("tdt1057@2020")]
    return facts_of(report, models, title="肥西县质检报告", about=[("年份", "2024")], printed="2026-11-25")


def test_every_finding_is_in_the_table_of_its_geometry(report, facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    error_layer(report.findings, path, epsg=4527, facts=facts)
    rules = []
    for table in ("error_point", "error_line", "error_polygon"):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=table)
        rules += list(columns[list(meta["fields"]).index("rule")])
        assert meta["crs"] == "EPSG:4527"
        assert len(shapes) == len(columns[0])
    assert sorted(rules) == sorted(f.rule for f in report.findings)


def test_shapes_in_degrees_are_brought_back_to_the_delivered_system(facts, tmp_path):
    square = shapely.box(117.0, 31.7, 117.001, 31.701)
    finding = Finding("DLTB-T1", "no_overlap", "拓扑", "error", "DLTB", geometry=shapely.to_wkb(square))
    path = tmp_path / "errors.gpkg"
    error_layer([finding], path, epsg=4527, facts=facts, shapes_epsg=4490)
    _, _, shapes, _ = pyogrio.raw.read(path, layer="error_polygon")
    bounds = shapely.bounds(shapely.from_wkb(shapes))[0]
    assert np.allclose(bounds[0], 39_500_000, atol=1)


def test_a_finding_without_a_place_keeps_its_row(facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    error_layer([Finding("B-01", "sum_equal", "面积与平衡", "error", message="差 5.00 平方米")], path, epsg=4527, facts=facts)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="error_point")
    assert list(columns[list(meta["fields"]).index("message")]) == ["差 5.00 平方米"]
    assert shapes[0] is None


def test_the_pdf_holds_conclusion_counts_rules_and_tolerances(report, facts):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(report.findings, facts))).pages)
    for words in ("肥西县质检报告", "未通过", "DLTB-DLBM-domain", "0199", "tdt1057@2020", "0.0001", "2024"):
        assert words in text.replace("\n", "")


def test_the_same_findings_give_the_same_pdf(report, facts):
    assert pdf(report.findings, facts) == pdf(report.findings, facts)


def test_a_clean_report_says_that_it_passed():
    text = pypdf.PdfReader(io.BytesIO(pdf([], Facts(title="质检报告")))).pages[0].extract_text()
    assert "通过" in text
    assert "未通过" not in text
