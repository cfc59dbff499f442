"""Gapless numbers (连续编号): given inside the transaction that uses them."""

from ziyuan.kernel.nodes.models import Counter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, from 1. A rolled-back transaction gives its number back."""
    Counter.objects.get_or_create(series=series, year=year)
    counter = Counter.objects.select_for_update().get(series=series, year=year)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


class Serials:
    """The same numbers for many acts in one transaction: each counter is locked once and written once.

    `following` is the next number, `take` uses it up; `keep` writes what was taken.
    """

    def __init__(self, year: int) -> None:
        self.year = year
        self._last: dict[str, int] = {}
        self._stood: dict[str, int] = {}

    def following(self, series: str) -> int:
        if series not in self._last:
            Counter.objects.get_or_create(series=series, year=self.year)
            value = Counter.objects.select_for_update().get(series=series, year=self.year).value
            self._last[series] = self._stood[series] = value
        return self._last[series] + 1

    def take(self, series: str) -> None:
        self._last[series] = self.following(series)

    def keep(self) -> None:
        for series, last in self._last.items():
            if last != self._stood[series]:
                Counter.objects.filter(series=series, year=self.year).update(value=last)
                self._stood[series] = last
