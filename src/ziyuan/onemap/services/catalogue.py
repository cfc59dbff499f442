"""The list of layers with their fields, drawing styles and editions, as one person may see them."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.layers import Layer, layers
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.services.styles import style_of

_LOWEST_LEVEL = {"large": 8, "small": 7}


def catalogue(by: kernel.Actor) -> dict[str, Any]:
    """Every layer that can be drawn, each with the editions inside the actor's region, newest first."""
    with kernel.acting(by):
        found = list(Edition.objects.order_by("-reference_date", "-sealed", "county"))
        names = {r.code: r.name for r in kernel.regions()}
    return {
        "items": [
            _entry(kind, [e for e in found if e.layer == kind.id], names) for kind in layers().values() if kind.shape
        ]
    }


def _entry(kind: Layer, editions: list[Edition], names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": kind.id, "title": kind.title, "group": kind.model.title, "geometry": kind.entity.geometry.kind,
        "style": style_of(kind), "min_zoom": _LOWEST_LEVEL[kind.entity.volume],
        "fields": [
            {"name": f.name, "title": f.title, "type": f.type, "unit": f.unit or ""} for f in kind.fields
        ],
        "editions": [
            {
                "id": e.pk, "county": e.county, "county_name": names.get(e.county, e.county), "period": e.period,
                "digest": e.hex_digest, "sealed": e.sealed.isoformat(), "features": e.features,
                "reference_date": e.reference_date.isoformat(), "delivery": e.delivery_no,
            }
            for e in editions
        ],
        "updated": max(e.sealed for e in editions).isoformat() if editions else None,
        "by_cases": kind.by_cases,
    }  # fmt: skip
