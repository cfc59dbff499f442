"""待办、已办、我的、抄送: what stands where, in which order, under which filter; and no case's state is read for a list."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, box, breaks, person
from ziyuan.base import workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.clocks import clock, law
from ziyuan.workflow.models import Case, CasePart, Task

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}


def numbers(by, **asked):
    return [row["case"]["no"] for row in workflow.tasks_page(by, **asked)["items"]]


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


@pytest.fixture
def chief(world):
    return world.officer("county_chief", FEIXI)


@pytest.fixture
def five(world, on_day):
    """Five cases before the chief, accepted on the 2nd, 3rd, 4th, 5th and 6th of March 2026; the second has its clock
    stopped. Today is Monday the 16th."""
    made = []
    for day in (2, 3, 4, 5, 6):
        on_day(f"2026-03-{day:02}")
        made.append(world.open(project_name=f"项目{day}"))
        world.act("county_clerk", FEIXI, made[-1], "agree")
    on_day("2026-03-09")
    workflow.stop_clock(world.officer("county_chief", FEIXI), made[1].pk, kind="专家评审", reason="论证")
    on_day("2026-03-16")
    return made


def test_the_nearest_last_day_comes_first_and_a_clock_that_stands_last(five, chief):
    rows = workflow.tasks_page(chief)["items"]
    assert [r["case"]["no"] for r in rows] == [five[n].no for n in (0, 2, 3, 4, 1)]
    assert [(r["due"], r["days_left"], r["lamp"], r["standing"]) for r in rows] == [
        ("2026-03-16", 0, "yellow", ""),
        ("2026-03-18", 2, "yellow", ""),
        ("2026-03-19", 3, "yellow", ""),
        ("2026-03-20", 4, "green", ""),
        ("2026-03-24", 6, "green", "专家评审"),
    ]


def test_a_row_says_what_the_case_page_says(five, chief):
    for row in workflow.tasks_page(chief)["items"]:
        page = workflow.case_record(chief, row["case"]["id"])
        for name in ("due", "days_left", "lamp", "provisional", "standing"):
            assert row[name] == page[name], name
        assert (row["case"]["title"], row["case"]["matter_title"], row["case"]["region_name"]) == (
            page["title"], page["matter_title"], page["region_name"],
        )  # fmt: skip


@pytest.mark.parametrize("sort", ["due", "opened"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_without_gap_or_repeat(five, chief, sort, limit):
    whole, found, after = numbers(chief, sort=sort), [], None
    for _ in range(6):
        page = workflow.tasks_page(chief, sort=sort, limit=limit, after=after)
        found += [row["case"]["no"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == whole
    assert len(set(found)) == 5


def test_a_pool_and_what_one_holds_are_one_list(world, on_day, clerk):
    on_day("2026-03-02")
    person("county_clerk", FEIXI, "t-second", "第二经办人")
    made = [world.open() for _ in range(4)]
    workflow.act(clerk, made[2].pk, "claim")
    assert numbers(clerk, limit=10) == [case.no for case in made]
    assert [row["pool"] for row in workflow.tasks_page(clerk)["items"]] == [True, True, False, True]
    pages = [numbers(clerk, limit=2), numbers(clerk, limit=2, after=workflow.tasks_page(clerk, limit=2)["next"])]
    assert pages == [[made[0].no, made[1].no], [made[2].no, made[3].no]]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"lamp": "yellow"}, [0, 2, 3]),
        ({"lamp": "green"}, [4, 1]),
        ({"lamp": "red"}, []),
        ({"lamp": "none"}, []),
        ({"lamp": "blue"}, []),
        ({"q": "项目4"}, [2]),
        ({"q": "江淮"}, [0, 2, 3, 4, 1]),
        ({"matter": "use_control/site_review"}, [0, 2, 3, 4, 1]),
        ({"matter": "no/such"}, []),
        ({"region": FEIXI}, [0, 2, 3, 4, 1]),
        ({"region": CHANGFENG}, []),
        ({"since": date(2026, 3, 4)}, [2, 3, 4]),
        ({"until": date(2026, 3, 3)}, [0, 1]),
        ({"since": date(2026, 3, 4), "until": date(2026, 3, 4)}, [2]),
        ({"since": date(1, 1, 1), "until": date(9999, 12, 31)}, [0, 2, 3, 4, 1]),
    ],
)
def test_a_filter_keeps_what_it_says(five, chief, asked, wanted):
    assert numbers(chief, **asked) == [five[n].no for n in wanted]


def test_red_begins_after_the_last_day_with_a_working_day_between(five, chief, on_day):
    on_day("2026-03-21")  # a Saturday: the 20th was the last day of the fifth, no working day has passed since
    assert numbers(chief, lamp="red") == [five[n].no for n in (0, 2, 3)]
    on_day("2026-03-23")
    assert numbers(chief, lamp="red") == [five[n].no for n in (0, 2, 3, 4)]


@given(st.integers(1, 30), st.integers(0, 60), st.integers(0, 60))
def test_the_condition_of_a_lamp_is_the_lamp(days, accepted_after, today_after):
    """The database's condition over last day and yellow day, against the clock itself."""
    calendar, start = workdays.calendar(), date(2026, 1, 1)
    accepted = date.fromordinal(start.toordinal() + accepted_after)
    today = date.fromordinal(accepted.toordinal() + today_after)
    share = law.yellow_share(today)
    limit = clock.read(accepted, [], today).against(days, share)
    yellow = calendar.add(limit.due, -(days // share)).date
    worked = calendar.add(date.fromordinal(today.toordinal() + 1), -1).date
    by_columns = "red" if limit.due < worked else "yellow" if yellow <= today else "green"
    assert by_columns == limit.lamp


def test_an_unknown_cursor_has_nothing_after_it(five, chief):
    good = workflow.tasks_page(chief, limit=1)["next"]
    for sort, after in (("due", "bm90LWpzb24"), ("opened", "²"), ("opened", good), ("due", "")):
        assert numbers(chief, sort=sort, after=after) == ([] if after else numbers(chief, sort=sort)), (sort, after)


# -- the other boxes ---------------------------------------------------------------------------------------


def test_done_holds_what_one_ended_the_latest_first(five, clerk, chief):
    assert numbers(clerk, box="done") == [case.no for case in reversed(five)]
    assert numbers(chief, box="done") == []
    assert numbers(clerk, box="done", limit=2, after=workflow.tasks_page(clerk, box="done", limit=2)["next"]) == [
        five[2].no, five[1].no,
    ]  # fmt: skip


def test_mine_are_running_cases_one_has_a_part_in_each_once(world, five, clerk, chief):
    assert numbers(clerk, box="mine") == [five[n].no for n in (0, 2, 3, 4, 1)]
    assert workflow.tasks_page(clerk, box="mine")["items"][0]["node_title"] == "县级决定", "where it stands now"
    world.act("county_chief", FEIXI, five[0], "return")
    world.act("county_clerk", FEIXI, five[0], "agree")
    assert numbers(clerk, box="mine").count(five[0].no) == 1
    world.act("county_chief", FEIXI, five[0], "agree")
    assert five[0].no not in numbers(clerk, box="mine"), "it is decided"
    assert five[0].no in numbers(clerk, box="done")


def test_a_part_stays_when_the_task_changes_hands(world, on_day, clerk):
    on_day("2026-03-02")
    case, second = world.open(), person("county_clerk", FEIXI, "t-second", "第二经办人")
    workflow.act(clerk, case.pk, "handover", to=str(second.person))
    assert [numbers(by, box=name) for by in (clerk, second) for name in ("todo", "mine")] == [[], [case.no], [case.no], [case.no]]
    workflow.act(second, case.pk, "release")
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
    assert breaks(lambda: verify_case(row)) == []


def test_mine_holds_what_one_submitted_and_what_one_supervises(world, five, chief):
    starter, city = person("county_clerk", FEIXI, "t-starter", "申报人"), world.officer("city_chief", HEFEI)
    case = workflow.open_case(world.message(), starter)
    assert numbers(starter, box="mine") == [case.no]
    assert numbers(city, box="mine") == []
    workflow.supervise(city, five[2].pk, asks="查明", days=3)
    assert numbers(city, box="mine") == [five[2].no]


def test_a_case_that_a_strange_region_no_longer_touches_is_in_none_of_its_boxes(world, five, clerk):
    """Row security: who moved to another county sees none of the old one's, though it is he who did it."""
    moved = kernel.Actor(clerk.person, clerk.name, "ZR", "机关", CHANGFENG, clerk.roles, "inner")
    assert [numbers(moved, box=name) for name in ("todo", "done", "mine", "copied")] == [[], [], [], []]
    assert workflow.inbox_counts(moved) == dict.fromkeys(("todo", "done", "mine", "copied", "unread", "unread_copied"), 0)


def test_a_case_of_two_counties_is_seen_from_the_second_too(world, on_day):
    from tests.workflow import world as small_world

    on_day("2026-03-02")
    small_world.seal_county(CHANGFENG)
    case = world.open(box(560, 300, 640, 360))
    neighbour = world.officer("county_clerk", CHANGFENG)
    with kernel.acting(neighbour):
        row = Case.objects.get(pk=case.pk)
        assert (row.counties, Task.objects.filter(case=row).count()) == ([CHANGFENG, FEIXI], 1)
        assert row.county in (CHANGFENG, FEIXI)


def test_counters_say_how_many_stand_in_each_box(world, five, clerk, chief):
    city = world.officer("city_reviewer", HEFEI)
    workflow.copy_case(clerk, five[0].pk, people=[city.person])
    assert workflow.inbox_counts(chief) == {"todo": 5, "done": 0, "mine": 5, "copied": 0, "unread": 5, "unread_copied": 0}
    workflow.read_case(chief, five[0].pk)
    assert workflow.inbox_counts(chief)["unread"] == 4
    assert (workflow.inbox_counts(city)["copied"], workflow.inbox_counts(city)["unread_copied"]) == (1, 1)


def test_the_table_is_what_the_list_shows(five, chief):
    lines = workflow.tasks_csv(chief, lamp="yellow").decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [five[n].no for n in (0, 2, 3)]
    assert lines[1].split(",")[7:10] == ["2026-03-16", "0", "黄"]
    with pytest.raises(errors.NotAllowed):
        workflow.tasks_csv(person("data_officer", FEIXI, "t-data"))


@pytest.mark.parametrize("name", ["todo", "done", "mine", "copied"])
def test_a_page_costs_the_same_few_statements_and_reads_no_state(five, chief, clerk, world, name):
    workflow.copy_case(clerk, five[0].pk, people=[world.officer("province_chief", ANHUI).person])
    with CaptureQueriesContext(connection) as few:
        workflow.tasks_page(clerk, box=name, limit=1)
    with CaptureQueriesContext(connection) as many:
        workflow.tasks_page(clerk, box=name, limit=50)
    assert len(many) <= len(few) + 1 <= 10
    assert not any('"workflow_case"."state"' in query["sql"] for query in many.captured_queries)


def test_the_rows_of_the_inbox_are_what_the_events_say(world, five, chief):
    world.act("county_chief", FEIXI, five[3], "correct", items=[ITEM])
    for case in five:
        with kernel.acting(kernel.system_actor()):
            row = Case.objects.get(pk=case.pk)
        assert breaks(lambda row=row: verify_case(row)) == []
    with kernel.acting(kernel.system_actor()):
        CasePart.objects.filter(case=five[0], person=chief.person).update(running=False)
        Task.objects.filter(case=five[0]).update(yellow_on=date(2026, 1, 1))
        row = Case.objects.get(pk=five[0].pk)
    places = [b.place for b in breaks(lambda: verify_case(row))]
    assert places == [f"{row.no} 任务 1", f"{row.no} 任务 2", f"{row.no} 经手 {chief.person}"]
