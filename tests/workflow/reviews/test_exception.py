"""An exception is asked for and decided as a case: written back once, by other eyes, in one transaction with the decision."""

import pytest

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.findings import errors, excepting, review
from ziyuan.onemap.findings.models import FindingException, FindingNote, StoredFinding
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.effects.registry import kind
from ziyuan.workflow.errors import ActionRefused, EffectRefused, NotUndone
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent
from ziyuan.workflow.tasks import actions

findings = onemap.findings
DECIDE = ["city_decide", "province_decide"]


def now_is(row: FindingException) -> FindingException:
    with kernel.acting(kernel.system_actor()):
        return FindingException.objects.get(pk=row.pk)


def case_of(row: FindingException) -> Case:
    with kernel.acting(kernel.system_actor()):
        return Case.objects.get(no=now_is(row).review)


def waiting(row: FindingException) -> list[str]:
    return [t["node"] for t in case_of(row).state["tasks"].values() if t["state"] == "open"]


def task_at(case: Case, node: str) -> int:
    return next(t["number"] for t in case.state["tasks"].values() if t["node"] == node and t["state"] == "open")


def covered(row: FindingException) -> bool:
    with kernel.acting(kernel.system_actor()):
        return StoredFinding.objects.filter(exception=row).exists()


def whole(row: FindingException) -> None:
    """The case is the fold of its events, its effects stand, and the notes hold."""
    case = case_of(row)
    with kernel.acting(kernel.system_actor()):
        assert rebuild(case) == (case.state, case.head)
        assert list(verify_case(case)) == []


# -- asked ------------------------------------------------------------------------------------------------------


def test_asking_is_the_countys_own_task_done_and_waits_above_at_once(ask, people):
    row = ask()
    case = case_of(row)
    assert waiting(row) == DECIDE
    assert (case.title, case.county, case.accepted) == (f"肥西县质检问题例外 {row.no}", "340123", kernel.today())
    asked = case.state["tasks"]["1"]
    assert (asked["node"], asked["outcome"], asked["by_id"], asked["opinion"]) == (
        "ask", "resubmit", people["officer"].person, "省厅批复同意保留",
    )  # fmt: skip
    record = workflow.case_record(people["city"], case.pk)
    assert record["subject"] == {"kind": "exception", "title": "质检问题例外", "no": row.no, "page": f"/exceptions?id={row.pk}"}
    whole(row)


def test_the_inboxes_have_it_where_it_waits(ask, people):
    row = ask()
    for who, node in (("city", "市级决定例外"), ("province", "省级决定例外")):
        titles = [i["node_title"] for i in workflow.tasks_page(people[who], q=case_of(row).no)["items"]]
        assert titles == [node]
    no = case_of(row).no
    assert [i["node"] for i in workflow.tasks_page(people["officer"], box="done", q=no)["items"]] == ["ask"]
    assert [i["case"]["no"] for i in workflow.tasks_page(people["officer"], box="mine", q=no)["items"]] == [no]


def test_the_page_of_the_exception_says_where_its_case_stands(ask, people):
    row = ask()
    told = findings.one_exception(people["officer"], row.pk)["case"]
    assert (told["no"], told["status_title"], told["lamp"]) == (case_of(row).no, "办理中", "green")
    assert [(w["title"], w["region_name"]) for w in told["waits"]] == [("市级决定例外", "合肥市"), ("省级决定例外", "安徽省")]
    findings.refuse(people["city"], row.pk, "理由不足")
    told = findings.one_exception(people["officer"], row.pk)["case"]
    assert (told["status_title"], told["waits"]) == ("不予批准", [])


# -- decided, at two doors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["city", "province"])
def test_the_word_on_the_exception_is_an_act_of_its_case(ask, people, who):
    row = ask()
    findings.approve(people[who], row.pk, "情况属实")
    case = case_of(row)
    assert (case.status, waiting(row), covered(row)) == ("granted", [], True)
    opinions = workflow.case_record(people["officer"], case.pk)["opinions"]
    (opinion,) = [o for o in opinions if o["outcome"] == "agree"]
    assert (opinion["opinion"], opinion["outcome_title"], opinion["person"]) == ("情况属实", "批准例外", people[who].name)
    whole(row)


@pytest.mark.parametrize(("action", "state"), [("agree", "approved"), ("refuse", "refused")])
def test_the_act_in_the_case_is_the_word_on_the_exception(ask, people, action, state):
    row = ask()
    case = case_of(row)
    offered = {a["id"]: a["title"] for a in workflow.case_record(people["city"], case.pk)["actions"]}
    assert (offered["agree"], offered["refuse"], offered["return"]) == ("批准", "不予批准", "退回补充")
    workflow.act(people["city"], case.pk, action, task=task_at(case, "city_decide"), opinion="意见")
    told = findings.one_exception(people["officer"], row.pk)
    assert (told["state"], told["opinion"], told["decided_by"]) == (state, "意见", people["city"].name)
    assert [n["signed"] for n in told["notes"]] == [True, True] and covered(row) is (state == "approved")
    whole(row)


def test_what_ended_while_it_waited_is_approved_nowhere(ask, people):
    row = ask()
    with kernel.acting(kernel.system_actor()):
        FindingException.objects.filter(pk=row.pk).update(until="2020-01-01")
    with pytest.raises(errors.DayRefused):
        findings.approve(people["city"], row.pk, "同意")
    case = case_of(row)
    with pytest.raises(EffectRefused, match="有效期"):
        workflow.act(people["city"], case.pk, "agree", task=task_at(case, "city_decide"), opinion="同意")
    assert waiting(row) == DECIDE and now_is(row).state == "requested" and case_of(row).state["effects"] == []
    assert findings.refuse(people["city"], row.pk, "已过期").state == "refused"  # the control: else nothing stood against it


# -- once -------------------------------------------------------------------------------------------------------


def test_it_is_written_back_once(ask, people):
    row = ask()
    for _ in range(2):
        findings.approve(people["city"], row.pk, "同意", "c1")
    case = case_of(row)
    with pytest.raises(ActionRefused):
        workflow.act(people["province"], case.pk, "agree", opinion="同意")
    with pytest.raises(errors.StateRefused):
        findings.approve(people["province"], row.pk, "同意", "c2")
    with kernel.acting(people["city"]):
        with pytest.raises(errors.StateRefused):  # even called past its case
            findings.carry_out(people["city"], row.no, "approve", "同意")
        assert FindingNote.objects.filter(exception=row, act="approve").count() == 1
        assert AppliedEffect.objects.filter(case=case).count() == 1
        assert kernel.Event.objects.filter(name="exception.approved", facts__no=row.no).count() == 1


def test_without_the_guard_of_its_state_it_would_be_written_twice(ask, people, monkeypatch):
    """The control."""
    row = ask()
    findings.approve(people["city"], row.pk, "同意")
    monkeypatch.setattr(excepting, "_demand_undecided", lambda by, row, verb: None)
    with kernel.acting(people["city"]):
        findings.carry_out(people["city"], row.no, "approve", "同意")
        assert FindingNote.objects.filter(exception=row, act="approve").count() == 2


# -- sent back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["city", "province"])
def test_sent_back_it_waits_for_its_asker_and_then_before_both_levels_again(ask, people, who):
    row = ask()
    with pytest.raises(errors.ReasonWanted):
        findings.return_(people[who], row.pk, " ")
    assert findings.return_(people[who], row.pk, "请附批复原件").state == "returned"
    (task,) = [t for t in case_of(row).state["tasks"].values() if t["state"] == "open"]
    assert (task["node"], task["holder"]) == ("ask", people["officer"].person)
    acts = {a["id"] for a in findings.one_exception(people["officer"], row.pk)["actions"]}
    assert acts == {"supplement", "withdraw"}
    for other in ("city", "province"):
        with pytest.raises((errors.StateRefused, ActionRefused)):
            findings.approve(people[other], row.pk, "同意")
    again = findings.supplement(
        people["officer"], row.pk, reason="附批复原件", until="2099-06-30", proof=(b"%PDF new", "原件.pdf"), command="s1"
    )
    assert (again.state, again.reason) == ("requested", "附批复原件")
    assert (str(again.until), again.proof_name) == ("2099-06-30", "原件.pdf")
    assert waiting(row) == DECIDE and case_of(row).state["form"]["reason"] == "附批复原件"
    assert findings.supplement(people["officer"], row.pk, reason="x", until="2099-06-30", command="s1").reason == "附批复原件"
    told = findings.one_exception(people["officer"], row.pk)["notes"]
    assert [n["act"] for n in told] == ["request", "return", "supplement"] and all(n["signed"] for n in told)
    assert findings.approve(people["city"], row.pk, "同意").state == "approved"
    whole(row)


def test_a_supplement_may_leave_the_proof_as_it_was_and_needs_a_reason_and_a_day(ask, people):
    row = ask()
    with pytest.raises(errors.StateRefused):
        findings.supplement(people["officer"], row.pk, reason="早了", until="2099-12-31")
    findings.return_(people["city"], row.pk, "请补充")
    with pytest.raises(errors.ReasonWanted):
        findings.supplement(people["officer"], row.pk, reason=" ", until="2099-12-31")
    with pytest.raises(errors.DayRefused):
        findings.supplement(people["officer"], row.pk, reason="补充", until="2020-01-01")
    with pytest.raises(kernel_errors.NotAllowed):
        findings.supplement(people["city"], row.pk, reason="补充", until="2099-12-31")
    assert findings.supplement(people["officer"], row.pk, reason="补充", until="2099-12-31").proof_sm3 == row.proof_sm3


def test_the_askers_task_is_ended_by_a_supplement_and_by_nothing_else(ask, people):
    row = ask()
    case = case_of(row)
    workflow.act(people["city"], case.pk, "return", task=task_at(case, "city_decide"), opinion="请补充")
    assert now_is(row).state == "returned"
    number = task_at(case_of(row), "ask")
    for action in ("agree", "refuse", "return", "resubmit"):
        with pytest.raises(ActionRefused):
            workflow.act(people["officer"], case.pk, action, task=number, opinion="已补充")


def test_ten_returns_stay_one_case(ask, people):
    row, sizes = ask(), []
    for _ in range(10):
        findings.return_(people["province"], row.pk, "请补充")
        findings.supplement(people["officer"], row.pk, reason="补充", until="2099-12-31")
        sizes.append(len(str(case_of(row).state["engine"])))
    assert sizes[-1] < 1.3 * sizes[0] and waiting(row) == DECIDE
    whole(row)


# -- taken back -------------------------------------------------------------------------------------------------


def test_the_county_takes_a_request_back_and_the_case_is_over(ask, people):
    row = ask()
    findings.withdraw(people["officer"], row.pk)
    assert (case_of(row).status, waiting(row)) == ("withdrawn", [])
    assert workflow.case_record(people["officer"], case_of(row).pk)["status_title"] == "已撤回"
    whole(row)


@pytest.mark.parametrize("who", ["officer", "city"])
def test_an_approval_taken_back_is_undone_in_its_case_too(ask, people, who):
    row = ask()
    findings.approve(people["city"], row.pk, "同意")
    findings.withdraw(people[who], row.pk, "批文已失效")
    case = case_of(row)
    (effect,) = case.state["effects"]
    assert now_is(row).state == "withdrawn" and effect["undone"] is not None
    last = workflow.case_record(people["city"], case.pk)["log"][-1]
    assert (last["kind"], last["body"]["opinion"]) == ("effects_undone", "批文已失效")
    with kernel.acting(kernel.system_actor()):
        assert FindingNote.objects.filter(exception=row, act="withdraw").count() == 1
    whole(row)


def test_undoing_the_decision_takes_the_approval_back_and_twice_changes_nothing(ask, people):
    row = ask()
    findings.approve(people["city"], row.pk, "同意")
    with kernel.acting(people["city"]) as by:
        for _ in range(2):
            kind("exception.approve").undo(row.no, case_of(row).no, by)
        assert FindingNote.objects.filter(exception=row, act="withdraw").count() == 1
        with pytest.raises(NotUndone):
            kind("exception.refuse").undo(row.no, case_of(row).no, by)
    assert now_is(row).state == "withdrawn"


# -- who --------------------------------------------------------------------------------------------------------


def test_nobody_decides_what_his_organ_asked_for_at_either_door(ask, people, officer):
    """Somebody of the city, who holds both posts, asks; a colleague of his organ may not decide, the province may."""
    asker = officer("data_officer", "340100", "t-asker")
    row = ask(by=asker)
    assert people["city"].organ == asker.organ
    with pytest.raises(errors.OwnRequest):
        findings.approve(people["city"], row.pk, "同意")
    case = case_of(row)
    agree = next(a for a in workflow.case_record(people["city"], case.pk)["actions"] if a["id"] in ("agree", "claim"))
    assert not agree["enabled"] and "本机关" in agree["reason"]
    with pytest.raises(ActionRefused, match="本机关"):
        workflow.act(people["city"], case.pk, agree["id"], task=task_at(case, "city_decide"), opinion="同意")
    assert findings.approve(people["province"], row.pk, "同意").state == "approved"


def test_without_the_case_pages_own_guard_the_exceptions_still_refuses(ask, people, officer, monkeypatch):
    """The control: the offer is no longer greyed out, the act goes through to the exception and comes back whole."""
    row = ask(by=officer("data_officer", "340100", "t-asker"))
    case = case_of(row)
    monkeypatch.setattr(actions, "_avoidance", lambda *told: "")
    number = task_at(case, "city_decide")
    with pytest.raises(EffectRefused, match="本机关"):
        workflow.act(people["city"], case.pk, "agree", task=number, opinion="同意")
    with pytest.raises(errors.OwnRequest):
        workflow.act(people["city"], case.pk, "return", task=number, opinion="请补充")
    assert waiting(row) == DECIDE and now_is(row).state == "requested"
    monkeypatch.setattr(excepting, "demand_other_eyes", lambda *told: None)
    workflow.act(people["city"], case.pk, "agree", task=number, opinion="同意")
    assert now_is(row).state == "approved"


def test_who_may_decide_is_what_the_drawing_says(ask, people, make_actor):
    row = ask()
    county = make_actor("data_reviewer", "340123", "县级审核员", 1_000_006)
    with pytest.raises(errors.LevelAbove, match="上级\\(市级或省级\\)"):
        findings.approve(county, row.pk, "同意")
    assert {a["id"]: a["reason"] for a in findings.one_exception(county, row.pk)["actions"]}["approve"]
    with kernel.acting(people["city"]):
        assert review.turns(now_is(row)) == {"city": True, "province": True}


def test_a_request_of_before_gets_its_case_with_the_first_word(ask, people):
    row = ask()
    with kernel.acting(kernel.system_actor()):
        FindingException.objects.filter(pk=row.pk).update(review="", no="LW-340123-2020-9")
    assert findings.one_exception(people["city"], row.pk)["case"] is None
    assert findings.approve(people["city"], row.pk, "同意").state == "approved"
    case = case_of(row)
    assert (case.status, case.state["case"]["submitter"]) == ("granted", people["officer"].person)
    whole(row)
    with kernel.acting(kernel.system_actor()):
        FindingException.objects.filter(pk=row.pk).update(review="")  # decided before: there is nothing to review any more
    with pytest.raises(errors.StateRefused):
        findings.refuse(people["province"], row.pk, "理由不足")


# -- proof ------------------------------------------------------------------------------------------------------


def test_an_exception_changed_behind_its_case_is_found(ask, people):
    row = ask()
    findings.refuse(people["city"], row.pk, "理由不足")
    whole(row)
    with kernel.acting(kernel.system_actor()):
        FindingException.objects.filter(pk=row.pk).update(state="approved")
        assert any("不是“未批准”" in str(b) for b in verify_case(case_of(row)))


def test_the_events_are_told_in_their_order(ask, people):
    row = ask()
    findings.return_(people["city"], row.pk, "请补充")
    findings.supplement(people["officer"], row.pk, reason="补充", until="2099-12-31")
    findings.approve(people["city"], row.pk, "同意")
    with kernel.acting(kernel.system_actor()):
        kinds = list(CaseEvent.objects.filter(case=case_of(row)).order_by("seq").values_list("kind", flat=True))
        names = list(kernel.Event.objects.filter(facts__no=row.no).order_by("pk").values_list("name", flat=True))
    assert kinds == [
        "opened", "accepted", "started", "resubmitted", "returned", "resubmitted", "completed", "decided", "effected",
    ]  # fmt: skip
    assert names == ["exception.requested", "exception.returned", "exception.supplemented", "exception.approved"]
