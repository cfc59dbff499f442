"""Every check that survey software runs on the land-use layer is a rule with an id of its own."""

import pytest

from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.conditions import Condition

SURVEY = library.load("tdt1057@2020")
RULES = {rule.id: rule for rule in SURVEY.all_rules()}
FARMLAND_ONLY = ("KCDLBM", "KCXS", "KCMJ", "GDLX", "GDPDJB")
CHECKS = {
    "1 坐标系": ["XZQ-crs", "CJDCQ-crs", "DLTB-crs", "CZCDYD-crs"],
    "2 图层、字段、类型、长度、必填、值域": [
        "DLTB-layer", "DLTB-DLBM-present", "DLTB-TBMJ-type", "DLTB-BSM-length", "DLTB-QSDWDM-required",
        "DLTB-QSXZ-domain", "DLTB-GDDB-range", "DLTB-KCXS-decimals",
    ],
    "3 权属和坐落单位代码 19 位": ["DLTB-QSDWDM-pattern", "DLTB-ZLDWDM-pattern"],
    "4 扣除": ["DLTB-KCDLBM-domain", "DLTB-KCDLBM-allowed_when", "DLTB-KCXS-range", "DLTB-KCXS-allowed_when"],
    "5 耕地类型、坡度": ["DLTB-GDLX-allowed_when", "DLTB-GDPDJB-allowed_when", "DLTB-GDPDJB-domain"],
    "6 线状地物宽度": ["DLTB-XZDWKD-allowed_when"],
    "7 面的拓扑": ["DLTB-T1", "DLTB-T2", "XZQ-T1", "CJDCQ-T1", "X-01", "X-02", "X-06", "DLTB-T5", "DLTB-T6"],
    "7 界线的拓扑": [f"{layer}-T{n}" for layer in ("XZQJX", "CJDCQJX") for n in (1, 2, 3, 4, 6)],
    "8 城镇村": ["CZCDYD-T1", "CZCDYD-A1", "CZCDYD-A2", "X-07"],
    "9 细化与种植": [f"DLTB-A{n}" for n in range(20, 34)],
    "10 地类面积": ["DLTB-A10"],
    "标识码在县内唯一": ["X-08"],
    "年度变更": ["C-01", "C-02", "C-03"],
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_of_the_survey_is_a_rule_of_the_standard(check):
    assert [rule for rule in CHECKS[check] if rule not in RULES] == []
    assert all(RULES[rule].severity == "error" for rule in CHECKS[check])


@pytest.mark.parametrize("field", FARMLAND_ONLY)
@pytest.mark.parametrize(("land", "allowed"), [("0101", True), ("0103", True), ("0201K", False), ("1203", False)])
def test_deduction_and_slope_stand_only_on_cultivated_land(field, land, allowed):
    text = SURVEY.entity("DLTB").fields[field].allowed_when
    assert Condition(text, ("DLBM",), SURVEY.codes).value({"DLBM": land}) is allowed


@pytest.mark.parametrize(
    ("kind", "code", "good"),
    [
        ("201", "3401230000000000000", True),
        ("202", "3401231000000000000", True),
        ("202", "3401231002010000000", False),
        ("203", "3401231002010000000", True),
        ("203A", "3401231000000000000", False),
        ("203", "3401231002010001000", False),
        ("205", "3401231002010000000", None),
    ],
)  # fmt: skip
def test_the_code_of_a_town_range_fits_its_kind(kind, code, good):
    row = {"CZCLX": kind, "CZCDM": code}
    verdicts = []
    for rule in ("CZCDYD-A1", "CZCDYD-A2"):
        when, then = (Condition(RULES[rule].params[key], ("CZCLX", "CZCDM"), SURVEY.codes) for key in ("if", "then"))
        if when.value(row):
            verdicts.append(then.value(row))
    assert verdicts == ([] if good is None else [good])


@pytest.mark.parametrize(
    ("land", "asked"),
    [("05H1", True), ("0508", True), ("0601", True), ("0603", True), ("0702", True), ("08H2A", True), ("0810A", True),
     ("09", True), ("1004", True), ("1005", True), ("1201", True), ("1003", False), ("1006", False), ("0101", False)],
)  # fmt: skip
def test_built_land_inside_a_town_range_must_carry_its_kind(land, asked):
    rule = RULES["X-07"]
    assert (rule.params["equals"], rule.params["empty"]) == ("CZCLX", "wrong")
    assert Condition(rule.params["where"], ("DLBM",), SURVEY.codes).value({"DLBM": land}) is asked


PLANTING = [
    # 地类, 细化, 种植属性, 触犯的规则
    ("0101", None, "LS", set()),
    ("0101", None, "JKHF", {"DLTB-A22"}),
    ("0103", "HDGD", "LYFL", set()),
    ("0103", "HDGD", "XG", {"DLTB-A21"}),
    ("0201", None, "GCHF", set()),
    ("0201", "LQYD", "JKHF", {"DLTB-A24"}),
    ("0202", "HDGD", None, {"DLTB-A23"}),
    ("0204K", None, "LS", {"DLTB-A25"}),
    ("0301K", None, "JKHF", set()),
    ("0305", "LQYD", None, {"DLTB-A26"}),
    ("0307", None, "XG", {"DLTB-A27"}),
    ("0404", "GCCD", "GCHF", set()),
    ("0404", "FQ", "JKHF", {"DLTB-A28", "DLTB-A29"}),
    ("1104A", None, "GCHF", set()),
    ("1104K", "HDGD", "LS", {"DLTB-A30", "DLTB-A31"}),
    ("0601", "HDGY", None, set()),
    ("0601", "FQ", "JKHF", {"DLTB-A20", "DLTB-A32"}),
    ("0602", "FQ", None, set()),
    ("1003", "HDGY", "LS", {"DLTB-A20", "DLTB-A33"}),
    ("0403K", None, "JKHF", {"DLTB-A20"}),
]


@pytest.mark.parametrize(("land", "refined", "planted", "broken"), PLANTING)
def test_refinement_and_planting_go_with_the_land_class(land, refined, planted, broken):
    row = {"DLBM": land, "TBXHDM": refined, "ZZSXDM": planted}
    names = tuple(row)
    found = set()
    for rule in CHECKS["9 细化与种植"]:
        when, then = (Condition(RULES[rule].params[key], names, SURVEY.codes) for key in ("if", "then"))
        if when.value(row) is True and then.value(row) is False:
            found.add(rule)
    assert found == broken
