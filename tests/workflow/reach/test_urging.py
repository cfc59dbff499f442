"""催办: by a higher level, the head, the starter or his organ; with a limit, not too often, with a receipt."""

from datetime import date

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case

SAID = {"text": "请抓紧办理", "until": date(2026, 3, 9)}


@pytest.fixture
def city(world):
    return world.officer("city_reviewer", HEFEI)


def offered(by, case):
    acts = workflow.case_record(by, case.pk)["reach"]["acts"]
    return {a["id"]: a["reason"] for a in acts}


def urges(by, case):
    return workflow.case_record(by, case.pk)["reach"]["urges"]


def test_a_higher_level_urges_and_the_holder_sees_limit_and_message(case, city, chief):
    workflow.urge(city, case.pk, **SAID)
    row = workflow.tasks_page(chief)["items"][0]
    assert (row["urged"], row["unread"]) == ("2026-03-09", True)
    notice = workflow.notices_page(chief)["items"][0]
    assert (notice["kind"], notice["case_no"], notice["day"], notice["text"]) == (
        "urge", case.no, "2026-03-09", f"{city.name}:请抓紧办理",
    )  # fmt: skip
    told = urges(city, case)[0]
    assert (told["as"], told["to"][0]["name"], told["to"][0]["read"]) == ("superior", chief.name, None)
    workflow.read_case(chief, case.pk)
    assert urges(city, case)[0]["to"][0]["read"], "the receipt"
    assert workflow.notices_count(chief) == 0
    assert workflow.tasks_page(chief)["items"][0]["unread"] is False


def test_one_task_is_urged_once_in_a_working_day(case, city, on_day):
    workflow.urge(city, case.pk, **SAID, command="a")
    workflow.urge(city, case.pk, **SAID, command="a")
    assert offered(city, case)["case.urge"] == "已经催办过,同一待办 1 个工作日内只能催办一次"
    with pytest.raises(ActionRefused, match="已经催办过"):
        workflow.urge(city, case.pk, **SAID, command="b")
    assert len(urges(city, case)) == 1
    on_day("2026-03-05")
    workflow.urge(city, case.pk, **SAID, command="c")
    assert len(urges(city, case)) == 2


def test_a_weekend_is_no_working_day_between_two_urges(case, city, on_day):
    on_day("2026-03-06")  # a Friday
    workflow.urge(city, case.pk, **SAID)
    on_day("2026-03-08")
    assert offered(city, case)["case.urge"]
    on_day("2026-03-09")
    assert not offered(city, case)["case.urge"]


def test_the_head_urges_in_his_organ_and_nobody_urges_himself(world, chief):
    fresh = world.open()
    clerk = world.officer("county_clerk", FEIXI)
    assert offered(chief, fresh)["case.urge"] == ""
    assert "case.urge" not in offered(clerk, fresh)
    with pytest.raises(ActionRefused, match="只有申请人所在机关、上级"):
        workflow.urge(clerk, fresh.pk, text="x", until=kernel.today())


def test_who_submitted_it_and_his_organ_may_urge(world, on_day):
    on_day("2026-03-04")
    starter = person("county_clerk", FEIXI, "t-starter", "申报人")
    world.officer("county_clerk", FEIXI)
    colleague = person("data_officer", FEIXI, "t-colleague", "同事")
    case = workflow.open_case(world.message(), starter)
    workflow.urge(starter, case.pk, text="请受理", until=date(2026, 3, 6))
    assert urges(starter, case)[0]["as"] == "starter"
    with pytest.raises(errors.NotAllowed):
        workflow.urge(colleague, case.pk, text="x", until=date(2026, 3, 6))
    on_day("2026-03-05")
    other = person("county_clerk", FEIXI, "t-other", "另一同事")
    workflow.urge(other, case.pk, text="请受理", until=date(2026, 3, 6))
    assert urges(starter, case)[1]["as"] == "organ"


def test_a_task_in_a_pool_is_urged_to_all_of_the_post(world, on_day, city):
    on_day("2026-03-04")
    clerk, second = world.officer("county_clerk", FEIXI), person("county_clerk", FEIXI, "t-second", "第二经办人")
    case = world.open()
    workflow.urge(city, case.pk, **SAID)
    assert {one["name"] for one in urges(city, case)[0]["to"]} == {clerk.name, second.name}
    assert workflow.notices_count(second) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [({"text": " "}, "text"), ({"text": "长" * 501}, "text"), ({"until": None}, "until"), ({"until": date(2026, 3, 3)}, "until")],
)
def test_an_urge_says_what_and_until_when(case, city, given, field):
    with pytest.raises(FormIncomplete) as refused:
        workflow.urge(city, case.pk, **{**SAID, **given})
    assert list(refused.value.facts["fields"]) == [field]


def test_while_the_applicant_corrects_nobody_is_urged(world, case, city):
    world.act("county_chief", FEIXI, case, "correct", items=[{"kind": "field", "target": "scale", "text": "请补"}])
    assert offered(city, case)["case.urge"] == "正在等待申请人补正"


def test_a_decided_case_and_a_strange_region_are_refused(world, case, city):
    with pytest.raises(errors.NotFound):
        workflow.urge(world.officer("county_chief", CHANGFENG), case.pk, **SAID)
    world.act("county_chief", FEIXI, case, "agree")
    with pytest.raises(ActionRefused, match="本件已经办结"):
        workflow.urge(city, case.pk, **SAID)


def test_an_urge_is_an_event_and_its_state_is_rebuilt(world, case, city, chief):
    workflow.urge(world.officer("province_chief", ANHUI), case.pk, **SAID)
    workflow.read_case(chief, case.pk)
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row)[0] == row.state
    log = workflow.case_record(chief, case.pk)["log"]
    assert [entry["title"] for entry in log[-2:]] == ["催办", "收阅催办"]
