"""The quick answer about a form is the answer of the general validator, or there is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ziyuan.workflow.forms import acceptance

LIMIT = st.integers(-2, 3) | st.sampled_from([0.5, 1.0])
WORD = st.one_of(
    st.tuples(st.just("type"), st.sampled_from(["string", "number", "integer", "boolean"])),
    st.tuples(st.just("enum"), st.lists(st.sampled_from(["a", "b", "1"]), min_size=1)),
    st.tuples(st.just("pattern"), st.sampled_from(["^a", "1$", "."])),
    st.tuples(st.sampled_from(["minLength", "maxLength"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), LIMIT),
    st.tuples(st.sampled_from(["title", "unit", "format"]), st.just("phone")),
)
NAMES = st.sampled_from(["x", "y", "z"])
VALUE = st.one_of(
    st.text("ab1", max_size=4), st.integers(-3, 4), st.booleans(), st.none(),
    st.sampled_from([0.5, 2.0, float("nan"), Decimal("1.0")]),
)
SCHEMA = st.fixed_dictionaries(
    {"type": st.just("object"), "properties": st.dictionaries(NAMES, st.lists(WORD, max_size=4).map(dict))},
    optional={"required": st.lists(NAMES, unique=True), "additionalProperties": st.booleans()},
)


@given(SCHEMA, st.dictionaries(NAMES, VALUE))
def test_what_is_accepted_is_what_the_general_validator_accepts(schema, values):
    holds = acceptance.of(schema)
    assert holds is not None
    right = not list(Draft202012Validator(schema).iter_errors(values))
    if holds(values) != right:
        assert right and any(value != value for value in values.values()), "only about what is no number may it be too careful"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"x": {"const": 1}}},
        {"type": "object", "properties": {"x": {"enum": [1, "a"]}}},
        {"type": "object", "properties": {"x": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"x": True}},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {}, "allOf": [{"required": ["x"]}]},
        {"properties": {}},
    ],
)
def test_about_a_schema_with_another_word_nothing_is_said(schema):
    assert acceptance.of(schema) is None
