"""Boundary lines, update layers and tables come in with their package; a part of a year builds on the year before."""

import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import pytest
import shapely

from tests.support import packages
from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import bases, errors
from ziyuan.onemap.deliveries.job import read_and_check
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.standards import library

COUNTY, DLTB = "340123", "tdt1057@2020/DLTB"
Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)
deliveries = onemap.deliveries


@pytest.fixture
def send(people):
    def go(body, period="2024", task="survey_county", **more):
        order = deliveries.Order(COUNTY, period, task, **more)
        row = deliveries.submit(people["officer"], (COUNTY, period), body, "a.zip", order=order)
        read_and_check(delivery=row.pk)
        return deliveries.detail(people["officer"], row.pk)

    return go


def layer_of(package: Path, name: str) -> pa.Table:
    """A layer of the sample's package, its shapes in the column `geometry`."""
    found = {}

    def look(layer, table):
        if layer == name:
            found[name] = table
        return table if layer == "XZQ" else None

    packages.written(package, "GPKG", look)
    return found[name]


def with_layers(package: Path, more: dict[str, tuple], keep=lambda name: True) -> bytes:
    """The package with further layers (kind of shape, table, EPSG code if not 4527); `keep`: which of its own stay."""
    body = packages.written(package, "GPKG", lambda name, table: table if keep(name) else None)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "340123.gpkg"
        if body:
            file.write_bytes(next(iter(body.values())))
        for name, (kind, table, *epsg) in more.items():
            told = {"geometry_name": "geometry", "crs": f"EPSG:{epsg[0] if epsg else 4527}", "geometry_type": kind}
            pyogrio.write_arrow(table, file, layer=name, driver="GPKG", append=file.exists(), **told)
        return packages.packed({file.name: file.read_bytes()})


def borders(package: Path, of: str, digits: str, code: str, more: float = 0.0) -> pa.Table:
    """The boundaries of a layer's areas as lines, each piece once; `more` moves the first of them aside."""
    areas_ = shapely.from_wkb(layer_of(package, of).column("geometry").to_pylist())
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(areas_))))
    lines[0] = shapely.transform(lines[0], lambda xy: xy + more)
    return whole(f"{of}JX", {
        "BSM": [f"{COUNTY}{digits}{n:08d}" for n in range(1, len(lines) + 1)], "YSDM": [code] * len(lines),
        "JXLX": ["650200"] * len(lines), "JXXZ": ["600001"] * len(lines),
        "geometry": pa.array(shapely.to_wkb(lines), pa.binary()),
    })  # fmt: skip


def whole(layer: str, columns: dict) -> pa.Table:
    """A table with every field of the standard, those not given empty."""
    fields = library.layer(f"tdt1057@2020/{layer}").entity.fields
    types = {"number": pa.float64(), "integer": pa.int32(), "date": pa.date32()}
    count = len(columns["BSM"])
    rest = {n: pa.nulls(count, types.get(f.type, pa.string())) for n, f in fields.items() if n not in columns}
    return pa.table({**columns, **rest})


def in_degrees(table: pa.Table) -> pa.Table:
    """The shapes in longitude and latitude (EPSG:4490)."""
    batch = PlaneBatch.from_wkb(table.column("geometry"), 4527, kind="line")
    shapes = [shapely.get_geometry(line, 0) for line in batch.to_4490()]
    return table.set_column(table.column_names.index("geometry"), "geometry", pa.array(shapely.to_wkb(shapes), pa.binary()))


def test_boundary_lines_are_checked_sealed_and_asked_with_the_survey(registered, send, sample, people, clean_lake):
    package = sample / "340123-2024.zip"
    lines = {
        "XZQJX": ("LineString", borders(package, "XZQ", "9001", "1000600200")),
        "CJDCQJX": ("LineString", in_degrees(villages := borders(package, "CJDCQ", "9002", "1000600400")), 4490),
    }
    aside = {**lines, "XZQJX": ("LineString", borders(package, "XZQ", "9001", "1000600200", 3.0))}
    wrong = send(with_layers(package, aside))
    assert wrong["state"] == "returned" and "XZQJX-T1" in {r["rule"] for r in wrong["summary"]}, wrong["summary"]
    told = send(with_layers(package, lines))
    assert told["state"] == "review", told["summary"]
    row = deliveries.accept(people["province"], told["id"])
    editions = {e["layer"].rsplit("/", 1)[-1]: e for e in row.editions}
    assert {"XZQJX", "CJDCQJX", "DLTB"} <= editions.keys()
    by = people["province"]
    for name in ("XZQJX", "CJDCQJX"):
        found = onemap.asof(f"tdt1057@2020/{name}", Y2024, county=COUNTY, by=by)
        assert len(found) == len(lines[name][1]) and {f.geometry.geom_type for f in found} == {"MultiLineString"}
        assert onemap.verify(editions[name]["id"], by=by).ok
    stored = {f.key: PlaneShape.from_4490(f.geometry, 39, "line") for f in found}
    wanted = PlaneBatch.from_wkb(villages.column("geometry"), 4527, kind="line")
    assert [stored[key] for key in villages.column("BSM").to_pylist()] == list(wanted), "degrees give the plane integers"
    assert next(la for la in told["layers"] if la["layer"].endswith("/XZQJX"))["features"] == len(lines["XZQJX"][1])


@pytest.fixture
def year(db, send, sample, people, clean_lake, tmp_path):
    """2024, sealed; control areas are registered for it and not yet for 2025."""
    header, *rows = (sample / "control_areas.csv").read_text(encoding="utf-8-sig").splitlines()
    areas_ = tmp_path / "control_areas.csv"
    areas_.write_text("\n".join([header, *(row for row in rows if ",2024," in row)]), encoding="utf-8")
    assert deliveries.register_control_areas(areas_, people["province"])
    told = send(sample / "340123-2024.zip")
    deliveries.accept(people["province"], told["id"])
    return deliveries.detail(people["officer"], told["id"])


def test_a_part_of_a_year_takes_the_rest_from_the_year_before(year, send, sample, people):
    """The villages of 2025 on the edition of 2024: what is not sent stays as it was, said of the year delivered."""
    before, after = (layer_of(sample / f"340123-{y}.zip", "DLTB") for y in (2024, 2025))
    heads = [pc.utf8_slice_codeunits(t.column("ZLDWDM"), 0, 12) for t in (before, after)]
    village = heads[1][0].as_py()
    chosen = after.filter(pc.equal(heads[1], village))
    body = packages.packed(packages.written(
        sample / "340123-2025.zip", "GPKG",
        lambda name, table: None if name != "DLTB" else table.filter(pc.equal(heads[1], village)),
    ))  # fmt: skip
    told = send(body, period="2025", kind="partial", villages=(village,), against=year["no"])
    assert told["base"]["DLTB"]["delivery"] == year["no"]
    rest = before.filter(pc.not_equal(heads[0], village))
    assert next(la["features"] for la in told["layers"] if la["layer"] == DLTB) == len(chosen) + len(rest)
    assert told["state"] == "review", told["summary"]
    row = deliveries.accept(people["province"], told["id"])
    assert [e["layer"] for e in row.editions] == [DLTB]
    by = people["province"]
    found = {f.key: f for f in onemap.asof(DLTB, Y2025, county=COUNTY, by=by)}
    assert found.keys() == {*chosen.column("BSM").to_pylist(), *rest.column("BSM").to_pylist()}
    assert {f.attributes["SJNF"] for f in found.values()} == {2025}
    changed = onemap.diff(DLTB, COUNTY, Y2024, Y2025, by=by)
    keys = {c.key for c in changed.items} | {c.old_key for c in changed.items if c.old_key}
    assert keys <= {*chosen.column("BSM").to_pylist(), *before.filter(pc.equal(heads[0], village)).column("BSM").to_pylist()}
    with kernel.acting(by):
        assert Edition.objects.filter(layer="tdt1057@2020/CJDCQ", period="2025").count() == 0
    with pytest.raises(errors.BaseUnknown, match="不符"):
        send(body, period="2023", kind="partial", villages=(village,), against=year["no"])


def updated(sample, most=3):
    """Some patches of 2024 with another serial in 2025, and the record of it: (DLTBGX, DLTBGXGC)."""
    old = layer_of(sample / "340123-2024.zip", "DLTB").slice(0, most)
    names = old.column_names
    keys = [f"{COUNTY}29A1{n:08d}" for n in range(1, most + 1)]
    new = old.set_column(names.index("BSM"), "BSM", pa.array(keys))
    new = new.set_column(names.index("SJNF"), "SJNF", pa.array([2025] * most, new.schema.field("SJNF").type))
    size = areas.hundredths(areas.official_area(PlaneBatch.from_wkb(old.column("geometry"), 4527))) / 100
    record = whole("DLTBGXGC", {
        "BSM": [f"{COUNTY}29B1{n:08d}" for n in range(1, most + 1)], "BGQTBBSM": old.column("BSM"), "BGHTBBSM": keys,
        "BGQDLBM": old.column("DLBM"), "BGHDLBM": old.column("DLBM"), "TBBGMJ": np.asarray(size, dtype=float),
        "geometry": old.column("geometry"),
    })  # fmt: skip
    return new, record


def test_the_update_package_is_judged_against_the_year_before_and_sealed_by_itself(year, send, sample, people):
    new, record = updated(sample)
    at = record.column_names.index("BGHTBBSM")
    wrong = record.set_column(at, "BGHTBBSM", pa.array([*record.column("BGHTBBSM").to_pylist()[:-1], f"{COUNTY}29A199999999"]))
    shapes = {"DLTBGX": ("MultiPolygon", _many(new)), "DLTBGXGC": ("MultiPolygon", _many(record))}
    refused = send(
        with_layers(sample / "340123-2025.zip", {**shapes, "DLTBGXGC": ("MultiPolygon", _many(wrong))}, lambda name: False),
        period="2025", task="survey_change",
    )  # fmt: skip
    assert refused["state"] == "returned" and {"C-01", "C-03"} & {r["rule"] for r in refused["summary"]}, refused["summary"]
    body = with_layers(sample / "340123-2025.zip", shapes, lambda name: False)
    told = send(body, period="2025", task="survey_change")
    assert told["state"] == "review", told["summary"]
    row = deliveries.accept(people["province"], told["id"])
    assert {e["layer"].rsplit("/", 1)[-1] for e in row.editions} == {"DLTBGX", "DLTBGXGC"}
    found = onemap.asof("tdt1057@2020/DLTBGXGC", Y2025, county=COUNTY, by=people["province"])
    assert [f.attributes["BGQTBBSM"] for f in found] == record.column("BGQTBBSM").to_pylist()


def test_update_layers_alone_make_the_years_whole_survey(year, send, sample, people):
    """增量更新 by update layers: the survey of 2024 without the patches the record names, and the new state put in."""
    new, record = updated(sample)
    shapes = {"DLTBGX": ("MultiPolygon", _many(new)), "DLTBGXGC": ("MultiPolygon", _many(record))}

    def sent(*names, **more):
        body = with_layers(sample / "340123-2025.zip", {n: shapes[n] for n in names}, lambda name: name in more.get("keep", ()))
        return send(body, period="2025", kind="changes")

    half = sent("DLTBGX")
    assert half["state"] == "returned" and {"ZY-DLV-047"} == {r["rule"] for r in half["summary"]}
    none = sent(keep=("CJDCQ",))
    assert none["state"] == "returned" and {"ZY-DLV-045"} == {r["rule"] for r in none["summary"]}
    told = sent("DLTBGX", "DLTBGXGC")
    assert told["state"] == "review", told["summary"]
    row = deliveries.accept(people["province"], told["id"])
    assert {e["layer"].rsplit("/", 1)[-1] for e in row.editions} == {"DLTB", "DLTBGX", "DLTBGXGC"}
    by, old = people["province"], layer_of(sample / "340123-2024.zip", "DLTB").column("BSM").to_pylist()
    gone, come = record.column("BGQTBBSM").to_pylist(), record.column("BGHTBBSM").to_pylist()
    found = {f.key: f for f in onemap.asof(DLTB, Y2025, county=COUNTY, by=by)}
    assert found.keys() == {*old, *come} - {*gone}
    assert [found[key].parents for key in come] == [(key,) for key in gone]
    assert {f.attributes["SJNF"] for f in found.values()} == {2025}
    changed = onemap.diff(DLTB, COUNTY, Y2024, Y2025, by=by)
    assert {(c.change, c.key, c.old_key) for c in changed.items} == {("renumber", b, a) for a, b in zip(gone, come, strict=True)}


def _many(table: pa.Table) -> pa.Table:
    """All shapes as multi-part ones."""
    shapes = [shapely.MultiPolygon(shapely.get_parts(s)) for s in shapely.from_wkb(table.column("geometry").to_pylist())]
    return table.set_column(table.column_names.index("geometry"), "geometry", pa.array(shapely.to_wkb(shapes), pa.binary()))


def test_last_years_update_layers_are_no_part_of_this_years_base(year, people):
    """Nobody may judge 2026 by the process record of 2025."""
    by = people["province"]
    with kernel.acting(by):
        shape = {"layer": "tdt1057@2020/DLTBGX", "county": COUNTY, "period": "2024", "reference_date": Y2024}
        counts = dict.fromkeys(("features", "inserted", "updated", "deleted", "unchanged"), 0)
        Edition.objects.create(
            **shape, **counts, delivery_no=year["no"], digest=b"\0" * 32, lake="x", file_sm3="", columns=[],
            sealed=kernel.now(), sealed_by="测试",
        )  # fmt: skip
        task = mandate("survey_county")
        named = bases.base_of(task, "partial", COUNTY, "2024", year["no"])
        assert "DLTBGX" in named and "DLTBGX" not in bases.base_of(task, "partial", COUNTY, "2025", year["no"])
        assert "DLTBGX" not in bases.base_of(task, "partial", COUNTY, "2025", "")


def test_the_update_package_is_owed_by_nobody():
    assert mandate("survey_county").expected and not mandate("survey_change").expected
    assert mandate("survey_change").due is None
