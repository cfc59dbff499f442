"""Conversion functions (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ziyuan.base.feel import literals, numbers, temporal, text
from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.numbers import as_int
from ziyuan.base.feel.run import LONGEST_TEXT, Run, Span
from ziyuan.base.feel.temporal import NANO, Date, DateTime, DaysTime, Time
from ziyuan.base.feel.values import kind_name

# -- dates ---------------------------------------------------------------------------------------------


@feel("date(from: any)")
def date(run: Run, span: Span, value: Any) -> Any:
    value = _single(value)
    if type(value) is Date:
        return value
    if type(value) is DateTime:
        return value.date
    if type(value) is str:
        return literals.parse_date(value) or run.why(span, "“{}”不是日期，应写作 2024-02-29", value[:40])
    return run.why(span, "不能从{}得到日期", kind_name(value))


@feel("date(year: number, month: number, day: number)")
def date_of_parts(run: Run, span: Span, year: Decimal, month: Decimal, day: Decimal) -> Any:
    parts = [as_int(part) for part in (year, month, day)]
    made = None if None in parts else temporal.date_of(*parts)  # type: ignore[arg-type]
    return made or run.why(span, "没有这一天：{}-{}-{}", year, month, day)


@feel("date and time(from: any)")
def date_and_time(run: Run, span: Span, value: Any) -> Any:
    value = _single(value)
    if type(value) is DateTime:
        return value
    if type(value) is Date:
        return temporal.midnight(value)
    if type(value) is str:
        found = literals.parse_datetime(value)
        return found or run.why(span, "“{}”不是日期时间，应写作 2024-02-29T10:00:00", value[:40])
    return run.why(span, "不能从{}得到日期时间", kind_name(value))


@feel("date and time(date: day, time: time)")
def date_and_time_of(run: Run, span: Span, day: Date | DateTime, moment: Time) -> DateTime:
    return DateTime(day.date if isinstance(day, DateTime) else day, moment)


@feel("date and time(from: day, timezone: string)")
def date_and_time_in_zone(run: Run, span: Span, moment: Date | DateTime, zone: str) -> Any:
    at = moment if isinstance(moment, DateTime) else temporal.midnight(moment)
    if temporal.zone_info(zone) is None or at.time.zone is None:
        return run.why(span, "不认识的时区“{}”，或原值没有时区", zone)
    return temporal.add_nanos(DateTime(at.date, at.time._replace(zone=zone)), _shift(at, zone))


def _shift(moment: DateTime, zone: str) -> int:
    """What must be added to the same clock reading in `zone` to keep the instant."""
    other = DateTime(moment.date, moment.time._replace(zone=zone))
    return moment.utc_nanos() - other.utc_nanos()


# -- times ---------------------------------------------------------------------------------------------


@feel("time(from: any)")
def time(run: Run, span: Span, value: Any) -> Any:
    value = _single(value)
    if type(value) is Time:
        return value
    if type(value) is DateTime:
        return value.time
    if type(value) is Date:
        return Time(0, 0, 0, 0, 0)
    if type(value) is str:
        return literals.parse_time(value) or run.why(span, "“{}”不是时间，应写作 10:00:00", value[:40])
    return run.why(span, "不能从{}得到时间", kind_name(value))


@feel("time(hour: number, minute: number, second: number, offset: duration? = )")
def time_of_parts(
    run: Run, span: Span, hour: Decimal, minute: Decimal, second: Decimal, offset: Any = None
) -> Any:
    zone = None
    if offset is not None:
        if type(offset) is not DaysTime or offset.nanos % NANO:
            return run.why(span, "时差应为日时时段")
        zone = offset.nanos // NANO
    seconds = second.to_integral_value(rounding="ROUND_FLOOR")
    whole = (as_int(hour), as_int(minute), as_int(seconds))
    if whole[0] is None or whole[1] is None or whole[2] is None:
        return run.why(span, "没有这一时刻：{}:{}:{}", hour, minute, second)
    made = temporal.time_of(whole[0], whole[1], whole[2], int((second - seconds) * NANO), zone)
    return made or run.why(span, "没有这一时刻：{}:{}:{}", hour, minute, second)


# -- durations -----------------------------------------------------------------------------------------


@feel("duration(from: any)")
def duration(run: Run, span: Span, value: Any) -> Any:
    value = _single(value)
    if type(value) in (temporal.YearsMonths, DaysTime):
        return value
    if type(value) is not str:
        return run.why(span, "参数“from”应为文本，得到{}", kind_name(value))
    return literals.parse_duration(value) or run.why(span, "“{}”不是时段，应写作 P1Y2M 或 P3DT4H", value[:40])


@feel("years and months duration(from: day, to: day)")
def years_and_months(run: Run, span: Span, start: Any, end: Any) -> Any:
    """Whole months between two days; where both have clocks, the clock can withhold the last month."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = temporal.months_between(first, last)
    if isinstance(start, DateTime) and isinstance(end, DateTime) and first.day == last.day:
        early, late = start.time, end.time
        if months > 0 and late[:4] < early[:4]:
            months -= 1
        elif months < 0 and late[:4] > early[:4]:
            months += 1
    return temporal.YearsMonths(months)


# -- numbers, text -------------------------------------------------------------------------------------


@feel("number(from: any, grouping separator: string? = , decimal separator: string? = )")
def number(run: Run, span: Span, value: Any, grouping: str | None = None, point: str | None = None) -> Any:
    value = _single(value)
    if type(value) is not str:
        return run.why(span, "参数“from”应为文本，得到{}", kind_name(value))
    if (
        grouping not in (None, " ", ",", ".")
        or point not in (None, ",", ".")
        or (grouping and grouping == point)
    ):
        return run.why(span, "分组符应为空格、逗号或点，小数点应为逗号或点，且两者不同")
    plain = value.replace(grouping, "") if grouping else value
    plain = plain.replace(point, "_").replace(".", "?").replace("_", ".") if point == "," else plain
    found = numbers.literal(plain)
    return run.why(span, "“{}”不是数字", value[:40]) if found is None else found


@feel("string(from: any?)")
def string(run: Run, span: Span, value: Any) -> Any:
    if value is None:
        return None
    shown = value if type(value) is str else text.of(value, lambda steps: run.spend(steps, span))
    if len(shown) > LONGEST_TEXT:
        run.spend(run.steps + 1, span)
    return shown


def _single(value: Any) -> Any:
    return value[0] if type(value) is list and len(value) == 1 else value
