"""Supervision figures counted a second time: from the raw events, day by day, by another road."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from statistics import mean, median

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, QUANJIAO, box, seal_county
from ziyuan.base import workdays
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.models import CaseEvent

CLEAR = (320, 300, 380, 360)
ITEM = {"kind": "field", "target": "scale", "text": "请写明"}
KINDS = {
    "opened": "received", "accepted": "accepted", "decided": "decided", "withdrawn": "withdrawn", "returned": "returned",
    "recalled": "recalled", "correction_asked": "corrected", "consulted": "consulted",
}  # fmt: skip


@pytest.fixture
def province(world, on_day):
    """Six cases of two counties over two months."""
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    places = {"quick": FEIXI, "slow": FEIXI, "mended": FEIXI, "gone": CHANGFENG, "late": CHANGFENG, "running": CHANGFENG}
    made = {name: world.open(box(*CLEAR, county)) for name, county in places.items()}
    for name in ("quick", "slow", "late", "mended"):
        world.act("county_clerk", made[name].county, made[name], "agree")
    on_day("2026-03-06")
    world.act("county_chief", FEIXI, made["quick"], "agree")
    workflow.stop_clock(world.officer("county_chief", FEIXI), made["slow"].pk, kind="专家评审", reason="论证")
    world.act("county_chief", FEIXI, made["mended"], "correct", items=[ITEM])
    workflow.withdraw({"no": made["gone"].outer_no}, kernel.system_actor())
    on_day("2026-03-13")
    workflow.resume_clock(world.officer("county_chief", FEIXI), made["slow"].pk, stop=1)
    world.answer(made["mended"])
    world.act("county_chief", FEIXI, made["mended"], "return")
    on_day("2026-04-02")
    world.act("county_chief", FEIXI, made["slow"], "agree")
    world.act("county_chief", CHANGFENG, made["late"], "agree")
    world.act("county_clerk", CHANGFENG, made["running"], "agree")
    return made


def raw():
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.select_related("case").order_by("case", "seq"))


def worked(after: date, until: date) -> list[date]:
    days = [after + timedelta(n) for n in range(1, (until - after).days + 1)]
    return [day for day in days if workdays.is_workday(day)]


def again(county: str, month: str = "") -> dict:
    """The figures of a county (and a month) from the raw events: a day counts when no stop that counts holds it."""
    counts, stops, used, late, by_case = Counter(), Counter(), [], 0, {}
    for event in (e for e in raw() if e.case.county == county):
        by_case.setdefault(event.case_id, []).append(event)
    for events in by_case.values():
        accepted, held, since = None, set(), None
        for e in events:
            day = e.at.astimezone(kernel.now().tzinfo).date()
            here = not month or f"{day:%Y-%m}" == month
            counts[KINDS.get(e.kind, "")] += here
            if e.kind == "accepted":
                accepted = day
            began = e.kind == "clock_stopped" or (e.kind == "correction_asked" and e.body["stop"])
            if began:
                counting = e.body["counts"] if e.kind == "correction_asked" else e.body["stop"]["counts"]
                stops["补正" if e.kind == "correction_asked" else e.body["stop"]["kind"]] += here
                since = day if counting else since
            if e.kind in ("clock_resumed", "correction_answered") and since:
                held |= set(worked(since, day))
                since = None
            if e.kind == "decided" and accepted and here:
                used.append(len([d for d in worked(accepted, day) if d not in held]))
                late += used[-1] > 10
    told = {name: counts[name] for name in KINDS.values()}
    return {**told, "late": late, "mean": mean(used) if used else None, "median": median(used) if used else None, "stops": stops}


def compare(line: dict, expected: dict) -> None:
    for name in (*KINDS.values(), "late"):
        assert line[name] == expected[name], name
    for name in ("mean", "median"):
        told = line[f"{name}_used"]
        assert told is None if expected[name] is None else float(told) == pytest.approx(expected[name], abs=0.05)
    assert {s["kind"]: s["count"] for s in line["stops"] if s["count"]} == dict(+expected["stops"])


def test_each_county_is_what_the_raw_events_say(world, province):
    told = workflow.supervision_figures(world.officer("province_chief", ANHUI))
    lines = {line["region"]: line for line in told["items"]}
    assert set(lines) == {FEIXI, CHANGFENG}
    for county, line in lines.items():
        compare(line, again(county))


def test_each_month_is_what_the_raw_events_say(world, province):
    told = workflow.supervision_figures(world.officer("province_chief", ANHUI), months=True)
    lines = {(line["month"], line["region"]): line for line in told["items"]}
    assert set(lines) == {(m, c) for m in ("2026-03", "2026-04") for c in (FEIXI, CHANGFENG)}
    for (month, county), line in lines.items():
        compare(line, again(county, month))
        assert line["running"] is None, "running cases stand today, in no month"


def test_the_lines_by_hand(world, province):
    """Feixi: 2 days (5, 6 March) and 5 stopped of 21 to 2 April, so 16. Mean 9, median 9."""
    told = workflow.supervision_figures(world.officer("province_chief", ANHUI))
    feixi, changfeng = (next(line for line in told["items"] if line["region"] == c) for c in (FEIXI, CHANGFENG))
    assert (feixi["received"], feixi["decided"], feixi["corrected"], feixi["returned"], feixi["running"]) == (3, 2, 1, 1, 1)
    assert (feixi["mean_used"], feixi["median_used"], feixi["late"]) == ("9.0", "9.0", 1)
    assert {s["kind"]: s["count"] for s in feixi["stops"]} == {"专家评审": 1, "补正": 1}
    assert (changfeng["withdrawn"], changfeng["late"], changfeng["accepted"], changfeng["running"]) == (1, 1, 2, 1)
    total = told["total"]
    for name in (*KINDS.values(), "late", "running"):
        assert total[name] == feixi[name] + changfeng[name]


def test_every_level_reads_the_same_and_drills_down(world, province):
    who = {
        "province": world.officer("province_chief", ANHUI),
        "city": world.officer("city_chief", HEFEI),
        "county": world.officer("county_chief", FEIXI),
    }
    wide = workflow.supervision_figures(who["province"])["items"]
    assert workflow.supervision_figures(who["city"])["items"] == wide
    assert workflow.supervision_figures(who["county"])["items"] == [line for line in wide if line["region"] == FEIXI]
    city = workflow.supervision_figures(who["province"], level="city")["items"]
    assert [(line["region"], line["received"]) for line in city] == [(HEFEI, 6)]
    assert workflow.supervision_figures(who["province"], region=HEFEI)["items"] == wide
    assert workflow.supervision_figures(who["county"], region=CHANGFENG)["items"] == []


def test_the_limits_page_and_this_one_agree(world, province):
    chief = world.officer("province_chief", ANHUI)
    limits, told = workflow.clock_figures(chief)["total"], workflow.supervision_figures(chief)["total"]
    for name in ("decided", "late", "running", "running_late", "yellow"):
        assert told[name] == limits[name], name
    assert told["mean_used"] == limits["average_used"]


def test_a_case_of_two_counties_counts_once(world, on_day):
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    world.open(box(540, 200, 640, 260))
    assert workflow.supervision_figures(world.officer("county_chief", FEIXI))["total"]["received"] == 1
    assert workflow.supervision_figures(world.officer("county_chief", CHANGFENG))["items"] == []


def test_period_and_matter_narrow_it_and_strangers_read_nothing(world, province, make_actor):
    seal_county(QUANJIAO)
    chief = world.officer("province_chief", ANHUI)
    april = workflow.supervision_figures(chief, since=date(2026, 4, 1), until=date(2026, 4, 30))
    assert (april["total"]["received"], april["total"]["decided"]) == (0, 2)
    assert workflow.supervision_figures(chief, matter="other/matter")["items"] == []
    assert workflow.supervision_figures(world.officer("county_chief", QUANJIAO))["items"] == []
    assert workflow.supervision_figures(make_actor("data_officer", FEIXI))["items"] == [], "not his business"
    with pytest.raises(errors.NotAllowed):
        workflow.supervision_figures(make_actor("auditor", FEIXI))


def test_the_table_says_the_same(world, province):
    chief = world.officer("province_chief", ANHUI)
    rows = list(csv.DictReader(io.StringIO(workflow.supervision_figures_csv(chief, months=True).decode("utf-8-sig"))))
    told = workflow.supervision_figures(chief, months=True)
    assert [row["收件"] for row in rows] == [str(line["received"]) for line in [*told["items"], told["total"]]]
    assert (rows[-1]["行政区"], rows[-1]["专家评审(次)"], rows[-1]["专家评审扣除(工作日)"]) == ("合计", "1", "5")
