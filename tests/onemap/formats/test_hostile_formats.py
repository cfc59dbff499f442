# ruff: noqa: E501  (tables of cases: one case, one line)
"""Broken files of every format: each gives a sentence in Chinese with a remedy, or the layers; never a crash or a leftover."""

import random
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
import shapely

from tests.onemap.formats.test_convert import EAST, NORTH, box, write
from tests.onemap.formats.test_hostile import damaged
from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.convert.run import Wish, convert, read

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORMATS = ("gdb.zip", "fgb", "dxf", "gml", "kml", "parquet", "xlsx", "csv", "vct", "txt")


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, bytes]:
    """A small sound file of each format."""
    folder = tmp_path_factory.mktemp("sound")
    source = write(folder / "s.gpkg", [box(20 * i, 0) for i in range(20)], {"BSM": [f"{i:03d}" for i in range(20)], "DLMC": ["旱地"] * 20})
    for extension in FORMATS:
        convert(source, folder / f"o.{extension}", Wish())
    return {extension: (folder / f"o.{extension}").read_bytes() for extension in FORMATS}


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Read bytes as a file of a name; the error, or None. Nothing may be left behind."""

    def go(name: str, data: bytes) -> UserError | None:
        held = tmp_path / "held"
        held.mkdir(exist_ok=True)
        monkeypatch.setattr(tempfile, "tempdir", str(held))
        path = tmp_path / name
        path.write_bytes(data)
        try:
            read(path, Wish(crs=4527))
        except UserError as error:
            assert CHINESE.search(error.message) and error.remedy and error.code.startswith("ZY-")
            assert str(tmp_path) not in error.message and "Traceback" not in error.message
            return error
        finally:
            assert list(held.iterdir()) == []
        return None

    return go


@pytest.mark.parametrize("extension", FORMATS)
def test_a_damaged_file_of_any_format_is_refused_in_words_or_read(sound, tried, extension):
    for seed in range(2):
        tried(f"o.{extension}", damaged(sound[extension], random.Random(f"{extension}{seed}")))


@pytest.mark.parametrize("extension", ["gdb.zip", "fgb", "gml", "kml", "parquet", "xlsx", "vct", "txt"])
def test_half_a_file_is_never_taken_for_a_whole_one(sound, tried, extension):
    assert tried(f"o.{extension}", sound[extension][: len(sound[extension]) // 2]) is not None


@pytest.mark.parametrize("extension", FORMATS)
def test_a_page_of_html_under_a_borrowed_name_is_refused(tried, extension):
    if extension not in ("csv", "txt"):
        assert tried(f"o.{extension}", b"<html><body>404 Not Found</body></html>" * 40) is not None


def test_xml_that_is_not_closed_is_placed_by_line(sound, tried):
    for extension in ("gml", "kml"):
        error = tried(f"o.{extension}", sound[extension].replace(b"</", b"<", 1))
        assert re.search(r"第 \d+ 行", error.message)


def test_entities_that_multiply_are_stopped(tried):
    bomb = b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
    ) + b'<!ENTITY z "&j;&j;">]><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&z;</name></Document></kml>'
    assert tried("a.kml", bomb) is not None


def test_a_shapefile_cut_short_is_placed_by_record(tmp_path, tried):
    source = write(tmp_path / "s.gpkg", [box(20 * i, 0) for i in range(20)], {"BSM": [str(i) for i in range(20)]})
    convert(source, tmp_path / "a.zip", Wish())
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for ending in (".shp", ".dbf", ".shx"):
        name = next(n for n in members if n.endswith(ending))
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data[: len(data) * 2 // 3] if member == name else data)
        error = tried("c.zip", (tmp_path / "b.zip").read_bytes())
        assert error is not None and ending in error.message


@pytest.mark.parametrize(
    ("text", "words"),
    [('a,b\n1,"2\n', "引号"), ("a,b\n1,2,3\n", "第 2 行"), ("a,a\n1,2\n", "出现两次"), ("a,\n1,2\n", "没有名称"), ("", "空"),
     ("东坐标,北坐标\n39512000.1,3521000\n39512000,3521o00\n", "第 3 行"), ("东坐标,北坐标\n39512000.1,\n", "第 2 行"),
     ("WKT\nPOINT (1 2)\nPOLYGON ((0 0\n", "第 3 行"), ("X,Y\n5,5\n", "哪个是东坐标"), ("X,Y,经度,纬度\n1,2,3,4\n", "几组")],
)  # fmt: skip
def test_a_table_says_row_and_reason(tried, text, words):
    assert words in tried("a.csv", text.encode()).message


def test_a_workbook_tells_formulas_and_macros_and_does_not_run_them(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["东坐标", "北坐标", "名称"])
    book.active.append([EAST, NORTH, "=HYPERLINK(\"http://x\")"])
    book.save(tmp_path / "a.xlsx")
    (one,) = read(tmp_path / "a.xlsx", Wish(crs=4527))
    assert any("1 个公式" in note for note in one.notes)
    assert one.table.column("名称").to_pylist() == [None]


@pytest.mark.parametrize(
    ("head", "row", "point"),
    [("东坐标,北坐标", "39512000.5,3521000.25", (39512000.5, 3521000.25)), ("X,Y", "3521000.25,39512000.5", (39512000.5, 3521000.25)),
     ("X,Y", "39512000.5,3521000.25", (39512000.5, 3521000.25)), ("x坐标(米),y坐标(米)", "3521000.25,512000.5", (512000.5, 3521000.25)),
     ("纵坐标,横坐标", "3521000.25,512000.5", (512000.5, 3521000.25)), ("经度,纬度", "117.25,31.5", (117.25, 31.5)),
     ("lat,lng", "31.5,117.25", (117.25, 31.5)), ("Longitude,Latitude", "117.25,31.5", (117.25, 31.5)), ("Y,X", "31.5,117.25", (117.25, 31.5)),
     ("WKT", "POINT (117.25 31.5)", (117.25, 31.5))],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_coordinate_columns_are_known_by_name_and_digits(tmp_path, head, row, point, encoding):
    (tmp_path / "a.csv").write_bytes(f"{head},名称\r\n{row},旱地\r\n".encode(encoding))
    from ziyuan.onemap.formats.tables.csv import read as read_csv

    (layer,) = read_csv(str(tmp_path / "a.csv"), {})
    (batch,) = layer.batches
    assert shapely.from_wkb(batch.column("geometry")[0].as_py()).coords[0] == point
    assert batch.column("名称").to_pylist() == ["旱地"]


def test_the_columns_that_the_submitter_names_are_taken(tmp_path):
    (tmp_path / "a.csv").write_text("X,Y,经度,纬度\n3,4,117.1,31.1\n", encoding="utf-8")
    (one,) = read(Path(tmp_path / "a.csv"), Wish(crs=4490, xy=("经度", "纬度")))
    assert shapely.from_wkb(one.table.column("geometry")[0].as_py()).coords[0] == (117.1, 31.1)
    assert one.table.column_names == ["X", "Y", "geometry"]


def test_a_readme_beside_a_map_is_no_data_set(tmp_path):
    source = write(tmp_path / "s.gpkg", [box(0, 0)], {"BSM": ["1"]})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(source, "s.gpkg")
        archive.writestr("说明.txt", "本次提交一个图层")
        archive.writestr("目录.csv", "a,b\n1,2,3\n")
    assert [one.name for one in read(tmp_path / "a.zip", Wish())] == ["DLTB"]


def test_curves_of_a_drawing_are_told(tmp_path):
    entities = "0\nARC\n8\n0\n10\n39512000\n20\n3521000\n40\n5\n50\n0\n51\n90\n0\nCIRCLE\n8\n0\n10\n39512000\n20\n3521000\n40\n5\n"
    (tmp_path / "a.dxf").write_text(f"0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n")
    (one,) = read(tmp_path / "a.dxf", Wish(crs=4527))
    assert one.notes == ("曲线按折线读取(圆弧 1 个、圆 1 个),不是原来的形状。",)
