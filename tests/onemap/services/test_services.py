"""What the map answers, to whom, and as of which day."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyogrio
import pytest
import shapely

from tests.onemap import small_county as world
from ziyuan.base.csv_safe import safe
from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotFound
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries.models import ControlArea
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.services import changes, tiles

Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)
COUNTY, OTHER = world.COUNTY, "340121"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]
LAYER = "tdt1057@2020~DLTB"


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, patches, day, by, county=COUNTY):
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=county, reference_date=day, by=by)[0]


@pytest.fixture
def two_counties(by):
    """The same small county twice, under two codes, side by side."""
    mine, others = world.county(), world.county(code=OTHER, west=world.WEST + 700)
    seal("A", mine, Y2024, by)
    seal("B", others, Y2024, by, county=OTHER)
    return mine, others


def box_of(patches):
    degrees = PlaneBatch.from_shapely([p.shape for p in patches], world.ZONE).to_4490()
    return ",".join(f"{v:.9f}" for v in shapely.total_bounds(degrees))


def middle_of(patch):
    return shapely.Point(PlaneBatch.from_shapely([patch.shape], world.ZONE).to_4490()[0].centroid)


def test_pages_meet_every_feature_once(two_counties, by):
    seen, after = [], None
    while True:
        page = onemap.features(by, LAYER, limit=7, after=after)
        seen += [f["id"] for f in page["features"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen)


def test_a_full_last_page_has_no_next(two_counties, by):
    assert onemap.features(by, LAYER, county=COUNTY, limit=30)["next"] is None


def test_a_county_officer_meets_only_his_county_in_every_answer(two_counties, make_actor):
    _, others = two_counties
    clerk = make_actor("county_clerk", COUNTY)
    stranger = middle_of(others[0])
    assert {f["properties"]["county"] for f in onemap.features(clerk, LAYER)["features"]} == {COUNTY}
    assert onemap.features(clerk, LAYER, county=OTHER)["features"] == []
    assert onemap.features(clerk, LAYER, bbox=box_of(others))["features"] == []
    assert onemap.count(clerk, LAYER)["count"] == 30
    assert onemap.count(clerk, LAYER, county=OTHER)["count"] == 0
    assert onemap.identify(clerk, LAYER, stranger.x, stranger.y)["items"] == []
    assert onemap.statistics(clerk, LAYER, county=OTHER)["rows"] == []
    assert {e["county"] for item in onemap.layers(clerk)["items"] for e in item["editions"]} == {COUNTY}
    with pytest.raises(NotFound):
        onemap.feature(clerk, LAYER, OTHER, others[0].key)
    with pytest.raises(NotFound):
        onemap.export(clerk, LAYER, OTHER)
    with pytest.raises(errors.NoEdition):
        onemap.changes(clerk, LAYER, OTHER, "2024", "2024")


def test_a_tile_is_cut_for_who_asks(two_counties, by, make_actor):
    z, x, y = grid_place(middle_of(two_counties[1][0]), 14)
    clerk = make_actor("county_clerk", COUNTY)
    neighbour = two_counties[1][0].key.encode()
    assert neighbour in onemap.tile(by, LAYER, z, x, y).body
    assert neighbour not in onemap.tile(clerk, LAYER, z, x, y).body
    assert neighbour in onemap.tile(by, LAYER, z, x, y).body


def grid_place(point, z):
    side = 180 / 2**z
    return z, int((point.x + 180) // side), int((90 - point.y) // side)


def test_a_tile_is_new_after_a_sealing(two_counties, by):
    mine, _ = two_counties
    place = grid_place(middle_of(mine[3]), 14)
    before = onemap.tile(by, LAYER, *place, asof=Y2025)
    again = onemap.tile(by, LAYER, *place, asof=Y2025)
    assert again == before
    seal("C", [replace(mine[3], values={**mine[3].values, "DLBM": "0602"}), *mine[:3], *mine[4:]], Y2025, by)
    after = onemap.tile(by, LAYER, *place, asof=Y2025)
    assert after.etag != before.etag
    assert b"0602" in after.body
    assert b"0602" not in onemap.tile(by, LAYER, *place, asof=Y2024).body


def test_a_low_tile_stays_under_its_limit_and_tells_what_it_dropped(two_counties, by, monkeypatch):
    monkeypatch.setattr(tiles, "LARGEST", 900)
    made = onemap.tile(by, LAYER, *grid_place(middle_of(two_counties[0][0]), 12))
    assert 0 < len(made.body) <= 900
    assert made.dropped > 0


@pytest.mark.parametrize("place", [(0, 2, 0), (0, 0, 1), (-1, 0, 0), (23, 0, 0), (3, 0, 8)])
def test_no_tile_outside_the_grid(place, by):
    with pytest.raises(errors.BadTile):
        onemap.tile(by, LAYER, *place)


def test_a_point_names_the_patch_with_its_history(two_counties, by):
    mine, _ = two_counties
    seal(
        "C",
        [
            replace(mine[3], values={**mine[3].values, "DLBM": "0602", "DLMC": "采矿用地"}),
            *mine[:3],
            *mine[4:],
        ],
        Y2025,
        by,
    )
    point = middle_of(mine[3])
    now = onemap.identify(by, LAYER, point.x, point.y)["items"]
    then = onemap.identify(by, LAYER, point.x, point.y, asof=Y2024)["items"]
    assert [i["key"] for i in now] == [i["key"] for i in then] == [mine[3].key]
    text = {p["name"]: p["text"] for p in now[0]["properties"]}
    assert text["DLBM"] == "0602 采矿用地"
    assert {p["name"]: p["value"] for p in then[0]["properties"]}["DLBM"] == "0702"
    assert len(now[0]["history"]) == 3


def test_where_asks_fields_of_the_standard_only(two_counties, by):
    found = onemap.features(by, LAYER, county=COUNTY, where="DLBM:0101")["features"]
    assert {f["properties"]["DLBM"] for f in found} == {"0101"}
    assert len(onemap.features(by, LAYER, county=COUNTY, where="DLBM:01*")["features"]) == 12
    assert onemap.features(by, LAYER, where="DLBM:0101' OR '1'='1")["features"] == []
    with pytest.raises(errors.BadWhere, match="DLBM"):
        onemap.features(by, LAYER, where='DLBN":0101')
    with pytest.raises(errors.BadWhere):
        onemap.features(by, LAYER, where="known_to:2024")


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "118,31,117,32", "0,0,0,99", ""])
def test_a_box_that_is_none_is_refused(bbox, by):
    if not bbox:
        assert onemap.features(by, LAYER, bbox=bbox)["features"] == []
        return
    with pytest.raises(errors.BadBox):
        onemap.features(by, LAYER, bbox=bbox)


@pytest.mark.parametrize("after", ["%%%", "bm90IGpzb24", "WzFd"])
def test_a_page_mark_that_is_none_is_refused(after, by):
    with pytest.raises(errors.BadCursor):
        onemap.features(by, LAYER, after=after)


def register(patches, year="2024"):
    sums: dict[str, Decimal] = {}
    for p in patches:
        sums[p.values["DLBM"]] = sums.get(p.values["DLBM"], Decimal(0)) + p.values["TBDLMJ"]
        sums["1203"] = sums.get("1203", Decimal(0)) + (p.values.get("KCMJ") or 0)
    for code, area in sums.items():
        ControlArea.objects.create(
            county=COUNTY, edition=year, part="land", land_class=code, area_m2=area, source="测试", registered=kernel.now(),
            registered_by="测试员",
        )  # fmt: skip
    return sums


def test_areas_by_class_close_to_the_registered_control_areas(two_counties, by):
    mine, _ = two_counties
    with kernel.acting(by):
        sums = register(mine)
    told = onemap.statistics(by, LAYER, county=COUNTY, asof=Y2024)
    assert {r["code"]: Decimal(r["area_m2"]) for r in told["rows"]} == sums
    assert told["closes_to"]["difference_m2"] == "0.00"
    assert told["closes_to"]["classes"] == []
    assert told["total"]["count"] == 30
    assert told["editions"][0]["county"] == COUNTY


def test_a_class_that_does_not_close_is_named(two_counties, by):
    mine, _ = two_counties
    with kernel.acting(by):
        register([world.patch(1, mine[0].shape, "0102", "水浇地", 2024), *mine[1:]])
    told = onemap.statistics(by, LAYER, county=COUNTY, asof=Y2024)["closes_to"]
    area = str(mine[0].values["TBMJ"])
    assert told["difference_m2"] == "0.00"
    assert told["classes"] == [
        {"code": "0101", "difference_m2": area},
        {"code": "0102", "difference_m2": f"-{area}"},
    ]


def test_without_registered_areas_nothing_is_claimed_to_close(two_counties, by):
    assert onemap.statistics(by, LAYER, county=COUNTY, asof=Y2024)["closes_to"] is None


def test_the_same_total_by_every_group(two_counties, by):
    totals = {
        group: onemap.statistics(by, LAYER, asof=Y2024, group=group)["total"]["area_m2"]
        for group in ("class", "level1", "three_class", "region")
    }
    assert len(set(totals.values())) == 1
    regions = onemap.statistics(by, LAYER, asof=Y2024, group="region")["rows"]
    assert [(r["code"], r["name"], r["count"]) for r in regions] == [
        (OTHER, "长丰县", 30),
        (COUNTY, "肥西县", 30),
    ]
    with pytest.raises(errors.NoStatistics):
        onemap.statistics(by, LAYER, group="owner")


def test_statistics_as_of_a_year_are_those_of_that_year(two_counties, by):
    mine, _ = two_counties
    seal("C", [world.patch(4, mine[3].shape, "0602", "采矿用地", 2025), *mine[:3], *mine[4:]], Y2025, by)
    codes = {
        day: {r["code"] for r in onemap.statistics(by, LAYER, county=COUNTY, asof=day)["rows"]}
        for day in (Y2024, Y2025)
    }
    assert "0602" not in codes[Y2024]
    assert "0602" in codes[Y2025]


def test_the_statistics_table_opens_in_a_spreadsheet(two_counties, by):
    body = onemap.statistics_csv(by, LAYER, county=COUNTY, asof=Y2024)
    table = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert table[0][:3] == ["代码", "名称", "图斑数"]
    assert ["", "合计", "30"] in [row[:3] for row in table]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1.5", "-1.5"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        (None, ""),
        ("村", "村"),
    ],
)
def test_a_cell_never_runs(value, cell):
    assert safe(value) == cell


def test_export_gives_back_what_was_delivered(two_counties, by):
    mine, _ = two_counties
    made = onemap.export(by, LAYER, COUNTY, asof=Y2024, format="gpkg")
    try:
        meta, _, shapes, fields = pyogrio.raw.read(made.path)
        keys = dict(zip(meta["fields"], fields, strict=True))["BSM"]
        delivered = {p.key: p.shape for p in mine}
        assert meta["crs"] == "EPSG:4527"
        assert len(keys) == 30
        for key, wkb in zip(keys, shapes, strict=True):
            assert shapely.from_wkb(wkb).equals(delivered[key])
    finally:
        made.path.unlink()


def test_export_as_a_table_has_titles_and_safe_cells(two_counties, by):
    made = onemap.export(by, LAYER, COUNTY, asof=Y2024, format="csv")
    rows = list(csv.reader(io.StringIO(made.path.read_text(encoding="utf-8-sig"))))
    made.path.unlink()
    assert len(rows) == 32
    assert "地类编码" in rows[1]
    with pytest.raises(errors.BadFormat):
        onemap.export(by, LAYER, COUNTY, format="exe")


def test_changes_come_in_pages_with_one_summary(two_counties, by):
    mine, _ = two_counties
    after = [
        world.patch(n + 1, p.shape, "0602", "采矿用地", 2025) if n < 5 else p for n, p in enumerate(mine)
    ]
    seal("C", after, Y2025, by)
    first = onemap.changes(by, LAYER, COUNTY, "2024", "2025", limit=3)
    second = onemap.changes(by, LAYER, COUNTY, "2024", "2025", limit=3, after=first["next"])
    assert first["summary"]["update"] == 5
    assert [c["key"] for c in first["items"] + second["items"]] == [p.key for p in mine[:5]]
    assert second["next"] is None
    table = onemap.flow_table(by, LAYER, COUNTY, "2024", "2025")
    assert table["closes"]


def test_the_layer_list_has_styles_fields_and_editions(two_counties, by):
    items = {i["id"]: i for i in onemap.layers(by)["items"]}
    land = items["tdt1057@2020/DLTB"]
    assert land["style"]["field"] == "DLBM"
    assert "0101" in next(r for r in land["style"]["rules"] if r["title"] == "耕地")["values"]
    assert {e["county"] for e in land["editions"]} == {COUNTY, OTHER}
    assert items["control_lines@2021/STBHHX"]["style"]["rules"][0]["fill"] == "#d9534f"


def test_an_unknown_layer_names_the_nearest(by):
    with pytest.raises(errors.UnknownLayer, match="tdt1057@2020/DLTB"):
        onemap.features(by, "tdt1057@2020/DLTBB")


def test_bounds_are_those_of_the_own_region(by, make_actor):
    west, _, east, _ = onemap.bounds(make_actor("county_clerk", COUNTY))
    assert onemap.bounds(by)[0] <= west < east <= onemap.bounds(by)[2]
    assert 116.5 < west < east < 117.6


def test_four_digits_are_a_year_the_county_has_else_an_edition_and_a_hash_mark_is_always_an_edition(by):
    seal("A", world.county(), Y2024, by)
    with kernel.acting(by):
        other = Edition.objects.get(delivery_no="A")
        for number, day in ((1071, date(2020, 12, 31)), (2024, date(2021, 12, 31))):  # numbers that a busy node reaches
            other.pk, other.delivery_no, other.period, other.reference_date = number, f"A-{number}", str(day.year), day
            other.save(force_insert=True)
    kind = onemap.layer(LAYER)
    assert changes.when(by, kind, COUNTY, "1071").on == date(2020, 12, 31)
    assert changes.when(by, kind, COUNTY, "2024").on == Y2024
    assert changes.when(by, kind, COUNTY, "#2024").on == date(2021, 12, 31)
    for unknown in ("1999", "#1999", "#", "#x", "9" * 30, "٢٠٢٤"):
        with pytest.raises(errors.NoEdition):
            changes.when(by, kind, COUNTY, unknown)
