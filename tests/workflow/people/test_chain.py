"""逐级审批 of computed length: a small matter takes one level, a great one more; a missing head never lets it pass."""

import pytest

from tests.workflow.world import breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import Case

ACCEPT = {"id": "accept", "assign": 'person("anna")'}
MANY = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" isSequential="true" zy:collection="approvers"'
    ' zy:item="approver"><completionCondition>refused &gt; 0</completionCondition></multiInstanceLoopCharacteristics>'
)
UP = {"id": "up", "role": "county_chief", "assign": "person(approver)", "many": MANY}
RANK = 'if form.declared_area > 10 then "副处" else if form.declared_area > 1 then "正科" else "副科"'
LISTS = {"approvers": f"chain(previous(), {RANK})"}


def climbed(world, office, publish, area, **told):
    """The case after everybody who got it has agreed; who that was, in order."""
    publish(ACCEPT, UP, people=LISTS, **told)
    case = world.open(declared_area=area)
    names, asked = {key: name for name, key in office.keys.items()}, []
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    while held := [t for t in world.state(case)["tasks"].values() if t["state"] == "open" and t["holder"]]:
        asked.append(names[held[0]["holder"]])
        workflow.act(office.actor(asked[-1]), case.pk, "agree", opinion="同意。")
    return case, asked


@pytest.mark.parametrize(("area", "heads"), [(0.5, ["head"]), (1, ["head"]), (5, ["head", "chief"])])
def test_the_chain_is_as_long_as_the_matter_is_great(world, office, publish, area, heads):
    case, asked = climbed(world, office, publish, area)
    assert (asked, world.state(case)["case"]["status"]) == (heads, "granted")
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)
    assert breaks(verify_cases) == []


def test_where_nobody_holds_the_rank_the_last_place_waits_and_nothing_passes(world, office, publish):
    case, asked = climbed(world, office, publish, 20)
    assert asked == ["head", "chief"]
    last = world.state(case)["tasks"]["4"]
    assert (last["state"], last["holder"], last["nobody"]) == ("open", None, True)
    assert world.state(case)["case"]["status"] == "open"


def test_a_named_post_stands_in_for_the_missing_rank(world, office, publish):
    rule = {"nobody_found": {"role": "city_chief", "level": "city"}}
    assert climbed(world, office, publish, 20, policies=rule)[1] == ["head", "chief", "city"]


def test_a_head_who_left_while_the_chain_climbs_is_never_skipped(world, office, publish):
    publish(ACCEPT, UP, people=LISTS)
    case = world.open(declared_area=5)
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    head = office.actor("head")
    office.end("chief")
    workflow.act(head, case.pk, "agree", opinion="同意。")
    assert world.state(case)["tasks"]["3"]["nobody"] is True


def test_a_refusal_on_the_way_ends_the_climb(world, office, publish):
    publish(ACCEPT, UP, people=LISTS)
    case = world.open(declared_area=5)
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    workflow.act(office.actor("head"), case.pk, "refuse", opinion="不同意。")
    state = world.state(case)
    assert (state["case"]["status"], len(state["tasks"])) == ("refused", 2)


@pytest.mark.parametrize("text", ["[]", "null", 'role("county_chief", "village")', 'chain(previous(), "大")'])
def test_a_list_of_nobody_waits_while_an_empty_fact_would_pass(world, office, publish, text):
    publish(ACCEPT, UP, people={"approvers": text})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    assert [node for node, _ in world.waiting(case)] == ["up"]
    facts = {**kernel.matter("use_control/site_review").told["facts"], "approvers": "[]"}
    publish(ACCEPT, UP, facts=facts)
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    assert world.state(case)["case"]["status"] == "granted", "the control: a review of nobody passes by itself"
