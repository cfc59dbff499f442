"""督办: opened by a level above or the head, reported by who handles the case, closed by who opened it; its own clock."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.models import Post
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case, Supervision

ASKED = {"asks": "查明超期原因并反馈", "days": 3}


@pytest.fixture
def city(world):
    return world.officer("city_chief", HEFEI)


def item(by, case, number=1):
    return workflow.case_record(by, case.pk)["reach"]["supervisions"][number - 1]


def offered(by, case):
    return {a["id"]: a["reason"] for a in workflow.case_record(by, case.pk)["reach"]["acts"]}


def test_an_item_has_a_clock_of_its_own_in_working_days(case, city, chief, on_day):
    workflow.supervise(city, case.pk, **ASKED)
    told = item(city, case)
    assert (told["due"], told["clock"]["left"], told["clock"]["lamp"]) == ("2026-03-09", 3, "green"), "over a weekend"
    on_day("2026-03-06")
    assert item(city, case)["clock"]["lamp"] == "yellow", "one of three days left"
    on_day("2026-03-10")
    assert (item(city, case)["clock"]["left"], item(city, case)["clock"]["lamp"]) == (-1, "red")
    assert workflow.supervisions_page(chief, lamp="red")["items"][0]["case"]["no"] == case.no
    workflow.report_supervision(chief, case.pk, number=1, report="已查明")
    on_day("2026-03-20")
    told = item(city, case)
    assert (told["clock"]["left"], told["clock"]["lamp"], told["clock"]["on_time"]) == (-1, "none", False), "the report stops it"


def test_it_goes_from_opening_over_the_report_to_the_closing(world, case, city, chief):
    workflow.supervise(city, case.pk, **ASKED)
    assert offered(city, case)["case.close_supervision"] == "还没有反馈"
    assert "case.report_supervision" not in offered(city, case)
    assert workflow.notices_page(chief)["items"][0]["kind"] == "supervise"
    assert workflow.tasks_page(chief)["items"][0]["supervised"] == "2026-03-09"
    with pytest.raises(ActionRefused, match="还没有反馈"):
        workflow.close_supervision(city, case.pk, number=1, opinion="可以")
    workflow.report_supervision(chief, case.pk, number=1, report="正在核实,明日决定")
    assert workflow.notices_page(city)["items"][0]["kind"] == "report"
    with pytest.raises(ActionRefused, match="由发起人办结"):
        workflow.close_supervision(world.officer("province_chief", ANHUI), case.pk, number=1, opinion="可以")
    workflow.close_supervision(city, case.pk, number=1, opinion="已落实")
    with pytest.raises(ActionRefused, match="没有等您反馈"):
        workflow.report_supervision(chief, case.pk, number=1, report="再报")
    told = item(city, case)
    assert (bool(told["closed"]), told["closing"], told["reports"][0]["by"]) == (True, "已落实", chief.name)
    assert workflow.tasks_page(chief)["items"][0]["supervised"] is None
    log = [entry["title"] for entry in workflow.case_record(chief, case.pk)["log"]]
    assert log[-3:] == ["督办", "督办反馈", "办结督办"]


def test_who_is_not_above_opens_nothing(world, case, city, clerk, chief):
    assert "case.supervise" not in offered(chief, case), "it is his own task"
    with pytest.raises(errors.NotAllowed):
        workflow.supervise(clerk, case.pk, **ASKED)
    with pytest.raises(errors.NotFound):
        workflow.supervise(world.officer("county_chief", CHANGFENG), case.pk, **ASKED)
    workflow.supervise(city, case.pk, **ASKED)
    assert offered(city, case)["case.supervise"] == "您对本件的督办还没有办结"


@pytest.mark.parametrize(("given", "field"), [({"asks": ""}, "asks"), ({"days": 0}, "days"), ({"days": 61}, "days")])
def test_an_item_says_what_is_to_be_done_by_when(case, city, given, field):
    with pytest.raises(FormIncomplete) as refused:
        workflow.supervise(city, case.pk, **{**ASKED, **given})
    assert list(refused.value.facts["fields"]) == [field]


def test_it_outlives_the_case_and_is_closed_without_a_report_then(world, case, city, chief):
    workflow.supervise(city, case.pk, **ASKED)
    world.act("county_chief", FEIXI, case, "agree")
    assert offered(chief, case)["case.report_supervision"] == ""
    workflow.close_supervision(city, case.pk, number=1, opinion="案件已办结")
    assert item(city, case)["closed"]


def test_lists_and_figures_count_what_the_events_say(world, on_day, city, chief):
    on_day("2026-03-04")
    made = [world.open() for _ in range(3)]
    for case in made:
        world.act("county_clerk", FEIXI, case, "agree")
        workflow.supervise(city, case.pk, **ASKED)
    workflow.report_supervision(chief, made[0].pk, number=1, report="按期")
    on_day("2026-03-12")
    workflow.report_supervision(chief, made[1].pk, number=1, report="晚了")
    workflow.close_supervision(city, made[0].pk, number=1, opinion="好")
    figures = workflow.supervisions_figures(city)
    wanted = {"opened": 3, "reported_on_time": 1, "reported_late": 1, "waiting": 1, "waiting_late": 1, "closed": 1}
    assert figures["total"].items() >= wanted.items()
    assert [(line["region"], line["region_name"]) for line in figures["items"]] == [(FEIXI, "肥西县")]
    assert figures["items"][0].items() >= wanted.items()
    assert workflow.supervisions_figures(world.officer("county_chief", CHANGFENG))["total"]["opened"] == 0
    states = [row["state"] for row in workflow.supervisions_page(city)["items"]]
    assert states == ["open", "reported", "closed"], "the latest first"
    first = workflow.supervisions_page(city, limit=2)
    rest = workflow.supervisions_page(city, limit=2, after=first["next"])
    assert len(first["items"]) + len(rest["items"]) == 3
    assert rest["next"] is None
    assert [r["case"]["no"] for r in workflow.supervisions_page(city, state="open")["items"]] == [made[2].no]
    assert workflow.supervisions_page(chief, mine=True)["items"] == []
    table = workflow.supervisions_csv(city, state="open").decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert made[2].no in table[1]


def test_rows_of_supervision_are_what_the_events_say(case, city):
    workflow.supervise(city, case.pk, **ASKED)
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
    assert breaks(lambda: verify_case(row)) == []
    with kernel.acting(kernel.system_actor()):
        Supervision.objects.filter(case=row).update(asks="别的事")
    assert [b.place for b in breaks(lambda: verify_case(row))] == [f"{case.no} 督办 1"]


# -- who was named has left --------------------------------------------------------------------------------


def leaves(who, day="2026-03-04"):
    """His posts end with that day."""
    with kernel.acting(kernel.system_actor()):
        assert Post.objects.filter(person_id=who.person, until=None).update(until=day)


def test_the_successor_in_post_closes_what_his_predecessor_opened(case, city, chief, on_day):
    after = person("city_chief", HEFEI, "t-after", "后任负责人")
    workflow.supervise(city, case.pk, **ASKED)
    assert "case.close_supervision" not in offered(after, case), "while the other is in post it is his to close"
    assert workflow.supervisions_page(after, mine=True)["items"] == []
    leaves(city)
    on_day("2026-03-05")
    assert offered(after, case)["case.close_supervision"] == "还没有反馈"
    assert offered(after, case)["case.supervise"] == "您对本件的督办还没有办结"
    assert [row["case"]["no"] for row in workflow.supervisions_page(after, mine=True)["items"]] == [case.no]
    workflow.report_supervision(chief, case.pk, number=1, report="已查明")
    assert workflow.notices_page(after)["items"][0]["kind"] == "report", "the report reaches whoever is to close"
    workflow.close_supervision(after, case.pk, number=1, opinion="已落实")
    log = workflow.case_record(chief, case.pk)["log"]
    assert (log[-1]["title"], log[-1]["actor"]) == ("办结督办", "后任负责人")


def test_of_another_region_or_rank_nobody_succeeds(world, case, city, on_day):
    workflow.supervise(city, case.pk, **ASKED)
    leaves(city)
    on_day("2026-03-05")
    for other in (world.officer("city_reviewer", HEFEI), world.officer("province_chief", ANHUI)):
        assert "case.close_supervision" not in offered(other, case)


def test_the_successor_in_post_answers_for_who_was_asked(world, case, city, clerk, chief, on_day):
    """The case has gone on to its end, so that nobody handles it any more."""
    after = person("county_chief", FEIXI, "t-after", "后任局长")
    workflow.supervise(city, case.pk, **ASKED)
    world.act("county_chief", FEIXI, case, "agree")
    assert "case.report_supervision" not in offered(after, case)
    leaves(chief)
    on_day("2026-03-05")
    assert offered(after, case)["case.report_supervision"] == ""
    assert "case.report_supervision" not in offered(clerk, case), "not of the post"
    workflow.report_supervision(after, case.pk, number=1, report="前任已决定,现已落实")
    workflow.close_supervision(city, case.pk, number=1, opinion="好")
    assert workflow.notices_page(after)["items"][0]["kind"] == "closed"
    with kernel.acting(kernel.system_actor()):
        assert breaks(lambda: verify_case(Case.objects.get(pk=case.pk))) == []
