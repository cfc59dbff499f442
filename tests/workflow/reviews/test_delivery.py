"""A delivery is reviewed as a case: each level's word is one act, in the case and on the delivery, or in neither."""

import pytest

from tests.workflow.world import breaks
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import acts, errors
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, Kind, State
from ziyuan.onemap.deliveries.relief import reconsider
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.effects.registry import kind
from ziyuan.workflow.errors import ActionRefused, EffectRefused, NotUndone
from ziyuan.workflow.models import Case, CaseEvent

deliveries = onemap.deliveries


def kinds(case: Case) -> list[str]:
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def task_at(case: Case, node: str) -> int:
    return next(t["number"] for t in case.state["tasks"].values() if t["node"] == node and t["state"] == "open")


def now_is(row: Delivery) -> Delivery:
    with kernel.acting(kernel.system_actor()):
        return Delivery.objects.get(pk=row.pk)


# -- the two doors ------------------------------------------------------------------------------------------


def test_a_clean_delivery_waits_before_city_and_province_at_once(checked, case_of, waiting, people):
    row = checked()
    assert waiting(row) == ["city_review", "province_review"]
    case = case_of(row)
    assert (case.title, case.applicant, case.county) == ("肥西县2024县级国土调查成果", "肥西县", "340123")
    assert case.accepted == kernel.today() and case.due is not None
    told = deliveries.detail(people["city"], row.pk)
    assert told["case"] == {"id": case.pk, "no": case.no} and told["stage"] == "city"
    record = workflow.case_record(people["city"], case.pk)
    assert record["subject"] == {"kind": "delivery", "title": "数据汇交", "no": row.no, "page": f"/deliveries/{row.pk}"}
    assert record["papers"] == [] and record["site"] is None and record["screening"] is None


def test_the_word_given_on_the_delivery_is_an_act_of_the_case(checked, case_of, waiting, people):
    row = checked()
    assert deliveries.forward(people["city"], row.pk, "数据无误,同意转报").stage == "province"
    assert waiting(row) == ["province_review"]
    (opinion,) = workflow.case_record(people["province"], case_of(row).pk)["opinions"]
    assert (opinion["opinion"], opinion["outcome_title"], opinion["person"]) == ("数据无误,同意转报", "转报", people["city"].name)
    with pytest.raises(errors.AlreadyForwarded):
        deliveries.return_(people["city"], row.pk, "又要退回")


def test_the_act_in_the_case_is_the_word_on_the_delivery(checked, case_of, waiting, people):
    row = checked()
    case = case_of(row)
    number = task_at(case, "city_review")
    offered = {a["id"]: a["title"] for a in workflow.case_record(people["city"], case.pk)["actions"]}
    assert (offered["agree"], offered["refuse"]) == ("转报省级", "退回修改")
    workflow.act(people["city"], case.pk, "agree", task=number, opinion="同意转报")
    assert now_is(row).stage == "province" and waiting(row) == ["province_review"]
    notes = deliveries.detail(people["officer"], row.pk)["notes"]
    assert [(n["act"], n["text"], n["signed"]) for n in notes] == [("forward", "同意转报", True)]


def test_the_province_accepts_in_the_case_and_the_map_has_it_in_the_same_act(
    registered, deliver, sample, people, case_of, waiting
):
    told = deliver(sample / "340123-2024.zip")
    case = case_of(told["id"])
    number = task_at(case, "province_review")
    workflow.act(people["province"], case.pk, "agree", task=number, opinion="同意入库")
    after = deliveries.detail(people["officer"], told["id"])
    assert after["state"] == "sealed" and after["receipt"]["kind"] == "accepted" and len(after["editions"]) == 6
    decided = case_of(told["id"])
    assert decided.status == "granted" and waiting(told["id"]) == []
    assert decided.state["effects"][0]["target"] == told["no"]
    record = workflow.case_record(people["officer"], decided.pk)
    assert record["status_title"] == "验收入库" and record["documents"] == []
    city = next(t for t in decided.state["tasks"].values() if t["node"] == "city_review")
    assert (city["state"], city["outcome"], city["by"]) == ("terminated", "terminated", "")


def test_what_cannot_be_sealed_is_decided_nowhere(registered, deliver, sample, people, case_of):
    told = deliver(sample / "340123-2024.zip")
    before = case_of(told["id"])
    with kernel.acting(people["province"]):
        path = kernel.file_path(Delivery.objects.get(pk=told["id"]).kept["DLTB"]["sm3"])
    whole = path.read_bytes()
    path.chmod(0o640)
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(errors.KeptFileBroken):
            deliveries.accept(people["province"], told["id"], "同意")
        number = task_at(before, "province_review")
        with pytest.raises(EffectRefused, match="DLTB"):
            workflow.act(people["province"], before.pk, "agree", task=number, opinion="同意")
        after = case_of(told["id"])
        assert after.status == "open" and after.state["decision"] is None and after.state["effects"] == []
        assert kinds(after) == kinds(before)[:3] == ["opened", "accepted", "started"]
        assert deliveries.detail(people["officer"], told["id"])["state"] == "review"
        path.write_bytes(whole)  # the control: nothing else stood against it
        assert deliveries.accept(people["province"], told["id"], "同意").state == "sealed"
        assert case_of(told["id"]).status == "granted"
    finally:
        path.write_bytes(whole)


# -- back to the county and again -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["city", "province"])
def test_sent_back_it_waits_for_the_county_and_comes_straight_before_the_levels_again(
    checked, case_of, waiting, people, who
):
    first = checked()
    deliveries.return_(people[who], first.pk, "权属单位名称请核对")
    assert now_is(first).state == State.RETURNED and waiting(first) == ["rectify"]
    second = checked(2)
    case = case_of(first)
    assert case_of(second).pk == case.pk and waiting(second) == ["city_review", "province_review"]
    assert case.state["case"]["subject"]["no"] == second.no and case.state["form"]["delivery"] == second.no
    assert kinds(case)[-1] == "resubmitted"
    mended = next(t for t in case.state["tasks"].values() if t["node"] == "rectify")
    assert (mended["outcome"], mended["by"]) == ("resubmit", "汇交员2")
    with pytest.raises(errors.WrongState):
        deliveries.forward(people["city"], first.pk)
    assert deliveries.forward(people["city"], second.pk).stage == "province"


def test_the_countys_task_is_ended_by_a_delivery_and_by_nothing_else(checked, case_of, people):
    row = checked()
    deliveries.return_(people["city"], row.pk, "请核对")
    case = case_of(row)
    number = task_at(case, "rectify")
    for action in ("agree", "refuse", "return", "resubmit"):
        with pytest.raises(ActionRefused):
            workflow.act(people["officer"], case.pk, action, task=number, opinion="已改好")


def test_thirty_returns_stay_one_case_and_cost_no_more_state(checked, case_of, people):
    row, sizes = checked(), []
    for sequence in range(2, 32):
        deliveries.return_(people["city"], row.pk, "请核对")
        row = checked(sequence)
        sizes.append(len(str(case_of(row).state["engine"])))
    assert sizes[-1] < 1.3 * sizes[0]
    with kernel.acting(kernel.system_actor()):
        assert Case.objects.count() == 1
        assert list(verify_case(case_of(row))) == []


def test_the_county_takes_it_back_and_the_case_is_over(checked, case_of, waiting, people):
    row = checked()
    deliveries.withdraw(people["officer"], row.pk)
    case = case_of(row)
    assert (case.status, waiting(row)) == ("withdrawn", [])
    assert workflow.case_record(people["officer"], case.pk)["status_title"] == "已撤回"
    assert case_of(checked(2)).pk != case.pk


def test_an_old_attempt_taken_back_leaves_the_review_of_the_new_one(checked, waiting, people):
    first = checked()
    deliveries.return_(people["city"], first.pk, "请核对")
    second = checked(2)
    deliveries.withdraw(people["officer"], first.pk)
    assert waiting(second) == ["city_review", "province_review"]


def test_another_countys_or_kinds_return_takes_up_nothing_of_it(checked, case_of, people):
    record = checked(1, kind=Kind.FILING)
    deliveries.return_(people["city"], record.pk, "请核对")
    assert case_of(checked(2, kind=Kind.FILING)).pk != case_of(record).pk  # single records do not follow one another
    assert case_of(checked(3)).pk != case_of(record).pk


def test_what_comes_by_a_system_waits_before_the_province_alone(checked, case_of, waiting, people):
    row = checked(mandate="control_lines_feed")
    assert waiting(row) == ["province_review"] and row.stage == "province"
    for act in (deliveries.forward, deliveries.return_, deliveries.accept):
        with pytest.raises(errors.LevelTooLow):
            act(people["city"], row.pk, "同意")
    assert deliveries.return_(people["province"], row.pk, "请核对").state == State.RETURNED


@pytest.mark.parametrize(("act", "begun"), [("check", True), ("return", False)])
def test_an_exception_brings_what_the_check_returned_before_its_levels(checked, case_of, waiting, act, begun):
    """What a reviewer sent back is for the county to mend: an exception does not answer him."""
    row = checked()
    with kernel.acting(kernel.system_actor("自动质检")) as by:
        Delivery.objects.filter(pk=row.pk).update(state=State.RETURNED, review="", no="340123-2024-7")
        acts.note(by, now_is(row), act, "退回")
        event = kernel.Event(name="exception.approved", county="340123", facts={"no": "LW-340123-2026-1"}, at=kernel.now())
    reconsider(event)
    assert (now_is(row).state == State.REVIEW) is begun
    if begun:
        assert waiting(row) == ["city_review", "province_review"]
        assert case_of(row).state["case"]["subject"]["no"] == "340123-2024-7"


# -- who --------------------------------------------------------------------------------------------------------


def test_any_reviewer_of_the_post_may_act_and_then_holds_it(checked, case_of, people, officer):
    row = checked()
    task = next(t for t in case_of(row).state["tasks"].values() if t["node"] == "city_review")
    assert task["holder"] == people["city"].person
    second = officer("data_reviewer", "340100", "t-second")
    assert deliveries.forward(second, row.pk, "同意").stage == "province"
    case = case_of(row)
    done = next(t for t in case.state["tasks"].values() if t["node"] == "city_review")
    assert (done["holder"], done["by_id"]) == (second.person, second.person) and "claimed" in kinds(case)


def test_the_review_stands_in_the_inbox_of_its_reviewers(checked, people):
    row = checked()
    for who, node in (("city", "city_review"), ("province", "province_review")):
        (item,) = workflow.tasks_page(people[who])["items"]
        assert (item["node"], item["case"]["title"]) == (node, "肥西县2024县级国土调查成果")
    assert workflow.tasks_page(people["officer"])["items"] == []
    deliveries.return_(people["province"], row.pk, "请核对")
    assert [t["node"] for t in workflow.tasks_page(people["officer"])["items"]] == ["rectify"]
    assert workflow.tasks_count(people["city"]) == workflow.tasks_count(people["province"]) == 0


def test_a_delivery_in_review_without_a_case_gets_one_with_the_first_word(checked, case_of, people):
    row = checked()
    with kernel.acting(kernel.system_actor()):
        Delivery.objects.filter(pk=row.pk).update(review="", no="340123-2024-9")
    assert deliveries.detail(people["city"], row.pk)["case"] is None
    assert {a["id"]: a["enabled"] for a in deliveries.detail(people["city"], row.pk)["actions"]}["forward"]
    assert deliveries.forward(people["city"], row.pk, "同意").stage == "province"
    assert case_of(row).state["case"]["submitter"] is None


# -- proof ------------------------------------------------------------------------------------------------------


def test_the_case_is_the_fold_of_its_events_at_every_step(checked, case_of, people):
    row = checked()
    for step in (
        lambda: deliveries.forward(people["city"], row.pk, "同意"),
        lambda: deliveries.return_(people["province"], row.pk, "请核对"),
        lambda: checked(2),
    ):
        step()
        case = case_of(row)
        with kernel.acting(kernel.system_actor()):
            state, digest = rebuild(case)
            assert (state, digest) == (case.state, case.head)
            assert list(verify_case(case)) == []


def test_a_sealed_delivery_is_the_proof_of_the_effect(registered, deliver, sample, people, case_of):
    told = deliver(sample / "340123-2024.zip")
    deliveries.accept(people["province"], told["id"], "同意")
    assert breaks(lambda: verify_case(case_of(told["id"]))) == []
    with kernel.acting(kernel.system_actor()):
        Delivery.objects.filter(pk=told["id"]).update(state=State.RETURNED)
        assert any("没有入库" in str(b) for b in verify_case(case_of(told["id"])))


def test_a_sealed_delivery_is_not_unsealed_by_its_case(db, make_actor):
    with pytest.raises(NotUndone, match="340123-2024-1"):
        kind("delivery.accept").undo("340123-2024-1", "案一", make_actor("data_reviewer", "340000"))


def test_nothing_of_it_is_told_outside(checked, people):
    row = checked()
    deliveries.return_(people["city"], row.pk, "请核对")
    checked(2)
    with kernel.acting(kernel.system_actor()):
        names = set(kernel.Event.objects.values_list("name", flat=True))
        assert "case.changed" in names and "case.outside" not in names
        assert DeliveryNote.objects.filter(delivery=row, act="return").count() == 1


def test_nobody_outside_can_apply_for_it(db, make_actor):
    company = make_actor("applicant", "340000")
    assert all(m["id"] != "survey_monitoring/delivery_review" for m in workflow.matters())
    with pytest.raises(kernel.UnknownMatter):
        workflow.open_application(company, "survey_monitoring/delivery_review")
    message = {"no": "AH-1", "matter": "survey_monitoring/delivery_review", "form": {}, "site": None, "papers": [],
               "submitted": kernel.now().isoformat(), "subject": {"no": "x", "id": 1}}  # fmt: skip
    with pytest.raises(kernel.UnknownMatter):
        workflow.open_case(message, kernel.system_actor("交换导入"))
