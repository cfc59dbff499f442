"""What a person may do with a task, and what he may not: return, recall, correct, hand over, claim, refuse, withdraw."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, box, person
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.errors import ActionRefused, ItemsMissing, OpinionMissing, TargetNotEligible

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}


def actions(world, role, region, case):
    record = workflow.case_record(world.officer(role, region), case.pk)
    return {a["id"]: a for a in record["actions"]}


def at_province(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "agree")
    return case


def test_a_correction_waits_with_whoever_asked_and_comes_straight_back(world):
    case = at_province(world)
    world.act("province_chief", ANHUI, case, "correct", items=[ITEM])
    assert world.state(case)["case"]["status"] == "correcting"
    assert actions(world, "province_chief", ANHUI, case)["agree"]["reason"] == "正在等待申请人补正"
    world.answer(case, project_level="province", investment=1, scale="新建厂房,建筑面积 3.2 万平方米")
    state = world.state(case)
    assert (state["case"]["status"], state["form"]["scale"][-4:]) == ("open", "万平方米"[-4:])
    assert world.waiting(case) == [("province_decide", ANHUI)]
    assert state["corrections"][0]["items"][0]["title"] == "拟建设规模"
    world.act("province_chief", ANHUI, case, "agree")


def test_a_return_may_be_to_any_node_on_the_way_the_nearest_first(world):
    case = at_province(world)
    chief, number = world.officer("province_chief", ANHUI), actions(world, "province_chief", ANHUI, case)["return"]["task"]
    offered = workflow.choices(chief, case.pk, "return", number)
    assert [c["id"] for c in offered] == ["city_review", "accept"]
    assert [c["name"] for c in offered] == ["市级审核", "县级受理初审"]
    world.act("province_chief", ANHUI, case, "return", to=offered[1]["id"], opinion="请补充县级意见。")
    assert world.waiting(case) == [("accept", FEIXI)]
    assert workflow.choices(chief, case.pk, "return", number) == [], "a task that is done goes nowhere"


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([], "没有列出补正内容"),
        ([{**ITEM, "text": " "}], "第 1 条没有写明补正要求"),
        ([ITEM, {**ITEM, "target": "nothing"}], "第 2 条所指的“nothing”"),
        ([{**ITEM, "kind": "fee"}], "第 1 条的种类"),
        ([{"kind": "paper", "target": "scale", "text": "x"}], "材料目录"),
    ],
)
def test_a_correction_says_what_to_mend_and_where(world, items, says):
    case = world.open()
    with pytest.raises(ItemsMissing, match=says):
        world.act("county_clerk", FEIXI, case, "correct", items=items)
    assert world.state(case)["correction"] is None


def test_a_returned_case_comes_straight_back_to_who_returned_it(world):
    case = at_province(world)
    world.act("province_chief", ANHUI, case, "return", to="accept", opinion="请补充县级意见。")
    assert world.waiting(case) == [("accept", FEIXI)]
    world.act("county_clerk", FEIXI, case, "agree", opinion="已补充。")
    assert world.waiting(case) == [("province_decide", ANHUI)]
    task = next(t for t in world.state(case)["tasks"].values() if t["state"] == "open")
    assert task["holder"] == world.officer("province_chief", ANHUI).person


def test_a_return_without_a_target_goes_one_node_back(world):
    case = at_province(world)
    world.act("province_chief", ANHUI, case, "return", opinion="请市级复核。")
    assert world.waiting(case) == [("city_review", HEFEI)]


def test_a_return_goes_only_where_the_case_has_been(world):
    case = at_province(world)
    with pytest.raises(ActionRefused, match="只能退回到本件经过的环节"):
        world.act("province_chief", ANHUI, case, "return", to="county_decide")


def test_the_first_node_has_nowhere_to_return_to(world):
    case = world.open()
    assert "return" not in actions(world, "county_clerk", FEIXI, case)


def test_the_sender_takes_back_while_nothing_followed(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    assert actions(world, "county_clerk", FEIXI, case)["recall"]["enabled"]
    world.act("county_clerk", FEIXI, case, "recall")
    assert world.waiting(case) == [("accept", FEIXI)]
    tasks = list(world.state(case)["tasks"].values())
    assert [t["state"] for t in tasks] == ["done", "recalled", "open"]
    assert tasks[2]["holder"] == tasks[0]["holder"]
    world.act("county_clerk", FEIXI, case, "agree")
    assert world.waiting(case) == [("city_review", HEFEI)]


def test_nothing_is_taken_back_after_the_next_has_acted(world):
    case = at_province(world)
    assert "后续环节已经办理" in actions(world, "county_clerk", FEIXI, case)["recall"]["reason"]
    with pytest.raises(ActionRefused, match="后续环节已经办理"):
        world.act("county_clerk", FEIXI, case, "recall")


def test_nothing_is_taken_back_while_the_applicant_corrects(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "correct", items=[ITEM])
    assert "补正" in actions(world, "county_clerk", FEIXI, case)["recall"]["reason"]


def test_hand_over_goes_to_the_same_post_only(world):
    case = world.open()
    clerk = world.officer("county_clerk", FEIXI)
    second = person("county_clerk", FEIXI, "t-second", "第二经办人")
    chief = world.officer("county_chief", FEIXI)
    assert [p["id"] for p in workflow.handover_targets(clerk, case.pk, 1)] == [second.person]
    with pytest.raises(TargetNotEligible):
        world.act("county_clerk", FEIXI, case, "handover", to=chief.person)
    world.act("county_clerk", FEIXI, case, "handover", to=str(second.person))
    with pytest.raises(ActionRefused, match="不在您名下"):
        world.act("county_clerk", FEIXI, case, "agree")
    workflow.act(second, case.pk, "agree", opinion="同意。")
    assert [c["to"] for c in world.state(case)["tasks"]["1"]["chain"]] == [second.person]


def test_hand_over_is_grey_where_nobody_else_holds_the_post(world):
    case = world.open()
    assert actions(world, "county_clerk", FEIXI, case)["handover"]["reason"] == "本岗位没有其他人员"


def test_a_pool_task_is_claimed_by_one_and_given_back(world):
    second = person("county_clerk", FEIXI, "t-second", "第二经办人")
    case = world.open()
    clerk = world.officer("county_clerk", FEIXI)
    assert list(actions(world, "county_clerk", FEIXI, case)) == ["claim"]
    workflow.act(second, case.pk, "claim")
    with pytest.raises(ActionRefused):
        workflow.act(clerk, case.pk, "claim")
    assert workflow.tasks_count(clerk) == 0
    assert workflow.tasks_count(second) == 1
    workflow.act(second, case.pk, "release")
    workflow.act(clerk, case.pk, "claim")
    assert workflow.tasks_count(second) == 0


def test_with_nobody_in_the_post_the_case_stops_and_says_so(world):
    kernel.Person.objects.filter(organ__region_id=FEIXI, posts__role="county_chief").update(active=False)
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    record = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)
    assert record["tasks"][-1]["holder"] == "无人可办,请设置岗位"
    alarm = kernel.Event.objects.get(name="case.nobody_found")
    assert alarm.facts == {"role": "county_chief", "region": FEIXI}
    late = person("county_chief", FEIXI, "t-late", "新任负责人")
    workflow.act(late, case.pk, "claim")
    workflow.act(late, case.pk, "agree", opinion="同意。")
    assert world.state(case)["case"]["status"] == "granted"


def test_nobody_decides_what_he_submitted_himself(world):
    clerk = world.officer("county_clerk", FEIXI)
    case = workflow.open_case(world.message(), clerk)
    offered = actions(world, "county_clerk", FEIXI, case)
    assert offered["agree"]["reason"] == offered["refuse"]["reason"] == "本件由您提交,应当回避,请转办"
    with pytest.raises(ActionRefused, match="回避"):
        world.act("county_clerk", FEIXI, case, "agree")


def test_the_same_person_at_two_nodes_is_asked_again(world):
    both = person("county_clerk", CHANGFENG, "t-both")
    kernel.Person.objects.filter(organ__region_id=FEIXI).update(active=False)
    two = person("county_clerk", FEIXI, "t-two", "两岗人员")
    from ziyuan.kernel.identity.people import add_person
    from ziyuan.kernel.identity.sample import SINCE, organ_of
    from ziyuan.kernel.identity.signin import actor_of

    stored = add_person("t-two", "两岗人员", organ_of(FEIXI), "pw", ["county_clerk", "county_chief"], SINCE)
    two = actor_of(stored, kernel.now())
    case = world.open()
    workflow.act(two, case.pk, "agree", opinion="同意。")
    assert world.waiting(case) == [("county_decide", FEIXI)], "an earlier opinion never counts twice"
    record = workflow.case_record(two, case.pk)
    agree = next(a for a in record["actions"] if a["id"] == "agree")
    assert agree["consequence"].startswith("您已办理过“县级受理初审”")
    assert both.person != two.person


def test_an_opinion_is_needed_and_kept_without_control_characters(world):
    case = world.open()
    with pytest.raises(OpinionMissing):
        world.act("county_clerk", FEIXI, case, "agree", opinion=" \x00 ")
    world.act("county_clerk", FEIXI, case, "agree", opinion="同\x00意\ud800。")
    assert world.state(case)["tasks"]["1"]["opinion"] == "同意。"


def test_a_repeated_command_answers_the_same_and_does_nothing(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree", command="c-1")
    before = world.state(case)
    world.act("county_clerk", FEIXI, case, "agree", command="c-1")
    assert world.state(case) == before
    with pytest.raises(ActionRefused):
        world.act("county_clerk", FEIXI, case, "agree", command="c-2")


def test_a_refused_command_may_be_sent_again_once_it_is_possible(world):
    case = world.open(box(200, 120, 260, 180))
    with pytest.raises(ActionRefused, match="缺少材料"):
        world.act("county_clerk", FEIXI, case, "agree", command="c-1")
    world.act(
        "county_clerk",
        FEIXI,
        case,
        "correct",
        items=[{"kind": "paper", "target": "farmland_proof", "text": "请补"}],
    )
    world.answer(case, box(200, 120, 260, 180), papers=("application", "basis", "farmland_proof"))
    world.act("county_clerk", FEIXI, case, "agree", command="c-1")
    assert world.waiting(case) == [("county_decide", FEIXI)]


def test_an_unknown_act_is_refused_by_name(world):
    case = world.open()
    with pytest.raises(ActionRefused, match="没有这个动作"):
        world.act("county_clerk", FEIXI, case, "leap")


def test_other_roles_may_not_act_at_all(world, make_actor):
    case = world.open()
    with pytest.raises(kernel_errors.NotAllowed):
        workflow.act(make_actor("auditor", FEIXI), case.pk, "agree", opinion="同意。")
    with pytest.raises(kernel_errors.NotFound):  # a post of another business
        workflow.act(make_actor("data_officer", FEIXI), case.pk, "agree", opinion="同意。")


def test_a_withdrawn_case_is_closed_and_left_alone(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    by = kernel.system_actor()
    workflow.withdraw({"no": case.outer_no}, by)
    before = world.state(case)
    assert (before["case"]["status"], world.waiting(case)) == ("withdrawn", [])
    workflow.withdraw({"no": case.outer_no}, by)
    assert world.state(case) == before
    with pytest.raises(ActionRefused):
        world.act("city_reviewer", HEFEI, case, "agree")
    with pytest.raises(ActionRefused):
        world.act("county_clerk", FEIXI, case, "recall")


def test_a_decided_case_is_rated_once(world):
    by = kernel.system_actor()
    case = world.decided()
    workflow.take_rating({"no": case.outer_no, "level": 5, "text": "很快"}, by)
    workflow.take_rating({"no": case.outer_no, "level": 1, "text": "改主意"}, by)
    assert world.state(case)["rating"]["level"] == 5


def test_an_undecided_case_takes_no_rating(world):
    case = world.open()
    workflow.take_rating({"no": case.outer_no, "level": 5, "text": ""}, kernel.system_actor())
    assert world.state(case)["rating"] is None
