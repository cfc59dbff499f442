"""Regions (行政区) by code, and the text ranges that contain them."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ziyuan.kernel.errors import UnknownRegion
from ziyuan.kernel.identity.models import Region

SOURCE = Path(__file__).parent.parent / "data" / "regions.csv"
_PREFIX = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}


def load_regions(using: str) -> int:
    """Bring the region table in line with the committed list; returns the number of rows. The owner's work."""
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        rows = [
            Region(code=r["code"], name=r["name"], level=r["level"], parent=r["parent"], zone=r["zone"] or None)
            for r in csv.DictReader(lines)
        ]
    Region.objects.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "level", "parent", "zone"]
    )
    _all.cache_clear()
    return len(rows)


@cache
def _all() -> dict[str, Region]:
    return {r.code: r for r in Region.objects.all()}


def region(code: str) -> Region:
    """The region of that code. Raises UnknownRegion."""
    known = _all()
    if code not in known:
        _all.cache_clear()
        known = _all()
    if code not in known:
        raise UnknownRegion(code)
    return known[code]


def regions(parent: str | None = None, within: str | None = None) -> list[Region]:
    """Regions in code order: all, the children of `parent`, or those inside `within`."""
    found = list(_all().values()) or list(Region.objects.all())
    if parent is not None:
        found = [r for r in found if r.parent == parent]
    if within is not None:
        lo, hi = region_range(within)
        found = [r for r in found if lo <= r.code < hi]
    return found


def significant(code: str) -> str:
    """The digits of a code that name the area: '340100' → '3401', '340123' → '340123'."""
    if len(code) > 6:
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def region_range(code: str) -> tuple[str, str]:
    """Half-open text range [lo, hi) holding every code inside the region. Raises UnknownRegion for an empty code."""
    head = significant(code)
    if not head:
        raise UnknownRegion(code)
    return head, head[:-1] + chr(ord(head[-1]) + 1)


def contains(outer: str, inner: str) -> bool:
    """True when region `inner` lies in (or is) region `outer`."""
    lo, hi = region_range(outer)
    return lo <= inner < hi


def common_region(codes: Iterable[str]) -> str:
    """The smallest region that contains all of the given ones."""
    heads = [significant(c) for c in codes]
    head = heads[0]
    while not all(h.startswith(head) for h in heads):
        head = head[:-1]
    size = max((n for n in _PREFIX.values() if n <= len(head)), default=2)
    return head[:size].ljust(6, "0")
