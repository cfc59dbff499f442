"""Whatever stands at any place of a model file, it is loaded or refused in words: never a fault of the program."""

import copy
import json
import re

import pytest

from tests.onemap.standards.test_language import BASE, CODES, PARAMETERS
from ziyuan.base.errors import UserError
from ziyuan.onemap.standards import handbook, schema, showing, workbook
from ziyuan.onemap.standards.loader import load_file, problems_of
from ziyuan.onemap.standards.reading import read

ODD = [None, True, 0, -1, 1.5, "", "X", "A.B.C", "../../etc/passwd", [], ["X"], [[]], [None], {}, {"X": 1}, {"rule": "no_gap"}]
WHOLE = BASE + """
space: {crs: [4527], decimals: 4, resolution: 0.00005, tolerance: 0.0001, area: official}
crosswalks: {W: {file: walk.csv, from: DL, to: DL}}
statistics: [{id: S, from: A, sum: 'XH', rows: CUN, columns: 'top(DL)', units: [ha]}]
no_change: {ring_start: any, precision: 0.0001, ignore: [XH]}
"""


def plain(value):
    """Tables as dicts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def places(value, path=()):
    """Every place of a nested value, as a path of keys and numbers."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(value, path, odd):
    """A copy of the value with something else at one place."""
    if not path:
        return odd
    made = copy.deepcopy(value)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return made


@pytest.mark.parametrize("name", ["../dl.csv", "/etc/passwd.csv", "none.csv", "dl.txt", ""])
def test_a_code_table_lies_in_the_folder_of_its_model(tmp_path, name):
    (tmp_path / "dl.csv").write_text(CODES, encoding="utf-8")
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "dl.csv").write_text(CODES, encoding="utf-8")
    path = folder / "model.yaml"
    path.write_text(BASE, encoding="utf-8")
    load_file(path)
    path.write_text(BASE.replace("file: dl.csv", f"file: '{name}'"), encoding="utf-8")
    with pytest.raises(UserError, match=r"model\.yaml:4（codes.DL.file）"):
        load_file(path)


@pytest.mark.parametrize("text", [WHOLE, PARAMETERS], ids=["fields", "rules"])
def test_an_odd_value_at_any_place_is_taken_or_refused_with_its_place(tmp_path, text):
    path = tmp_path / "model.yaml"
    (tmp_path / "dl.csv").write_text(CODES, encoding="utf-8")
    (tmp_path / "walk.csv").write_text("code,to\n0509,0601\n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    load_file(path)
    whole = plain(read(path))
    faults = []
    for number, place in enumerate(places(whole)):
        for odd in ODD[number % 8 :: 8]:  # every value meets every kind of place; all pairs would take a minute
            path.write_text(json.dumps(put(whole, place, odd), ensure_ascii=False), encoding="utf-8")
            try:
                model = load_file(path)
                list(showing.outline(model)), handbook.html(model), schema.components(model), workbook.workbook(model)
            except UserError as error:
                if not re.search(r"(model\.yaml|dl\.csv|walk\.csv)", str(error)) and error.code != "ZY-STD-005":
                    faults.append((place, odd, str(error)))
                if not problems_of(path):
                    faults.append((place, odd, "no problem listed"))
            except Exception as error:
                faults.append((place, odd, repr(error)))
    assert faults == []
