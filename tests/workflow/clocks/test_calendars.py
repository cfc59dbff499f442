"""Whose working days count: the country's, then what province, city and county ordered; a new notice moves open cases."""

import json
import shutil
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.world import ANHUI, CHANGFENG, CHUZHOU, FEIXI, HEFEI, breaks
from ziyuan.base import workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.clocks.calendars import calendar
from ziyuan.workflow.errors import CalendarRefused
from ziyuan.workflow.models import CaseEvent

SYSTEM = kernel.system_actor


@pytest.fixture(autouse=True)
def folder(db):
    """No notice is loaded before or after."""
    path = kernel.node().data / "calendar"
    shutil.rmtree(path, ignore_errors=True)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def notice(region, *days, year=2026, source="示例:本地安排"):
    """Days are written `2026-03-09 休`."""
    told = {"region": region, "year": year, "source": source, "days": [[d[:10], "临时安排", d[-1]] for d in days]}
    return json.dumps(told, ensure_ascii=False).encode()


@pytest.fixture
def case(world, on_day):
    """Accepted on Wednesday 4 March 2026, promised ten days, so until the 18th."""
    on_day("2026-03-04")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    assert world.state(made)["case"]["due"] == "2026-03-18"
    return made


def chief(world, region):
    role = {ANHUI: "province_chief", HEFEI: "city_chief", CHUZHOU: "city_chief"}.get(region, "county_chief")
    return world.officer(role, region)


@pytest.mark.parametrize(
    ("region", "due"),
    [(FEIXI, "2026-03-19"), (HEFEI, "2026-03-19"), (ANHUI, "2026-03-19"), (CHANGFENG, "2026-03-18"), (CHUZHOU, "2026-03-18")],
)
def test_a_day_closed_by_an_order_moves_the_cases_of_that_region_and_no_others(world, case, region, due):
    workflow.load_notice(chief(world, region), notice(region, "2026-03-09 休"))
    assert workflow.recompute_due(SYSTEM("放假通知")) == (due != "2026-03-18")
    assert world.state(case)["case"]["due"] == due
    assert workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)["clock"]["due"] == due
    assert breaks(verify_cases) == []


def test_a_made_up_day_shortens_it(world, case):
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-07 班"))
    workflow.recompute_due(SYSTEM("放假通知"))
    assert world.state(case)["case"]["due"] == "2026-03-17"


def test_the_event_says_what_moved_and_a_notice_met_again_changes_nothing(world, case):
    for _ in range(2):
        workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-09 休"))
        workflow.recompute_due(SYSTEM("放假通知"))
    with kernel.acting(SYSTEM()):
        bodies = list(CaseEvent.objects.filter(case=case, kind="due_recomputed").values_list("body", flat=True))
        loaded = kernel.Event.objects.filter(name="calendar.loaded").count()
    assert [(b["was"]["due"], b["due"]) for b in bodies] == [("2026-03-18", "2026-03-19")]
    assert loaded == 1


def test_the_narrower_order_wins_and_among_equals_the_later(world):
    day = date(2026, 3, 9)
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-09 班"))
    workflow.load_notice(chief(world, ANHUI), notice(ANHUI, "2026-03-09 休"))
    assert [calendar(code).is_workday(day) for code in ("", ANHUI, HEFEI, CHANGFENG, FEIXI)] == [True, False, False, False, True]
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-09 休", source="后来的安排"))
    assert not calendar(FEIXI).is_workday(day)


def test_a_case_goes_by_the_calendar_of_the_organ_that_decides_it(world, on_day):
    """The route leads to the province; what the county alone has ordered does not count for it, from the moment it is known."""
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-09 休"))
    on_day("2026-03-04")
    plain = world.open()
    world.act("county_clerk", FEIXI, plain, "agree")
    assert world.state(plain)["case"]["due"] == "2026-03-19"
    big = world.open(project_level="province", investment=52000)
    world.act("county_clerk", FEIXI, big, "agree")
    state = world.state(big)
    assert state["route"]["level"] == "province"
    assert state["case"]["due"] == "2026-03-18"
    with kernel.acting(SYSTEM()):
        assert CaseEvent.objects.filter(case=big, kind="due_recomputed").count() == 1


def test_the_notice_of_the_next_year_makes_its_days_firm(world, on_day):
    on_day("2026-12-28")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    assert (world.state(made)["case"]["due"], world.state(made)["case"]["provisional"]) == ("2027-01-11", True)
    text = notice("", "2027-01-01 休", year=2027, source="示例通知")
    workflow.load_notice(chief(world, ANHUI), text)
    workflow.recompute_due(SYSTEM("放假通知"))
    assert (world.state(made)["case"]["due"], world.state(made)["case"]["provisional"]) == ("2027-01-12", False)


def test_an_order_of_a_region_makes_no_year_firm(world, on_day):
    on_day("2026-12-28")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2027-01-04 休", year=2027))
    workflow.recompute_due(SYSTEM("放假通知"))
    assert (world.state(made)["case"]["due"], world.state(made)["case"]["provisional"]) == ("2027-01-12", True)


@pytest.mark.parametrize(
    ("region", "text", "says"),
    [
        (FEIXI, notice("", "2027-01-01 休", year=2027), "省级"),
        (FEIXI, notice(CHANGFENG, "2026-03-09 休"), "辖区"),
        (HEFEI, notice(ANHUI, "2026-03-09 休"), "辖区"),
        (ANHUI, notice("999999", "2026-03-09 休"), "辖区"),
        (ANHUI, notice("", "2028-01-01 休", year=2028), "2027"),
        (ANHUI, notice(ANHUI, "2026-03-09 休", source=" "), "出处"),
        (ANHUI, notice(ANHUI), "没有一天"),
        (ANHUI, notice(ANHUI, "2029-03-09 休"), "2026"),
        (ANHUI, notice(ANHUI, "2026-03-09 假"), "假"),
        (ANHUI, notice(ANHUI, "2026-02-30 休"), "不可用"),
        (ANHUI, b"\xff\xfe", "不可用"),
        (ANHUI, b"[]", "不可用"),
    ],
)
def test_what_is_not_his_to_load_or_is_no_notice_is_refused_and_leaves_nothing(world, folder, region, text, says):
    with pytest.raises(CalendarRefused, match=says):
        workflow.load_notice(chief(world, region), text)
    assert list(folder.glob("*")) == []


def test_other_roles_do_not_load(world):
    with pytest.raises(errors.NotAllowed):
        workflow.load_notice(world.officer("county_clerk", FEIXI), notice(FEIXI, "2026-03-09 休"))


def test_the_calendar_page_shows_days_notices_and_sources(world):
    workflow.load_notice(chief(world, FEIXI), notice(FEIXI, "2026-03-09 休", source="示例文号"))
    told = workflow.working_calendar(world.officer("county_clerk", FEIXI), year=2026)
    assert {"day": "2026-03-09", "name": "临时安排", "free": True} in told["days"]
    assert [(n["region_name"], n["source"]) for n in told["notices"]] == [("肥西县", "示例文号")]
    assert (told["may_load"], told["announced"]) == (False, True)
    later = workflow.working_calendar(world.officer("county_clerk", FEIXI), year=2027)
    assert (later["announced"], later["days"]) == (False, [])


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@given(st.sets(DAYS, max_size=20), DAYS, st.integers(1, 60))
def test_counting_by_a_regional_calendar_is_counting_its_days_one_by_one(free, start, count):
    told = {day: workdays.Holiday("临时安排", True) for day in free}
    base = workdays.calendar()
    region = base.of([workdays.Notice(FEIXI, 2026, "示例", told)])
    day, left = start, count
    while left:
        day = date.fromordinal(day.toordinal() + 1)
        left -= base.is_workday(day) and day not in free
    assert region.add(start, count).date == day
    assert region.between(start, day).days == count
