"""Real files of other owners: read where they are sound, refused in words where their owners call them bad."""

import csv
import shutil
from pathlib import Path

import pyogrio
import pytest

from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.convert.run import Wish, convert, read

csv.field_size_limit(1 << 27)


def rows_of(path: Path) -> int:
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return sum(1 for _ in csv.DictReader(stream))


def counts(path: Path) -> dict[str, int]:
    return {one.name: one.table.num_rows for one in read(path, Wish())}


@pytest.mark.parametrize(
    ("name", "extension"),
    [("csv", "csv"), ("geojson", "geojson"), ("gml", "gml"), ("kml", "kml"), ("shapefile_zip", "zip"),
     ("shapefile_zip_not_in_root", "zip"), ("utf-8-sig-json", "json"), ("xlsx", "xlsx"),
     ("xlsm", "xlsm")],
)  # fmt: skip
def test_submissions_as_received_have_as_many_rows_as_their_owners_say(shared_data, tmp_path, name, extension):
    folder = shared_data / "02-parcels" / "uk-planning"
    path = Path(shutil.copyfile(folder / f"{name}.resource", tmp_path / f"{name}.{extension}"))
    assert sum(counts(path).values()) == rows_of(folder / f"{name}.csv")


def test_a_broken_submission_is_refused_by_line_and_a_table_as_json_by_kind(shared_data, tmp_path):
    folder = shared_data / "02-parcels" / "uk-planning"
    broken = Path(shutil.copyfile(folder / "kml-bad.resource", tmp_path / "a.kml"))
    with pytest.raises(UserError, match="第 18 行"):
        read(broken, Wish())
    other = Path(shutil.copyfile(folder / "json_efficient_format.resource", tmp_path / "a.json"))
    with pytest.raises(UserError, match="不是可读取的 GeoJSON"):
        read(other, Wish())


def test_sound_geopackages_of_the_conformance_suite_are_read_whole(shared_data):
    folder = shared_data / "07-oracles" / "gpkg-ets"
    sample = counts(folder / "gdal_sample_v1.2_no_extensions.gpkg")
    assert len(sample) == 17 and sample["geometry3d"] == 8 and sample["attribute_table"] == 1
    assert counts(folder / "features-0_FIXED.gpkg") == {"0": 51}
    assert counts(folder / "null_geometry.gpkg") == {"new_geopackage": 3, "PointExamples": 2}


def test_geopackages_without_vector_layers_have_none(shared_data):
    folder = shared_data / "07-oracles" / "gpkg-ets"
    for name in ("elevation.gpkg", "uint16.gpkg", "empty.gpkg"):
        assert counts(folder / name) == {}


def test_the_layers_of_the_cadastre_have_the_counts_of_their_owners(shared_data):
    found = counts(shared_data / "02-parcels" / "ladm-col" / "tests_data.gpkg")
    expected = {"topology_polygons_overlap": 63, "tests_puntolindero": 286, "test_boundaries_overlap": 15, "puntolindero": 82,
                "terreno": 12, "boundary": 8, "boundary_points_": 9, "construccion": 4, "p_levantamiento": 11,
                "servidumbrepaso": 6, "right_of_way": 6}  # fmt: skip
    assert {name: found[name] for name in expected} == expected


def test_swiss_twins_are_both_read_the_same(shared_data):
    jobs = shared_data / "02-parcels" / "swiss-gretl" / "gretl" / "src" / "integrationTest" / "jobs"
    for twin in ("GpkgValidator", "GpkgValidatorFail"):
        (one,) = read(jobs / twin / "attributes.gpkg", Wish())
        assert one.crs == "EPSG:2056" and one.table.num_rows == 1


def test_county_outlines_of_a_province_are_read_and_refused_as_boundaries(shared_data):
    folder = shared_data / "01-admin" / "echarts-cities" / "shape-with-internal-borders"
    path = folder / "an1_hui1_he2_fei2.geojson"
    (one,) = read(path, Wish())
    assert one.table.num_rows == pyogrio.read_info(path)["features"] and one.crs == "EPSG:4326"


def test_parcels_of_another_country_go_through_a_geodatabase_unchanged(shared_data, tmp_path):
    source = shared_data / "02-parcels" / "sola-nz" / "waiheke" / "sytematic-registration" / "parcel.shp"
    report = convert(source, tmp_path / "o.gdb", Wish())
    assert [loss.kind for loss in report.losses if loss.kind not in ("coordinate", "name")] == []
    assert pyogrio.read_info(tmp_path / "o.gdb")["features"] == pyogrio.read_info(source)["features"] > 0


def test_demo_patches_in_an_old_datum_are_refused_by_name(shared_data, tmp_path):
    with pytest.raises(UserError) as refused:
        convert(shared_data / "02-parcels" / "cn-dltb-demo" / "DLTB.shp", tmp_path / "o.gpkg", Wish())
    assert refused.value.code == "ZY-BAS-021"
