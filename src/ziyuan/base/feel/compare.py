"""Equality, order and membership, each three-valued: None where two values cannot be compared.

A local time and a zoned one are never equal; in `<` and `>` the local one takes the other's offset (table 54).
`<=` is `<` or `=`, so a local and a zoned reading of one clock are neither.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.temporal import NANO, Date, DateTime, DaysTime, Time, YearsMonths, offset_of
from ziyuan.base.feel.values import Function, Range, kind_name

_NATURAL = frozenset({Decimal, str, Date, YearsMonths, DaysTime})
_CLOCKED = frozenset({Time, DateTime})


def equal(a: Any, b: Any, run: Run, span: Span) -> bool | None:
    kind = type(a)
    if kind is not type(b):
        if a is None or b is None:
            return False
        return run.why(span, "不同类型的值不能比较：{} 与 {}", kind_name(a), kind_name(b))
    if kind is list:
        return _equal_lists(a, b, run, span)
    if kind is dict:
        return _equal_contexts(a, b, run, span)
    if kind in _CLOCKED:
        return (_zone(a) is None) == (_zone(b) is None) and a.utc_nanos() == b.utc_nanos()
    if kind is Function:
        return a is b or (a.made_of is not None and a.made_of == b.made_of)
    if kind is Range:
        return _equal_ranges(a, b, run, span)
    return a == b


def _equal_lists(a: list[Any], b: list[Any], run: Run, span: Span) -> bool | None:
    if len(a) != len(b):
        return False
    run.spend(len(a) + 4, span)
    return every(equal(x, y, run, span) for x, y in zip(a, b, strict=True))


def _equal_contexts(a: dict[str, Any], b: dict[str, Any], run: Run, span: Span) -> bool | None:
    if a.keys() != b.keys():
        return False
    run.spend(len(a) + 4, span)
    return every(equal(value, b[key], run, span) for key, value in a.items())


def _equal_ranges(a: Range, b: Range, run: Run, span: Span) -> bool | None:
    if a[2:] != b[2:]:
        return False
    return every((equal(a.start, b.start, run, span), equal(a.end, b.end, run, span)))


def every(answers: Any) -> bool | None:
    """Three-valued `and`; stops at the first false."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            result = None
    return result


def some(answers: Any) -> bool | None:
    """Three-valued `or`; stops at the first true."""
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        if answer is not False:
            result = None
    return result


def _zone(moment: Any) -> Any:
    return moment.zone if type(moment) is Time else moment.time.zone


def _clock_order(a: Any, b: Any) -> int:
    """By instants; a local value takes the offset of the other one."""
    if (_zone(a) is None) == (_zone(b) is None):
        x, y = a.utc_nanos(), b.utc_nanos()
    elif _zone(a) is None:
        x, y = a.utc_nanos() - _offset_nanos(b), b.utc_nanos()
    else:
        x, y = a.utc_nanos(), b.utc_nanos() - _offset_nanos(a)
    return (x > y) - (x < y)


def _offset_nanos(moment: Any) -> int:
    found = offset_of(moment.zone, None, moment.seconds) if type(moment) is Time else moment.offset()
    return (found or 0) * NANO


def order(a: Any, b: Any) -> int | None:
    """-1, 0, 1; None when the two have no order."""
    kind = type(a)
    if kind is not type(b):
        return None
    if kind in _NATURAL:
        return (a > b) - (a < b)
    return _clock_order(a, b) if kind in _CLOCKED else None


_HOLDS = {
    "<": lambda o: o < 0,
    "<=": lambda o: o <= 0,
    ">": lambda o: o > 0,
    ">=": lambda o: o >= 0,
}


def relation(op: str, a: Any, b: Any, run: Run, span: Span) -> bool | None:
    """`a op b` for any of the six comparisons."""
    if op == "=":
        return equal(a, b, run, span)
    if op == "!=":
        same = equal(a, b, run, span)
        return None if same is None else not same
    found = order(a, b)
    if found is None:
        return run.why_of((a, b), span, "{} 与 {} 不能比较大小", kind_name(a), kind_name(b))
    if found == 0 and type(a) in _CLOCKED and op in ("<=", ">="):
        return equal(a, b, run, span)
    return _HOLDS[op](found)


def contains(span_of: Range, value: Any, run: Run, span: Span) -> bool | None:
    """Whether the value lies in the range; null where it cannot be compared with an end."""
    above = below = True
    if span_of.start is not None:
        low = order(value, span_of.start)
        if low is None:
            return run.why(span, "{} 与区间的 {} 不能比较", kind_name(value), kind_name(span_of.start))
        above = low > 0 or (low == 0 and span_of.start_included and equal(value, span_of.start, run, span) is True)
    if span_of.end is not None:
        high = order(value, span_of.end)
        if high is None:
            return run.why(span, "{} 与区间的 {} 不能比较", kind_name(value), kind_name(span_of.end))
        below = high < 0 or (high == 0 and span_of.end_included and equal(value, span_of.end, run, span) is True)
    return above and below


def matches(value: Any, test: Any, run: Run, span: Span) -> bool | None:
    """`value in test`: equal to it, in its range, or one of the things its list holds."""
    kind = type(test)
    if kind is Range:
        if type(value) is Range:
            return equal(value, test, run, span)
        return contains(test, value, run, span)
    if kind is list:
        run.spend(len(test), span)
        if type(value) is list and equal(value, test, run, span):
            return True
        return some(_one_of(value, item, run, span) for item in test)
    return equal(value, test, run, span)


def _one_of(value: Any, item: Any, run: Run, span: Span) -> bool | None:
    if type(item) is Range and type(value) is not Range:
        return contains(item, value, run, span)
    if type(item) is list and type(value) is not list:
        return matches(value, item, run, span)
    return equal(value, item, run, span)
