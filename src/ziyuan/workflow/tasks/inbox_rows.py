"""The rows of the inbox as screens and tables show them: one shape for tasks, cases of one's own and copies."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, Task
from ziyuan.workflow.cases.shown import ShortClock
from ziyuan.workflow.cases.sight import narrowed
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.people.holding import on_behalf_of
from ziyuan.workflow.reach.models import TaskSeen

Row = dict[str, Any]


class CaseLine(NamedTuple):
    """Columns of a case that a row shows."""

    id: int
    no: str
    title: str
    applicant: str
    county: str
    matter: str
    version: str
    opened: datetime
    accepted: date | None
    closed: datetime | None
    due: date | None
    clock: Any
    supervised: date | None


class TaskLine(NamedTuple):
    """Columns of a task that a row shows or is sorted by."""

    id: int
    case_id: int
    number: int
    node: str
    title: str
    role: str
    region: str
    holder: int | None
    candidates: list[int] | None
    state: str
    opened: datetime
    done: datetime | None
    due: date | None
    outcome: str
    urged: date | None


class PartLine(NamedTuple):
    """Of a part nothing but its place in the list."""

    id: int


class CopyLine(NamedTuple):
    """Columns of a copy."""

    id: int
    number: int
    kind: str
    at: datetime
    read: datetime | None
    answered: datetime | None


class Page:
    """What the rows of one page share: the clock, the matters' titles, whether the reader is told of supervision."""

    def __init__(self, by: kernel.Actor) -> None:
        self._narrow = narrowed(by)
        self.clock, self._titles = ShortClock(), dict[tuple[str, str], str]()

    def of_case(self, case: CaseLine) -> Row:
        """What every row says of its case."""
        return {
            "case": {
                "id": case.id,
                "no": case.no,
                "title": case.title,
                "matter": case.matter,
                "matter_title": self._title(case),
                "region": case.county,
                "region_name": kernel.region(case.county).name,
                "applicant": case.applicant,
            },
            **self.clock.shown(case),
            "supervised": case.supervised.isoformat() if case.supervised and not self._narrow else None,
        }

    def _title(self, case: CaseLine) -> str:
        key = case.matter, case.version
        if key not in self._titles:
            self._titles[key] = runtime_of(Case(matter=case.matter, version=case.version)).matter.title
        return self._titles[key]


def _of_task(task: TaskLine | None) -> Row:
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


def task_rows(by: kernel.Actor, lines: list[tuple[TaskLine, CaseLine]]) -> Iterator[Row]:
    """Rows of 待办 and 已办."""
    page, behalf = Page(by), on_behalf_of(by, [task for task, _ in lines])
    keys = [task.id for task, _ in lines if task.state == "open"]
    found = TaskSeen.objects.filter(person=by.person or 0, task_id__in=keys)
    seen = set(found.values_list("task_id", flat=True)) if keys else set()
    for task, case in lines:
        unread = task.state == "open" and task.id not in seen
        told = {"opened": task.opened.isoformat(), "unread": unread, "for": behalf.get(task.id, "")}
        yield {"id": task.id, **page.of_case(case), **_of_task(task), **told}


def part_rows(by: kernel.Actor, lines: list[tuple[PartLine, CaseLine]]) -> Iterator[Row]:
    """Rows of 我的: where each case stands, at the person's own task if he has one."""
    page, now = Page(by), _now([case.id for _, case in lines], by)
    for _, case in lines:
        task = now.get(case.id)
        opened = {"opened": case.opened.isoformat(), "unread": False}
        yield {"id": task.id if task else f"case-{case.id}", **page.of_case(case), **_of_task(task), **opened}


def copy_rows(by: kernel.Actor, lines: list[tuple[CopyLine, CaseLine]]) -> Iterator[Row]:
    """Rows of 抄送."""
    page, now = Page(by), _now([case.id for _, case in lines], by)
    for copy, case in lines:
        told = {
            "number": copy.number,
            "kind": copy.kind,
            "read": copy.read.isoformat() if copy.read else None,
            "answered": copy.answered.isoformat() if copy.answered else None,
        }
        row = {"id": f"copy-{copy.id}", **page.of_case(case), **_of_task(now.get(case.id))}
        yield {**row, "opened": copy.at.isoformat(), "unread": copy.read is None, "copy": told}


def _now(cases: list[int], by: kernel.Actor) -> dict[int, TaskLine]:
    """By case: the open task to show, the person's own before others, then the first."""
    found = Task.objects.filter(case_id__in=cases, state__in=("open", "waiting"))
    if narrowed(by):  # where a case stands with others is not for him
        found = found.filter(holder=by.person)
    tasks = [TaskLine(*row) for row in found.values_list(*TaskLine._fields)]
    now: dict[int, TaskLine] = {}
    for task in sorted(tasks, key=lambda task: (not _own(task, by), task.number)):
        now.setdefault(task.case_id, task)
    return now


def _own(task: TaskLine, by: kernel.Actor) -> bool:
    if task.holder or task.candidates:
        return task.holder == by.person or by.person in (task.candidates or ())
    return task.role in by.roles and task.region == by.region


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
