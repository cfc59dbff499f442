"""`ziyuan map check` as others script against it: JSON lines, exit codes, no server."""

import json
import subprocess
import sys
import zipfile

import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from tests.onemap.quality import county
from ziyuan.onemap.cli import commands, standards

MINIMAL = """
standard: {id: mine, edition: "1", title: 我的图层}
space: {area: plane}
entities:
  PARCELS:
    geometry: {kind: polygon}
    topology:
      - {id: P-1, rule: no_overlap}
      - {id: P-2, rule: no_gap}
"""
MEMBERS = [
    "rule", "kind", "family", "severity", "layer", "key", "row", "field", "value", "expected",
    "x", "y", "measure", "unit", "partners", "message", "remedy",
]  # fmt: skip


def write(made, path):
    """The county as a GeoPackage."""
    for number, (name, layer) in enumerate(made.layers().items()):
        table = layer.table
        fields = [n for n in table.column_names if n != "geometry"]
        pyogrio.raw.write(
            str(path), geometry=table.column("geometry").to_numpy(), layer=name, driver="GPKG", crs="EPSG:4527",
            field_data=[table.column(n).to_numpy() for n in fields], fields=fields, geometry_type="Polygon",
            append=number > 0,
        )  # fmt: skip
    return path


def run(*arguments):
    return CliRunner().invoke(commands, ["check", *map(str, arguments)])


@pytest.fixture
def package(tmp_path):
    return write(county.make(8, 8), tmp_path / "county.gpkg")


def test_a_clean_file_gives_exit_code_0_and_only_the_summary(package):
    result = run(package, "--standard", "tdt1057@2020", "--period", "2024", "--json")
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    summary = json.loads(line)["summary"]
    assert summary["features"] == 69
    assert summary["findings"] == 0


def test_findings_are_json_lines_with_all_members_and_exit_code_1(tmp_path):
    made = county.make(8, 8)
    made.columns["DLTB"]["DLBM"][6] = "0199"
    result = run(write(made, tmp_path / "a.gpkg"), "--standard", "tdt1057@2020", "--json")
    assert result.exit_code == 1
    *findings, last = map(json.loads, result.stdout.splitlines())
    assert list(last) == ["summary"]
    assert all(list(f) == MEMBERS for f in findings)
    wrong = next(f for f in findings if f["rule"] == "DLTB-DLBM-domain")
    assert (wrong["row"], wrong["value"], wrong["kind"], wrong["partners"]) == (7, "0199", "domain", None)


def test_a_zip_is_read_too(package, tmp_path):
    path = tmp_path / "340123-2024.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(package, "340123-2024.gpkg")
    assert run(path, "--standard", "tdt1057@2020", "--period", "2024").exit_code == 0


def test_a_model_file_that_anyone_wrote_judges_any_polygon_layer(tmp_path):
    model = tmp_path / "mine.yaml"
    model.write_text(MINIMAL, encoding="utf-8")
    data = tmp_path / "plots.geojson"
    squares = [shapely.box(7.0, 46.0, 7.001, 46.001), shapely.box(7.0008, 46.0, 7.002, 46.001)]
    features = [{"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(s))} for s in squares]
    data.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    result = run(data, "--standard", model, "--json")
    assert result.exit_code == 1, result.output
    finding = json.loads(result.stdout.splitlines()[0])
    assert finding["rule"] == "P-1"
    assert 7.0008 < finding["x"] < 7.001
    assert finding["measure"] == pytest.approx(0.0002 * 0.001 * 111_320**2 * 0.6947, rel=0.01)
    assert finding["expected"] is None


@pytest.mark.parametrize("name", ["tdt1057@2099", "mistyped.yaml"])
def test_an_unknown_standard_is_bad_usage(package, name):
    assert run(package, "--standard", name).exit_code == 2


def test_a_mistake_in_a_model_file_is_bad_usage_with_file_and_line(package, tmp_path):
    model = tmp_path / "mine.yaml"
    model.write_text(MINIMAL.replace("rule: no_gap", "rule: no_gaps"), encoding="utf-8")
    result = run(package, "--standard", model)
    assert result.exit_code == 2
    assert "mine.yaml:9" in result.output


def test_a_file_that_is_no_data_is_exit_code_11_with_a_remedy(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"not a geopackage at all" * 10)
    result = run(path, "--standard", "tdt1057@2020")
    assert result.exit_code == 11
    assert "ZY-" in result.output


def test_a_layer_that_the_file_lacks_is_exit_code_11(package):
    result = run(package, "--standard", "tdt1057@2020", "--layer", "DLTBX")
    assert result.exit_code == 11
    assert "DLTB" in result.output


def test_error_layer_and_report_are_written_on_request(tmp_path):
    made = county.make(8, 8)
    made.shapes["DLTB"][9] = shapely.Polygon([*made.shapes["DLTB"][9].exterior.coords[:-1]]).reverse()
    made.columns["DLTB"]["DLBM"][6] = "0199"
    errors, pdf = tmp_path / "errors.gpkg", tmp_path / "report.pdf"
    run(write(made, tmp_path / "a.gpkg"), "--standard", "tdt1057@2020", "--report", errors, "--report", pdf)
    assert {name for name, _ in pyogrio.list_layers(errors)} >= {"error_point", "error_line", "error_polygon", "summary"}
    assert pdf.read_bytes().startswith(b"%PDF")


def test_help_and_check_run_without_django(package):
    code = (
        "import sys; from ziyuan.onemap.cli import commands;"
        f"commands(['check', {str(package)!r}, '--standard', 'tdt1057@2020'], standalone_mode=False)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit: pass\nprint('django' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().splitlines()[-1] == "False"


def test_standards_are_listed_shown_and_written_as_template_and_handbook(tmp_path):
    runner = CliRunner()
    assert "tdt1057@2020" in runner.invoke(standards, ["list"]).output
    html, template = tmp_path / "h.html", tmp_path / "t.gpkg"
    done = runner.invoke(standards, ["show", "tdt1057@2020", "--rules", "--html", str(html), "--template", str(template)])
    assert done.exit_code == 0, done.output
    assert "DLTB-A10" in html.read_text(encoding="utf-8")
    layers = {name for name, _ in pyogrio.list_layers(template)}
    assert layers >= {"XZQ", "CJDCQ", "DLTB", "CZCDYD"}
    assert "LSYD" not in layers  # known by name only
    assert list(pyogrio.read_info(template, layer="CJDCQ")["fields"])[:3] == ["BSM", "YSDM", "ZLDWDM"]


@pytest.mark.parametrize(("option", "value", "words"), [
    ("--crs", "EPSG:999999", "没有平面或经纬度坐标系 EPSG:999999"), ("--crs", "EPSG:5773", "EPSG:5773"),
    ("--crs", "EPSG:2363", "1980西安坐标系"), ("--crs", "EPSG:2435", "1954年北京坐标系"),
    ("--crs", "39带", "EPSG:4527"), ("--encoding", "KLINGON", "不认识的编码“KLINGON”"),
])  # fmt: skip
def test_a_system_or_encoding_that_there_is_not_is_bad_usage(package, option, value, words):
    done = CliRunner().invoke(commands, ["check", str(package), "--standard", "tdt1057@2020", option, value])
    assert done.exit_code == 2 and words in done.stderr and "Traceback" not in done.stderr


def test_a_rule_kind_written_wrong_is_answered_with_the_nearest(package, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        'standard: {id: m, edition: "1", title: 试}\nspace: {}\nentities:\n  P:\n    geometry: {kind: polygon}\n'
        "    topology: [{id: P-1, rule: no_overlapp}]\n", encoding="utf-8",
    )  # fmt: skip
    done = CliRunner().invoke(commands, ["check", str(package), "--standard", str(path)])
    assert done.exit_code == 2 and "最接近的是“no_overlap”" in done.stderr
