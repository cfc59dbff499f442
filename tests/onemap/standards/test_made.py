"""Everything made from one model: templates, VCT head, schema, styles, masks, handbook, SQL; checked by other programs."""

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from ziyuan.base import crs
from ziyuan.onemap.cli import commands as map_commands
from ziyuan.onemap.cli import standards
from ziyuan.onemap.formats.vct import read as vct_reader
from ziyuan.onemap.formats.vct.head import Head, read_tables
from ziyuan.onemap.formats.vct.lines import Lines, mark_of
from ziyuan.onemap.standards import handbook, library, masks, schema, styles, vct_head, workbook
from ziyuan.onemap.standards.loader import load_file

SURVEY = library.load("tdt1057@2020")
DLTB = SURVEY.entity("DLTB")
POINTS = """
standard: {id: p, edition: "1", title: 点}
codes: {K: {values: {"01": 甲, "02": 乙}, complete: false}}
patterns: {NO: {parts: [[county, 6], [layer, 4], [serial, 8]]}}
entities:
  P:
    title: 点位
    code: "1001"
    geometry: {kind: point, required: false}
    label: {class: 测绘, grade: 2, mask: none, open: true}
    style: {field: K}
    fields:
      NO: {type: text, length: 18, pattern: NO, required: always, title: 编号}
      K:  {type: code, length: 2, domain: K, title: 类型}
      GC: {type: number, length: 8, decimals: 3, min: -100, below: 2000, unit: m, title: 高程}
      RQ: {type: date, title: 日期, label: {mask: year}}
      RS: {type: integer, length: 4, min: 1, zero_is_empty: true, title: 人数}
      DH: {type: text, length: 20, title: 电话, label: {mask: partial}}
      ZJ: {type: text, length: 20, title: 证件, label: {open: false}}
      FJ: {type: file, length: 100, title: 照片}
"""


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(POINTS, encoding="utf-8")
    return load_file(path)


NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Book:
    """A workbook as its own XML says it: cells, validations, column formats by sheet."""

    def __init__(self, data):
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        listed = self._xml("workbook").iter(self._tag("sheet"))
        self.sheets = {s.get("name"): (n, s.get("state")) for n, s in enumerate(listed, 1)}

    def _tag(self, name):
        return f"{{{NS['m']}}}{name}"

    def _xml(self, part):
        return ET.fromstring(self.archive.read(f"xl/{part}.xml"))  # noqa: S314  (our own text)

    def sheet(self, name):
        return self._xml(f"worksheets/sheet{self.sheets[name][0]}")

    def rows(self, name):
        return [[c.findtext(".//m:t", "", NS) for c in row] for row in self.sheet(name).iter(self._tag("row"))]

    def checks(self, name):
        """Column letter → (kind, style of error, first formula)."""
        return {
            v.get("sqref").split("2:")[0]: (v.get("type"), v.get("errorStyle"), v.findtext("m:formula1", "", NS))
            for v in self.sheet(name).iter(self._tag("dataValidation"))
        }

    def formats(self, name):
        """Number format id of each column: 49 is text, 0 general."""
        ids = [int(x.get("numFmtId") or 0) for x in self._xml("styles").find("m:cellXfs", NS)]
        return [ids[int(c.get("style"))] for c in self.sheet(name).iter(self._tag("col"))]


def test_the_workbook_has_the_fields_of_each_layer_and_lists_of_its_codes():
    book = Book(workbook.workbook(SURVEY))
    assert book.rows("DLTB") == [list(DLTB.fields)]
    kind, _, formula = book.checks("DLTB")[workbook.column_name(list(DLTB.fields).index("DLBM") + 1)]
    sheet, column, first, last = re.fullmatch(r"(.+)!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", formula).groups()
    cells = book.sheet(sheet).iter(book._tag("c"))
    listed = {c.get("r"): c.findtext(".//m:t", "", NS) for c in cells}
    assert kind == "list"
    assert [listed[f"{column}{n}"] for n in range(int(first), int(last) + 1)] == SURVEY.codes["DLBM"].usable()
    assert book.sheets["代码"][1] == "hidden"


def test_codes_keep_their_leading_zero_and_numbers_stay_numbers_in_the_workbook(points):
    book = Book(workbook.workbook(points))
    assert book.formats("P") == [49, 49, 0, 0, 0, 49, 49, 49, 0, 0]
    assert book.rows("P")[0][-2:] == ["东坐标", "北坐标"]


def test_an_open_code_table_only_warns_in_the_workbook(points):
    checks = Book(workbook.workbook(points)).checks("P")
    assert checks["B"][:2] == ("list", "warning")
    assert checks["C"] == ("decimal", "stop", "-100")


def test_gdal_reads_the_fields_of_the_workbook(tmp_path):
    path = tmp_path / "t.xlsx"
    workbook.write(SURVEY, path)
    assert {"XZQ", "CJDCQ", "DLTB"} <= {row[0] for row in pyogrio.list_layers(path)}


def test_the_same_model_gives_the_same_workbook():
    assert workbook.workbook(SURVEY) == workbook.workbook(SURVEY)


@pytest.mark.parametrize(("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (703, "AAA")])
def test_columns_are_named_as_spreadsheets_do(number, name):
    assert workbook.column_name(number) == name


def test_the_empty_vct_has_head_feature_codes_and_structures_in_order():
    made = vct_head.empty_file(SURVEY, epsg=4527, made=date(2024, 5, 20))
    lines = made.text.split("\r\n")
    begins = [line[:-5] for line in lines if line.endswith("Begin")]
    assert begins == ["Head", "FeatureCode", "TableStructure", "Point", "Line", "Polygon", "Annotation", "Attribute", "Style"]
    assert "Parameters:117.0,1,39500000,0,3,39" in lines
    assert "ExtentMax:0.0000,0.0000" in lines
    assert "2001010100,地类图斑,Polygon,DLTB" in lines
    at = lines.index("DLTB,30")
    assert lines[at + 1 : at + 4] == ["BSM,Char,18", "YSDM,Char,10", "TBYBH,Char,18"]
    assert "TBMJ,Float,15,2" in lines
    assert lines[at + 31] == "0"
    assert made.text.encode("gb18030").decode("gb18030") == made.text


def test_the_reader_of_exchange_files_takes_the_empty_one_and_its_structures(tmp_path):
    path = tmp_path / "empty.vct"
    path.write_bytes(vct_head.empty_file(SURVEY, epsg=4527, made=date(2024, 5, 20)).text.encode("gb18030"))
    layers = list(vct_reader.read(str(path), {}))
    assert [layer.name for layer in layers] == [e.name for e in SURVEY.entities.values() if e.written_by == "delivery" and e.code]
    assert {"BSM", "DLBM", "TBMJ"} <= set(next(layer for layer in layers if layer.name == "DLTB").schema.names)
    assert [sum(len(batch) for batch in layer.batches) for layer in layers] == [0] * len(layers)
    with path.open("rb") as file:
        lines = Lines(file)
        while mark_of(lines.next()) != ("tablestructure", True):
            pass
        tables = read_tables(lines, Head({"separator": ","}))
    assert [column.name for column in tables["DLTB"].columns] == list(DLTB.fields)
    kinds = {c.name: (c.kind, c.width, c.decimals) for c in tables["DLTB"].columns}
    assert kinds["TBMJ"] == ("Float", 15, 2)
    assert kinds["BSM"] == ("Char", 18, None)


def test_a_layer_without_a_feature_code_is_left_out_of_the_vct_and_named():
    assert SURVEY.entity("CJDCQ").code is None
    made = vct_head.empty_file(SURVEY, epsg=4527, made=date(2024, 5, 20))
    assert "CJDCQ" in made.left_out
    assert "CJDCQ," not in made.text


CORNERS = ("39500000.0000,3500000.0000", "39500200.0000,3500100.0000")


def test_the_head_of_the_public_sample_is_the_same(shared_data):
    sample = (shared_data.parent / "facts" / "sample.vct").read_bytes().decode("gb18030")
    theirs = dict(line.split(":", 1) for line in re.split("\r?\n", sample)[1:21])
    ours = dict(
        line.split(":", 1)
        for line in vct_head.head_lines(crs.of_epsg(4527), made=date(2024, 5, 20), corners=CORNERS)
    )
    assert {k: theirs[k] for k in ours} == ours
    assert set(theirs) - set(ours) == {"MapScale"}, "no scale stands in a model"


def test_the_schema_says_what_the_model_says(points):
    made = schema.feature_schema(points, points.entity("P"))["properties"]["properties"]
    fields = made["properties"]
    assert made["required"] == ["NO"]
    assert re.fullmatch(fields["NO"]["pattern"], "340123200100000001")
    assert not re.fullmatch(fields["NO"]["pattern"], "34012320010000000X")
    assert fields["NO"]["type"] == "string"
    assert fields["K"]["type"] == ["string", "null"]
    assert "enum" not in fields["K"], "an open table does not close the value"
    assert fields["K"]["examples"] == ["01", "02"]
    assert (fields["GC"]["minimum"], fields["GC"]["exclusiveMaximum"], fields["GC"]["x-decimals"]) == (-100, 2000, 3)
    assert fields["RQ"]["format"] == "date"
    assert fields["RS"]["anyOf"] == [{"const": 0}, {"minimum": 1}]
    closed = schema.feature_schema(SURVEY, DLTB)["properties"]["properties"]["properties"]
    assert closed["DLBM"]["enum"] == SURVEY.codes["DLBM"].usable()


def test_the_parts_for_openapi_hold_every_typed_layer_and_stand_alone():
    made = schema.components(SURVEY)
    assert set(made) == {f"tdt1057.2020.{name}" for name in SURVEY.entities}
    assert "$ref" not in json.dumps(made)


def test_a_style_by_code_has_every_usable_code_once():
    rules = styles.style_of(SURVEY, DLTB)["rules"]
    values = [code for rule in rules for code in rule["values"]]
    assert sorted(values) == sorted(SURVEY.codes["DLBM"].usable())
    assert all(re.fullmatch("#[0-9a-f]{6}", rule["fill"]) for rule in rules)
    assert next(r for r in rules if "0303" in r["values"])["title"] == "湿地"


def test_the_style_as_sld_is_what_the_json_says(points):
    tree = ET.fromstring(styles.sld(points, points.entity("P")))  # noqa: S314  (our own text)
    space = {"s": "http://www.opengis.net/sld", "o": "http://www.opengis.net/ogc"}
    assert [e.text for e in tree.findall(".//s:Rule/s:Title", space)] == ["甲", "乙"]
    assert [e.text for e in tree.findall(".//o:Literal", space)] == ["01", "02"]
    assert len(tree.findall(".//s:PointSymbolizer", space)) == 2


def test_a_public_version_shows_open_fields_only_and_masks_as_labelled(points):
    layer = points.entity("P")
    assert {one.field: one.mask for one in masks.shown(layer, "public")} == {
        "NO": "none", "K": "none", "GC": "none", "RQ": "year", "RS": "none", "DH": "partial", "ZJ": "hide", "FJ": "none",
    }  # fmt: skip
    assert {one.mask for one in masks.shown(layer, "internal")} == {"none"}
    assert '"ZJ"' not in masks.projection(points, layer, "public")


def test_what_has_no_label_is_in_no_shared_or_public_version(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(POINTS.replace("    label: {class: 测绘, grade: 2, mask: none, open: true}\n", ""), encoding="utf-8")
    model = load_file(path)
    assert {one.mask for v in ("sharing", "public") for one in masks.shown(model.entity("P"), v)} == {"hide"}


def test_the_database_masks_as_the_projection_says(points, committed_db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {masks.projection(points, points.entity('P'), 'public')} FROM (SELECT '1' \"NO\", '01' \"K\", 3.5 \"GC\","
            " date '2024-05-20' \"RQ\", 3 \"RS\", '13900001234' \"DH\", 'X' \"ZJ\", 'a.jpg' \"FJ\") t"
        )
        row = dict(zip([c.name for c in cursor.description], cursor.fetchone(), strict=True))
    assert row["DH"] == "1**********"
    assert row["RQ"] == "2024"
    assert "ZJ" not in row


class _Texts(HTMLParser):
    """Text and ids of a page, and the tags left open."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.open, self.text = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given["id"]} if "id" in given else set()
        self.links |= {given["href"][1:]} if given.get("href", "").startswith("#") else set()
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("name", library.names())
def test_the_handbook_holds_fields_codes_rules_and_sources_and_every_link_leads_somewhere(name):
    model = library.load(name)
    page = _Texts()
    page.feed(handbook.html(model))
    text = "".join(page.text)
    assert page.open == []
    assert page.links <= page.ids
    for entity in model.listed():
        assert entity.title in text
        assert all(field.name in text for field in entity.fields.values())
    assert all(rule.id in text for rule in model.all_rules())
    assert all(code.code in text and code.name in text for table in model.codes.values() for code in table.rows)
    assert "@media print" in handbook.html(model)


def test_the_statements_of_a_layer_are_printed_for_reading():
    made = CliRunner().invoke(standards, ["show", "tdt1057@2020/DLTB", "--ddl", "-"])
    assert "CREATE TABLE layers.tdt1057_2020_dltb" in made.stdout
    assert "PARTITION BY LIST (city)" in made.stdout


FILLED = (
    '<row r="2"><c r="A2" t="inlineStr"><is><t>340123000100000001</t></is></c><c r="B2" t="inlineStr"><is><t>01</t></is></c>'
    '<c r="C2"><v>12.5</v></c><c r="I2"><v>{east}</v></c><c r="J2"><v>3505000.25</v></c></row>'
)


@pytest.mark.parametrize(("east", "code"), [("39512340.5", 0), ("512340.5", 1)], ids=["right", "without zone"])
def test_a_filled_template_goes_straight_through_the_check(tmp_path, east, code):
    """The workbook as made, one row typed in: read with its leading zeros and placed by its coordinates."""
    (tmp_path / "p.yaml").write_text(POINTS + "space: {crs: [4527]}\n", encoding="utf-8")
    model = load_file(tmp_path / "p.yaml")
    book = zipfile.ZipFile(io.BytesIO(workbook.workbook(model)))
    with zipfile.ZipFile(tmp_path / "p.xlsx", "w") as filled:
        for name in book.namelist():
            text = book.read(name).decode()
            row = FILLED.format(east=east) if name == "xl/worksheets/sheet1.xml" else ""
            filled.writestr(name, text.replace("</sheetData>", f"{row}</sheetData>"))
    words = ["check", str(tmp_path / "p.xlsx"), "--standard", str(tmp_path / "p.yaml"), "--crs", "EPSG:4527", "--json"]
    run = CliRunner().invoke(map_commands, words)
    assert run.exit_code == code, run.output
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [f["kind"] for f in found[:-1]] == ["shift"] * code


@pytest.mark.parametrize(("format_", "faulty"), [("GeoJSON", False), ("GPKG", True)])
def test_an_empty_column_has_a_wrong_type_only_where_the_format_declares_types(tmp_path, format_, faulty):
    """A GeoJSON property that is null everywhere is no text; an empty text column of a GeoPackage is one (control)."""
    (tmp_path / "p.yaml").write_text(POINTS, encoding="utf-8")
    path = tmp_path / ("p.geojson" if format_ == "GeoJSON" else "p.gpkg")
    model = load_file(tmp_path / "p.yaml")
    names = list(model.entity("P").fields)
    row = dict.fromkeys(names) | {"NO": "340123000100000001", "K": "01", "GC": 12.5, "RS": 3, "RQ": None}
    if format_ == "GeoJSON":
        point = {"type": "Point", "coordinates": [117.1, 31.6]}
        features = [{"type": "Feature", "properties": row, "geometry": point}]
        path.write_text(json.dumps({"type": "FeatureCollection", "name": "P", "features": features}), encoding="utf-8")
    else:
        data = [np.array([row[n]], dtype=float if n in ("GC", "RS") else object) for n in names]
        pyogrio.raw.write(str(path), geometry=np.array([shapely.to_wkb(shapely.Point(117.1, 31.6))], object), field_data=data,
                          fields=np.array(names), layer="P", driver="GPKG", geometry_type="Point", crs="EPSG:4490")  # fmt: skip
    words = ["check", str(path), "--standard", str(tmp_path / "p.yaml"), "--crs", "EPSG:4490", "--json"]
    run = CliRunner().invoke(map_commands, words)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert ("P-RQ-type" in {f.get("rule") for f in found}) is faulty


@pytest.mark.parametrize("word", ["template", "xlsx", "vct", "schema", "styles", "html", "ddl"])
def test_a_file_that_cannot_be_written_says_why_and_one_asked_to_the_screen_goes_there(tmp_path, word):
    refused = CliRunner().invoke(standards, ["show", "tdt1057@2020", f"--{word}", str(tmp_path / "没有" / "a.gpkg")])
    assert refused.exit_code == 2
    assert "ZY-STD-015" in refused.stderr
    assert "文件或文件夹不存在" in refused.stderr
    shown = CliRunner().invoke(standards, ["show", "tdt1057@2020", f"--{word}", "-"])
    assert shown.exit_code == 0
    assert len(shown.stdout_bytes) > 500


@pytest.mark.parametrize("word", ["template", "xlsx", "vct", "schema", "styles", "fixtures"])
def test_nothing_is_made_of_layers_known_by_name_only(tmp_path, word):
    refused = CliRunner().invoke(standards, ["show", "asset@1", f"--{word}", str(tmp_path / "a")])
    assert refused.exit_code == 2
    assert "只列入目录" in refused.stderr
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("word", ["template", "vct"])
def test_an_empty_template_is_read_with_all_its_layers_and_is_clean_but_for_those_it_cannot_hold(tmp_path, word):
    path = tmp_path / ("empty.gpkg" if word == "template" else "empty.vct")
    CliRunner().invoke(standards, ["show", "tdt1057@2020", f"--{word}", str(path)])
    result = CliRunner().invoke(map_commands, ["check", str(path), "--standard", "tdt1057@2020", "--json"])
    *findings, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert last["summary"]["features"] == 0
    assert "DLTB" in last["summary"]["layers"]
    assert [f["kind"] for f in findings] == ([] if word == "template" else ["layer"])


def test_a_workbook_of_areas_is_told_to_have_no_shapes_and_where_they_would_go(tmp_path):
    CliRunner().invoke(standards, ["show", "tdt1057@2020", "--xlsx", str(tmp_path / "a.xlsx")])
    refused = CliRunner().invoke(map_commands, ["check", str(tmp_path / "a.xlsx"), "--standard", "tdt1057@2020"])
    assert refused.exit_code == 11
    assert "ZY-QLT-012" in refused.stderr
    assert "WKT" in refused.stderr
