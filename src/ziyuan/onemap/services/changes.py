"""Changes between two editions, and the flow between classes, as pages of the API."""

from datetime import date
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.diff import Change, diff
from ziyuan.onemap.editions.errors import NoEdition
from ziyuan.onemap.editions.flow import flow
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.services.features import plain
from ziyuan.onemap.services.query import cursor_of, read_cursor


def changes(
    by: kernel.Actor, name: str, county: str, from_: str, to: str, after: str | None = None, limit: int = 100
) -> dict[str, Any]:
    """One page of changes in key order; the summary is of all. Raises NoEdition."""
    kind = layer(name)
    found = diff(kind.id, county, when(by, kind, county, from_), when(by, kind, county, to), by=by)
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


def flow_table(by: kernel.Actor, name: str, county: str, from_: str, to: str) -> dict[str, Any]:
    """The flow between classes of two editions. Raises NoEdition."""
    kind = layer(name)
    return flow(kind.id, county, when(by, kind, county, from_), when(by, kind, county, to), by=by).to_json()


def when(by: kernel.Actor, kind: Layer, county: str, text: str) -> Moment:
    """A moment by the number of an edition, a year (its last edition) or an ISO day."""
    if len(text) == 10 and text.count("-") == 2:
        try:
            return Moment(date.fromisoformat(text))
        except ValueError as wrong:
            raise NoEdition(kind.id, county, text) from wrong
    with kernel.acting(by):
        found = Edition.objects.filter(layer=kind.id, county=county)
        found = (
            found.filter(period=text)
            if len(text) == 4
            else found.filter(pk=int(text) if text.isdecimal() else -1)
        )
        edition = found.order_by("reference_date", "sealed").last()
    if edition is None:
        raise NoEdition(kind.id, county, text)
    return Moment(edition.reference_date, edition.sealed)


def _change(c: Change) -> dict[str, Any]:
    return {
        "change": c.change, "key": c.key, "old_key": c.old_key,
        "fields": [{"name": f.name, "before": plain(f.before), "after": plain(f.after)} for f in c.fields],
        "geometry_changed": c.geometry_changed, "area_before": plain(c.area_before), "area_after": plain(c.area_after),
        "geometry": c.geometry.__geo_interface__,
        "parents": [{"key": p.key, "shared_m2": p.shared_m2, "share": p.share} for p in c.parents],
        "children": [{"key": p.key, "shared_m2": p.shared_m2, "share": p.share} for p in c.children],
    }  # fmt: skip
