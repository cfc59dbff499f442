"""Policies of a matter: nobody found, the same person twice, avoidance, the holder leaves. Nothing ever passes by itself."""

from datetime import timedelta

import pytest

from tests.workflow.world import FEIXI, HEFEI, breaks
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused
from ziyuan.workflow.models import Case
from ziyuan.workflow.people.leaving import hand_on

ACCEPT = {"id": "accept", "assign": 'person("anna")'}
SECOND = {"id": "second", "role": "county_chief", "assign": 'person("nobody-here")'}
BASIS = "土地管理法 第五十二条"


def reached(world, office, publish, policies, second=SECOND):
    publish(ACCEPT, second, policies=policies)
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    return case, world.state(case)["tasks"]["2"]


def line_of(**people):
    """A line of tasks, each for one person."""
    return [{"id": node, "assign": f'person("{name}")'} for node, name in people.items()]


def successor(office, role):
    """Somebody new in the division, appointed today."""
    day = {"since": kernel.today(), "reason": "任免通知"}
    heir, _ = kernel.enter_person(office.system, user="heir", name="继任者", unit="FX-YT", **day)
    kernel.appoint(office.security, person=heir.pk, unit="FX-YT", role=role, **day)
    office.keys["heir"] = heir.pk
    return heir


def alarms():
    return kernel.Event.objects.filter(name="case.nobody_found").count()


def row(case):
    with kernel.acting(kernel.system_actor()):
        return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize(
    ("rule", "holder", "role", "region"),
    [
        ({"role": "city_chief", "level": "city"}, "city", "city_chief", HEFEI),
        ({"unit": "用途管制股", "title": "股长", "level": "county"}, "head", "county_chief", FEIXI),
        ("clerk", None, "county_clerk", FEIXI),
    ],
)
def test_a_named_post_stands_in_and_the_row_says_for_which(world, office, publish, rule, holder, role, region):
    _, task = reached(world, office, publish, {"nobody_found": rule})
    assert (task["holder"], task["role"], task["region"], task["nobody"]) == (office.keys.get(holder), role, region, False)
    assert task["instead_of"] == {"role": "county_chief", "region": FEIXI}
    assert alarms() == 0 and breaks(verify_cases) == []
    if rule == "clerk":
        assert [workflow.tasks_count(office.actor(n)) for n in ("anna", "bert")] == [1, 1]


@pytest.mark.parametrize("rule", ["stop", {"role": "province_chief", "level": "province"}])
def test_with_nobody_there_either_it_stops_with_an_alarm(world, office, publish, rule):
    kernel.Person.objects.filter(posts__role="province_chief").update(active=False)
    case, task = reached(world, office, publish, {"nobody_found": rule})
    assert (task["holder"], task["nobody"], alarms()) == (None, True, 1)
    assert world.waiting(case) == [("second", FEIXI)]


def test_the_same_person_is_asked_again_unless_the_matter_cites_a_law(world, office, publish):
    nodes = line_of(a="anna", b="anna", c="anna")
    publish(*nodes, policies={"same_person_twice": "ask"})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    assert world.waiting(case) == [("b", FEIXI)]
    publish(*nodes, policies={"same_person_twice": {"take": "earlier", "basis": BASIS}})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    assert world.waiting(case) == [("c", FEIXI)], "the act that decides is a person's own"
    taken = world.state(case)["tasks"]["2"]
    assert taken["opinion"] == f"沿用本人在“环节a”的意见({BASIS}):同意。"
    with kernel.acting(kernel.system_actor()):
        assert [e.actor for e in case.events.filter(kind="completed").order_by("seq")] == ["anna同志", "沿用前次意见"]
    assert breaks(verify_cases) == []


def test_only_an_agreement_of_his_own_is_taken(world, office, publish):
    rule = {"same_person_twice": {"take": "earlier", "basis": BASIS}}
    publish(*line_of(a="anna", b="bert", c="bert", d="bert"), policies=rule)
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    assert world.waiting(case) == [("b", FEIXI)], "nobody spoke for bert yet"
    workflow.act(office.actor("bert"), case.pk, "refuse", opinion="不同意。")
    assert world.waiting(case) == [("c", FEIXI)], "a refusal is not taken"


def test_a_returned_task_is_asked_anew(world, office, publish):
    rule = {"same_person_twice": {"take": "earlier", "basis": BASIS}}
    publish(*line_of(a="anna", b="bert", c="anna"), policies=rule)
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    workflow.act(office.actor("bert"), case.pk, "return", opinion="请补充。")
    assert world.waiting(case) == [("a", FEIXI)]


def test_the_submitter_is_passed_over_where_somebody_else_holds_the_post(world, office, publish):
    publish({"id": "accept"})
    case = workflow.open_case(world.message(), office.actor("anna"))
    assert world.state(case)["tasks"]["1"]["holder"] == office.keys["bert"]
    publish({"id": "accept"}, policies={"own_application": "allow"})
    case = workflow.open_case(world.message(), office.actor("anna"))
    assert world.state(case)["tasks"]["1"]["holder"] is None


def test_who_declares_avoidance_is_replaced_and_never_gets_the_case_again(world, office, publish):
    publish({"id": "accept"}, {"id": "second", "role": "county_clerk"})
    case = world.open()
    anna, bert = office.actor("anna"), office.actor("bert")
    workflow.act(anna, case.pk, "claim")
    workflow.act(anna, case.pk, "avoid", opinion="申请人是本人近亲属")
    state = world.state(case)
    assert (state["tasks"]["1"]["holder"], state["avoided"][str(anna.person)]["reason"]) == (bert.person, "申请人是本人近亲属")
    workflow.act(bert, case.pk, "agree", opinion="同意。")
    assert world.state(case)["tasks"]["2"]["holder"] == bert.person
    with pytest.raises(ActionRefused):
        workflow.act(bert, case.pk, "handover", to=anna.person)
    workflow.act(bert, case.pk, "avoid", opinion="同学")
    task = world.state(case)["tasks"]["2"]
    assert (task["holder"], task["nobody"], alarms()) == (None, True, 1)
    offered = {a["id"]: a["reason"] for a in workflow.case_record(anna, case.pk)["actions"]}
    assert offered["claim"] == "您或您代理的人已声明回避"
    with kernel.acting(kernel.system_actor()):
        assert rebuild(row(case))[0] == row(case).state
    assert breaks(verify_cases) == []


def test_avoidance_needs_its_reason(world, office, publish):
    publish({"id": "accept", "assign": 'person("anna")'})
    case = world.open()
    with pytest.raises(Exception, match="没有填写意见"):
        workflow.act(office.actor("anna"), case.pk, "avoid")


def test_the_last_holder_with_open_tasks_leaves_only_with_a_word(world, office, publish):
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")'})
    world.open()
    office.end("chief")
    with pytest.raises(errors.LastHolder, match="名下还有 1 件待办") as caught:
        office.end("head", hand_on=False)
    assert caught.value.facts["tasks"] == 1
    with pytest.raises(errors.LastHolder):
        kernel.deactivate_person(office.system, office.keys["head"], reason="退休")
    kernel.deactivate_person(office.system, office.keys["head"], reason="退休", hand_on=True)


def test_his_tasks_go_to_the_successor_in_post(world, office, publish):
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")'})
    case = world.open()
    office.end("head")
    heir = successor(office, "county_chief")
    assert hand_on(kernel.system_actor()) == 1
    task = world.state(case)["tasks"]["1"]
    assert (task["holder"], task["holder_name"], task["nobody"]) == (heir.pk, "继任者", False)
    assert hand_on(kernel.system_actor()) == 0, "a repeat does nothing"
    assert breaks(verify_cases) == []


def test_without_a_successor_they_wait_in_the_pool_of_the_post(world, office, publish):
    publish({"id": "accept"})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "claim")
    office.end("anna")
    office.end("bert")
    assert hand_on(kernel.system_actor(), office.keys["anna"]) == 1
    task = world.state(case)["tasks"]["1"]
    assert (task["holder"], task["nobody"], alarms()) == (None, True, 1)
    successor(office, "county_clerk")
    assert workflow.tasks_count(office.actor("heir")) == 1


def test_a_pool_may_be_asked_for_instead_of_the_successor(world, office, publish):
    publish({"id": "accept"}, policies={"holder_leaves": "pool"})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "claim")
    office.end("anna")
    hand_on(kernel.system_actor(), office.keys["anna"])
    assert world.state(case)["tasks"]["1"]["holder"] is None
    assert workflow.tasks_count(office.actor("bert")) == 1


def test_a_post_that_ends_tomorrow_is_handed_on_tomorrow(world, office, publish):
    publish({"id": "accept", "assign": 'person("anna")'})
    case = world.open()
    office.end("anna", until=kernel.today())
    assert hand_on(kernel.system_actor()) == 0
    office.end("anna", until=kernel.today() - timedelta(1))
    assert hand_on(kernel.system_actor()) == 1
    assert world.state(case)["tasks"]["1"]["holder"] == office.keys["bert"]
