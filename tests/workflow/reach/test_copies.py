"""抄送、传阅: who may be given a copy, what he may do with it, and the receipt."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case, CaseCopy, CaseEvent


def told(by, case):
    return workflow.case_record(by, case.pk)["reach"]


def kinds(case):
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def test_a_copy_gives_a_receipt_and_no_seat(world, case, clerk):
    city = world.officer("city_reviewer", HEFEI)
    before = world.waiting(case)
    workflow.copy_case(clerk, case.pk, people=[city.person], note="请知悉")
    page = workflow.tasks_page(city, box="copied")["items"]
    assert [(r["case"]["no"], r["unread"], r["copy"]["read"]) for r in page] == [(case.no, True, None)]
    assert workflow.read_case(city, case.pk), "the first look is a receipt"
    assert not workflow.read_case(city, case.pk), "and only the first"
    copy = told(clerk, case)["copies"][0]
    assert (copy["name"], copy["note"], copy["by"]) == (city.name, "请知悉", clerk.name)
    assert copy["read"]
    assert workflow.tasks_page(city, box="copied")["items"][0]["unread"] is False
    assert world.waiting(case) == before
    assert workflow.tasks_count(city) == 0
    assert kinds(case)[-2:] == ["copied", "copy_read"]


def test_a_circulated_copy_asks_for_one_opinion_and_stops_nothing(world, case, clerk, chief):
    city = world.officer("city_chief", HEFEI)
    workflow.copy_case(clerk, case.pk, people=[city.person], kind="circulate")
    world.act("county_chief", FEIXI, case, "agree")
    assert world.state(case)["case"]["status"] == "granted", "the process did not wait"
    with pytest.raises(FormIncomplete, match="请写明意见"):
        workflow.answer_copy(city, case.pk, number=1, opinion=" ")
    workflow.answer_copy(city, case.pk, number=1, opinion="无不同意见。", command="once")
    workflow.answer_copy(city, case.pk, number=1, opinion="无不同意见。", command="once")
    copy = told(clerk, case)["copies"][0]
    assert (copy["opinion"], bool(copy["read"])) == ("无不同意见。", True)
    with pytest.raises(ActionRefused, match="没有等您填写意见"):
        workflow.answer_copy(city, case.pk, number=1, opinion="再说一次")
    notice = workflow.notices_page(clerk)["items"][0]
    assert (notice["kind"], notice["text"]) == ("answer", f"{city.name}:无不同意见。")


def test_nobody_gets_a_right_that_post_and_region_do_not_give(world, case, clerk):
    neighbour = world.officer("county_clerk", CHANGFENG)
    data = person("data_officer", FEIXI, "t-data")
    city = world.officer("city_reviewer", HEFEI)
    with pytest.raises(FormIncomplete) as refused:
        workflow.copy_case(clerk, case.pk, people=[city.person, neighbour.person, data.person, 987_654_321])
    message = str(refused.value)
    assert neighbour.name in message
    assert data.name in message
    assert "没有这个人员" in message
    assert city.name not in message
    assert told(clerk, case)["copies"] == [], "nothing is sent where one is refused"
    assert workflow.tasks_page(neighbour, box="copied")["items"] == []
    with pytest.raises(errors.NotFound):
        workflow.read_case(neighbour, case.pk)


def test_the_choice_holds_exactly_who_may_read(world, case, clerk):
    posts = [("county_chief", FEIXI), ("city_reviewer", HEFEI), ("province_chief", ANHUI), ("county_clerk", CHANGFENG)]
    for post in posts:
        world.officer(*post)
    offered = {one["id"] for one in workflow.copy_targets(clerk, case.pk)}
    everybody = kernel.Person.objects.filter(active=True)
    may = set()
    for one in everybody:
        from ziyuan.kernel.identity.signin import actor_of

        actor = actor_of(one, kernel.now())
        try:
            workflow.case_record(actor, case.pk)
            may.add(one.pk)
        except (errors.NotAllowed, errors.NotFound):
            pass
    assert offered == may - {clerk.person}


def test_a_copy_that_lies_unread_is_not_sent_twice(world, case, clerk):
    city = world.officer("city_reviewer", HEFEI)
    workflow.copy_case(clerk, case.pk, people=[city.person], command="a")
    workflow.copy_case(clerk, case.pk, people=[city.person], command="a")
    with pytest.raises(FormIncomplete, match="前一份还没有查看"):
        workflow.copy_case(clerk, case.pk, people=[city.person], command="b")
    assert len(told(clerk, case)["copies"]) == 1
    workflow.read_case(city, case.pk)
    workflow.copy_case(clerk, case.pk, people=[city.person], command="b")
    assert [c["number"] for c in told(clerk, case)["copies"]] == [1, 2]


def test_who_has_no_part_in_the_case_sends_no_copies(world, case):
    city, chief = world.officer("city_reviewer", HEFEI), world.officer("county_chief", FEIXI)
    with pytest.raises(ActionRefused, match="只有办理过本件"):
        workflow.copy_case(city, case.pk, people=[chief.person])
    with pytest.raises(errors.NotAllowed):
        workflow.copy_case(person("data_officer", FEIXI, "t-data"), case.pk, people=[chief.person])
    with pytest.raises(errors.NotFound):
        workflow.copy_case(world.officer("county_clerk", CHANGFENG), case.pk, people=[chief.person])


def test_rows_of_copies_are_what_the_events_say(world, case, clerk):
    city = world.officer("city_reviewer", HEFEI)
    workflow.copy_case(clerk, case.pk, people=[city.person], kind="circulate")
    workflow.answer_copy(city, case.pk, number=1, opinion="知悉")
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row)[0] == row.state
    assert breaks(lambda: verify_case(row)) == []
    with kernel.acting(kernel.system_actor()):
        CaseCopy.objects.filter(case=row).update(person=clerk.person)
    assert [b.place for b in breaks(lambda: verify_case(row))] == [f"{case.no} 抄送 1"]
