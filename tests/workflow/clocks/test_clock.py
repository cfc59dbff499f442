"""The working-day clock, against days counted by hand from the State Council's notices."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base import workdays
from ziyuan.workflow.clocks import clock
from ziyuan.workflow.clocks.clock import Stop

D = date


@pytest.mark.parametrize(
    ("accepted", "limit", "due"),
    [
        (D(2024, 4, 29), 10, D(2024, 5, 15)),  # 30 Apr, 6-10 May, Saturday 11 May worked, 13, 14, 15
        (D(2024, 2, 2), 5, D(2024, 2, 8)),  # Sunday 4 Feb is worked before the Spring Festival: 4 5 6 7 8
        (D(2024, 9, 27), 3, D(2024, 10, 8)),  # Sunday 29 Sep worked, 30 Sep, then the National Day week
        (D(2024, 3, 1), 1, D(2024, 3, 4)),  # Friday to Monday
    ],
)
def test_make_up_days_count_and_holidays_do_not(accepted, limit, due):
    found = clock.due_day(accepted, limit, [], accepted)
    assert workdays.between(accepted, due).days == limit
    assert (found.date, found.provisional) == (due, False)


def test_beyond_the_last_notice_the_day_is_provisional():
    last = workdays.calendar().last_year
    assert clock.due_day(D(last, 12, 28), 10, [], D(last, 12, 28)).provisional
    assert not clock.due_day(D(last, 11, 2), 10, [], D(last, 11, 2)).provisional


def test_a_stop_moves_the_last_day_on_by_the_working_days_it_lasted():
    accepted, today = D(2024, 3, 4), D(2024, 3, 15)
    stop = [Stop("补正", D(2024, 3, 6), D(2024, 3, 11))]  # 7, 8, 11 March: three
    found = clock.read(accepted, 10, stop, today)
    assert (found.used, found.stopped, found.left) == (6, 3, 4)
    assert found.due == D(2024, 3, 21)


def test_an_open_stop_holds_what_is_left():
    stop = [Stop("补正", D(2024, 3, 6), None)]
    left = {clock.read(D(2024, 3, 4), 10, stop, D(2024, 3, 6) + timedelta(n)).left for n in range(30)}
    assert left == {8}


def test_overlapping_stops_count_once():
    stops = [Stop("补正", D(2024, 3, 6), D(2024, 3, 11)), Stop("现场勘验", D(2024, 3, 7), D(2024, 3, 12))]
    assert clock.stopped_days(stops, D(2024, 3, 20)) == 4


@pytest.mark.parametrize(
    ("left", "limit", "lamp"),
    [
        (4, 10, "green"),
        (3, 10, "yellow"),
        (0, 10, "yellow"),
        (-1, 10, "red"),
        (7, 20, "green"),
        (6, 20, "yellow"),
    ],
)
def test_lamps_turn_at_a_third_and_at_the_end(left, limit, lamp):
    assert clock.lamp(left, limit) == lamp


DAYS = st.dates(D(2015, 1, 1), D(2026, 12, 31))


@given(DAYS, st.integers(0, 120), st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40)), max_size=4))
def test_running_and_stopped_days_make_up_the_time_elapsed(accepted, later, spans):
    today = accepted + timedelta(later)
    stops = [
        Stop("补正", s, s + timedelta(n))
        for s, n in ((accepted + timedelta(a), n) for a, n in spans)
        if s <= today
    ]
    found = clock.read(accepted, 20, stops, today)
    assert found.used + found.stopped == workdays.between(accepted, today).days
    assert found.left == 20 - found.used
    assert found.used >= 0


@given(DAYS, st.integers(1, 40))
def test_without_a_stop_nothing_is_left_on_the_last_day(accepted, limit):
    due = clock.due_day(accepted, limit, [], accepted).date
    found = clock.read(accepted, limit, [], due)
    assert (found.left, found.due) == (0, due)
    assert clock.read(accepted, limit, [], due - timedelta(1)).left >= 0
