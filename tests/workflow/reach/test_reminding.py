"""到期提醒、环节提示: once for each task and level, past the limit to the head; a timeout decides nothing."""

import pytest

from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.models import Case, CaseEvent, Task
from ziyuan.workflow.reach import reminding
from ziyuan.workflow.reach.reminding import prompt_new, remind_due

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}


def turn():
    return remind_due(kernel.system_actor("到期提醒"))


def kinds(by):
    return [n["kind"] for n in workflow.notices_page(by, limit=200)["items"]]


def reminded(case):
    with kernel.acting(kernel.system_actor()):
        return CaseEvent.objects.filter(case=case, kind="reminded").count()


def test_each_level_is_told_once_on_its_day(case, chief, on_day):
    """Ten days until Wednesday the 18th: a third of it is left from Friday the 13th, the last call is on the 17th."""
    told = {}
    for day in range(4, 24):
        on_day(f"2026-03-{day:02}")
        while turn():
            told.setdefault(day, []).append(kinds(chief)[0])
        assert turn() == 0
    assert told == {13: ["yellow"], 17: ["before"], 19: ["red"]}
    assert kinds(chief) == ["red", "before", "yellow"]
    assert workflow.notices_page(chief)["items"][0]["day"] == "2026-03-18"
    log = workflow.case_record(chief, case.pk)["log"]
    assert [entry["title"] for entry in log[-3:]] == ["提醒办理"] * 3


def test_past_the_limit_the_head_above_is_told_because_the_head_holds_the_task(world, case, chief, on_day):
    city = world.officer("city_chief", HEFEI)
    on_day("2026-03-18")
    turn()
    assert "escalated" not in kinds(city)
    on_day("2026-03-19")
    turn()
    assert kinds(city) == ["escalated"]
    assert "escalated" not in kinds(chief)
    assert world.state(case)["case"]["status"] == "open", "a timeout decides nothing"
    assert world.waiting(case) == [("county_decide", FEIXI)]


def test_where_a_clerk_is_late_his_own_head_is_told(world, case, clerk, chief, on_day):
    world.act("county_chief", FEIXI, case, "return")
    on_day("2026-03-19")
    turn()
    assert kinds(chief) == ["escalated"]
    assert kinds(clerk) == ["red"]


def test_the_matter_may_say_that_nobody_above_is_told(world, case, chief, on_day, monkeypatch):
    from ziyuan.workflow.cases.runtime import Runtime

    policy = Runtime.policy
    monkeypatch.setattr(Runtime, "policy", lambda self, name: "none" if name == "overdue" else policy(self, name))
    city = world.officer("city_chief", HEFEI)
    on_day("2026-03-19")
    turn()
    assert kinds(city) == []
    assert kinds(chief) == ["red"]


def test_a_task_that_comes_late_is_told_its_last_level_only(world, case, chief, clerk, on_day):
    on_day("2026-03-18")
    world.act("county_chief", FEIXI, case, "return")
    turn()
    assert kinds(clerk) == ["before"]
    assert turn() == 0


def test_while_the_clock_stands_nobody_is_reminded(world, case, chief, on_day):
    world.act("county_chief", FEIXI, case, "correct", items=[ITEM])
    on_day("2026-04-20")
    assert turn() == 0
    world.answer(case)
    assert turn() == 0, "the stopped days are no days"


def test_a_longer_limit_moves_the_levels_not_told_yet(world, case, clerk, chief, on_day):
    on_day("2026-03-13")
    turn()
    workflow.propose_extension(clerk, case.pk, days=5, reason="需补充论证")
    workflow.answer_extension(chief, case.pk, approve=True, opinion="同意")
    for day in range(14, 25):
        on_day(f"2026-03-{day:02}")
        turn()
    assert kinds(chief) == ["before", "yellow"], "until the 25th now; yellow is not told twice"


def test_two_turns_at_once_remind_once(case, chief, on_day, monkeypatch):
    on_day("2026-03-13")
    assert [turn(), turn()] == [1, 0]
    assert reminded(case) == 1


def test_a_case_that_fails_does_not_keep_the_others_waiting(world, case, on_day, monkeypatch):
    from ziyuan.workflow.errors import WrongState

    other = world.open()
    world.act("county_clerk", FEIXI, other, "agree")
    on_day("2026-03-13")
    plain = reminding.remind_case

    def failing(by, key):
        if key == case.pk:
            raise WrongState("案件", "坏")
        return plain(by, key)

    monkeypatch.setattr(reminding, "remind_case", failing)
    assert turn() == 1
    assert (reminded(case), reminded(other)) == (0, 1)


def test_the_column_of_the_next_reminder_is_what_the_events_say(case, on_day):
    on_day("2026-03-13")
    turn()
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert row.remind_on.isoformat() == "2026-03-17"
    assert breaks(lambda: verify_case(row)) == []
    with kernel.acting(kernel.system_actor()):
        Case.objects.filter(pk=case.pk).update(remind_on=None)
        row = Case.objects.get(pk=case.pk)
    assert [b.place for b in breaks(lambda: verify_case(row))] == [f"{case.no} remind_on"]


# -- step prompts ------------------------------------------------------------------------------------------


def prompt():
    return prompt_new(kernel.system_actor("环节提示"))


def test_a_new_task_is_told_to_its_holder_once(world, case, chief, clerk):
    assert prompt() == 1
    assert (kinds(chief), kinds(clerk)) == (["step"], [])
    assert prompt() == 0
    world.act("county_chief", FEIXI, case, "return")
    assert prompt() == 1
    assert kinds(clerk) == ["step"]


def test_a_task_that_changes_hands_is_told_to_the_new_holder(world, case, chief):
    prompt()
    second = person("county_chief", FEIXI, "t-second-chief", "第二负责人")
    world.act("county_chief", FEIXI, case, "handover", to=str(second.person))
    assert prompt() == 1
    assert kinds(second) == ["step"]


def test_tasks_of_a_pool_are_one_notice_a_day(world, on_day):
    on_day("2026-03-04")
    clerk, second = world.officer("county_clerk", FEIXI), person("county_clerk", FEIXI, "t-second", "第二经办人")
    for _ in range(3):
        world.open()
    assert prompt() == 3
    assert (kinds(clerk), kinds(second)) == (["pool"], ["pool"])
    world.open()
    prompt()
    assert kinds(clerk) == ["pool"]
    on_day("2026-03-05")
    world.open()
    prompt()
    assert kinds(clerk) == ["pool", "pool"]


def test_a_prompt_is_no_part_of_the_case(case):
    prompt()
    with kernel.acting(kernel.system_actor()):
        assert Task.objects.filter(case=case, prompted=True).count() == 1
        row = Case.objects.get(pk=case.pk)
    assert breaks(lambda: verify_case(row)) == []


@pytest.mark.parametrize(("holds", "heads"), [("county_clerk", "county_chief"), ("county_chief", "city_chief")])
def test_the_head_is_that_of_the_organ_or_of_the_one_above(world, case, holds, heads):
    from ziyuan.workflow.reach.people import heads_of

    world.officer("city_chief", HEFEI)
    world.officer("province_chief", ANHUI)
    region = {"county_chief": FEIXI, "city_chief": HEFEI}[heads]
    task = {"region": FEIXI, "holder": world.officer(holds, FEIXI).person}
    assert heads_of(task) == [(world.officer(heads, region).person, world.officer(heads, region).name)]
