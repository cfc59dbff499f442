"""An application as the applicant sees it."""

from typing import Any

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Application, Document
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.cases.view import form_shown, site_shown

STATES = {
    "draft": "草稿",
    "submitted": "已提交",
    "received": "已收件",
    "processing": "办理中",
    "correcting": "待补正",
    "answered": "已提交补正",
    "granted": "已批准",
    "refused": "不予通过",
    "withdrawn": "已撤件",
    "terminated": "已终止",
}


def matters() -> list[dict[str, Any]]:
    """What can be applied for here, with basis, limits, papers and form."""
    made = []
    for matter in (m for m in kernel.matters() if "subject" not in m.told):
        rt = runtime(matter.key)
        statutory, promised = rt.limits(kernel.today())
        made.append(
            {
                "id": matter.key,
                "title": matter.title,
                "basis": matter.told["basis"],
                "due": {"statutory": statutory, "promised": promised},
                "papers": matter.told["papers"],
                "form": rt.form,
            }
        )
    return made


def applications(by: kernel.Actor) -> dict[str, Any]:
    """The applicant's own, newest first."""
    with kernel.acting(by):
        rows = Application.objects.filter(applicant=by.person or 0).order_by("-pk")[:200]
        return {"items": [_head(row) for row in rows], "next": None}


def application(by: kernel.Actor, number: int) -> dict[str, Any]:
    """One of the applicant's own. Raises NotFound."""
    with kernel.acting(by):
        found = Application.objects.filter(pk=number, applicant=by.person or 0).first()
        if found is None:
            raise errors.NotFound("申报", number)
        return shown(found)


def _head(row: Application) -> dict[str, Any]:
    return {
        "id": row.pk,
        "no": row.no,
        "matter": row.matter,
        "matter_title": kernel.matter(row.matter).title,
        "title": row.form.get("project_name") or "(未填项目名称)",
        "state": row.state,
        "state_title": STATES.get(row.state, row.state),
        "changed": row.changed.isoformat(),
    }


def shown(row: Application) -> dict[str, Any]:
    """The whole application: values, site, papers, progress, what is to be mended, documents."""
    rt = runtime(row.matter)
    titles = {p["id"]: p["title"] for p in rt.matter.told["papers"]}
    papers = row.papers.filter(replaced=False).order_by("pk")
    return {
        **_head(row),
        "form": row.form,
        "form_shown": form_shown(rt, row.form),
        "site": site_shown(row.site),
        "site_raw": row.site,
        "shown": row.shown,
        "pending": pending_shown(row),
        "papers": [
            {"id": p.pk, "kind": p.kind, "title": titles.get(p.kind, p.kind), "name": p.name, "size": p.size}
            for p in papers
        ],
        "progress": row.progress,
        "correction": row.correction,
        "documents": documents_of(row.no),
        "rating": row.rating,
        "quality": row.quality,
        "editable": row.state in ("draft", "correcting"),
    }


def pending_shown(row: Application) -> dict[str, Any] | None:
    """A site that was read and waits to be confirmed: shape, what was understood, area, and the mark that takes it."""
    if not row.pending:
        return None
    site = row.pending["site"]
    return {
        "site": site,
        "shown": row.pending["shown"],
        "confirm": row.pending["token"],
        "area_m2": str(PlaneShape.from_json(site).area_official()),
    }


def documents_of(no: str | None) -> list[dict[str, Any]]:
    """Documents that came out for an outer number."""
    if not no:
        return []
    found = Document.objects.filter(outer_no=no).order_by("pk")
    return [
        {
            "id": d.pk,
            "title": d.title,
            "no": d.no,
            "digest": d.digest,
            "issued": d.issued.isoformat(),
            "code": d.code,
            "verify_url": f"/verify/{d.code}",
        }
        for d in found
    ]


def form_fields(matter: str, values: dict[str, Any], faults: dict[str, str]) -> list[dict[str, Any]]:
    """The form in groups for a page: each field with its words, choices, value and what is wrong with it."""
    rt = runtime(matter)
    schema = rt.form["data"]
    return [
        {
            "group": group["group"],
            "fields": [_field(schema, name, values, faults) for name in group["fields"]],
        }
        for group in rt.form["layout"]
    ]


def _field(
    schema: dict[str, Any], name: str, values: dict[str, Any], faults: dict[str, str]
) -> dict[str, Any]:
    told = schema["properties"][name]
    choices = list(zip(told["enum"], told["enumTitles"], strict=True)) if "enum" in told else []
    return {
        "name": name,
        "title": told["title"],
        "hint": told.get("description", ""),
        "unit": told.get("unit", ""),
        "required": name in schema["required"],
        "choices": choices,
        "long": told.get("maxLength", 0) >= 254,
        "number": told.get("type") == "number",
        "complete": "tel" if told.get("format") == "phone" else "name" if told.get("mask") == "name" else "",
        "value": "" if values.get(name) is None else values[name],
        "fault": faults.get(name, ""),
    }


def paper_kinds(
    matter: str, handed_in: list[dict[str, Any]], correction: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Every kind of paper with what is handed in, whether it is required, and whether a correction asks for it."""
    asked = {i.get("target", "") for i in (correction or {}).get("items", []) if i.get("kind") == "paper"}
    there = {p["kind"]: p for p in handed_in}
    return [
        {**p, "handed": there.get(p["id"]), "always": p["required"] is True, "asked": p["id"] in asked}
        for p in runtime(matter).matter.told["papers"]
    ]
