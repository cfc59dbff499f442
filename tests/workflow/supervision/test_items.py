"""督办统计: counted a second time from the raw events, summed over counties, cities and the province, and drilled into."""

import csv
import io
import random
from collections import Counter
from datetime import date, timedelta
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.world import ANHUI, CHANGFENG, CHUZHOU, FEIXI, HEFEI, QUANJIAO, box, person, seal_county
from ziyuan.base import workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.errors import ActionRefused
from ziyuan.workflow.models import CaseEvent
from ziyuan.workflow.reach.counting import COUNTED, Item, lines

CLEAR = (320, 300, 380, 360)
COUNTIES = {FEIXI: HEFEI, CHANGFENG: HEFEI, QUANJIAO: CHUZHOU}
MATTERS = ("use_control/site_review", "other/matter")


# -- pure: sums --------------------------------------------------------------------------------------------

DAYS = st.dates(date(2026, 3, 1), date(2026, 5, 31))


@st.composite
def items(draw):
    opened = draw(DAYS)
    reported = draw(st.none() | st.integers(0, 30).map(lambda n: opened + timedelta(n)))
    closed = draw(st.none() | st.integers(0, 30).map(lambda n: (reported or opened) + timedelta(n)))
    region = draw(st.sampled_from([*COUNTIES, *COUNTIES.values(), ANHUI]))
    return Item(region, draw(st.sampled_from(MATTERS)), opened, opened + timedelta(draw(st.integers(1, 20))), reported, closed)


@settings(max_examples=150, deadline=None)
@given(st.lists(items(), max_size=20), st.booleans())
def test_a_wider_region_is_the_sum_of_its_narrower_ones(given_items, matters):
    today = date(2026, 7, 1)
    by_county, total = lines(given_items, "county", matters, today)
    for level, width in (("city", 4), ("province", 2)):
        wide, again = lines(given_items, level, matters, today)
        assert again == total
        for (region, matter), line in wide.items():
            parts = [part for (code, m), part in by_county.items() if code[:width] == region[:width] and m == matter]
            if level == "city" and region == ANHUI:
                parts = [by_county[ANHUI, matter]]
            assert line.counted == sum((p.counted for p in parts), Counter())
            assert sorted(line.used) == sorted(day for p in parts for day in p.used)
    assert total.counted["open"] + total.counted["closed"] == total.counted["opened"] == len(given_items)
    assert total.counted["waiting_late"] <= total.counted["waiting"] <= total.counted["open"]


def test_an_item_by_hand():
    """Opened on Wednesday 4 March 2026, three working days: until Monday the 9th."""
    def counts(reported=None, closed=None, today=date(2026, 4, 1)):
        return Item(FEIXI, MATTERS[0], date(2026, 3, 4), date(2026, 3, 9), reported, closed).counts(today)

    assert counts(today=date(2026, 3, 9)) == {"opened", "waiting", "open"}
    assert counts(today=date(2026, 3, 10)) == {"opened", "waiting", "waiting_late", "open"}
    assert counts(date(2026, 3, 9)) == {"opened", "reported_on_time", "open"}
    assert counts(date(2026, 3, 10), date(2026, 3, 11)) == {"opened", "reported_late", "closed"}
    assert counts(date(2026, 3, 9), date(2026, 3, 31)) == {"opened", "reported_on_time", "closed", "closed_on_time"}
    assert counts(None, date(2026, 3, 9)) == {"opened", "closed", "closed_on_time"}, "the case ended, and nobody has to report"
    assert Item(FEIXI, "", date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 10), None).used == 4, "over a weekend"


# -- against the raw events --------------------------------------------------------------------------------


@pytest.fixture
def supervised(world, on_day):
    on_day("2026-03-04")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    workflow.supervise(world.officer("city_chief", HEFEI), case.pk, asks="请说明", days=3)
    return case


def walk(world, on_day, seed: int) -> date:
    """Cases of three counties in two cities, urged on by their cities and the province at random for thirty days."""
    chance, day = random.Random(seed), date(2026, 3, 2)
    on_day(day.isoformat())
    made = [world.open(box(*CLEAR, county)) for county in (*COUNTIES, FEIXI)]
    for case in made:
        world.act("county_clerk", case.county, case, "agree")
    for _ in range(40):
        day += timedelta(chance.choice((0, 0, 1, 2)))
        on_day(day.isoformat())
        case = chance.choice(made)
        above = [world.officer("city_chief", COUNTIES[case.county]), world.officer("province_chief", ANHUI)]
        chief, top = world.officer("county_chief", case.county), chance.choice(above)
        items = [t for t in world.state(case).get("supervisions", {}).values() if not t["closed"]]
        try:
            match chance.choice(("open", "report", "close", "act")):
                case "open":
                    workflow.supervise(top, case.pk, asks="请说明", days=chance.randint(1, 6))
                case "report" if items:
                    workflow.report_supervision(chief, case.pk, number=chance.choice(items)["number"], report="在办")
                case "close" if items:
                    told = chance.choice(items)
                    by = next(one for one in above if one.person == told["by_id"])
                    workflow.close_supervision(by, case.pk, number=told["number"], opinion="好")
                case "act" if chance.random() < 0.2:
                    world.act("county_chief", case.county, case, "agree")
        except ActionRefused:
            pass
    return day


def again(today: date) -> dict[str, Counter]:
    """By county: the figures from the raw events, worked by another road."""
    with kernel.acting(kernel.system_actor()):
        events = list(CaseEvent.objects.select_related("case").order_by("case", "seq"))
    told: dict = {}
    for e in events:
        day = e.at.astimezone(kernel.now().tzinfo).date()
        if e.kind == "supervised":
            one = e.body["supervision"]
            begun = {"county": e.case.county, "on": day, "days": one["days"]}
            told[e.case_id, one["number"]] = {**begun, "end": None, "how": None, "shut": None}
        elif e.kind == "supervision_reported":
            one = told[e.case_id, e.body["number"]]
            one["end"], one["how"] = one["end"] or day, "reported"
        elif e.kind == "supervision_closed":
            one = told[e.case_id, e.body["number"]]
            one["end"], one["shut"] = one["end"] or day, day
    found: dict[str, Counter] = {}
    for one in told.values():
        line, until = found.setdefault(one["county"], Counter()), one["end"] or today
        worked = sum(workdays.is_workday(one["on"] + timedelta(n)) for n in range(1, (until - one["on"]).days + 1))
        late, reported = worked > one["days"], one["how"] == "reported"
        line["opened"] += 1
        line["reported_on_time"] += reported and not late
        line["reported_late"] += reported and late
        line["waiting"] += one["end"] is None
        line["waiting_late"] += one["end"] is None and late
        line["open"] += one["shut"] is None
        line["closed"] += one["shut"] is not None
        line["closed_on_time"] += one["shut"] is not None and not late
        line["used"] = [*(line["used"] or []), *([worked] if one["end"] else [])]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_level_reads_the_same_events(world, on_day, seed):
    for county in (CHANGFENG, QUANJIAO):
        seal_county(county)
    today = walk(world, on_day, seed)
    expected = again(today)
    province = world.officer("province_chief", ANHUI)
    told = workflow.supervisions_figures(province, matters=True)
    assert {line["region"] for line in told["items"]} == set(expected)
    for line in told["items"]:
        theirs = expected[line["region"]]
        assert {name: line[name] for name in COUNTED} == {name: theirs[name] for name in COUNTED}, line["region"]
        used = theirs["used"]
        assert line["mean_days"] is None if not used else float(line["mean_days"]) == pytest.approx(mean(used), abs=0.0501)
    for name in COUNTED:
        assert told["total"][name] == sum(line[name] for line in told["items"])
    for city in (HEFEI, CHUZHOU):
        mine = [line for line in told["items"] if COUNTIES[line["region"]] == city]
        seen = workflow.supervisions_figures(world.officer("city_chief", city), matters=True)
        assert seen["items"] == mine, "the city reads the province's lines of its counties"
        summed = [line for line in workflow.supervisions_figures(province, level="city")["items"] if line["region"] == city]
        assert [{n: line[n] for n in COUNTED} for line in summed] == [{n: seen["total"][n] for n in COUNTED}] * len(summed)
    for line in told["items"]:
        for name in COUNTED:
            asked = {"region": line["region"], "level": "county", "matter": line["matter"], "figure": name}
            behind = workflow.supervisions_page(province, **asked, limit=200)["items"]
            assert len(behind) == line[name], "the list behind the figure"


def test_a_second_model_that_forgets_the_weekend_disagrees(world, supervised, on_day, monkeypatch):
    """The negative control of the model above: opened on a Wednesday for three days, answered on Monday."""
    on_day("2026-03-09")
    workflow.report_supervision(world.officer("county_chief", FEIXI), supervised.pk, number=1, report="已办")
    line = workflow.supervisions_figures(world.officer("city_chief", HEFEI))["items"][0]
    assert again(date(2026, 3, 9))[FEIXI]["reported_on_time"] == line["reported_on_time"] == 1
    monkeypatch.setattr(workdays, "is_workday", lambda day: True)
    assert again(date(2026, 3, 9))[FEIXI]["reported_late"] == 1


# -- who reads what ----------------------------------------------------------------------------------------


def test_whoever_has_no_part_in_the_business_reads_neither_list_nor_figures(world, supervised):
    data = person("data_officer", FEIXI, "t-data")
    assert workflow.supervisions_page(data)["items"] == []
    assert workflow.supervisions_figures(data)["items"] == []
    assert workflow.supervisions_figures(world.officer("county_chief", FEIXI))["total"]["opened"] == 1
    with pytest.raises(errors.NotAllowed):
        workflow.supervisions_figures(person("auditor", FEIXI, "t-auditor"))


def test_what_ended_without_a_report_stays_in_time_for_good(world, supervised, on_day):
    world.act("county_chief", FEIXI, supervised, "agree")
    city = world.officer("city_chief", HEFEI)
    workflow.close_supervision(city, supervised.pk, number=1, opinion="案件已办结")
    on_day("2026-06-01")
    line = workflow.supervisions_figures(city)["total"]
    assert (line["closed_on_time"], line["waiting_late"], line["mean_days"]) == (1, 0, "0.0")
    assert workflow.case_record(city, supervised.pk)["reach"]["supervisions"][0]["clock"]["on_time"]


def test_the_table_says_the_same(world, supervised, on_day):
    on_day("2026-03-12")
    city = world.officer("city_chief", HEFEI)
    rows = list(csv.DictReader(io.StringIO(workflow.supervisions_figures_csv(city, matters=True).decode("utf-8-sig"))))
    assert [(r["承办地区"], r["事项"], r["发起"], r["超期未反馈"], r["按期办结"]) for r in rows] == [
        ("肥西县", "建设项目用地预审与选址", "1", "1", "0"),
        ("合计", "", "1", "1", "0"),
    ]
    with pytest.raises(errors.NotAllowed):
        workflow.supervisions_figures_csv(person("data_officer", FEIXI, "t-data"))


def test_a_case_of_two_counties_counts_with_the_organ_that_has_to_answer(world, on_day):
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    case = world.open(box(540, 200, 640, 260))
    world.act("county_clerk", case.county, case, "agree")
    workflow.supervise(world.officer("city_chief", HEFEI), case.pk, asks="请说明", days=3)
    other = CHANGFENG if case.county == FEIXI else FEIXI
    neighbour = world.officer("county_chief", other)
    assert len(workflow.supervisions_page(neighbour)["items"]) == 1, "he sees the case"
    assert workflow.supervisions_figures(neighbour)["items"] == [], "and it is another's figure"
    assert workflow.supervisions_page(neighbour, figure="opened")["items"] == []
