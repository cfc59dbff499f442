"""A standard gets a new edition: renamed is mapped, nothing is lost unsaid, old rows read under the new model."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from django.db import connections, transaction

from tests.onemap.standards.editions import MAPPING, NEW, write
from ziyuan.kernel import service as kernel
from ziyuan.onemap.standards import checking, ddl, errors, library, views
from ziyuan.onemap.standards.apply import apply_views
from ziyuan.onemap.standards.differences import counts, differences
from ziyuan.onemap.standards.loader import load_file

ROWS = [
    # old row: number, kind, kind name, depth, built, quality, contact, valid from
    ("W1", "2", "承压井", "12.34", "20190305", "3.25", "张三", "2020-12-31"),
    ("W2", "1", "潜水井", "约十米", "", None, None, "2020-12-31"),
    ("W3", "9", "其他", " 7 ", "2019", "1.00", None, "2020-12-31"),
    ("W4", "9", "其他", None, None, None, None, "2023-12-31"),
]
EXPECTED = [
    # read under the new model, worked out by hand
    ("W1", "3", "承压含水层井", Decimal("12.3"), date(2019, 3, 5), Decimal("3.3"), "在用"),
    ("W2", "1", "潜水井", None, None, None, "在用"),
    ("W3", "4", "岩溶井", Decimal("7.0"), None, Decimal("1.0"), "在用"),
    ("W4", None, None, None, None, None, "在用"),
]


@pytest.fixture
def editions(tmp_path):
    new = load_file(write(tmp_path))
    return library.mapping_of(new)


def test_old_rows_read_under_the_new_model_in_an_arrow_table(editions):
    names = ("BH", "LX", "LXMC", "JS", "JCRQ", "SZ", "LXR")
    columns = {name: pa.array([row[n] for row in ROWS], pa.string()) for n, name in enumerate(names)}
    columns["SZ"] = pa.array([Decimal(r[5]) if r[5] else None for r in ROWS], pa.decimal128(6, 2))
    columns["valid_from"] = pa.array([date.fromisoformat(r[7]) for r in ROWS])
    made = views.translate(editions, editions.entities["GCJ"], pa.table(columns))
    assert made.column_names == ["JBH", "LX", "LXMC", "JS", "JCRQ", "SZ", "ZT", "valid_from"]
    assert [tuple(row.values())[:7] for row in made.to_pylist()] == EXPECTED


def test_old_rows_read_under_the_new_model_in_the_database(editions, committed_db):
    """Real tables of both editions; the view holds the old rows translated and the new ones as they are."""
    old, new = editions.old, editions.new
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(ddl.guard_function(kernel.in_region("county")))
        for model in (old, new):
            for entity in model.entities.values():
                for statement in ddl.create_table(model, entity):
                    cursor.execute(statement)
        assert apply_views(cursor, [editions]) == 1
        assert apply_views(cursor, [editions]) == 0, "an unchanged view is left alone"
        _see_all(cursor)
        for row in ROWS:
            cursor.execute(
                'INSERT INTO layers.wells_2020_jcj (city, county, key, zone, "BH", "LX", "LXMC", "JS", "JCRQ", "SZ", "LXR",'
                " valid_from, known_from) VALUES ('340100', '340123', %s, 39, %s, %s, %s, %s, %s, %s, %s, %s, now())",
                [row[0], *row],
            )
        cursor.execute(
            'INSERT INTO layers.wells_2026_gcj (city, county, key, zone, "JBH", "LX", "ZT", valid_from, known_from)'
            " VALUES ('340100', '340123', 'W9', 39, 'W9', '4', '停用', '2026-12-31', now())"
        )
        cursor.execute(
            'SELECT "JBH", "LX", "LXMC", "JS", "JCRQ", "SZ", "ZT", standard FROM layers.wells_2026_gcj_all ORDER BY key'
        )
        found = cursor.fetchall()
        assert [row[:7] for row in found[:4]] == EXPECTED
        assert found[4] == ("W9", "4", None, None, None, None, "停用", "wells@2026")
        assert {row[7] for row in found[:4]} == {"wells@2020"}
        transaction.set_rollback(True, using="owner")


def test_the_view_shows_a_reader_only_rows_of_the_readers_region(editions, committed_db):
    """Row security is asked of whoever reads the view; a reader of the whole province sees both rows (control)."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(ddl.guard_function(kernel.in_region("county")))
        for statement in [s for m in (editions.old, editions.new) for e in m.entities.values() for s in ddl.create_table(m, e)]:
            cursor.execute(statement)
        apply_views(cursor, [editions])
        _see_all(cursor)
        for county in ("340123", "340221"):
            cursor.execute(
                'INSERT INTO layers.wells_2020_jcj (city, county, key, zone, "BH", "LX", valid_from, known_from)'
                " VALUES (left(%s, 4) || '00', %s, %s, 39, %s, '1', '2020-12-31', now())",
                [county, county, county, county],
            )
        cursor.execute("SELECT count(*) FROM layers.wells_2026_gcj_all")
        assert cursor.fetchone() == (2,)
        cursor.execute("SELECT set_config('app.lo', '340123', true), set_config('app.hi', '340124', true)")
        cursor.execute("SELECT key FROM layers.wells_2026_gcj_all")
        assert cursor.fetchall() == [("340123",)]
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'wells_2026_gcj_all'")
        assert cursor.fetchone() == (["security_invoker=true"],)
        transaction.set_rollback(True, using="owner")


def _see_all(cursor):
    cursor.execute("SELECT set_config('app.lo', '34', true), set_config('app.hi', '35', true)")


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("JBH:  {from: BH}", "JBH:  {from: BHH}", errors.WrongValue, "BHH"),
        ("      JBH:  {from: BH}\n", "", errors.MappingIncomplete, "必填字段 JBH"),
        ("gone: [LXR]", "gone: []", errors.MappingIncomplete, "旧字段 LXR 没有去向"),
        ("gone: [LXR]", "gone: [LXR, XX]", errors.WrongValue, "XX"),
        ("JS:   {convert: number}", "JS:   {}", errors.MappingIncomplete, "convert: number"),
        ("ZT:   {default: 在用}", "ZT:   {}", errors.MappingIncomplete, "ZT"),
        ("gone: [DM]", "gone: []", errors.MappingIncomplete, "旧图层 DM"),
        ("from: JCJ", "from: JCX", errors.WrongValue, "JCX"),
        ("from: JCJ", "form: JCJ", errors.UnknownKey, "最接近的是“from”"),
        ("from: wells@2020", "from: wells@2019", errors.StandardNotFound, "wells@2019"),
    ],
)
def test_a_mapping_that_loses_something_is_refused_with_its_place(tmp_path, old, new, error, words):
    model = load_file(write(tmp_path, mapping=MAPPING.replace(old, new, 1)))
    with pytest.raises(error, match=words) as caught:
        library.mapping_of(model)
    assert error is errors.StandardNotFound or "mapping.yaml:" in str(caught.value)


def test_an_old_code_without_destination_is_named(tmp_path):
    model = load_file(write(tmp_path, steps="old,new\n2,3\n"))
    with pytest.raises(errors.MappingIncomplete, match="旧代码 9 在新版中没有去向"):
        library.mapping_of(model)


def test_a_code_replaced_in_the_new_table_needs_no_step_of_its_own(tmp_path):
    table = 'KIND: {values: {"1": 潜水井, "3": 承压含水层井, "4": 岩溶井}}'
    folder = write(tmp_path, new=NEW.replace(table, "KIND: {file: kinds.csv}"), steps="old,new\n9,4\n")
    rows = "code,name,valid_to,replaced_by\n1,潜水井,,\n2,承压井,2025-12-31,3\n3,承压含水层井,,\n4,岩溶井,,\n"
    (folder / "kinds.csv").write_text(rows, encoding="utf-8")
    mapping = library.mapping_of(load_file(folder))
    steps = next(f.steps for f in mapping.entities["GCJ"].fields if f.new.name == "LX")
    assert {(s.old, s.new) for s in steps} == {("9", "4"), ("2", "3")}


def test_check_lists_everything_that_is_wrong_with_a_mapping_at_once(tmp_path):
    text = MAPPING.replace("gone: [LXR]", "gone: []").replace("gone: [DM]", "gone: []").replace("{convert: date}", "{}")
    found = checking.check(str(write(tmp_path, mapping=text)), prove=False)
    assert [p.code for p in found.problems] == ["ZY-STD-011"] * 3


def test_a_rename_is_a_rename_and_never_a_delete_and_an_add(editions):
    found = differences(editions.old, editions.new, editions)
    lines = [change.to_line() for change in found]
    assert "图层 GCJ（观测井）由 JCJ 改名" in lines
    assert "字段 GCJ.JBH（井编号）由 JCJ.BH 改名" in lines
    assert "新增字段 GCJ.ZT（状态）" in lines
    assert "删去字段 JCJ.LXR（联系人）" in lines
    assert "字段 GCJ.JS（井深）的类型由 text 改为 number" in lines
    assert "删去图层 DM（断面）" in lines
    assert not any("删去" in line and "BH" in line for line in lines)
    unmapped = counts(differences(editions.old, editions.new))
    assert unmapped["layer_added"] == 1
    assert unmapped["layer_removed"] == 2


def test_a_standard_is_not_different_from_itself(editions):
    assert differences(editions.new, editions.new) == []
    survey = library.load("tdt1057@2020")
    assert differences(survey, survey) == []
