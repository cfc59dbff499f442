"""The duty table is the plan's annex, row by row."""

import csv

import pytest

from ziyuan.onemap.catalogue.duty import KINDS, database, databases
from ziyuan.onemap.catalogue.errors import NoSuchDatabase
from ziyuan.onemap.standards import library


def test_the_annex_has_twenty_three_databases_in_four_kinds():
    assert list(databases()) == [f"DB{n:02d}" for n in range(1, 24)]
    assert [sum(d.kind == kind for d in databases().values()) for kind in KINDS] == [8, 5, 8, 2]


def test_each_database_names_who_builds_produces_and_keeps_it():
    for each in databases().values():
        assert each.title and each.division and each.producers and each.custodian and each.source


def test_the_rows_say_what_the_annex_says(shared_data):
    with (shared_data.parent / "facts" / "seed_systems.csv").open(encoding="utf-8", newline="") as lines:
        annex = [row for row in csv.DictReader(lines) if row["id"] in databases()]
    assert [(row["id"], row["name_zh"]) for row in annex] == [(d.no, d.title) for d in databases().values()]
    for row in annex:
        assert f"office={database(row['id']).division}" in ";".join(str(v) for v in row.values())


def test_no_due_date_is_invented():
    assert {d.due for d in databases().values()} == {""}


def test_a_database_that_is_not_in_the_table_is_named():
    with pytest.raises(NoSuchDatabase, match="DB99"):
        database("DB99")


def test_a_standard_names_only_databases_of_the_table():
    named = {ref.model.delivery.get("duty") for ref in library.layers()} - {None}
    assert named <= set(databases())
