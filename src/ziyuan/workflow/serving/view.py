"""What of a case is to be served, what was tried, what is late; and who may record a service now."""

from datetime import date
from typing import Any

from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow.serving import law
from ziyuan.workflow.serving.rows import CORRECTION, DOCUMENT

State = dict[str, Any]
SERVE = "case.serve"
STATES = {"waiting": "待送达", "noticed": "公告期内", "served": "已送达", "answered": "申请人已经答复"}
_CONSEQUENCE = "记入案卷并告知申请人,不能修改;没有送到的也请登记,写明原因后另换方式。"


def things(state: State) -> list[dict[str, Any]]:
    """What the case has to serve, newest first: its issued documents, and each list of what is to be mended."""
    decision = state["decision"] or {"no": "", "day": ""}
    made = [
        {"of": DOCUMENT + d["no"], "title": d["title"], "no": d["no"], "day": decision["day"]}
        for d in state["documents"]
        if d["no"] == decision["no"]
    ]
    asked = [*state["corrections"], *([state["correction"]] if state["correction"] else [])]
    notices = [
        {
            "of": f"{CORRECTION}{n}",
            "title": f"补正告知(第 {n} 次)",
            "no": "",
            "day": told["at"][:10],
            "answered": bool(told.get("answered")),
        }
        for n, told in enumerate(asked, start=1)
    ]
    return made + notices[::-1]


def success(state: State, of: str) -> dict[str, Any] | None:
    """The service of a thing that succeeded; None without one."""
    found: list[dict[str, Any]] = [s for s in state.get("services", []) if s["of"] == of and s["served"]]
    return found[0] if found else None


def item(state: State, thing: dict[str, Any], today: date, calendar: workdays.Calendar) -> dict[str, Any]:
    """One thing with its attempts, the last day to serve it, and whether that has passed without a service."""
    done = success(state, thing["of"])
    limit = law.last_day(date.fromisoformat(thing["day"]), calendar) if thing["of"].startswith(DOCUMENT) else None
    acted = date.fromisoformat(done["at"][:10]) if done else today
    if done is None:
        stands = "answered" if thing.get("answered") else "waiting"
    else:
        stands = "noticed" if today < date.fromisoformat(done["effective"]) else "served"
    return {
        **thing,
        "due": limit.date.isoformat() if limit else None,
        "provisional": bool(limit and limit.provisional),
        "late": bool(limit and acted > limit.date),
        "state": stands,
        "state_title": STATES[stands],
        "effective": done["effective"] if done else None,
        "attempts": [s for s in state.get("services", []) if s["of"] == thing["of"]],
    }


def of_decision(state: State, today: date, calendar: workdays.Calendar) -> dict[str, Any] | None:
    """Of the decision's document: where its service stands, for lists; None before it is issued."""
    found = [thing for thing in things(state) if thing["of"].startswith(DOCUMENT)]
    if not found:
        return None
    told = item(state, found[0], today, calendar)
    return {name: told[name] for name in ("state", "state_title", "due", "late", "provisional")}


def offers(by: kernel.Actor, state: State) -> list[dict[str, Any]]:
    """Recording a service, for each thing, by an officer of an organ that handles or handled the case."""
    if by.person is None or not kernel.may(by, SERVE) or by.region not in {t["region"] for t in state["tasks"].values()}:
        return []
    return [_offer(state, thing) for thing in things(state)]


def _offer(state: State, thing: dict[str, Any]) -> dict[str, Any]:
    done = success(state, thing["of"])
    reason = f"已由{done['by']}登记{done['way']}" if done else STATES["answered"] if thing.get("answered") else ""
    return {
        "id": SERVE,
        "title": "登记送达",
        "of": thing["of"],
        "enabled": not reason,
        "reason": reason,
        "consequence": _CONSEQUENCE,
    }


def serving(by: kernel.Actor, state: State, today: date, calendar: workdays.Calendar) -> dict[str, Any]:
    """The services of the case page."""
    acts = offers(by, state)
    ways = [{"way": way.name, "receiver": way.receiver, "proof": way.proof} for way in law.WAYS.values()]
    return {
        "items": [item(state, thing, today, calendar) for thing in things(state)],
        "acts": acts,
        "ways": ways if acts else [],
    }
