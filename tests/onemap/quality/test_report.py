"""What goes back to the desktop says the same as the findings, in every form, and shows hostile text as text."""

import csv
import html as markup
import io
import json
import re
import sqlite3
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pypdf
import pytest
import shapely

from tests.onemap.quality import county
from ziyuan.onemap.quality import report as reports
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.errors import ReportFormUnknown
from ziyuan.onemap.quality.finding import Finding
from ziyuan.onemap.quality.report import Entry, ExceptionLine, Facts, RuleLine
from ziyuan.onemap.quality.report.entries import FIELDS
from ziyuan.onemap.quality.score import score
from ziyuan.onemap.standards import library

EPSG = 4527
MUST = ("肥西县质检报告", "未通过", "DLTB-DLBM-domain", "0199", "tdt1057@2020", "0.0001", "0.00005", "LW-340123-2026-1",
        "DLTB-A10", "已改正 4 个", "ab" * 32, "QUJD" * 24)  # fmt: skip
EVIL = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style><script>alert(1)</script>", "</title><b>",
    "' onmouseover='alert(1)", "javascript:alert(1)", "<!--", "]]>", "&lt;script&gt;", "${alert(1)}", "{{7*7}}",
    "\u202egnp.exe", "a\x00b\x07", "\u2028x", "=HYPERLINK(\"http://x\")", "+1+1", "@SUM(A1)", "-2+3", "#set page()", "#[*b*]",
]  # fmt: skip


@pytest.fixture(scope="module")
def checked():
    made = county.make(8, 8)
    made.columns["DLTB"]["DLBM"][6] = "0199"
    made.shapes["DLTB"][9] = made.shapes["DLTB"][10]
    models = [library.load("tdt1057@2020")]
    return check(models, made.layers(), county=county.CODE, period=county.PERIOD), models, made.layers()


@pytest.fixture(scope="module")
def entries(checked):
    report, models, _ = checked
    return reports.entries_of(report.findings, models, epsg=EPSG, files={"DLTB": "county.gpkg"})


@pytest.fixture(scope="module")
def facts(checked):
    report, models, _ = checked
    made = reports.facts_of(report, models, title="肥西县质检报告", about=[("年份", "2024")], printed="2026-11-25")
    return replace(made, score=score(report.counts, report.features, library_day()), earlier="340123-2024-1",
                   standing={"new": 2, "still": 3, "fixed": 4}, switches=("DLTB-A10:错误降为警告(试行期;某文)",),
                   exceptions=(ExceptionLine("LW-340123-2026-1", "DLTB-T1;全县", "批复", "2026-12-31", "省厅 张三", "有效", 3),),
                   digests=(("文件 SM3", "ab" * 32),), signature=(("签名人", "节点 inner"), ("签名", "QUJD" * 24)))  # fmt: skip


def library_day():
    from datetime import date

    return date(2026, 11, 25)


def hostile() -> list[Entry]:
    """An entry for each hostile text, in every place that a delivery's own text can reach."""
    return [
        Entry(Finding(text, text, text, "error", text, text, n, text, text, text, 39_512_000.0 + n, 3_505_000.0, 1.0, "m2",
                      (text,), text, text), text, text, text, text, text, None, text, text, "新增", text, text, text)
        for n, text in enumerate(EVIL, 1)
    ]  # fmt: skip


def hostile_facts() -> Facts:
    return Facts(title=EVIL[0], about=tuple((e, e) for e in EVIL), features=((EVIL[1], 3),), printed=EVIL[0],
                 rules=tuple(RuleLine(e, e, e, "error", e, 1, 1) for e in EVIL), versions={e: e for e in EVIL},
                 switches=tuple(EVIL), exceptions=tuple(ExceptionLine(e, e, e, e, e, e, 1) for e in EVIL),
                 digests=tuple((e, e) for e in EVIL), earlier=EVIL[1])  # fmt: skip


# ---- error layer


def test_every_finding_is_in_the_table_of_its_geometry_with_every_field(entries, facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    reports.error_layer(entries, path, epsg=EPSG, facts=facts)
    told = []
    for table in ("error_point", "error_line", "error_polygon"):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=table)
        assert list(meta["fields"]) == [name for name, _, _ in FIELDS] and meta["crs"] == f"EPSG:{EPSG}"
        at = {name: columns[i] for i, name in enumerate(meta["fields"])}
        told += list(zip(at["rule"], at["fingerprint"], at["version"], at["file"], strict=True))
        assert len(shapes) == len(columns[0])
    wanted = [(e.finding.rule, e.fingerprint, e.version or None, e.file or None) for e in entries]
    assert sorted(told, key=str) == sorted(wanted, key=str)


def test_a_finding_without_a_place_keeps_its_row(facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    placeless = Entry(Finding("B-01", "sum_equal", "面积与平衡", "error", message="差 5.00 平方米"))
    reports.error_layer([placeless], path, epsg=EPSG, facts=facts)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="error_point")
    assert list(columns[list(meta["fields"]).index("message")]) == ["差 5.00 平方米"]
    assert shapes[0] is None


def test_a_mixed_shape_is_drawn_by_its_faces(facts, tmp_path):
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (5, 5)])])
    path = tmp_path / "errors.gpkg"
    entry = Entry(Finding("T", "no_overlap", "拓扑", "error", geometry=shapely.to_wkb(mixed)))
    reports.error_layer([entry], path, epsg=EPSG, facts=facts)
    _, _, shapes, _ = pyogrio.raw.read(path, layer="error_polygon")
    assert shapely.area(shapely.from_wkb(shapes)).tolist() == [1.0]


def test_each_table_has_its_style_with_a_colour_for_each_severity(entries, facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    reports.error_layer(entries, path, epsg=EPSG, facts=facts)
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles").fetchall()
        listed = {name for (name,) in db.execute("SELECT table_name FROM gpkg_contents")}
    db.close()
    assert {r[0] for r in rows} == {"error_point", "error_line", "error_polygon"} and {r[3] for r in rows} == {1}
    assert {"summary", "layer_styles"} <= listed
    for _, column, qml, _ in rows:
        tree = ElementTree.fromstring(qml)  # noqa: S314  our own text
        assert column == "geom"
        assert [c.get("value") for c in tree.iter("category")] == ["错误", "警告", "提示"]
        assert len({o.get("value") for o in tree.iter("Option") if o.get("name") in ("color", "line_color")}) == 3
        assert {a.get("field") for a in tree.iter("alias")} == {name for name, _, _ in FIELDS}


def test_the_summary_holds_conclusion_score_exceptions_switches_and_versions(entries, facts, tmp_path):
    path = tmp_path / "errors.gpkg"
    reports.error_layer(entries, path, epsg=EPSG, facts=facts)
    meta, _, _, columns = pyogrio.raw.read(path, layer="summary")
    parts, titles = columns[0], " ".join(str(t) for t in columns[2])
    assert {"概况", "依据", "例外", "开关", "核验", "规则"} == set(parts)
    for words in ("未通过", "已改正 4 个", "DLTB-A10", "批复", "0.0001", str(facts.score.points)):
        assert words in titles
    assert "version" in list(meta["fields"])


# ---- table and GeoJSON


def test_the_table_has_a_line_a_finding_and_runs_nothing():
    rows = list(csv.DictReader(io.StringIO(reports.csv_text(hostile()).removeprefix("\ufeff"))))
    assert len(rows) == len(EVIL) and list(rows[0]) == [title for _, title, _ in FIELDS]
    for row, evil in zip(rows, EVIL, strict=True):
        assert row["问题"] in (evil, f"'{evil}")
        assert not any(cell.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"-?[\d.]+", cell) for cell in row.values())


def test_the_geojson_lies_in_degrees_with_every_field(entries):
    told = json.loads(reports.geojson_text(entries, epsg=EPSG))
    assert len(told["features"]) == len(entries)
    box = shapely.total_bounds([shapely.from_geojson(json.dumps(f["geometry"])) for f in told["features"] if f["geometry"]])
    assert 117.1 < box[0] < box[2] < 117.2 and 31.6 < box[1] < box[3] < 31.7
    assert set(told["features"][0]["properties"]) == {name for name, _, _ in FIELDS}


# ---- HTML


class Page(HTMLParser):
    """Tags with their attributes, and the text, as a browser takes them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self._inside = "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data):
        if self._inside not in ("script", "style"):
            self.text += data

    def handle_endtag(self, tag):
        self._inside = ""


def test_hostile_text_is_shown_and_becomes_no_markup():
    page = Page(reports.html(hostile(), hostile_facts()))
    plain = Page(reports.html([replace(e, finding=replace(e.finding, message="x")) for e in hostile()], hostile_facts()))
    names = {tag for tag, _ in page.tags}
    assert {"img", "b", "iframe", "object"} & names == {"b"}  # the cards' own figures
    assert sum(tag == "script" for tag, _ in page.tags) == 1 and sum(tag == "b" for tag, _ in page.tags) <= 8
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("href", "src", "style") for name in attributes), (tag, attributes)
    for evil in EVIL[:11]:
        assert evil in page.text
    assert "\u202e" not in page.text and "⟨RIGHT-TO-LEFT OVERRIDE⟩" in page.text and "\x00" not in page.text


def test_the_page_needs_no_network_and_runs_only_its_own_script(entries, facts):
    text = reports.html(entries, facts)
    outside = re.findall(r"(?:src=|href=|url\(|@import|fetch\()[^>]{0,40}", text)
    assert outside == []
    policy = next(a["content"] for tag, a in Page(text).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "unsafe" not in policy and policy.count("sha256-") == 2


def test_the_page_holds_all_a_report_must(entries, facts, checked):
    _, models, layers = checked
    page = Page(reports.html(entries, facts, layers=layers, models=models))
    for words in (*MUST, "省厅 张三", "暂定", str(facts.score.points), facts.versions["DLTB-DLBM-domain"]):
        assert words in page.text, words
    rows = [a for tag, a in page.tags if tag == "tr" and "data-n" in a]
    marks = [a for tag, a in page.tags if tag == "g" and "data-n" in a]
    placed = [e for e in entries if e.finding.x is not None or e.finding.geometry is not None]
    assert len(rows) == len(entries) and len(marks) == len(placed)


def test_the_map_marks_each_finding_where_it_lies(entries):
    """The drawing's metres, brought back with the corner it names, give the finding's own coordinates."""
    text = reports.html(entries, Facts(title="t", rules=(RuleLine("r", "", "f", "error", None, 1, 1),)))
    svg = next(a for tag, a in Page(text).tags if tag == "svg")
    west, north = float(svg["data-east"]), float(svg["data-north"])
    spot = r'data-n="(\d+)" data-box="[^"]*">(?:<path class="s"[^>]*>)?<path class="d" d="M([\d.-]+) ([\d.-]+)h0"'
    found = re.findall(spot, text)
    assert found
    for number, x, y in found:
        f = entries[int(number) - 1].finding
        if f.x is not None:
            assert abs(west + float(x) - f.x) < 2e-4 and abs(north - float(y) - f.y) < 2e-4


def test_a_report_without_findings_passes_and_has_no_map():
    page = Page(reports.html([], Facts(title="质检报告")))
    assert "通过：没有发现问题" in page.text and not any(tag == "svg" for tag, _ in page.tags)


def test_findings_in_degrees_are_drawn_too():
    shape = shapely.to_wkb(shapely.box(117.0, 31.7, 117.0001, 31.7001))
    drawn = reports.html([Entry(Finding("r", "k", "f", "error", x=117.00005, y=31.70005, geometry=shape))],
                         Facts(title="t", rules=(RuleLine("r", "", "f", "error", None, 1, 1),)))  # fmt: skip
    svg = next(a for tag, a in Page(drawn).tags if tag == "svg")
    assert 10 < float(svg["viewbox"].split()[2]) < 60


# ---- PDF


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace("\u200b", "")


def test_the_pdf_holds_all_a_report_must(entries, facts):
    text = text_of(reports.pdf(entries, facts))
    for words in (*MUST, "2024", str(facts.score.points), facts.versions["DLTB-DLBM-domain"]):
        assert words in text, words


def test_the_same_findings_give_the_same_pdf(entries, facts):
    assert reports.pdf(entries, facts) == reports.pdf(entries, facts)


def test_hostile_text_is_set_as_text():
    assert "<script>alert(1)</script>" in text_of(reports.pdf(hostile(), hostile_facts()))


def test_a_clean_report_says_that_it_passed():
    text = text_of(reports.pdf([], Facts(title="质检报告")))
    assert "通过" in text
    assert "未通过" not in text


# ---- forms


@pytest.mark.parametrize("form", reports.FORMS)
def test_the_ending_of_the_name_decides_the_form(entries, facts, checked, tmp_path, form):
    path = tmp_path / f"报告{form}"
    reports.save(path, entries, facts, epsg=EPSG, layers=checked[2], models=checked[1])
    head = {".html": b"<!DOCTYPE", ".pdf": b"%PDF", ".gpkg": b"SQLite", ".csv": "\ufeff".encode(), ".geojson": b"{"}[form]
    assert path.read_bytes().startswith(head)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ReportFormUnknown, match=r"报告\.docx"):
        reports.require_form(tmp_path / "报告.docx")


def test_covered_errors_do_not_fail_the_report():
    rules = (RuleLine("r", "重叠", "拓扑", "error", "DLTB", 3, 3, 3), RuleLine("w", "碎面", "拓扑", "warning", "DLTB", 2, 2))
    assert Facts(title="t", rules=rules).conclusion == (
        "通过：没有待整改的错误（另有 3 个错误已列入例外或确认为误报），警告 2 个。"
    )
    assert Facts(title="t", rules=(replace(rules[0], covered=2),)).conclusion.startswith("未通过：错误 1 个")


def test_escaping_is_not_done_twice():
    text = reports.html([], Facts(title="A & B <c>"))
    assert markup.escape("A & B <c>") in text and "&amp;amp;" not in text


def test_places_of_the_report_are_the_checks_own(entries, checked):
    report, _, _ = checked
    assert [e.finding for e in entries] == report.findings
    assert all(e.lon is None or np.isfinite(e.lon) for e in entries)
    assert all(isinstance(p.deduct, Decimal) for p in score(report.counts, report.features, library_day()).parts)
