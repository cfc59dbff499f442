"""Write an audit row (审计) in the transaction of the act it tells of."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ziyuan.base import canonical
from ziyuan.kernel.audit.models import AuditHead, AuditRow
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.nodes.node import now

GENESIS = "0" * 64


def plain(value: Any) -> Any:
    """The value as JSON keeps it for good: no floats, dates and decimals as text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def state_digest(state: Any) -> str:
    """SM3 of a row's state before or after an act; empty for no state."""
    return "" if state is None else canonical.digest("audit-state", plain(state)).hex()


def row_hash(row: AuditRow) -> str:
    """The hash of a row over every field but its own hash."""
    body = {
        "chain": row.chain,
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "actor_id": row.actor_id,
        "organ": row.organ,
        "region": row.region,
        "action": row.action,
        "object": [row.object_kind, row.object_id],
        "before": row.before_sm3,
        "after": row.after_sm3,
        "detail": row.detail,
        "prev": row.prev,
    }
    return canonical.digest("audit", body).hex()


def record(
    by: Actor,
    action: str,
    on: tuple[str, object],
    county: str | None = None,
    before: Any = None,
    after: Any = None,
    **detail: Any,
) -> None:
    """Append one row to the chain of `county` (default: the actor's own region).

    The lock on the chain's head is held until commit, so call it late in the verb: it orders the acts of one county.
    """
    chain = county or by.region
    head = _locked_head(chain)
    row = AuditRow(
        chain=chain,
        seq=head.seq + 1,
        at=now(),
        actor=by.name,
        actor_id=by.person,
        organ=by.organ_name or by.organ,
        region=by.region,
        action=action,
        object_kind=on[0],
        object_id=str(on[1]),
        before_sm3=state_digest(before),
        after_sm3=state_digest(after),
        detail=plain(detail),
        prev=head.h,
    )
    row.h = row_hash(row)
    _insert(row)
    AuditHead.objects.filter(chain=chain).update(seq=row.seq, h=row.h)


def _locked_head(chain: str) -> AuditHead:
    AuditHead.objects.bulk_create([AuditHead(chain=chain, seq=0, h=GENESIS)], ignore_conflicts=True)
    return AuditHead.objects.select_for_update().get(chain=chain)


def _insert(row: AuditRow) -> None:
    """Plain INSERT without RETURNING: the application may add rows here but not read them."""
    fields = [f for f in AuditRow._meta.concrete_fields if not f.primary_key]
    values = [f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields]
    names = ", ".join(f'"{f.column}"' for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{AuditRow._meta.db_table}" ({names}) VALUES ({marks})', values)
