"""Which cases a figure counts for a reader: each once, in its principal county."""

from datetime import date, datetime, time

from django.db.models import Q

from ziyuan.kernel import service as kernel


def within(by: kernel.Actor, region: str) -> Q:
    """Cases whose principal county lies in the reader's region, and in the one asked for: never a neighbour's in part."""
    found = Q()
    for code in {by.region, region} - {""}:
        lo, hi = kernel.region_range(code)
        found &= Q(county__gte=lo, county__lt=hi)
    return found


def moments(since: date, until: date) -> tuple[datetime, datetime]:
    """The first and the last moment of a period, in Shanghai."""
    zone = kernel.now().tzinfo
    return datetime.combine(since, time.min, zone), datetime.combine(until, time.max, zone)
