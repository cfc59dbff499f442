"""The working-day clock, against days counted by hand from the State Council's notices."""

from datetime import date, timedelta

import pytest

from ziyuan.base import workdays
from ziyuan.workflow.clocks import clock
from ziyuan.workflow.clocks.clock import Stop

D = date
SHARE = 3


def limit(accepted, days, stops, today):
    return clock.read(accepted, stops, today).against(days, SHARE)


@pytest.mark.parametrize(
    ("accepted", "days", "due"),
    [
        (D(2024, 4, 29), 10, D(2024, 5, 15)),  # 30 Apr, 6-10 May, Saturday 11 May worked, 13, 14, 15
        (D(2024, 2, 2), 5, D(2024, 2, 8)),  # Sunday 4 Feb is worked before the Spring Festival: 4 5 6 7 8
        (D(2024, 9, 27), 3, D(2024, 10, 8)),  # Sunday 29 Sep worked, 30 Sep, then the National Day week
        (D(2024, 3, 1), 1, D(2024, 3, 4)),  # accepted on Friday: day 1 is Monday
        (D(2024, 3, 2), 1, D(2024, 3, 4)),  # accepted on a Saturday: the same Monday
        (D(2024, 5, 10), 1, D(2024, 5, 11)),  # the make-up Saturday is day 1
    ],
)
def test_make_up_days_count_and_holidays_do_not(accepted, days, due):
    found = limit(accepted, days, [], accepted)
    assert (found.due, found.left, found.provisional) == (due, days, False)


def test_beyond_the_last_notice_the_day_is_provisional():
    last = workdays.calendar().last_year
    assert limit(D(last, 12, 28), 10, [], D(last, 12, 28)).provisional
    assert not limit(D(last, 11, 2), 10, [], D(last, 11, 2)).provisional


def test_a_stop_moves_the_last_day_on_by_the_working_days_it_lasted():
    accepted, today = D(2024, 3, 4), D(2024, 3, 15)
    read = clock.read(accepted, [Stop("补正", D(2024, 3, 6), D(2024, 3, 11))], today)  # 7, 8, 11 March: three
    assert (read.used, read.stopped, read.standing) == (6, {"补正": 3}, "")
    assert (read.against(10, SHARE).left, read.against(10, SHARE).due) == (4, D(2024, 3, 21))


def test_the_line_of_intervals_says_when_the_clock_ran_and_by_which_stop_it_stood():
    stops = [
        Stop("听证", D(2024, 3, 6), D(2024, 3, 11)),
        Stop("征求意见", D(2024, 3, 5), D(2024, 3, 14), counts=False),
    ]
    line = clock.read(D(2024, 3, 4), stops, D(2024, 3, 13)).intervals
    assert [(i.after.day, i.until.day, i.days, i.stop) for i in line] == [
        (4, 6, 2, None),
        (6, 11, 3, 0),
        (11, 13, 2, None),
    ]


def test_an_open_stop_holds_what_is_left():
    stop = [Stop("补正", D(2024, 3, 6), None)]
    days = [D(2024, 3, 6) + timedelta(n) for n in range(30)]
    assert {limit(D(2024, 3, 4), 10, stop, day).left for day in days} == {8}
    assert {clock.read(D(2024, 3, 4), stop, day).standing for day in days} == {"补正"}


def test_a_stop_that_the_law_does_not_exempt_stops_nothing():
    stop = [Stop("现场勘验", D(2024, 3, 6), None, counts=False)]
    with_it, without = (clock.read(D(2024, 3, 4), s, D(2024, 3, 20)) for s in (stop, []))
    assert (with_it.used, with_it.stopped, with_it.standing) == (without.used, {}, "")
    assert with_it.against(10, SHARE) == without.against(10, SHARE)


@pytest.mark.parametrize(
    ("first", "second", "stopped"),
    [
        ((6, 11), (7, 12), {"补正": 3, "听证": 1}),  # overlapping: 7, 8, 11 to the first, 12 to the second
        ((6, 12), (7, 8), {"补正": 4}),  # nested: 7, 8, 11, 12, all of the outer one
        ((6, 7), (7, 8), {"补正": 1, "听证": 1}),  # one ends on the day the next begins
        ((6, 7), (11, 12), {"补正": 1, "听证": 1}),  # apart
        ((6, 6), (6, 6), {}),  # begun and ended on one day
    ],
)
def test_a_day_under_two_stops_counts_once_for_the_one_that_began_first(first, second, stopped):
    stops = [
        Stop(kind, D(2024, 3, a), D(2024, 3, b))
        for kind, (a, b) in (("补正", first), ("听证", second))
    ]
    read = clock.read(D(2024, 3, 4), stops, D(2024, 3, 20))
    assert {kind: days for kind, days in read.stopped.items() if days} == stopped
    assert read.used == 12 - sum(stopped.values())


def test_a_stop_over_the_national_day_week_takes_out_only_what_was_worked():
    stop = [Stop("专家评审", D(2024, 9, 30), D(2024, 10, 8))]  # between them only 8 October is worked
    assert clock.read(D(2024, 9, 27), stop, D(2024, 10, 9)).stopped == {"专家评审": 1}


def test_a_stop_across_the_year_end_beyond_the_notice_is_counted_monday_to_friday_and_marked():
    last = workdays.calendar().last_year
    stop = [Stop("听证", D(last, 12, 30), D(last + 1, 1, 5))]
    read = clock.read(D(last, 12, 28), stop, D(last + 1, 1, 6))
    naive = [D(last, 12, 30) + timedelta(n) for n in range(1, 7)]
    assert read.stopped["听证"] == sum(d.weekday() < 5 for d in naive)
    assert read.against(10, SHARE).provisional


def test_a_stop_after_the_limit_is_past_does_not_bring_it_back():
    stop = [Stop("听证", D(2024, 3, 20), D(2024, 3, 25))]
    found = limit(D(2024, 3, 4), 10, stop, D(2024, 3, 26))
    assert (found.due, found.left, found.lamp) == (D(2024, 3, 18), -3, "red")


@pytest.mark.parametrize(
    ("left", "days", "share", "lamp"),
    [
        (4, 10, 3, "green"),
        (3, 10, 3, "yellow"),
        (0, 10, 3, "yellow"),
        (-1, 10, 3, "red"),
        (7, 20, 3, "green"),
        (6, 20, 3, "yellow"),
        (5, 20, 4, "yellow"),
        (6, 20, 4, "green"),
    ],
)
def test_lamps_turn_at_the_set_share_and_at_the_end(left, days, share, lamp):
    assert clock.lamp(left, days, share) == lamp
