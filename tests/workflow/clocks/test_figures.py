"""Supervision figures come from the events alone: counted here a second time, event by event, day by day."""

import csv
import io
from datetime import date, timedelta

import pytest
from tools.reference.api import needs

from tests.workflow.world import ANHUI, CHANGFENG, CHUZHOU, FEIXI, HEFEI, QUANJIAO, box, seal_county
from ziyuan.base import workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.models import CaseEvent

CLEAR = (320, 300, 380, 360)
PROMISED, STATUTORY = 10, 20


@pytest.fixture
def province(world, on_day):
    """Five cases of two counties: decided in time with a stop, late, late by law too, extended in time, running."""
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    places = {"stopped": FEIXI, "late": FEIXI, "unlawful": CHANGFENG, "extended": CHANGFENG, "running": FEIXI}
    made = {name: world.open(box(*CLEAR, county)) for name, county in places.items()}
    for case in made.values():
        world.act("county_clerk", case.county, case, "agree")
    feixi = world.officer("county_chief", FEIXI)
    on_day("2026-03-06")
    workflow.stop_clock(feixi, made["stopped"].pk, kind="专家评审", reason="论证")
    workflow.stop_clock(feixi, made["running"].pk, kind="现场勘验", reason="看现场", basis="本局办法")
    on_day("2026-03-13")
    workflow.resume_clock(feixi, made["stopped"].pk, stop=1)
    on_day("2026-03-18")
    workflow.propose_extension(world.officer("county_clerk", CHANGFENG), made["extended"].pk, days=5, reason="复杂")
    workflow.answer_extension(
        world.officer("county_chief", CHANGFENG), made["extended"].pk, approve=True, opinion="同意。"
    )
    on_day("2026-03-24")
    for name in ("stopped", "late", "extended"):
        world.act("county_chief", made[name].county, made[name], "agree")
    on_day("2026-04-14")
    world.act("county_chief", CHANGFENG, made["unlawful"], "agree")
    return made


def from_events(case):
    """(days used or None while running, days stopped by type, days extended) by walking over the case's events."""
    with kernel.acting(kernel.system_actor()):
        told = list(CaseEvent.objects.filter(case=case).order_by("seq"))
    zone = kernel.now().tzinfo
    acts = [(e.at.astimezone(zone).date(), e.kind, e.body) for e in told]
    accepted = next(day for day, kind, _ in acts if kind == "accepted")
    closed = next((day for day, kind, _ in acts if kind == "decided"), None)
    day, open_, used, stopped = accepted, [], 0, {}
    while day < (closed or kernel.today()):
        for when, kind, body in acts:
            if when == day and kind == "clock_stopped" and body["stop"]["counts"]:
                open_.append(body["stop"]["kind"])
            if when == day and kind == "clock_resumed":
                open_.remove(body["kind"])
        day += timedelta(1)
        if workdays.is_workday(day):
            if open_:
                stopped[open_[0]] = stopped.get(open_[0], 0) + 1
            else:
                used += 1
    proposed = [body["days"] for _, kind, body in acts if kind == "extension_proposed"]
    granted = any(kind == "extension_answered" and body["state"] == "approved" for _, kind, body in acts)
    return used, stopped, proposed[-1] if granted else 0, closed


def test_each_line_is_what_its_events_say(world, province):
    told = workflow.clock_figures(world.officer("province_chief", ANHUI))
    lines = {line["region"]: line for line in told["items"]}
    assert set(lines) == {FEIXI, CHANGFENG}
    for county, line in lines.items():
        cases = [from_events(case) for case in province.values() if case.county == county]
        done = [(used, more) for used, _, more, closed in cases if closed]
        assert line["decided"] == len(done)
        assert line["running"] == len(cases) - len(done)
        assert line["on_time"] == sum(used <= PROMISED + more for used, more in done)
        assert line["late"] == len(done) - line["on_time"]
        assert line["late_by_law"] == sum(used > STATUTORY + more for used, more in done)
        assert line["extended"] == sum(more > 0 for _, _, more, _ in cases)
        assert float(line["average_used"]) == round(sum(used for used, _ in done) / len(done), 1)
        days = {s["kind"]: s["days"] for s in line["stopped"] if s["days"]}
        assert days == {k: n for _, stopped, _, _ in cases for k, n in stopped.items()}


def test_the_lines_by_hand(world, province):
    told = workflow.clock_figures(world.officer("province_chief", ANHUI))
    feixi, changfeng = (next(x for x in told["items"] if x["region"] == c) for c in (FEIXI, CHANGFENG))
    assert (feixi["on_time"], feixi["late"], feixi["running"], feixi["running_late"]) == (1, 1, 1, 1)
    assert feixi["average_used"] == "11.5", "14 days without a stop, 14 less 5 with it"
    assert feixi["stopped"] == [{"kind": "专家评审", "cases": 1, "days": 5}, {"kind": "现场勘验", "cases": 1, "days": 0}]
    assert (changfeng["on_time"], changfeng["late"], changfeng["late_by_law"], changfeng["extended"]) == (1, 1, 1, 1)
    total = told["total"]
    for name in ("decided", "on_time", "late", "running", "extended", "used"):
        assert total[name] == feixi[name] + changfeng[name]


def test_every_level_reads_the_same_figures(world, province):
    line = {
        who: workflow.clock_figures(world.officer(*who))["items"]
        for who in (("province_chief", ANHUI), ("city_chief", HEFEI), ("county_chief", FEIXI))
    }
    wide, city, county = line.values()
    assert wide == city
    assert county == [told for told in wide if told["region"] == FEIXI]
    city_line = workflow.clock_figures(world.officer("province_chief", ANHUI), level="city")
    assert [told["region"] for told in city_line["items"]] == [HEFEI]
    assert city_line["items"][0]["used"] == sum(told["used"] for told in wide)


def test_a_case_of_two_counties_is_counted_once_in_its_principal_county(world, on_day):
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    shared = world.open(box(540, 200, 640, 260))
    world.act("county_clerk", FEIXI, shared, "agree")
    assert [x["running"] for x in workflow.clock_figures(world.officer("county_chief", FEIXI))["items"]] == [1]
    assert workflow.clock_figures(world.officer("county_chief", CHANGFENG))["items"] == []


def test_strangers_read_nothing_of_it_and_other_roles_are_refused(world, province, make_actor):
    seal_county(QUANJIAO)
    asked = workflow.clock_figures(world.officer("city_chief", CHUZHOU), region=FEIXI)
    assert (asked["items"], asked["total"]["decided"]) == ([], 0)
    with pytest.raises(errors.NotAllowed):
        workflow.clock_figures(make_actor("auditor", FEIXI))
    other_business = workflow.clock_figures(make_actor("data_officer", FEIXI))
    assert (other_business["items"], other_business["total"]["decided"]) == ([], 0)


def test_period_matter_and_region_narrow_it(world, province):
    chief = world.officer("province_chief", ANHUI)
    april = workflow.clock_figures(chief, since=date(2026, 4, 1), until=date(2026, 4, 30))
    assert (april["total"]["decided"], april["total"]["running"]) == (1, 1)
    assert workflow.clock_figures(chief, matter="other/matter")["items"] == []
    only = workflow.clock_figures(chief, region=CHANGFENG)
    assert [told["region"] for told in only["items"]] == [CHANGFENG]


def test_the_table_says_the_same(world, province):
    chief = world.officer("province_chief", ANHUI)
    rows = list(csv.DictReader(io.StringIO(workflow.clock_figures_csv(chief).decode("utf-8-sig"))))
    told = workflow.clock_figures(chief)
    assert [row["办结"] for row in rows] == [str(x["decided"]) for x in [*told["items"], told["total"]]]
    assert rows[-1]["事项"] == "合计"
    assert rows[-1]["专家评审扣除(工作日)"] == "5"


def test_no_figure_is_typed_by_anybody():
    """The door offers only reading: no verb of the workflow takes a figure of supervision."""
    told = [operation for operation in needs() if "figures" in operation]
    assert len(told) == 9
    assert all(operation.startswith("GET ") for operation in told)
