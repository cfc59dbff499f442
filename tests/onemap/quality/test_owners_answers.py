"""Real layers with answers published by their owners (shared data beside the repository; skipped where absent).

The table of docs/owners-answers.md tells the same, with what is not met and why.
"""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ziyuan.onemap.cli import commands

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("ZIYUAN_SHARED", REPOSITORY.parent / "shared")) / "data"
LADM = "02-parcels/ladm-col/tests_data.gpkg"
GRETL = "02-parcels/swiss-gretl/gretl/src/integrationTest/jobs"
HEAD = 'standard: {id: any, edition: "1", title: 任意图层}\n'


def layer_model(kind, *rules, space="{area: plane}"):
    """A model of one layer with these rules of topology."""
    lines = "".join(f"      - {{id: R-{n}, rule: {rule}}}\n" for n, rule in enumerate(rules, 1))
    return f"{HEAD}space: {space}\nentities:\n  LAYER:\n    geometry: {{kind: {kind}}}\n    topology:\n{lines}"


def check(tmp_path, name, model, *options):
    """Exit code, findings and summary of `map check`."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"没有共享数据 {name}")
    text = tmp_path / "model.yaml"
    text.write_text(model, encoding="utf-8")
    done = CliRunner().invoke(commands, ["check", str(path), "--standard", str(text), "--json", *options])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, lines[:-1], lines[-1]["summary"] if lines else {}


def of_kind(findings, kind):
    return [f for f in findings if f["kind"] == kind]


def pairs(findings, kind):
    return {(f["row"], *map(int, f["partners"] or ())) for f in of_kind(findings, kind)}


def test_sola_waiheke_has_its_six_overlapping_pairs(tmp_path):
    name = "02-parcels/sola-nz/systematicRegn/parcel/nz-primary-parcels_region.shp"
    code, found, summary = check(tmp_path, name, layer_model("polygon", "no_overlap"), "--crs", "EPSG:2193")
    assert (code, summary["features"]) == (1, 2993)
    overlaps = of_kind(found, "no_overlap")
    assert len(overlaps) == 6
    assert max(f["measure"] for f in overlaps) == pytest.approx(247.9, abs=0.05)
    assert of_kind(found, "valid") == []


def test_sola_waiheke_is_not_read_without_a_coordinate_system(tmp_path):
    """Its .prj is a placeholder without datum: the command asks, it does not guess."""
    name = "02-parcels/sola-nz/systematicRegn/parcel/nz-primary-parcels_region.shp"
    code, _, _ = check(tmp_path, name, layer_model("polygon", "no_overlap"))
    assert code == 11


def test_ladm_overlaps_are_the_owners_thirteen(tmp_path):
    """13 pairs of parts: 12 lie in different features, the pair 48-49 in one, which makes that shape invalid.

    Parts 49 to 68 are features 48 to 63 (some features have several parts).
    """
    model = layer_model("polygon", "no_overlap", space="{area: plane, decimals: 8, resolution: 0.00000001}")
    _, found, _ = check(tmp_path, LADM, model, "--layer", "topology_polygons_overlap")
    assert pairs(found, "no_overlap") == {
        (11, 44), (11, 47), (12, 44), (12, 45), (12, 52), (50, 51), (56, 57), (58, 59), (58, 60), (59, 60), (61, 62), (61, 63),
    }  # fmt: skip
    assert [f["row"] for f in of_kind(found, "valid")] == [48]
    sizes = sorted(f["measure"] for f in of_kind(found, "no_overlap"))
    assert (sizes[0], sizes[-1]) == (pytest.approx(4.8e-6, rel=0.01), pytest.approx(125_211, rel=1e-5))


def test_ladm_gaps_between_plots_are_the_owners_two(tmp_path):
    _, found, _ = check(tmp_path, LADM, layer_model("polygon", "no_gap"), "--layer", "check_gaps_in_plots")
    assert len(of_kind(found, "no_gap")) == 2


def test_ladm_duplicate_boundary_points_are_the_owners_pair(tmp_path):
    _, found, _ = check(tmp_path, LADM, layer_model("point", "no_duplicate"), "--layer", "tests_puntolindero")
    assert pairs(found, "no_duplicate") == {(285, 286)}
    (twice,) = of_kind(found, "no_duplicate")
    assert (twice["x"], twice["y"]) == (pytest.approx(963166.6558, abs=1e-4), pytest.approx(1077249.8020, abs=1e-4))


def test_ladm_boundaries_overlap_in_five_pairs(tmp_path):
    _, found, _ = check(tmp_path, LADM, layer_model("line", "no_overlap"), "--layer", "test_boundaries_overlap")
    assert pairs(found, "no_overlap") == {(1, 15), (1, 6), (4, 6), (10, 12), (13, 14)}


@pytest.mark.parametrize(("layer", "ends"), [("test_boundaries_overlap", 19), ("boundary", 0)])
def test_ladm_dangles_are_ends_that_meet_no_other_end(tmp_path, layer, ends):
    _, found, _ = check(tmp_path, LADM, layer_model("line", "no_dangle, at_ends: true"), "--layer", layer)
    assert len(of_kind(found, "no_dangle")) == ends


def test_ladm_rights_of_way_have_three_features_of_eight_parts(tmp_path):
    _, found, _ = check(tmp_path, LADM, layer_model("polygon", "single_part"), "--layer", "right_of_way")
    assert [f["measure"] for f in of_kind(found, "single_part")] == [4, 2, 2]


def test_ladm_rights_of_way_run_over_buildings_in_three_pairs(tmp_path):
    """The owners count four pieces; two of them belong to one pair of features."""
    model = f"""{HEAD}space: {{area: plane}}
entities: {{construccion: {{geometry: {{kind: polygon}}}}, servidumbrepaso: {{geometry: {{kind: polygon}}}}}}
cross_layer: [{{id: X-1, rule: no_intersection, layer: construccion, with: servidumbrepaso}}]
"""
    _, found, _ = check(tmp_path, LADM, model)
    assert pairs(found, "no_intersection") == {(2, 1), (2, 6), (3, 2)}


def test_ladm_buildings_outside_plots_are_the_disjoint_one_and_the_one_that_sticks_out(tmp_path):
    """The owners also name building 2, which lies across two plots: covered by both together."""
    model = f"""{HEAD}entities: {{buildings: {{geometry: {{kind: polygon}}}}, plots: {{geometry: {{kind: polygon}}}}}}
cross_layer: [{{id: X-1, rule: covered_by, layer: buildings, by: plots}}]
"""
    _, found, _ = check(tmp_path, "02-parcels/ladm-col/buildings_plots.gpkg", model)
    assert sorted(f["row"] for f in of_kind(found, "covered_by")) == [5, 6]


def attributes(art):
    return f"""{HEAD}entities:
  Attributes:
    geometry: {{kind: point}}
    fields:
      orientierung: {{type: number, min: 0, max: 399.99}}
      art: {{type: integer, min: {art}, max: 50}}
      bfs_nr: {{type: integer, min: 0, max: 9999}}
      objektname: {{type: text}}
"""


@pytest.mark.parametrize(("job", "least", "code"), [("GpkgValidator", 0, 0), ("GpkgValidatorFail", 10, 1)])
def test_swiss_geopackage_passes_its_model_and_its_twin_does_not(tmp_path, job, least, code):
    """The twins hold the same row; the model of the second wants `art` from 10 upwards."""
    got, found, _ = check(tmp_path, f"{GRETL}/{job}/attributes.gpkg", attributes(least))
    assert got == code
    assert [f["field"] for f in found] == ["art"] * code


CSV_MODEL = f"""{HEAD}entities:
  Class1:
    geometry: {{kind: none}}
    fields:
      attr1: {{type: text, length: 40, required: always}}
      attr2: {{type: integer, min: 1, max: 10}}
      attr3: {{type: text, domain: [rot, blau]}}
"""


@pytest.mark.parametrize(
    ("name", "code", "rows"),
    [("CsvValidator/data1.csv", 0, []), ("CsvValidatorFail/dataFail.csv", 1, [("attr2", "x"), ("attr3", "gruen")])],
)
def test_swiss_table_passes_its_model_and_its_twin_does_not(tmp_path, name, code, rows):
    """The owners' files have no line of names; one is put in front."""
    source = SHARED / GRETL / name
    if not source.exists():
        pytest.skip(f"没有共享数据 {name}")
    named = tmp_path / "named.csv"
    named.write_text("attr1,attr2,attr3\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    got, found, _ = check(tmp_path, named, CSV_MODEL)
    assert got == code
    assert sorted((f["field"], f["value"]) for f in found) == rows


def test_invalid_county_outlines_are_those_that_geos_finds(tmp_path):
    folder = SHARED / "01-admin/echarts-cities/shape-with-internal-borders"
    if not folder.exists():
        pytest.skip("没有共享数据 echarts-cities")
    found = 0
    for path in sorted(folder.glob("*.geojson")):
        _, findings, _ = check(tmp_path, path, layer_model("polygon", "no_self_intersection"))
        found += len(of_kind(findings, "no_self_intersection"))
    assert found == 62


UK = {
    "geojson.resource": (".geojson", 1), "gml.resource": (".gml", 10), "kml.resource": (".kml", 12),
    "shapefile_zip.resource": (".zip", 6), "shapefile_zip_not_in_root.resource": (".zip", 14),
    "utf-8-sig-json.resource": (".geojson", 114), "kml-bad.resource": (".kml", None),
}  # fmt: skip
"""Ending of the kind of file, and rows of the CSV that the owners expect of it."""


@pytest.mark.parametrize("name", UK)
def test_english_submissions_are_read_and_the_broken_one_is_refused(tmp_path, name):
    ending, rows = UK[name]
    source = SHARED / "02-parcels/uk-planning" / name
    if not source.exists():
        pytest.skip(f"没有共享数据 {name}")
    named = tmp_path / f"submission{ending}"
    named.write_bytes(source.read_bytes())
    code, _, summary = check(tmp_path, named, layer_model("polygon", "no_overlap"))
    assert (code == 11) if rows is None else (summary["features"] == rows)


ETS = {
    "states10.gpkg": (0, 51), "features-0_FIXED.gpkg": (0, 51), "null_geometry.gpkg": (1, 3), "v12_bad_attributes.gpkg": (1, 2),
    "empty.gpkg": (11, None), "elevation.gpkg": (11, None), "uint16.gpkg": (11, None),
}  # fmt: skip


@pytest.mark.parametrize("name", ETS)
def test_good_geopackages_are_read_faulty_ones_found_faulty_and_those_without_features_refused(tmp_path, name):
    code, features = ETS[name]
    got, _, summary = check(tmp_path, f"07-oracles/gpkg-ets/{name}", layer_model("polygon", "no_overlap"))
    assert (got, summary.get("features")) == (code, features)
