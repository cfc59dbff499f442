"""Two workers ask for the same due case in two connections: it moves once, and the second waits for nobody."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.workflow import small_matter
from tests.workflow.world import QUANJIAO, tamper
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import timers
from ziyuan.workflow.cases.journal import GENESIS, Journal
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.models import Case, CaseEvent

NO = "定时-两台-0001"
PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" id="d"
 targetNamespace="t" expressionLanguage="https://www.omg.org/spec/FEEL/"><process id="p" isExecutable="true">
 <startEvent id="start"/><userTask id="sign" zy:role="county_chief" zy:level="county"/><endEvent id="granted"/>
 <boundaryEvent id="late" attachedToRef="sign"><timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>
 </boundaryEvent><userTask id="urge" zy:role="county_clerk" zy:level="county"/>
 <sequenceFlow id="a" sourceRef="start" targetRef="sign"/><sequenceFlow id="b" sourceRef="sign" targetRef="granted"/>
 <sequenceFlow id="c" sourceRef="late" targetRef="urge"/><sequenceFlow id="e" sourceRef="urge" targetRef="granted"/>
</process></definitions>"""


@pytest.fixture
def due(committed_db, owners_rights, monkeypatch, tmp_path):
    """A committed case whose timer is due; it is gone afterwards."""
    small_matter.publish(monkeypatch, tmp_path, PROCESS)
    rt, by = timers.runtime_of.__globals__["runtime"]("use_control/site_review"), kernel.system_actor()
    told = {
        "no": NO, "outer_no": NO, "matter": rt.matter.key, "title": "定时", "applicant": "示例", "submitter": None,
        "county": QUANJIAO, "counties": [QUANJIAO], "submitted": kernel.now().isoformat(),
    }  # fmt: skip
    with kernel.acting(by):
        case = Case(outer_no=NO, matter=rt.matter.key, version=rt.version, seq=0, head=GENESIS)
        journal = Journal(case, by)
        journal.add("opened", {"case": told, "form": {"reviewers": [], "project_level": "county"}, "site": None, "papers": []})
        by_itself(rt, journal, "started", rt.graph.start(rt.values(journal.state), now=kernel.now(), decide=rt.decide))
        journal.save()
    later = kernel.now() + timedelta(days=30)
    monkeypatch.setattr(kernel, "now", lambda: later)
    yield case
    for table in ("task", "caseevent"):
        tamper(f"DELETE FROM workflow_{table} WHERE case_id = %s", case.pk)
    tamper("DELETE FROM workflow_case WHERE id = %s", case.pk)


def fired(case) -> int:
    with kernel.acting(kernel.system_actor()):
        return CaseEvent.objects.filter(case=case, kind="timer_fired").count()


def test_a_late_timer_fires_once_though_two_workers_ask_at_once(due, monkeypatch):
    held, free, answers = threading.Event(), threading.Event(), {}
    real = timers.ring

    def slow(rt, journal):
        rung = real(rt, journal)
        held.set()
        assert free.wait(10)
        return rung

    def first():
        try:
            answers["first"] = timers.ring_case(kernel.system_actor(), due.pk)
        finally:
            connection.close()

    monkeypatch.setattr(timers, "ring", slow)
    worker = threading.Thread(target=first)
    worker.start()
    try:
        assert held.wait(10)
        assert timers.ring_case(kernel.system_actor(), due.pk) is False, "the second passes over what is held"
    finally:
        free.set()
        worker.join(10)
    assert answers == {"first": True}
    assert timers.ring_case(kernel.system_actor(), due.pk) is False, "nothing is due any more"
    assert fired(due) == 1


def test_a_column_that_lies_does_not_fire_a_timer_again(due):
    """Negative control: the events decide what is due, the column only finds the case."""
    by = kernel.system_actor()
    assert timers.ring_case(by, due.pk)
    with kernel.acting(by):
        Case.objects.filter(pk=due.pk).update(next_due=kernel.now() - timedelta(days=1))
    timers.ring_case(by, due.pk)
    assert fired(due) == 1
    with kernel.acting(by):
        row = Case.objects.get(pk=due.pk)
        assert row.next_due == runtime_of(row).graph.next_due(row.state["engine"]) is None
