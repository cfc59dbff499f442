"""Prove a case whole: its event chain, its rows, its papers, its effects and its documents, each against the events."""

from collections.abc import Iterator
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import GENESIS, event_hash, head_of, project, rebuild, task_columns
from ziyuan.workflow.cases.models import Case, Document
from ziyuan.workflow.consulting.rows import verify_consultations
from ziyuan.workflow.documents.issue import signature_holds
from ziyuan.workflow.effects.registry import kind, known
from ziyuan.workflow.reach import rows as reach_rows
from ziyuan.workflow.serving.rows import verify_services

COLUMNS = (
    "no",
    "matter",
    "title",
    "applicant",
    "county",
    "counties",
    "status",
    "accepted",
    "closed",
    "due",
    "next_due",
    "platform_no",
    "clock",
    "yellow_on",
    "lamp",
    "remind_on",
    "supervised",
    "opened",
    "version",
)


@kernel.verifies("案件")
def verify_cases() -> Iterator[kernel.Break]:
    """Every case this session may see."""
    for case in Case.objects.order_by("pk").iterator(200):
        yield from verify_case(case)


def verify_case(case: Case) -> Iterator[kernel.Break]:
    """Each event's hash and link, then whatever was written from the events."""
    broken = list(_events(case))
    yield from broken
    if broken:
        return
    state, digest = rebuild(case)
    if digest != case.head:
        yield kernel.Break("案件", case.no, "链首与最后一个事件不符(尾部被截去或链首被改)")
    row = list(_row(case, state))
    yield from row
    if not row and (state != case.state or (state and case.seq != case.events.count())):  # the state repeats the row
        yield kernel.Break("案件", case.no, "案件状态与事件重建的结果不符")
    yield from _tasks(case, state)
    yield from _papers(case, state)
    yield from _effects(case, state)
    yield from _documents(case, state)
    yield from verify_services(case, state)
    yield from verify_consultations(case, state)
    yield from reach_rows.broken(case, state)


def _events(case: Case) -> Iterator[kernel.Break]:
    prev = GENESIS
    for expected, event in enumerate(case.events.order_by("seq"), start=1):
        place = f"{case.no} 第 {event.seq} 个事件"
        if event.seq != expected or event.prev != prev:
            yield kernel.Break("案件事件链", place, "与前一事件不相接")
        if event_hash(case.outer_no, head_of(event), event.kind, event.body, event.prev) != event.hash:
            yield kernel.Break("案件事件链", place, "内容与散列不符")
        prev = event.hash


def _row(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    told = Case(pk=case.pk, outer_no=case.outer_no, matter=state["case"]["matter"], version=case.version)
    project(told, state)
    for name in COLUMNS:
        if getattr(told, name) != getattr(case, name):
            yield kernel.Break("案件", f"{case.no} {name}", "案件行与事件不符")


def _tasks(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    told = Case(outer_no=case.outer_no, matter=state["case"]["matter"])
    project(told, state)
    rows = {t.number: t for t in case.tasks.all()}
    for number, task in state["tasks"].items():
        row = rows.pop(int(number), None)
        columns = task_columns(told, task)
        if row is None or any(getattr(row, name) != value for name, value in columns.items()):
            yield kernel.Break("案件", f"{case.no} 任务 {number}", "任务行与事件不符")
    for number in rows:
        yield kernel.Break("案件", f"{case.no} 任务 {number}", "任务行没有对应的事件")


def _papers(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    told = sorted((p["kind"], p["name"], p["digest"], p["size"]) for p in state["papers"])
    rows = sorted((p.kind, p.name, p.digest, p.size) for p in case.papers.filter(replaced=False))
    for paper in told:
        if paper not in rows:
            yield kernel.Break("案件", f"{case.no} 材料 {paper[1]}", "材料行与事件不符")
    if len(rows) != len(told):
        yield kernel.Break("案件", f"{case.no} 材料", f"材料行 {len(rows)} 条,事件记载 {len(told)} 条")


def _effects(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    rows = {e.key: e for e in case.effects.all()}
    by = kernel.system_actor("审计核验")
    for told in state["effects"]:
        row = rows.pop(told["key"], None)
        place = f"{case.no} 效力 {told['kind']}"
        if row is None or (row.kind, row.target, row.decision) != (
            told["kind"],
            told["target"],
            told["decision"],
        ):
            yield kernel.Break("案件", place, "效力行与事件不符")
        elif told["undone"] != (row.undone and row.undone.astimezone(kernel.now().tzinfo).isoformat(timespec="microseconds")):
            yield kernel.Break("案件", place, "效力的撤销与事件不符")
        elif told["kind"] in known() and not told["undone"]:
            wrong = kind(told["kind"]).proof(told["target"], case.no, by)
            if wrong:
                yield kernel.Break("案件", place, wrong)
    for key in rows:
        yield kernel.Break("案件", f"{case.no} 效力 {key}", "效力行没有对应的事件")


def _documents(case: Case, state: dict[str, Any]) -> Iterator[kernel.Break]:
    rows = {d.no: d for d in Document.objects.filter(case_no=case.no)}
    for told in state["documents"]:
        row = rows.pop(told["no"], None)
        if row is None or any(getattr(row, name) != value for name, value in told.items()):
            yield kernel.Break("案件", f"{case.no} 文书 {told['no']}", "文书行与事件不符")
        elif not signature_holds(row):
            yield kernel.Break("案件", f"{case.no} 文书 {told['no']}", "文书签名不符")
    for number in rows:
        yield kernel.Break("案件", f"{case.no} 文书 {number}", "文书行没有对应的事件")
