"""`ziyuan map diff` on two files, to its contract: lines, summary, exit codes; no database."""

import json
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from tests.onemap import small_county as world
from ziyuan.onemap.editions.commands import diff

PATCHES = world.county(5, 4)
MODEL = """
standard: {id: mine, edition: "1", title: 自拟}
space: {crs: [4527], decimals: 4}
entities:
  PLOT:
    title: 地块
    geometry: {kind: polygon}
    key: ID
    fields:
      ID: {type: text, length: 10}
      USE: {type: text, length: 20}
      AREA: {type: number, length: 15, decimals: 2}
"""


def write(path, patches, layer="DLTB", driver=None, crs="EPSG:4527"):
    table = world.table(patches).table
    table = pa.table({n: table.column(n) for n in table.column_names})
    options = {"encoding": "UTF-8"} if path.suffix == ".shp" else {}
    pyogrio.write_arrow(
        table, path, layer=layer, driver=driver, geometry_name="geometry", geometry_type="Polygon", crs=crs, **options
    )
    return path


def run(*words):
    found = CliRunner().invoke(diff, [str(w) for w in words])
    lines = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]
    return found.exit_code, lines[:-1], lines[-1]["summary"] if lines else None


@pytest.fixture
def old(tmp_path):
    return write(tmp_path / "old.gpkg", PATCHES)


@pytest.mark.parametrize("name", ["new.gpkg", "new.geojson", "new.fgb", "DLTB.shp"])
def test_a_re_export_in_another_format_is_no_change(old, tmp_path, name):
    new = write(tmp_path / name, world.re_exported(world.in_year(PATCHES, 2025)))
    code, changes, summary = run(
        old, new, "--standard", "tdt1057@2020", "--json", *(["--layer", "DLTB"] if name.endswith("fgb") else [])
    )
    assert (code, changes) == (0, [])
    assert (summary["unchanged"], summary["update"]) == (20, 0)


def test_each_change_is_one_line_and_the_summary_comes_last(old, tmp_path):
    patches = world.re_exported(world.in_year(PATCHES, 2025))
    by_key = {p.key: i for i, p in enumerate(patches)}

    def edit(key, **values):
        i = by_key[key]
        patches[i] = replace(patches[i], values={**patches[i].values, **values})

    edit(PATCHES[2].key, DLBM="0602", DLMC="采矿用地")
    edit(PATCHES[4].key, BSM="N1")
    i = by_key[PATCHES[6].key]
    ring = list(patches[i].shape.exterior.coords)[:-1]
    ring[0] = (ring[0][0] + 0.5, ring[0][1])
    patches[i] = replace(patches[i], shape=shapely.Polygon(ring))
    patches.append(
        replace(
            patches[0], shape=shapely.transform(patches[0].shape, lambda xy: xy + 3000), values={**patches[0].values, "BSM": "N2"}
        )
    )
    patches = [p for p in patches if p.key != PATCHES[8].key]
    code, changes, summary = run(old, write(tmp_path / "new.gpkg", patches), "--standard", "tdt1057@2020", "--json")
    told = {(c["change"], c["layer"], c["key"], c["old_key"], tuple(c["fields"]), c["geometry"]) for c in changes}
    assert told == {
        ("update", "DLTB", PATCHES[2].key, None, ("DLBM", "DLMC"), False),
        ("renumber", "DLTB", "N1", PATCHES[4].key, (), False),
        ("update", "DLTB", PATCHES[6].key, None, (), True),
        ("insert", "DLTB", "N2", None, (), False),
        ("delete", "DLTB", PATCHES[8].key, None, (), False),
    }
    assert code == 1
    assert {k: summary[k] for k in ("insert", "update", "delete", "renumber", "unchanged")} == {
        "insert": 1, "update": 2, "delete": 1, "renumber": 1, "unchanged": 16,
    }  # fmt: skip


def test_a_model_file_that_anyone_wrote_serves_too(tmp_path):
    model = tmp_path / "mine.yaml"
    model.write_text(MODEL, encoding="utf-8")

    def file(name, rows):
        table = pa.table({
            "ID": [r[0] for r in rows], "USE": [r[1] for r in rows], "AREA": [r[2] for r in rows],
            "geometry": pa.array([shapely.to_wkb(PATCHES[i].shape) for i in range(len(rows))], pa.binary()),
        })  # fmt: skip
        path = tmp_path / name
        pyogrio.write_arrow(table, path, layer="PLOT", geometry_name="geometry", geometry_type="Polygon", crs="EPSG:4527")
        return path

    one = file("a.gpkg", [("1", "林", 1.0), ("2", "田", 2.5)])
    same = file("b.gpkg", [("1", " 林 ", 1.0), ("2", "田", 2.5000000001)])
    other = file("c.gpkg", [("1", "林", 1.01), ("2", "田", 2.5)])
    assert run(one, same, "--standard", model, "--json")[0] == 0
    assert run(one, other, "--standard", model, "--json")[1] == [
        {"change": "update", "layer": "PLOT", "key": "1", "old_key": None, "fields": ["AREA"], "geometry": False}
    ]


def test_files_that_cannot_be_read_and_wrong_usage_have_their_codes(old, tmp_path):
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    assert run(old, broken, "--standard", "tdt1057@2020")[0] == 11
    assert run(old, old, "--standard", "nothing@1")[0] == 2
    assert run(old, old)[0] == 2
    assert run(old, tmp_path / "missing.gpkg", "--standard", "tdt1057@2020")[0] == 2
    assert run(old, old, "--standard", "tdt1057@2020", "--county", "340123")[0] == 2


def test_a_whole_layer_that_came_or_went_is_a_change(old, tmp_path):
    both = write(tmp_path / "both.gpkg", PATCHES)
    table = pa.table({"BSM": ["1"], "geometry": pa.array([shapely.to_wkb(PATCHES[0].shape)], pa.binary())})
    pyogrio.write_arrow(
        table, both, layer="CJDCQ", geometry_name="geometry", geometry_type="Polygon", crs="EPSG:4527", append=True
    )
    code, _, summary = run(old, both, "--standard", "tdt1057@2020", "--json")
    assert (code, summary["only_new"], summary["update"]) == (1, ["CJDCQ"], 0)


def test_the_comparison_needs_neither_django_nor_a_database(old):
    program = (
        "import sys; from click.testing import CliRunner; from ziyuan.onemap.editions.commands import diff;"
        f"r = CliRunner().invoke(diff, [{str(old)!r}, {str(old)!r}, '--standard', 'tdt1057@2020']);"
        "assert r.exit_code == 0, r.output; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("far", [1e13, 1e15, 1e300])
def test_coordinates_beyond_any_map_are_a_change_when_they_differ_and_none_when_they_do_not(tmp_path, far):
    model = tmp_path / "mine.yaml"
    model.write_text(MODEL, encoding="utf-8")

    def file(name, east):
        shape = shapely.Polygon([(east, 0), (east, east), (5, 5), (east, 0)])
        table = pa.table({"ID": ["1"], "geometry": pa.array([shapely.to_wkb(shape)], pa.binary())})
        path = tmp_path / name
        pyogrio.write_arrow(table, path, layer="PLOT", geometry_name="geometry", geometry_type="Polygon", crs="EPSG:4527")
        return path

    one, same, other = file("a.gpkg", far), file("b.gpkg", far), file("c.gpkg", far * 2)
    assert run(one, same, "--standard", model, "--json")[0] == 0
    assert [c["geometry"] for c in run(one, other, "--standard", model, "--json")[1]] == [True]


def test_tables_of_records_are_compared_in_any_format(tmp_path):
    def records(path, rows):
        table = pa.table({"InstanceID": [r[0] for r in rows], "YDZMJ": [r[1] for r in rows]})
        if path.suffix == ".csv":
            path.write_text("\n".join(["InstanceID,YDZMJ", *(f"{a},{b}" for a, b in rows)]), encoding="utf-8")
        else:
            pyogrio.write_arrow(table, path, layer="ZZ_JBXX", driver="GPKG")
        return path

    standard = ("--standard", "land_control@2021", "--json")
    one = records(tmp_path / "ZZ_JBXX.gpkg", [("01", 1.5), ("02", 2.25), ("03", 3.0)])
    other = records(tmp_path / "ZZ_JBXX.csv", [("03", 3), ("02", 2.5), ("04", 1)])
    code, lines, _ = run(one, other, *standard)
    assert code == 1 and [(c["change"], c["key"]) for c in lines] == [("delete", "01"), ("update", "02"), ("insert", "04")]
    (tmp_path / "two").mkdir()
    same = records(tmp_path / "two" / "ZZ_JBXX.csv", [("02", 2.25), ("03", 3), ("01", 1.5)])
    assert run(one, same, *standard)[0] == 0
    placed = tmp_path / "placed.gpkg"
    table = pyogrio.read_arrow(one)[1]
    shapes = pa.array([shapely.Point(39_512_000, 3_507_000).wkb] * len(table), pa.binary())
    pyogrio.write_arrow(table.append_column("geometry", shapes), placed, layer="ZZ_JBXX", driver="GPKG",
                        geometry_name="geometry", geometry_type="Point", crs="EPSG:4527")  # fmt: skip
    assert run(one, placed, *standard)[0] == 0, "a place that the standard does not ask of a record is not compared"
