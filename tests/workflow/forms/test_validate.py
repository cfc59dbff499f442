"""Every mistake in a form is named by its field, in words that say how to mend it."""

import json
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.world import FORM
from ziyuan.kernel import service as kernel
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.forms.validate import credit_code_ok, faults, typed


@pytest.fixture(scope="module")
def form():
    matter = kernel.matter("use_control/site_review")
    return json.loads((matter.folder / "form.json").read_text(encoding="utf-8"))


def test_a_complete_form_has_no_fault(form):
    assert faults(form, FORM) == {}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"project_name": ""}, "project_name", "请填写项目名称"),
        ({"project_level": ""}, "project_level", "请选择项目审批机关层级"),
        ({"project_name": "长" * 201}, "project_name", "不能超过 200 个字"),
        ({"project_level": "town"}, "project_level", "应为:县级、市级、省级、国家级"),
        ({"declared_area": 0}, "declared_area", "应大于 0"),
        ({"declared_area": "三公顷"}, "declared_area", "应填写数字"),
        ({"declared_area": 200000}, "declared_area", "请除以 10000"),
        ({"investment": -1}, "investment", "应大于等于 0"),
        ({"credit_code": "91350100M000100Y44"}, "credit_code", "末位校验码"),
        ({"contact_phone": "12345"}, "contact_phone", "11 位手机号"),
        ({"project_level": "province"}, "investment", "应填写总投资"),
        ({"nonsense": 1}, "form", "没有的字段"),
    ],
)
def test_each_mistake_names_its_field_and_remedy(form, change, field, says):
    found = faults(form, {**FORM, **change})
    assert list(found) == [field]
    assert says in found[field]


def test_all_mistakes_come_at_once(form):
    assert len(faults(form, {})) == len(form["data"]["required"])


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("91350100M000100Y43", True),  # GB 32100, worked example in the fact sheet
        ("11100000MB03271699", True),
        ("91350100M000100Y4", False),
        ("91350100M000100YI3", False),
        ("91350100m000100y43", False),
    ],
)
def test_credit_codes_carry_their_check_character(code, good):
    assert credit_code_ok(code) is good


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12.50", 12.5), (" 7 ", 7), ("1e3", 1000), ("", ""), (None, None), ("七", "七"), (math.nan, "nan"), (math.inf, "inf"),
        ("1" * 40, "1" * 40), ("1e400", "1e400"), (True, True), (0.1, 0.1), ([1], "[1]"),
    ],
)  # fmt: skip
def test_numbers_arrive_exactly_or_stay_text(form, raw, value):
    assert typed(form, {"declared_area": raw}) == {"declared_area": value}


@given(
    st.dictionaries(
        st.sampled_from(sorted(FORM)), st.one_of(st.text(), st.floats(), st.none(), st.lists(st.integers()))
    )
)
def test_whatever_is_sent_can_be_kept_hashed_and_judged(values):
    from ziyuan.base import canonical
    from ziyuan.workflow.cases.facts import exact

    matter = kernel.matter("use_control/site_review")
    form = json.loads((matter.folder / "form.json").read_text(encoding="utf-8"))
    kept = json.loads(json.dumps(typed(form, values), allow_nan=False))
    canonical.digest("test", exact(kept))
    assert isinstance(faults(form, kept), dict)
    assert typed(form, kept) == kept, "keeping twice changes nothing"


@given(st.text() | st.text("aé e\u0301\n\t\x00\x7f\u3000\u200b\ud800"))
def test_the_short_way_of_cleaning_is_the_long_way(text):
    whole = text.encode("utf-8", "ignore").decode()
    kept = "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")
    assert clean(text) == unicodedata.normalize("NFC", kept).strip()


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b", "ab"), ("\ud800x", "x"), (" e\u0301 ", "é"), ("一\n二\t三", "一\n二\t三")]
)
def test_text_is_kept_without_what_no_database_takes(text, kept):
    assert clean(text) == kept
