"""FEEL cases written from the DMN 1.5 specification, by chapter (files in `cases/`).

A line is `expression ==> JSON` in the encoding of `ziyuan feel eval`; `with {...}` sets the context of the
lines after it, `==> error` stands for text that does not parse. In the chapter on unary tests the value stands
before a bar.
"""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ziyuan.base import feel
from ziyuan.base.feel import wire

FOLDER = Path(__file__).parent / "cases"
NOW = dt.datetime(2024, 2, 29, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def lines(name: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    context: dict[str, Any] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("with "):
            context = wire.decode(wire.load(line[5:]))
        elif line and not line.startswith("#"):
            text, _, expected = line.rpartition(" ==> ")
            yield text, context, expected


def expressions() -> list[Any]:
    return [
        pytest.param(text, context, expected, id=f"{path.stem[:2]} {text}")
        for path in sorted(FOLDER.glob("*.txt"))
        if path.stem != "15-unary"
        for text, context, expected in lines(path.name)
    ]


@pytest.mark.parametrize(("text", "context", "expected"), expressions())
def test_expression_has_the_value_the_specification_gives(text, context, expected):
    members = feel.member_names(context)
    if expected == "error":
        with pytest.raises(feel.FeelSyntaxError) as refused:
            feel.compile(text, context, members=members)
        assert 0 <= refused.value.start <= refused.value.end <= len(text)
        return
    result = feel.compile(text, context, members=members).inner(context, NOW)
    assert wire.encode(result.value) == json.loads(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(t, e, id=t) for t, _, e in lines("15-unary.txt")]
)
def test_unary_tests_answer_as_the_specification_says(text, expected):
    value, _, tests = text.partition(" | ")
    context = feel.adopt({"limit": 10, "list": [1, 5]})
    answer = feel.unary(tests, context)(wire.decode(wire.load(value)), context, NOW)
    assert answer is json.loads(expected)


def test_the_examples_of_the_handbook_are_true():
    page = (Path(__file__).parents[3] / "docs" / "feel.md").read_text(encoding="utf-8")
    examples = page.partition("```feel\n")[2].partition("```")[0].splitlines()
    assert len(examples) > 10
    for line in examples:
        text, _, expected = line.rpartition(" ==> ")
        assert wire.encode(feel.compile(text).inner({}, NOW).value) == json.loads(expected), text


def test_the_collection_covers_every_chapter_without_a_case_told_twice():
    cases = {path.stem: list(lines(path.name)) for path in FOLDER.glob("*.txt")}
    keys = [(stem, text, json.dumps(wire.encode(context))) for stem, found in cases.items() for text, context, _ in found]
    assert len(set(keys)) >= 1_900
    assert min(map(len, cases.values())) > 25
