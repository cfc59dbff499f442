"""Packages as counties send them, good and bad: every fault with place and remedy, nothing left behind."""

import io
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from ziyuan.onemap.formats import County, load_layout, read_package

FEIXI = County("340123", "肥西县", 39, (116.67, 31.36, 117.35, 32.01))
LAYOUT = load_layout("survey_county")
EAST, NORTH = 39_512_000.0, 3_521_000.0
NAMES = ("水田", "旱地", "果园")


def squares(count: int = 3, east: float = EAST, north: float = NORTH) -> np.ndarray:
    at = east + 50 * np.arange(count)
    return shapely.box(at, north, at + 50, north + 50)


def table(shapes: np.ndarray, **columns) -> pa.Table:
    names = [NAMES[i % 3] for i in range(len(shapes))]
    wkb = pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())
    return pa.table({"DLMC": names, **columns, "geometry": wkb})


def write(path: Path, layer: str, data: pa.Table, driver: str, crs: str | None = "EPSG:4527", **options) -> Path:
    pyogrio.write_arrow(data, path, layer=layer, driver=driver, geometry_name="geometry",
                        geometry_type="Polygon", crs=crs, append=path.exists(), **options)
    return path


@pytest.fixture
def gpkg(tmp_path):
    """A good GeoPackage of the three layers; `shapes` replaces those of DLTB."""

    def make(shapes=None, crs="EPSG:4527", layers=("XZQ", "CJDCQ", "DLTB")) -> Path:
        path = tmp_path / "340123.gpkg"
        for layer in layers:
            data = table(squares() if shapes is None or layer != "DLTB" else shapes)
            write(path, layer, data, "GPKG", crs)
        return path

    return make


@pytest.fixture
def shapefiles(tmp_path):
    """Members of a package of Shapefiles, as name → bytes; GBK without .cpg, as desktop programs leave them."""

    def make(encoding: str = "GB18030", layers=("XZQ", "CJDCQ", "DLTB")) -> dict[str, bytes]:
        folder = tmp_path / "shp"
        folder.mkdir(exist_ok=True)
        for layer in layers:
            write(folder / f"{layer}.shp", layer, table(squares()), "ESRI Shapefile", encoding=encoding)
        return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".cpg"}

    return make


def packed(tmp_path: Path, members: dict[str, bytes], name: str = "340123-2024.zip") -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, body in members.items():
            archive.writestr(member, body)
    path = tmp_path / name
    path.write_bytes(out.getvalue())
    return path


def zipped(tmp_path: Path, *paths: Path) -> Path:
    return packed(tmp_path, {p.name: p.read_bytes() for p in paths})


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path_factory, monkeypatch):
    held = tmp_path_factory.mktemp("held")
    monkeypatch.setattr(tempfile, "tempdir", str(held))
    yield
    assert list(held.iterdir()) == []


def codes(package) -> set[str]:
    return {f.rule for f in package.faults if f.severity == "error"}


def the(package, code: str):
    (found,) = [f for f in package.faults if f.rule == code]
    assert found.message.endswith("。") and found.remedy
    return found


def test_a_zip_of_one_geopackage_is_read_whole(gpkg, tmp_path):
    package = read_package(zipped(tmp_path, gpkg()), LAYOUT, county=FEIXI)
    assert package.faults == [] and not package.blocked
    assert set(package.layers) == {"XZQ", "CJDCQ", "DLTB"}
    layer = package.layers["DLTB"]
    assert (layer.epsg, layer.driver, layer.first_row) == (4527, "GPKG", 1)
    assert layer.table.column("DLMC").to_pylist() == list(NAMES)
    assert shapely.equals(shapely.from_wkb(layer.table.column("geometry").to_pylist()), squares()).all()
    (member,) = package.members
    assert len(member.sm3) == 64 and member.size > 0 and member.layers == ("XZQ", "CJDCQ", "DLTB")


def test_a_plain_geopackage_is_read_like_a_packed_one(gpkg):
    package = read_package(gpkg(), LAYOUT, county=FEIXI)
    assert not package.blocked and set(package.layers) == {"XZQ", "CJDCQ", "DLTB"}


def test_shapefiles_in_gbk_without_cpg_are_read(shapefiles, tmp_path):
    package = read_package(packed(tmp_path, shapefiles()), LAYOUT, county=FEIXI)
    assert package.faults == []
    layer = package.layers["DLTB"]
    assert layer.encoding == "GB18030"
    assert layer.table.column("DLMC").to_pylist() == list(NAMES)
    shown = [m for m in package.members if m.driver]
    assert all("水田" in m.samples for m in shown)


def test_shapefiles_in_utf8_without_cpg_are_read(shapefiles, tmp_path):
    package = read_package(packed(tmp_path, shapefiles("UTF-8")), LAYOUT, county=FEIXI)
    assert package.layers["DLTB"].table.column("DLMC").to_pylist() == list(NAMES)


def test_a_cpg_that_lies_is_outweighed_by_the_bytes_and_said(shapefiles, tmp_path):
    members = shapefiles() | {"DLTB.cpg": b"UTF-8"}
    package = read_package(packed(tmp_path, members), LAYOUT, county=FEIXI)
    doubt = the(package, "ZY-FMT-022")
    assert doubt.severity == "warning" and "GB18030" in doubt.message
    assert package.layers["DLTB"].table.column("DLMC").to_pylist() == list(NAMES)


def test_a_mix_of_gbk_and_utf8_is_named_with_its_first_row(shapefiles, tmp_path):
    members = shapefiles()
    gbk, utf8 = "果园".encode("gbk"), "果园".encode()
    body = members["DLTB.dbf"]
    at = body.index(gbk)
    members["DLTB.dbf"] = body[:at] + utf8 + body[at + len(utf8) :]
    package = read_package(packed(tmp_path, members), LAYOUT, county=FEIXI)
    mixed = the(package, "ZY-FMT-020")
    assert (mixed.row, mixed.field, mixed.layer) == (3, "DLMC", "DLTB")
    assert package.blocked


def test_a_value_cut_inside_a_character_is_placed(shapefiles, tmp_path):
    members = shapefiles()
    gbk = "旱地".encode("gbk")
    members["DLTB.dbf"] = members["DLTB.dbf"].replace(gbk, gbk[:3] + b" ")
    package = read_package(packed(tmp_path, members), LAYOUT, county=FEIXI)
    assert the(package, "ZY-FMT-021").row == 2


def test_the_submitters_own_answer_is_taken(shapefiles, tmp_path):
    package = read_package(packed(tmp_path, shapefiles()), LAYOUT, county=FEIXI, encoding="GBK")
    assert package.layers["DLTB"].encoding == "GB18030"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("not a zip", b"Rar!\x1a\x07\x00 data", "ZY-SBX-010"),
        ("an empty file", b"", "ZY-SBX-010"),
        ("a cut zip", b"PK\x03\x04" + bytes(100), "ZY-SBX-010"),
    ],
)
def test_what_is_no_archive_is_one_finding(tmp_path, name, data, code):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    package = read_package(path, LAYOUT, county=FEIXI)
    assert code in codes(package) and package.blocked and package.layers == {}
    assert the(package, code).remedy


def test_a_file_of_another_kind_is_refused_by_name(tmp_path):
    path = tmp_path / "成果.rar"
    path.write_bytes(b"Rar!")
    assert "成果.rar" in the(read_package(path, LAYOUT), "ZY-FMT-002").message


def test_a_bomb_and_a_path_escape_become_findings(tmp_path):
    bomb = read_package(packed(tmp_path, {"z.gpkg": bytes(64 << 20)}), LAYOUT, county=FEIXI)
    assert "ZY-SBX-012" in codes(bomb)
    escape = read_package(packed(tmp_path, {"../DLTB.shp": b"x"}), LAYOUT, county=FEIXI)
    assert "ZY-SBX-011" in codes(escape)
    assert not (tmp_path.parent / "DLTB.shp").exists()


def test_a_vrt_dressed_as_shapefile_in_the_package_is_refused(shapefiles, tmp_path):
    vrt = b"<OGRVRTDataSource><OGRVRTLayer name='DLTB'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"  # noqa: E501
    package = read_package(packed(tmp_path, shapefiles() | {"DLTB.shp": vrt}), LAYOUT, county=FEIXI)
    assert codes(package) == {"ZY-FMT-001"}
    assert "DLTB.shp" in the(package, "ZY-FMT-001").message
    assert "DLTB" not in package.layers


def test_a_shapefile_without_its_table_is_named(shapefiles, tmp_path):
    members = {k: v for k, v in shapefiles().items() if k != "DLTB.dbf"}
    package = read_package(packed(tmp_path, members), LAYOUT, county=FEIXI)
    assert ".dbf" in the(package, "ZY-FMT-003").message
    assert "ZY-FMT-004" not in codes(package)


def test_a_missing_layer_is_named_with_what_was_found(gpkg, tmp_path):
    package = read_package(zipped(tmp_path, gpkg(layers=("XZQ", "DLTB"))), LAYOUT, county=FEIXI)
    missing = the(package, "ZY-FMT-004")
    assert missing.layer == "CJDCQ" and "DLTB、XZQ" in missing.message
    assert package.blocked


def test_a_surplus_layer_and_member_are_warnings(gpkg, tmp_path):
    path = gpkg(layers=("XZQ", "CJDCQ", "DLTB", "MYLAYER"))
    package = read_package(packed(tmp_path, {path.name: path.read_bytes(), "说明.docx": b"x"}), LAYOUT, county=FEIXI)
    assert not package.blocked
    assert {f.rule for f in package.faults} == {"ZY-FMT-006", "ZY-FMT-081"}


def test_a_layer_named_with_code_and_year_is_taken_and_said(gpkg):
    package = read_package(gpkg(layers=("XZQ", "CJDCQ", "DLTB_340123_2024")), LAYOUT, county=FEIXI)
    assert set(package.layers) == {"XZQ", "CJDCQ", "DLTB"}
    assert the(package, "ZY-FMT-008").severity == "note"


def test_two_copies_of_a_layer_are_refused(gpkg, shapefiles, tmp_path):
    members = {"340123.gpkg": gpkg().read_bytes(), **shapefiles(layers=("DLTB",))}
    assert "ZY-FMT-005" in codes(read_package(packed(tmp_path, members), LAYOUT, county=FEIXI))


def test_rows_without_geometry_are_kept_with_their_numbers(gpkg):
    shapes = np.array([squares()[0], None, shapely.Polygon(), squares()[2]], dtype=object)
    package = read_package(gpkg(shapes), LAYOUT, county=FEIXI)
    column = package.layers["DLTB"].table.column("geometry").to_pylist()
    assert len(column) == 4 and column[1] is None
    assert not package.blocked


@pytest.mark.parametrize("crs", ["EPSG:2363", "EPSG:4610", "EPSG:2415"])
def test_the_old_datums_are_refused_by_name(gpkg, crs):
    package = read_package(gpkg(crs=crs), LAYOUT, county=FEIXI)
    assert codes(package) == {"ZY-BAS-021"}
    assert any("1980西安" in f.message or "1954年北京" in f.message for f in package.faults)


def test_another_zone_than_the_countys_is_an_error_and_not_projected(gpkg):
    shapes = squares(east=40_512_000.0)
    package = read_package(gpkg(shapes, crs="EPSG:4528"), LAYOUT, county=FEIXI)
    assert "DLTB" not in package.layers
    assert {"ZY-FMT-031", "ZY-FMT-032"} >= codes(package) != set()


def test_digits_that_contradict_the_declared_zone_are_an_error(gpkg):
    package = read_package(gpkg(squares(east=40_512_000.0)), LAYOUT, county=FEIXI)
    fault = the(package, "ZY-FMT-031")
    assert fault.layer == "DLTB" and "第 40 带" in fault.message


def test_swapped_axes_are_named_as_such(gpkg):
    swapped = shapely.transform(squares(), lambda xy: xy[:, ::-1])
    assert the(read_package(gpkg(swapped), LAYOUT, county=FEIXI), "ZY-FMT-034").layer == "DLTB"


def test_a_layer_in_another_place_is_an_error_with_the_place(gpkg):
    fault = the(read_package(gpkg(squares(north=3_821_000.0)), LAYOUT, county=FEIXI), "ZY-FMT-033")
    assert "肥西县" in fault.message and "北纬" in fault.message


def test_a_missing_prj_is_asked_and_the_answer_is_taken(shapefiles, tmp_path):
    members = {k: v for k, v in shapefiles().items() if not k.endswith(".prj")}
    path = packed(tmp_path, members)
    asked = read_package(path, LAYOUT, county=FEIXI)
    assert codes(asked) == {"ZY-FMT-030"} and "第 39 带" in asked.faults[0].message
    assert not read_package(path, LAYOUT, county=FEIXI, crs=4527).blocked
    assert codes(read_package(path, LAYOUT, county=FEIXI, crs=4528)) == {"ZY-FMT-031"}


def test_degrees_in_cgcs2000_are_projected_once_into_the_countys_zone(tmp_path):
    to_degrees = __import__("pyproj").Transformer.from_crs(4527, 4490, always_xy=True)
    shapes = shapely.transform(squares(), to_degrees.transform, interleaved=False)
    path = tmp_path / "a.gpkg"
    for layer in ("XZQ", "CJDCQ", "DLTB"):
        write(path, layer, table(shapes), "GPKG", "EPSG:4490")
    layer = read_package(path, LAYOUT, county=FEIXI).layers["DLTB"]
    assert layer.epsg == 4527
    read = shapely.from_wkb(layer.table.column("geometry").to_pylist())
    assert np.allclose(shapely.get_coordinates(read), shapely.get_coordinates(squares()), atol=1e-4)


def test_geojson_in_wgs84_is_refused_for_boundaries(tmp_path):
    path = tmp_path / "DLTB.geojson"
    write(path, "DLTB", table(squares(1)), "GeoJSON", "EPSG:4527")
    path.write_text(path.read_text().replace("urn:ogc:def:crs:EPSG::4527", "urn:ogc:def:crs:OGC:1.3:CRS84"))
    assert "ZY-BAS-022" in codes(read_package(path, LAYOUT, county=FEIXI))


def test_a_view_registered_as_a_layer_is_never_run(gpkg):
    path = gpkg()
    base = sqlite3.connect(path)
    base.execute("CREATE VIEW EVIL AS SELECT * FROM DLTB")
    base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('EVIL', 'features', 'EVIL')")
    base.commit()
    base.close()
    assert "EVIL" in the(read_package(path, LAYOUT, county=FEIXI), "ZY-SBX-004").message


def test_a_geopackage_with_damaged_pages_is_a_finding(gpkg):
    path = gpkg()
    data = bytearray(path.read_bytes())
    data[100:40_000] = b"\xff" * 39_900
    path.write_bytes(bytes(data))
    package = read_package(path, LAYOUT, county=FEIXI)
    assert package.blocked and "ZY-SBX-004" in codes(package)


def test_gbk_bytes_in_a_geopackage_are_placed(gpkg):
    path = gpkg()
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    base.execute("UPDATE DLTB SET DLMC = CAST(? AS TEXT) WHERE fid = 2", ["水浇地".encode("gbk")])
    base.commit()
    base.close()
    package = read_package(path, LAYOUT, county=FEIXI)
    assert package.blocked
    assert [f.row for f in package.faults] == [2]


def test_reading_twice_gives_the_same_findings(gpkg, tmp_path):
    path = zipped(tmp_path, gpkg(layers=("XZQ", "X")))
    first, second = (read_package(path, LAYOUT, county=FEIXI) for _ in range(2))
    assert first.faults == second.faults and first.digest == second.digest
