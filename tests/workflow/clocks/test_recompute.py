"""The notice of the next year comes: each open case whose last day it moves has an event that says so, and only those."""

from datetime import date

import pytest

from tests.workflow.world import FEIXI, breaks
from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import Case, CaseEvent

SYSTEM = kernel.system_actor


@pytest.fixture
def announce(monkeypatch):
    """A release whose calendar also holds 2027, with the given free days."""
    known = workdays.calendar()

    def load(*free: date) -> None:
        named = {**known.named, **{day: workdays.Holiday("元旦", True) for day in free}}
        later = workdays.Calendar(named, known.first_year, known.last_year + 1)
        monkeypatch.setattr(workdays, "calendar", lambda: later)

    return load


@pytest.fixture
def case(world, on_day):
    """Accepted on Monday 28 December 2026: 29, 30, 31, then 1, 4 … of a January not yet announced: until the 11th."""
    on_day("2026-12-28")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    assert world.state(made)["case"]["due"] == "2027-01-11"
    assert world.state(made)["case"]["provisional"]
    return made


def recomputed(case):
    with kernel.acting(SYSTEM()):
        return list(CaseEvent.objects.filter(case=case, kind="due_recomputed").order_by("seq").values_list("body", flat=True))


def test_a_day_that_becomes_free_moves_the_last_day_and_the_mark_goes(world, case, announce):
    announce(date(2027, 1, 1))
    assert workflow.recompute_due(SYSTEM("放假通知")) == 1
    told = world.state(case)["case"]
    assert (told["due"], told["provisional"]) == ("2027-01-12", False)
    assert recomputed(case) == [
        {
            "due": "2027-01-12",
            "provisional": False,
            "clock": {
                "limit": 10,
                "marks": {"yellow": "2027-01-07", "before": "2027-01-11", "red": "2027-01-13", "escalated": "2027-01-13"},
                "calendar": "340123",
            },
            "was": {
                "due": "2027-01-11",
                "provisional": True,
                "clock": {
                    "limit": 10,
                    "marks": {"yellow": "2027-01-06", "before": "2027-01-08", "red": "2027-01-12", "escalated": "2027-01-12"},
                    "calendar": "340123",
                },
            },
            "announced_to": 2027,
        }
    ]
    with kernel.acting(SYSTEM()):
        assert Case.objects.get(pk=case.pk).due == date(2027, 1, 12)
        assert Case.objects.get(pk=case.pk).tasks.filter(state="open").get().due == date(2027, 1, 12)
        noted = [e.facts.get("note") for e in kernel.Event.objects.filter(name="case.outside").order_by("pk")]
    assert noted[-1] == "按新的放假通知,办理期限为 2027-01-12"
    assert breaks(verify_cases) == []


def test_a_notice_that_moves_no_day_still_takes_the_mark_away(world, case, announce):
    announce()
    assert workflow.recompute_due(SYSTEM("放假通知")) == 1
    assert world.state(case)["case"]["provisional"] is False
    assert recomputed(case)[0]["due"] == "2027-01-11"


def test_without_a_new_notice_and_on_a_second_night_nothing_is_written(world, case, announce):
    assert workflow.recompute_due(SYSTEM("放假通知")) == 0
    announce(date(2027, 1, 1))
    assert [workflow.recompute_due(SYSTEM("放假通知")) for _ in range(3)] == [1, 0, 0]
    assert len(recomputed(case)) == 1


def test_a_later_correction_of_the_notice_is_counted_too(world, case, announce):
    announce(date(2027, 1, 1))
    workflow.recompute_due(SYSTEM("放假通知"))
    announce(date(2027, 1, 1), date(2027, 1, 4))
    assert workflow.recompute_due(SYSTEM("放假通知")) == 1
    assert [body["due"] for body in recomputed(case)] == ["2027-01-12", "2027-01-13"]


def test_a_closed_case_and_one_that_stands_are_left_alone_and_one_not_accepted_has_no_last_day(world, case, announce, on_day):
    chief = world.officer("county_chief", FEIXI)
    closed, standing, fresh = world.open(), world.open(), world.open()
    for made in (closed, standing):
        world.act("county_clerk", FEIXI, made, "agree")
    world.act("county_chief", FEIXI, closed, "agree")
    workflow.stop_clock(chief, standing.pk, kind="听证", basis="城乡规划法", reason="x")
    workflow.resume_clock(chief, standing.pk, stop=1)
    workflow.stop_clock(chief, standing.pk, kind="专家评审", reason="x")
    announce(date(2027, 1, 1))
    assert workflow.recompute_due(SYSTEM("放假通知")) == 2
    assert [len(recomputed(one)) for one in (case, closed, standing)] == [1, 0, 0]
    assert [set(body) for body in recomputed(fresh)] == [{"notify", "was", "announced_to"}]
    on_day("2027-01-05")
    workflow.resume_clock(chief, standing.pk, stop=2)
    assert world.state(standing)["case"]["due"] == "2027-01-19", "nothing ran until the 5th; ten days from the 6th"


def test_the_day_to_tell_the_applicant_what_is_missing_moves_too(world, on_day, announce):
    """Handed in on Monday 28 December 2026: 29, 30, 31, 1, 4, so until 4 January; with New Year's Day free until the 5th."""
    on_day("2026-12-28")
    waiting, clerk = world.open(), world.officer("county_clerk", FEIXI)
    assert workflow.case_record(clerk, waiting.pk)["clock"]["notify_due"] == "2027-01-04"
    announce(date(2027, 1, 1))
    assert workflow.recompute_due(SYSTEM("放假通知")) == 1
    assert workflow.case_record(clerk, waiting.pk)["clock"]["notify_due"] == "2027-01-05"
    assert [body["notify"]["marks"] for body in recomputed(waiting)] == [{"untold": "2027-01-04", "untold_late": "2027-01-06"}]
    with kernel.acting(SYSTEM()):
        assert Case.objects.get(pk=waiting.pk).remind_on == date(2027, 1, 4)
    assert breaks(verify_cases) == []
