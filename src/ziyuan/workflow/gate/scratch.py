"""A case on paper: the matter's own process, decisions, checks, clock and effects, with no database and nobody in it.

The examples of a pack run on it, so that an officer's example proves the very texts that real cases run on.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import clock, facts
from ziyuan.workflow.cases.deltas import change
from ziyuan.workflow.cases.moving import closing, consequences
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.runtime import Runtime, figure
from ziyuan.workflow.cases.screen import findings
from ziyuan.workflow.cases.state import OPEN, TASK_OPEN, fold
from ziyuan.workflow.clocks.clock import Stop
from ziyuan.workflow.effects import registry
from ziyuan.workflow.effects.closing import archive_of, closing_effects
from ziyuan.workflow.engine import Step
from ziyuan.workflow.engine.play import kept
from ziyuan.workflow.gate import scratch_clock
from ziyuan.workflow.tasks import gaps
from ziyuan.workflow.tasks.actions import returned
from ziyuan.workflow.tasks.endings import STOPPED
from ziyuan.workflow.tasks.items import checked
from ziyuan.workflow.tasks.words import TITLES

SHARE = {
    "land_use": "土地利用现状",
    "farmland": "永久基本农田",
    "red_line": "生态保护红线",
    "urban_boundary": "城镇开发边界",
}


class Refused(Exception):
    """The act is not possible now; the text is the reason a person would see."""


class Scratch:
    """One case of one matter. `state` is what the fold of its events would be."""

    def __init__(self, rt: Runtime, given: dict[str, Any]) -> None:
        self.rt, self.given = _with_places(rt, given.get("people", {})), given
        self.day = _day(given["day"])
        self.seq = 0
        self.filed: dict[str, Any] | None = None  # how a case without a decision was filed
        self.state = empty()
        site = given.get("site", {})
        counties = [str(c) for c in site.get("counties", ["340123"])]
        case = {
            "no": "示例案件", "outer_no": "示例申报", "matter": rt.matter.key, "title": "", "applicant": "",
            "submitter": None, "county": counties[0], "counties": counties, "submitted": given["day"],
        }  # fmt: skip
        papers = [{"kind": kind, "name": kind, "digest": "", "size": 0} for kind in given.get("papers", [])]
        self._add("opened", {"case": case, "form": given["form"], "site": None, "papers": papers})
        if "subject" in rt.matter.told:
            self._add("accepted", clock.accept_body(rt, self.state, self.day))
        else:
            self._screen()
        values = rt.values(self.state)
        step = rt.graph.start(values, now=self.now, decide=rt.decide)
        self._add("started", {"engine": self._moved(step), "vars": {n: kept(v) for n, v in step.vars.items()},
                  "opened": self._tasks(step.entered)})
        self._carry(step)

    @property
    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 10, tzinfo=kernel.now().tzinfo)

    def _add(self, kind: str, body: dict[str, Any]) -> None:
        self.seq += 1
        head = {
            "seq": self.seq,
            "at": self.now.isoformat(),
            "actor": "示例",
            "actor_id": None,
            "organ": "示例",
        }
        self.state = fold(self.state, kind, body, head)

    def _tasks(self, entered: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "number": n, "token": ready.token, "node": ready.node, "title": self.rt.graph.nodes[ready.node].name,
                "holder": None, "holder_name": "", "state": "open", "seat": ready.seat,
            }
            for n, ready in enumerate(entered, start=len(self.state["tasks"]) + 1)
        ]  # fmt: skip

    def _screen(self) -> None:
        site, areas = self.given.get("site", {}), self.given.get("areas", {})
        area = Decimal(str(site.get("area_m2", 0)))
        screening = {
            "on": self.day.isoformat(), "site_area_m2": str(area), "classes": [],
            "themes": [_theme(name, areas.get(name, 0)) for name in SHARE],
        }  # fmt: skip
        state = {**self.state, "screening": screening}
        screening["checks"] = findings(self.rt, state, tuple(state["case"]["counties"]), self.day)
        self._add("screened", {"screening": screening})

    # -- what the example does ---------------------------------------------------------------------

    def waits(self) -> list[str]:
        """Nodes where somebody has to act now."""
        return [t["node"] for t in self.state["tasks"].values() if t["state"] in ("open", "waiting")]

    def take(self, step: dict[str, Any]) -> None:
        """One line of `when`. Raises Refused."""
        if "day" in step:
            self.day = _day(step["day"])
        action = step.get("do", "")
        if action in BESIDE:
            return self._beside(action, step)
        task = next(
            (t for t in self.state["tasks"].values() if t["node"] == step.get("at") and t["state"] == "open"),
            None,
        )
        if task is None:
            raise Refused(f"环节“{step.get('at')}”现在没有待办,现在是 {'、'.join(self.waits()) or '已办结'}")
        if action == "resubmit" and self.rt.graph.nodes[task["node"]].verb == action:
            self.state["form"] |= step.get("form", {})
            return self._complete(task, action)
        if action not in self.rt.graph.nodes[task["node"]].allow:
            raise Refused(f"环节“{task['title']}”不允许“{action}”")
        if action not in AT_NODES:
            raise Refused(f"示例不试走“{TITLES[action]}”({action}),可用 {'、'.join((*AT_NODES, *BESIDE))}")
        return AT_NODES[action](self, task, step)

    def _beside(self, action: str, step: dict[str, Any]) -> None:
        """What is no act of a node: the applicant's answer and withdrawal, the clock, termination and restart."""
        status = self.state["case"]["status"]
        if (status not in OPEN) is not (action == "restart"):
            raise Refused(f"案件现在是“{status}”,不能“{action}”")
        if action in scratch_clock.ACTS:
            self._add(*scratch_clock.acted(self.rt, self.state, step, self.day))
        else:
            BESIDE[action](self, step)

    def _outcome(self, task: dict[str, Any], step: dict[str, Any]) -> None:
        self._complete(task, step["do"])

    def _complete(self, task: dict[str, Any], action: str) -> None:
        missing = gaps.not_promised(missing_papers(self.rt, self.state), self.state) if action == "agree" else []
        if missing:
            raise Refused("缺少材料:" + "、".join(p["title"] for p in missing))
        why = gaps.why_undecided(self.rt, self.state, task, self.now) if action == "agree" else ""
        if why:
            raise Refused(why)
        if action == "agree" and self.state["case"]["accepted"] is None:
            self._add("accepted", clock.accept_body(self.rt, self.state, self.day))
        values = {**self.rt.values(self.state), "outcome": action}
        step = self.rt.graph.complete(
            self.state["engine"], task["token"], values, now=self.now, decide=self.rt.decide
        )
        told = {"state": "done", "outcome": action, "opinion": "示例", "by": "示例", "by_id": None}
        closed = closing(self.state, step, told, task["number"])
        body = consequences(self.state, step, closed, self._tasks(step.entered))
        body["vars"] = {name: kept(value) for name, value in {"outcome": action, **step.vars}.items()}
        for made in step.decisions:
            if made.decision == "route":
                body["route"] = {"level": made.value, "trace": made.trace}
        self._add("completed", body)
        self._carry(step)
        if step.ended:
            for told in clock.resumed_bodies(self.rt, self.state, clock.open_stops(self.state), self.day):
                self._add("clock_resumed", told)
            self._decide(step.end or "")

    def _carry(self, step: Step) -> None:
        """Effects on the way: their texts are read, nothing is written."""
        for effect in step.effects:
            declared = self.rt.matter.told["effects"][effect.verb]
            facts.evaluate(registry.kind(declared["kind"]).texts(declared), facts.read(self.state))
            self._add("carried", {"effects": [{"key": effect.node, "kind": declared["kind"]}]})

    def _return(self, task: dict[str, Any], step: dict[str, Any]) -> None:
        moved = returned(self.rt, self.state, task, step.get("to") or "")
        told = {"state": "returned", "outcome": "return", "opinion": "示例", "by": "示例", "by_id": None}
        closed = closing(self.state, moved, told, task["number"])
        self._add("returned", consequences(self.state, moved, closed, self._tasks(moved.entered)))

    def _correct(self, task: dict[str, Any], step: dict[str, Any]) -> None:
        items = checked(self.rt, step.get("items", []))
        stop = clock.correction_stop(self.rt, self.state, "示例", self.day)
        self._add("correction_asked", {"task": task["number"], "items": items, **stop})

    def _accept_gap(self, task: dict[str, Any], step: dict[str, Any]) -> None:
        why = gaps.why_not(self.rt, self.state)
        if why:
            raise Refused(why)
        promised = gaps.promised(self.rt, self.state, step.get("items", []), self.day)
        self._add("gap_accepted", {"task": task["number"], "gaps": promised})

    def _answer(self, step: dict[str, Any]) -> None:
        if self.state["correction"] is None:
            raise Refused("没有待答复的补正")
        self.given = {**self.given, **{k: step[k] for k in ("site", "areas") if k in step}}
        papers = [{"kind": k, "name": k, "digest": "", "size": 0} for k in step.get("papers", [])]
        stops = clock.ended(clock.stops_of(self.state), clock.open_stops(self.state), self.day)
        body = {
            "day": self.day.isoformat(), "form": {**self.state["form"], **step.get("form", {})}, "site": None,
            "papers": [*self.state["papers"], *papers], "counties": self.state["case"]["counties"],
            **clock.due_now(self.rt, self.state, stops, self.day),
        }  # fmt: skip
        self._add("correction_answered", body)
        self._screen()

    def _terminate(self, step: dict[str, Any]) -> None:
        """终止, by whoever may decide, where a node allows it."""
        told = self.rt.matter.told.get("terminations", {}).get(step.get("to"))
        standing = [t for t in self.state["tasks"].values() if t["state"] in TASK_OPEN]
        if not any("terminate" in self.rt.graph.nodes[t["node"]].allow for t in standing):
            raise Refused("现在的环节都不允许终止(terminate)")
        if told is None:
            raise Refused(f"事项的 terminations 中没有“{step.get('to')}”")
        ending = {"title": told["title"], "basis": told["basis"], "reason": "示例", "region": "", "organ": "示例", "by": "示例"}
        self._close("terminated", told, {"termination": {"type": step["to"], **ending, "day": self.day.isoformat()}})

    def _withdraw(self, step: dict[str, Any]) -> None:
        self._close("withdrawn", self.rt.matter.told.get("withdrawal", {}), {"day": self.day.isoformat()})

    def _close(self, kind: str, told: dict[str, Any], body: dict[str, Any]) -> None:
        """A case closes without a decision: what stands is undone, and it is filed."""
        ended = self.rt.graph.terminate(self.state["engine"])
        left = {"state": kind, "outcome": kind, "opinion": "", "by": "", "organ": "", "by_id": None}
        open_now = [n for n, t in self.state["tasks"].items() if t["state"] in TASK_OPEN]
        self._add(kind, {"engine": self._moved(ended), "closed": {n: dict(left) for n in open_now}, **body})
        self._undo()
        self.filed = archive_of(self.rt.matter.told, told)
        kinds = [effect["kind"] for effect in closing_effects(self.rt.matter.told)] if self.filed else []
        self._add("filed", {"effects": [{"key": f"{kind}/{name}", "kind": name} for name in kinds]})

    def _undo(self) -> None:
        standing = [e["key"] for e in self.state["effects"] if not e["undone"]]
        self._add("effects_undone", {"keys": standing})
        self.filed = None

    def _restart(self, step: dict[str, Any]) -> None:
        if self.state["case"]["status"] != "terminated":
            raise Refused("只有终止的案件可以重启")
        self._undo()
        begun = self.rt.graph.start(self.rt.values(self.state), now=self.now, decide=self.rt.decide)
        self._add("restarted", {"engine": self._moved(begun), "opened": self._tasks(begun.entered), **self._gap_in_clock()})

    def _moved(self, step: Step) -> dict[str, Any]:
        return change(self.state["engine"], step.state)

    def _gap_in_clock(self) -> dict[str, Any]:
        """The days between termination and restart do not count."""
        if clock.accepted_on(self.state) is None:
            return {}
        ending = self.state["termination"]
        since = ending["day"]
        until = self.day.isoformat()
        stop = {"kind": STOPPED, "basis": ending["basis"], "counts": True, "by": "示例", "from": since, "to": until}
        stops = [*clock.stops_of(self.state), Stop(STOPPED, _day(since), self.day)]
        return {"stop": stop, **clock.due_now(self.rt, self.state, stops, self.day)}

    def _decide(self, result: str) -> None:
        told = self.rt.result(result)
        months = int(figure(told["valid_months"], self.day)) if "valid_months" in told else None
        decision = {
            "result": result, "title": told["title"], "no": "示例文号", "day": self.day.isoformat(), "organ_name": "示例机关",
            "region": "340000", "person": "示例", "opinion": "示例", "valid_months": months,
        }  # fmt: skip
        self._add("decided", {"decision": decision})
        names = facts.read(self.state, decision)
        facts.evaluate(told.get("document", {}).get("print", {}), names)
        for effect in told["effects"]:
            facts.evaluate(registry.kind(effect["kind"]).texts(effect), names)
        self._add("effected", {"effects": [{"key": e["kind"], "kind": e["kind"]} for e in told["effects"]]})

    # -- what the example looks at -----------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """Everything an example's `then` may name."""
        state, decision = self.state, self.state["decision"]
        return {
            "waits": self.waits() or None,
            "status": state["case"]["status"],
            "route": (state["route"] or {}).get("level"),
            "missing": [p["id"] for p in missing_papers(self.rt, state)],
            "findings": (state["screening"] or {"checks": []})["checks"],
            "accepted": state["case"]["accepted"],
            "due": state["case"].get("due"),
            "provisional": state["case"].get("provisional", False),
            "stopped": sum(1 for s in state["stops"] if s["to"] is None),
            "result": decision["result"] if decision else None,
            "valid_months": decision["valid_months"] if decision else None,
            "effects": [e["kind"] for e in state["effects"] if not e["undone"]],
            "archive": self.rt.result(decision["result"]).get("archive") if decision else self.filed,
            **scratch_clock.shown(self.rt, state, self.day),
        }


def _with_places(rt: Runtime, people: dict[str, int]) -> Runtime:
    """Nobody is on paper: of each list of people the example says how many there are, one where it says nothing."""
    lists = rt.matter.told.get("people") or {}
    places = {name: str(list(range(1, int(people.get(name, 1)) + 1))) for name in lists}
    told = {key: value for key, value in rt.matter.told.items() if key != "people"}
    return replace(rt, matter=replace(rt.matter, told={**told, "facts": {**told.get("facts", {}), **places}}))


def _day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def _theme(name: str, area: Any) -> dict[str, Any]:
    status = "no_data" if area is None else "concerned" if Decimal(str(area)) > 0 else "not_concerned"
    return {
        "id": name, "title": SHARE[name], "status": status, "area_m2": str(area or 0), "article": "", "remedy": "",
        "editions": [],
    }  # fmt: skip


Act = Callable[[Scratch, dict[str, Any], dict[str, Any]], None]
AT_NODES: dict[str, Act] = {
    "agree": Scratch._outcome,
    "refuse": Scratch._outcome,
    "correct": Scratch._correct,
    "return": Scratch._return,
    "accept_gap": Scratch._accept_gap,
}
BESIDE: dict[str, Any] = {
    "answer": Scratch._answer,
    "withdraw": Scratch._withdraw,
    "terminate": Scratch._terminate,
    "restart": Scratch._restart,
    **scratch_clock.ACTS,
}
POSSIBLE = (Refused, scratch_clock.ClockRefused, ZiyuanError)
