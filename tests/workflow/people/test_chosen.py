"""The handler chooses who does the next step: he must, among those allowed; the choice stands in the event and in the row."""

import pytest

from tests.workflow.world import breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ChoiceNotOffered, FormIncomplete
from ziyuan.workflow.models import Case

ACCEPT = {"id": "accept", "assign": 'person("anna")'}
NEXT = {"id": "second", "role": "county_chief", "assign": 'role("county_chief")', "chosen": "true"}
BASIS = "土地管理法 第五十二条"


@pytest.fixture
def chosen(world, office, publish):
    return Chosen(world, office, publish)


class Chosen:
    def __init__(self, world, office, publish):
        self.world, self.office, self.publish = world, office, publish

    def open(self, *nodes, **told):
        self.publish(*(nodes or (ACCEPT, NEXT)), **told)
        self.case = self.world.open()

    def act(self, name, action="agree", **more):
        to = more.pop("to", None)
        more.setdefault("opinion", "意见")
        workflow.act(self.office.actor(name), self.case.pk, action, to=self.office.keys.get(to), **more)

    def offer(self, name, action="agree"):
        offers = workflow.case_record(self.office.actor(name), self.case.pk)["actions"]
        return next(o for o in offers if o["id"] == action)

    def choices(self, name, task, action="agree"):
        found = workflow.choices(self.office.actor(name), self.case.pk, action, task)
        return {one["name"].removesuffix("同志"): one.get("reason", "") for one in found}

    def row(self, number):
        return self.world.state(self.case)["tasks"][str(number)]

    def whole(self):
        with kernel.acting(kernel.system_actor()):
            row = Case.objects.get(pk=self.case.pk)
            assert rebuild(row) == (row.state, row.head)
        assert breaks(verify_cases) == []


def test_the_handler_chooses_among_those_allowed_and_the_row_says_who_chose(chosen):
    c = chosen
    c.open()
    offer = c.offer("anna")
    assert (offer["needs"], offer["asks"]) == (["opinion", "to"], "“环节second”的办理人")
    assert c.choices("anna", 1) == {"chief": "", "head": ""}
    with pytest.raises(FormIncomplete, match="请选定“环节second”的办理人"):
        c.act("anna")
    with pytest.raises(ChoiceNotOffered):
        c.act("anna", to="bert")
    assert c.row(1)["state"] == "open", "nothing was written"
    c.act("anna", to="head")
    row, keys = c.row(2), c.office.keys
    assert (row["holder"], row["chosen_by"], row["chosen_by_id"]) == (keys["head"], "anna同志", keys["anna"])
    log = workflow.case_record(c.office.actor("anna"), c.case.pk)["log"][-1]
    assert log["body"]["chosen"] == {"node": "second", "title": "环节second", "person": keys["head"], "name": "head同志"}
    assert [workflow.tasks_count(c.office.actor(n)) for n in ("head", "chief")] == [1, 0]
    c.whole()


def test_without_the_mark_nobody_is_asked_and_the_task_waits_for_all_of_them(chosen):
    c = chosen
    c.open(ACCEPT, {**NEXT, "chosen": "false"})
    assert (c.offer("anna")["needs"], c.offer("anna")["asks"], c.choices("anna", 1)) == (["opinion"], "", {})
    c.act("anna")
    assert (c.row(2)["holder"], len(c.row(2)["candidates"])) == (None, 2)


def test_a_refusal_that_leads_there_chooses_too(chosen):
    c = chosen
    c.open()
    assert c.offer("anna", "refuse")["needs"] == ["opinion", "to"]
    c.act("anna", "refuse", to="chief")
    assert c.row(2)["holder"] == c.office.keys["chief"]


def test_who_has_to_be_avoided_is_greyed_with_the_reason(chosen):
    c = chosen
    first = {"id": "accept", "role": "county_chief", "assign": 'person("chief")'}
    c.open(first, NEXT)
    c.act("chief", "avoid", opinion="近亲属")
    assert c.choices("head", 1) == {"head": "", "chief": "已声明回避"}
    with pytest.raises(ChoiceNotOffered, match="已声明回避"):
        c.act("head", to="chief")


def test_a_returned_task_goes_straight_back_and_a_recalled_one_is_chosen_anew(chosen):
    c = chosen
    c.open()
    c.act("anna", to="head")
    c.act("head", "return", opinion="请补充。")
    assert c.offer("anna")["needs"] == ["opinion"], "直送: it goes back to who returned it"
    c.act("anna")
    assert c.row(4)["holder"] == c.office.keys["head"]
    c.open()
    c.act("anna", to="head")
    c.act("anna", "recall")
    c.act("anna", to="chief")
    assert c.row(4)["holder"] == c.office.keys["chief"]
    c.whole()


def test_it_is_handed_over_only_among_those_who_could_have_been_chosen(chosen):
    c = chosen
    c.open(ACCEPT, {**NEXT, "role": "county_clerk", "assign": 'concatenate(head("用途管制股"), person("bert"))'})
    c.act("anna", to="head")
    assert [p["name"] for p in workflow.handover_targets(c.office.actor("head"), c.case.pk, 2)] == ["bert同志"]


def test_with_nobody_to_choose_from_the_policy_acts(chosen):
    c = chosen
    c.open(ACCEPT, {**NEXT, "assign": 'person("nobody-here")'}, policies={"nobody_found": "stop"})
    assert c.offer("anna")["needs"] == ["opinion"]
    c.act("anna")
    assert c.row(2)["nobody"] is True


@pytest.mark.parametrize(("mark", "waits"), [("true", "b"), ("false", "c")])
def test_an_earlier_opinion_is_never_taken_where_somebody_has_to_be_chosen(chosen, mark, waits):
    c = chosen
    nodes = [{"id": node, "assign": 'person("anna")'} for node in "ab"] + [{**NEXT, "id": "c", "chosen": mark}]
    c.open(*nodes, policies={"same_person_twice": {"take": "earlier", "basis": BASIS}})
    c.act("anna")
    assert [node for node, _ in c.world.waiting(c.case)] == [waits]


def test_who_was_added_after_a_task_chooses_in_its_stead(chosen):
    c = chosen
    c.open({**ACCEPT, "allow": "agree refuse add_after"}, NEXT)
    c.act("anna", "add_after", to="bert")
    assert c.offer("bert")["asks"] == "“环节second”的办理人"
    c.act("bert", to="chief")
    assert (c.row(3)["holder"], c.row(3)["chosen_by"]) == (c.office.keys["chief"], "bert同志")
    c.whole()
