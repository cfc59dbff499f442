"""The page of standards held says what the texts hold."""

import re
from pathlib import Path

import pytest

from ziyuan.onemap.standards import library

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "standards-held.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip(" `"): [int(cell) for cell in cells[3:6]]
    for cells in (line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| `\w+@\w+` \|", line))
}
RULES = {rule.id for rule in library.load("tdt1057@2020").all_rules()}


def test_every_standard_has_a_row_on_the_page():
    assert list(ROWS) == list(dict.fromkeys(ROWS))
    assert set(ROWS) == set(library.names())


@pytest.mark.parametrize("name", library.names())
def test_a_row_counts_typed_layers_listed_layers_and_code_tables(name):
    model = library.load(name)
    assert ROWS[name] == [len(model.entities), len(model.catalogue), len(model.codes)]


def test_the_unmapped_classes_are_as_many_as_the_page_says():
    pairs = library.load("land_sea_use@2023").crosswalks["DLBM_YDYH"].pairs
    count = sum(not pair.target for pair in pairs)
    assert f"{count} 个调查地类" in PAGE


def test_rules_named_on_the_page_exist():
    named = set(re.findall(r"`((?:DLTB|XZQ|XZQJX|CJDCQ|CJDCQJX|CZCDYD|X|C)-[A-Z0-9][\w-]*)`", PAGE))
    assert len(named) > 20
    assert named <= RULES
