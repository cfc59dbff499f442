"""Join the heads of all chains by a Merkle root each second; sign the root each minute."""

from datetime import UTC, timedelta

from django.db import connection, transaction

from ziyuan.base import canonical
from ziyuan.kernel.audit.models import AuditHead, Checkpoint
from ziyuan.kernel.audit.record import GENESIS
from ziyuan.kernel.nodes import keys
from ziyuan.kernel.nodes.node import node, now

SIGN_EVERY = timedelta(minutes=1)


def heads_root(heads: dict[str, list[object]]) -> str:
    """Merkle root over (chain, seq, hash) in chain order."""
    leaves = [canonical.encode("audit-head", [chain, *heads[chain]]) for chain in sorted(heads)]
    return canonical.merkle_root(leaves).hex()


def signed_bytes(point: Checkpoint) -> bytes:
    """What a checkpoint's signature covers."""
    body = {
        "node": node().name,
        "at": point.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "root": point.root,
        "prev": point.prev,
        "size": sum(seq for seq, _ in point.heads.values()),
    }
    return canonical.encode("audit-checkpoint", body)


@transaction.atomic
def checkpoint(*, force_signature: bool = False) -> Checkpoint | None:
    """Write a checkpoint when any chain has grown since the last; sign it when the last signed one is old.

    One at a time on a node: two written side by side would both follow the same one, and the line would fork.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('kernel.checkpoint', 0))")
    heads: dict[str, list[object]] = {h.chain: [h.seq, h.h] for h in AuditHead.objects.all()}
    last = Checkpoint.objects.order_by("-id").first()
    if not heads or (last and last.heads == heads and not force_signature):
        return None
    point = Checkpoint(at=now(), heads=heads, root=heads_root(heads), prev=last.root if last else GENESIS)
    signed = Checkpoint.objects.filter(signature__isnull=False).order_by("-id").values_list("at", flat=True).first()
    if force_signature or signed is None or point.at - signed >= SIGN_EVERY:
        point.signature = keys.sign(signed_bytes(point))
    point.save()
    return point
