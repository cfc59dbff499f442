"""The clean package, judged by other means than those that made it."""

import re

import numpy as np
import pyogrio
import pytest
import shapely

from tests.site.sample.conftest import COUNTY, FIRST, SECOND, column, read, rows, shared
from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.site.sample.generate import county_of
from ziyuan.site.sample.outlines import plane_outline

LINES = ("YJJBNTTB", "STBHHX", "CZKFBJ")


def test_the_patches_form_a_coverage_without_gap_overlap_or_hanging_vertex(first):
    _, shapes = read(first, "DLTB")
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()


def test_the_patches_fill_the_county_outline_and_nothing_else(first):
    _, shapes = read(first, "DLTB")
    outline = shapely.multipolygons(plane_outline(county_of(COUNTY)))
    whole = shapely.coverage_union_all(shapes)
    assert shapely.symmetric_difference(whole, outline).area < 30  # 0.0001 m along 300 km
    assert whole.area == pytest.approx(outline.area, abs=2)


def test_every_coordinate_lies_on_the_grid_of_a_tenth_of_a_millimetre(first):
    for layer in ("XZQ", "CJDCQ", "DLTB", *LINES):
        _, shapes = read(first, layer)
        units = shapely.get_coordinates(shapes) * 10_000
        assert np.abs(units - np.rint(units)).max() < 1e-3, layer


def test_no_side_is_shorter_than_a_quarter_of_a_metre(first):
    _, shapes = read(first, "DLTB")
    points, ring = shapely.get_coordinates(shapely.get_rings(shapes), return_index=True)
    length = np.hypot(*np.diff(points, axis=0).T)[np.diff(ring) == 0]
    assert length.min() >= 0.25


def test_about_as_many_patches_are_made_as_were_ordered_with_ten_to_twenty_five_vertices(first):
    table, shapes = read(first, "DLTB")
    assert abs(len(table) - 3_000) <= 60
    assert 10 <= shapely.get_num_coordinates(shapes).mean() <= 25
    assert shapely.get_num_interior_rings(shapes).sum() > 0


def test_villages_and_towns_are_unions_of_their_patches(first):
    patches, shapes = read(first, "DLTB")
    villages, village_shapes = read(first, "CJDCQ")
    towns, town_shapes = read(first, "XZQ")
    of = column(patches, "ZLDWDM")
    for code, shape in zip(column(villages, "ZLDWDM"), village_shapes, strict=True):
        assert shapely.coverage_union_all(shapes[of == code]).equals(shape), code
    heads = np.array([code[:9] for code in column(villages, "ZLDWDM")])
    for code, shape in zip(column(towns, "XZQDM"), town_shapes, strict=True):
        assert shapely.coverage_union_all(shapely.get_parts(village_shapes[heads == code])).equals(shape), (
            code
        )


def test_areas_are_official_and_close_from_patch_to_village_to_county(first, made):
    patches, shapes = read(first, "DLTB")
    villages, _ = read(first, "CJDCQ")
    towns, _ = read(first, "XZQ")
    official = areas.official_area(PlaneBatch.from_shapely(shapes, 39))
    assert np.abs(column(patches, "TBMJ") - official).max() <= 0.0151
    cents = np.rint(column(patches, "TBMJ") * 100).astype(int)
    of = column(patches, "ZLDWDM")
    for code, stated in zip(column(villages, "ZLDWDM"), column(villages, "DCMJ"), strict=True):
        assert cents[of == code].sum() == round(stated * 100), code
    for code, stated in zip(column(towns, "XZQDM"), column(towns, "DCMJ"), strict=True):
        assert sum(c for c, v in zip(cents, of, strict=True) if v.startswith(code)) == round(stated * 100)
    control = [r for r in rows(made / "control_areas.csv") if r["edition"] == str(FIRST)]
    assert sum(round(float(r["area_m2"]) * 100) for r in control) == cents.sum()


@pytest.mark.parametrize("year", [FIRST, SECOND])
def test_control_areas_count_each_class_and_the_ridges_as_class_1203(made, year):
    patches, _ = read(made / f"{COUNTY}-{year}.gpkg", "DLTB")
    control = {
        r["class"]: round(float(r["area_m2"]) * 100)
        for r in rows(made / "control_areas.csv")
        if r["edition"] == str(year)
    }
    dlbm, net = column(patches, "DLBM"), np.rint(column(patches, "TBDLMJ") * 100)
    ridge = np.nan_to_num(np.rint(column(patches, "KCMJ").astype(float) * 100))
    counted = {code: int(net[dlbm == code].sum()) for code in set(dlbm)} | {"1203": int(ridge.sum())}
    assert counted == control


def test_numbers_are_unique_and_built_as_the_survey_builds_them(first):
    patches, _ = read(first, "DLTB")
    numbers = list(column(patches, "BSM"))
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(rf"{COUNTY}[0-9A-Z]{{4}}\d{{8}}", n) for n in numbers)
    inside = list(zip(column(patches, "ZLDWDM"), column(patches, "TBBH"), strict=True))
    assert len(set(inside)) == len(inside)
    assert (
        {len(code) for code in column(patches, "ZLDWDM")}
        == {len(c) for c in column(patches, "QSDWDM")}
        == {19}
    )


def test_codes_and_names_are_those_of_the_survey(first):
    known = {r["code"]: r["name_zh"] for r in rows(shared("facts", "land_class.csv"))}
    others = rows(shared("facts", "land_survey_codes.csv"))
    table = {name: {r["code"]: r["name_zh"] for r in others if r["table"].startswith(name)} for name in
             ("TBXHDM", "ZZSXDM", "QSXZ", "GDLX", "GDPDJB", "CZCLX", "MSSM")}  # fmt: skip
    patches, _ = read(first, "DLTB")
    for row in patches.to_pylist():
        assert row["DLMC"] == known[row["DLBM"]]
        for field, name in (("TBXHDM", "TBXHMC"), ("ZZSXDM", "ZZSXMC")):
            assert row[name] == (table[field][row[field]] if row[field] else None)
        for field, codes in (
            ("QSXZ", "QSXZ"),
            ("GDLX", "GDLX"),
            ("GDPDJB", "GDPDJB"),
            ("CZCSXM", "CZCLX"),
            ("MSSM", "MSSM"),
        ):
            assert row[field] is None or row[field] in table[codes]


def test_every_patch_obeys_the_attribute_rules_of_the_survey(first):
    patches, _ = read(first, "DLTB")
    for row in patches.to_pylist():
        code, farmed = row["DLBM"], row["DLBM"].startswith("01")
        assert abs(row["TBDLMJ"] - (row["TBMJ"] - (row["KCMJ"] or 0))) <= 0.0101
        assert row["SJNF"] == FIRST
        if not farmed:
            assert not any(row[f] for f in ("KCDLBM", "KCXS", "KCMJ", "GDLX", "GDPDJB", "GDDB"))
        else:
            assert row["GDPDJB"] in "12345"
            assert (
                bool(row["KCXS"]) == (row["KCDLBM"] == "1203") == (row["GDPDJB"] >= "2") == bool(row["GDLX"])
            )
            assert 1 <= row["GDDB"] <= 15
            assert row["ZZSXDM"] in (
                ("LS", "FLS", "LYFL") if row["TBXHDM"] else ("LS", "FLS", "LYFL", "XG", "LLJZ", "WG")
            )
        if row["XZDWKD"]:
            assert code.rstrip("AK") in ("1001", "1003", "1004", "1006", "1009", "1101", "1107")
        if code in ("0602", "0601", "1001", "1003", "0401", "0402", "0403"):
            assert row["ZZSXDM"] is None
        if code.startswith(("03", "1104")):
            assert row["TBXHDM"] is None
            assert row["ZZSXDM"] in (None, "JKHF", "GCHF")
        if code[:2] in ("05", "06", "07", "08", "09") or code in ("1004", "1005", "1201"):
            assert row["CZCSXM"]


def test_no_patch_is_below_the_smallest_mapped_size_of_its_class(first):
    three = {r["code"]: r["three_class"] for r in rows(shared("facts", "land_class.csv"))}
    patches, _ = read(first, "DLTB")
    for row in patches.to_pylist():
        kind = three[row["DLBM"]]
        least = 200 if kind == "建设用地" or row["DLBM"] == "1202" else 400 if kind == "农用地" else 600
        assert row["TBMJ"] >= least, row


def test_the_package_is_in_the_zone_of_the_county_with_polygons_in_every_layer(first):
    names = dict(pyogrio.list_layers(first))
    assert list(names) == ["XZQ", "CJDCQ", "DLTB", *LINES]
    assert all("Polygon" in kind for kind in names.values())
    assert pyogrio.read_info(first, layer="DLTB")["crs"] == "EPSG:4527"
