"""A standard is text: what it says is taken exactly, what it misspells is refused with file and line."""

import textwrap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.errors import UserError
from ziyuan.onemap.standards import errors, library
from ziyuan.onemap.standards.codes import Code, CodeTable, read_codes
from ziyuan.onemap.standards.conditions import Condition
from ziyuan.onemap.standards.loader import load_file

SURVEY = library.load("tdt1057@2020")
GOOD = """
standard: {id: t, edition: "1", title: 试}
entities:
  A:
    title: 甲
    key: BSM
    fields:
      BSM: {type: text, length: 18, required: always}
      MJ: {type: number, length: 10, decimals: 2}
    checks:
      - {id: A-1, then: 'MJ > 0', say: 面积应大于零}
    topology:
      - {id: A-2, rule: no_overlap}
"""


def load(tmp_path, text):
    path = tmp_path / "model.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_file(path)


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("title: 甲", "titel: 甲", errors.UnknownKey, "model.yaml:5（entities.A.titel）：不认识的键“titel”，最接近的是“title”"),
        ("length: 18", "lenght: 18", errors.UnknownKey,
         "model.yaml:8（entities.A.fields.BSM.lenght）：不认识的键“lenght”，最接近的是“length”"),
        ("rule: no_overlap", "rule: no_overlaps", errors.WrongValue, "model.yaml:13"),
        ("rule: no_overlap", "rule: no_sliver, min_area: -1", errors.WrongValue, "不小于零"),
        ("rule: no_overlap", "rule: no_short_edge", errors.MissingKey, "min_length"),
        ("type: number", "type: nummer", errors.WrongValue, "model.yaml:9"),
        ("length: 10", 'length: "10"', errors.WrongValue, "model.yaml:9"),
        ("MJ > 0", "MJJ > 0", errors.ModelUnreadable, "没有名为“MJJ”的名称,最接近的是“MJ”"),
        ("MJ > 0", "MJ >", errors.ModelUnreadable, "model.yaml:11"),
        ("key: BSM", "key: BSN", errors.WrongValue, "model.yaml:6"),
        ("edition: \"1\", ", "", errors.MissingKey, "edition"),
        ("id: A-2", "id: A-1", errors.WrongValue, "A-1"),
        ("title: 甲", "title: 甲\n    title: 乙", errors.ModelUnreadable, "写了两次"),
        ("entities:", "entities: [", errors.ModelUnreadable, "YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_line_and_the_nearest_known(tmp_path, old, new, error, words):
    load(tmp_path, GOOD)
    with pytest.raises(error) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert words in str(caught.value)
    assert caught.value.remedy


def test_an_unknown_standard_or_layer_names_the_nearest():
    with pytest.raises(errors.StandardNotFound, match="tdt1057@2020"):
        library.load("tdt1057@2021")
    with pytest.raises(errors.EntityNotFound, match="DLTB"):
        SURVEY.entity("DLBT")


def test_all_errors_of_standards_have_a_code_of_their_own():
    codes = [e.code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, UserError)]
    own = [c for c in codes if c.startswith("ZY-STD-")]
    assert len(own) == len(set(own)) >= 8


def test_the_layers_of_the_land_survey_have_the_fields_of_the_standard():
    fields = SURVEY.entity("DLTB").fields
    assert list(fields)[:6] == ["BSM", "YSDM", "TBYBH", "TBBH", "DLBM", "DLMC"]
    assert len(fields) == 30
    assert (fields["TBMJ"].length, fields["TBMJ"].decimals) == (15, 2)
    assert SURVEY.layer_id("DLTB") == "tdt1057@2020/DLTB"
    assert SURVEY.table_name("DLTB") == "tdt1057_2020_dltb"


def test_what_was_not_read_is_null_and_marked_so():
    assert SURVEY.in_force is None
    assert SURVEY.entity("CJDCQ").code is None
    assert library.load("control_lines@2021").entity("STBHHX").fields["LHLX"].confidence == "unconfirmed"


def test_every_code_says_how_sure_it_is():
    for model in library.all_models():
        for table in model.codes.values():
            assert {row.confidence for row in table.rows} <= {"read", "known", "unconfirmed"}


def test_class_00_gathers_codes_of_other_heads():
    classes = SURVEY.codes["DLBM"]
    assert classes.top("0303") == "00"
    assert classes.top("0301K") == "03"
    assert classes.under("0303", "00")
    assert not classes.under("0303", "03")


@pytest.mark.parametrize(
    ("code", "base"),
    [("0201K", "0201"), ("1104A", "1104"), ("1104K", "1104"), ("08H2A", "08H2"), ("09", "09"), ("05H1", "05H1"), ("9A", "9A")],
)  # fmt: skip
def test_a_suffix_is_stripped_only_from_a_code_that_has_a_base(code, base):
    assert SURVEY.codes["DLBM"].base(code) == base


def test_heads_may_not_stand_in_a_field():
    classes = SURVEY.codes["DLBM"]
    assert not classes.has("01")
    assert classes.has("09")
    assert classes.nearest("0199") == "0101"


def test_a_code_is_judged_at_the_reference_date():
    table = CodeTable("T", "表", (Code("1", "旧", valid_to=date(2019, 12, 31)), Code("2", "新", valid_from=date(2020, 1, 1))))
    assert table.has("1", date(2019, 12, 31))
    assert not table.has("1", date(2020, 1, 1))
    assert table.has("2", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code\n1\n", "name"),
        ("code,name\n1,甲\n1,乙\n", "两次"),
        ("code,name,parent\n1,甲,9\n", "上级"),
        ("code,name,valid_from\n1,甲,2020/1/1\n", "2024-12-31"),
        ("code,name\n1,\n", "空的"),
    ],
)
def test_a_faulty_code_table_is_refused(tmp_path, text, words):
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(errors.ModelUnreadable, match=words):
        read_codes(path, "C", title="表")


@given(st.sampled_from([r.code for r in SURVEY.codes["DLBM"].rows]), st.sampled_from(["00", "01", "03", "0403", "1104"]))
def test_under_in_a_condition_follows_the_tree(code, head):
    condition = Condition(f'under(DLBM, "{head}")', ("DLBM",), SURVEY.codes)
    step, heads = code, set()
    while step:
        heads.add(step)
        step = SURVEY.codes["DLBM"].by_code[step].parent
    assert condition.value({"DLBM": code}) is (head in heads)


def test_an_empty_number_counts_as_zero_only_where_the_text_says_so():
    condition = Condition("or_zero(KCXS) > 0", ("KCXS",), SURVEY.codes)
    assert condition.value({"KCXS": None}) is False
    assert Condition("KCXS > 0", ("KCXS",), SURVEY.codes).value({"KCXS": None}) is None
