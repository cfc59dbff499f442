"""委托代理: who may act for whom, when and in what; what he signs; and what a proxy never gives."""

import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.db.utils import ProgrammingError

from tests.workflow.world import CHANGFENG, FEIXI, breaks, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, FormIncomplete, ProxyRefused
from ziyuan.workflow.models import Proxy
from ziyuan.workflow.people import proxies

MATTER = "use_control/site_review"
REVIEW = '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" zy:collection="reviewers" zy:item="reviewer"/>'


def give(office, principal="head", proxy="anna", days=(0, 9), **more):
    today = kernel.today()
    told = {"since": today + timedelta(days[0]), "until": today + timedelta(days[1]), "reason": "出差"}
    told |= {"letter_name": "委托书.pdf"}
    letter = io.BytesIO(b"%PDF- letter")
    return workflow.give_proxy(office.actor(principal), proxy=office.keys[proxy], **{**told, "letter": letter, **more})


def signers(by, matter):
    with kernel.acting(by):
        return proxies.signers(by, matter)


@pytest.fixture
def held(world, office, publish):
    """A case whose only task the head of the division holds."""
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")'}, {"id": "second", "assign": 'person("bert")'})
    return world.open()


def actions(by, case):
    return {a["id"]: a for a in workflow.case_record(by, case.pk)["actions"]}


def test_the_proxy_finds_the_task_marked_and_signs_for_both(world, office, held):
    anna = office.actor("anna")
    assert (workflow.tasks_count(anna), actions(anna, held)) == (0, {})
    give(office)
    assert [(t["for"], t["node"]) for t in workflow.tasks_page(anna)["items"]] == [("head同志", "accept")]
    assert workflow.tasks_page(office.actor("head"))["items"][0]["for"] == ""
    agree = actions(anna, held)["agree"]
    assert (agree["title"], agree["for"], agree["enabled"]) == ("同意并提交(代 head同志)", "head同志", True)
    workflow.act(anna, held.pk, "agree", opinion="同意。")
    record = workflow.case_record(anna, held.pk)
    assert record["opinions"][0]["person"] == "anna同志 代 head同志"
    assert record["log"][-1]["actor"] == "anna同志 代 head同志"
    task = world.state(held)["tasks"]["1"]
    assert (task["by_id"], task["for_id"]) == (office.keys["anna"], office.keys["head"])
    assert breaks(verify_cases) == []


def test_the_event_names_who_acted_and_for_whom(world, office, held):
    give(office)
    workflow.act(office.actor("anna"), held.pk, "agree", opinion="同意。")
    with kernel.acting(kernel.system_actor()):
        event = held.events.get(kind="completed")
    assert (event.actor, event.actor_id) == ("anna同志 代 head同志", office.keys["anna"])


def test_both_may_take_it_back_and_nobody_else(world, office, held):
    give(office)
    workflow.act(office.actor("anna"), held.pk, "agree", opinion="同意。")
    assert actions(office.actor("anna"), held)["recall"]["for"] == "head同志"
    assert "recall" in actions(office.actor("head"), held)
    assert "recall" not in actions(office.actor("bert"), held)
    workflow.act(office.actor("head"), held.pk, "recall")
    assert world.state(held)["tasks"]["3"]["holder"] == office.keys["head"]


@pytest.mark.parametrize(("days", "may"), [((0, 0), True), ((0, 5), True), ((1, 5), False)])
def test_it_holds_between_its_days_only(office, held, days, may):
    give(office, days=days)
    assert (workflow.tasks_count(office.actor("anna")) == 1) is may
    with kernel.acting(office.system):
        Proxy.objects.update(since=kernel.today() - timedelta(9), until=kernel.today() - timedelta(1))
    assert workflow.tasks_count(office.actor("anna")) == 0


def test_it_holds_in_its_matters_only(office, held):
    give(office, matters=[MATTER])
    assert [s.principal_name for s in signers(office.actor("anna"), MATTER)] == ["", "head同志"]
    assert [s.principal_name for s in signers(office.actor("anna"), "other/matter")] == [""]
    with kernel.acting(office.system):
        Proxy.objects.update(matters=["other/matter"])
    assert workflow.tasks_count(office.actor("anna")) == 0
    assert actions(office.actor("anna"), held) == {}
    with pytest.raises(ActionRefused):
        workflow.act(office.actor("anna"), held.pk, "agree", opinion="同意。")


@pytest.mark.parametrize("who", ["head", "anna"])
def test_either_ends_it_early_with_a_reason_and_at_once(office, held, who):
    row = give(office)
    with pytest.raises(FormIncomplete):
        workflow.end_proxy(office.actor(who), row.pk, reason=" ")
    workflow.end_proxy(office.actor(who), row.pk, reason="提前返回")
    with pytest.raises(ActionRefused):
        workflow.act(office.actor("anna"), held.pk, "agree", opinion="同意。")
    with pytest.raises(ProxyRefused, match="已经终止"):
        workflow.end_proxy(office.actor(who), row.pk, reason="再次")
    shown = workflow.proxies_of(office.actor(who))[0]
    assert (shown["state"], shown["ended_by"], shown["ended_reason"]) == ("ended", f"{who}同志", "提前返回")
    with pytest.raises(errors.NotFound):
        workflow.end_proxy(office.actor("bert"), row.pk, reason="x")


def test_a_proxy_gives_no_more_than_the_principal_has_today(office, held):
    give(office)
    office.end("head")
    assert workflow.tasks_count(office.actor("anna")) == 0
    with pytest.raises(ActionRefused):
        workflow.act(office.actor("anna"), held.pk, "agree", opinion="同意。")


def test_the_principals_pools_come_with_it_and_a_claimed_task_is_his(world, office, publish):
    publish({"id": "accept", "role": "county_chief"})
    case = world.open()
    give(office)
    assert workflow.tasks_count(office.actor("anna")) == 1
    workflow.act(office.actor("anna"), case.pk, "claim")
    task = world.state(case)["tasks"]["1"]
    assert (task["holder"], task["holder_name"]) == (office.keys["head"], "head同志")


def test_a_proxy_of_a_proxy_does_not_exist(office, held):
    give(office)
    give(office, principal="anna", proxy="bert")
    assert [s.principal_name for s in signers(office.actor("bert"), MATTER)] == ["", "anna同志"]
    with pytest.raises(ActionRefused):
        workflow.act(office.actor("bert"), held.pk, "agree", opinion="同意。")


@pytest.mark.parametrize("who", ["anna", "head"])
def test_avoidance_is_looked_at_for_both(world, office, publish, who):
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")'})
    case = workflow.open_case(world.message(), office.actor(who))
    give(office)
    assert "提交,应当回避" in actions(office.actor("anna"), case)["agree"]["reason"]
    with pytest.raises(ActionRefused, match="回避"):
        workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")


def test_looking_at_the_proxy_alone_would_let_the_principals_own_application_through(world, office, publish, monkeypatch):
    """Negative control of the test above: without the second person the act is offered."""
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")'})
    case = workflow.open_case(world.message(), office.actor("head"))
    give(office)
    monkeypatch.setattr(kernel.Actor, "persons", property(lambda self: frozenset({self.person})))
    assert actions(office.actor("anna"), case)["agree"]["enabled"]


def test_who_declared_avoidance_acts_for_nobody_in_that_case(world, office, publish):
    both = 'concatenate(person("head"), person("anna"))'
    publish({"id": "accept", "assign": 'person("anna")'}, {"id": "b", "assign": both})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "avoid", opinion="亲属")
    workflow.act(office.actor("bert"), case.pk, "agree", opinion="同意。")
    give(office)
    assert world.state(case)["tasks"]["2"]["holder"] == office.keys["head"]
    assert "声明回避" in actions(office.actor("anna"), case)["agree"]["reason"]


def test_one_person_has_one_voice_in_a_joint_review(world, office, publish):
    publish({"id": "panel", "role": "county_chief", "assign": "person(reviewer)", "many": REVIEW})
    case = world.open(reviewers=["head", "anna", "chief"])
    give(office)
    give(office, principal="chief", proxy="bert")
    anna, bert = office.actor("anna"), office.actor("bert")
    with pytest.raises(ActionRefused, match="自己的一席"):
        workflow.act(anna, case.pk, "agree", task=1, opinion="同意。")
    workflow.act(bert, case.pk, "agree", task=3, opinion="同意。")
    votes = [t["by_id"] for t in world.state(case)["tasks"].values() if t["state"] == "done"]
    assert votes == [office.keys["bert"]]


def test_who_spoke_for_two_principals_would_have_two_voices(world, office, publish):
    publish({"id": "panel", "role": "county_chief", "assign": "person(reviewer)", "many": REVIEW})
    case = world.open(reviewers=["head", "chief"])
    give(office, proxy="bert")
    give(office, principal="chief", proxy="bert")
    workflow.act(office.actor("bert"), case.pk, "agree", task=1, opinion="同意。")
    with pytest.raises(ActionRefused, match="一人只能表态一次"):
        workflow.act(office.actor("bert"), case.pk, "agree", task=2, opinion="同意。")
    workflow.act(office.actor("chief"), case.pk, "agree", task=2, opinion="同意。")


@pytest.mark.parametrize(
    ("more", "field", "says"),
    [
        ({"proxy": "head"}, "proxy", "本机关"),
        ({"proxy": "city"}, "proxy", "本机关"),
        ({"days": (-1, 5)}, "since", "早于今天"),
        ({"days": (5, 4)}, "until", "早于开始日期"),
        ({"since": None}, "since", "开始日期"),
        ({"until": None}, "until", "结束日期"),
        ({"reason": " "}, "reason", "事由"),
        ({"letter": None}, "letter", "委托书"),
        ({"letter": io.BytesIO(b"")}, "letter", "没有内容"),
        ({"matters": ["no/such"]}, "matters", "没有事项“no/such”"),
    ],
)
def test_a_wrong_entry_is_told_field_by_field(office, more, field, says):
    with pytest.raises(FormIncomplete) as caught:
        give(office, **more)
    assert says in caught.value.facts["fields"][field]
    with kernel.acting(office.system):
        assert not Proxy.objects.exists()


def test_two_proxies_of_one_principal_do_not_overlap(office):
    give(office, matters=[MATTER])
    for more in ({"days": (9, 12)}, {"days": (0, 0), "matters": [MATTER]}, {"days": (3, 30)}):
        with pytest.raises(ProxyRefused, match="已委托 anna同志"):
            give(office, proxy="bert", **more)
    give(office, proxy="bert", days=(10, 12))
    give(office, principal="chief", proxy="bert")


def test_the_letter_is_on_file_for_the_two_and_nobody_else(office):
    row = give(office)
    for who in ("head", "anna"):
        file, name = workflow.proxy_letter(office.actor(who), row.pk)
        assert (file.digest, name) == (row.letter, "委托书.pdf")
        with kernel.open_file(file.digest) as stream:
            assert stream.read() == b"%PDF- letter"
    with pytest.raises(errors.NotFound):
        workflow.proxy_letter(office.actor("bert"), row.pk)
    assert workflow.proxies_of(office.actor("bert")) == []


def test_the_rows_of_another_county_are_not_seen_and_none_is_deleted(office):
    give(office)
    with kernel.acting(person("county_clerk", CHANGFENG)):
        assert Proxy.objects.count() == 0
        assert Proxy.objects.update(principal=F("principal")) == 0
    with kernel.acting(office.actor("head")), pytest.raises(ProgrammingError), transaction.atomic():
        Proxy.objects.all().delete()


def test_who_handles_no_cases_gives_no_proxy(office, make_actor):
    for act in (workflow.proxies_of, workflow.eligible):
        with pytest.raises(errors.NotAllowed):
            act(make_actor("data_officer", FEIXI))
    told = {p["name"] for p in workflow.eligible(office.actor("head"))}
    assert told == {"anna同志", "bert同志", "chief同志"}


@pytest.mark.parametrize(("proposes", "answers"), [("head", "anna"), ("anna", "head")])
def test_principal_and_proxy_are_one_voice_of_a_two_person_jump(world, office, publish, proposes, answers):
    """Who acts for another does not stand beside him as the second person; somebody else does."""
    landing = {"id": "second", "assign": 'person("bert")', "jump": "true"}
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")', "allow": "agree jump"}, landing)
    held = world.open()
    give(office)
    workflow.act(office.actor(proposes), held.pk, "jump", to="second", opinion="已审过。")
    offer = actions(office.actor(answers), held)["approve_jump"]
    assert not offer["enabled"] and "须由他人批准" in offer["reason"]
    with pytest.raises(ActionRefused, match="须由他人批准"):
        workflow.act(office.actor(answers), held.pk, "approve_jump", opinion="同意。")
    assert actions(office.actor("chief"), held)["approve_jump"]["enabled"], "control: another person may"


@pytest.mark.parametrize("takes", ["head", "anna"])
def test_what_the_proxy_added_is_the_principals_to_take_away_and_is_offered_to_each_once(world, office, publish, takes):
    publish({"id": "accept", "role": "county_chief", "assign": 'person("head")', "allow": "agree add_before remove"})
    held = world.open()
    give(office)
    workflow.act(office.actor("anna"), held.pk, "add_before", to=office.keys["bert"], opinion="请先看。")
    by = office.actor(takes)
    offered = [(a["id"], a["for"]) for a in workflow.case_record(by, held.pk)["actions"]]
    assert offered == [("remove", "" if takes == "head" else "head同志")]
    workflow.act(by, held.pk, "remove", opinion="不必了。")
    assert [t["node"] for t in workflow.tasks_page(office.actor("head"))["items"]] == ["accept"]
    assert breaks(verify_cases) == []
