"""The clock of a real case: starts at acceptance, stands while the applicant corrects, is marked where days are 暂定."""

from tests.workflow.world import FEIXI
from ziyuan.workflow import service as workflow

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}


def clock(world, case, role="county_chief"):
    return workflow.case_record(world.officer(role, FEIXI), case.pk)["clock"]


def test_the_clock_starts_at_acceptance_and_not_at_entry(world, on_day):
    on_day("2026-03-02")
    case = world.open()
    assert clock(world, case, "county_clerk")["due"] is None
    assert clock(world, case, "county_clerk")["notify_due"] == "2026-03-09"
    on_day("2026-03-05")
    world.act("county_clerk", FEIXI, case, "agree")
    shown = clock(world, case)
    assert (shown["statutory"], shown["promised"], shown["used"]) == (20, 10, 0)
    assert shown["due"] == "2026-03-19"


def test_a_correction_stops_it_and_the_answer_moves_the_last_day(world, on_day):
    on_day("2026-03-02")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    on_day("2026-03-04")
    world.act("county_chief", FEIXI, case, "correct", items=[ITEM])
    on_day("2026-03-11")
    assert clock(world, case)["left"] == 8
    world.answer(case)
    on_day("2026-03-12")
    shown = clock(world, case)
    assert (shown["used"], shown["stopped"], shown["left"], shown["due"]) == (3, 5, 7, "2026-03-23")
    assert shown["stops"][0]["basis"] == "土地管理法 第五十二条"


def test_before_acceptance_a_correction_stops_nothing(world, on_day):
    on_day("2026-03-02")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "correct", items=[ITEM])
    world.answer(case)
    assert world.state(case)["stops"] == []


def test_days_beyond_the_last_notice_are_provisional(world, on_day):
    on_day("2026-12-28")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    item = workflow.tasks_page(world.officer("county_chief", FEIXI))["items"][0]
    assert item["provisional"]
    assert item["lamp"] == "green"


def test_a_closed_case_shows_the_days_it_used_for_ever(world, on_day):
    on_day("2026-03-02")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    on_day("2026-03-04")
    world.act("county_chief", FEIXI, case, "agree")
    on_day("2026-06-04")
    shown = clock(world, case)
    assert (shown["used"], shown["left"], shown["lamp"]) == (2, 8, "none")
