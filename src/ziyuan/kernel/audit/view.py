"""Read the audit: through the auditor's connection, inside the reader's region."""

from typing import Any

from django.db.models import Q

from ziyuan.kernel.audit.models import AuditHead, AuditRow
from ziyuan.kernel.audit.verify import AUDITOR
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.guard import acting
from ziyuan.kernel.identity.regions import region_range
from ziyuan.kernel.identity.titles import title_of


def audit_page(by: Actor, *, county: str = "", q: str = "", after: str | None = None, limit: int = 100) -> dict[str, Any]:
    """Newest acts first; `q` searches actor, action and object."""
    with acting(by, using=AUDITOR):
        lo, hi = region_range(county or by.region)
        rows = AuditRow.objects.using(AUDITOR).filter(chain__gte=lo, chain__lt=hi)
        if q:
            rows = rows.filter(Q(actor__contains=q) | Q(action__contains=q) | Q(object_id__contains=q))
        if after and after.isdecimal():
            rows = rows.filter(pk__lt=int(after))
        found = list(rows.order_by("-pk")[: limit + 1])
    following = str(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [_shown(row) for row in found[:limit]], "next": following}


def _shown(row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "chain": row.chain,
        "at": row.at.isoformat(),
        "actor": row.actor,
        "organ_name": row.organ,
        "action": row.action,
        "action_title": title_of(row.action),
        "object": f"{row.object_kind} {row.object_id}",
        "detail": row.detail,
        "h": row.h,
    }


def audit_heads(by: Actor) -> dict[str, Any]:
    """Chains of the reader's region with their heads."""
    with acting(by, using=AUDITOR):
        heads = [{"chain": h.chain, "seq": h.seq, "h": h.h} for h in AuditHead.objects.using(AUDITOR).order_by("chain")]
    return {"items": heads}
