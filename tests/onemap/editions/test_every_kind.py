"""Lines, points and tables are sealed, asked, compared and carried like polygons; keys may have several parts."""

import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.onemap import every_kind as world
from ziyuan.base import canonical
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.editions import changesets, commands, cutting, lake, node_commands, undo
from ziyuan.onemap.editions.mirror import digest_lines
from ziyuan.onemap.editions.prepare import prepare
from ziyuan.onemap.editions.write import layer_verify, layer_withdraw, layer_write
from ziyuan.onemap.standards.keys import key_of

Y2023, Y2024, Y2025 = date(2023, 12, 31), date(2024, 12, 31), date(2025, 12, 31)
COUNTY = world.COUNTY
KINDS = pytest.mark.parametrize("entity", world.NAMES)
MANY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROWS = [world.Row(n, "甲", 3 * n) for n in range(1, 7)]


@pytest.fixture(scope="module", autouse=True)
def made_up(tmp_path_factory, django_db_setup):
    with world.standard(tmp_path_factory.mktemp("standards")):
        world.make_tables()
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, entity, rows, day, by, standard="kinds"):
    layers = {f"{standard}@1/{entity}": world.table(entity, rows)}
    return onemap.seal(no, layers, county=COUNTY, reference_date=day, by=by)[0]


def asof(entity, day, by):
    return {f.key: f for f in onemap.asof(f"kinds@1/{entity}", day, county=COUNTY, by=by)}


@KINDS
@given(rows=world.ROWS, seed=st.integers(0, 99))
@MANY
def test_what_was_sealed_stands_there_and_its_digest_knows_no_order_of_rows(by, clean_lake, entity, rows, seed):
    with transaction.atomic():
        one = seal("A", entity, rows, Y2024, by)
        again = seal("B", entity, world.shuffled(rows, seed), Y2024, by)
        assert (again.digest, again.unchanged, again.inserted) == (one.digest, len(rows), 0)
        found = asof(entity, Y2024, by)
        assert found.keys() == {world.key_of(entity, row) for row in rows}
        for row in rows:
            feature, wanted = found[world.key_of(entity, row)], row.shape(entity)
            assert feature.attributes["SM"] == row.text.strip()
            if wanted is None:
                assert feature.geometry is None
            else:
                kind = onemap.layer(f"kinds@1/{entity}").shape
                back, told = PlaneShape.from_4490(feature.geometry, 39, kind), PlaneShape.from_shapely(wanted, 39, kind)
                assert back.normal() == told.normal()
        assert canonical.merkle_root([found[k].digest for k in sorted(found)]) == bytes(one.digest)
        assert onemap.verify(one, by=by).ok and onemap.verify(again, by=by).ok
        transaction.set_rollback(True)


@KINDS
@given(before=world.ROWS, after=world.ROWS, seed=st.integers(0, 99))
@MANY
def test_a_difference_is_exactly_what_changed_and_its_changeset_reaches_the_same_digest_elsewhere(
    by, clean_lake, entity, before, after, seed
):
    with transaction.atomic():
        first = seal("A", entity, before, Y2024, by)
        point = transaction.savepoint()
        second = seal("B", entity, world.shuffled(after, seed), Y2025, by)
        found = onemap.diff(f"kinds@1/{entity}", COUNTY, first, second, by=by)
        changes = changesets.make(f"kinds@1/{entity}", COUNTY, first, second, by=by)
        transaction.savepoint_rollback(point)

        old, new = ({r.serial: said(entity, r) for r in rows} for rows in (before, after))
        assert told(found, "update") == {key(entity, s) for s in old.keys() & new.keys() if old[s] != new[s]}
        gone, come = old.keys() - new.keys(), new.keys() - old.keys()
        assert told(found, "delete") | {c.old_key for c in found.items if c.old_key} == {key(entity, s) for s in gone}
        assert told(found, "insert") | told(found, "renumber") == {key(entity, s) for s in come}
        assert all(old[serial(c.old_key)] == new[serial(c.key)] for c in found.items if c.change == "renumber")
        assert len(changes) == len(gone | come | {s for s in old.keys() & new.keys() if old[s] != new[s]})

        applied = changesets.apply(changes, by=by)
        assert (applied.digest, applied.features) == (second.digest, len(after))
        assert onemap.verify(applied, by=by).ok
        transaction.set_rollback(True)


def key(entity, number):
    return world.key_of(entity, world.Row(number, "", 0))


def serial(text):
    return int(text.rpartition("|")[2])


def said(entity, row):
    shape = row.shape(entity)
    return row.text.strip(), row.bend if entity == "JX" else None, shape and shape.wkb


def told(found, change):
    return {c.key for c in found.items if c.change == change}


@KINDS
def test_a_package_is_refused_on_another_base_and_carries_what_it_must(by, tmp_path, entity):
    first = seal("A", entity, ROWS, Y2024, by)
    point = transaction.savepoint()
    second = seal("B", entity, [*ROWS[1:], replace(ROWS[0], text="丁", bend=1)], Y2025, by)
    made = changesets.write(changesets.make(f"kinds@1/{entity}", COUNTY, first, second, by=by), by=by)
    transaction.savepoint_rollback(point)
    path = tmp_path / made.name
    path.write_bytes(made.body)
    seal("A2", entity, ROWS[:-1], Y2024, by)
    with pytest.raises(errors.WrongBase):
        changesets.apply(path, by=by)
    seal("A3", entity, ROWS, Y2024, by)
    whole = changesets.whole(changesets.read(path).changeset, by=by)
    assert ("geometry" in whole.table.column_names) == (entity != "JL") and len(whole) == len(ROWS)
    edition = changesets.apply(path, by=by)
    assert edition.digest == second.digest
    assert onemap.verify(edition, by=by).ok


@KINDS
def test_withdrawn_and_rolled_back_the_map_says_what_it_said_before(by, entity):
    first = seal("A", entity, ROWS, Y2024, by)
    second = seal("B", entity, [replace(r, text="乙") for r in ROWS[2:]], Y2025, by)
    undone = undo.withdraw(second, reason="误报", seen=undo.impact_of(second, by=by).mark, by=by)
    assert undone.withdrawn and {f.digest for f in asof(entity, Y2025, by).values()} == {
        f.digest for f in asof(entity, Y2024, by).values()
    }
    third = seal("C", entity, ROWS[:2], Y2025, by)
    back = undo.rollback(first, reason="回退", by=by)
    assert back.digest == first.digest and asof(entity, Y2025, by).keys() == asof(entity, Y2024, by).keys()
    assert onemap.verify(third, by=by).ok and onemap.verify(back, by=by).ok


@KINDS
def test_a_changed_row_is_found_by_proving(by, entity):
    edition = seal("A", entity, ROWS, Y2024, by)
    (path,) = [p for _, _, p in lake.files()]
    table, zone = lake.read(path)
    assert zone == world.ZONE and len(table) == len(ROWS)
    assert (b"geo" in table.schema.metadata) == (entity != "JL")
    path.write_bytes(path.read_bytes() + b"x")
    assert onemap.verify(edition, by=by).place == "file"


@KINDS
def test_two_nodes_list_the_same_digests(by, entity):
    edition = seal("A", entity, ROWS, Y2024, by)
    lines = list(digest_lines(by, name=f"kinds@1/{entity}", county=COUNTY, features=True))
    assert edition.hex_digest in lines[1] and len(lines) == 2 + len(ROWS)


def test_a_line_turned_round_has_changed_unless_the_standard_says_otherwise(by):
    turned = world.table("JX", ROWS)
    shapes = shapely.reverse(shapely.from_wkb(turned.table.column("geometry").to_pylist()))
    at = turned.table.column_names.index("geometry")
    column = pa.array(shapely.to_wkb(shapes), pa.binary())
    other = replace(turned, table=turned.table.set_column(at, "geometry", column))
    for standard, unchanged in (("kinds", 0), ("turned", len(ROWS))):
        seal("A", "JX", ROWS, Y2024, by, standard)
        edition = onemap.seal("B", {f"{standard}@1/JX": other}, county=COUNTY, reference_date=Y2025, by=by)[0]
        assert edition.unchanged == unchanged
        assert onemap.verify(edition, by=by).ok
        found = onemap.diff(f"{standard}@1/JX", COUNTY, Y2024, Y2025, by=by)
        assert found.summary["update"] == len(ROWS) - unchanged


@pytest.mark.parametrize(("entity", "wkb", "title"), [
    ("JX", shapely.Point(world.EAST, world.NORTH).wkb, "线"), ("DW", shapely.box(0, 0, 1, 1).wkb, "点"), ("JX", None, "线"),
    ("MJ", shapely.LineString([(world.EAST, world.NORTH), (world.EAST + 1, world.NORTH)]).wkb, "面"),
])  # fmt: skip
def test_another_kind_of_shape_or_none_is_not_sealed(by, entity, wkb, title):
    given = world.table(entity, ROWS)
    column = given.table.column("geometry").to_pylist()
    column[2] = wkb
    at = given.table.column_names.index("geometry")
    bad = replace(given, table=given.table.set_column(at, "geometry", pa.array(column, pa.binary())))
    with pytest.raises(errors.EmptyGeometry, match=title) as refused:
        onemap.seal("A", {f"kinds@1/{entity}": bad}, county=COUNTY, reference_date=Y2024, by=by)
    assert world.key_of(entity, ROWS[2]) in str(refused.value)


def test_a_key_of_several_parts_is_the_text_the_standard_joins(by):
    kind = onemap.layer("kinds@1/JL")
    ready = prepare(kind, world.table("JL", ROWS), world.ZONE)
    assert ready.keys.to_pylist() == sorted(key_of(kind.entity, {"XZQ": "甲|乙", "BH": r.serial}) for r in ROWS)
    assert (kind.key, kind.key_fields) == ("XZQ+BH", ("XZQ", "BH"))
    with pytest.raises(errors.RepeatedKey, match="第 1 行与第 3 行"):
        prepare(kind, world.table("JL", [ROWS[0], ROWS[1], ROWS[0]]), world.ZONE)
    given = world.table("JL", ROWS)
    empty = replace(given, table=given.table.set_column(0, "XZQ", pa.array([None] * len(ROWS), pa.string())))
    with pytest.raises(errors.NoKey, match=r"XZQ\+BH"):
        prepare(kind, empty, world.ZONE)


@KINDS
def test_a_decision_writes_and_takes_back_a_feature_of_any_kind(by, entity):
    name, row = f"kinds@1/{entity}", ROWS[0]
    kind = onemap.layer(name)
    shape = row.shape(entity)
    plane = PlaneShape.from_shapely(shape, world.ZONE, kind.shape) if shape is not None else None
    values = {c: v[0].as_py() for c, v in zip(*_columns(entity, row), strict=True)}
    key = world.key_of(entity, row)
    told = {"valid_from": Y2024, "case_no": "甲-1", "by": by}
    written = layer_write(name, COUNTY, key, plane, values, **told)
    assert written.digest == prepare(kind, world.table(entity, [row]), world.ZONE).digests[0]
    assert layer_verify(name, COUNTY, key, case_no="甲-1", digest=written.digest.hex(), by=by) == ""
    cut = cutting.cut(name, COUNTY, by=by)
    assert cut.digest == canonical.merkle_root([written.digest]) and onemap.verify(cut, by=by).ok
    assert cutting.cut(name, COUNTY, by=by).pk == cut.pk
    if plane is not None:
        with pytest.raises(errors.EmptyGeometry):
            layer_write(name, COUNTY, "另", None, values, **told)
    assert layer_withdraw(name, COUNTY, key, case_no="甲-1", by=by)
    assert not asof(entity, Y2024, by)


def _columns(entity, row):
    table = world.table(entity, [row]).table
    names = [n for n in table.column_names if n != "geometry"]
    return names, [table.column(n) for n in names]


@KINDS
def test_what_has_no_classes_has_no_flow(by, entity):
    seal("A", entity, ROWS, Y2024, by)
    with pytest.raises(errors.NoLevel):
        onemap.flow_table(by, f"kinds@1/{entity}", COUNTY, "2023-12-31", "2024-12-31")


@KINDS
def test_the_commands_take_every_kind(by, entity, tmp_path):
    def run(command, *words):
        found = CliRunner().invoke(command, [str(w) for w in words], catch_exceptions=False)
        return found.exit_code, [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")], found.stdout

    name = f"kinds@1/{entity}"
    seal("A", entity, ROWS, Y2024, by)
    _, _, before = run(node_commands.digests, "--layer", name, "--features")
    seal("B", entity, [replace(ROWS[0], text="丁"), *ROWS[1:]], Y2025, by)
    _, _, after = run(node_commands.digests, "--layer", name, "--features")
    code, lines, _ = run(commands.asof, name, "2024", "--county", COUNTY, "--json")
    assert code == 0 and lines[-1]["summary"]["count"] == len(ROWS) == len(lines) - 1
    assert {line["geometry"] is None for line in lines[:-1]} == {entity == "JL"}
    code, lines, _ = run(commands.diff, "2024", "2025", "--county", COUNTY, "--layer", name, "--json")
    wanted = {"change": "update", "layer": name, "key": key(entity, 1), "old_key": None, "fields": ["SM"], "geometry": False}
    assert code == 1 and lines[0] == wanted
    for side, text in (("a", before), ("b", after)):
        (tmp_path / side).write_text(text, encoding="utf-8")
    code, lines, _ = run(node_commands.compare, tmp_path / "a", tmp_path / "b", "--json")
    assert code == 1 and lines[-1]["summary"]["first"]["first"] == key(entity, 1)


class TestTheServices:
    """What asks the map takes every kind."""

    @KINDS
    def test_features_and_counts(self, by, entity):
        seal("A", entity, ROWS, Y2024, by)
        page = onemap.features(by, f"kinds@1/{entity}", county=COUNTY, asof=Y2024)
        kinds = {f["geometry"] and f["geometry"]["type"] for f in page["features"]}
        assert kinds == {{"JX": "MultiLineString", "DW": "MultiPoint", "MJ": "MultiPolygon", "JL": None}[entity]}
        assert onemap.statistics(by, f"kinds@1/{entity}", county=COUNTY, asof=Y2024)["total"]["count"] == len(ROWS)
        told = onemap.changes(by, f"kinds@1/{entity}", COUNTY, "2023-12-31", "2024-12-31")
        assert told["summary"]["insert"] == len(ROWS)

    @KINDS
    def test_an_export_gives_what_came_in(self, by, entity, tmp_path):
        seal("A", entity, ROWS, Y2024, by)
        made = onemap.export(by, f"kinds@1/{entity}", COUNTY, asof=Y2024)
        try:
            import pyogrio

            _, found = pyogrio.read_arrow(made.path)
            assert len(found) == len(ROWS)
            shapes = sum(found.schema.field(n).type == pa.binary() for n in found.column_names)
            assert shapes == (entity != "JL")
        finally:
            made.path.unlink()

    def test_a_click_finds_a_line_and_a_point_beside_it_and_no_record(self, by):
        for entity in ("JX", "DW"):
            seal("A", entity, ROWS, Y2024, by)
            place = shapely.get_point(shapely.get_geometry(asof(entity, Y2024, by)[key(entity, 1)].geometry, 0), 0)
            if entity == "DW":
                place = shapely.get_geometry(asof(entity, Y2024, by)[key(entity, 1)].geometry, 0)
            found = onemap.identify(by, f"kinds@1/{entity}", place.x, place.y + 0.00002, asof=Y2024)["items"]
            assert key(entity, 1) in {item["key"] for item in found}
            assert not onemap.identify(by, f"kinds@1/{entity}", place.x, place.y + 0.1, asof=Y2024)["items"]
        with pytest.raises(errors.NoShapes):
            onemap.identify(by, "kinds@1/JL", 117.1, 31.7)

    def test_the_map_lists_what_can_be_drawn(self, by):
        kinds = {e["id"]: e["geometry"] for e in onemap.layers(by)["items"]}
        assert kinds["kinds@1/DW"] == "point" and kinds["tdt1057@2020/XZQJX"] == "line" and "kinds@1/JL" not in kinds
