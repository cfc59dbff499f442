"""Lists of deliveries: by page for the screen, whole as a table."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.deliveries.turns import places
from ziyuan.onemap.deliveries.view import IN_WORK, summary

EXPORT_LIMIT = 50_000
_HEAD = ("汇交编号", "行政区代码", "县(市、区)", "任务", "年度", "方式", "状态", "错误", "警告", "文件", "字节",
         "汇交时间", "汇交人", "版本摘要")  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """Which deliveries; an empty word leaves nothing out. `q`: part of the number or of the file's name."""

    state: str = ""
    county: str = ""
    period: str = ""
    mandate: str = ""
    kind: str = ""
    q: str = ""

    def of(self, rows: "QuerySet[Delivery]") -> "QuerySet[Delivery]":
        """Those of the rows, the newest first."""
        exact = {"state": self.state, "county": self.county, "period": self.period, "mandate": self.mandate, "kind": self.kind}
        rows = rows.filter(**{name: value for name, value in exact.items() if value})
        if self.q:
            rows = rows.filter(Q(no__icontains=self.q) | Q(file_name__icontains=self.q))
        return rows.order_by("-pk")


ALL = Chosen()


def listing(by: kernel.Actor, chosen: Chosen = ALL, *, after: str = "", limit: int = 50) -> dict[str, Any]:
    """A page of deliveries of the actor's region, the newest first. Raises kernel.NotAllowed."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        found = chosen.of(Delivery.objects.select_related("progress"))
        if after.isdecimal():
            found = found.filter(pk__lt=int(after))
        page = list(found[: limit + 1])
        queued = places() if any(row.state in IN_WORK for row in page[:limit]) else {}
        items = [{**summary(row), "queue": queued.get(row.pk)} for row in page[:limit]]
    return {"items": items, "next": str(page[limit - 1].pk) if len(page) > limit else None}


def export_csv(by: kernel.Actor, chosen: Chosen = ALL) -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel; Beijing time), at most EXPORT_LIMIT lines; told to the audit.

    Raises kernel.NotAllowed.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    with kernel.acting(by):
        kernel.require(by, "delivery.export")
        for row in chosen.of(Delivery.objects.select_related("progress"))[:EXPORT_LIMIT]:
            writer.writerow(safe_row(_cells(summary(row))))
        kernel.record(by, "delivery.exported", on=("deliveries", chosen.kind or "all"), q=chosen.q, state=chosen.state)
    return out.getvalue().encode("utf-8-sig")


def _cells(told: dict[str, Any]) -> tuple[object, ...]:
    moment = f"{localtime(told['submitted']):%Y-%m-%d %H:%M}" if told["submitted"] else ""
    return (
        told["no"], told["county"], told["county_name"], told["mandate_title"], told["period"], told["kind_title"],
        told["state_title"], told["errors"], told["warnings"], told["file_name"], told["size"], moment,
        told["submitted_by"], told["edition"] or "",
    )  # fmt: skip
