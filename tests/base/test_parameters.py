from datetime import date, datetime
from decimal import Decimal

import pytest

from ziyuan.base.errors import UnknownName
from ziyuan.base.parameters import UNCONFIRMED, BadParameter, NotInForce, Parameter, load

TERM = """
name: temporary_land.longest_term
title: 临时用地最长期限
unit: month
for: 一般建设项目施工、地质勘查
values:
  2021-09-01: 24
source:
  2021-09-01: 土地管理法实施条例(国务院令第743号)第二十条
not_covered: 能源、交通、水利见 longest_term_infrastructure
"""
RATE = """
name: rate
title: 比例
unit: "1"
values: {2020-01-01: 0.35, 2023-01-01: 0.40, 2025-01-01: null}
source: unconfirmed
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "longest_term.yaml").write_text(TERM, "utf-8")
    (tmp_path / "rate.yaml").write_text(RATE, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2020, 1, 1), Decimal("0.35")),  # first day in force
        (date(2022, 12, 31), Decimal("0.35")),  # last day of the old value
        (date(2023, 1, 1), Decimal("0.40")),
        (date(2024, 12, 31), Decimal("0.40")),
    ],
)
def test_a_case_is_judged_by_the_value_of_its_day(folder, day, value):
    found = load(folder)["rate"].on(day)
    assert found == value
    assert isinstance(found, Decimal)


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2025, 1, 1), date(2030, 1, 1)])
def test_no_value_is_guessed_before_the_law_or_after_its_end(folder, day):
    with pytest.raises(NotInForce, match=day.isoformat()):
        load(folder)["rate"].on(day)


def test_a_decimal_keeps_its_written_scale(folder):
    assert str(load(folder)["rate"].on(date(2024, 1, 1))) == "0.40"


def test_a_parameter_is_made_in_one_line_for_tests():
    term = Parameter("temporary_land.longest_term", "month", {date(2021, 9, 1): 24})
    assert term.on(date(2021, 9, 1)) == 24
    assert term.on(datetime(2022, 1, 1, 8, 0)) == 24
    assert term.source_on(date(2022, 1, 1)) == UNCONFIRMED


def test_the_source_of_the_value_in_force_is_told(folder):
    assert "第二十条" in load(folder)["temporary_land.longest_term"].source_on(date(2022, 1, 1))


def test_values_nobody_has_read_in_the_law_are_listed(folder):
    days = [("rate", date(2020, 1, 1)), ("rate", date(2023, 1, 1)), ("rate", date(2025, 1, 1))]
    assert load(folder).unconfirmed() == days


def test_an_unknown_parameter_is_refused_with_the_nearest(folder):
    with pytest.raises(UnknownName, match="最接近的是“rate”"):
        load(folder)["rates"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TERM.replace("unit:", "units:"), "不认识的键“units”,最接近的是“unit”"),
        (TERM.replace("unit: month", ""), "缺少 unit"),
        (TERM.replace("2021-09-01: 24", "2021-9-1: 24"), "values 应为"),
        (TERM.replace("  2021-09-01: 土", "  2022-09-01: 土"), "values 中没有"),
        (TERM.replace("  2021-09-01: 24", "  2021-09-01: 24\n  2021-09-01: 36"), "同一键出现两次"),
        ("- 1", "不是键值表"),
        ("a: [", "不是可读的 YAML"),
    ],
)
def test_a_file_that_does_not_keep_the_form_is_refused_by_name(tmp_path, text, said):
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(BadParameter, match=r"bad\.yaml") as refused:
        load(tmp_path)
    assert said in str(refused.value)


def test_two_files_may_not_claim_one_name(folder):
    (folder / "second.yaml").write_text(RATE, "utf-8")
    with pytest.raises(BadParameter, match="已在别的文件中使用"):
        load(folder)
