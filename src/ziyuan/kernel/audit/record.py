"""Write an audit row (审计) in the transaction of the act it tells of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel.audit.models import AuditHead, AuditRow
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.guard import last_turn
from ziyuan.kernel.nodes.node import now
from ziyuan.kernel.statements import Statement, json_text, prepared, turn

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
    turn(_chained(_row(by, action, on, county, before, after, detail)))


def record_last(
    by: Actor,
    action: str,
    on: tuple[str, object],
    county: str | None = None,
    after: Any = None,
    writes: Sequence[Statement] = (),
    **detail: Any,
) -> None:
    """`record` as the end of an act, with the statements that the act still has to write; the session commits with it."""
    last_turn(_chained(_row(by, action, on, county, None, after, detail), writes))


def _row(
    by: Actor, action: str, on: tuple[str, object], county: str | None, before: Any, after: Any, detail: dict[str, Any]
) -> AuditRow:
    """The row as far as it is known before the chain's head is."""
    return AuditRow(
        chain=county or by.region,
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
    )


def _chained(row: AuditRow, writes: Sequence[Statement] = ()) -> list[Statement]:
    """Lock the chain's head, in the turn that carries out `writes`; then what appends the row and moves the head."""
    head = f"{prepared('audit_head', _HEAD)}(%s)", [row.chain]
    found = turn([*writes, head])[-1] or turn([(_FIRST, [row.chain, GENESIS]), head])[-1]
    seq, row.prev = found[0]
    row.seq = seq + 1
    row.h = row_hash(row)
    values = [json_text(row.detail) if f.attname == "detail" else getattr(row, f.attname) for f in _FIELDS]
    return [
        (f"{prepared('audit_row', _ROW)}({_MARKS})", values),
        (f"{prepared('audit_move', _MOVE)}(%s, %s, %s)", [row.seq, row.h, row.chain]),
    ]


_HEAD = "SELECT seq, h FROM kernel_audithead WHERE chain = $1 FOR UPDATE"
_FIRST = "INSERT INTO kernel_audithead (chain, seq, h) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING"
# Without RETURNING: the application may add rows of the audit but not read them.
_FIELDS = [f for f in AuditRow._meta.concrete_fields if not f.primary_key]
_ROW = (
    f"INSERT INTO {AuditRow._meta.db_table} ({', '.join(str(f.column) for f in _FIELDS)})"
    f" VALUES ({', '.join(f'${n}' for n in range(1, len(_FIELDS) + 1))})"
)
_MOVE = f"UPDATE {AuditHead._meta.db_table} SET seq = $1, h = $2 WHERE chain = $3"
_MARKS = ", ".join(["%s"] * len(_FIELDS))

