"""A row condition gives one answer three ways: interpreter, Arrow kernel, SQL of the real PostgreSQL."""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.database import cluster
from ziyuan.base import feel
from ziyuan.base.feel.rows import CodeFunction, Column, OrElse, OutsideRows, RowCondition

COLUMNS = {
    "面积": Column("面积", "number", scale=2, precision=18, stored="double"),
    "系数": Column("系数", "number", scale=4, precision=8),
    "大数": Column("大数", "number", scale=6, precision=38),
    "户数": Column("户数", "number", scale=0, stored="integer"),
    "量": Column("量", "number", stored="double"),
    "地类": Column("地类", "text"),
    "名称": Column("名称", "text"),
    "日期": Column("日期", "date"),
    "可用": Column("可用", "boolean"),
}
PARENTS = {"01": None, "0101": "01", "0103": "01", "0103K": "0103", "02": None, "0201": "02", "00": None, "0602": "00"}


def heads(code: str | None) -> list[str]:
    found: list[str] = []
    while code in PARENTS:
        found.append(code)
        code = PARENTS[code]
    return found


FUNCTIONS = {
    "under": CodeFunction(lambda code, head: head in heads(code), "boolean", tuple(PARENTS), elsewhere=False),
    "top": CodeFunction(lambda code: (heads(code) or [None])[-1], "text", tuple(PARENTS)),
    "base": CodeFunction(
        lambda code: code[:-1] if code and code in PARENTS and code[-1] == "K" else code,
        "text",
        tuple(PARENTS),
        elsewhere="same",
    ),
    "or_zero": OrElse(0),
}
TYPES = {
    "面积": ("double precision", pa.float64()),
    "系数": ("numeric(8,4)", pa.decimal128(8, 4)),
    "大数": ("numeric(38,6)", pa.decimal128(38, 6)),
    "户数": ("integer", pa.int32()),
    "量": ("double precision", pa.float64()),
    "地类": ("text", pa.dictionary(pa.int32(), pa.string())),
    "名称": ("text", pa.string()),
    "日期": ("date", pa.date32()),
    "可用": ("boolean", pa.bool_()),
}


@pytest.fixture(scope="module")
def database() -> Iterator[psycopg.Connection[Any]]:
    server = cluster()
    if server is None:
        pytest.fail("没有测试数据库:请用 ./ziyuan test 运行(它会自行准备)。")
    extra = {"password": server["password"]} if server.get("password") else {}
    with psycopg.connect(
        host=server["host"], port=server["port"], user=server["superuser"], dbname="postgres", autocommit=True, **extra
    ) as link:
        columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in TYPES.items())
        link.execute(f"CREATE TEMP TABLE r (i integer, {columns})")  # type: ignore[arg-type]
        yield link


def three_ways(database: psycopg.Connection[Any], texts: list[str], rows: list[dict[str, Any]]) -> None:
    """All answers of all texts over all rows are equal."""
    conditions = [RowCondition(text, COLUMNS, FUNCTIONS) for text in texts]
    arrays = {name: pa.array([row[name] for row in rows], kind) for name, (_, kind) in TYPES.items()}
    database.execute("TRUNCATE r")
    places = ", ".join(["%s"] * (len(TYPES) + 1))
    held = [(i, *(row[name] for name in TYPES)) for i, row in enumerate(rows)]
    with database.cursor() as cursor:
        cursor.executemany(f"INSERT INTO r VALUES ({places})", held)  # type: ignore[arg-type]
    asked = ", ".join(condition.sql() for condition in conditions)
    found = database.execute(f"SELECT {asked} FROM r ORDER BY i").fetchall()  # type: ignore[arg-type]
    for place, condition in enumerate(conditions):
        by_row = [condition.of_row(row) for row in rows]
        by_arrow = [{1: True, 0: False, -1: None}[int(v)] for v in condition.of_arrow(arrays, len(rows))]
        by_sql = [line[place] for line in found]
        assert by_arrow == by_row, (condition.text, rows, by_arrow, by_row)
        assert by_sql == by_row, (condition.text, condition.sql(), rows, by_sql, by_row)


# -- rows and texts ------------------------------------------------------------------------------------

CODES = ["01", "0101", "0103", "0103K", "02", "0201", "0602", "9999", "K"]
WORDS = ["", "a", "甲", "甲乙", "abc", "土地", "𠀀b", "A%_", "it's", "\\d"]
decimals = st.integers(-(10**7), 10**7).map(lambda n: Decimal(n).scaleb(-4))
large = st.integers(-(10**37), 10**37).map(lambda n: Decimal(n).scaleb(-6))
doubles = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-10_000, 10_000).map(lambda n: n / 1000),  # ties at two decimals
    st.sampled_from([0.005, 1.005, -1.005, 2.675, 0.1 + 0.2, 1e-9, math.nan, math.inf, 1e17, 123456789012.345]),
)
row = st.fixed_dictionaries(
    {
        "面积": st.none() | doubles,
        "系数": st.none() | decimals,
        "大数": st.none() | large,
        "户数": st.none() | st.integers(-100, 100),
        "量": st.none() | doubles,
        "地类": st.none() | st.sampled_from(CODES),
        "名称": st.none() | st.sampled_from(WORDS),
        "日期": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)),
        "可用": st.none() | st.booleans(),
    }
)
quoted = st.sampled_from([*CODES, *WORDS]).map(lambda w: '"' + w.replace("\\", "\\\\") + '"')
figure = st.sampled_from(["0", "1", "2.5", "-3", "0.005", "1.005", "100", "0.0001", "12345678901234567890", "null", "1/3"])
day = st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)).map(lambda d: f'@"{d}"')
ORDER = ("=", "!=", "<", "<=", ">", ">=")


def numbers(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(st.sampled_from(["面积", "系数", "大数", "户数", "量"]), figure)
    if not depth:
        return leaf
    inner = numbers(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda n: f"abs({n})"),
        inner.map(lambda n: f"-({n})"),
        st.sampled_from(["面积", "系数", "户数"]).map(lambda n: f"or_zero({n})"),
        texts(0).map(lambda t: f"string length({t})"),
        st.tuples(
            st.sampled_from(["decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down"]),
            inner,
            st.integers(-2, 3),
        ).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(st.sampled_from(["可用", "面积 > 1", "名称 = null"]), inner, inner).map(
            lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"
        ),
    )


def texts(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(st.sampled_from(["地类", "名称"]), quoted)
    if not depth:
        return leaf
    inner = texts(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, inner).map(lambda p: f"({p[0]} + {p[1]})"),
        st.sampled_from(["top", "base"]).map(lambda f: f"{f}(地类)"),
        st.tuples(inner, st.sampled_from([1, 2, -1, -3, 0]), st.sampled_from([None, 1, 2])).map(
            lambda p: f"substring({p[0]}, {p[1]}{'' if p[2] is None else f', {p[2]}'})"
        ),
    )


def truths(depth: int) -> st.SearchStrategy[str]:
    bounds = st.tuples(figure.filter(lambda f: f != "null"), figure, st.sampled_from("[("), st.sampled_from("])"))
    leaf = st.one_of(
        st.sampled_from(["可用", "true", "null"]),
        st.tuples(numbers(1), st.sampled_from(ORDER), numbers(1)).map(" ".join),
        st.tuples(texts(1), st.sampled_from(ORDER), texts(1)).map(" ".join),
        st.tuples(st.just("日期"), st.sampled_from(ORDER), st.one_of(day, st.just("日期"), st.just("null"))).map(" ".join),
        st.tuples(st.sampled_from(["日期", "地类", "面积", "可用"]), st.sampled_from(("=", "!=", "<")), numbers(0)).map(" ".join),
        st.lists(quoted, min_size=1, max_size=4).map(lambda c: f"地类 in ({', '.join(c)})"),
        st.lists(st.one_of(quoted, st.just("null")), min_size=1, max_size=3).map(lambda c: f"名称 in [{', '.join(c)}]"),
        st.lists(figure, min_size=1, max_size=3).map(lambda c: f"面积 in ({', '.join(c)})"),
        st.tuples(numbers(0), bounds).map(lambda p: f"{p[0]} in {p[1][2]}{p[1][0]}..{p[1][1]}{p[1][3]}"),
        st.tuples(numbers(0), st.sampled_from(ORDER), figure).map(lambda p: f"{p[0]} in ({p[1]} {p[2]}, 5)"),
        st.tuples(numbers(0), numbers(0), numbers(0)).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
        st.tuples(day, day).map(lambda p: f"日期 in [{p[0]}..{p[1]}]"),
        st.tuples(st.sampled_from(["starts with", "ends with", "contains"]), texts(1), quoted).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"
        ),
        st.sampled_from(["01", "00", "0103", "x"]).map(lambda h: f'under(地类, "{h}")'),
        st.lists(quoted, max_size=3).map(lambda c: f"list contains([{', '.join(c)}], 名称)"),
    )
    if not depth:
        return leaf
    inner = truths(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda t: f"not({t})"),
        st.tuples(inner, inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
        st.tuples(numbers(1), inner).map(lambda p: f"({p[0]} and {p[1]})"),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(truths(2), min_size=1, max_size=6), st.lists(row, min_size=1, max_size=6))
def test_any_condition_over_any_rows_has_one_answer(database, texts, rows):
    three_ways(database, texts, rows)


# -- chosen ones, with answers worked out by hand ------------------------------------------------------

EMPTY: dict[str, Any] = dict.fromkeys(COLUMNS)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("面积 = 1.01", {"面积": 1.005}, True),  # a tie of the digits written goes away from zero
        ("面积 = -1.01", {"面积": -1.005}, True),
        ("面积 = 0.3", {"面积": 0.1 + 0.2}, True),
        ("量 = 0.3", {"量": 0.1 + 0.2}, False),  # a column without a scale is as it is
        ("面积 > 1", {"面积": math.nan}, None),
        ("面积 > 1", {"面积": math.inf}, None),
        ("面积 = null", {}, True),
        ("面积 = 1", {}, False),
        ("面积 != 1", {}, True),
        ("面积 > 1 or 可用", {"可用": True}, True),
        ("面积 > 1 and 可用", {"可用": False}, False),
        ("面积 > 1 or 可用", {"可用": False}, None),
        ("地类 in (\"01\", \"02\")", {}, False),
        ("面积 in [1..2]", {}, None),
        ("面积 in [1..2]", {"面积": 2.0}, True),
        ("面积 in [1..2)", {"面积": 2.0}, False),
        ('under(地类, "01")', {"地类": "0103K"}, True),
        ('under(地类, "01")', {"地类": "0201"}, False),
        ('under(地类, "01")', {}, False),
        ('top(地类) = "00"', {"地类": "0602"}, True),
        ('base(地类) = "0103"', {"地类": "0103K"}, True),
        ('base(地类) = "0999K"', {"地类": "0999K"}, True),
        ("or_zero(面积) + 1 = 1", {}, True),
        ("面积 / 系数 > 1", {"面积": 1.0, "系数": Decimal(0)}, None),
        ("户数 / 3 * 3 = 户数", {"户数": 1}, False),  # 34 digits: 0.999…9
        ("大数 * 大数 = 10000000000000000000000000000000000 * 大数 / 大数", {"大数": Decimal(10) ** 17}, True),
        ("名称 < \"𠀀\"", {"名称": "￿"}, True),  # by code point, not by UTF-16 unit or by the server's language
        ("名称 < \"a\"", {"名称": "Z"}, True),
        ("substring(名称, -2) = \"地利\"", {"名称": "土地利"}, True),
        ("string length(名称) = 2", {"名称": "𠀀b"}, True),
        ("contains(名称, \"%_\")", {"名称": "A%_"}, True),
        ("日期 >= @\"2024-02-29\"", {"日期": dt.date(2024, 2, 29)}, True),
        ("日期 in [@\"2024-01-01\"..@\"2024-12-31\"]", {"日期": dt.date(2025, 1, 1)}, False),
        ("面积 = \"1\"", {"面积": 1.0}, None),
        ("面积 = \"1\"", {}, False),
    ],
)  # fmt: skip
def test_chosen_answers(database, text, values, expected):
    rows = [EMPTY | values]
    three_ways(database, [text], rows)
    assert RowCondition(text, COLUMNS, FUNCTIONS).of_row(rows[0]) is expected


@pytest.mark.parametrize(
    "text",
    [
        "for x in [1] return x",
        "matches(名称, \"a\")",
        "面积 ** 2 > 1",
        "now() > @\"2024-01-01T00:00:00\"",
        "日期 + @\"P1D\" > @\"2024-01-01\"",
        "面积 in [户数..10]",
        "没有 > 1",
        "starts with(名称, 地类)",
        "名称 = \"\\u0000\"",
    ],
)  # fmt: skip
def test_what_lies_outside_the_subset_is_refused_with_its_place(text):
    with pytest.raises(OutsideRows) as refused:
        RowCondition(text, COLUMNS, FUNCTIONS)
    assert 0 <= refused.value.start < refused.value.end <= len(text)


def test_text_that_does_not_parse_is_a_syntax_error():
    with pytest.raises(feel.FeelSyntaxError):
        RowCondition("面积 >", COLUMNS)


def test_names_and_texts_of_an_attacker_stay_names_and_texts(database):
    evil = {'a"; DROP TABLE r; --': Column('a"; DROP TABLE r; --', "text")}
    name = 'a"; DROP TABLE r; --'
    condition = RowCondition("x = \"'; DROP TABLE r; --\"", {"x": evil[name]})
    asked = f"SELECT {condition.sql()} FROM (SELECT '''; DROP TABLE r; --'::text AS \"a\"\"; DROP TABLE r; --\") AS t"
    assert database.execute(asked).fetchone() == (True,)
    assert database.execute("SELECT to_regclass('r') IS NOT NULL").fetchone() == (True,)


def test_a_million_rows_take_less_time_than_the_interpreter_needs_for_a_twentieth():
    import time

    count = 1_000_000
    made = np.random.default_rng(1)
    arrays = {
        "面积": pa.array(made.uniform(0, 1000, count)),
        "地类": pa.array(made.choice(["0101", "0103", "0201"], count)).dictionary_encode(),
        "名称": pa.nulls(count, pa.string()),
    }
    condition = RowCondition('面积 > 500.5 and under(地类, "01") and 名称 = null', COLUMNS, FUNCTIONS)
    begun = time.process_time()
    found = condition.of_arrow(arrays, count)
    fast = time.process_time() - begun
    few = count // 20
    values = zip(arrays["面积"][:few].to_pylist(), arrays["地类"][:few].to_pylist(), strict=True)
    begun = time.process_time()
    slow = [condition.of_row({"面积": area, "地类": code, "名称": None}) for area, code in values]
    assert fast < time.process_time() - begun
    assert found[:few].tolist() == [int(bool(answer)) for answer in slow]
