"""A case's state is stored in parts, its tasks each in a row, and read whole whichever way it is asked for."""

import copy
import json

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.lock import locked_case
from ziyuan.workflow.models import Case, Task

SYSTEM = kernel.system_actor


def test_the_tasks_lie_in_their_rows_and_nowhere_else(world):
    case = world.decided()
    with kernel.acting(SYSTEM()), connection.cursor() as cursor:
        cursor.execute("SELECT state ? 'tasks' FROM workflow_case WHERE id = %s", [case.pk])
        assert cursor.fetchone() == (False,)
        told = {str(t.number): t.told for t in Task.objects.filter(case=case)}
        assert told == rebuild(case)[0]["tasks"]


def test_whichever_way_the_state_is_read_the_tasks_are_in_it(world):
    case = world.decided()
    with kernel.acting(SYSTEM()):
        whole = rebuild(case)[0]

        def stored():
            return Case.objects.get(pk=case.pk).state

        assert locked_case(case.pk).state == whole and type(locked_case(case.pk).state) is dict
        assert stored() == whole and whole == stored() and not stored() != whole
        assert {**stored()} == whole and dict(stored().items()) == whole and copy.deepcopy(stored()) == whole
        assert json.loads(json.dumps(stored())) == whole and set(stored()) == set(whole) and len(stored()) == len(whole)
        assert stored()["tasks"] == whole["tasks"] == stored().get("tasks") and "tasks" in stored()
        assert list(stored()["tasks"]) == ["1", "2"]
        assert stored() != {**whole, "tasks": {}} and stored().get("no such part") is None


def test_a_list_that_looks_at_no_task_asks_for_none(world):
    case = world.open()
    with kernel.acting(SYSTEM()), CaptureQueriesContext(connection) as asked:
        state = Case.objects.get(pk=case.pk).state
        assert state["case"]["county"] == FEIXI and state.get("extension") is None
        assert len(asked) == 1
        assert state["tasks"]
        assert len(asked) == 2
        found = Case.objects.prefetch_related("tasks").get(pk=case.pk)
        assert found.state["tasks"] and len(asked) == 4, "one turn for the tasks of all cases of a list"


def test_an_act_writes_only_the_rows_it_changes(world, monkeypatch):
    case, written, write = world.open(), [], rows.write

    def watched(cases, events, tasks):
        written.append(([c.pk for c in cases], [e.kind for e in events], [t.number for t in tasks]))
        write(cases, events, tasks)

    monkeypatch.setattr(rows, "write", watched)
    world.act("county_clerk", FEIXI, case, "agree")
    assert written == [([case.pk], ["accepted", "completed"], [1, 2])]
    world.act("county_chief", FEIXI, case, "correct", items=[{"kind": "field", "target": "scale", "text": "请写明"}])
    assert written[1:] == [([case.pk], ["correction_asked"], [1, 2])], "the limit stands, which every row repeats"
    world.answer(case)
    world.act("county_chief", FEIXI, case, "return")
    assert written[-1] == ([case.pk], ["returned"], [2, 3])
