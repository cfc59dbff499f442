import pyproj
import pytest

from ziyuan.base import crs


@pytest.mark.parametrize(
    ("zone", "prefixed", "bare", "middle"),
    [(38, 4526, 4547, 114), (39, 4527, 4548, 117), (40, 4528, 4549, 120)],
)
def test_the_three_zones_of_anhui_have_their_epsg_codes(zone, prefixed, bare, middle):
    assert crs.epsg_of_zone(zone) == prefixed
    assert crs.epsg_of_zone(zone, prefixed=False) == bare
    assert crs.central_meridian(zone) == middle
    assert crs.of_epsg(prefixed) == crs.Crs("plane", zone)
    assert crs.of_epsg(bare) == crs.Crs("plane", zone, prefixed=False)


@pytest.mark.parametrize("zone", range(crs.FIRST_ZONE, crs.LAST_ZONE + 1))
def test_every_zone_agrees_with_the_epsg_database(zone):
    for prefixed, easting in ((True, zone * 1_000_000 + 500_000), (False, 500_000)):
        known = pyproj.CRS(crs.epsg_of_zone(zone, prefixed=prefixed))
        assert known.coordinate_operation is not None
        values = {p.name: p.value for p in known.coordinate_operation.params}
        assert "CGCS2000" in known.name
        assert values["False easting"] == easting
        assert values["Longitude of natural origin"] == crs.central_meridian(zone)


@pytest.mark.parametrize(
    ("longitude", "zone"), [(115.4999, 38), (115.5, 39), (117, 39), (118.4999, 39), (118.5, 40)]
)
def test_a_longitude_lies_in_the_zone_of_the_nearest_middle(longitude, zone):
    assert crs.zone_of_lon(longitude) == zone


@pytest.mark.parametrize("bad", [24, 46, 0, True, "39", 39.0])
def test_a_zone_outside_china_is_refused(bad):
    with pytest.raises(crs.ZoneOutOfRange):
        crs.central_meridian(bad)


@pytest.mark.parametrize("epsg", [4526, 4527, 4528, 4547, 4548, 4549, 4490])
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_a_usable_system_is_known_by_number_and_by_text(epsg, dialect):
    by_number = crs.identify(epsg)
    assert by_number.epsg == epsg
    assert crs.identify(f"EPSG:{epsg}") == by_number
    assert crs.identify(pyproj.CRS(epsg).to_wkt(dialect)) == by_number


@pytest.mark.parametrize(
    ("epsg", "named"),
    [(4610, "1980西安"), (2363, "1980西安"), (2384, "1980西安"), (4214, "1954年北京"), (2415, "1954年北京")],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_old_datums_are_refused_by_name(epsg, named, as_text):
    declared = pyproj.CRS(epsg).to_wkt("WKT1_ESRI") if as_text else epsg
    with pytest.raises(crs.OldDatum, match=named) as refused:
        crs.identify(declared, where="界址点.prj")
    assert "界址点.prj" in str(refused.value)
    assert "转换参数" in refused.value.remedy


@pytest.mark.parametrize("epsg", [4326, 3857, 32650, 4498, 4479])
def test_other_known_systems_are_refused_as_not_usable(epsg):
    with pytest.raises(crs.CrsNotUsable):
        crs.identify(epsg)


@pytest.mark.parametrize("text", ["", "   ", "PROJCS[", "EPSG:99999", "无"])
def test_a_missing_or_unreadable_declaration_is_its_own_refusal(text):
    with pytest.raises(crs.CrsMissing):
        crs.identify(text)


def test_transformers_take_east_first_and_longitude_first():
    longitude, latitude = crs.to_degrees(39).transform(39_500_000, 3_500_000)
    assert longitude == pytest.approx(117, abs=1e-12)
    assert 31 < latitude < 32
    east, north = crs.to_plane(39).transform(longitude, latitude)
    assert (east, north) == pytest.approx((39_500_000, 3_500_000), abs=1e-7)
