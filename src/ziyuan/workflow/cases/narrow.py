"""A case as somebody sees it who may see his own part of it only (a person of an external unit).

What he needs to judge the thing stands as it is; of what people did he sees what he did himself. All else has its shape
and nothing in it, so that one page serves everybody: what is not named here is not shown.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.sight import is_own

Record = dict[str, Any]
HEAD = (
    "id", "no", "outer_no", "title", "matter", "matter_title", "status", "status_title", "region", "region_name", "regions",
    "applicant", "opened", "accepted", "closed", "due", "days_left", "lamp", "provisional", "standing",
)  # fmt: skip
WHOLE = frozenset({*HEAD, "form", "papers", "site", "screening", "actions", "phrases"})
_LIMIT = ("statutory", "promised", "extended", "used", "standing", "left", "due", "provisional", "lamp", "statutory_limit")
_TOLD = frozenset({"task", "holder_name", "reason"})
_EMPTY: Record = {
    "flow": {"nodes": [], "edges": [], "width": 0, "height": 0},
    "documents": [],
    "serving": {"items": [], "acts": [], "ways": []},
    "consulting": {"items": [], "acts": [], "stop": None, "verdicts": {}},
    "gaps": [],
    "panels": [],
    "quality": {"score": None, "rounds": 0, "first_pass": False, "final": False, "counts": [], "items": [], "formula": "",
                "definition": ""},
    "platform": {"no": "", "platform": "", "waiting": 0, "fault": "", "sent": []},
    "reach": {"copies": [], "urges": [], "supervisions": [], "acts": [], "longest_supervision": 0},
}  # fmt: skip


def own_part(by: kernel.Actor, case: Case, record: Record) -> Record:
    """The record of a case with what is this person's own, in the same shape."""
    tasks = case.state["tasks"].values()
    mine = {t["number"] for t in tasks if is_own(t, by)}
    said = {t["number"] for t in tasks if t.get("by_id") == by.person}
    events = set(case.events.filter(actor_id=by.person).values_list("seq", flat=True))
    own = {
        "clock": _clock(record["clock"]),
        "tasks": [told for told in record["tasks"] if told["id"] in mine],
        "opinions": [told for told in record["opinions"] if told["task"] in said],
        "log": [_logged(told) for told in record["log"] if told["seq"] in events],
    }
    return {name: part if name in WHOLE else own.get(name, _EMPTY.get(name)) for name, part in record.items()}


def _clock(clock: Record) -> Record:
    """The limit and its lamp, without why it stood and who asked for what."""
    empty = {"stopped": 0, "stopped_by": {}, "intervals": [], "stops": [], "acts": [], "kinds": []}
    return {name: clock[name] if name in _LIMIT else empty.get(name) for name in clock}


def _logged(told: Record) -> Record:
    """A line of his own without what followed from it."""
    return {**told, "body": {name: value for name, value in told["body"].items() if name in _TOLD}}
