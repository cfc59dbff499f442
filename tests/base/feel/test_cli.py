"""`ziyuan feel eval`: one JSON line out for each line in, in order."""

import json
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from ziyuan.base.feel.cli import commands


def answers(*requests: object) -> list[dict[str, object]]:
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in requests]
    result = CliRunner().invoke(commands, ["eval"], input="\n".join(lines) + "\n")
    assert result.exit_code == 0
    return [json.loads(line) for line in result.output.splitlines()]


def test_every_line_is_answered_in_order_whatever_the_one_before_was():
    found = answers(
        {"expression": "1+1"}, "no json", {"expression": "1 +"}, {"expression": "x"}, {"expression": "3"}
    )
    assert [sorted(answer) for answer in found] == [
        ["value"],
        ["error"],
        ["error"],
        ["reason", "value"],
        ["value"],
    ]
    assert found[-1] == {"value": 3}


def test_an_error_is_only_for_text_that_does_not_parse_a_spent_budget_or_a_bad_line():
    syntax, budget, unknown = answers(
        {"expression": "1 + + "}, {"expression": "for i in 1..100000000 return i"}, {"expression": "面积 > 1"}
    )
    assert syntax["error"]["start"] == 4
    assert "步数" in budget["error"]["message"]
    assert unknown["value"] is None
    assert {"message", "start", "end"} == set(unknown["reason"])


def test_without_now_the_day_is_null_with_a_reason():
    found = answers(
        {"expression": "today()"},
        {"expression": "today()", "now": "2024-02-29T10:00:00+08:00"},
        {"expression": "1", "now": "x"},
    )
    assert found[0]["value"] is None
    assert "now" in found[0]["reason"]["message"]
    assert found[1] == {"value": {"@date": "2024-02-29"}}
    assert "now" in found[2]["error"]["message"]


def test_unary_tests_take_input_and_context():
    found = answers(
        {"unary": "< 5, limit", "input": 10, "context": {"limit": 10}},
        {"unary": "not(5)", "input": 5},
        {"unary": "< 5", "input": None},
        {"unary": "-", "input": None},
    )
    assert [answer["value"] for answer in found] == [True, False, None, True]


def test_numbers_that_a_double_cannot_hold_are_marked():
    line = '{"expression":"a + 0","context":{"a":0.1234567890123456789012345678901234}}'
    exact, third, big = answers(line, {"expression": "1/3"}, {"expression": "2**53 + 1"})
    assert exact == {"value": {"@number": "0.1234567890123456789012345678901234"}}
    assert third == {"value": {"@number": "0.3333333333333333333333333333333333"}}
    assert big == {"value": {"@number": "9007199254740993"}}


@pytest.mark.parametrize(
    "value",
    [
        {"@date": "2024-02-29"},
        {"@time": "10:00:00+08:00"},
        {"@datetime": "2024-02-29T10:00:00@Asia/Shanghai"},
        {"@duration": "P1Y2M"},
        {"@duration": "-P3DT4H"},
        {"@range": {"start": 1, "end": None, "startIncluded": True, "endIncluded": False}},
        {"@context": [["@a", 1], ["b", {"@date": "2024-01-01"}]]},
        {"@number": "0.12345678901234567890"},
        [1, [True, None], {"a": "文"}],
    ],
)
def test_a_value_given_comes_back_in_the_same_form(value):
    (found,) = answers({"expression": "v", "context": {"v": value}})
    expected = (
        {"@number": "0.1234567890123456789"} if value == {"@number": "0.12345678901234567890"} else value
    )
    assert found == {"value": expected}


@pytest.mark.parametrize(
    "value",
    [{"@date": "2023-02-29"}, {"@nope": 1, "@x": 2}, {"@number": "x"}, {"@duration": 5}, {"@range": 1}],
)
def test_a_value_that_is_not_in_the_encoding_is_a_bad_line(value):
    (found,) = answers({"expression": "v", "context": {"v": value}})
    assert "error" in found


def test_names_of_the_context_at_any_depth_may_hold_blanks():
    (found,) = answers({"expression": "项目 甲.用地 面积 + 1", "context": {"项目 甲": {"用地 面积": 4}}})
    assert found == {"value": 5}


def test_the_check_command_tells_each_fault_and_fails():
    runner = CliRunner()
    assert runner.invoke(commands, ["check", "area > 1", "--name", "area"]).exit_code == 0
    bad = runner.invoke(commands, ["check", "aera > 1", "--name", "area"])
    assert bad.exit_code == 1
    assert "area" in bad.output


def test_the_first_line_is_answered_at_once():
    code = "from ziyuan.base.feel.cli import commands; commands()"
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, "eval"],
        input='{"expression":"1+1"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == '{"value":2}\n'
    assert (
        time.perf_counter() - begun < 5
    )  # the bar of 0.5 s is measured in bench; here only that nothing heavy loads
    modules = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.argv=['x','--help']\ntry:\n {code}\nexcept SystemExit: pass\n"
            "print([m for m in ('django','shapely','numpy','pyarrow') if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert modules.stdout.strip().endswith("[]")
