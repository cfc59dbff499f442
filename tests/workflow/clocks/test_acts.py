"""Stopping the clock, letting it run again, extending the limit once: who may, when not and why, what is kept and told."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case, CaseEvent

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}
REVIEW = {"kind": "专家评审", "reason": "涉及重大选址论证"}


@pytest.fixture
def case(world, on_day):
    """Accepted on Wednesday 4 March 2026; promised ten days, so until the 18th. The chief has it."""
    on_day("2026-03-04")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    return made


@pytest.fixture
def chief(world):
    return world.officer("county_chief", FEIXI)


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


def clock(by, case):
    return workflow.case_record(by, case.pk)["clock"]


def offered(by, case):
    return {(a["id"], a["stop"]): a["reason"] for a in clock(by, case)["acts"]}


def kinds(case):
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def told_outside(case):
    with kernel.acting(kernel.system_actor()):
        found = kernel.Event.objects.filter(name="case.outside").order_by("pk")
        return [e.facts.get("note") for e in found if e.facts.get("note")]


def test_an_exempted_stop_holds_the_clock_and_names_law_person_and_paper(world, case, chief, on_day):
    on_day("2026-03-06")
    with kernel.acting(chief):
        paper = Case.objects.get(pk=case.pk).papers.first()
    workflow.stop_clock(chief, case.pk, **REVIEW, paper=paper.pk)
    on_day("2026-03-13")
    shown = clock(chief, case)
    assert (shown["used"], shown["left"], shown["standing"], shown["stopped_by"]) == (2, 8, "专家评审", {"专家评审": 5})
    stop = shown["stops"][0]
    assert (stop["basis"], stop["by"], stop["from"], stop["to"]) == ("行政许可法 第四十五条", chief.name, "2026-03-06", None)
    assert (stop["paper"]["digest"], stop["counts"]) == (paper.digest, True)
    assert world.state(case)["case"]["due"] is None, "while it stands no day is the last"
    workflow.resume_clock(chief, case.pk, stop=1)
    assert world.state(case)["case"]["due"] == "2026-03-25"
    assert [(i["kind"], i["days"]) for i in clock(chief, case)["intervals"]] == [("", 2), ("专家评审", 5)]


@pytest.mark.parametrize(
    ("kind", "basis", "why"),
    [
        ("公示", "本局办法第三条", "本事项没有规定这种停计时"),
        ("现场勘验", "本局办法第三条", "法律没有规定扣除这段时间"),
    ],
)
def test_what_matter_or_law_does_not_exempt_is_shown_and_stops_nothing(case, chief, on_day, kind, basis, why):
    workflow.stop_clock(chief, case.pk, kind=kind, basis=basis, reason="现场情况复杂")
    on_day("2026-03-09")
    shown = clock(chief, case)
    assert (shown["used"], shown["stopped"], shown["standing"], shown["due"]) == (3, 0, "", "2026-03-18")
    assert why in shown["stops"][0]["why"]
    assert told_outside(case) == []


def test_a_stop_and_its_end_on_one_day_take_nothing_out(world, case, chief, on_day):
    on_day("2026-03-06")
    workflow.stop_clock(chief, case.pk, **REVIEW)
    workflow.resume_clock(chief, case.pk, stop=1)
    assert world.state(case)["case"]["due"] == "2026-03-18"


def test_an_answer_ends_the_correction_and_leaves_the_other_stop(world, case, chief, on_day):
    on_day("2026-03-05")
    workflow.stop_clock(chief, case.pk, **REVIEW)
    on_day("2026-03-06")
    world.act("county_chief", FEIXI, case, "correct", items=[ITEM])
    assert offered(chief, case)["case.resume_clock", 2] == "申请人答复补正后自动恢复计时"
    on_day("2026-03-10")
    world.answer(case)
    assert [s["to"] for s in world.state(case)["stops"]] == [None, "2026-03-10"]
    assert clock(chief, case)["standing"] == "专家评审"
    on_day("2026-03-12")
    workflow.resume_clock(chief, case.pk, stop=1)
    shown = clock(chief, case)
    assert (shown["used"], shown["stopped"], shown["due"]) == (1, 5, "2026-03-25"), "nested, counted once"


def test_a_decision_ends_the_stops_that_stand(world, case, chief, on_day):
    workflow.stop_clock(chief, case.pk, **REVIEW)
    on_day("2026-03-06")
    world.act("county_chief", FEIXI, case, "agree")
    state = world.state(case)
    assert (state["stops"][0]["to"], state["stops"][0]["ended_by"]) == ("2026-03-06", chief.name)
    assert state["case"]["due"] == "2026-03-20"
    assert clock(chief, case)["acts"] == []


def test_the_head_extends_once_and_the_applicant_is_told_why(world, case, clerk, chief, on_day):
    on_day("2026-03-18")  # the last day
    workflow.propose_extension(clerk, case.pk, days=5, reason="需补充论证")
    assert offered(clerk, case)["case.extend", None] == "延期申请正在等待负责人答复"
    workflow.answer_extension(chief, case.pk, approve=True, opinion="同意延期。")
    shown = clock(chief, case)
    assert (shown["due"], shown["left"], shown["extended"]) == ("2026-03-25", 5, 5)
    assert (shown["promised"], shown["statutory_limit"]["due"]) == (10, "2026-04-09"), "15 + 5 + 5 after Qingming"
    assert shown["extension"]["answered_by"] == chief.name
    assert told_outside(case) == ["办理期限延长 5 个工作日,理由:需补充论证"]
    assert offered(clerk, case)["case.extend", None] == "已经延期一次,不能再次延期"
    with pytest.raises(ActionRefused, match="已经延期一次"):
        workflow.propose_extension(clerk, case.pk, days=5, reason="再延")


def test_after_the_last_day_neither_proposal_nor_approval(world, case, clerk, chief, on_day):
    on_day("2026-03-18")
    workflow.propose_extension(clerk, case.pk, days=5, reason="需补充论证")
    on_day("2026-03-19")
    with pytest.raises(ActionRefused, match="已过承诺的办理期限"):
        workflow.answer_extension(chief, case.pk, approve=True, opinion="同意。")
    workflow.answer_extension(chief, case.pk, approve=False, opinion="已经超期。")
    assert world.state(case)["case"]["due"] == "2026-03-18"
    assert offered(clerk, case)["case.extend", None] == "已过承诺的办理期限,不能延期"


def test_a_stop_does_not_open_the_way_to_an_extension_that_came_too_late(case, clerk, chief, on_day):
    on_day("2026-03-19")
    workflow.stop_clock(chief, case.pk, **REVIEW)
    with pytest.raises(ActionRefused, match="已过承诺的办理期限"):
        workflow.propose_extension(clerk, case.pk, days=5, reason="需补充论证")


def test_nobody_answers_his_own_proposal(world, case, chief):
    assert offered(chief, case)["case.extend", None] == "本机关没有其他负责人可以批准"
    deputy = person("county_chief", FEIXI, "deputy", "副局长")
    workflow.propose_extension(chief, case.pk, days=1, reason="需补充论证")
    assert offered(chief, case)["case.approve_extension", None] == "延期由您提出,须由其他负责人答复"
    with pytest.raises(ActionRefused, match="须由其他负责人答复"):
        workflow.answer_extension(chief, case.pk, approve=True, opinion="同意。")
    workflow.answer_extension(deputy, case.pk, approve=True, opinion="同意。")


@pytest.mark.parametrize(("role", "region"), [("city_chief", HEFEI), ("province_chief", ANHUI)])
def test_only_the_head_of_the_same_organ_answers(world, case, clerk, role, region):
    workflow.propose_extension(clerk, case.pk, days=1, reason="需补充论证")
    other = world.officer(role, region)
    assert clock(other, case)["acts"] == []
    with pytest.raises(ActionRefused, match="不由您办理"):
        workflow.answer_extension(other, case.pk, approve=True, opinion="同意。")


def test_a_proposal_lapses_when_the_case_leaves_the_organ_that_made_it(world, on_day, clerk, chief):
    on_day("2026-03-04")
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    reviewer = world.officer("city_reviewer", HEFEI)
    workflow.propose_extension(reviewer, case.pk, days=2, reason="市级论证")
    world.act("city_reviewer", HEFEI, case, "agree")
    with pytest.raises(ActionRefused, match="不由您办理"):
        workflow.answer_extension(world.officer("city_chief", HEFEI), case.pk, approve=True, opinion="同意。")
    deputy = person("province_chief", ANHUI, "deputy-of-the-province", "副厅长")
    workflow.propose_extension(world.officer("province_chief", ANHUI), case.pk, days=3, reason="省级论证")
    workflow.answer_extension(deputy, case.pk, approve=True, opinion="同意。")
    assert clock(deputy, case)["extended"] == 3


def test_a_clerk_may_not_approve_and_a_stranger_sees_nothing(world, case, clerk):
    workflow.propose_extension(clerk, case.pk, days=1, reason="需补充论证")
    with pytest.raises(errors.NotAllowed):
        workflow.answer_extension(clerk, case.pk, approve=True, opinion="同意。")
    with pytest.raises(errors.NotFound):
        workflow.stop_clock(world.officer("county_chief", CHANGFENG), case.pk, **REVIEW)


def test_who_does_not_handle_the_case_does_not_touch_its_clock(world, case):
    colleague = person("county_clerk", FEIXI, "colleague", "同事")
    assert clock(colleague, case)["acts"] == []
    with pytest.raises(ActionRefused, match="不由您办理"):
        workflow.stop_clock(colleague, case.pk, **REVIEW)


def test_before_acceptance_nothing_runs_that_could_stop(world, clerk):
    fresh = world.open()
    assert set(offered(clerk, fresh).values()) == {"尚未受理,还没有开始计时"}
    with pytest.raises(ActionRefused, match="尚未受理"):
        workflow.stop_clock(clerk, fresh.pk, **REVIEW)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"kind": "午休", "reason": "x"}, "kind"),
        ({"kind": "补正", "reason": "x"}, "kind"),
        ({"kind": "专家评审", "reason": " "}, "reason"),
        ({"kind": "现场勘验", "reason": "x"}, "basis"),
        ({"kind": "专家评审", "reason": "长" * 501}, "reason"),
        ({"kind": "专家评审", "reason": "x", "paper": 999999}, "paper"),
    ],
)
def test_a_stop_says_what_is_missing(case, chief, given, where):
    before = kinds(case)
    with pytest.raises(FormIncomplete) as refused:
        workflow.stop_clock(chief, case.pk, **given)
    assert set(refused.value.facts["fields"]) == {where}
    assert kinds(case) == before


@pytest.mark.parametrize("days", [0, -1, 11])
def test_an_extension_is_of_one_to_ten_days(case, clerk, days):
    with pytest.raises(FormIncomplete, match="1 至 10 个工作日"):
        workflow.propose_extension(clerk, case.pk, days=days, reason="需补充论证")


def test_one_type_does_not_stand_twice(case, chief):
    workflow.stop_clock(chief, case.pk, **REVIEW)
    with pytest.raises(ActionRefused, match="已在停计时之中"):
        workflow.stop_clock(chief, case.pk, **REVIEW)


def test_a_repeated_command_does_nothing_more_and_each_act_is_audited(case, clerk, chief):
    before = audited()
    for _ in range(2):
        workflow.stop_clock(chief, case.pk, **REVIEW, command="a")
        workflow.resume_clock(chief, case.pk, stop=1, command="a")
        workflow.propose_extension(clerk, case.pk, days=3, reason="需补充论证", command="a")
        workflow.answer_extension(chief, case.pk, approve=True, opinion="同意。", command="a")
    own = ["clock_stopped", "clock_resumed", "extension_proposed", "extension_answered"]
    assert kinds(case)[-4:] == own
    assert audited() == before + 4
    with kernel.acting(kernel.system_actor()):
        announced = kernel.Event.objects.filter(name="case.changed").order_by("pk")
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)
        assert [e.facts["action"] for e in announced][-4:] == [
            "case.stop_clock", "case.resume_clock", "case.extend", "case.approve_extension",
        ]  # fmt: skip


def audited():
    with kernel.acting(kernel.system_actor()):
        return kernel.AuditHead.objects.get(chain=FEIXI).seq


def test_a_case_of_before_reads_as_it_did(world, case, chief, on_day):
    """An event of the first release says nothing of exemption or of the last day: it stops, and the day stays."""
    from ziyuan.workflow.cases.state import fold

    head = {"seq": 9, "at": "2026-03-05T10:00:00+08:00", "actor": "甲", "actor_id": 1, "organ": "某局"}
    state = world.state(case)
    number = next(iter(state["tasks"].values()))["number"]
    body = {"task": number, "items": [], "basis": "土地管理法", "stop": "2026-03-05"}
    after = fold(state, "correction_asked", body, head)
    assert after["stops"] == [
        {"kind": "补正", "basis": "土地管理法", "by": "甲", "from": "2026-03-05", "to": None}
    ]
    assert after["case"]["due"] == state["case"]["due"]
