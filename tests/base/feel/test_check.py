"""`check` places every fault and names the nearest known name; texts people type are understood as meant."""

import pytest

from ziyuan.base import feel

NAMES = {"area", "用地面积", "项目 名称", "kind"}


def only(text: str, **more: object) -> feel.Problem:
    problems = feel.check(text, NAMES, **more)
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    "text",
    [
        "area > 10 and 用地面积 < 5",
        '项目 名称 = "x"',
        "for x in [1,2] return x + area",
        "some x in [area] satisfies x > 1",
        "{a: 1, b: a + area}",
        "function(n) n * area",
        "[1,2][item > area]",
        "substring(kind, 1, 2)",
        "sum([1,2])",
        'matches(input: kind, pattern: "^01")',
    ],
)
def test_a_good_text_has_no_problem(text):
    assert feel.check(text, NAMES) == []


def test_an_unknown_name_is_told_with_its_place_and_the_nearest_known():
    problem = only("area > 1 and 用地面職 > 2")
    assert (problem.start, problem.end) == (13, 17)
    assert problem.nearest == "用地面积"
    assert "用地面職" in problem.message


def test_names_inside_a_filter_may_be_entries_of_the_item():
    assert feel.check("[{v: 1}][v > 1 and w = 2]", NAMES) == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("area > 10\uff0c", 9, "半角“,”"),
        ("area \uff1e10", 5, "半角“>”"),
        ("\uff08area > 1)", 0, "半角“(”"),
        ("kind = “A”", 7, '半角“"”'),
        ("area == 1", 6, "相等用一个“=”"),
        ("area = 1 && kind = 2", 9, "and"),
        ("area = 1 || kind = 2", 9, "or"),
        ("!area", 0, "not"),
        ("kind = 'A'", 7, "双引号"),
        ('kind = "A', 7, "结尾的双引号"),
        ("area >", 6, "不完整"),
        ("", 0, "是空的"),
        ("   ", 3, "是空的"),
        ("(area", 5, "应为“)”"),
        ("area)", 4, "多余的“)”"),
        ("[1, 2", 5, "应为“]”"),
        ("if area then 1", 14, "else"),
        ("for x in [1] 2", 13, "return"),
        ("some x in [1]", 13, "satisfies"),
        ("area between 1", 14, "and"),
        ("{a 1}", 1, "名称"),
        ("{a: 1 b: 2}", 6, "“,”"),
        ("area.", 5, "名称"),
        ("@5", 1, "双引号"),
        ("1 in ", 5, "不完整"),
        ("and area", 0, "“and”之前"),
        ("function(x) external {java: {}}", 12, "外部函数"),
        ("abs(1, n: 2)", 10, "不能混用"),
        ("area 1", 5, "在此应当结束"),
        ("function(a, a) a", 15, "重复"),
        ("1 instance number", 11, "of"),
        ("[1..", 4, "不完整"),
        ("]1, 2", 2, "区间"),
        ('"\\UFFFFFF"', 0, "Unicode"),
    ],
)
def test_a_fault_of_syntax_is_placed_and_says_what_to_write(text, place, message):
    problem = feel.check(text, NAMES)[0]
    assert message in problem.message
    assert problem.start == place


def test_wrong_arguments_of_a_function_are_answered_with_the_right_forms():
    assert "substring(string, start position, length)" in only("substring(kind)").message
    assert "decimal(n, scale)" in only("decimal(number: 1, scale: 2)").message


def test_an_unknown_function_is_an_unknown_name():
    assert only("substrin(kind, 1)").nearest == "substring"


def test_an_unknown_type_and_an_impossible_date_are_faults_before_any_run():
    assert only("area instance of numbr").nearest == "number"
    assert "有效" in only('area > @"2023-02-29"').message


def test_unary_tests_know_the_question_mark():
    assert feel.check("? > area, < 5", NAMES, unary=True) == []
    assert only("? > aera", unary=True).nearest == "area"


def test_functions_of_the_caller_are_known():
    assert feel.check('under(kind, "01")', NAMES, {"under": lambda code, root: True}) == []


def test_a_syntax_error_shows_the_piece_of_text_it_means():
    with pytest.raises(feel.FeelSyntaxError) as bad:
        feel.compile("area \uff1e10")
    assert bad.value.code == "ZY-FEL-001"
    assert "第 6 个字符(“\uff1e”)" in bad.value.message
    assert bad.value.facts["start"] == 5


def test_the_place_of_a_wrong_type_and_of_a_number_too_large_is_the_whole_of_it():
    text = "1e7000 > 1 and a instance of nosuch"
    found = [(text[p.start : p.end], p.message) for p in feel.check(text, ["a"])]
    assert found == [("1e7000", "数字超出范围"), ("a instance of nosuch", "不认识的类型“nosuch”")]
