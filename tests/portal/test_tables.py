"""Lists and figures leave as CSV or as an Excel workbook with the same cells; figures are numbers, texts never run."""

import csv
import io
from itertools import zip_longest

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.portal.places import Place, signed_in
from tests.workflow import world as small_world
from ziyuan.portal.api.tables import workbook

EXPORTS = (
    "/api/cases/export.csv", "/api/tasks/export.csv", "/api/cases/clock/figures.csv", "/api/cases/supervision/figures.csv",
    "/api/cases/quality/figures.csv", "/api/cases/policies/export.csv", "/api/supervisions/figures.csv",
    "/api/supervisions/export.csv", "/api/consultations/export.csv",
)  # fmt: skip


def cells(body: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def made(*rows: list[str]) -> list[list[object]]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return cells(workbook(b"\xef\xbb\xbf" + out.getvalue().encode()))


def same(text: str, cell: object) -> bool:
    """Whether a cell of the workbook says what the text of the CSV says; a figure by its value."""
    return float(text) == cell if isinstance(cell, int | float) else text == ("" if cell is None else cell)


def test_a_column_of_figures_is_numbers_and_a_code_keeps_its_zeros():
    heads = ["行政区", "件数", "平均", "代码", "编号"]
    told = made(heads, ["肥西县", "12", "3.5", "0101", "9" * 18], ["合计", "0", "", "1", "1"])
    assert told == [
        heads, ["肥西县", 12, 3.5, "0101", "9" * 18], ["合计", 0, None, "1", "1"],
    ]  # fmt: skip


def test_a_text_that_looks_like_a_formula_stays_a_text():
    book = openpyxl.load_workbook(io.BytesIO(workbook("项目\r\n=1+1\r\n'=cmd\r\n".encode())))
    found = [book.active.cell(row, 1) for row in (2, 3)]
    assert [(one.data_type, one.value) for one in found] == [("s", "=1+1"), ("s", "'=cmd")]


def test_the_heads_stay_in_sight_and_no_cell_is_wider_than_a_screen():
    book = openpyxl.load_workbook(io.BytesIO(workbook(f"项目,说明\r\n甲,{'长' * 500}\r\n".encode())))
    assert book.active.freeze_panes == "A2"
    assert book.active.cell(1, 1).font.bold
    assert [book.active.column_dimensions[letter].width for letter in "AB"] == [6, 60]


def test_an_empty_table_and_control_characters_make_a_workbook_all_the_same():
    assert made(["项目"]) == [["项目"]]
    assert made(["项目"], ["甲\x0b乙"]) == [["项目"], ["甲乙"]]


CELL = some.text(some.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(some.lists(some.lists(CELL, min_size=3, max_size=3), max_size=6))
def test_whatever_a_table_says_is_in_the_workbook(rows):
    told = made(["甲", "乙", "丙"], *rows)
    for written, found in zip_longest(rows, told[1:], fillvalue=[None] * 3):  # rows of nothing at the end are no rows
        assert all(map(same, written, found)), (written, found)


@pytest.mark.django_db(databases=["default", "auditor"])
def test_every_export_gives_the_same_rows_in_both_forms():
    small_world.seal_county("340123")
    world = small_world.World()
    world.officer("county_clerk", "340123")
    Place(world, "340123")
    client = signed_in("county_chief", "340123")
    for address in EXPORTS:
        plain, book = client.get(address), client.get(address, {"format": "xlsx"})
        assert (plain.status_code, book.status_code) == (200, 200), (address, book.content[:300])
        assert plain["Content-Type"].startswith("text/csv")
        assert book["Content-Type"].endswith("spreadsheetml.sheet") and ".xlsx" in book["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(plain.content.decode("utf-8-sig"))))
        for written, found in zip(rows, cells(book.content), strict=True):
            assert all(map(same, written, found)), (address, written, found)
    assert client.get(EXPORTS[0], {"format": "doc"}).status_code == 422
