"""Gapless numbers (连续编号): given inside the transaction that uses them."""

from collections.abc import Iterable

from django.db import connection

from ziyuan.kernel.nodes.models import Counter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, from 1. A rolled-back transaction gives its number back."""
    Counter.objects.get_or_create(series=series, year=year)
    counter = Counter.objects.select_for_update().get(series=series, year=year)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


class Serials:
    """The same numbers for many acts in one transaction: all counters are locked at once and written at once.

    `following` is the next number of a series, `take` uses it up; `keep` writes what was taken.
    """

    def __init__(self, year: int, series: Iterable[str]) -> None:
        self.year = year
        names = sorted(set(series))
        Counter.objects.bulk_create([Counter(series=name, year=year) for name in names], ignore_conflicts=True)
        locked = Counter.objects.select_for_update().filter(series__in=names, year=year).order_by("series")
        self._last: dict[str, int] = dict(locked.values_list("series", "value"))
        self._stood = dict(self._last)

    def following(self, series: str) -> int:
        return self._last[series] + 1

    def take(self, series: str) -> None:
        self._last[series] += 1

    def keep(self) -> None:
        moved = {name: last for name, last in self._last.items() if last != self._stood[name]}
        if moved:
            with connection.cursor() as cursor:
                cursor.execute(_KEEP, [list(moved), list(moved.values()), self.year])
        self._stood = dict(self._last)


_KEEP = (
    f"UPDATE {Counter._meta.db_table} AS counter SET value = told.value"
    " FROM unnest(%s::text[], %s::bigint[]) AS told(series, value) WHERE counter.series = told.series AND counter.year = %s"
)
