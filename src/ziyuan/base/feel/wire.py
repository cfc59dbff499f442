"""FEEL values as JSON and back (the encoding of `ziyuan feel eval` and `ziyuan dmn eval`).

Numbers are JSON numbers where a reader with doubles gets the same decimal, else `{"@number": "…"}`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import literals, numbers
from ziyuan.base.feel.compare import order
from ziyuan.base.feel.run import Reason
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from ziyuan.base.feel.values import Function, Range

_LARGEST_WHOLE = 2**53
# What must not stand raw in a line: half a surrogate pair, and the line ends that some readers split at.
_LONE = re.compile("[\ud800-\udfff\u0085\u2028\u2029\x7f]")


class BadLine(ValueError):
    """A line or a value that is not in the encoding."""


def load(line: str) -> Any:
    """A JSON text with exact numbers."""
    try:
        return json.loads(line, parse_float=Decimal, parse_int=Decimal, parse_constant=_constant)
    except json.JSONDecodeError as bad:
        raise BadLine(f"不是有效的 JSON：第 {bad.pos + 1} 个字符处不合写法") from None
    except RecursionError:
        raise BadLine("JSON 嵌套过深") from None
    except (ValueError, ArithmeticError):
        raise BadLine("不是有效的 JSON：其中的数字无效") from None


def _constant(name: str) -> Any:
    raise ValueError(f"不允许 {name}")


def decode(value: Any) -> Any:
    """A FEEL value of its JSON form."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, body),) = value.items()
        reader = _READERS.get(key)
        if reader is not None:
            return reader(body)
    if any(key.startswith("@") for key in value):
        raise BadLine('以“@”开头的项应写成 {"@context": [[名, 值], …]}')
    return {key: decode(entry) for key, entry in value.items()}


def _number(value: Any) -> Decimal:
    found = numbers.number(value)
    if found is None:
        raise BadLine(f"不是有效的数字：{str(value)[:40]}")
    return found


def _written_number(body: Any) -> Decimal:
    found = numbers.literal(body) if isinstance(body, str) else body if isinstance(body, Decimal) else None
    if found is None:
        raise BadLine(f"不是有效的数字：{str(body)[:40]}")
    return _number(found)


def _temporal(parse: Callable[[str], Any], what: str) -> Callable[[Any], Any]:
    def read(body: Any) -> Any:
        found = parse(body) if isinstance(body, str) else None
        if found is None:
            raise BadLine(f"不是有效的{what}:{str(body)[:40]}")
        return found

    return read


def _range(body: Any) -> Range:
    if not isinstance(body, dict):
        raise BadLine('区间应为 {"start":…, "end":…, "startIncluded":…, "endIncluded":…}')
    start, end = decode(body.get("start")), decode(body.get("end"))
    flags = [body.get(name, False) for name in ("startIncluded", "endIncluded")]
    if not all(isinstance(flag, bool) for flag in flags):
        raise BadLine("“startIncluded”与“endIncluded”应为 true 或 false")
    both = start is not None and end is not None
    ends = [end for end in (start, end) if end is not None]
    if not ends or None in [order(end, end) for end in ends] or (both and order(start, end) is None):
        raise BadLine("区间的端点应为同一种可比较的值，至少有一端")
    return Range(start, end, flags[0] and start is not None, flags[1] and end is not None)


def _pairs(body: Any) -> dict[str, Any]:
    pairs: list[Any] = body if isinstance(body, list) else [None]
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
        raise BadLine("“@context”应为 [[名, 值], …]")
    if len({key for key, _ in pairs}) < len(pairs):
        raise BadLine("“@context”中有重复的名")
    return {key: decode(entry) for key, entry in pairs}


_READERS: dict[str, Callable[[Any], Any]] = {
    "@number": _written_number,
    "@date": _temporal(literals.parse_date, "日期"),
    "@time": _temporal(literals.parse_time, "时间"),
    "@datetime": _temporal(literals.parse_datetime, "日期时间"),
    "@duration": _temporal(literals.parse_duration, "时段"),
    "@range": _range,
    "@context": _pairs,
}


def encode(value: Any) -> Any:
    """The JSON form of a FEEL value; a Decimal inside stands for a JSON number (see `dump`)."""
    kind = type(value)
    if kind is Decimal:
        return _json_number(value)
    if kind is list:
        return [encode(item) for item in value]
    if kind is dict:
        if any(key.startswith("@") for key in value):
            return {"@context": [[key, encode(entry)] for key, entry in value.items()]}
        return {key: encode(entry) for key, entry in value.items()}
    writer = _WRITERS.get(kind)
    return writer(value) if writer else value


def _json_number(value: Decimal) -> Any:
    if abs(value) <= _LARGEST_WHOLE and value == value.to_integral_value():
        return int(value)
    double = float(value)
    if double in (float("inf"), float("-inf")) or Decimal(repr(double)) != value:
        return {"@number": numbers.text(value)}
    return double


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Date: lambda v: {"@date": literals.date_text(v)},
    Time: lambda v: {"@time": literals.time_text(v)},
    DateTime: lambda v: {"@datetime": literals.datetime_text(v)},
    YearsMonths: lambda v: {"@duration": literals.months_text(v)},
    DaysTime: lambda v: {"@duration": literals.days_text(v)},
    Function: lambda v: {"@function": v.name},
    Range: lambda v: {
        "@range": {
            "start": encode(v.start),
            "end": encode(v.end),
            "startIncluded": v.start_included,
            "endIncluded": v.end_included,
        }
    },
}


def dump(value: Any) -> str:
    """One line of JSON, Chinese as it is; half a surrogate pair, which no encoding can carry, is escaped."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return line if line.isprintable() else _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def reason(found: Reason | None, text: str) -> dict[str, Any]:
    """The reason of a null as the contract writes it."""
    told = found or Reason("表达式的值就是空值", 0, len(text))
    return {"message": told.message, "start": told.start, "end": told.end}


def moment(text: Any, name: str = "now") -> dt.datetime | None:
    """The moment that a line gives under `name`: ISO 8601 with offset or zone, or nothing."""
    if text is None:
        return None
    if isinstance(text, dict) and set(text) == {"@datetime"}:
        text = text["@datetime"]
    found = literals.parse_datetime(text) if isinstance(text, str) else None
    if found is None or not 1 <= found.date.year <= 9999:
        raise BadLine(f"{name} 应为日期时间，如 2024-02-29T10:00:00+08:00")
    from ziyuan.base.feel.values import plain

    moment: dt.datetime = plain(found)
    return moment
