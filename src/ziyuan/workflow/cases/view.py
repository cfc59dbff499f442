"""A case as its page shows it: everything a person needs to act, nothing he may not see."""

from typing import Any

from shapely import wkb
from shapely.geometry import mapping

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import narrow, subject, words
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.models import Case, Document, Paper
from ziyuan.workflow.cases.papers import required_papers
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.sight import narrowed, require_sight, seen
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks.calendars import calendar_of
from ziyuan.workflow.clocks.offers import told_with
from ziyuan.workflow.consulting.offers import consulting
from ziyuan.workflow.people import panels
from ziyuan.workflow.platform.outbox import standing
from ziyuan.workflow.quality.score import quality
from ziyuan.workflow.reach import facts as reach
from ziyuan.workflow.reach.offers import told_of
from ziyuan.workflow.serving.view import serving
from ziyuan.workflow.tasks import gaps
from ziyuan.workflow.tasks.actions import all_offers
from ziyuan.workflow.tasks.places import added_at, seat_shown
from ziyuan.workflow.tasks.words import OUTCOMES

STATUS = {
    "open": "办理中",
    "correcting": "待补正",
    "granted": "已批准",
    "refused": "不予通过",
    "withdrawn": "已撤件",
    "terminated": "已终止",
}
KINDS = {
    "opened": "收件",
    "screened": "图上审查",
    "accepted": "受理",
    "started": "开始办理",
    "completed": "办理",
    "resubmitted": "提交审核",
    "returned": "退回",
    "recalled": "撤回",
    "step_added": "加签或委派",
    "seat_added": "增加会签席",
    "seat_removed": "减签",
    "jump_proposed": "申请跳转",
    "jump_refused": "不批准跳转",
    "jumped": "跳转",
    "timer_fired": "定时到期",
    "message_came": "收到消息",
    "claimed": "签收",
    "handed_over": "转办",
    "released": "放回",
    "task_opened": "查看待办",
    "avoided": "回避",
    "left_post": "离任转交",
    "correction_asked": "一次性告知补正",
    "correction_answered": "收到补正",
    "clock_stopped": "暂停计时",
    "clock_resumed": "恢复计时",
    "extension_proposed": "申请延期",
    "extension_answered": "答复延期申请",
    "due_recomputed": "重算办理期限",
    "gap_accepted": "容缺受理",
    "gap_filled": "补交容缺材料",
    "gap_late": "容缺材料逾期未补",
    "terminated": "终止",
    "restarted": "重启",
    "decided": "作出决定",
    "effected": "决定生效",
    "filed": "提交归档",
    "carried": "途中效力",
    "effects_undone": "撤销已产生的效力",
    "migrated": "流程升级",
    "issued": "制发文书",
    "served": "送达",
    "service_failed": "没有送到",
    "numbered": "取得统一受理编码",
    "consulted": "征求意见",
    "consult_answered": "收到征求意见的答复",
    "consult_recalled": "收回征求意见",
    "consult_overdue": "征求意见到期没有答复",
    "withdrawn": "撤件",
    "rated": "服务评价",
    **panels.WORDS,
    **reach.WORDS,
}
LEVELS = {"county": "县级", "city": "市级", "province": "省级"}


def visible_case(by: kernel.Actor, case_id: int) -> Case:
    """The case, when the actor's region and business let him see it. Raises NotFound otherwise."""
    found = seen(by).filter(pk=case_id).first()
    if found is None:
        raise errors.NotFound("案件", case_id)
    return found


def case_record(by: kernel.Actor, case_id: int) -> dict[str, Any]:
    """The whole record; for who sees his own part only, that part."""
    with kernel.acting(by):
        require_sight(by)
        case = visible_case(by, case_id)
        rt, state = runtime_of(case), case.state
        clock = reading(rt, state)
        record = {
            **_head(case, state, clock),
            "clock": told_with(by, rt, state, clock),
            "form": form_shown(rt, state["form"]),
            "papers": _papers(rt, case, state),
            "site": site_shown(state["site"]),
            "screening": _screening(case, state),
            "route": _route(state),
            "flow": _flow(rt, state),
            "opinions": _opinions(rt, state),
            "subject": subject.shown(state),
            "log": _log(case),
            "documents": _documents(case),
            "serving": serving(by, state, kernel.today(), calendar_of(state)),
            "consulting": consulting(by, rt, state),
            "tasks": _tasks(state),
            "actions": [words.offered(rt, state, o.to_json()) for o in all_offers(by, rt, state)],
            "correction": state["correction"],
            "decision": state["decision"],
            "phrases": rt.matter.told.get("phrases", []),
            "rating": state["rating"],
            "gaps": gaps.shown(by, state),
            "panels": panels.shown(state),
            "jump": state.get("jump"),
            "termination": state.get("termination"),
            "quality": quality(state),
            "platform": standing(case),
            "reach": told_of(by, rt, state),
        }
        return narrow.own_part(by, case, record) if narrowed(by) else record


def record_after(by: kernel.Actor, case_id: int) -> dict[str, Any]:
    """The record after an act of this person; `left` where the act has put the case out of his sight (转办、回避)."""
    with kernel.acting(by):
        if narrowed(by) and not seen(by).filter(pk=case_id).exists():
            return {"id": case_id, "left": True}
        return case_record(by, case_id)


def _head(case: Case, state: dict[str, Any], clock: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case.pk,
        "no": case.no,
        "outer_no": case.outer_no,
        "title": case.title,
        "matter": case.matter,
        "matter_title": runtime_of(case).matter.title,
        "status": case.status,
        "status_title": words.status_title(state, STATUS.get(case.status, case.status)),
        "region": case.county,
        "region_name": kernel.region(case.county).name,
        "regions": [{"code": c, "name": kernel.region(c).name} for c in case.counties],
        "applicant": case.applicant,
        "opened": case.opened.isoformat(),
        "accepted": case.accepted.isoformat() if case.accepted else None,
        "closed": case.closed.isoformat() if case.closed else None,
        "due": clock["due"],
        "days_left": clock["left"],
        "lamp": clock["lamp"],
        "provisional": clock["provisional"],
        "standing": clock["standing"],
    }


def form_shown(rt: Runtime, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The form in groups, codes as words."""
    properties = rt.form["data"]["properties"]
    return [
        {
            "group": group["group"],
            "fields": [
                {
                    "path": name,
                    "title": properties[name]["title"],
                    "value": values.get(name),
                    "text": _text(properties[name], values.get(name)),
                }
                for name in group["fields"]
            ],
        }
        for group in rt.form["layout"]
    ]


def _text(schema: dict[str, Any], value: Any) -> str:
    if value is None or value == "":
        return ""
    if "enum" in schema:
        return dict(zip(schema["enum"], schema["enumTitles"], strict=True)).get(value, str(value))
    return f"{value} {schema['unit']}" if "unit" in schema else str(value)


def site_shown(site: dict[str, Any] | None) -> dict[str, Any] | None:
    """The site for the map: degrees (EPSG:4490, lon lat), official area, bounds."""
    if site is None:
        return None
    shape = PlaneShape.from_json(site)
    degrees = wkb.loads(shape.to_wkb_4490())
    return {
        "zone": shape.zone,
        "geojson": mapping(degrees),
        "area_m2": str(shape.area_official()),
        "bounds": list(degrees.bounds),
        "parcels": [],
    }


def _papers(rt: Runtime, case: Case, state: dict[str, Any]) -> list[dict[str, Any]]:
    titles = {p["id"]: p["title"] for p in rt.matter.told.get("papers", [])}
    required = {p["id"] for p in required_papers(rt, state)}
    rows = list(case.papers.order_by("replaced", "pk"))
    shown = [_paper(case, row, titles, required) for row in rows]
    there = {row.kind for row in rows if not row.replaced}
    absent = [k for k in titles if k not in there]  # the optional ones too: a correction may ask for them
    return shown + [
        {
            "id": None,
            "kind": k,
            "title": titles[k],
            "name": "",
            "size": 0,
            "required": k in required,
            "note": "缺少" if k in required else "",
            "url": None,
        }
        for k in absent
    ]


def _paper(case: Case, row: Paper, titles: dict[str, str], required: set[str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": titles.get(row.kind, row.kind),
        "name": row.name,
        "size": row.size,
        "digest": row.digest,
        "required": row.kind in required,
        "note": "已被补正材料替换" if row.replaced else "",
        "url": f"/api/cases/{case.pk}/papers/{row.pk}",
    }


def _screening(case: Case, state: dict[str, Any]) -> dict[str, Any] | None:
    if state["screening"] is None:
        return None
    return {**state["screening"], "pieces_url": f"/api/cases/{case.pk}/screening.geojson"}


def _route(state: dict[str, Any]) -> dict[str, Any] | None:
    if state["route"] is None:
        return None
    level, trace = state["route"]["level"], state["route"]["trace"]
    organ = LEVELS.get(level, level)
    rows = "、".join(str(n) for told in trace for n in told.get("matched", []))
    reason = f"按决策表第 {rows} 行由{organ}办理" if rows else f"由{organ}办理"
    return {"level": level, "organ": organ, "reason": reason, "trace": trace}


def _flow(rt: Runtime, state: dict[str, Any]) -> dict[str, Any]:
    layout, where = rt.graph.layout(), rt.graph.positions(state["engine"])
    at, passed, added = set(where["at"]), set(where["passed"]), added_at(state)
    nodes = [
        {
            "id": n["id"],
            "title": n["name"],
            "type": n["type"],
            "lane": n["lane"],
            **{k: n[k] for k in ("x", "y", "w", "h")},
            "state": "now" if n["id"] in at else "done" if n["id"] in passed else "todo",
            "added": added.get(n["id"], []),
        }
        for n in layout["nodes"]
    ]
    edges = [
        {
            "id": e["id"],
            "from": e["source"],
            "to": e["target"],
            "points": e["waypoints"],
            "name": e["name"],
            "taken": e["source"] in passed and e["target"] in passed | at,
        }
        for e in layout["edges"]
    ]
    return {"nodes": nodes, "edges": edges, "width": layout["width"], "height": layout["height"]}


def _opinions(rt: Runtime, state: dict[str, Any]) -> list[dict[str, Any]]:
    done = [t for t in state["tasks"].values() if t["done"]]
    return [
        {
            "task": t["number"],
            "node_title": t["title"],
            "holder": t["holder_name"],
            "person": t.get("by", ""),
            "organ_name": t.get("organ", ""),
            "outcome": t["outcome"],
            "outcome_title": words.of_act(rt, t["node"], t["outcome"]).get("done") or OUTCOMES.get(t["outcome"], t["outcome"]),
            "opinion": t["opinion"],
            "at": t["done"],
            **seat_shown(t),
        }
        for t in sorted(done, key=lambda t: t["done"])
    ]


_LOGGED = frozenset(
    {"how", "to_name", "title", "gaps", "termination", "service", "consultation", "answer", "no", "moved"}
    | {"items", "opinion", "day", "due", "route", "holder_name", "task", "stop", "kind", "days", "reason", "state", "name"}
    | reach.LOGGED
    | {"chosen"}
    | panels.LOGGED
)


def _log(case: Case) -> list[dict[str, Any]]:
    tasks = case.state["tasks"]
    return [
        {
            "seq": e.seq,
            "at": e.at.isoformat(),
            "actor": e.actor,
            "organ_name": e.organ,
            "kind": e.kind,
            "title": KINDS.get(e.kind, e.kind),
            **_done(tasks, e.kind, e.body),
            "body": {
                k: v
                for k, v in e.body.items()
                if k in _LOGGED and (k != "day" or e.kind == "accepted")
            },
            "hash": e.hash,
        }
        for e in case.events.order_by("seq")
    ]


def _done(tasks: dict[str, Any], kind: str, body: dict[str, Any]) -> dict[str, str]:
    """At which node an event was, and of a task that was done with what outcome."""
    number = str(body.get("task", ""))
    outcome = body.get("closed", {}).get(number, {}).get("outcome", "") if kind == "completed" else ""
    return {"node_title": tasks.get(number, {}).get("title", ""), "outcome_title": OUTCOMES.get(outcome, outcome)}


def _documents(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "id": d.pk,
            "title": d.title,
            "no": d.no,
            "digest": d.digest,
            "issued": d.issued.isoformat(),
            "url": f"/api/cases/{case.pk}/documents/{d.pk}",
            "verify_url": d.facts.get("verify_url", f"/verify/{d.code}"),
        }
        for d in Document.objects.filter(case_no=case.no).order_by("pk")
    ]


def _tasks(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": t["number"],
            "node": t["node"],
            "node_title": t["title"],
            "holder": t["holder_name"] or ("无人可办,请设置岗位" if t.get("nobody") else "待签收"),
            "region_name": kernel.region(t["region"]).name,
            "state": t["state"],
            **seat_shown(t),
        }
        for t in state["tasks"].values()
    ]
