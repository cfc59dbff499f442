# ruff: noqa: E501  (tables of cases: one case, one line)
"""`ziyuan map convert`: what a format carries comes back the same, what it does not is named, nothing is half done."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ziyuan.base.errors import ZiyuanError
from ziyuan.base.sandbox.run import SOURCE
from ziyuan.onemap.formats.commands import convert as command
from ziyuan.onemap.formats.convert.run import Wish, convert, read

EAST, NORTH = 39_512_000.0, 3_521_000.0
LOSSLESS = ("gdb.zip", "shp", "zip", "geojson", "fgb", "gml", "parquet", "vct")
WITHOUT_CRS = ("csv", "xlsx", "dxf")


def write(path: Path, shapes, columns: dict, layer: str = "DLTB", crs: str | None = "EPSG:4527", driver: str = "GPKG") -> Path:
    wkb = pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())
    pyogrio.write_arrow(pa.table({**columns, "geometry": wkb}), path, layer=layer, driver=driver,
                        geometry_name="geometry", geometry_type="Unknown", crs=crs, append=path.exists())  # fmt: skip
    return path


def box(east: float, north: float, size: float = 10.0) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH + north, EAST + east + size, NORTH + north + size)


HOLED = shapely.Polygon(box(0, 0, 50.0).exterior, [box(10, 10).exterior])
TWO_PARTS = shapely.MultiPolygon([box(100, 0), box(200, 0)])


@pytest.fixture
def patches(tmp_path):
    """Three patches: with a hole, of two parts, plain; codes that begin with a zero, Chinese, dates, empty values."""
    columns = {"BSM": ["01", "02", "03"], "DLMC": ["旱地", None, "乔木林地"], "TBMJ": [2400.01, None, 100.0], "SJNF": [2024, None, 2023],
               "SJ": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1999, 12, 31)], pa.date32())}  # fmt: skip
    return write(tmp_path / "s.gpkg", [HOLED, TWO_PARTS, box(300, 0)], columns)


def plain(path: Path) -> dict:
    """The file by another road: GDAL alone, outside our readers."""
    meta, table = pyogrio.read_arrow(path)
    name = meta["geometry_name"] or "wkb_geometry"
    return {"crs": meta["crs"], "shapes": shapely.from_wkb(table.column(name).to_pylist()),
            **{c: table.column(c).to_pylist() for c in table.column_names if c != name}}  # fmt: skip


def same(a, b) -> bool:
    return all(shapely.equals(shapely.transform(x, lambda c: np.round(c, 6)), shapely.transform(y, lambda c: np.round(c, 6)))
               for x, y in zip(a, b, strict=True))  # fmt: skip


@pytest.mark.parametrize("extension", LOSSLESS)
def test_a_format_that_carries_all_loses_nothing_there_and_back(patches, tmp_path, extension):
    out, again = tmp_path / f"o.{extension}", tmp_path / "again.gpkg"
    assert convert(patches, out, Wish()).losses == []
    assert convert(out, again, Wish()).losses == []
    before, after = plain(patches), plain(again)
    assert after["crs"] == "EPSG:4527" and same(before["shapes"], after["shapes"])
    for name in ("BSM", "DLMC", "TBMJ", "SJNF"):
        assert after[name] == before[name]


@pytest.mark.parametrize("extension", ["gpkg", "shp", "gdb", "geojson", "fgb", "gml"])
def test_other_programs_read_what_we_write(patches, tmp_path, extension):
    out = tmp_path / f"o.{extension}"
    convert(patches, out, Wish())
    found = plain(out)
    assert found["crs"] == "EPSG:4527" and same(found["shapes"], [HOLED, TWO_PARTS, box(300, 0)])
    assert found["DLMC"] == ["旱地", None, "乔木林地"] and found["BSM"] == ["01", "02", "03"]


def test_geoparquet_carries_its_metadata_and_boxes(patches, tmp_path):
    import pyarrow.parquet as pq

    convert(patches, tmp_path / "o.parquet", Wish())
    table = pq.read_table(tmp_path / "o.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    told = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0" and told["encoding"] == "WKB" and told["crs"]["id"]["code"] == 4527
    assert told["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert table.column("bbox")[2].as_py()["xmin"] == EAST + 300


@pytest.mark.parametrize("extension", WITHOUT_CRS)
def test_a_format_without_coordinate_system_says_so_and_is_asked_on_the_way_back(patches, tmp_path, extension):
    out = tmp_path / f"o.{extension}"
    losses = convert(patches, out, Wish()).losses
    assert "crs" in {loss.kind for loss in losses}
    run = CliRunner().invoke(command, [str(out), str(tmp_path / "again.gpkg")])
    assert run.exit_code == 11 and "ZY-FMT-030" in run.stderr and "第 39 带" in run.stderr
    assert convert(out, tmp_path / "again.gpkg", Wish(crs=4527)).losses == []
    shapes = plain(tmp_path / "again.gpkg")["shapes"]
    assert same(shapely.get_parts(shapes), shapely.get_parts([HOLED, TWO_PARTS, box(300, 0)]))


def test_tables_keep_codes_numbers_and_dates_as_they_are(patches, tmp_path):
    for extension in ("csv", "xlsx"):
        convert(patches, tmp_path / f"o.{extension}", Wish())
        convert(tmp_path / f"o.{extension}", tmp_path / f"{extension}.gpkg", Wish(crs=4527))
        found = plain(tmp_path / f"{extension}.gpkg")
        assert found["BSM"] == ["01", "02", "03"]
        assert [None if v is None else float(v) for v in found["TBMJ"]] == [2400.01, None, 100.0]
        assert [None if v is None else str(v) for v in found["SJ"]] == ["2024-02-29", None, "1999-12-31"]


def test_kml_is_told_to_be_for_looking_at_only(patches, tmp_path):
    (loss,) = [x for x in convert(patches, tmp_path / "o.kml", Wish()).losses if x.kind == "crs"]
    assert "不得用作界址" in loss.message
    found = plain(tmp_path / "o.kml")
    assert found["crs"] == "EPSG:4326" and 117.1 < found["shapes"][0].centroid.x < 117.2


def test_boundary_text_keeps_rings_and_tells_the_fields_without_place(patches, tmp_path):
    losses = convert(patches, tmp_path / "o.txt", Wish()).losses
    assert {loss.field for loss in losses} == {"DLMC", "TBMJ", "SJNF", "SJ"}
    text = (tmp_path / "o.txt").read_bytes().decode("gb18030")
    assert "带号=39" in text and ",01," in text
    convert(tmp_path / "o.txt", tmp_path / "again.gpkg", Wish())
    assert same(plain(tmp_path / "again.gpkg")["shapes"], [HOLED, TWO_PARTS, box(300, 0)])


def test_what_a_shapefile_cannot_hold_is_named_field_by_field(tmp_path):
    columns = {"BSM": ["", "b ", "c"], "很长的中文字段名称": ["甲" * 127, "乙" * 128, "x" * 255], "备注说明文字": ["a", None, ""],
               "SJ": pa.array([datetime.datetime(2024, 1, 1, 12), None, None], pa.timestamp("ms"))}  # fmt: skip
    source = write(tmp_path / "s.gpkg", [box(0, 0), box(20, 0), box(40, 0)], columns)
    report = convert(source, tmp_path / "o.shp", Wish())
    told = {(x.kind, x.field): x for x in report.losses}
    assert set(told) == {("name", "很长的中文字段名称"), ("name", "备注说明文字"), ("text", "很长的中文字段名称"), ("text", "BSM"),
                         ("empty", "BSM"), ("empty", "备注说明文字")}  # fmt: skip
    cut = told["text", "很长的中文字段名称"]
    assert (cut.rows, cut.row, cut.old_values, cut.new_values) == (2, 2, 3, 3)
    assert told["name", "很长的中文字段名称"].new == "很长的中文"
    assert any("SJ" in note for note in report.notes)
    found = plain(tmp_path / "o.shp")
    assert found["很长的中文"] == ["甲" * 127, "乙" * 127, "x" * 254]
    assert found["备注说明文"] == ["a", None, None]


def test_names_that_would_fall_together_are_kept_apart(tmp_path):
    columns = {"LONGFIELDNAME1": ["a"], "LONGFIELDNAME2": ["b"], "longfieldname3": ["c"]}
    source = write(tmp_path / "s.gpkg", [box(0, 0)], columns)
    convert(source, tmp_path / "o.shp", Wish())
    found = plain(tmp_path / "o.shp")
    assert sorted(v for k, v in found.items() if k not in ("crs", "shapes")) == [["a"], ["b"], ["c"]]


def test_heights_and_fine_decimals_are_told_where_they_are_dropped(tmp_path):
    high = shapely.Polygon([(EAST, NORTH, 5), (EAST + 10, NORTH, 5), (EAST, NORTH + 10, 5)])
    fine = shapely.Polygon([(EAST + 0.00004, NORTH), (EAST + 10, NORTH), (EAST, NORTH + 10.00004)])
    source = write(tmp_path / "s.gpkg", [high, fine], {"BSM": ["1", "2"]})
    losses = {x.kind: x for x in convert(source, tmp_path / "o.vct", Wish()).losses}
    assert set(losses) == {"z", "coordinate"}
    assert (losses["z"].rows, losses["z"].row) == (1, 1)
    assert (losses["coordinate"].rows, losses["coordinate"].row) == (1, 2) and "4e-05" in losses["coordinate"].message
    assert {x.kind for x in convert(source, tmp_path / "o.parquet", Wish()).losses} == set()


def test_values_that_a_vct_cannot_hold_are_told(tmp_path):
    source = write(tmp_path / "s.gpkg", [box(0, 0)], {"DLMC": ["旱,地\n二"], "DLBM": ["0103"]})
    losses = convert(source, tmp_path / "o.vct", Wish()).losses
    assert [x.field for x in losses] == ["DLMC", "DLMC"]
    convert(tmp_path / "o.vct", tmp_path / "b.gpkg", Wish())
    assert plain(tmp_path / "b.gpkg")["DLMC"] == ["旱\uff0c地 二"]


def test_a_vct_gets_its_codes_from_standard_or_data_and_says_when_from_neither(patches, tmp_path):
    from ziyuan.onemap.standards import library

    bare = convert(patches, tmp_path / "a.vct", Wish())
    assert any("--standard" in note for note in bare.notes)
    standard = convert(patches, tmp_path / "b.vct", Wish(models=(library.load("tdt1057@2020"),)))
    assert standard.notes == [] and "2001010100,地类图斑,Polygon,DLTB" in (tmp_path / "b.vct").read_bytes().decode("gb18030")
    own = write(tmp_path / "own.gpkg", [box(0, 0)], {"YSDM": ["2005010300"]}, layer="X")
    assert convert(own, tmp_path / "c.vct", Wish()).notes == []
    assert "2005010300,X,Polygon,X" in (tmp_path / "c.vct").read_bytes().decode("gb18030")


def test_several_layers_go_where_there_is_room_for_them(tmp_path):
    source = write(tmp_path / "s.gpkg", [box(0, 0)], {"BSM": ["1"]})
    write(source, [shapely.LineString([(EAST, NORTH), (EAST + 1, NORTH)])], {"BSM": ["2"]}, layer="XZDW")
    write(source, [shapely.Point(EAST, NORTH)], {"BSM": ["3"]}, layer="JZD")
    for extension in ("gdb", "vct", "xlsx", "zip"):
        convert(source, tmp_path / f"o.{extension}", Wish())
        back = read(tmp_path / f"o.{extension}", Wish(crs=4527))
        assert {one.name for one in back} == {"DLTB", "XZDW", "JZD"}, extension
    for extension in ("shp", "geojson"):
        run = CliRunner().invoke(command, [str(source), str(tmp_path / f"p.{extension}")])
        assert run.exit_code == 2 and "--layer" in run.stderr and not (tmp_path / f"p.{extension}").exists()
    assert CliRunner().invoke(command, [str(source), str(tmp_path / "q.geojson"), "--layer", "xzdw"]).exit_code == 0
    wrong = CliRunner().invoke(command, [str(source), str(tmp_path / "r.geojson"), "--layer", "NONE"])
    assert wrong.exit_code == 2 and "XZDW" in wrong.stderr


def test_kinds_that_one_file_cannot_mix_are_parted_or_refused(tmp_path):
    shapes = [box(0, 0), shapely.Point(EAST, NORTH), None]
    source = write(tmp_path / "s.gpkg", shapes, {"BSM": ["1", "2", "3"]}, layer="X")
    report = convert(source, tmp_path / "o.gdb", Wish())
    assert {layer.name: layer.table.num_rows for layer in report.written} == {"X_面": 2, "X_点": 1}
    assert CliRunner().invoke(command, [str(source), str(tmp_path / "o.shp")]).exit_code == 2
    assert convert(source, tmp_path / "o.geojson", Wish()).losses == []


ON_GRID = st.tuples(st.integers(-4_000_000, 4_000_000), st.integers(-4_000_000, 4_000_000))


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ON_GRID, min_size=1, max_size=12))
@pytest.mark.parametrize("extension", ["gdb", "shp", "geojson", "gml", "vct"])
def test_coordinates_on_the_tenth_of_a_millimetre_are_the_same_integers_afterwards(tmp_path, extension, corners):
    units = np.array(corners) + np.array([int(EAST * 10_000), int(NORTH * 10_000)])
    shapes = [shapely.Polygon((np.array([(0, 0), (7 + k, 1), (3, 9 + k)]) + u) / 10_000) for k, u in enumerate(units)]
    source = write(tmp_path / f"s{time.monotonic_ns()}.gpkg", shapes, {"BSM": [str(i) for i in range(len(shapes))]})
    out = tmp_path / f"o.{extension}"
    assert convert(source, out, Wish(force=True)).losses == []
    (back,) = read(out, Wish())
    read_back = shapely.from_wkb(back.table.column("geometry").to_pylist())
    for before, after in zip(shapes, read_back, strict=True):
        assert _integers(before) == _integers(after)


def _integers(shape: shapely.Geometry) -> set[tuple[int, int]]:
    xy = shapely.get_coordinates(shape)
    whole = np.rint(xy * 10_000)
    assert np.abs(xy * 10_000 - whole).max() < 1e-3
    return {(int(x), int(y)) for x, y in whole}


def test_exit_codes_and_lines_for_programs(patches, tmp_path):
    run = CliRunner().invoke(command, [str(patches), str(tmp_path / "o.vct"), "--json"])
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.exit_code == 0 and lines[-1]["summary"]["losses"] == 0
    assert lines[-1]["summary"]["read"][0]["samples"] == ["乔木林地", "旱地"]
    run = CliRunner().invoke(command, [str(patches), str(tmp_path / "o.dxf"), "--json"])
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    lost = [line for line in lines if "loss" in line]
    assert run.exit_code == 1 and lines[-1]["summary"]["losses"] == len(lost) > 0
    assert {"loss", "layer", "field", "rows", "message", "old", "new", "old_values", "new_values"} <= set(lost[0])
    for name, code in (("o.abc", 2), ("o.mdb", 2)):
        assert CliRunner().invoke(command, [str(patches), str(tmp_path / name)]).exit_code == code
    (tmp_path / "bad.gpkg").write_bytes(b"SQLite format 3\0" + bytes(5000))
    bad = CliRunner().invoke(command, [str(tmp_path / "bad.gpkg"), str(tmp_path / "x.shp")])
    assert bad.exit_code == 11 and "ZY-" in bad.stderr and not (tmp_path / "x.shp").exists()


@pytest.mark.parametrize("extension", ["gdb", "shp"])
def test_an_existing_target_is_left_alone_unless_forced(patches, tmp_path, extension):
    out = tmp_path / f"o.{extension}"
    convert(patches, out, Wish())
    before = sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.rglob("*"))
    run = CliRunner().invoke(command, [str(patches), str(out)])
    assert run.exit_code == 2 and "--force" in run.stderr
    assert sorted((p.name, p.stat().st_mtime_ns) for p in tmp_path.rglob("*")) == before
    assert CliRunner().invoke(command, [str(patches), str(out), "--force"]).exit_code == 0
    assert len(read(out, Wish())) == 1


def test_a_failed_conversion_leaves_nothing(patches, tmp_path):
    before = sorted(p.name for p in tmp_path.iterdir())
    multi = write(tmp_path / "m.gpkg", [shapely.MultiPoint([(EAST, NORTH), (EAST, NORTH + 1)])], {"BSM": ["1"]})
    assert CliRunner().invoke(command, [str(multi), str(tmp_path / "o.vct")]).exit_code == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*before, "m.gpkg"])


def test_a_killed_conversion_leaves_no_target_and_its_folder_goes_with_the_next(patches, tmp_path):
    code = (
        f"import sys, time, pathlib; sys.path.insert(0, {SOURCE!r})\n"
        "from ziyuan.onemap.formats.convert import run\n"
        "def stop(*a): print('written', flush=True); time.sleep(60)\n"
        "run._compare = stop\n"
        "run.convert(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), run.Wish())\n"
    )
    out = tmp_path / "target" / "o.gpkg"
    out.parent.mkdir()
    process = subprocess.Popen([sys.executable, "-c", code, str(patches), str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "written\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not out.exists() and len(list(out.parent.iterdir())) == 1
    convert(patches, out, Wish())
    assert [p.name for p in out.parent.iterdir()] == ["o.gpkg"]


@pytest.mark.parametrize(
    ("crs", "east", "chosen", "code"),
    [("EPSG:2363", EAST, None, "ZY-BAS-021"), ("EPSG:2415", EAST, None, "ZY-BAS-021"), ("EPSG:4610", 117.0, None, "ZY-BAS-021"),
     ("EPSG:4528", EAST, None, "ZY-FMT-031"), ("EPSG:4548", EAST, None, "ZY-FMT-031"), ("EPSG:4527", EAST, "EPSG:4528", "ZY-FMT-031"),
     (None, EAST, None, "ZY-FMT-030")],
)  # fmt: skip
def test_a_system_that_the_digits_contradict_is_asked_and_not_guessed(tmp_path, crs, east, chosen, code):
    shape = shapely.box(east, NORTH, east + 10, NORTH + 10) if east > 1000 else shapely.box(117, 31, 117.1, 31.1)
    source = write(tmp_path / "s.gpkg", [shape], {"BSM": ["1"]}, crs=crs)
    if crs is None:
        source = write(tmp_path / "s.shp", [shape], {"BSM": ["1"]}, crs=None, driver="ESRI Shapefile")
    run = CliRunner().invoke(command, [str(source), str(tmp_path / "o.geojson"), *(["--crs", chosen] if chosen else [])])
    assert run.exit_code == 11 and code in run.stderr


def test_a_zone_in_the_name_must_be_the_one_of_the_system(tmp_path):
    source = write(tmp_path / "肥西县_40带.gpkg", [box(0, 0)], {"BSM": ["1"]})
    run = CliRunner().invoke(command, [str(source), str(tmp_path / "o.geojson")])
    assert run.exit_code == 11 and "第 40 带" in run.stderr
    fine = write(tmp_path / "3度带_39带.gpkg", [box(0, 0)], {"BSM": ["1"]})
    assert CliRunner().invoke(command, [str(fine), str(tmp_path / "o.geojson")]).exit_code == 0


def test_a_shapefile_in_gbk_without_cpg_is_shown_and_converted(patches, tmp_path):
    convert(patches, tmp_path / "o.shp", Wish())
    (tmp_path / "o.cpg").unlink()
    run = CliRunner().invoke(command, [str(tmp_path / "o.shp"), str(tmp_path / "b.gpkg")])
    assert run.exit_code == 0 and "GB18030" in run.stderr and "乔木林地" in run.stderr
    assert plain(tmp_path / "b.gpkg")["DLMC"] == ["旱地", None, "乔木林地"]


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [("a.mdb", b"\0\1\0\0Standard Jet DB", ".gdb"), ("a.dwg", b"AC1032", "DXF"), ("a.dxf", b"AC1027", "DXF"),
     ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"), ("a.rar", b"Rar!", "ZIP"), ("a.gdb", b"x", "文件夹")],
)  # fmt: skip
def test_what_is_not_read_says_what_to_send_instead(tmp_path, name, head, words):
    (tmp_path / name).write_bytes(head + bytes(200))
    run = CliRunner().invoke(command, [str(tmp_path / name), str(tmp_path / "o.gpkg")])
    assert run.exit_code == 11 and words in run.stderr


def test_an_mdb_in_an_archive_is_advised_against_too(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("成果.mdb", b"\0\1\0\0Standard Jet DB" + bytes(100))
    run = CliRunner().invoke(command, [str(tmp_path / "a.zip"), str(tmp_path / "o.gpkg")])
    assert run.exit_code == 11 and ".gdb" in run.stderr


@pytest.mark.parametrize("extension", ["gdb", "vct", "fgb"])
def test_a_layer_without_rows_or_without_shapes_is_written_as_such(tmp_path, extension):
    empty = write(tmp_path / "e.gpkg", [], {"BSM": pa.array([], pa.string())})
    assert convert(empty, tmp_path / f"e.{extension}", Wish()).losses == []
    bare = write(tmp_path / "n.gpkg", [None], {"BSM": ["1"]})
    assert convert(bare, tmp_path / f"n.{extension}", Wish()).losses == []
    (back,) = read(tmp_path / f"n.{extension}", Wish())
    assert back.table.column("BSM").to_pylist() == ["1"] and back.table.column("geometry").null_count == 1


def test_heights_that_a_driver_drops_in_silence_are_found_by_reading_back(tmp_path):
    high = shapely.Polygon([(EAST, NORTH, 5), (EAST + 10, NORTH, 5), (EAST, NORTH + 10, 6)])
    source = write(tmp_path / "z.gpkg", [high], {"BSM": ["1"]})
    assert "z" in {loss.kind for loss in convert(source, tmp_path / "o.dxf", Wish()).losses}
    assert convert(source, tmp_path / "o.gdb", Wish()).losses == []


def test_a_table_without_shapes_is_told_where_it_has_no_place(tmp_path):
    source = write(tmp_path / "s.gpkg", [box(0, 0)], {"BSM": ["1"]})
    pyogrio.write_arrow(pa.table({"MC": ["a", "b"]}), source, layer="ZB", driver="GPKG", append=True)
    (loss,) = convert(source, tmp_path / "o.zip", Wish()).losses
    assert (loss.kind, loss.layer, loss.rows) == ("layer", "ZB", 2)
    assert convert(source, tmp_path / "o.gdb", Wish()).losses == []
    assert convert(source, tmp_path / "o.vct", Wish()).losses == []


@pytest.mark.parametrize("extension", ["gpkg", "gdb", "geojson", "parquet", "csv", "xlsx"])
def test_a_table_alone_goes_where_tables_have_a_place(tmp_path, extension):
    source = tmp_path / "s.gpkg"
    pyogrio.write_arrow(pa.table({"MC": ["甲", "乙"], "MJ": [1.5, 2.25]}), source, layer="ZB", driver="GPKG")
    assert convert(source, tmp_path / f"o.{extension}", Wish()).losses == []
    (back,) = read(tmp_path / f"o.{extension}", Wish())
    assert back.table.column("MC").to_pylist() == ["甲", "乙"] and back.table.column("MJ").cast(pa.float64()).to_pylist() == [1.5, 2.25]


@pytest.mark.parametrize("extension", ["shp", "fgb", "gml", "kml", "dxf", "txt", "vct"])
def test_a_table_alone_is_refused_by_name_where_they_have_none(tmp_path, extension):
    source = tmp_path / "s.gpkg"
    pyogrio.write_arrow(pa.table({"MC": ["a"]}), source, layer="ZB", driver="GPKG")
    run = CliRunner().invoke(command, [str(source), str(tmp_path / f"o.{extension}")])
    assert run.exit_code == 2 and "ZB" in run.stderr and ".gpkg" in run.stderr and not (tmp_path / f"o.{extension}").exists()


def test_coordinates_beyond_any_map_are_carried_as_they_stand_or_asked_about(tmp_path):
    far = shapely.Polygon([(1e300, 0), (1e300, 1e300), (5, 5), (1e300, 0)])
    source = write(tmp_path / "in.gpkg", [far], {"A": ["1"]}, crs="EPSG:4326")
    assert convert(source, tmp_path / "out.fgb", Wish()).losses == []
    with pytest.raises(ZiyuanError) as asked:
        convert(write(tmp_path / "zone.gpkg", [far], {"A": ["1"]}), tmp_path / "zone.fgb", Wish())
    assert asked.value.code == "ZY-FMT-031"
    assert "e+299" in str(asked.value)
