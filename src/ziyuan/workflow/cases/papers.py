"""Papers of a case: what is handed in, what the matter and the screening require."""

from typing import Any

from ziyuan.base import feel
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Paper
from ziyuan.workflow.cases.runtime import Runtime


def required_papers(runtime: Runtime, state: dict[str, Any]) -> list[dict[str, Any]]:
    """Papers this case must hold: by the matter's text and by its decision `proofs`."""
    papers = runtime.matter.told.get("papers")
    if not papers:
        return []
    values = runtime.values(state)
    proofs = runtime.decide("proofs", values).value if "proofs" in runtime.decisions else []
    return [p for p in papers if _required(p, values) or p["id"] in (proofs or [])]


def _required(paper: dict[str, Any], values: dict[str, Any]) -> bool:
    told = paper["required"]
    return told if isinstance(told, bool) else feel.evaluate(told, values) is True


def missing_papers(runtime: Runtime, state: dict[str, Any]) -> list[dict[str, Any]]:
    """Required papers that are not there."""
    there = {p["kind"] for p in state["papers"]}
    return [p for p in required_papers(runtime, state) if p["id"] not in there]


def keep_papers(case: Case, papers: list[dict[str, Any]]) -> None:
    """The rows say which papers stand now; what is no longer among them is marked replaced and stays."""
    wanted = {(p["kind"], p["digest"]) for p in papers}
    standing = set()
    for row in case.papers.filter(replaced=False):
        if (row.kind, row.digest) in wanted:
            standing.add((row.kind, row.digest))
        else:
            row.replaced = True
            row.save(update_fields=["replaced"])
    for told in papers:
        if (told["kind"], told["digest"]) not in standing:
            values = {name: told[name] for name in ("kind", "name", "digest", "size", "media")}
            Paper.objects.create(case=case, counties=case.counties, added=kernel.now(), **values)
