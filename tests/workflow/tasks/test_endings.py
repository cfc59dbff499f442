"""终止、重启: the level that decides ends a case with a reason and a type, and may begin it again; the clock goes on."""

import pytest

from tests.workflow.tasks import linear
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered, OpinionMissing
from ziyuan.workflow.models import AppliedEffect, CaseEvent

WHY = "公司已经注销。"


@pytest.fixture
def case(world, monkeypatch, tmp_path, on_day):
    """A provincial case accepted on Monday, waiting for the review of the city."""
    on_day("2026-03-02")
    linear.publish(monkeypatch, tmp_path)
    made = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, made, "agree")
    return made


def end(world, case, **more):
    world.act("province_chief", ANHUI, case, "terminate", **{"to": "gone", "opinion": WHY, **more})


def offers(world, role, region, case):
    return {a["id"]: a for a in workflow.case_record(world.officer(role, region), case.pk)["actions"]}


def outside(case):
    return [e.facts for e in kernel.Event.objects.filter(name="case.outside").order_by("pk") if e.facts["case_no"] == case.no]


def test_the_level_that_decides_ends_the_case_and_the_applicant_is_told_why(world, case):
    end(world, case)
    state = world.state(case)
    assert (state["case"]["status"], world.waiting(case)) == ("terminated", [])
    assert state["termination"]["title"] == "申请人主体消灭"
    assert [t["state"] for t in state["tasks"].values()] == ["done", "terminated"]
    told = outside(case)[-1]
    assert told["status"] == "已终止"
    assert WHY in told["note"]
    with kernel.acting(kernel.system_actor()):
        assert list(AppliedEffect.objects.filter(case=case).values_list("kind", flat=True)) == ["archive.file"]
    record = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)
    assert (record["status_title"], record["termination"]["reason"]) == ("已终止", WHY)
    assert breaks(verify_cases) == []


def test_another_level_sees_why_it_may_not_and_who_decides_nothing_is_not_offered_it(world, case):
    reason = offers(world, "city_chief", HEFEI, case)["terminate"]["reason"]
    assert reason.startswith("由有权决定的机关终止")
    with pytest.raises(ActionRefused, match="有权决定的机关"):
        world.act("city_chief", HEFEI, case, "terminate", to="gone", opinion=WHY)
    assert "terminate" not in offers(world, "city_reviewer", HEFEI, case)


@pytest.mark.parametrize(
    ("more", "error"), [({"to": "mood"}, ChoiceNotOffered), ({"to": None}, ChoiceNotOffered), ({"opinion": " "}, OpinionMissing)]
)
def test_it_needs_a_type_the_matter_names_and_a_reason(world, case, more, error):
    with pytest.raises(error):
        end(world, case, **more)
    assert world.state(case)["case"]["status"] == "open"


def test_a_restart_is_a_new_process_on_the_same_case_with_all_that_was(world, case):
    end(world, case)
    before = world.state(case)
    with kernel.acting(kernel.system_actor()):
        events = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", "hash"))
    assert "restart" not in offers(world, "county_clerk", FEIXI, case)
    assert offers(world, "city_chief", HEFEI, case)["restart"]["reason"] == "由作出终止的机关重启"
    world.act("province_chief", ANHUI, case, "restart", opinion="公司恢复登记。")
    state = world.state(case)
    assert world.waiting(case) == [("accept", FEIXI)]
    for key in ("no", "outer_no", "accepted", "opened"):
        assert state["case"][key] == before["case"][key]
    assert state["papers"] == before["papers"]
    assert list(state["tasks"])[:2] == ["1", "2"]
    with kernel.acting(kernel.system_actor()):
        assert list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", "hash"))[: len(events)] == events
    assert outside(case)[-1]["status"] == "办理中"
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "agree")
    world.act("province_chief", ANHUI, case, "agree")
    assert world.state(case)["case"]["status"] == "granted"
    assert breaks(verify_cases) == []


def test_the_clock_does_not_count_the_days_between_and_goes_on_where_it_stood(world, case, on_day):
    """Accepted Monday 2 March; ended Thursday 5 (3 used); restarted Thursday 12 (5 stopped); Monday 16 is 2 more: 5."""
    on_day("2026-03-05")
    end(world, case)
    on_day("2026-03-09")
    shown = workflow.case_record(world.officer("province_chief", ANHUI), case.pk)["clock"]
    assert (shown["used"], shown["lamp"]) == (3, "none")
    on_day("2026-03-12")
    world.act("province_chief", ANHUI, case, "restart", opinion="公司恢复登记。")
    on_day("2026-03-16")
    shown = workflow.case_record(world.officer("province_chief", ANHUI), case.pk)["clock"]
    assert (shown["used"], shown["stopped_by"]) == (5, {"终止": 5})
    assert sum(part["days"] for part in shown["intervals"]) == 10
    assert shown["due"] == case_due(world, case)


def case_due(world, case):
    return world.state(case)["case"]["due"]


def test_before_acceptance_there_is_no_clock_to_stop(world, case):
    early = world.open(project_level="county")
    world.act("county_chief", FEIXI, early, "terminate", to="gone", opinion=WHY)
    world.act("county_chief", FEIXI, early, "restart", opinion="重新办理。")
    state = world.state(early)
    assert (state["stops"], state["case"]["accepted"]) == ([], None)


def test_a_case_whose_applicant_corrects_may_be_ended_and_its_stop_ends_with_it(world, case):
    item = {"kind": "field", "target": "scale", "text": "请写明"}
    world.act("city_reviewer", HEFEI, case, "correct", items=[item])
    end(world, case)
    state = world.state(case)
    assert (state["correction"], [s["to"] for s in state["stops"]]) == (None, ["2026-03-02"])
    world.answer(case)
    assert world.state(case)["case"]["status"] == "terminated", "an answer that comes too late changes nothing"


def test_a_decided_case_is_neither_ended_nor_restarted(world, case):
    done = world.decided()
    for action in ("terminate", "restart"):
        assert action not in offers(world, "county_chief", FEIXI, done)
