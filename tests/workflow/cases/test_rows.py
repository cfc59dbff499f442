"""A case's state is stored in parts, its tasks each in a row, and read whole whichever way it is asked for."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import rows
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.lock import locked_case
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.whole import Parts
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
        task = Task.objects.select_related("case").filter(case=case).first()
        read = [
            locked_case(case.pk),
            Case.objects.get(pk=case.pk),
            Case.objects.select_for_update(skip_locked=True).get(pk=case.pk),
            task.case,
            Task.objects.get(pk=task.pk).case,
            Case.objects.defer("state").get(pk=case.pk),
        ]
        assert [one.state == whole for one in read] == [True] * len(read)
        assert [list(one.state["tasks"]) for one in read] == [["1", "2"]] * len(read)
        assert Case.objects.values_list("state", flat=True).get(pk=case.pk) == whole
        some = Case.objects.annotate(told=Parts("decision", "stops")).values_list("told", flat=True).get(county=FEIXI)
        assert some == {**empty(), **{name: whole[name] for name in ("case", "decision", "stops")}}
    assert Case.objects.filter(pk=case.pk).first() is None, "outside of an actor's session neither row is seen"


def test_an_act_leaves_the_form_as_it_was_written_until_a_correction_brings_another(world):
    case = world.open()

    def columns(act) -> set[str]:
        """What of the case's row the act sets."""
        with CaptureQueriesContext(connection) as asked:
            act()
        names = {name: told for told, name in rows._updates.items()}
        used = re.findall(r"EXECUTE (case_set_\d+)", " ".join(one["sql"] for one in asked.captured_queries))
        return {column for name in used for column in names[name]}

    items = [{"kind": "paper", "target": "basis", "text": "请重新提交"}]
    asked_again = columns(lambda: world.act("county_clerk", FEIXI, case, "correct", items=items))
    assert "state" in asked_again and "brought" not in asked_again
    assert "brought" in columns(lambda: world.answer(case, project_name="另一名称"))
    with kernel.acting(SYSTEM()), connection.cursor() as cursor:
        cursor.execute("SELECT state ?| array['form', 'site', 'papers', 'screening'] FROM workflow_case WHERE id = %s", [case.pk])
        assert cursor.fetchone() == (False,)
        assert Case.objects.get(pk=case.pk).state == rebuild(case)[0]
    assert world.state(case)["form"]["project_name"] == "另一名称"


def test_tasks_come_in_the_order_of_their_numbers(world):
    case = world.open()
    for _ in range(6):
        world.act("county_clerk", FEIXI, case, "agree")
        world.act("county_chief", FEIXI, case, "return")
    assert [int(n) for n in world.state(case)["tasks"]] == list(range(1, 14))


def test_an_act_writes_only_the_rows_it_changes(world, monkeypatch):
    case, written, write = world.open(), [], rows.writing

    def watched(cases, events, tasks):
        written.append(([c.pk for c in cases], [e["kind"] for e in events], [t["number"] for t in tasks]))
        return write(cases, events, tasks)

    monkeypatch.setattr(rows, "writing", watched)
    world.act("county_clerk", FEIXI, case, "agree")
    assert written == [([case.pk], ["accepted", "completed"], [1, 2])]
    world.act("county_chief", FEIXI, case, "correct", items=[{"kind": "field", "target": "scale", "text": "请写明"}])
    assert written[1:] == [([case.pk], ["correction_asked"], [1, 2])], "the limit stands, which every row repeats"
    world.answer(case)
    world.act("county_chief", FEIXI, case, "return")
    assert written[-1] == ([case.pk], ["returned"], [2, 3])
