"""A county's border is judged against the sealed editions of the counties around; what the platform lacks is said."""

import copy
import io

import numpy as np
import pyarrow as pa
import pytest
import shapely

from tests.onemap.findings import small_package
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import around
from ziyuan.onemap.deliveries.job import read_and_check
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.formats import LayerTable

COUNTY, BESIDE = small_package.COUNTY, "340122"  # 肥西县、肥东县
LAYER = "tdt1057@2020/XZQ"


@pytest.fixture
def seal_neighbour(db):
    """`seal_neighbour(polygon)`: 肥东县 has this outline sealed, in the package's plane, as its only township."""

    def go(shape):
        columns, epsg = copy.deepcopy(small_package.lawful().columns["XZQ"]), small_package.lawful().layers()["XZQ"].epsg
        values = {name: [column[0]] for name, column in columns.items()} | {"BSM": ["340122110000000001"]}
        table = pa.table({**values, "geometry": pa.array([shapely.to_wkb(shape)], pa.binary())})
        by = kernel.system_actor("测试")
        layers = {LAYER: LayerTable("XZQ", epsg, table, "GPKG", "UTF-8", "邻县.gpkg")}
        onemap.seal("340122-2024-1", layers, county=BESIDE, reference_date=np.datetime64("2024-12-31").item(), by=by)
        with kernel.acting(by):
            assert Edition.objects.filter(county=BESIDE).count() == 1

    return go


def outline():
    return shapely.union_all(list(small_package.lawful().shapes["XZQ"]))


def beside(gap=0.0):
    """A rectangle along the county's east side, its border on the county's (with all its vertices), or `gap` metres off."""
    own = outline()
    west, south, east, north = own.bounds
    box = shapely.box((west + east) / 2, south - 100, east + 2000, north + 100)
    rest = max(shapely.get_parts(shapely.difference(box, own)), key=lambda p: p.area)
    return shapely.transform(rest, lambda xy: np.round(np.add(xy, (gap, 0.0)), 4))


def checked(people):
    body = io.BytesIO(small_package.zipped(small_package.lawful()))
    row = onemap.deliveries.submit(people["officer"], (COUNTY, "2024"), body, f"{COUNTY}-2024.zip", "")
    read_and_check(delivery=row.pk)
    return {f["rule"]: f for f in onemap.findings.listing(people["officer"], row.pk, limit=1000)["items"]
            if f["rule"].startswith("X-09")}  # fmt: skip


def test_a_county_without_sealed_neighbours_is_told_that_its_border_was_not_judged(db, people):
    found = checked(people)
    assert set(found) == {"X-09-neighbours_missing"}
    one = found["X-09-neighbours_missing"]
    assert (one["severity"], one["duty"], one["duty_title"], one["layer"]) == ("note", "platform", "平台", "XZQ")
    assert "肥东县" in one["message"] and "没有核对" in one["message"]


def test_a_border_off_the_sealed_neighbours_is_a_placed_finding_with_the_neighbours_key(people, seal_neighbour):
    seal_neighbour(beside(gap=0.4))
    found = checked(people)
    assert set(found) == {"X-09", "X-09-neighbours_missing"}
    one = found["X-09"]
    assert one["partners"] == ["340122110000000001"] and one["severity"] == "warning" and one["duty"] == "reviewer"
    assert one["measure"] == pytest.approx(0.4, abs=0.01) and one["lon"] and one["key"]
    assert shapely.Point(one["x"], one["y"]).distance(outline().boundary) < 0.5
    assert "肥东县" not in found["X-09-neighbours_missing"]["message"]


def test_the_same_border_is_silent(people, seal_neighbour):
    seal_neighbour(beside())
    assert set(checked(people)) == {"X-09-neighbours_missing"}


def test_with_all_neighbours_sealed_nothing_is_left_to_say(people, seal_neighbour, monkeypatch):
    monkeypatch.setattr(around, "beside", lambda county: (BESIDE,))
    seal_neighbour(beside())
    assert checked(people) == {}


def test_land_that_both_counties_claim_is_told_with_its_area(people, seal_neighbour):
    seal_neighbour(beside(gap=-30.0))
    one = checked(people)["X-09"]
    assert one["unit"] == "m2" and one["measure"] > 1000 and one["partners"] == ["340122110000000001"]
