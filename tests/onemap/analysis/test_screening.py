"""Screening a site: areas that add up, three answers, pinned editions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.onemap import small_county as world
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap

Y2024, TODAY = date(2024, 12, 31), date(2026, 11, 25)
COUNTY, OTHER = world.COUNTY, "340121"
W, S = world.WEST, world.SOUTH
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def site(*shapes: shapely.Geometry) -> PlaneShape:
    return PlaneShape.from_shapely(shapely.union_all(shapes) if len(shapes) > 1 else shapes[0], world.ZONE)


def box(west, south, east, north) -> shapely.Geometry:
    return shapely.box(W + west, S + south, W + east, S + north)


FARMLAND = ("F1", box(100, 100, 300, 220), {"YSDM": "2005010300", "DLBM": "0101", "DLMC": "水田"})
RED_LINE = ("R1", box(400, 0, 600, 60), {"LHLX": "生物多样性维护"})
URBAN = ("U1", box(0, 0, 90, 500), {"GHFQMC": "城镇集中建设区"})


def seal(by, no="A", county=COUNTY, day=Y2024, patches=None, lines=True):
    layers = {"DLTB": world.table(patches or world.county(6, 5, code=county))}
    if lines:
        layers |= {
            name: world.plain_table(name, [row])
            for name, row in (("YJJBNTTB", FARMLAND), ("STBHHX", RED_LINE), ("CZKFBJ", URBAN))
        }
    return {e.layer: e for e in onemap.seal(no, layers, county=county, reference_date=day, by=by)}


def screen(shape, by, **more):
    return onemap.screen(shape, on=TODAY, counties=more.pop("counties", [COUNTY]), by=by, **more)


def test_classes_add_up_to_the_site(by):
    seal(by)
    found = screen(site(box(37, 41, 412, 333)), by)
    assert sum((r.area_m2 for r in found.classes), Decimal(0)) == found.site_area_m2
    assert found.site_area_m2 == site(box(37, 41, 412, 333)).area_official()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_any_site_with_a_hole_adds_up(by, seed):
    random = np.random.default_rng(seed)
    shell = shapely.convex_hull(
        shapely.MultiPoint(np.round(random.uniform(20, 480, (9, 2)), 4) + np.array([W, S]))
    )
    hole = shapely.Point(shell.centroid).buffer(11)
    shape = site(shapely.difference(shell, hole))
    if not onemap.editions(by, "DLTB"):
        seal(by)
    found = screen(shape, by)
    assert sum((r.area_m2 for r in found.classes), Decimal(0)) == found.site_area_m2
    assert abs(found.closing_difference_m2) <= Decimal("0.01") * len(found.parts)


def test_a_site_inside_one_patch_is_that_class_alone(by):
    patches = world.county()
    seal(by, patches=patches)
    inner = shapely.transform(patches[7].shape.buffer(-15), lambda xy: np.round(xy, 4))
    found = screen(site(inner), by)
    assert [(r.code, r.area_m2, r.share) for r in found.classes] == [
        ("0301", found.site_area_m2, Decimal("100.00"))
    ]
    assert found.area(level1="03") == found.area(three="农用地") == found.site_area_m2


def test_ridges_inside_cultivated_land_are_counted_as_ridges(by):
    """KCXS 0.0512 of 900 m² of dry land is 46.08 m² of ridges, class 1203 of 其他土地."""
    patches = world.county()
    seal(by, patches=patches)
    middle = patches[1].shape.centroid
    west, south = round(middle.x, 0), round(middle.y, 0)
    found = screen(site(shapely.box(west - 15, south - 15, west + 15, south + 15)), by)
    assert [(r.code, r.area_m2) for r in found.classes] == [
        ("0103", Decimal("853.92")),
        ("1203", Decimal("46.08")),
    ]
    assert found.area(level1="01") == Decimal("853.92")
    assert found.area(three="农用地") == found.site_area_m2 == Decimal("900.00")


def test_farmland_hit_has_area_share_article_and_remedy(by):
    seal(by)
    found = screen(site(box(200, 120, 400, 220)), by).theme("farmland")
    assert found.status == "concerned"
    # half of the site, closed with the other half to the whole: a hundredth may go either way
    assert abs(found.area_m2 - site(box(200, 120, 300, 220)).area_official()) <= Decimal("0.01")
    assert found.share == Decimal("50.00")
    assert "第三十五条" in found.article
    assert found.remedy


def test_not_concerned_has_an_edition_to_stand_on(by):
    editions = seal(by)
    found = screen(site(box(320, 300, 380, 380)), by).theme("farmland")
    assert (found.status, found.area_m2, found.remedy) == ("not_concerned", 0, "")
    pin = editions["control_lines@2021/YJJBNTTB"]
    assert [(e.edition, e.digest) for e in found.editions] == [(pin.pk, pin.hex_digest)]


def test_no_edition_is_no_data_and_never_free(by):
    seal(by, lines=False)
    found = screen(site(box(320, 300, 380, 380)), by).theme("red_line")
    assert (found.status, found.missing) == ("no_data", (COUNTY,))


def test_a_day_before_the_first_edition_is_no_data(by):
    seal(by)
    found = onemap.screen(site(box(320, 300, 380, 380)), on=date(2024, 12, 30), counties=[COUNTY], by=by)
    assert {t.status for t in found.themes} == {"no_data"}


def test_the_part_without_data_stands_among_the_classes(by):
    seal(by)
    found = screen(site(box(550, 0, 650, 100)), by)
    assert found.classes[-1].name == "无数据"
    assert sum((r.area_m2 for r in found.classes), Decimal(0)) == found.site_area_m2


def test_two_counties_one_without_lines_leaves_the_question_open(by):
    seal(by)
    seal(by, "B", county=OTHER, patches=world.county(6, 5, code=OTHER, west=W + 600), lines=False)
    shape = site(box(560, 200, 640, 300))
    found = screen(shape, by, counties=[COUNTY, OTHER])
    assert sum((r.area_m2 for r in found.classes), Decimal(0)) == found.site_area_m2
    assert "无数据" not in {r.name for r in found.classes}
    assert found.theme("farmland").status == "no_data"
    assert found.theme("farmland").missing == (OTHER,)


def test_a_hit_in_one_county_counts_though_another_has_no_data(by):
    seal(by)
    found = screen(site(box(200, 120, 400, 220)), by, counties=[COUNTY, OTHER]).theme("farmland")
    assert (found.status, found.missing) == ("concerned", (OTHER,))


def test_urban_boundary_tells_inside_and_outside(by):
    seal(by)
    found = screen(site(box(50, 50, 150, 100)), by).theme("urban_boundary")
    assert [(r.code, r.name) for r in found.rows] == [
        ("inside", "边界内:城镇集中建设区"),
        ("outside", "边界外"),
    ]
    assert sum((r.area_m2 for r in found.rows), Decimal(0)) == site(box(50, 50, 150, 100)).area_official()


def test_a_sliver_below_both_limits_is_dropped_and_listed(by):
    seal(by)
    found = screen(site(box(300 - 0.01, 100, 350, 150)), by).theme("farmland")
    assert found.status == "not_concerned"
    assert [(d.key, d.area_m2) for d in found.dropped] == [("F1", Decimal("0.50"))]


def test_a_long_thin_strip_is_not_lost(by):
    """0.05 m wide but 120 m long: 6 m² of farmland."""
    seal(by)
    found = screen(site(box(300 - 0.05, 100, 350, 220)), by).theme("farmland")
    assert (found.status, found.area_m2) == ("concerned", Decimal("6.00"))


def test_recomputed_later_it_is_identical(by):
    patches = world.county()
    seal(by, patches=patches)
    shape = site(box(37, 41, 412, 333))
    first = screen(shape, by)
    seal(by, "A2", patches=[replace(patches[0], values={**patches[0].values, "DLBM": "0602"}), *patches[1:]])
    seal(by, "B", day=date(2025, 12, 31), patches=patches[1:], lines=False)
    assert screen(shape, by, known=first.known) == first
    assert screen(shape, by).to_json() != first.to_json()


def test_a_kept_screening_is_read_back_equal(by):
    seal(by)
    first = screen(site(box(37, 41, 412, 333)), by)
    assert onemap.Screening.from_store(first.to_store()) == first


def test_pieces_on_the_map_have_theme_code_name_and_area(by):
    seal(by)
    found = screen(site(box(200, 120, 400, 220)), by).pieces_geojson()
    themes = {f["properties"]["theme"] for f in found["features"]}
    assert themes == {"land_use", "farmland"}
    assert {"theme", "code", "name", "area_m2"} <= set(found["features"][0]["properties"])


def test_overlapping_patches_are_refused_with_the_difference(by):
    patches = world.county()
    twin = world.patch(901, patches[8].shape, "0201", "果园", 2024)
    seal(by, patches=[*patches, twin])
    with pytest.raises(errors.DoesNotAddUp, match="相差"):
        screen(site(box(37, 41, 412, 333)), by)


def test_a_self_crossing_site_is_refused_with_its_place(by):
    bow = shapely.Polygon([(W, S), (W + 10, S + 10), (W + 10, S), (W, S + 10)])
    with pytest.raises(errors.BadSite, match=r"自相交"):
        screen(PlaneShape.from_shapely(bow, world.ZONE), by)


def test_an_unknown_theme_is_refused(by):
    with pytest.raises(errors.UnknownTheme, match="noise"):
        screen(site(box(0, 0, 9, 9)), by, themes=["noise"])


def test_a_site_from_the_neighbouring_zone_meets_the_same_land(by):
    """The same ground in zone 40: vertex by vertex it lies within half a unit, so areas agree to hundredths."""
    seal(by)
    shape = site(box(137, 141, 182, 190))
    moved = PlaneShape.from_4490(shape.to_4490(), 40)
    here, there = screen(shape, by), screen(moved, by)
    assert there.site_area_m2 == pytest.approx(here.site_area_m2, abs=Decimal("0.05"))
    assert [r.code for r in there.classes] == [r.code for r in here.classes]
    for one, other in zip(here.classes, there.classes, strict=True):
        assert other.area_m2 == pytest.approx(one.area_m2, abs=Decimal("0.05"))


def test_the_county_of_a_site_comes_from_the_survey_else_from_outlines(by):
    shape = site(box(37, 41, 112, 133))
    guessed = onemap.counties_of(shape, on=TODAY, by=by)
    assert [s.code for s in guessed] == [COUNTY]
    township = ("X1", box(0, 0, 600, 500), {
        "YSDM": "1000600100", "XZQDM": "340123101", "XZQMC": "镇", "DCMJ": Decimal(300000), "JSMJ": Decimal(300000),
        "MSSM": "00",
    })  # fmt: skip
    onemap.seal(
        "X", {"XZQ": world.plain_table("XZQ", [township])}, county=COUNTY, reference_date=Y2024, by=by
    )
    assert onemap.counties_of(shape, on=TODAY, by=by) == [
        onemap.CountyShare(COUNTY, "肥西县", shape.area_official())
    ]


def test_the_picture_has_scale_north_legend_and_the_sample_mark(by):
    seal(by)
    picture = onemap.draw_map(
        site(box(37, 41, 412, 333)), counties=[COUNTY], on=TODAY, title="某<项目>", by=by
    )
    for word in ("示例", "北", "米", "耕地", "用地范围", "某&lt;项目&gt;"):
        assert word in picture
    assert picture.startswith("<svg")


def test_the_picture_of_a_place_without_data_draws_the_outline(by):
    picture = onemap.draw_map(site(box(37, 41, 412, 333)), counties=[COUNTY], sample=False, by=by)
    assert "示例" not in picture
    assert "stroke-dasharray" in picture
