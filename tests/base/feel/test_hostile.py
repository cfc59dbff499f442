"""Hostile rule text ends in a located error or a value within its budget, and never harms the process."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base import feel

SECONDS = 5.0


def outcome(text: str, context: dict[str, object] | None = None) -> object:
    """The value of a text, or the error it ends in, which must have its place in the text."""
    begun = time.process_time()
    try:
        result: object = feel.compile(text)(context or {})
    except feel.FeelError as bad:
        assert 0 <= bad.start <= bad.end <= len(text)
        assert bad.bare
        result = bad
    assert time.process_time() - begun < SECONDS
    return result


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "-" * 5000 + "1",
        "not(" * 3000 + "true" + ")" * 3000,
        "{a:" * 3000 + "1" + "}" * 3000,
        "if true then " * 3000 + "1",
        "[1.." * 100 + "2" + "]" * 100,
        "function(x) " * 2000 + "x",
        "1 instance of " + "list<" * 3000 + "number" + ">" * 3000,
        "a" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_deep_or_endless_text_is_refused_while_reading(text):
    assert isinstance(outcome(text), feel.FeelSyntaxError)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000000000 return i",
        "for i in 1..100000, j in 1..100000 return 1",
        "some i in 1..1000000000 satisfies i < 0",
        "every i in 1..1000000000 satisfies i > 0",
        'for i in 1..100 return if i = 1 then "ab" else partial[-1] + partial[-1]',
        "for i in 1..64 return if i = 1 then [1,1] else concatenate(partial[-1], partial[-1])",
        "count(flatten(for i in 1..40 return if i = 1 then [1,1] else [partial[-1], partial[-1]]))",
        "string(for i in 1..40 return if i = 1 then [1,1] else [partial[-1], partial[-1]])",
        "(function(f) f(f))(function(f) f(f))",
        "(function(f) f(f))(function(f) [f(f), f(f)])",
        "[for i in 1..40 return if i = 1 then [1,1] else [partial[-1], partial[-1]]]"
        " = [for i in 1..40 return if i = 1 then [1,1] else [partial[-1], partial[-1]]]",
        "for i in 1..100000 return count(partial)",
        "sort(for i in 1..200000 return -i, function(a, b) a < b)",
        'matches(string join(for i in 1..40000 return "a"), "(a*)*(a*)*(a*)*b")',
    ],
)
def test_endless_work_ends_in_the_budget_error(text):
    assert isinstance(outcome(text), feel.FeelBudgetError)


@pytest.mark.parametrize(
    "text",
    [
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a|aa)+$")',
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(.*)*$")',
        'matches("x", "((((((((((a{1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9})")',
        "9e6144 ** 9e6144",
        "2 ** 1e6144",
        "exp(1e6000)",
        "decimal(1e6000, 6000)",
        "modulo(1e6144, 3)",
        'duration("P' + "9" * 40 + 'Y")',
        '@"P1Y" * 1e6000',
        "[1,2,3][1e6000]",
        'substring("abc", 1e6000)',
        "1 / 1e-6143 / 1e-6143",
    ],
)
def test_catastrophic_values_are_answered_at_once(text):
    assert not isinstance(outcome(text), feel.FeelSyntaxError)


def test_a_chain_of_operators_or_cases_has_its_value_however_long_it_is():
    assert outcome("1" + "+1" * 40_000) == 40_001
    assert outcome("100000" + " - 1" * 999) == 99_001
    assert outcome("2" + " * 1" * 998 + " = 2") is True
    assert outcome('"a"' + '+"a"' * 2000) == "a" * 2001
    assert outcome(" and ".join(["true"] * 10_000)) is True
    assert outcome("if false then 1 else " * 3000 + "2") == 2
    assert outcome("".join(f"if a = {n} then {n * n} else " for n in range(500)) + "null", {"a": 321}) == 103_041
    assert feel.check("if false then a else " * 3000 + "a + " * 2000 + "b", ["a"])[0].message.startswith("没有名为“b”")


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..40 return if i = 1 then [1,1] else [partial[-1], partial[-1]]",
        "{" + "a0: [1]" + "".join(f", a{n + 1}: [a{n}, a{n}]" for n in range(40)) + "}",
        "for i in 1..10000 return s",
    ],
)
def test_a_result_of_shared_parts_that_no_reader_could_bear_ends_in_the_budget_error(text):
    refused = outcome(text, {"s": "x" * 1_000_000})
    assert isinstance(refused, feel.FeelBudgetError)
    assert refused.bare == "结果过大，本次求值已停止"


def test_a_type_as_deep_as_a_list_of_shared_parts_ends_in_the_budget_error():
    shared = "{" + "a0: [1]" + "".join(f", a{n + 1}: [a{n}, a{n}]" for n in range(40))
    kind = "list<" * 41 + "number" + ">" * 41
    assert isinstance(outcome(f"{shared}, r: a40 instance of {kind}}}.r"), feel.FeelBudgetError)
    assert isinstance(outcome(f"{shared}, f: function(x: {kind}) 1, r: f(a40)}}.r"), feel.FeelBudgetError)


def test_sixty_thousand_names_of_two_words_are_known_within_a_second():
    names = {f"k {n}": n for n in range(60_000)}
    begun = time.process_time()
    assert feel.evaluate("k 59999 + 1", names) == 60_000
    assert time.process_time() - begun < 1.5


def test_an_evaluation_can_be_given_fewer_steps():
    with pytest.raises(feel.FeelBudgetError) as bad:
        feel.compile("1 + count(for i in 1..1000 return i)").explain({}, steps=100)
    assert "步数" in bad.value.bare
    assert bad.value.text[bad.value.start : bad.value.end] == "for i in 1..1000 return i"


ALPHABET = [
    "1",
    "a",
    '"s"',
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "..",
    ".",
    ",",
    ":",
    "+",
    "-",
    "*",
    "/",
    "**",
    "<",
    "=",
]
WORDS = [
    " and ",
    " or ",
    " if ",
    " then ",
    " else ",
    " for ",
    " in ",
    " return ",
    " some ",
    " satisfies ",
    " not",
    "@",
]


@given(st.lists(st.sampled_from(ALPHABET + WORDS), max_size=30).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_row_of_tokens_is_a_value_or_a_located_error(text):
    outcome(text, {"a": 1})


@given(st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_value_or_a_located_error(text):
    outcome(text, {"a": 1})


@given(st.text(alphabet="ab()[]{}*+?|\\^$.-,123dwp", max_size=20), st.text(alphabet="ab1", max_size=30))
@settings(max_examples=500, deadline=None)
def test_any_pattern_is_an_answer_or_null(pattern, text):
    result = feel.compile("matches(t, p)").explain({"t": text, "p": pattern})
    assert result.value in (True, False) or result.reason is not None
