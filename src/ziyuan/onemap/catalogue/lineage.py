"""Where does this come from (来源), and what stands on it (影响): the edges between files, editions and their users.

An edge is either a foreign key that the sealing verb wrote (edition → delivery → file, edition → base) or a row of
`StandsOn` written by the verb that used an edition. Nothing is copied into a second graph.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.errors import LineageTargetUnknown
from ziyuan.onemap.catalogue.models import Bulletin, StandsOn
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.editions.layers import Layer, layer, layers
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.undo import Dependent, tells_impact

USERS = {"case": "案件", "export": "导出", "report": "审查报告", "share": "共享"}
_NEWEST = 200


@dataclass(frozen=True)
class Edge:
    """One step of the answer. `depth` counts from the thing asked about; `kind` and `id` name what is met."""

    depth: int
    relation: str
    kind: str
    id: str
    title: str
    county: str = ""
    at: datetime | None = None
    who: str = ""

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "at": self.at.isoformat() if self.at else None}


@dataclass(frozen=True)
class _Target:
    """What was asked about, found."""

    title: str
    kind: str
    editions: tuple[Edition, ...] = ()
    delivery: Delivery | None = None
    layer: Layer | None = None
    county: str = ""


def stands_on(by: kernel.Actor, kind: str, user: str, pins: Iterable[tuple[str, str, int | None]]) -> None:
    """Note that a case, export or report used these (layer, county, edition); saying it again changes nothing.

    In the caller's transaction. `edition` None: a layer written by cases, which has rows but no edition.
    """
    at = kernel.now()
    StandsOn.objects.bulk_create(
        [
            StandsOn(
                user_kind=kind,
                user_id=user,
                layer=name,
                county=county,
                edition_id=edition,
                at=at,
                person=by.name,
            )
            for name, county, edition in pins
        ],
        ignore_conflicts=True,
    )


def lineage(by: kernel.Actor, target: str) -> dict[str, Any]:
    """Where the target comes from: editions, deliveries, files, organs and persons; cases for layers they write."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        found = _find(by, target)
        edges = _origins(found)
    return {
        "target": target,
        "title": found.title,
        "question": "lineage",
        "edges": [e.to_json() for e in edges],
    }


def impact(by: kernel.Actor, target: str) -> dict[str, Any]:
    """What stands on the target: later editions, cases, exports, reports, bulletins, with a count by kind."""
    with kernel.acting(by):
        kernel.require(by, "catalogue.read")
        found = _find(by, target)
        edges = _users(found)
    counts: dict[str, int] = {}
    for edge in edges:
        counts[edge.kind] = counts.get(edge.kind, 0) + 1
    told = [e.to_json() for e in edges]
    return {"target": target, "title": found.title, "question": "impact", "edges": told, "counts": counts}


def _find(by: kernel.Actor, target: str) -> _Target:
    """LAYER[:COUNTY[:EDITION]], a delivery number, or a case number; what lies outside the region is not there."""
    name, _, rest = target.partition(":")
    row = Delivery.objects.filter(no=target).first()
    if row is not None:
        ids = [e["id"] for e in row.editions]
        return _Target(
            f"汇交 {row.no}", "delivery", tuple(Edition.objects.filter(pk__in=ids)), row, county=row.county
        )
    county, _, edition = rest.partition(":")
    if name.replace("~", "/") in layers() and (not county or kernel.contains(by.region, county)):
        return _layer(layer(name), county, edition)
    pinned = (
        StandsOn.objects.filter(user_kind="case", user_id=target).select_related("edition").order_by("pk")
    )
    if pinned:
        return _Target(f"案件 {target}", "case", tuple(p.edition for p in pinned if p.edition))
    raise LineageTargetUnknown(target, next((i for i in layers() if i.endswith(f"/{name}")), None))


def _layer(kind: Layer, county: str, edition: str) -> _Target:
    """Editions of a layer; of a county the newest, or the one named."""
    found = Edition.objects.filter(layer=kind.id).select_related("base").order_by("county", "-reference_date", "-sealed")
    if county:
        found = found.filter(county=county)
    if edition:
        found = found.filter(pk=int(edition)) if edition.isdecimal() else found.none()
        if not found:
            raise LineageTargetUnknown(f"{kind.id}:{county}:{edition}")
    title = f"{kind.title}({kind.id})" + (f" {kernel.region(county).name}" if county else "")
    chosen = found[:_NEWEST] if edition or not county else found
    return _Target(title, "edition" if edition else "layer", tuple(chosen), None, kind, county)


def _origins(found: _Target) -> list[Edge]:
    edges: list[Edge] = []
    deliveries = {d.no: d for d in Delivery.objects.filter(no__in={e.delivery_no for e in found.editions})}
    if found.delivery is not None:
        deliveries[found.delivery.no] = found.delivery
        edges += _file(found.delivery, 1)
    else:
        for edition in found.editions:
            edges.append(_edition(edition, 1, "版本"))
            if edition.base is not None:
                edges.append(_edition(edition.base, 2, "在其上更新"))
            row = deliveries.get(edition.delivery_no)
            if row is not None:
                edges.append(_delivery(row, 2))
                edges += _file(row, 3)
    if found.layer is not None and found.layer.by_cases:
        edges += _written_by(found.layer, found.county)
    return edges


def _users(found: _Target) -> list[Edge]:
    ids = [e.pk for e in found.editions]
    edges = [_edition(e, 1, "入库为") for e in found.editions] if found.kind in ("delivery", "layer") else []
    later = Edition.objects.filter(base_id__in=ids).exclude(pk__in=ids).order_by("reference_date", "sealed")
    edges += [_edition(e, 2, "后续版本") for e in later]
    used = StandsOn.objects.filter(edition_id__in=ids).exclude(user_kind=found.kind)
    if found.layer is not None and found.kind == "layer":
        used = StandsOn.objects.filter(layer=found.layer.id)
        if found.county:
            used = used.filter(county=found.county)
    seen: set[tuple[str, str]] = set()
    for row in used.order_by("at"):
        if (row.user_kind, row.user_id) not in seen:
            seen.add((row.user_kind, row.user_id))
            title = f"{USERS.get(row.user_kind, row.user_kind)} {row.user_id}"
            edges.append(Edge(2, "使用", row.user_kind, row.user_id, title, row.county, row.at, row.person))
    return edges + _bulletins({e.delivery_no for e in found.editions})


def _bulletins(numbers: set[str]) -> list[Edge]:
    """Bulletins one of whose figures counts one of the deliveries."""
    return [
        Edge(3, "计入", "bulletin", b.no, f"通报 {b.month}", b.region, b.published or b.cut, b.made_by)
        for b in Bulletin.objects.exclude(state="discarded").order_by("month")
        if numbers & set(b.figures.get("deliveries", []))
    ]


def _edition(e: Edition, depth: int, relation: str) -> Edge:
    title = (
        f"{layers()[e.layer].title} {kernel.region(e.county).name} {e.period}"
        if e.layer in layers()
        else e.layer
    )
    target = f"{e.layer}:{e.county}:{e.pk}"
    return Edge(
        depth, relation, "edition", target, f"{title},{e.features} 个要素", e.county, e.sealed, e.sealed_by
    )


def _delivery(row: Delivery, depth: int) -> Edge:
    title = f"汇交 {row.no}({row.state_title})"
    return Edge(depth, "来自汇交", "delivery", row.no, title, row.county, row.submitted, row.submitted_by)


def _file(row: Delivery, depth: int) -> list[Edge]:
    organ = kernel.region(row.county).name
    return [
        Edge(
            depth,
            "来自文件",
            "file",
            row.file_sm3,
            f"{row.file_name}({row.size} 字节)",
            row.county,
            row.opened,
        ),
        Edge(
            depth,
            "提交",
            "person",
            row.submitted_by,
            f"{organ} {row.submitted_by}",
            row.county,
            row.submitted,
        ),
    ]


def _written_by(kind: Layer, county: str) -> list[Edge]:
    """Cases that wrote rows of a layer that has no deliveries."""
    within = " AND county = %s" if county else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT case_no, county, min(known_from) FROM {kind.sql} WHERE case_no IS NOT NULL{within}"
            f" GROUP BY case_no, county ORDER BY 3 DESC LIMIT {_NEWEST}",
            [county] if county else [],
        )
        return [
            Edge(1, "由案件写入", "case", no, f"案件 {no}", where, at) for no, where, at in cursor.fetchall()
        ]


@tells_impact
def _before_a_withdrawal(edition: Edition) -> list[Dependent]:
    """Cases, exports, reports and bulletins that stand on the edition; later editions are told by the verb itself."""
    edges = _users(_Target("", "edition", (edition,), county=edition.county))
    titles = {**USERS, "bulletin": "通报"}
    return [Dependent(titles.get(e.kind, e.kind), e.id, e.title) for e in edges if e.kind != "edition"]
