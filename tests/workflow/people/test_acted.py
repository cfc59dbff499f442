"""Every time a policy of people acts, supervision reads it: which, how, at which task, for whom; from the events alone."""

import json

import pytest
from django.test import Client

from tests.workflow.people.test_policies import ACCEPT, BASIS, SECOND, line_of, reached
from tests.workflow.world import CHANGFENG, FEIXI, breaks
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import Case, PolicyAct
from ziyuan.workflow.people.leaving import hand_on


def told(by, **asked):
    """(policy, way, node, person, holder) of every line, the newest first."""
    rows = workflow.policies_page(by, **asked)["items"]
    return [(r["policy"], r["way"], r["node_title"], r["person"], r["holder"]) for r in rows]


def whole(case):
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)
    assert breaks(verify_cases) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("stop", ("nobody_found", "stopped", "环节second", "", "")),
        ({"role": "city_chief", "level": "city"}, ("nobody_found", "stand_in", "环节second", "", "city同志")),
    ],
)
def test_nobody_found_is_told_with_who_stands_in(world, office, publish, rule, line):
    case, _ = reached(world, office, publish, {"nobody_found": rule})
    assert told(office.actor("anna")) == [line]
    assert workflow.policies_page(office.actor("anna"))["items"][0]["reason"] == "没有指到人员"
    whole(case)


def test_where_everybody_is_there_nothing_is_told(world, office, publish):
    case, _ = reached(world, office, publish, {}, {**SECOND, "assign": 'person("head")'})
    assert told(office.actor("anna")) == []
    whole(case)


def test_the_submitter_who_is_passed_over_is_told(world, office, publish):
    publish({"id": "accept"})
    workflow.open_case(world.message(), office.actor("anna"))
    assert told(office.actor("bert")) == [("own_application", "passed_over", "环节accept", "anna同志", "bert同志")]
    publish({"id": "accept"}, policies={"own_application": "allow"})
    workflow.open_case(world.message(), office.actor("anna"))
    assert len(told(office.actor("bert"))) == 1, "the control: where the matter allows it, nothing acted"


def test_avoidance_is_told_with_its_reason_even_without_a_task_to_pass_on(world, office, publish):
    publish({"id": "accept"}, {"id": "second"})
    case = world.open()
    anna, bert = office.actor("anna"), office.actor("bert")
    workflow.act(anna, case.pk, "claim")
    workflow.act(anna, case.pk, "avoid", opinion="近亲属")
    workflow.act(bert, case.pk, "avoid", opinion="同学")
    assert told(bert) == [
        ("avoidance", "stopped", "环节accept", "bert同志", ""),
        ("avoidance", "handed_on", "环节accept", "anna同志", "bert同志"),
    ]
    assert [r["reason"] for r in workflow.policies_page(bert)["items"]] == ["同学", "近亲属"]
    whole(case)


def test_an_earlier_opinion_that_was_taken_is_told_with_its_law(world, office, publish):
    publish(*line_of(a="anna", b="anna", c="bert"), policies={"same_person_twice": {"take": "earlier", "basis": BASIS}})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    [row] = workflow.policies_page(office.actor("anna"))["items"]
    assert (row["policy"], row["way"], row["node_title"], row["person"], row["reason"]) == (
        "same_person_twice", "taken", "环节b", "anna同志", BASIS,
    )  # fmt: skip
    whole(case)


def test_who_left_and_where_his_task_went_is_told(world, office, publish):
    publish(ACCEPT)
    case = world.open()
    office.end("anna")
    hand_on(kernel.system_actor())
    assert told(office.actor("bert")) == [("holder_leaves", "handed_on", "环节accept", "anna同志", "bert同志")]
    whole(case)


def test_figures_list_and_table_are_counted_by_region_and_read_by_right(world, office, publish):
    reached(world, office, publish, {"nobody_found": "stop"})
    add_person("watch", "督察员", organ_of("340000"), "watch-password", ["province_chief"], SINCE)
    client = Client()
    client.post("/api/login", json.dumps({"user": "watch", "password": "watch-password"}), "application/json")
    assert [r["policy_title"] for r in client.get("/api/cases/policies").json()["items"]] == ["无人可办"]
    assert client.get("/api/cases/policies?policy=avoidance").json() == {"items": [], "next": None}
    assert client.get("/api/cases/policies?policy=nothing").json()["items"] == []
    assert client.get("/api/cases/policies?after=x").json()["items"] == []
    figures = client.get("/api/cases/policies/figures").json()
    assert [(i["region"], i["nobody_found"], i["avoidance"]) for i in figures["items"]] == [(FEIXI, 1, 0)]
    assert figures["total"]["nobody_found"] == 1
    table = client.get("/api/cases/policies/export.csv").content.decode("utf-8-sig")
    assert "无人可办,停住报警,环节second" in table
    neighbour = actor_of(add_person("cf", "邻县", organ_of(CHANGFENG), "pw", ["county_chief"], SINCE), kernel.now())
    assert told(neighbour) == []
    with pytest.raises(errors.NotAllowed):
        workflow.policies_page(office.system)


def test_a_line_that_somebody_took_away_is_found_by_the_proof(world, office, publish):
    reached(world, office, publish, {"nobody_found": "stop"})
    with kernel.acting(kernel.system_actor()):
        PolicyAct.objects.update(way="stand_in")
    assert any("策略动用" in str(found) for found in breaks(verify_cases))
