"""Cases by what is left of their limit: the least first, those whose clock stands or has not begun at the end."""

import pytest

from tests.workflow.world import FEIXI
from ziyuan.workflow import service as workflow


@pytest.fixture
def cases(world, on_day):
    """Six cases accepted on different days; one stands, one is extended, one is not accepted, one is decided."""
    made = {}
    names = ("standing", "late", "early", "extended", "decided", "fresh")
    days = ("2026-03-02", "2026-03-09", "2026-03-03", "2026-03-04", "2026-03-04", "2026-03-10")
    for name, day in sorted(zip(names, days, strict=True), key=lambda told: told[1]):
        on_day(day)
        made[name] = world.open()
        if name != "fresh":
            world.act("county_clerk", FEIXI, made[name], "agree")
    chief = world.officer("county_chief", FEIXI)
    workflow.stop_clock(chief, made["standing"].pk, kind="专家评审", reason="论证")
    clerk = world.officer("county_clerk", FEIXI)
    workflow.propose_extension(clerk, made["extended"].pk, days=10, reason="论证")
    workflow.answer_extension(chief, made["extended"].pk, approve=True, opinion="同意。")
    world.act("county_chief", FEIXI, made["decided"], "agree")
    return made


ORDER = ["early", "late", "extended", "standing", "fresh"]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_the_list_by_days_left_pages_without_gap_or_double(world, cases, limit):
    clerk, seen, after = world.officer("county_clerk", FEIXI), [], None
    while True:
        page = workflow.cases_page(clerk, sort="due", after=after, limit=limit)
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [item["id"] for item in seen] == [cases[name].pk for name in ORDER]
    left = [item["days_left"] for item in seen][:3]
    assert left == sorted(left)
    assert [item["standing"] for item in seen] == ["", "", "", "专家评审", ""]


def test_the_inbox_is_in_the_same_order(world, cases):
    items = workflow.tasks_page(world.officer("county_chief", FEIXI))["items"]
    assert [item["case"]["id"] for item in items] == [cases[name].pk for name in ORDER[:4]]


def test_only_what_waits_for_the_head_is_asked_for(world, cases):
    clerk, chief = world.officer("county_clerk", FEIXI), world.officer("county_chief", FEIXI)
    assert workflow.cases_count(chief, asks="extension") == 0
    workflow.propose_extension(clerk, cases["late"].pk, days=1, reason="论证")
    assert [item["id"] for item in workflow.cases_page(chief, asks="extension")["items"]] == [cases["late"].pk]
    assert workflow.cases_count(chief, asks="extension") == 1


@pytest.mark.parametrize("cursor", ["~", "2026-13-45~1", "²~²", "9" * 60, "2026-03-01~-5", "~" + "9" * 40])
def test_a_hostile_cursor_is_no_fault(world, cases, cursor):
    workflow.cases_page(world.officer("county_clerk", FEIXI), sort="due", after=cursor)
