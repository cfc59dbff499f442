from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base import workdays
from ziyuan.base.workdays import Calendar, CalendarBroken, Count, Day

days = st.dates(date(2007, 2, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [  # recomputed by hand from the notices; plain Monday to Friday gives another day
        (date(2023, 9, 28), 10, date(2023, 10, 18)),
        (date(2024, 2, 8), 5, date(2024, 2, 21)),
        (date(2025, 9, 30), 15, date(2025, 10, 28)),
    ],
)
def test_working_days_follow_the_notices(start, count, expected):
    assert workdays.add(start, count) == Day(expected, provisional=False)
    assert workdays.after(start, count) == expected
    assert workdays.between(start, expected) == Count(count, provisional=False)


def test_a_make_up_saturday_is_worked_and_a_feast_on_a_weekday_is_not():
    assert workdays.is_workday(date(2023, 10, 7))  # Saturday, make-up
    assert workdays.is_workday(date(2023, 10, 8))  # Sunday, make-up
    assert not workdays.is_workday(date(2023, 10, 6))  # Friday, National Day
    assert not workdays.is_workday(date(2023, 10, 14))  # an ordinary Saturday


def test_the_notice_of_a_year_reaches_into_the_year_before():
    assert not workdays.is_workday(date(2022, 12, 31))
    assert workdays.is_workday(date(2006, 12, 30))  # Saturday worked by the notice for 2007


def test_a_later_notice_of_the_same_year_counts():
    assert not workdays.is_workday(date(2015, 9, 3))  # seventieth anniversary
    assert not workdays.is_workday(date(2020, 1, 31))  # prolonged spring festival


def test_a_count_inside_the_notices_is_firm_and_one_beyond_is_provisional():
    assert workdays.add(date(2026, 12, 30), 1) == Day(date(2026, 12, 31), provisional=False)
    assert workdays.add(date(2026, 12, 31), 1) == Day(date(2027, 1, 1), provisional=True)
    assert workdays.between(date(2026, 12, 30), date(2026, 12, 31)).provisional is False
    assert workdays.between(date(2026, 12, 31), date(2027, 1, 4)) == Count(2, provisional=True)


def test_zero_days_is_the_day_itself_even_on_a_feast():
    assert workdays.add(date(2023, 10, 1), 0) == Day(date(2023, 10, 1), provisional=False)


@given(days, st.integers(1, 40))
def test_the_found_day_is_worked_and_counts_back_to_the_same_number(start, count):
    found = workdays.add(start, count)
    assert workdays.is_workday(found.date)
    assert workdays.between(start, found.date).days == count
    assert workdays.between(found.date, start).days == -count


@given(days, st.integers(1, 40))
def test_counting_back_from_a_working_day_returns_to_the_nearest_one_before(start, count):
    back = workdays.add(workdays.add(start, count).date, -count).date
    last_worked = next(d for d in (start - timedelta(days=n) for n in range(20)) if workdays.is_workday(d))
    assert back == last_worked


@given(days, st.integers(0, 400), st.integers(0, 400))
def test_counts_of_adjoining_spans_add_up(start, first, second):
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)
    parts = workdays.between(start, middle).days + workdays.between(middle, end).days
    assert workdays.between(start, end).days == parts


def test_every_announced_year_from_2007_on_is_there():
    calendar = Calendar.load()
    assert (calendar.first_year, calendar.last_year) == (2007, 2026)
    for year in range(2007, 2027):
        free = [d for d, what in calendar.named.items() if d.year == year and what.free]
        assert date(year, 10, 1) in free
        assert len(free) >= 20, year


def test_make_up_days_fall_on_weekends_and_name_their_feast():
    named = Calendar.load().named
    weekdays = {d for d, what in named.items() if not what.free and d.weekday() < 5}
    assert weekdays <= {date(2020, 2, 3)}  # "from 3 February on at work" in the notice of 2020
    assert named[date(2023, 10, 7)].name == "中秋节、国庆节"


def test_a_broken_or_missing_year_is_named(tmp_path):
    with pytest.raises(CalendarBroken, match="没有年度文件"):
        Calendar.load(tmp_path)
    (tmp_path / "2024.json").write_text('{"year": 2024, "days": [["2024-01-01", "元旦", "假"]]}', "utf-8")
    with pytest.raises(CalendarBroken, match=r"2024\.json.*“假”"):
        Calendar.load(tmp_path)
    for year in (2024, 2026):
        (tmp_path / f"{year}.json").write_text(f'{{"year": {year}, "days": []}}', "utf-8")
    with pytest.raises(CalendarBroken, match="不连续"):
        Calendar.load(tmp_path)
