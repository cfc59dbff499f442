"""Numbers of many acts in one transaction are those that the acts would have had one by one."""

from django.db import transaction

from ziyuan.kernel import service as kernel


def test_a_range_goes_on_where_single_numbers_stopped_and_single_ones_where_it_stopped(db):
    assert [kernel.next_number("series.a", 2026) for _ in range(2)] == [1, 2]
    serials = kernel.Serials(2026, ["series.b", "series.a", "series.a"])
    taken = []
    for series in ("series.a", "series.b", "series.a"):
        taken.append((series, serials.following(series)))
        serials.take(series)
    assert taken == [("series.a", 3), ("series.b", 1), ("series.a", 4)]
    serials.keep()
    assert (kernel.next_number("series.a", 2026), kernel.next_number("series.b", 2026)) == (5, 2)
    assert kernel.next_number("series.a", 2027) == 1, "each year has its own"


def test_a_number_that_is_looked_at_and_not_taken_is_given_to_the_next(db):
    serials = kernel.Serials(2026, ["series.c"])
    assert [serials.following("series.c") for _ in range(3)] == [1, 1, 1]
    serials.keep()
    assert kernel.next_number("series.c", 2026) == 1


def test_a_range_that_is_rolled_back_is_given_again(db):
    with transaction.atomic():
        serials = kernel.Serials(2026, ["series.d"])
        serials.take("series.d")
        serials.keep()
        transaction.set_rollback(True)
    assert kernel.next_number("series.d", 2026) == 1


def test_no_series_needs_no_number(db):
    kernel.Serials(2026, []).keep()
