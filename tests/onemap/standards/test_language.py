"""What the model language can say beyond plain fields: untyped layers, open and shared tables, lists, keys, shapes."""

import re
import textwrap
from datetime import date

import pytest

from ziyuan.onemap.standards import errors, library, vocabulary
from ziyuan.onemap.standards.loader import load_file, problems_of
from ziyuan.onemap.standards.reading import scalar
from ziyuan.onemap.standards.styles import PALETTES

BASE = """
standard: {id: t, edition: "1", title: 试}
codes:
  DL: {file: dl.csv, tree: parent}
  ZT: {values: {"1": 在用, NO: 停用}, complete: false}
lists: {town: ["05", "0601"]}
patterns: {BH: {parts: [[county, 6], [serial, 4]], unique_in: county}}
entities:
  A:
    title: 甲
    source: 某规范
    confidence: read
    key: [CUN, XH]
    geometry: {kind: polygon, min_area: 1, min_width: 0.1, dims: 3}
    fields:
      CUN: {type: text, length: 12, required: always}
      XH:  {type: text, length: 4, required: true, confidence: known}
      DL:  {type: code, length: 4, domain: DL, required_when: 'under(DL, town)'}
      ZT:  {type: code, length: 2, domain: ZT, label: {class: 甲, grade: 3, mask: partial}}
      BBH: {type: reference, to: B.BH}
      FJ:  {type: file, length: 200}
    checks: [{id: A-1, then: 'under(DL, town) or "town" != CUN', say: 甲}]
    topology: [{id: A-T1, rule: covered_by, by: B, both_ways: true}]
  B:
    title: 乙
    geometry: {kind: raster}
    fields: {BH: {type: text, length: 10, pattern: BH, required: always}}
  C:
    title: 丙
    catalogue_only: true
    missing: 《丙规范》附录
    field_names: {BH: 编号, XX: null}
delivery: {reference: "12-31"}
"""
CODES = """code,name,parent,usable,valid_to,replaced_by
05,商服,,0,,
0508,零售,05,1,2019-12-31,0509
0509,零售业,05,1,,
0601,工业,,1,,
"""


def load(tmp_path, old="", new="", text=BASE):
    path = tmp_path / "model.yaml"
    path.write_text(textwrap.dedent(text).replace(old, new, 1) if old else text, encoding="utf-8")
    (tmp_path / "dl.csv").write_text(CODES, encoding="utf-8")
    return load_file(path)


def test_a_layer_known_by_name_only_is_listed_and_refuses_deliveries_saying_what_is_missing(tmp_path):
    model = load(tmp_path)
    assert list(model.entities) == ["A", "B"]
    assert [e.name for e in model.listed()] == ["A", "B", "C"]
    assert model.catalogue["C"].field_names == {"BH": "编号", "XX": None}
    with pytest.raises(errors.CatalogueOnly, match=r"图层 C（丙）.*只列入目录，不能汇交：缺少《丙规范》附录"):
        model.entity("C")
    with pytest.raises(errors.CatalogueOnly):
        model.refuse_catalogue_only(["a", "c"])
    model.refuse_catalogue_only(["A", "B", "D"])


def test_untyped_layers_have_no_table_and_typed_ones_all_have_fields():
    assert all(ref.entity.fields for ref in library.layers())
    assert {r.id for r in library.catalogue()} > {r.id for r in library.layers()}


def test_a_field_takes_source_and_confidence_of_its_layer_unless_it_has_its_own(tmp_path):
    fields = load(tmp_path).entity("A").fields
    assert (fields["CUN"].source, fields["CUN"].confidence) == ("某规范", "read")
    assert fields["XH"].confidence == "known"
    assert fields["ZT"].label == {"class": "甲", "grade": 3, "mask": "partial"}


def test_a_code_outside_an_open_table_is_a_warning_and_outside_a_closed_one_an_error(tmp_path):
    severity = {r.id: r.severity for r in load(tmp_path).entity("A").rules}
    assert severity["A-ZT-domain"] == "warning"
    assert severity["A-DL-domain"] == "error"


def test_codes_are_judged_on_the_reference_day_of_the_period(tmp_path):
    model = load(tmp_path)
    table = model.codes["DL"]
    assert model.reference_day("2019") == date(2019, 12, 31)
    assert model.reference_day(None) is None
    assert table.usable(model.reference_day("2019")) == ["0508", "0509", "0601"]
    assert table.usable(model.reference_day("2020")) == ["0509", "0601"]
    assert table.by_code["0508"].replaced_by == "0509"


def test_a_table_of_another_standard_is_shared_not_copied(tmp_path):
    model = load(tmp_path, "ZT: {values", "QS: {from: tdt1057@2020/QSXZ}\n  ZT: {values")
    assert model.codes["QS"].rows == library.load("tdt1057@2020").codes["QSXZ"].rows
    with pytest.raises(errors.WrongValue, match="QSXY"):
        load(tmp_path, "ZT: {values", "QS: {from: tdt1057@2020/QSXY}\n  ZT: {values")


def test_a_named_list_stands_for_its_codes_but_not_inside_quotes(tmp_path):
    model = load(tmp_path)
    assert model.entity("A").fields["DL"].required_when == 'under(DL, ["05", "0601"])'
    check = next(r for r in model.entity("A").rules if r.id == "A-1")
    assert check.params["then"] == 'under(DL, ["05", "0601"]) or "town" != CUN'


def test_under_takes_one_head_or_several(tmp_path):
    from ziyuan.onemap.standards.conditions import Condition

    model = load(tmp_path)
    condition = Condition(str(model.entity("A").fields["DL"].required_when), ("DL",), model.codes)
    assert [condition.value({"DL": code}) for code in ("0508", "0601", "05")] == [True, True, True]
    assert Condition('under(DL, "05")', ("DL",), model.codes).value({"DL": "0601"}) is False


def test_two_trees_with_a_common_code_are_refused_in_conditions_that_ask_the_tree(tmp_path):
    with pytest.raises(errors.ModelUnreadable, match="DL 与 D2 有相同的代码"):
        load(tmp_path, "lists:", "  D2: {file: dl.csv}\nlists:")


def test_a_composite_key_has_several_fields_and_no_single_one(tmp_path):
    layer = load(tmp_path).entity("A")
    assert (layer.key, layer.key_fields) == (None, ("CUN", "XH"))
    assert load(tmp_path, "key: [CUN, XH]", "key: XH").entity("A").key == "XH"


def test_a_reference_implies_that_its_target_exists(tmp_path):
    model = load(tmp_path)
    rule = next(r for r in model.rules if r.id == "A-BBH-reference")
    assert (rule.kind, rule.params) == ("reference_exists", {"layer": "A", "field": "BBH", "in": "B.BH"})
    field = model.entity("A").fields["BBH"]
    assert (field.type, field.role) == ("text", "reference")
    with pytest.raises(errors.MissingKey, match="to"):
        load(tmp_path, "type: reference, to: B.BH", "type: reference")


def test_a_code_unique_in_the_county_is_given_to_no_two_layers(tmp_path):
    text = BASE.replace("BH, required: always}", "BH, required: always, unique: true}")
    text = text.replace("FJ:  {type: file, length: 200}", "FJ:  {type: text, length: 10, pattern: BH, unique: true}")
    rule = next(r for r in load(tmp_path, text=text).rules if r.id == "pattern-BH-unique")
    assert (rule.kind, rule.params) == ("unique_across", {"fields": ["A.FJ", "B.BH"]})
    assert not any(r.id.startswith("pattern-") for r in load(tmp_path).rules)


def test_a_rule_of_two_layers_may_stand_with_its_layer(tmp_path):
    rule = next(r for r in load(tmp_path).rules if r.id == "A-T1")
    assert (rule.kind, rule.params) == ("covered_by", {"by": "B", "both_ways": True, "layer": "A"})


@pytest.mark.parametrize(
    ("word", "stored"),
    [("annotation", "point"), ("raster", "polygon"), ("surface", "polygon"), ("solid", "polygon"), ("none", "none")],
)
def test_shapes_that_are_files_are_stored_by_what_they_cover(tmp_path, word, stored):
    shape = load(tmp_path, "kind: raster", f"kind: {word}").entity("B").geometry
    assert (shape.kind, shape.form) == (stored, word)


def test_least_size_of_a_shape_is_a_rule_and_three_dimensions_a_column(tmp_path):
    from ziyuan.onemap.standards.ddl import create_table

    model = load(tmp_path)
    rule = next(r for r in model.entity("A").rules if r.id == "A-geometry-no_sliver")
    assert rule.params == {"min_area": 1, "min_width": 0.1}
    assert "geometry(MultiPolygonZ,4490)" in create_table(model, model.entity("A"))[0]
    assert "geometry(MultiPolygon,4490)" in create_table(model, model.entity("B"))[0]


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("catalogue_only: true", "catalogue_only: true\n    fields: {X: {type: text}}", errors.WrongValue, "只列入目录"),
        ("by: B, both_ways", "by: C, both_ways", errors.WrongValue, "只列入目录"),
        ("mask: partial", "mask: partly", errors.WrongValue, "partial"),
        ("dims: 3", "dims: 4", errors.WrongValue, "2 或 3"),
        ("unique_in: county", "unique_in: land", errors.WrongValue, "unique_in"),
        ('reference: "12-31"', 'reference: "31-12"', errors.WrongValue, "月-日"),
        ("key: [CUN, XH]", "key: [CUN, XX]", errors.WrongValue, "XX"),
        ("id: t,", "id: T-1,", errors.WrongValue, "小写字母"),
        ("to: B.BH", "to: B.BX", errors.WrongValue, "B.BX"),
    ],
)
def test_what_the_language_cannot_mean_is_refused(tmp_path, old, new, error, words):
    with pytest.raises(error, match=words) as caught:
        load(tmp_path, old, new)
    assert "model.yaml:" in str(caught.value)


PARAMETERS = """
standard: {id: t, edition: "1", title: 试}
entities:
  A: {fields: {K: {type: text}, MJ: {type: number}}, topology: [{id: A-1, rule: min_area, by: K, limits: [{m2: 5}]}]}
  B: {fields: {K: {type: text}, DM: {type: text}}}
  R: {geometry: {kind: none}, fields: {Q: {type: text}, H: {type: text}, MJ: {type: number}}}
cross_layer:
  - {id: X-1, rule: covered_by, layer: A, by: B, both_ways: true}
  - {id: X-2, rule: equal_inside, layer: A, field: K, inside: B, equals: DM, empty: wrong, where: 'K != "x"'}
  - {id: X-3, rule: unique_across, fields: [A.K, B.K]}
change:
  - {id: C-1, rule: allowed_transition, record: R, from: Q, to: H, allowed: [["1", "2"]]}
  - {id: C-2, rule: parent_child, base: A, new_state: B, record: R, before: Q, after: H, area: MJ, within: 0.01}
balance:
  - {id: B-1, rule: sum_equal, total: control_area, parts: A.MJ, by: K, within: 0, spread: largest_first, unit: 0.01}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("both_ways: true", "both_ways: maybe", "both_ways"),
        ("field: K, inside", "field: KK, inside", "图层 A 的字段"),
        ("equals: DM", "equals: DN", "图层 B 的字段"),
        ("empty: wrong", "empty: bad", "wrong"),
        ("[A.K, B.K]", "[A.K, B.X]", "图层 B 的字段"),
        ("[A.K, B.K]", "[A.K, C.K]", "图层 C 的字段"),
        ("from: Q", "from: QQ", "图层 R 的字段"),
        ('[["1", "2"]]', '["1", "2"]', "前, 后"),
        ("area: MJ", "area: MM", "图层 R 的字段"),
        ("within: 0.01", "within: -1", "不小于零"),
        ("parts: A.MJ", "parts: A.MM", "A.MM"),
        ("spread: largest_first", "spread: smallest_first", "largest_first"),
        ("by: K, limits", "by: KK, limits", "图层 A 的字段"),
        ("""where: 'K != "x"'""", """where: 'KK != "x"'""", "KK"),
        ("both_ways: true", "both_way: true", "both_ways"),
        ("total: control_area, parts: A.MJ, by: K", "total: B.DM, parts: A.MJ", "缺少“by”"),
    ],
)
def test_every_parameter_of_a_rule_is_looked_at(tmp_path, old, new, words):
    load(tmp_path, text=PARAMETERS)
    with pytest.raises(errors.UserError, match=words) as caught:
        load(tmp_path, text=PARAMETERS.replace(old, new, 1))
    assert re.search(r"model\.yaml:\d+", str(caught.value))


def test_the_sum_of_a_county_needs_no_unit_and_a_balance_no_kind(tmp_path):
    text = PARAMETERS.replace("rule: sum_equal, total: control_area, parts: A.MJ, by: K", "total: control_area, parts: A.MJ")
    rule = next(r for r in load(tmp_path, text=text).rules if r.id == "B-1")
    assert (rule.kind, rule.params["spread"], rule.params["unit"]) == ("sum_equal", "largest_first", 0.01)
    assert "by" not in rule.params


def test_a_rule_without_a_checking_program_does_not_load(tmp_path, monkeypatch):
    kind = vocabulary.IN_LAYER["covered_by"]
    monkeypatch.setitem(vocabulary.IN_LAYER, "covered_by", kind._replace(served=False))
    with pytest.raises(errors.RuleNotServed, match=r"model\.yaml:\d+（entities.A.topology\[1\].rule）"):
        load(tmp_path)


def test_all_problems_of_a_file_are_told_at_once_each_with_line_and_path(tmp_path):
    path = tmp_path / "model.yaml"
    text = BASE.replace("length: 12,", "lenght: 12,").replace("by: B,", "by: BB,").replace("then: 'under", "then: 'undre")
    path.write_text(text.replace("mask: partial", "mask: partly"), encoding="utf-8")
    (tmp_path / "dl.csv").write_text(CODES, encoding="utf-8")
    found = [str(p).split("：")[0] for p in problems_of(path)]
    lines = text.splitlines()
    at = {word: next(n for n, line in enumerate(lines, 1) if word in line) for word in ("lenght", "partial", "undre", "by: BB")}
    assert found == [
        f"model.yaml:{at['lenght']}（entities.A.fields.CUN.lenght）",
        f"model.yaml:{at['partial']}（entities.A.fields.ZT.label.mask）",
        f"model.yaml:{at['undre']}（entities.A.checks[1]）",
        f"model.yaml:{at['by: BB']}（entities.A.topology[1]）",
    ]


def test_a_sound_file_has_no_problems(tmp_path):
    load(tmp_path)
    assert problems_of(tmp_path / "model.yaml") == []
    assert [p for n in library.names() for p in problems_of(library.ROOT / n.replace("@", "/"))] == []


@pytest.mark.parametrize(
    ("written", "read"),
    [("NO", "NO"), ("Y", "Y"), ("on", "on"), ("01", "01"), ("007", "007"), ("0", 0), ("12", 12), ("-3", -3), ("0.0001", 0.0001),
     ("1e-4", 1e-4), (".5", 0.5), ("true", True), ("null", None), ("~", None), ("", None), ("12-31", "12-31"),
     ("2020-04-01", "2020-04-01"), ("1:30", "1:30"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("-", "-"), (".", ".")],
)  # fmt: skip
def test_codes_in_a_model_stay_what_they_are(written, read):
    assert scalar(written) == read
    assert type(scalar(written)) is type(read)


SHARED = """
standard: {id: t, edition: "1", title: 试}
entities:
  A:
    fields: &common
      BSM: {type: text, length: 18}
      BZ: {type: text, length: 20}
  B:
    fields:
      <<: *common
      BZ: {type: text, length: 254}
      MC: {type: text, length: 60}
"""


def test_an_anchor_shares_fields_and_the_layer_itself_wins(tmp_path):
    fields = load(tmp_path, text=SHARED).entity("B").fields
    assert list(fields) == ["BSM", "BZ", "MC"]
    assert fields["BZ"].length == 254


BOMB = "a: &a [x, x]\n" + "".join(f"k{n}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24))


@pytest.mark.parametrize(
    "text",
    [BOMB, "a: &a [*a]", "a: &a\n  <<: *a", "a: " + "[" * 60 + "]" * 60, "\x00", "- 1", "", "a: !!python/object:os.system {}"],
    ids=["bomb", "itself", "merges itself", "deep", "zero byte", "list", "empty", "object"],
)
def test_a_hostile_file_is_refused_at_once(tmp_path, text):
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(errors.UserError, match=r"model\.yaml"):
        load_file(path)


def test_the_palettes_of_the_language_are_those_that_are_drawn():
    assert set(vocabulary.PALETTES) == set(PALETTES)


def test_a_code_no_more_in_force_says_since_when_and_what_replaced_it(tmp_path):
    table = load(tmp_path).codes["DL"]
    day = date(2024, 12, 31)
    assert table.fault("0508", day) == "“0508”零售只用到 2019-12-31，改用“0509”。"
    assert table.nearest("0508", day) == "0509"
    assert table.fault("05", day) == "“05”商服在DL代码表中只作上级，不能填写，最接近的是“0509”。"
    assert "不在DL代码表中，最接近的是“0509”" in table.fault("0599", day)


def test_the_check_judges_codes_on_the_reference_day(tmp_path):
    """The same file is clean as of 2019 and wrong as of 2024."""
    import pyarrow as pa
    import shapely

    from ziyuan.onemap.formats.layer_table import LayerTable
    from ziyuan.onemap.quality.check import check

    model = load(tmp_path, "required_when: 'under(DL, town)'", "")
    shape = shapely.to_wkb(shapely.box(39500000, 3500000, 39500100, 3500100))
    columns = {"CUN": ["1"], "XH": ["1"], "DL": ["0508"], "ZT": ["1"], "BBH": [None], "FJ": [None]}
    rows = pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()} | {"geometry": pa.array([shape], pa.binary())})
    layer = LayerTable("A", 4527, rows, "GPKG", "UTF-8", "a.gpkg")

    def found(period):
        report = check([model], {"A": layer}, period=period, required=["A"])
        return [f.message for f in report.findings if f.kind == "domain"]

    assert found("2019") == []
    assert found("2024") == ["“0508”零售只用到 2019-12-31，改用“0509”。"]
