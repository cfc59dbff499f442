"""Checks and deliveries read every format through the one reader: the same data gives the same answer in any of them."""

import json

import pyarrow as pa
import pytest
from click.testing import CliRunner

from tests.onemap.formats.test_package import FEIXI, LAYOUT, packed, squares, table, write
from tests.onemap.formats.test_vct import PLAIN
from ziyuan.onemap.formats import encoding, read_package
from ziyuan.onemap.formats.convert.run import Wish, convert
from ziyuan.onemap.quality.commands import check


@pytest.fixture
def judged(tmp_path):
    """The rules broken in a file of the hand-written VCT's data, in a format of choice."""
    source = tmp_path / "DLTB.vct"
    source.write_bytes(PLAIN.encode("gb18030"))

    def go(extension: str) -> list[str]:
        path = tmp_path / f"DLTB.{extension}"
        if extension != "vct":
            convert(source, path, Wish())
        crs = ["--crs", "EPSG:4527"] if extension in ("csv", "xlsx", "dxf") else []
        run = CliRunner().invoke(check, [str(path), "--standard", "tdt1057@2020", "--layer", "DLTB", "--json", *crs])
        assert run.exit_code in (0, 1), run.output
        return sorted(line["rule"] for line in map(json.loads, run.stdout.splitlines()) if "rule" in line)

    return go


def test_a_check_finds_the_same_in_every_format(judged):
    expected = judged("vct")
    assert expected
    for extension in ("gdb.zip", "gdb", "parquet", "csv", "xlsx", "gml"):
        assert judged(extension) == expected, extension


def test_a_drawing_is_not_blamed_for_the_attributes_it_cannot_hold(judged):
    assert not [rule for rule in judged("dxf") if rule.endswith("-present")]


@pytest.fixture
def county(tmp_path):
    """A county's three layers as one GeoPackage."""
    path = tmp_path / "340123.gpkg"
    for layer in ("XZQ", "CJDCQ", "DLTB"):
        write(path, layer, table(squares()), "GPKG")
    return path


@pytest.mark.parametrize(("extension", "reader"), [("gdb.zip", "OpenFileGDB"), ("vct", "vct"), ("zip", "ESRI Shapefile")])
def test_a_delivery_is_taken_in_any_format_that_holds_its_layers(county, tmp_path, extension, reader):
    path = tmp_path / f"o.{extension}"
    convert(county, path, Wish())
    package = read_package(path, LAYOUT, county=FEIXI)
    assert [f.rule for f in package.faults if f.severity == "error"] == [] and not package.blocked
    assert set(package.layers) == {"XZQ", "CJDCQ", "DLTB"}
    layer = package.layers["DLTB"]
    assert (layer.epsg, layer.driver) == (4527, reader)
    assert layer.table.column("DLMC").to_pylist() == ["水田", "旱地", "果园"]


def test_a_geodatabase_in_a_package_is_one_member(county, tmp_path):
    convert(county, tmp_path / "340123.gdb", Wish())
    members = {f"成果/340123.gdb/{p.name}": p.read_bytes() for p in (tmp_path / "340123.gdb").iterdir()}
    package = read_package(packed(tmp_path, members), LAYOUT, county=FEIXI)
    assert [m.name for m in package.members if m.driver] == ["成果/340123.gdb"] and len(package.layers) == 3


def test_a_broken_vct_in_a_package_is_a_finding_with_its_line(tmp_path):
    body = PLAIN.replace("\n1,2\n", "\n1,9\n").encode("gb18030")
    package = read_package(packed(tmp_path, {"DLTB.vct": body}), LAYOUT, county=FEIXI)
    fault = next(f for f in package.faults if f.rule == "ZY-VCT-005")
    assert package.blocked and fault.layer == "DLTB" and "面 4" in fault.message


def test_a_whole_file_of_another_encoding_than_the_one_named_is_not_called_mixed():
    table = pa.table({"MC": pa.array(["旱地一号".encode("gbk"), "乔木林地".encode("gbk")], pa.binary())})
    (fault, *_) = encoding.decode_text(table, "a.shp", latin1=False, chosen="UTF-8").faults
    assert fault.code == "ZY-FMT-021"
    assert "GBK" in fault.remedy
