"""Range functions (DMN 1.5, 10.3.4.7): relations of points and intervals; and `range` from text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ziyuan.base.feel import lexer, literals, numbers
from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.compare import order
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.values import Range, kind_name

_RANGE = re.compile(r"\s*([\[\](])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\s*", re.S)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CALLED = re.compile(r'(date and time|date|time|duration)\s*\(\s*"([^"]*)"\s*\)')


class _NoOrder(Exception):
    """Two ends that cannot be compared."""


def _compare(a: Any, b: Any) -> int:
    found = order(a, b)
    if found is None:
        raise _NoOrder(f"{kind_name(a)} 与 {kind_name(b)} 不能比较")
    return found


def _low(a: Range, b: Range) -> int:
    """Order of the lower ends: an included end lies before an excluded one; no end lies before all."""
    if a.start is None or b.start is None:
        return (a.start is not None) - (b.start is not None)
    return _compare(a.start, b.start) or b.start_included - a.start_included


def _high(a: Range, b: Range) -> int:
    """Order of the upper ends: an excluded end lies before an included one; no end lies after all."""
    if a.end is None or b.end is None:
        return (a.end is None) - (b.end is None)
    return _compare(a.end, b.end) or a.end_included - b.end_included


def _gap(a: Range, b: Range) -> int:
    """-1 when `a` ends before `b` begins, 0 when they only touch in one point, 1 when they share more."""
    if a.end is None or b.start is None:
        return 1
    found = _compare(a.end, b.start)
    if found:
        return found
    return 0 if a.end_included and b.start_included else -1


def _before(a: Range, b: Range) -> bool:
    return _gap(a, b) < 0


def _meets(a: Range, b: Range) -> bool:
    return a.end is not None and b.start is not None and _gap(a, b) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return _gap(a, b) >= 0 and _gap(b, a) >= 0


def _overlaps_before(a: Range, b: Range) -> bool:
    return _low(a, b) < 0 and _gap(a, b) >= 0 and _high(a, b) <= 0


def _finishes(a: Range, b: Range) -> bool:
    return _high(a, b) == 0 and _low(b, a) <= 0


def _starts(a: Range, b: Range) -> bool:
    return _low(a, b) == 0 and _high(a, b) <= 0


def _includes(a: Range, b: Range) -> bool:
    return _low(a, b) <= 0 and _high(b, a) <= 0


def _coincides(a: Range, b: Range) -> bool:
    return _low(a, b) == 0 and _high(a, b) == 0


def _point(value: Any) -> Range:
    return value if type(value) is Range else Range(value, value, True, True)


_FORMS = {
    ("any", "any"): (("point1", "point2"), ("point", "range"), ("range", "point"), ("range1", "range2")),
    ("any", "range"): (("point", "range"), ("range1", "range2")),
    ("range", "any"): (("range", "point"), ("range1", "range2")),
    ("range", "range"): (("range1", "range2"),),
    ("same", "same"): (("point1", "point2"), ("range1", "range2")),
}


def _define(name: str, holds: Callable[[Range, Range], bool], first: str, second: str) -> None:
    """`first` and `second` say what the arguments may be: ranges only, points too, or both the same."""

    def related(run: Run, span: Span, a: Any, b: Any) -> Any:
        if (type(a) is not Range and first == "range") or (type(b) is not Range and second == "range"):
            return run.why(span, "函数“{}”的参数应为区间", name)
        if first == "same" and (type(a) is Range) != (type(b) is Range):
            return run.why(span, "函数“{}”的参数应同为点或同为区间", name)
        try:
            return holds(_point(a), _point(b))
        except _NoOrder as unordered:
            return run.why(span, "{}", str(unordered))

    for one, other in _FORMS[(first, second)]:
        feel(f"{name}({one}: any, {other}: any)")(related)


for _entry in (
    ("before", _before, "any", "any"),
    ("after", lambda a, b: _before(b, a), "any", "any"),
    ("meets", _meets, "range", "range"),
    ("met by", lambda a, b: _meets(b, a), "range", "range"),
    ("overlaps", _overlaps, "range", "range"),
    ("overlaps before", _overlaps_before, "range", "range"),
    ("overlaps after", lambda a, b: _overlaps_before(b, a), "range", "range"),
    ("finishes", _finishes, "any", "range"),
    ("finished by", lambda a, b: _finishes(b, a), "range", "any"),
    ("includes", _includes, "range", "any"),
    ("during", lambda a, b: _includes(b, a), "any", "range"),
    ("starts", _starts, "any", "range"),
    ("started by", lambda a, b: _starts(b, a), "range", "any"),
    ("coincides", _coincides, "same", "same"),
):
    _define(*_entry)


@feel("range(from: string)")
def range_from(run: Run, span: Span, text: str) -> Any:
    found = _RANGE.fullmatch(text) if len(text) < 1000 else None
    if not found:
        return run.why(span, "“{}”不是区间，应写作 [1..10]", text[:40])
    opening, low, high, closing = found.groups()
    ends = [_end(low), _end(high)]
    if _BAD in ends or ends == [None, None]:
        return run.why(span, "区间的端点应为数字、文本、日期、时间或时段的字面值")
    start, end = ends
    included = (opening == "[", closing == "]")
    if (start is None and included[0]) or (end is None and included[1]):
        return run.why(span, "没有端点的一侧不能是闭的")
    if (start is not None and end is not None and (order(start, end) or 0) > 0) or _unlike(start, end):
        return run.why(span, "区间的起点应不大于终点")
    return Range(start, end, *included)


def _unlike(a: Any, b: Any) -> bool:
    return a is not None and b is not None and order(a, b) is None


_BAD: Any = object()


def _end(text: str) -> Any:
    """The value of a literal end; None for no end."""
    if not text:
        return None
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        return lexer.unescape(quoted[1])
    inner = _QUOTED.fullmatch(text[1:]) if text[0] == "@" else _CALLED.fullmatch(text)
    if inner:
        return literals.parse_any(inner[inner.lastindex or 1]) or _BAD
    found = numbers.literal(text)
    return _BAD if found is None else found
