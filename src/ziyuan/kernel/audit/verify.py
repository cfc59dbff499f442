"""Prove the audit chains whole, or name the first place where they are not.

Reads through the auditor's connection. Other components add their own proofs with `verifies`, so that one command
walks everything that was ever recorded: chains, checkpoints, files, editions, cases, packages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connections

from ziyuan.kernel.audit.checkpoint import heads_root, signed_bytes
from ziyuan.kernel.audit.models import AuditHead, AuditRow, Checkpoint
from ziyuan.kernel.audit.record import GENESIS, row_hash
from ziyuan.kernel.files.store import verify_files
from ziyuan.kernel.nodes import keys

AUDITOR = "auditor"


@dataclass(frozen=True)
class Break:
    """One place where a record is not what it was when written."""

    part: str
    place: str
    what: str


_verifiers: dict[str, Callable[[], Iterator[Break]]] = {}


def verifies(part: str) -> Callable[[Callable[[], Iterator[Break]]], Callable[[], Iterator[Break]]]:
    """Register a proof of another component under the name a report shows."""

    def add(function: Callable[[], Iterator[Break]]) -> Callable[[], Iterator[Break]]:
        _verifiers[part] = function
        return function

    return add


def verify_chains() -> Iterator[Break]:
    """Walk every chain: sequence without a hole, each hash right, the head where the last row is."""
    heads = {h.chain: h for h in AuditHead.objects.using(AUDITOR)}
    last: dict[str, tuple[int, str]] = {}
    for row in AuditRow.objects.using(AUDITOR).order_by("chain", "seq").iterator(5000):
        seq, prev = last.get(row.chain, (0, GENESIS))
        place = f"{row.chain} 第 {row.seq} 条"
        if row.seq != seq + 1:
            yield Break("审计链", place, f"序号不连续:前一条是第 {seq} 条")
        if row.prev != prev:
            yield Break("审计链", place, "与前一条的散列不相接")
        if row_hash(row) != row.h:
            yield Break("审计链", place, "内容与散列不符")
        last[row.chain] = (row.seq, row.h)
    for chain in sorted(heads.keys() | last.keys()):
        head = (heads[chain].seq, heads[chain].h) if chain in heads else (0, GENESIS)
        if head != last.get(chain, (0, GENESIS)):
            yield Break("审计链", f"{chain} 链首第 {head[0]} 条", "链首与最后一条不符(尾部被截去或链首被改)")


def verify_checkpoints() -> Iterator[Break]:
    """Each checkpoint's root, link, signature, and its heads against the rows themselves."""
    prev = GENESIS
    for point in Checkpoint.objects.using(AUDITOR).order_by("id").iterator(500):
        place = f"检查点 {point.pk}"
        if point.root != heads_root(point.heads):
            yield Break("检查点", place, "根与各链链首不符")
        if point.prev != prev:
            yield Break("检查点", place, "与前一检查点不相接")
        if point.signature is not None and not keys.verify(signed_bytes(point), bytes(point.signature)):
            yield Break("检查点", place, "签名不符")
        prev = point.root
    yield from _heads_in_rows()


_LOST_HEADS = """
SELECT first, chain, seq FROM (
    SELECT min(c.id) AS first, told.key AS chain, (told.value ->> 0)::bigint AS seq, told.value ->> 1 AS h
      FROM kernel_checkpoint c, jsonb_each(c.heads) told GROUP BY 2, 3, 4) heads
 WHERE seq > 0 AND NOT EXISTS (SELECT 1 FROM kernel_auditrow r
                                WHERE r.chain = heads.chain AND r.seq = heads.seq AND r.h = heads.h)
 ORDER BY first, chain"""


def _heads_in_rows() -> Iterator[Break]:
    """Every head that any checkpoint tells of is still a row: a chain rewritten as a whole, with fresh hashes and a
    fresh head, agrees with itself and with the checkpoints after it, but not with those before."""
    with connections[AUDITOR].cursor() as cursor:
        cursor.execute(_LOST_HEADS)
        for first, chain, seq in cursor.fetchall():
            yield Break("检查点", f"{chain} 第 {seq} 条", f"检查点 {first} 所记链首在链中不存在(该链曾被整体改写或截断)")


def verify_stored_files() -> Iterator[Break]:
    """Every stored file still hashes to its name."""
    for digest in verify_files():
        yield Break("文件库", digest, "文件缺失或内容已变")


def verify_all() -> Iterator[Break]:
    """All proofs, in a fixed order."""
    yield from verify_chains()
    yield from verify_checkpoints()
    yield from verify_stored_files()
    for part in sorted(_verifiers):
        yield from _verifiers[part]()


def parts() -> list[str]:
    """Names of all proofs, for the report."""
    return ["审计链", "检查点", "文件库", *sorted(_verifiers)]
