"""The rows of the inbox as screens and tables show them: one shape for tasks, cases of one's own and copies."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Task
from ziyuan.workflow.cases.shown import ShortClock
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.reach.models import CaseCopy, CasePart, Supervision, TaskSeen

Row = dict[str, Any]


class Page:
    """What the rows of one page share: the clock, the matters' titles, who supervises what."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.clock, self._titles = ShortClock(), dict[tuple[str, str], str]()
        keys = {case.pk for case in cases}
        items = Supervision.objects.filter(case_id__in=keys, closed=None).order_by("-due").values_list("case_id", "due")
        self._supervised: dict[int, date] = dict(items)

    def of_case(self, case: Case) -> Row:
        """What every row says of its case."""
        due = self._supervised.get(case.pk)
        return {
            "case": {
                "id": case.pk,
                "no": case.no,
                "title": case.title,
                "matter": case.matter,
                "matter_title": self._title(case),
                "region": case.county,
                "region_name": kernel.region(case.county).name,
                "applicant": case.applicant,
            },
            **self.clock.shown(case),
            "supervised": due.isoformat() if due else None,
        }

    def _title(self, case: Case) -> str:
        key = case.matter, case.version
        if key not in self._titles:
            self._titles[key] = runtime_of(case).matter.title
        return self._titles[key]


def _of_task(task: Task | None) -> Row:
    """What a row says of the task; of a case that waits for nobody, nothing."""
    return {
        "node": task.node if task else "",
        "node_title": task.title if task else "",
        "done": task.done.isoformat() if task and task.done else None,
        "outcome": task.outcome if task else "",
        "state": task.state if task else "",
        "pool": bool(task and task.holder is None),
        "urged": task.urged.isoformat() if task and task.urged and task.done is None else None,
    }


def task_rows(by: kernel.Actor, tasks: list[Task]) -> Iterator[Row]:
    """Rows of 待办 and 已办."""
    page = Page(task.case for task in tasks)
    keys = [task.pk for task in tasks if task.state == "open"]
    seen = set(TaskSeen.objects.filter(person=by.person or 0, task_id__in=keys).values_list("task_id", flat=True))
    for task in tasks:
        unread = task.state == "open" and task.pk not in seen
        yield {"id": task.pk, **page.of_case(task.case), **_of_task(task), "opened": task.opened.isoformat(), "unread": unread}


def part_rows(by: kernel.Actor, parts: list[CasePart]) -> Iterator[Row]:
    """Rows of 我的: where each case stands, at the person's own task if he has one."""
    page, now = Page(part.case for part in parts), _now([part.case_id for part in parts], by)
    for part in parts:
        task = now.get(part.case_id)
        opened = {"opened": part.case.opened.isoformat(), "unread": False}
        yield {"id": task.pk if task else f"case-{part.case_id}", **page.of_case(part.case), **_of_task(task), **opened}


def copy_rows(by: kernel.Actor, copies: list[CaseCopy]) -> Iterator[Row]:
    """Rows of 抄送."""
    page, now = Page(copy.case for copy in copies), _now([copy.case_id for copy in copies], by)
    for copy in copies:
        told = {
            "number": copy.number,
            "kind": copy.kind,
            "read": copy.read.isoformat() if copy.read else None,
            "answered": copy.answered.isoformat() if copy.answered else None,
        }
        row = {"id": f"copy-{copy.pk}", **page.of_case(copy.case), **_of_task(now.get(copy.case_id))}
        yield {**row, "opened": copy.at.isoformat(), "unread": copy.read is None, "copy": told}


def _now(cases: list[int], by: kernel.Actor) -> dict[int, Task]:
    """By case: the open task to show, the person's own before others, then the first."""
    tasks = list(Task.objects.filter(case_id__in=cases, state__in=("open", "waiting")))
    own = [
        task.pk
        for task in tasks
        if (task.holder == by.person if task.holder else task.role in by.roles and task.region == by.region)
    ]
    found: dict[int, Task] = {}
    for task in sorted(tasks, key=lambda task: (task.pk not in own, task.number)):
        found.setdefault(task.case_id, task)
    return found


_HEADS = [
    "案件编号", "项目名称", "申请单位", "事项", "行政区", "当前环节", "收到时间", "办结期限", "剩余工作日", "灯", "催办期限",
    "督办期限",
]  # fmt: skip
_LAMPS = {"red": "红", "yellow": "黄", "green": "绿", "none": ""}


def as_csv(rows: Iterable[Row]) -> bytes:
    """Rows as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    for row in rows:
        case = row["case"]
        told = (case["no"], case["title"], case["applicant"], case["matter_title"], case["region_name"], row["node_title"])
        clock = (row["opened"][:16], row["due"], row["days_left"], _LAMPS[row["lamp"]], row["urged"], row["supervised"])
        writer.writerow(safe_row((*told, *clock)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
