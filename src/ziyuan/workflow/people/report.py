"""策略动用 as supervision reads it: every time a policy of people acted, by region, newest first; list, figures, table."""

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.scope import moments
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.people.acted import POLICIES, WAYS
from ziyuan.workflow.people.models import PolicyAct

EXPORT_LIMIT = 10_000
_HEADS = ("时间", "案件编号", "项目名称", "行政区", "策略", "做法", "环节", "涉及人员", "接办人", "原因")


def policies_page(by: kernel.Actor, *, after: str | None = None, limit: int = 50, **asked: Any) -> dict[str, Any]:
    """One page; `asked` are policy, region, since, until."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        found = _found(by, **asked)
        if after:
            found = found.filter(pk__lt=int(after[:18])) if after.isdecimal() and after.isascii() else found.none()
        rows = list(found[: limit + 1])
        items = [_shown(row) for row in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].pk) if len(rows) > limit else None}


def _found(
    by: kernel.Actor, *, policy: str = "", region: str = "", since: date | None = None, until: date | None = None
) -> "QuerySet[PolicyAct]":
    found = PolicyAct._default_manager.filter(case__in=seen(by).values("pk")).select_related("case").defer("case__state")
    if policy:
        found = found.filter(policy=policy if policy in POLICIES else "-")
    if region:
        lo, hi = kernel.region_range(clean(region))
        found = found.filter(county__gte=lo, county__lt=hi)
    first, last = moments(since or date(1, 1, 2), until or date(9999, 12, 30))
    return found.filter(at__gte=first, at__lte=last).order_by("-pk")


def _shown(row: PolicyAct) -> dict[str, Any]:
    return {
        "id": row.pk,
        "case": {"id": row.case_id, "no": row.case.no, "title": row.case.title},
        "region": row.county,
        "region_name": kernel.region(row.county).name,
        "at": row.at.isoformat(),
        "policy": row.policy,
        "policy_title": POLICIES[row.policy],
        "way": row.way,
        "way_title": WAYS[row.way],
        "node_title": row.title,
        "person": row.person,
        "holder": row.holder,
        "reason": row.reason,
    }


def policies_figures(by: kernel.Actor, **asked: Any) -> dict[str, Any]:
    """How often each policy acted, per county and in all; the same figures for every level, counted from the events."""
    lines: dict[str, Counter[str]] = {}
    with kernel.acting(by):
        kernel.require(by, "case.read")
        for county, policy in _found(by, **asked).values_list("county", "policy").iterator(2000):
            lines.setdefault(county, Counter())[policy] += 1
        items = [_line(county, kernel.region(county).name, lines[county]) for county in sorted(lines)]
    return {"items": items, "total": _line(by.region, "合计", sum(lines.values(), Counter()))}


def _line(region: str, name: str, counted: "Counter[str]") -> dict[str, Any]:
    return {"region": region, "region_name": name, **{policy: counted[policy] for policy in POLICIES}}


def policies_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        shown = [_shown(row) for row in _found(by, **asked)[:EXPORT_LIMIT]]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    for row in shown:
        told = (row["at"][:16].replace("T", " "), row["case"]["no"], row["case"]["title"], row["region_name"])
        words = (row["policy_title"], row["way_title"], row["node_title"], row["person"], row["holder"], row["reason"])
        writer.writerow(safe_row((*told, *words)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
