"""`map check` as others script against it, on files of several kinds: what is written here they may rely on."""

import json

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from tests.onemap.quality.planted import lattice, planted
from tests.onemap.quality.test_planted import MODEL, to_file, to_local
from ziyuan.onemap.cli import commands

MEMBERS = {
    "rule": str, "kind": str, "family": str, "severity": str, "layer": str, "key": str, "row": int, "field": type(None),
    "value": type(None), "expected": (str, type(None)), "x": float, "y": float, "measure": (float, type(None)),
    "unit": (str, type(None)), "partners": (list, type(None)), "message": str, "remedy": str,
}  # fmt: skip
FILES = [
    ("a.gpkg", "GPKG", 4527), ("b.gpkg", "GPKG", 4490), ("c.geojson", "GeoJSON", 4326), ("PARCELS.shp", "ESRI Shapefile", 2056),
    ("d.fgb", "FlatGeobuf", 32650),
]  # fmt: skip


def write(made, path, driver, epsg):
    """The lattice as a file with a column of its own beside the key."""
    keys = list(made.shapes)
    shapes = [shapely.transform(made.shapes[k], lambda xy: to_file(epsg, xy)) for k in keys]
    wkb = np.array([shapely.to_wkb(shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s) for s in shapes], object)
    pyogrio.raw.write(
        path, geometry=wkb, field_data=[np.array(keys, object), np.arange(len(keys))], fields=["ID", "MINE"], layer="PARCELS",
        driver=driver, crs=f"EPSG:{epsg}", geometry_type="MultiPolygon",
        **({"COORDINATE_PRECISION": "15"} if driver == "GeoJSON" else {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}),
    )  # fmt: skip
    return keys


def check(path, model, *options):
    done = CliRunner().invoke(commands, ["check", str(path), "--standard", str(model), "--json", *options])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, lines


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MODEL.format(area="plane"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "driver", "epsg"), FILES)
def test_findings_of_a_file_of_any_kind_name_key_row_place_and_size(tmp_path, model, name, driver, epsg):
    made = planted(2, 0.2, ["overlap_triangle", "gap_triangle", "twin", "inside", "bow_tie", "short_edge"])
    keys = write(made, tmp_path / name, driver, epsg)
    code, (*found, last) = check(tmp_path / name, model)
    assert code == 1
    assert list(last) == ["summary"]
    assert last["summary"]["findings"] == len(found) == len(made.faults)
    for fault in made.faults:
        (one,) = [f for f in found if f["kind"] == fault.kind]
        assert list(one) == list(MEMBERS)
        assert all(isinstance(one[member], kind) for member, kind in MEMBERS.items())
        assert {one["key"], *(one["partners"] or ())} == fault.keys
        assert keys[one["row"] - 1] == one["key"] == min(fault.keys)
        assert shapely.Point(to_local(epsg, one["x"], one["y"])).distance(fault.region) < 1e-3
        if fault.measure is not None:
            assert one["measure"] == pytest.approx(fault.measure, rel=0.02)


@pytest.mark.parametrize(("name", "driver", "epsg"), FILES)
def test_a_clean_file_is_exit_code_0_and_one_line(tmp_path, model, name, driver, epsg):
    write(lattice(6, 6, 1), tmp_path / name, driver, epsg)
    code, lines = check(tmp_path / name, model)
    assert (code, len(lines)) == (0, 1)
    assert lines[0]["summary"]["features"] == 36


def test_a_file_without_coordinate_system_is_read_when_one_is_named(tmp_path, model):
    made = planted(2, 0.2, ["overlap_triangle"])
    write(made, tmp_path / "PARCELS.shp", "ESRI Shapefile", 4527)
    (tmp_path / "PARCELS.prj").unlink()
    assert check(tmp_path / "PARCELS.shp", model)[0] == 11
    code, (found, _) = check(tmp_path / "PARCELS.shp", model, "--crs", "EPSG:4527")
    assert (code, found["kind"]) == (1, "no_overlap")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere.gpkg", "--standard", "tdt1057@2020"], 2), (["--standard", "tdt1057@2020"], 2), ([], 2),
        (["a.gpkg", "--standard", "a", "--crs", "39带"], 2), (["a.gpkg", "--standard", "missing.yaml"], 2),
        (["a.gpkg", "--standard", "mine.yaml", "--layer", "ELSEWHERE"], 11), (["mine.yaml", "--standard", "mine.yaml"], 11),
    ],
)  # fmt: skip
def test_exit_codes_tell_bad_usage_from_bad_files(tmp_path, model, arguments, code, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(lattice(3, 3, 1), tmp_path / "a.gpkg", "GPKG", 4527)
    assert CliRunner().invoke(commands, ["check", *arguments]).exit_code == code
