"""`archive.file`: a decided case enters the archive in the transaction of its decision."""

from collections.abc import Iterator
from typing import Any

from ziyuan.archive.models import ArchiveRecord
from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow


def manifest_digest(manifest: dict[str, Any]) -> str:
    """SM3 over the canonical manifest."""
    return canonical.digest("archive-manifest", manifest).hex()


def _apply(order: workflow.Order) -> str:
    told, decision = order.state["case"], order.state["decision"]
    declared = kernel.matter(told["matter"]).told["results"][decision["result"]]["archive"]
    manifest = {
        "case": told["no"],
        "papers": [{"kind": p["kind"], "name": p["name"], "sm3": p["digest"], "size": p["size"]} for p in order.state["papers"]],
        "decision": decision["no"],
        "opinions": len([t for t in order.state["tasks"].values() if t["done"]]),
    }
    ArchiveRecord.objects.get_or_create(
        case_no=told["no"],
        defaults={
            "county": told["county"],
            "title": told["title"],
            "archive_class": declared["class"],
            "keep": declared["keep"],
            "starts": declared["starts"],
            "decision_no": decision["no"],
            "manifest": manifest,
            "manifest_sm3": manifest_digest(manifest),
            "filed": kernel.now(),
        },
    )
    return told["no"]


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    ArchiveRecord.objects.filter(case_no=case_no, withdrawn=None).update(withdrawn=kernel.now())


workflow.register("archive.file", _apply, _undo)


@kernel.verifies("归档记录")
def verify_archive() -> Iterator[kernel.Break]:
    """Every record's manifest still has its digest."""
    for record in ArchiveRecord.objects.order_by("pk").iterator(500):
        if manifest_digest(record.manifest) != record.manifest_sm3:
            yield kernel.Break("归档记录", record.case_no, "清单与散列不符")
