"""The quality of a submission: its points by hand, from events alone, told to its sender, counted per matter, sender, month."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, box, seal_county
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.models import Application, Case
from ziyuan.workflow.quality.score import score

FIELD = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}
PAPER = {"kind": "paper", "target": "location_map", "text": "请补位置图"}
VERTEX = {"kind": "vertex", "target": "", "text": "请按红线调整"}
CLEAR = (320, 300, 380, 360)


def of(by, case):
    return workflow.case_record(by, case.pk)["quality"]


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


def correct(world, case, *items):
    world.act("county_clerk", case.county, case, "correct", items=list(items))


def test_one_that_passes_at_once_has_all_points(world, clerk):
    case = world.decided()
    told = of(clerk, case)
    assert (told["score"], told["rounds"], told["first_pass"], told["final"], told["items"]) == (100, 0, True, True, [])


def test_points_by_hand(world, clerk):
    """Two rounds, two fields, a paper, a vertex: 100 - 2 × 10 - 2 × 2 - 3 - 5 = 68."""
    case = world.open()
    correct(world, case, FIELD, {**FIELD, "target": "land_use"}, PAPER)
    world.answer(case)
    correct(world, case, VERTEX)
    told = of(clerk, case)
    assert (told["score"], told["rounds"], told["first_pass"]) == (68, 2, False)
    assert [(c["title"], c["count"]) for c in told["counts"]] == [("字段", 2), ("材料", 1), ("界址点", 1)]
    assert [(i["round"], i["kind"]) for i in told["items"]] == [(1, "字段"), (1, "字段"), (1, "材料"), (2, "界址点")]
    assert "补正次数" in told["formula"], "the definition is shown as it is computed"
    with kernel.acting(kernel.system_actor()):
        assert score(rebuild(Case.objects.get(pk=case.pk))[0]) == 68, "from the events alone"


def state_of(fields: int, papers: int, vertices: int, rounds: int) -> dict:
    items = [FIELD] * fields + [PAPER] * papers + [VERTEX] * vertices
    lists = [{"items": items}, *[{"items": []}] * (rounds - 1)] if rounds else []
    return {"case": {"opened": "2026-03-04T10:00:00+08:00"}, "corrections": lists, "correction": None}


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(1, 8))
def test_points_stay_within_bounds_and_never_rise_with_more_to_mend(fields, papers, vertices, rounds):
    points = score(state_of(fields, papers, vertices, rounds))
    assert points == max(0, 100 - 10 * rounds - 2 * fields - 3 * papers - 5 * vertices)
    assert 0 <= score(state_of(fields + 1, papers, vertices, rounds)) <= points


def test_the_sender_learns_his_points_and_what_to_mend(world, clerk):
    """The message that crosses carries them, and the applicant's copy keeps the latest."""
    case = world.open()
    with kernel.acting(kernel.system_actor()):
        Application.objects.create(
            applicant=7, matter=case.matter, state="submitted", no=case.outer_no, opened=kernel.now(), changed=kernel.now()
        )
    correct(world, case, FIELD)
    world.answer(case)
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("county_chief", FEIXI, case, "agree")
    with kernel.acting(kernel.system_actor()):
        messages = [e.facts for e in kernel.Event.objects.filter(name="case.outside").order_by("pk")]
    for message in messages:
        workflow.take_progress(message, kernel.system_actor())
    applicant = kernel.Actor(7, "申请人", "", "", ANHUI, frozenset(["applicant"]), "outer")
    told = next(a for a in [workflow.application(applicant, row["id"]) for row in workflow.applications(applicant)["items"]])
    assert (told["quality"]["score"], told["quality"]["final"]) == (88, True)
    assert [item["text"] for item in told["quality"]["items"]] == ["请写明建筑面积"]
    assert clerk.name not in str([m["quality"] for m in messages]), "no officer is named"


@pytest.fixture
def several(world, on_day):
    """March: two of one company, the first mended once. April: one of another company in the next county, mended twice."""
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    mended, good = world.open(), world.open(contact_name="李华")
    on_day("2026-04-01")
    other = world.open(box(*CLEAR, CHANGFENG), applicant_name="皖东新材有限公司")
    correct(world, mended, FIELD, PAPER)
    world.answer(mended)
    world.act("county_clerk", FEIXI, mended, "agree")
    world.act("county_clerk", FEIXI, good, "agree")
    correct(world, other, VERTEX)
    world.answer(other, box(*CLEAR, CHANGFENG))
    correct(world, other, VERTEX)
    return mended, good, other


def lines(by, **asked):
    return {line["title"]: line for line in workflow.quality_figures(by, **asked)["items"]}


def test_figures_by_hand_per_applicant_agent_and_month(world, several):
    """Points: 85 = 100 - 10 - 2 - 3, 100, 70 = 100 - 20 - 10."""
    chief = world.officer("province_chief", ANHUI)
    by_applicant = lines(chief, group="applicant")
    first, second = by_applicant["江淮装备有限公司"], by_applicant["皖东新材有限公司"]
    assert (first["received"], first["settled"], first["first_pass"], first["first_pass_share"]) == (2, 2, 1, "50.0")
    assert (first["rounds"], first["field"], first["paper"], first["average_score"]) == (1, 1, 1, "92.5")
    assert (second["received"], second["settled"], second["first_pass_share"], second["average_score"]) == (1, 0, None, "70.0")
    by_agent = lines(chief, group="agent")
    assert {title: line["average_score"] for title, line in by_agent.items()} == {"王磊": "77.5", "李华": "100.0"}
    assert [line["key"] for line in workflow.quality_figures(chief, group="month")["items"]] == ["2026-03", "2026-04"]
    total = workflow.quality_figures(chief)["total"]
    assert (total["received"], total["rounds"], total["average_score"]) == (3, 3, "85.0")


def test_period_and_region_narrow_the_figures(world, several):
    assert workflow.quality_figures(world.officer("county_chief", FEIXI))["total"]["received"] == 2
    chief = world.officer("province_chief", ANHUI)
    assert workflow.quality_figures(chief, since=date(2026, 4, 1))["total"]["received"] == 1
    assert workflow.quality_figures(chief, region=CHANGFENG)["total"]["rounds"] == 2
    assert workflow.quality_figures(chief, matter="other/matter")["items"] == []
    assert workflow.quality_figures(world.officer("county_chief", FEIXI), region=CHANGFENG)["items"] == []


def test_the_table_says_the_same_and_runs_nothing(world, several):
    world.open(applicant_name="=HYPERLINK(1)")
    chief = world.officer("province_chief", ANHUI)
    rows = list(csv.reader(io.StringIO(workflow.quality_figures_csv(chief, group="applicant").decode("utf-8-sig"))))
    assert rows[0][:3] == ["申请人", "收件", "已受理或办结"]
    assert {row[0] for row in rows[1:]} == {"江淮装备有限公司", "皖东新材有限公司", "'=HYPERLINK(1)", "合计"}


def test_other_roles_are_refused(db, make_actor):
    with pytest.raises(errors.NotAllowed):
        workflow.quality_figures(make_actor("auditor", FEIXI))
