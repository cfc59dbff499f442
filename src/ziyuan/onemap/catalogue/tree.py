"""The catalogue tree 类-库-层, and the metadata of a layer, which fill themselves from its editions."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue import duty
from ziyuan.onemap.catalogue.errors import LineageTargetUnknown
from ziyuan.onemap.catalogue.models import LayerNote, StandsOn
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.library import LayerRef

_KINDS = {"polygon": "面", "line": "线", "point": "点", "none": "表"}


def tree(by: kernel.Actor) -> list[dict[str, Any]]:
    """Kinds of data, their databases, their layers; layers bound to no database stand apart as not publishable."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        newest = _newest()
    bound = [
        {
            "kind": kind,
            "databases": [_database(d, newest) for d in duty.databases().values() if d.kind == kind],
        }
        for kind in duty.KINDS
    ]
    apart = [_layer(ref, newest) for ref in duty.unbound()]
    return [*bound, {"kind": "未挂接", "databases": [], "layers": apart}] if apart else bound


def _newest() -> dict[str, dict[str, Any]]:
    """Per layer: counties with an edition, the last reference date, the last seal."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"counties": set(), "reference": None, "sealed": None}
    )
    for e in Edition.objects.order_by("sealed").values("layer", "county", "reference_date", "sealed"):
        told = found[e["layer"]]
        told["counties"].add(e["county"])
        told["reference"] = max(filter(None, (told["reference"], e["reference_date"])))
        told["sealed"] = e["sealed"]
    return found


def _database(d: duty.Database, newest: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "no": d.no, "title": d.title, "way": d.way, "levels": d.levels, "division": d.division,
        "producers": d.producers, "custodian": d.custodian, "cadence": d.cadence, "due": d.due,
        "layers": [_layer(ref, newest) for ref in d.layers],
    }  # fmt: skip


def _layer(ref: LayerRef, newest: dict[str, dict[str, Any]]) -> dict[str, Any]:
    told = newest.get(ref.id)
    wanting = missing(ref)
    return {
        "id": ref.id, "entity": ref.entity.name, "title": ref.entity.title, "standard": ref.model.name,
        "geometry": _KINDS.get(ref.entity.geometry.kind, ref.entity.geometry.kind),
        "fields": len(ref.entity.fields or ref.entity.field_names), "label": ref.entity.label,
        "counties": len(told["counties"]) if told else 0,
        "reference_date": told["reference"].isoformat() if told else None,
        "updated": told["sealed"].isoformat() if told else None,
        "publishable": not wanting, "missing": wanting,
    }  # fmt: skip


def missing(ref: LayerRef) -> list[str]:
    """Why a layer may not be published: no duty row, no label class, known by name only."""
    lacks = {
        "未挂接职责表中的数据库": ref.model.delivery.get("duty") not in duty.databases(),
        "没有数据标签": not (ref.entity.catalogue_only or ref.entity.label.get("class")),
        f"只列名:缺{ref.entity.missing or '字段表'}": ref.entity.catalogue_only,
    }
    return [why for why, true in lacks.items() if true]


def metadata(by: kernel.Actor, name: str, county: str = "") -> dict[str, Any]:
    """The metadata record of a layer, or of its county: filled from the editions; purpose and limits by a person."""
    ref = _ref(name)
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        found = Edition.objects.filter(layer=ref.id).order_by("county", "-reference_date", "-sealed")
        if county:
            found = found.filter(county=county)
        current = list({e.county: e for e in reversed(found)}.values())
        note = LayerNote.objects.filter(layer=ref.id, replaced__isnull=True).first()
        scores = _scores([e.delivery_no for e in current])
        used = StandsOn.objects.filter(layer=ref.id, **({"county": county} if county else {})).count()
        extent = _extent(ref, county) if current else None
    db = duty.databases().get(ref.model.delivery.get("duty") or "")
    lines = [
        ("标题", ref.entity.title), ("标识", ref.id), ("标准", f"{ref.model.title}({ref.model.source or '来源待核'})"),
        ("要素代码", ref.entity.code or "待核"), ("几何类型", _KINDS.get(ref.entity.geometry.kind, "")),
        ("所属数据库", f"{db.no} {db.title}" if db else "未挂接"), ("建设处室", db.division if db else ""),
        ("生产单位", db.producers if db else ""), ("保管单位", db.custodian if db else ""),
        ("坐标系", "CGCS2000 三度带:" + "、".join(str(e) for e in ref.model.space.crs)),
        ("已有县区", f"{len(current)} 个"), ("要素数", f"{sum(e.features for e in current)}"),
        ("面积(平方米)", str(sum((e.area_m2 or 0) for e in current))),
        ("时点", _span([e.reference_date for e in current])),
        ("最近入库", f"{timezone.localtime(max(e.sealed for e in current)):%Y-%m-%d %H:%M}" if current else "尚无"),
        ("空间范围(经纬度)", extent or "尚无"), ("被使用", f"{used} 次"),
        ("用途", note.purpose if note else ""), ("使用限制", note.limits if note else ""),
    ]  # fmt: skip
    return {
        "id": ref.id, "title": ref.entity.title, "lines": [list(x) for x in lines],
        "purpose": note.purpose if note else "", "limits": note.limits if note else "",
        "keywords": note.keywords if note else [], "missing": missing(ref), "quality": scores,
        "editions": [
            {"county": e.county, "name": kernel.region(e.county).name, "edition": e.pk, "digest": e.hex_digest,
             "reference_date": e.reference_date.isoformat(), "features": e.features, "delivery": e.delivery_no}
            for e in current
        ],
        "may_describe": kernel.may(by, "catalogue.describe", region=kernel.node().region),
    }  # fmt: skip


def _ref(name: str) -> LayerRef:
    wanted = name.replace("~", "/")
    for ref in library.catalogue():
        if ref.id == wanted:
            return ref
    raise LineageTargetUnknown(name)


def _span(days: list[date]) -> str:
    if not days:
        return "尚无"
    return f"{min(days)}" if min(days) == max(days) else f"{min(days)} 至 {max(days)}"


def _scores(numbers: list[str]) -> dict[str, int]:
    """Errors and warnings left in the deliveries that the current editions came from."""
    rows = Delivery.objects.filter(no__in=numbers).values_list("errors", "warnings")
    return {"errors": sum(r[0] for r in rows), "warnings": sum(r[1] for r in rows)}


def _extent(ref: LayerRef, county: str) -> str:
    """Box of the present features in degrees: 西,南,东,北; empty for a table of records."""
    if ref.entity.geometry.kind == "none":
        return ""
    table = f'layers."{ref.model.table_name(ref.entity.name)}"'
    where = "known_to IS NULL AND valid_to IS NULL" + (" AND county = %s" if county else "")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ST_Extent(geom) FROM {table} WHERE {where}", [county] if county else [])
        box = cursor.fetchone()[0]
    if box is None:
        return ""
    corners = box.removeprefix("BOX(").removesuffix(")").replace(",", " ").split()
    return "、".join(f"{float(v):.6f}" for v in corners) + f"(EPSG:{crs.DEGREES})"


def describe(by: kernel.Actor, name: str, purpose: str, limits: str, keywords: list[str]) -> LayerNote:
    """A person writes what no edition knows: purpose, limits, keywords. Raises kernel.NotAllowed."""
    ref = _ref(name)
    with kernel.acting(by):
        kernel.require(by, "catalogue.describe", region=kernel.node().region)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"layer-note:{ref.id}"])
        LayerNote.objects.filter(layer=ref.id, replaced__isnull=True).update(replaced=kernel.now())
        made = LayerNote.objects.create(
            layer=ref.id, region=by.region, purpose=purpose.strip(), limits=limits.strip(),
            keywords=[k.strip()[:40] for k in keywords if k.strip()], at=kernel.now(), person=by.name,
        )  # fmt: skip
        kernel.record(
            by, "layer.described", on=("layer", ref.id), county=by.region,
            after={"purpose": made.purpose, "limits": made.limits, "keywords": made.keywords},
        )  # fmt: skip
        return made
