"""Issue the paper of a decision: rendered, stored by digest, signed SM2; then it goes out. Runs as a job, once."""

import secrets
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dateutil.relativedelta import relativedelta

from ziyuan.base import canonical
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.facts import evaluate, read
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import locked_case
from ziyuan.workflow.cases.models import Case, Document
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.documents.render import render

_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@kernel.job("workflow.issue_document")
def issue_document(*, case: int) -> None:
    """Render and sign the paper of a decided case. A repeat finds it issued and does nothing."""
    by = kernel.system_actor("文书制发")
    with kernel.acting(by):
        found = locked_case(case)
        journal = Journal(found, by)
        decision = journal.state["decision"]
        if decision is None or any(d["no"] == decision["no"] for d in journal.state["documents"]):
            return
        document = _make(runtime_of(found), found, decision)
        told = {name: getattr(document, name) for name in ("no", "kind", "title", "digest", "size", "code")}
        journal.add("issued", {"document": told})
        journal.save()
        kernel.record(by, "document.issued", on=("document", document.no), county=found.county, after=told)
        kernel.announce("document.issued", county=found.county, document=document.pk)


def _make(rt: Runtime, case: Case, decision: dict[str, Any]) -> Document:
    code = "".join(secrets.choice(_CODE) for _ in range(20))
    url = f"{kernel.node().public_url}/verify/{code}"
    result = rt.result(decision["result"])
    data = paper_data(rt, case, decision, url)
    shape = PlaneShape.from_json(case.state["site"])
    picture = onemap.draw_map(
        shape, counties=case.counties, on=date.fromisoformat(decision["day"]), sample=kernel.node().sample
    )
    body = render(rt.matter.folder / result["template"], data, qr=url, pictures={"map.svg": picture})
    stored = kernel.put_file(body, name=f"{decision['no']}.pdf", media="application/pdf")
    public = [*rt.matter.told.get("public", []), "organ", "day", "valid_until", "area_ha"]
    facts = {**{k: data[k] for k in public}, "verify_url": url}
    return Document.objects.create(
        case_no=case.no,
        outer_no=case.outer_no,
        counties=case.counties,
        kind=decision["result"],
        title=data["title"],
        no=decision["no"],
        digest=stored.digest,
        size=stored.size,
        signature=kernel.sign(signed_bytes(decision["no"], stored.digest, code, facts)),
        signer=kernel.node().name,
        code=code,
        facts=facts,
        issued=kernel.now(),
    )


def signed_bytes(no: str, digest: str, code: str, facts: dict[str, Any]) -> bytes:
    """What the signature of a document covers: number, SM3 of its bytes, verification code, what the page shows of it."""
    return canonical.encode("document", {"no": no, "sm3": digest, "code": code, "facts": facts})


def signature_holds(document: Document) -> bool:
    """True when the signer named by the document signed exactly this."""
    told = signed_bytes(document.no, document.digest, document.code, document.facts)
    return kernel.verify(told, bytes(document.signature), document.signer)


def paper_data(rt: Runtime, case: Case, decision: dict[str, Any], url: str) -> dict[str, Any]:
    """What a template may print."""
    state = case.state
    screening, declared = state["screening"], rt.result(decision["result"])["document"]
    day = date.fromisoformat(decision["day"])
    until = day + relativedelta(months=decision["valid_months"]) if decision["valid_months"] else None
    return {
        **{k: "" if v is None else v for k, v in evaluate(declared["print"], read(state, decision)).items()},
        "title": declared["title"],
        "no": decision["no"],
        "case_no": case.no,
        "area_ha": hectares(screening["site_area_m2"]),
        "classes": [{**c, "ha": hectares(c["area_m2"])} for c in screening["classes"]],
        "themes": [
            {
                "title": t["title"],
                "status": t["status"],
                "ha": hectares(t["area_m2"] or "0"),
                "article": t["article"],
            }
            for t in screening["themes"]
            if t["id"] != "land_use"
        ],
        "editions": sorted(
            {
                f"{e['layer']} {e['county']} {e['reference_date']} {e['digest'][:16]}"
                for t in screening["themes"]
                for e in t["editions"]
            }
        ),
        "opinions": [
            {"node": t["title"], "organ": t.get("organ", ""), "opinion": t["opinion"], "day": t["done"][:10]}
            for t in sorted(state["tasks"].values(), key=lambda t: t["done"] or "")
            if t["state"] == "done"
        ],
        "opinion": decision["opinion"],
        "organ": decision["organ_name"],
        "day": decision["day"],
        "valid_until": until.isoformat() if until else None,
        "url": url,
        "sample": kernel.node().sample,
    }


def hectares(square_metres: str) -> str:
    """Hectares with four digits, half up, from m² as text."""
    return str((Decimal(square_metres) / 10_000).quantize(Decimal("0.0001"), ROUND_HALF_UP))
