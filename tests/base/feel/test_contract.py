"""The contract of `ziyuan feel eval`, sentence by sentence, over the real command in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ziyuan
from tests.base.feel.test_cases import FOLDER, lines
from ziyuan.base.feel import wire

SOURCE = str(Path(ziyuan.__file__).parents[1])
NOW = "2024-02-29T10:00:00+08:00"


def run(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`ziyuan feel …` as a script calls it."""
    return subprocess.run(
        [sys.executable, "-m", "ziyuan.site.cli", "feel", *words],
        input=given, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": SOURCE},
    )  # fmt: skip


def asked(*requests: Any) -> list[dict[str, Any]]:
    """The answers to requests (or to raw lines), one for each, in order."""
    raw = [r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() for r in requests]
    done = run("eval", given=b"\n".join(raw) + b"\n")
    assert done.returncode == 0
    assert done.stderr == b""
    answers = [json.loads(line) for line in done.stdout.decode().removesuffix("\n").split("\n")]
    assert len(answers) == len(raw)
    return answers


def one(text: str, **context: Any) -> dict[str, Any]:
    return asked({"expression": text, "context": context})[0]


def test_the_whole_collection_answers_the_same_over_the_command():
    cases, wanted = [], []
    for path in sorted(FOLDER.glob("*.txt")):
        for text, context, expected in lines(path.name):
            given = {"@context": [[key, wire.encode(value)] for key, value in context.items()]}
            if path.stem == "15-unary":
                value, _, tests = text.partition(" | ")
                known = {"limit": 10, "list": [1, 5]}
                cases.append({"unary": tests, "input": json.loads(value), "context": known, "now": NOW})
            else:
                cases.append({"expression": text, "context": given, "now": NOW})
            wanted.append((text, expected))
    for (text, expected), answer in zip(wanted, asked(*cases), strict=True):
        if expected == "error":
            assert set(answer) == {"error"}, text
            assert set(answer["error"]) == {"message", "start", "end"}
        else:
            assert answer["value"] == json.loads(expected), text
            assert ("reason" in answer) is (answer["value"] is None), text


def test_three_kinds_of_answer_in_order_and_nothing_else():
    found = asked(
        {"expression": "1 + 1"}, b"no json", {"expression": "1 +"}, {"expression": "x"}, b"", {"expression": "3"}
    )
    keys = [set(answer) for answer in found]
    assert keys == [{"value"}, {"error"}, {"error"}, {"value", "reason"}, {"error"}, {"value"}]
    assert set(found[3]["reason"]) == {"message", "start", "end"}


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b'"x"',
        b"\xff",
        b'{"expression":5}',
        b'{"unary":5,"input":1}',
        b'{"expression":"1","context":[]}',
        b'{"expression":"1","context":0}',
        b'{"expression":"1","now":"yesterday"}',
        b'{"expression":"1","now":20240229}',
        b'{"expression":"v","context":{"v":NaN}}',
        b'{"expression":"v","context":{"v":1e999999999}}',
        b'{"expression":"v","context":{"v":{"@date":"2023-02-29"}}}',
        b'{"expression":"v","context":{"v":{"@number":"1_0"}}}',
        b'{"expression":"v","context":{"v":{"@number":true}}}',
        b'{"expression":"v","context":{"v":{"@time":"25:00:00"}}}',
        b'{"expression":"v","context":{"v":{"@duration":"P1Y1D"}}}',
        b'{"expression":"v","context":{"v":{"@function":"abs"}}}',
        b'{"expression":"v","context":{"v":{"@x":1,"a":2}}}',
        b'{"expression":"v","context":{"v":{"@context":[["a",1],["a",2]]}}}',
        b'{"expression":"v","context":{"v":{"@context":[[1,2]]}}}',
        b'{"expression":"v","context":{"v":{"@range":{"start":1,"end":"a"}}}}',
        b'{"expression":"v","context":{"v":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_a_bad_line_is_an_error_and_the_next_line_is_answered(line):
    bad, good = asked(line, {"expression": "1"})
    assert set(bad["error"]) == {"message", "start", "end"}
    assert good == {"value": 1}


def test_an_exhausted_budget_is_an_error_with_its_place():
    loop, calls, text = asked(
        {"expression": "1 + count(for i in 1..100000000 return i)"},
        {"expression": "{f: function(n) f(n + 1), r: f(1)}.r"},
        {"expression": 'for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1]'},
    )
    assert loop["error"]["start"] == 10
    assert 0 <= calls["error"]["start"] < calls["error"]["end"]
    assert "error" in text


@pytest.mark.parametrize(
    "text",
    ["(" * 4000 + "1" + ")" * 4000, "[" * 4000, "-" * 4000 + "1", "1" + " + 1" * 20_000, "{a:" * 2000, "a." * 5000 + "a"],
    ids=lambda text: text[:6],
)
def test_deep_or_long_text_never_ends_the_process(text):
    bad, good = asked({"expression": text}, {"expression": "1"})
    assert set(bad) <= {"error", "value", "reason"}
    assert good == {"value": 1}


def test_now_is_the_lines_own_and_absent_without_it():
    with_now, day, without, no_day, zoned, again = asked(
        {"expression": "now()", "now": NOW},
        {"expression": "today()", "now": NOW},
        {"expression": "now()"},
        {"expression": "today()", "now": None},
        {"expression": "now()", "now": "2024-02-29T10:00:00@Asia/Shanghai"},
        {"expression": "now() = now() and today() = date(now())", "now": NOW},
    )
    assert with_now == {"value": {"@datetime": NOW}}
    assert day == {"value": {"@date": "2024-02-29"}}
    assert without["value"] is None
    assert "now" in without["reason"]["message"]
    assert no_day["value"] is None
    assert zoned == {"value": {"@datetime": "2024-02-29T10:00:00@Asia/Shanghai"}}
    assert again == {"value": True}


def test_an_unknown_name_is_null_with_a_reason_here_and_an_error_in_check():
    found = one("面积 + 1", 面=1)
    assert found["value"] is None
    assert "面积" in found["reason"]["message"]
    assert (found["reason"]["start"], found["reason"]["end"]) == (0, 2)
    done = run("check", "面积 + 1", "--name", "面")
    assert done.returncode == 1
    assert "面积" in done.stdout.decode()
    assert run("check", "面积 + 1", "--name", "面积").returncode == 0
    assert run("check").returncode == 2


def test_unary_tests_take_their_input_and_context():
    found = asked(
        {"unary": "< 5, limit", "input": 10, "context": {"limit": 10}},
        {"unary": "not(5)", "input": 5},
        {"unary": "> 5"},
        {"unary": "-", "input": None},
        {"unary": "? > 3", "input": 4},
        {"unary": "not(", "input": 4},
    )
    assert [answer.get("value") for answer in found] == [True, False, None, True, True, None]
    assert "reason" in found[2]
    assert "error" in found[5]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0.1", "0.1"),
        ("1e20", "1e+20"),
        ("9007199254740992", "9007199254740992"),
        ("9007199254740993", '{"@number":"9007199254740993"}'),
        ("0.1234567890123456789", '{"@number":"0.1234567890123456789"}'),
        ("1/3", '{"@number":"0.3333333333333333333333333333333333"}'),
        ("2/3", '{"@number":"0.6666666666666666666666666666666667"}'),
        ("10 ** 6144", '{"@number":"1E+6144"}'),
        ("1.50", "1.5"),
        ("-0.0", "0"),
        ("1e-6143", '{"@number":"1E-6143"}'),
    ],
)
def test_a_number_is_a_json_number_only_where_its_double_is_the_same_decimal(text, written):
    done = run("eval", given=json.dumps({"expression": text}).encode())
    assert done.stdout.decode() == f'{{"value":{written}}}\n'


def test_numbers_come_in_as_the_decimals_written():
    found = asked(
        b'{"expression":"a + b = 0.3","context":{"a":0.1,"b":0.2}}',
        b'{"expression":"a","context":{"a":1234567890.12345678901234567890123}}',
        b'{"expression":"a","context":{"a":12345678901234567890123456789012345}}',
        b'{"expression":"a","context":{"a":12345678901234567890123456789012355}}',
    )
    assert found[0] == {"value": True}
    assert found[1] == {"value": {"@number": "1234567890.12345678901234567890123"}}
    assert found[2] == {"value": {"@number": "12345678901234567890123456789012340"}}
    assert found[3] == {"value": {"@number": "12345678901234567890123456789012360"}}


@pytest.mark.parametrize(
    "value",
    [
        {"@date": "2024-02-29"},
        {"@date": "-0044-03-15"},
        {"@date": "12024-01-01"},
        {"@time": "10:00:00+08:00"},
        {"@time": "10:00:00@Europe/Paris"},
        {"@time": "10:00:00.123456789"},
        {"@datetime": "2024-02-29T10:00:00"},
        {"@datetime": "12024-02-29T10:00:00Z"},
        {"@duration": "P1Y2M"},
        {"@duration": "-P3DT4H"},
        {"@duration": "PT0S"},
        {"@duration": "P0M"},
        {"@range": {"start": {"@date": "2024-01-01"}, "end": None, "startIncluded": True, "endIncluded": False}},
        {"@range": {"start": None, "end": "m", "startIncluded": False, "endIncluded": True}},
        {"@context": [["@a", 1], ["b", {"@context": [["@c", [{"@date": "2024-01-01"}]]]}]]},
        {"@number": "0.1234567890123456789"},
        {"a": [1, True, None, "🐎"], "b c": {}},
    ],
)
def test_every_form_of_value_goes_in_and_comes_out_the_same(value):
    assert one("v", v=value) == {"value": value}


def test_durations_come_out_in_normal_form_and_open_ends_as_null():
    found = asked(
        {"expression": 'duration("P0Y26M")'},
        {"expression": 'duration("P2DT36H90M61S")'},
        {"expression": "(< 5)"},
        {"expression": "(>= 5)"},
        {"expression": "function(x) x + 1"},
        {"expression": "[abs]"},
        {"expression": '{"@a": 1}'},
    )
    assert [answer["value"] for answer in found] == [
        {"@duration": "P2Y2M"},
        {"@duration": "P3DT13H31M1S"},
        {"@range": {"start": None, "end": 5, "startIncluded": False, "endIncluded": False}},
        {"@range": {"start": 5, "end": None, "startIncluded": True, "endIncluded": False}},
        {"@function": "function(x) x + 1"},
        [{"@function": "abs"}],
        {"@context": [["@a", 1]]},
    ]


def test_places_count_characters_beyond_the_basic_plane_as_one():
    found = asked({"expression": '"🐎🐎" + 没有'}, {"expression": '"🐎" + )'})
    assert (found[0]["reason"]["start"], found[0]["reason"]["end"]) == (7, 9)
    assert found[1]["error"]["start"] == 6


def test_half_a_surrogate_pair_is_carried_without_harm():
    lone, after = asked(b'{"expression":"v","context":{"v":"\\ud83d"}}', {"expression": "1"})
    assert lone == {"value": "\ud83d"}
    assert after == {"value": 1}


def test_answers_come_as_lines_are_asked_not_at_the_end():
    with subprocess.Popen(
        [sys.executable, "-m", "ziyuan.site.cli", "feel", "eval"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": SOURCE},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for number in (1, 2):
            process.stdin.write(json.dumps({"expression": f"{number} + 1"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"value": number + 1}
        process.stdin.close()
