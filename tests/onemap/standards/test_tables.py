"""Layer tables as the owner makes them: columns, partitions, row security, repeatability."""

import pytest
from django.db import connections

from ziyuan.kernel import service as kernel
from ziyuan.onemap.service import apply_standards
from ziyuan.onemap.standards import ddl, library

DLTB = "tdt1057@2020/DLTB"


def _rows(cursor, sql, *parameters):
    cursor.execute(sql, parameters)
    return cursor.fetchall()


@pytest.fixture
def app(db):
    with connections["default"].cursor() as cursor:
        yield cursor


def test_every_layer_of_every_standard_is_registered(app):
    found = {layer for (layer,) in _rows(app, "SELECT layer FROM layers.layer_registry")}
    assert found == {ref.id for ref in library.layers()}


def test_attribute_columns_keep_the_names_and_scales_of_the_standard(app):
    found = dict(
        _rows(
            app,
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'layers.tdt1057_2020_dltb'::regclass AND attnum > 0",
        )
    )
    assert found["TBMJ"] == "numeric(15,2)"
    assert found["KCXS"] == "numeric(6,4)"
    assert found["SJNF"] == "bigint"
    assert found["geom"] == "geometry(MultiPolygon,4490)"


def test_every_layer_table_forces_row_security(app, officer):
    with kernel.acting(kernel.system_actor()):
        app.execute("SELECT layers.add_county_partition(%s, %s)", [DLTB, "340123"])
    open_ = _rows(
        app,
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'layers' AND c.relkind IN ('r', 'p') AND c.relname <> 'layer_registry'"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    )
    assert open_ == []


def test_a_county_gets_its_partition_once_under_its_city(app):
    first = _rows(app, "SELECT layers.add_county_partition(%s, %s)", DLTB, "340121")
    again = _rows(app, "SELECT layers.add_county_partition(%s, %s)", DLTB, "340121")
    assert (first, again) == ([(True,)], [(False,)])
    parents = _rows(
        app,
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'layers.tdt1057_2020_dltb_3401'::regclass",
    )
    assert ("layers.tdt1057_2020_dltb_340121",) in parents


@pytest.mark.parametrize(("layer", "county"), [(DLTB, "999999"), (DLTB, "340100"), ("tdt1057@2020/XZQ", "340123")])
def test_what_is_no_registered_county_or_no_large_layer_gets_no_partition(app, layer, county):
    with pytest.raises(Exception, match="ZY-STD-02"):
        app.execute("SELECT layers.add_county_partition(%s, %s)", [layer, county])


def test_the_application_role_cannot_make_tables_itself(app):
    with pytest.raises(Exception, match="permission denied"):
        app.execute("CREATE TABLE layers.own (a int)")


def test_applying_again_changes_nothing(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        before = _rows(cursor, "SELECT layer, applied FROM layers.layer_registry ORDER BY layer")
        assert apply_standards(cursor) == len(library.layers())
        assert _rows(cursor, "SELECT layer, applied FROM layers.layer_registry ORDER BY layer") == before


def test_text_lengths_are_left_to_the_rules():
    assert ddl.column_type(library.layer(DLTB).entity.fields["BSM"]) == "text"
