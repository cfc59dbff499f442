"""跳转: two persons, a reason, everything that stood open closed as such, nothing deleted, supervision told."""

import pytest

from tests.workflow import small_matter
from tests.workflow.tasks import linear
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered

REASON = "县级已经审查过选址。"


@pytest.fixture
def case(world, monkeypatch, tmp_path):
    """A provincial case that waits for the review of the city."""
    linear.publish(monkeypatch, tmp_path)
    made = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, made, "agree")
    return made


def offers(world, role, region, case):
    return {a["id"]: a for a in workflow.case_record(world.officer(role, region), case.pk)["actions"]}


def propose(world, case, to="province_decide"):
    world.act("city_reviewer", HEFEI, case, "jump", to=to, opinion=REASON)


def test_one_proposes_another_approves_and_the_case_goes_on_there(world, case):
    propose(world, case)
    assert world.waiting(case) == [("city_review", HEFEI)], "until it is approved nothing moves"
    offered = offers(world, "city_chief", HEFEI, case)
    assert REASON in offered["approve_jump"]["consequence"]
    world.act("city_chief", HEFEI, case, "approve_jump", opinion="同意。")
    assert world.waiting(case) == [("province_decide", ANHUI)]
    state = world.state(case)
    rows = [(t["node"], t["state"]) for t in state["tasks"].values()]
    assert rows == [("accept", "done"), ("city_review", "jumped"), ("province_decide", "open")]
    assert state["tasks"]["2"]["next"] == [3]
    assert state["jump"]["state"] == "approved"
    told = kernel.Event.objects.get(name="case.jumped").facts
    assert (told["left"], told["to"], told["reason"]) == (["city_review"], "province_decide", REASON)
    assert told["proposed_by"] != told["approved_by"]
    assert breaks(verify_cases) == []


def test_who_proposed_does_not_approve_and_who_has_no_right_is_not_asked(world, case):
    world.act("city_reviewer", HEFEI, case, "agree")
    chief = world.officer("province_chief", ANHUI)
    workflow.act(chief, case.pk, "jump", to="accept", opinion=REASON)
    offered = offers(world, "province_chief", ANHUI, case)
    assert offered["approve_jump"]["reason"] == "跳转由您提出,须由他人批准"
    with pytest.raises(ActionRefused, match="由他人批准"):
        workflow.act(chief, case.pk, "approve_jump", opinion="同意。")
    assert "approve_jump" not in offers(world, "city_chief", HEFEI, case), "a city does not answer for the province"
    second = person("province_chief", ANHUI, "t-second-chief", "另一位处长")
    workflow.act(second, case.pk, "approve_jump", opinion="同意。")
    assert world.waiting(case) == [("accept", FEIXI)]


def test_the_organ_above_may_answer_and_a_refusal_changes_nothing(world, case):
    propose(world, case)
    world.act("province_chief", ANHUI, case, "refuse_jump", opinion="应由市级审核。")
    assert world.waiting(case) == [("city_review", HEFEI)]
    assert world.state(case)["jump"]["state"] == "refused"
    propose(world, case, "accept")
    assert world.state(case)["jump"]["state"] == "proposed"


def test_a_proposal_lapses_when_its_task_is_done(world, case):
    propose(world, case)
    assert offers(world, "city_reviewer", HEFEI, case)["jump"]["reason"] == "跳转申请正在等待批准"
    world.act("city_reviewer", HEFEI, case, "agree")
    assert "approve_jump" not in offers(world, "city_chief", HEFEI, case)
    with pytest.raises(ActionRefused):
        world.act("city_chief", HEFEI, case, "approve_jump", opinion="同意。")


def test_only_where_the_process_allows_it_and_where_the_case_is_not(world, case):
    named = {c["id"] for c in workflow.choices(world.officer("city_reviewer", HEFEI), case.pk, "jump", 2)}
    assert named == {"accept", "county_decide", "city_decide", "province_decide"}
    for to in ("city_review", "granted", "nowhere", None):
        with pytest.raises(ChoiceNotOffered):
            propose(world, case, to)


def test_the_opinions_stay_and_the_case_may_be_returned_from_there(world, case):
    propose(world, case)
    world.act("city_chief", HEFEI, case, "approve_jump", opinion="同意。")
    record = workflow.case_record(world.officer("province_chief", ANHUI), case.pk)
    assert [o["outcome_title"] for o in record["opinions"]] == ["同意", "随跳转关闭"]
    left = record["opinions"][1]
    assert (left["person"], left["holder"]) == ("", world.officer("city_reviewer", HEFEI).name)
    told = [(e["title"], e["node_title"], e["outcome_title"]) for e in record["log"] if e["node_title"]]
    assert told == [("办理", "县级受理初审", "同意"), ("申请跳转", "市级审核", "")]
    states = {n["id"]: n["state"] for n in record["flow"]["nodes"]}
    assert (states["accept"], states["province_decide"]) == ("done", "now")
    world.act("province_chief", ANHUI, case, "return", to="accept", opinion="请补充。")
    assert world.waiting(case) == [("accept", FEIXI)]


def test_a_review_whose_seat_was_sent_back_is_no_place_to_jump_to(world, monkeypatch, tmp_path):
    """It still runs, though nobody has an open task at it: found by the random acts."""
    allow = small_matter.ALLOW.replace("agree", "jump agree") + ' zy:jump="true"'
    small_matter.publish(monkeypatch, tmp_path, small_matter.process("1").replace(small_matter.ALLOW, allow))
    chief = world.officer("county_chief", FEIXI)
    made = world.open(reviewers=[chief.person])
    world.act("county_clerk", FEIXI, made, "agree")
    workflow.act(chief, made.pk, "return", opinion="请核对。")
    assert world.waiting(made) == [("accept", FEIXI)]
    assert workflow.choices(world.officer("county_clerk", FEIXI), made.pk, "jump", 3) == []


def test_while_the_applicant_corrects_nobody_jumps(world, case):
    propose(world, case)
    item = {"kind": "field", "target": "scale", "text": "请写明"}
    world.act("city_reviewer", HEFEI, case, "correct", items=[item])
    assert "补正" in offers(world, "city_chief", HEFEI, case)["approve_jump"]["reason"]


def test_a_jump_leaves_every_branch_and_its_timers(world, monkeypatch, tmp_path):
    allow = small_matter.ALLOW.replace("agree", "jump agree") + ' zy:jump="true"'
    text = small_matter.process("1 / 2").replace(small_matter.ALLOW, allow)
    small_matter.publish(monkeypatch, tmp_path, text)
    chief = world.officer("county_chief", FEIXI)
    case = world.open(reviewers=[chief.person])
    world.act("county_clerk", FEIXI, case, "agree")
    workflow.act(chief, case.pk, "agree", opinion="同意。")
    signer = world.officer("city_chief", HEFEI)
    named = {c["id"] for c in workflow.choices(signer, case.pk, "jump", 3)}
    assert named == {"accept", "review"}, "neither into a branch that is to be joined nor into a part"
    workflow.act(signer, case.pk, "jump", to="review", opinion=REASON)
    world.act("province_chief", ANHUI, case, "approve_jump", opinion="同意。")
    assert world.waiting(case) == [("review", FEIXI)]
    engine = world.state(case)["engine"]
    assert not any(t.get("due") for t in engine["tokens"])
    assert {t["node"] for t in engine["tokens"]} == {"review"}, "the message that was waited for is waited for no more"
    workflow.act(chief, case.pk, "agree", opinion="再次同意。")
    assert ("sign", HEFEI) in world.waiting(case)
    assert breaks(verify_cases) == []
