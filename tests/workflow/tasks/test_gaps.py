"""容缺受理: a secondary paper may come later; until it is there nothing is granted, and nothing is cancelled."""

import pytest

from tests.workflow.tasks import linear
from tests.workflow.world import FEIXI, FORM, PAPERS, box, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import receive
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.cases.runtime import figure
from ziyuan.workflow.errors import ActionRefused, FormIncomplete, ItemsMissing
from ziyuan.workflow.gate.scratch import Refused, Scratch

PDF = b"%PDF- supplied"
PROMISE = [{"kind": "paper", "target": "farmland_proof", "text": "论证正在编制,期限内补交。"}]


@pytest.fixture
def case(world, monkeypatch, tmp_path, on_day):
    """A county case on farmland without its proof, received on Monday."""
    day = on_day("2026-03-02")
    linear.publish(monkeypatch, tmp_path)
    assert int(figure(linear.DAYS, day)) == 5
    return world.open(box(200, 120, 260, 180))


def accept(world, case):
    world.act("county_clerk", FEIXI, case, "accept_gap", items=PROMISE)
    world.act("county_clerk", FEIXI, case, "agree")


def offers(world, role, case):
    return {a["id"]: a for a in workflow.case_record(world.officer(role, FEIXI), case.pk)["actions"]}


def gap(world, case):
    return workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)["gaps"][0]


def findings(world, case):
    return world.state(case)["screening"]["checks"]


def supply(world, case, data=PDF, name="论证.pdf", kind="farmland_proof", **more):
    workflow.supply_paper(world.officer("county_clerk", FEIXI), case.pk, kind, name, data, **more)


def test_a_case_is_accepted_though_a_paper_that_may_come_later_is_missing(world, case):
    assert offers(world, "county_clerk", case)["agree"]["reason"].startswith("缺少材料")
    accept(world, case)
    assert world.waiting(case) == [("county_decide", FEIXI)]
    told = gap(world, case)
    assert (told["due"], told["left"], told["lamp"]) == ("2026-03-09", 5, "green")
    note = [e.facts.get("note") for e in kernel.Event.objects.filter(name="case.outside").order_by("pk")]
    assert any("2026-03-09 前补交" in (one or "") for one in note)


def test_until_the_paper_is_there_nobody_grants_and_one_may_still_refuse(world, case, on_day):
    accept(world, case)
    offered = offers(world, "county_chief", case)
    assert offered["agree"]["reason"].startswith("容缺材料尚未补齐:占用永久基本农田不可避让论证(承诺 2026-03-09")
    assert offered["refuse"]["enabled"]
    with pytest.raises(ActionRefused, match="尚未补齐"):
        world.act("county_chief", FEIXI, case, "agree")
    on_day("2026-03-10")
    assert "逾期未补" in offers(world, "county_chief", case)["agree"]["reason"]
    assert gap(world, case)["lamp"] == "red"
    assert world.state(case)["case"]["status"] == "open", "nothing is cancelled by itself"


def test_the_paper_closes_the_gap_and_the_case_is_granted(world, case):
    accept(world, case)
    assert "占用永久基本农田不可避让论证" in str(findings(world, case)), "control: the checks name what is missing"
    supply(world, case, command="x")
    supply(world, case, command="x")
    assert gap(world, case)["filled"]
    assert "占用永久基本农田不可避让论证" not in str(findings(world, case))
    world.act("county_chief", FEIXI, case, "agree")
    assert world.state(case)["case"]["status"] == "granted"
    assert breaks(verify_cases) == []


def test_a_correction_that_brings_the_paper_closes_the_gap_too(world, case):
    accept(world, case)
    world.act("county_chief", FEIXI, case, "correct", items=PROMISE)
    world.answer(case, box(200, 120, 260, 180), papers=(*PAPERS, "farmland_proof"))
    assert gap(world, case)["filled"]
    assert offers(world, "county_chief", case)["agree"]["enabled"]


def test_the_day_that_passed_is_said_once(world, case, on_day):
    accept(world, case)
    on_day("2026-03-09")
    assert workflow.overdue(kernel.system_actor()) == 0, "the promised day itself is not late"
    on_day("2026-03-10")
    assert workflow.overdue(kernel.system_actor()) == 1
    assert workflow.overdue(kernel.system_actor()) == 0
    assert kernel.Event.objects.filter(name="case.gap_late").count() == 1
    supply(world, case)
    assert offers(world, "county_chief", case)["agree"]["enabled"], "late is not lost"
    assert breaks(verify_cases) == []


@pytest.mark.parametrize("items", [[], [{**PROMISE[0], "text": " "}], [{**PROMISE[0], "target": "basis"}]])
def test_each_missing_paper_needs_a_promise(world, case, items):
    with pytest.raises(ItemsMissing, match="占用永久基本农田不可避让论证"):
        world.act("county_clerk", FEIXI, case, "accept_gap", items=items)


def test_a_paper_that_the_matter_does_not_mark_is_never_let_off(world, case):
    other = world.open(box(200, 120, 260, 180), papers=("application",))
    assert offers(world, "county_clerk", other)["accept_gap"]["reason"] == "本事项不允许容缺:项目建设依据文件"
    with pytest.raises(ActionRefused, match="不允许容缺"):
        world.act("county_clerk", FEIXI, other, "accept_gap", items=PROMISE)


def test_nothing_is_let_off_where_nothing_is_missing_or_the_case_is_accepted(world, case):
    whole = world.open()
    assert offers(world, "county_clerk", whole)["accept_gap"]["reason"] == "没有缺少的材料"
    accept(world, case)
    assert offers(world, "county_chief", case)["accept_gap"]["reason"] == "本件已经受理"


@pytest.mark.parametrize(("data", "name"), [(b"MZ", "a.pdf"), (b"", "a.txt"), (PDF, "a.exe")])
def test_a_file_that_is_no_paper_is_refused_and_the_gap_stays(world, case, data, name):
    accept(world, case)
    with pytest.raises(FormIncomplete):
        supply(world, case, data, name)
    assert not gap(world, case)["filled"]


def test_only_what_was_promised_is_handed_in_and_only_by_who_handles_the_case(world, case):
    with pytest.raises(ActionRefused, match="没有承诺"):
        supply(world, case)
    accept(world, case)
    with pytest.raises(ActionRefused, match="没有承诺"):
        supply(world, case, kind="basis")
    with pytest.raises(ActionRefused, match="不由您办理"):
        city = world.officer("city_reviewer", "340100")
        workflow.supply_paper(city, case.pk, "farmland_proof", "a.pdf", PDF)


def test_an_example_of_the_matter_can_tell_of_a_gap(case):
    """The same on paper, with no database: what an officer writes in `examples/`."""
    given_ = {"day": "2026-03-02", "form": FORM, "site": {"area_m2": 3600, "counties": [340123]}, "areas": {"farmland": 10}}
    paper = Scratch(receive.runtime(""), {**given_, "papers": list(PAPERS)})
    with pytest.raises(Refused, match="缺少材料"):
        paper.take({"at": "accept", "do": "agree"})
    paper.take({"at": "accept", "do": "accept_gap", "items": PROMISE})
    paper.take({"at": "accept", "do": "agree"})
    with pytest.raises(Refused, match="容缺材料逾期未补"):
        paper.take({"at": "county_decide", "do": "agree", "day": "2026-03-10"})
    paper.take({"at": "county_decide", "do": "correct", "items": PROMISE})
    paper.take({"do": "answer", "papers": ["farmland_proof"]})
    paper.take({"at": "county_decide", "do": "agree"})
    assert paper.told()["result"] == "granted"
