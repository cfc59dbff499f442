"""Changes between two editions, and the flow between classes, as pages of the API."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import register
from ziyuan.onemap.editions.diff import Change, diff
from ziyuan.onemap.editions.errors import NoEdition
from ziyuan.onemap.editions.flow import flow
from ziyuan.onemap.editions.flow_sums import summed
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.links import Link
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.services.features import plain
from ziyuan.onemap.services.query import cursor_of, read_cursor

_LONGEST_NUMBER = 18  # digits that a key of the database surely holds


def changes(
    by: kernel.Actor, name: str, county: str, from_: str, to: str, after: str | None = None, limit: int = 100,
    known: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One page of changes in key order; the summary is of all. Raises NoEdition."""
    kind = layer(name)
    found = diff(kind.id, county, when(by, kind, county, from_, known), when(by, kind, county, to, known), by=by)
    items = list(found.items)
    if after:
        mark = tuple(read_cursor(after))
        items = [c for c in items if (c.key, c.change) > mark]
    page = items[:limit]
    return {
        "summary": found.summary, "from": plain(found.before.on), "to": plain(found.after.on),
        "items": [_change(c) for c in page],
        "next": cursor_of(page[-1].key, page[-1].change) if len(items) > limit else None,
    }  # fmt: skip


def flow_table(
    by: kernel.Actor, name: str, county: str | None, from_: str, to: str, *, region: str | None = None,
    level: str = "class", known: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The flow between classes of two editions, of one or several counties (commas) or a whole region.

    Counties of the region without one of the editions are left out and named. Raises NoEdition, NoStatistics.
    """
    kind = layer(name)
    asked = county.split(",") if county else _counties(by, kind, region)
    flows, missing = [], []
    for code in asked:
        try:
            ends = when(by, kind, code, from_, known), when(by, kind, code, to, known)
        except NoEdition:
            if county:
                raise
            missing.append(code)
            continue
        flows.append(flow(kind.id, code, *ends, by=by))
    if not flows:
        raise NoEdition(kind.id, county or region or "", f"{from_}、{to}")
    told = summed(kind, flows, level)
    return told.to_json() | {"level": level, "counties": [f.county for f in flows], "missing": missing}


def flow_csv(told: dict[str, Any]) -> bytes:
    """A flow table for a spreadsheet, in m²: UTF-8 with mark, no cell that a program would run."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(safe_row(["前 \\ 后", *(f"{c['code']} {c['name']}" for c in told["classes"]), "合计"]))
    for group, row, total in zip(told["classes"], told["matrix"], told["row_totals"], strict=True):
        table.writerow(safe_row([f"{group['code']} {group['name']}", *row, total]))
    whole = sum((Decimal(v) for v in told["row_totals"]), Decimal(0))
    table.writerow(safe_row(["合计", *told["column_totals"], whole]))
    words = "闭合" if told["closes"] else "不闭合"
    table.writerow(safe_row([f"单位平方米;{words},舍入差 {told['difference_m2']} 平方米;县区 {'、'.join(told['counties'])}"]))
    return out.getvalue().encode("utf-8-sig")


def _counties(by: kernel.Actor, kind: Layer, region: str | None) -> list[str]:
    low, high = kernel.region_range(region or by.region)
    with kernel.acting(by):
        found = Edition.objects.filter(layer=kind.id, county__gte=low, county__lt=high)
        return sorted(set(found.values_list("county", flat=True)))


def when(by: kernel.Actor, kind: Layer, county: str, text: str, known: datetime | None = None) -> Moment:
    """A moment by an ISO day, a year (its last valid edition as known then), or the number of an edition.

    Four digits are a year where the county has an edition of it; `#2024` is always the edition of that number.
    """
    if len(text) == 10 and text.count("-") == 2:
        try:
            return Moment(date.fromisoformat(text), known)
        except ValueError as wrong:
            raise NoEdition(kind.id, county, text) from wrong
    with kernel.acting(by):
        year = register.valid(kind.id, county, known).filter(period=text) if len(text) == 4 else Edition.objects.none()
        edition = year.order_by("reference_date", "sealed").last() or _numbered(kind, county, text.removeprefix("#"))
    if edition is None:
        raise NoEdition(kind.id, county, text)
    return Moment(edition.reference_date, edition.sealed)


def _numbered(kind: Layer, county: str, number: str) -> Edition | None:
    known = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    return Edition.objects.filter(layer=kind.id, county=county, pk=int(number)).first() if known else None


def _change(c: Change) -> dict[str, Any]:
    return {
        "change": c.change, "key": c.key, "old_key": c.old_key,
        "fields": [{"name": f.name, "before": plain(f.before), "after": plain(f.after)} for f in c.fields],
        "geometry_changed": c.geometry_changed, "area_before": plain(c.area_before), "area_after": plain(c.area_after),
        "geometry": c.geometry and c.geometry.__geo_interface__,
        "parents": [_link(link) for link in c.parents], "children": [_link(link) for link in c.children],
    }  # fmt: skip


def _link(link: Link) -> dict[str, Any]:
    return {"key": link.key, "shared_m2": link.shared_m2, "share": link.share, "source": link.source}
