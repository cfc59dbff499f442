"""The rows of services: written from the state of the case, found again in lists, compared by the proof."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.serving.models import Service

DOCUMENT, CORRECTION = "document:", "correction:"
_DECIDED = ("granted", "refused")


def columns(case: Case, told: dict[str, Any]) -> dict[str, Any]:
    """A row's columns from the state."""
    return {
        "counties": case.counties,
        "of": told["of"],
        "way": told["way"],
        "served": told["served"],
        "day": date.fromisoformat(told["at"][:10]),
        "effective": date.fromisoformat(told["effective"]) if told["effective"] else None,
        "digest": told["proof"]["digest"] if told["proof"] else "",
    }


def write_services(case: Case, state: dict[str, Any]) -> None:
    """Add the rows that are not there yet; a site that moved takes them into its counties."""
    told = state.get("services", [])
    stored = {row.number: row for row in case.services.all()} if told else {}
    for number, one in enumerate(told, start=1):
        wanted, row = columns(case, one), stored.get(number)
        if row is None:
            Service.objects.create(case=case, number=number, **wanted)
        elif row.counties != wanted["counties"]:
            Service.objects.filter(pk=row.pk).update(counties=wanted["counties"])


def verify_services(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    """Each row against the events."""
    rows = {row.number: row for row in case.services.all()}
    for number, told in enumerate(state.get("services", []), start=1):
        row = rows.pop(number, None)
        if row is None or any(getattr(row, name) != value for name, value in columns(case, told).items()):
            yield kernel.Break("案件", f"{case.no} 送达 {number}", "送达记录行与事件不符")
    for number in rows:
        yield kernel.Break("案件", f"{case.no} 送达 {number}", "送达记录行没有对应的事件")


def unserved(found: QuerySet[Case]) -> QuerySet[Case]:
    """Of these cases the decided ones whose decision nobody has served yet (待送达)."""
    done = Service.objects.filter(case=OuterRef("pk"), of__startswith=DOCUMENT, served=True)
    return found.filter(~Exists(done), status__in=_DECIDED)
