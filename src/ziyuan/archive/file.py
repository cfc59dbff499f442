"""`archive.file`: a case enters the archive in the transaction that closes it, by a decision, a termination or a withdrawal."""

from collections.abc import Iterator
from typing import Any

from ziyuan.archive.models import ArchiveRecord
from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow

# Columns of a record that its manifest states too; `verify_archive` compares them.
STATED = ("case_no", "county", "title", "archive_class", "keep", "starts", "decision_no")


def manifest_digest(manifest: dict[str, Any]) -> str:
    """SM3 over the canonical manifest."""
    return canonical.digest("archive-manifest", manifest).hex()


def manifest_of(state: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
    """What a closed case leaves: its own data, class and term, the SM3 of each paper, who said what when; without a
    decision, how it was closed."""
    told, decision = state["case"], state["decision"]
    done = sorted((t for t in state["tasks"].values() if t["done"]), key=lambda t: t["number"])
    return {
        "case_no": told["no"],
        "county": told["county"],
        "title": told["title"],
        "archive_class": declared["class"],
        "keep": declared["keep"],
        "starts": declared["starts"],
        "decision_no": decision["no"] if decision else "",
        "papers": [
            {"kind": p["kind"], "name": p["name"], "sm3": p["digest"], "size": p["size"]}
            for p in state["papers"]
        ],
        "opinions": [{n: t.get(n) for n in ("title", "by", "outcome", "opinion", "done")} for t in done],
        **({} if decision else {"closing": _closing(state)}),
    }


def _closing(state: dict[str, Any]) -> dict[str, Any]:
    """How a case without a decision was closed, and when; a termination with its type, basis, reason and person."""
    told = state["case"]
    ending = state["termination"] if told["status"] == "terminated" else {}
    words = {name: ending[name] for name in ("title", "basis", "reason", "organ", "by") if name in ending}
    return {"status": told["status"], "at": told["closed"], **words}


def _apply(order: workflow.Order) -> str:
    manifest = manifest_of(order.state, order.result["archive"])
    digest = manifest_digest(manifest)
    columns = {name: manifest[name] for name in STATED}
    ArchiveRecord.objects.create(**columns, manifest=manifest, manifest_sm3=digest, filed=kernel.now())
    return f"{manifest['case_no']}|{digest}"


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    ArchiveRecord.objects.filter(case_no=case_no, withdrawn=None).update(withdrawn=kernel.now())


def _proof(target: str, case_no: str, by: kernel.Actor) -> str:
    """One record of a case stands, that of its last closing; those of earlier ones are withdrawn."""
    record = ArchiveRecord.objects.filter(case_no=case_no, withdrawn=None).first()
    if record is None:
        return "没有归档记录"
    return "" if record.manifest_sm3 == target.split("|")[1] else "归档清单的散列与结案时不符"


# a package is of a case that is closed, however it was closed
workflow.register("archive.file", _apply, _undo, _proof, on_way=False, closing=True)


@kernel.verifies("归档记录")
def verify_archive() -> Iterator[kernel.Break]:
    """Every record's manifest still has its digest, and its columns say what the manifest says."""
    for record in ArchiveRecord.objects.order_by("pk").iterator(500):
        if manifest_digest(record.manifest) != record.manifest_sm3:
            yield kernel.Break("归档记录", record.case_no, "清单与散列不符")
        for name in STATED:
            if getattr(record, name) != record.manifest.get(name):
                yield kernel.Break("归档记录", f"{record.case_no} {name}", "归档行与清单不符")
