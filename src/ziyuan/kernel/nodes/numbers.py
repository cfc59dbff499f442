"""Gapless numbers (连续编号): given inside the transaction that uses them."""

from ziyuan.kernel.nodes.models import Counter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year, from 1. A rolled-back transaction gives its number back."""
    Counter.objects.get_or_create(series=series, year=year)
    counter = Counter.objects.select_for_update().get(series=series, year=year)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
