"""`+ - * / **` over numbers, text, temporal values and durations; whatever does not fit gives None."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import temporal
from ziyuan.base.feel.numbers import CONTEXT, finite
from ziyuan.base.feel.run import LONGEST_TEXT, Run, Span
from ziyuan.base.feel.temporal import DAY_SECONDS, NANO, Date, DateTime, DaysTime, Time, YearsMonths
from ziyuan.base.feel.values import kind_name

Operation = Callable[[Any, Any], Any]
_LONGEST_DURATION = 10**30
_LARGEST_EXPONENT = 999_999_999  # table 60


def calculate(op: str, a: Any, b: Any, run: Run, span: Span) -> Any:
    """`a op b`, or null with its reason."""
    operation = _TABLE.get((op, type(a), type(b)))
    if operation is None:
        return run.why_of((a, b), span, "不能计算：{} {} {}", kind_name(a), op, kind_name(b))
    if type(a) is str:
        run.spend((len(a) + len(b)) // 100, span)
        if len(a) + len(b) > LONGEST_TEXT:
            run.spend(run.steps + 1, span)
    result = operation(a, b)
    if result is None:
        if op == "/":
            return run.why(span, "除数为零或结果超出范围")
        return run.why(span, "“{}”的结果超出范围", op)
    return result


def negate(value: Any, run: Run, span: Span) -> Any:
    kind = type(value)
    if kind is Decimal:
        return value.copy_negate() if value else value
    if kind is YearsMonths:
        return YearsMonths(-value.months)
    if kind is DaysTime:
        return DaysTime(-value.nanos)
    return run.why_of((value,), span, "{} 不能取负", kind_name(value))


def _divide(a: Decimal, b: Decimal) -> Decimal | None:
    return finite(CONTEXT.divide(a, b)) if b else None


def _power(a: Decimal, b: Decimal) -> Decimal | None:
    if abs(b) > _LARGEST_EXPONENT:
        return None
    return finite(CONTEXT.power(a, b)) if a or b else Decimal(1)


def _line(moment: DateTime, other: DateTime) -> tuple[int, int] | None:
    """Both moments on one line of nanoseconds; None when one is local and the other zoned."""
    if (moment.time.zone is None) != (other.time.zone is None):
        return None
    return moment.utc_nanos(), other.utc_nanos()


def _between(a: DateTime, b: DateTime) -> DaysTime | None:
    line = _line(a, b)
    return None if line is None else DaysTime(line[0] - line[1])


def _time_between(a: Time, b: Time) -> DaysTime | None:
    if (a.zone is None) != (b.zone is None):
        return None
    return DaysTime(a.utc_nanos() - b.utc_nanos())


def _date_with(day: Date, length: DaysTime, sign: int) -> Date | None:
    moved = temporal.datetime_from_nanos(day.days * DAY_SECONDS * NANO + sign * length.nanos, None)
    return None if moved is None else moved.date


def _moment_with(moment: DateTime, months: YearsMonths, sign: int) -> DateTime | None:
    day = temporal.add_months(moment.date, sign * months.months)
    return None if day is None else DateTime(day, moment.time)


def _time_with(moment: Time, length: DaysTime, sign: int) -> Time:
    return temporal.time_from_nanos(moment.seconds * NANO + moment.nano + sign * length.nanos, moment.zone)


def _whole(value: Decimal) -> int | None:
    return int(value) if value.is_finite() and value.adjusted() < 31 else None


def _months(value: Decimal) -> YearsMonths | None:
    whole = _whole(value)
    return None if whole is None else YearsMonths(whole)


def _nanos(value: Decimal) -> DaysTime | None:
    whole = _whole(value)
    return None if whole is None or abs(whole) > _LONGEST_DURATION else DaysTime(whole)


def _scale_months(length: YearsMonths, by: Decimal) -> YearsMonths | None:
    return _months(CONTEXT.multiply(Decimal(length.months), by))


def _scale_days(length: DaysTime, by: Decimal) -> DaysTime | None:
    return _nanos(CONTEXT.multiply(Decimal(length.nanos), by))


_DAY_UTC = temporal.midnight
_TABLE: dict[tuple[str, type, type], Operation] = {
    ("+", Decimal, Decimal): lambda a, b: finite(CONTEXT.add(a, b)),
    ("-", Decimal, Decimal): lambda a, b: finite(CONTEXT.subtract(a, b)),
    ("*", Decimal, Decimal): lambda a, b: finite(CONTEXT.multiply(a, b)),
    ("/", Decimal, Decimal): _divide,
    ("**", Decimal, Decimal): _power,
    ("+", str, str): lambda a, b: a + b,
    ("-", Date, Date): lambda a, b: DaysTime((a.days - b.days) * DAY_SECONDS * NANO),
    ("-", DateTime, DateTime): _between,
    ("-", Date, DateTime): lambda a, b: _between(_DAY_UTC(a), b),
    ("-", DateTime, Date): lambda a, b: _between(a, _DAY_UTC(b)),
    ("-", Time, Time): _time_between,
    ("+", Date, YearsMonths): lambda a, b: temporal.add_months(a, b.months),
    ("-", Date, YearsMonths): lambda a, b: temporal.add_months(a, -b.months),
    ("+", YearsMonths, Date): lambda a, b: temporal.add_months(b, a.months),
    ("+", DateTime, YearsMonths): lambda a, b: _moment_with(a, b, 1),
    ("-", DateTime, YearsMonths): lambda a, b: _moment_with(a, b, -1),
    ("+", YearsMonths, DateTime): lambda a, b: _moment_with(b, a, 1),
    ("+", Date, DaysTime): lambda a, b: _date_with(a, b, 1),
    ("-", Date, DaysTime): lambda a, b: _date_with(a, b, -1),
    ("+", DaysTime, Date): lambda a, b: _date_with(b, a, 1),
    ("+", DateTime, DaysTime): lambda a, b: temporal.add_nanos(a, b.nanos),
    ("-", DateTime, DaysTime): lambda a, b: temporal.add_nanos(a, -b.nanos),
    ("+", DaysTime, DateTime): lambda a, b: temporal.add_nanos(b, a.nanos),
    ("+", Time, DaysTime): lambda a, b: _time_with(a, b, 1),
    ("-", Time, DaysTime): lambda a, b: _time_with(a, b, -1),
    ("+", DaysTime, Time): lambda a, b: _time_with(b, a, 1),
    ("+", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months + b.months),
    ("-", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months - b.months),
    ("+", DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos + b.nanos),
    ("-", DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos - b.nanos),
    ("*", YearsMonths, Decimal): _scale_months,
    ("*", Decimal, YearsMonths): lambda a, b: _scale_months(b, a),
    ("*", DaysTime, Decimal): _scale_days,
    ("*", Decimal, DaysTime): lambda a, b: _scale_days(b, a),
    ("/", YearsMonths, Decimal): lambda a, b: _months(CONTEXT.divide(Decimal(a.months), b)) if b else None,
    ("/", DaysTime, Decimal): lambda a, b: _nanos(CONTEXT.divide(Decimal(a.nanos), b)) if b else None,
    ("/", YearsMonths, YearsMonths): lambda a, b: _divide(Decimal(a.months), Decimal(b.months)),
    ("/", DaysTime, DaysTime): lambda a, b: _divide(Decimal(a.nanos), Decimal(b.nanos)),
}
