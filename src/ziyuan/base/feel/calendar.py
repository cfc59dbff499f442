"""Days of the proleptic Gregorian calendar for any year, as whole numbers (day 0 = 1970-01-01).

Python's own dates end at year 9999; FEEL's reach ±999,999,999. Method: days from civil (H. Hinnant).
"""

from __future__ import annotations

MAX_YEAR = 999_999_999
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]


def is_day(year: int, month: int, day: int) -> bool:
    return abs(year) <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= month_length(year, month)


def to_days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    y = year - (month <= 2)
    era, of_era = divmod(y, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def from_days(days: int) -> tuple[int, int, int]:
    """Year, month, day of a count of days since 1970-01-01."""
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    mp = (5 * of_year + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * mp + 2) // 5 + 1


def add_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """The day some months later; clamped to the end of the month reached."""
    carried, index = divmod(year * 12 + month - 1 + months, 12)
    return carried, index + 1, min(day, month_length(carried, index + 1))


def iso_week(days: int) -> int:
    """ISO 8601 week number of a day count."""
    thursday = days - weekday(days) + 4
    year, _, _ = from_days(thursday)
    return (thursday - to_days(year, 1, 1)) // 7 + 1


def weekday(days: int) -> int:
    """1 = Monday … 7 = Sunday."""
    return (days + 3) % 7 + 1
