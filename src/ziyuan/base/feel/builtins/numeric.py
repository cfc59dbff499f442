"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.numbers import CONTEXT, WIDE, as_int, finite
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.temporal import DaysTime, YearsMonths
from ziyuan.base.feel.values import kind_name

_LARGEST_SCALE, _SMALLEST_SCALE = 6176, -6111


def _rounded(run: Run, span: Span, n: Decimal, scale: Decimal | None, rounding: str) -> Any:
    places = 0 if scale is None else as_int(scale.to_integral_value(rounding="ROUND_DOWN"))
    if places is None or not _SMALLEST_SCALE <= places <= _LARGEST_SCALE:
        return run.why(span, "小数位数应在 {} 到 {} 之间", _SMALLEST_SCALE, _LARGEST_SCALE)
    return rounded(n, places, rounding)


def rounded(n: Decimal, places: int, rounding: str) -> Decimal:
    """The number at so many decimals; never a negative zero."""
    if -n.as_tuple().exponent <= places:  # type: ignore[operator]
        return n
    result = n.quantize(Decimal(1).scaleb(-places, WIDE), rounding=rounding, context=WIDE)
    result = CONTEXT.plus(result)
    return result if result or not result.is_signed() else result.copy_abs()


def _define(name: str, rounding: str, required: bool) -> None:
    optional = "" if required else " = "

    @feel(f"{name}(n: number, scale: number{optional})")
    def to_scale(run: Run, span: Span, n: Decimal, scale: Decimal | None = None) -> Any:
        return _rounded(run, span, n, scale, rounding)


ROUNDINGS = {
    "decimal": decimal.ROUND_HALF_EVEN,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
}
for _name, _rounding in ROUNDINGS.items():
    _define(_name, _rounding, _name not in ("floor", "ceiling"))


@feel("abs(n: any)")
def absolute(run: Run, span: Span, n: Any) -> Any:
    value = n[0] if type(n) is list and len(n) == 1 else n
    if type(value) is Decimal:
        return value.copy_abs()
    if type(value) is YearsMonths:
        return YearsMonths(abs(value.months))
    if type(value) is DaysTime:
        return DaysTime(abs(value.nanos))
    return run.why(span, "参数“n”应为数字或时段，得到{}", kind_name(n))


@feel("modulo(dividend: number, divisor: number)")
def modulo(run: Run, span: Span, dividend: Decimal, divisor: Decimal) -> Any:
    """dividend − divisor · floor(dividend / divisor): the sign is the divisor's."""
    if not divisor:
        return run.why(span, "除数为零")
    rest = WIDE.remainder(dividend, divisor)
    if not rest.is_finite():
        return run.why(span, "结果超出范围")
    if rest and (rest < 0) != (divisor < 0):
        rest = WIDE.add(rest, divisor)
    rest = CONTEXT.plus(rest)
    return rest if rest else rest.copy_abs()


def _function(name: str, compute: Callable[[Decimal], Decimal], domain: Callable[[Decimal], bool]) -> None:
    @feel(f"{name}(number: number)")
    def computed(run: Run, span: Span, value: Decimal) -> Any:
        result = finite(compute(value)) if domain(value) else None
        return run.why(span, "{}({}) 没有定义或超出范围", name, value) if result is None else result


_function("sqrt", CONTEXT.sqrt, lambda v: v >= 0)
_function("log", CONTEXT.ln, lambda v: v > 0)
_function("exp", CONTEXT.exp, lambda v: abs(v) < 20_000)


@feel("odd(number: number)")
def odd(run: Run, span: Span, value: Decimal) -> Any:
    return WIDE.remainder(value, Decimal(2)).copy_abs() == 1 if _whole(value) else _not_whole(run, span)


@feel("even(number: number)")
def even(run: Run, span: Span, value: Decimal) -> Any:
    return WIDE.remainder(value, Decimal(2)) == 0 if _whole(value) else _not_whole(run, span)


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _not_whole(run: Run, span: Span) -> Any:
    return run.why(span, "应为整数")
