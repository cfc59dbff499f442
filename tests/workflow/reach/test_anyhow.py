"""Whatever people send each other about a case, in whatever order: rows are what the events say, a refusal leaves nothing,
no notice comes twice, and what stands in a box is what the state says."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.models import Case, Notice
from ziyuan.workflow.reach.reminding import prompt_new, remind_due

PEOPLE = [("county_clerk", FEIXI), ("county_chief", FEIXI), ("city_chief", HEFEI), ("province_chief", ANHUI)]
ACTS = ["copy", "circulate", "opinion", "urge", "supervise", "report", "close", "read", "agree", "return", "remind", "days"]
STEP = st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(1, 3))


def take(world, case, step, on_day) -> None:
    act, who, whom, number = step
    by, key = world.officer(*who), case.pk
    if act in ("copy", "circulate"):
        workflow.copy_case(by, key, people=[world.officer(*whom).person], kind=act)
    elif act == "opinion":
        workflow.answer_copy(by, key, number=number, opinion="知悉")
    elif act == "urge":
        workflow.urge(by, key, text="请抓紧", until=kernel.today())
    elif act == "supervise":
        workflow.supervise(by, key, asks="查明", days=number)
    elif act == "report":
        workflow.report_supervision(by, key, number=number, report="已查")
    elif act == "close":
        workflow.close_supervision(by, key, number=number, opinion="好")
    elif act == "read":
        workflow.read_case(by, key)
    elif act == "remind":
        remind_due(kernel.system_actor())
        prompt_new(kernel.system_actor())
    elif act == "days":
        on_day((kernel.today() + timedelta(number * 3)).isoformat())
    else:
        world.act(*who, case, act)


def look(world, case) -> tuple[int, dict]:
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row)[0] == row.state
        notices = Counter(Notice.objects.values_list("person", "key"))
    assert breaks(lambda: verify_case(row)) == []
    assert not notices or max(notices.values()) == 1
    for who in PEOPLE:
        by = world.officer(*who)
        copies = [c for c in row.state.get("copies", {}).values() if c["person"] == by.person]
        shown = workflow.tasks_page(by, box="copied", q=case.no)["items"]
        assert (len(shown), sum(r["unread"] for r in shown)) == (len(copies), sum(not c["read"] for c in copies))
        mine = [t for t in row.state["tasks"].values() if t["state"] == "open" and t["holder"] == by.person]
        assert len(workflow.tasks_page(by, q=case.no)["items"]) == len(mine)
    return row.seq, row.state


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_rows_notices_and_boxes_follow_from_the_events(world, on_day, steps):
    on_day("2026-03-04")
    for who in PEOPLE:
        world.officer(*who)
    case = world.open()
    seq, state = look(world, case)
    for step in steps:
        try:
            take(world, case, step, on_day)
        except ZiyuanError:
            assert look(world, case) == (seq, state), "a refusal leaves nothing behind"
        seq, state = look(world, case)
