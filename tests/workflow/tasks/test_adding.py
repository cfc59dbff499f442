"""加签、减签、委派 on cases: who is asked, what he may do, whose outcome counts, and what stays on record."""

from itertools import pairwise

import pytest

from tests.workflow import small_matter
from tests.workflow.tasks import linear
from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.engine.adding import MOST_ADDED
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered, OpinionMissing
from ziyuan.workflow.models import Case

WORDS = "agree refuse return recall correct handover add_before add_after add_seat remove delegate"
ALLOW = f'zy:allow="{WORDS}"'
WEIGHTS = ' zy:weight="if reviewer = lead then 3 else 1" zy:veto="reviewer = lead"'


@pytest.fixture
def adding(world, monkeypatch, tmp_path):
    """The small matter, its nodes allowing all of these acts; the first reviewer leads, weighs three and may veto."""
    text = small_matter.process("3 / 5").replace(small_matter.ALLOW, ALLOW)
    text = text.replace('zy:item="reviewer"', 'zy:item="reviewer"' + WEIGHTS)
    facts = {**kernel.matter("use_control/site_review").told["facts"], "reviewers": "form.reviewers", "lead": "form.reviewers[1]"}
    small_matter.publish(monkeypatch, tmp_path, text, facts=facts)
    return Adding(world)


class Adding:
    def __init__(self, world):
        self.world = world
        self.chiefs = [world.officer("county_chief", FEIXI)]
        self.chiefs += [person("county_chief", FEIXI, f"t-chief-{n}", f"第{n}位负责人") for n in (2, 3)]
        self.clerk = world.officer("county_clerk", FEIXI)
        self.city = world.officer("city_reviewer", HEFEI)
        self.case = world.open(reviewers=[c.person for c in self.chiefs])

    def act(self, by, action, **more):
        more.setdefault("opinion", "意见")
        workflow.act(by, self.case.pk, action, **more)

    def offers(self, by):
        return {a["id"]: a for a in workflow.case_record(by, self.case.pk)["actions"]}

    def open_rows(self):
        rows = self.world.state(self.case)["tasks"].values()
        return [(t["title"], t["holder"]) for t in rows if t["state"] in ("open", "waiting")]

    def whole(self):
        """Rows are what the events say, and the proof of all cases finds nothing."""
        with kernel.acting(kernel.system_actor()):
            row = Case.objects.get(pk=self.case.pk)
            assert rebuild(row) == (row.state, row.head)
        assert breaks(verify_cases) == []


def test_an_officer_of_the_city_is_asked_first_and_the_case_comes_back_to_who_asked(adding):
    a = adding
    a.act(a.clerk, "add_before", to=a.city.person, opinion="请市级先看选址。")
    assert a.open_rows() == [("受理·前加签", a.city.person)]
    assert workflow.tasks_count(a.city) == 1
    assert workflow.tasks_count(a.clerk) == 0
    offered = a.offers(a.city)
    assert set(offered) >= {"agree", "refuse"}
    assert not {"return", "correct", "handover"} & set(offered), "he gives an opinion on the side"
    assert "供本环节办理人参考" in offered["refuse"]["consequence"]
    a.act(a.city, "refuse", opinion="选址不宜。")
    assert a.open_rows() == [("受理", a.clerk.person)]
    state = a.world.state(a.case)
    assert state["case"]["status"] == "open"
    assert state["case"]["accepted"] is None
    a.act(a.clerk, "agree")
    assert a.world.state(a.case)["vars"]["outcome"] == "agree", "an opinion on the side is never the outcome"
    a.whole()


def test_the_opinions_and_the_diagram_name_who_was_added_and_by_whom(adding):
    a = adding
    a.act(a.clerk, "add_before", to=a.city.person)
    a.act(a.city, "agree", opinion="选址可行。")
    record = workflow.case_record(a.clerk, a.case.pk)
    told = [(o["outcome"], o["person"], o["added"], o["asked_by"]) for o in record["opinions"]]
    assert told == [("add_before", a.clerk.name, "", ""), ("agree", a.city.name, "前加签", a.clerk.name)]
    node = next(n for n in record["flow"]["nodes"] if n["id"] == "accept")
    assert [(s["person"], s["added"], s["state"]) for s in node["added"]] == [(a.city.name, "前加签", "done")]
    assert next(e for e in record["log"] if e["kind"] == "step_added")["body"]["holder_name"] == a.city.name


def test_who_is_added_after_me_gives_the_outcome_and_the_case_is_accepted_by_my_agreement(adding):
    a = adding
    a.act(a.clerk, "add_after", to=a.chiefs[1].person)
    assert a.world.state(a.case)["case"]["accepted"]
    assert a.open_rows() == [("受理·后加签", a.chiefs[1].person)]
    assert a.offers(a.clerk)["recall"]["reason"].startswith("后加签的人员还没有办理")
    a.act(a.chiefs[1], "agree")
    assert [title for title, _ in a.open_rows()] == ["会签"] * 3
    a.whole()


def test_a_delegate_gives_an_opinion_and_never_a_decision(adding):
    a = adding
    a.act(a.clerk, "delegate", to=a.city.person)
    assert list(a.offers(a.city)) == ["advise"]
    with pytest.raises(ActionRefused, match="不允许"):
        a.act(a.city, "agree")
    with pytest.raises(OpinionMissing):
        a.act(a.city, "advise", opinion="")
    a.act(a.city, "advise", opinion="建议受理。")
    assert a.open_rows() == [("受理", a.clerk.person)]
    rows = list(a.world.state(a.case)["tasks"].values())
    assert [t["next"] for t in rows[:2]] == [[2], [3]], "the chain is visible: each row names what followed it"
    a.whole()


def test_steps_lie_in_steps_no_deeper_than_the_limit(adding):
    a = adding
    people = [a.clerk, *(person("county_clerk", FEIXI, f"t-deep-{n}", f"第{n}层") for n in range(MOST_ADDED + 1))]
    for asking, asked in pairwise(people[:-1]):
        a.act(asking, "add_before", to=asked.person)
    assert f"已有 {MOST_ADDED} 层" in a.offers(people[MOST_ADDED])["add_before"]["reason"]
    with pytest.raises(ActionRefused, match="层"):
        a.act(people[MOST_ADDED], "add_before", to=people[-1].person)
    for asked in reversed(people[: MOST_ADDED + 1]):
        a.act(asked, "agree")
    assert [title for title, _ in a.open_rows()] == ["会签"] * 3
    a.whole()


@pytest.mark.parametrize("how", ["add_before", "add_after", "delegate"])
def test_an_untouched_step_is_taken_away_by_who_added_it_and_nobody_else(adding, how):
    a = adding
    a.act(a.clerk, how, to=a.city.person)
    with pytest.raises(ActionRefused):
        a.act(a.chiefs[0], "remove")
    offer = a.offers(a.clerk)["remove"]
    assert offer["enabled"]
    assert [c["name"] for c in workflow.choices(a.clerk, a.case.pk, "remove", offer["task"])] == [a.city.name]
    a.act(a.clerk, "remove", to=str(offer["task"]))
    assert a.open_rows() == [("受理", a.clerk.person)]
    assert "remove" not in a.offers(a.clerk)
    assert workflow.tasks_page(a.city, box="done")["items"] == [], "he did nothing, and nothing is among what he has done"
    a.whole()


def test_nobody_is_asked_who_cannot_see_the_case_or_who_brought_it(adding):
    a = adding
    far = person("county_clerk", CHANGFENG, "t-far", "长丰经办人")
    names = {c["id"] for c in workflow.choices(a.clerk, a.case.pk, "add_before", 1)}
    assert {a.city.person, a.world.officer("province_chief", ANHUI).person, a.chiefs[2].person} <= names
    assert not {far.person, a.clerk.person} & names
    with pytest.raises(ChoiceNotOffered):
        a.act(a.clerk, "add_before", to=far.person)
    own = workflow.open_case(a.world.message(reviewers=[a.chiefs[0].person]), a.city)
    assert a.city.person not in {c["id"] for c in workflow.choices(a.clerk, own.pk, "add_before", 1)}


def test_a_return_from_an_added_step_closes_the_task_that_waited(adding):
    a = adding
    a.act(a.clerk, "agree")
    for chief in a.chiefs[:2]:
        a.act(chief, "agree")
    a.act(a.world.officer("city_chief", HEFEI), "add_after", to=a.city.person)
    a.act(a.city, "return", to="accept", opinion="请重新核对。")
    assert a.open_rows() == [("受理", a.clerk.person)]
    a.act(a.clerk, "agree")
    assert a.open_rows() == [("签发·后加签", a.city.person)], "straight back to who returned it"
    a.whole()


# -- joint review ------------------------------------------------------------------------------------------


def test_the_seat_says_how_its_vote_weighs_and_the_lead_refusing_ends_the_review(adding):
    """One of three refusing is not more than a third by heads: it is the veto that ends it."""
    a = adding
    a.act(a.clerk, "agree")
    rows = [t for t in a.world.state(a.case)["tasks"].values() if t["node"] == "review"]
    assert [(t["weight"], t.get("veto", False)) for t in rows] == [("3", True), ("1", False), ("1", False)]
    a.act(a.chiefs[0], "refuse", opinion="不同意。")
    state = a.world.state(a.case)
    assert [t["state"] for t in state["tasks"].values() if t["node"] == "review"] == ["done", "not_needed", "not_needed"]
    assert state["vars"]["votes"]["vetoed"] is True
    opinion = workflow.case_record(a.clerk, a.case.pk)["opinions"][1]
    assert (opinion["seat"], opinion["weight"], opinion["veto"]) == (1, "3", True)
    a.whole()


def test_one_more_seat_of_another_level_is_counted_and_an_untouched_one_taken_away(adding):
    a = adding
    a.act(a.clerk, "agree")
    a.act(a.chiefs[1], "add_seat", to=a.city.person)
    assert a.open_rows()[-1] == ("会签·增加席", a.city.person)
    assert {"agree", "refuse", "return"} <= set(a.offers(a.city)), "a seat like any other"
    a.act(a.chiefs[1], "agree")
    a.act(a.chiefs[2], "agree")
    assert len(a.open_rows()) == 2, "two of four are not three fifths"
    a.act(a.chiefs[1], "remove", task=None)
    assert a.open_rows()[0][0] != "会签", "two of three are three fifths: the review is over"
    assert a.world.state(a.case)["vars"]["votes"]["total"] == 3
    a.whole()


def test_the_seat_of_somebody_else_is_taken_away_by_who_sent_the_case_there_only(adding):
    a = adding
    a.act(a.clerk, "agree")
    seats = {c["name"] for c in workflow.choices(a.clerk, a.case.pk, "remove", 2)}
    assert seats == {c.name for c in a.chiefs}
    assert workflow.choices(a.chiefs[0], a.case.pk, "remove", 2) == []
    third = a.open_rows()[2]
    number = next(n for n, t in a.world.state(a.case)["tasks"].items() if t["holder"] == third[1] and t["state"] == "open")
    a.act(a.clerk, "remove", to=number)
    assert [holder for _, holder in a.open_rows()] == [a.chiefs[0].person, a.chiefs[1].person]
    a.act(a.chiefs[0], "agree")
    with pytest.raises(ChoiceNotOffered):
        a.act(a.clerk, "remove", to=number)
    a.whole()


def test_a_seat_that_takes_its_vote_back_is_again_with_who_was_added(adding):
    a = adding
    a.act(a.clerk, "agree")
    a.act(a.chiefs[0], "add_seat", to=a.city.person)
    a.act(a.city, "agree")
    a.act(a.city, "recall", opinion="")
    assert a.open_rows()[-1] == ("会签·增加席", a.city.person)
    a.whole()


def test_a_repeated_command_adds_nobody_twice(adding):
    a = adding
    a.act(a.clerk, "add_before", to=a.city.person, command="x")
    before = a.world.state(a.case)
    a.act(a.clerk, "add_before", to=a.city.person, command="x")
    assert a.world.state(a.case) == before


def test_while_the_applicant_corrects_nothing_is_added_or_taken_away(adding):
    a = adding
    a.act(a.clerk, "agree")
    a.act(a.chiefs[0], "add_seat", to=a.city.person)
    a.act(a.chiefs[1], "correct", items=[{"kind": "field", "target": "scale", "text": "请写明"}])
    offered = a.offers(a.chiefs[0])
    assert {offered[k]["reason"] for k in ("add_before", "add_seat", "remove")} == {"正在等待申请人补正"}


def test_who_is_added_after_the_deciding_task_is_of_the_organ_that_decides(world, monkeypatch, tmp_path):
    linear.publish(monkeypatch, tmp_path)
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    chief, second = world.officer("county_chief", FEIXI), person("county_chief", FEIXI, "t-second", "第二位负责人")
    city = world.officer("city_chief", HEFEI)
    before, after = ({c["id"] for c in workflow.choices(chief, case.pk, a, 2)} for a in ("add_before", "add_after"))
    assert city.person in before, "control: an opinion may come from above"
    assert city.person not in after
    with pytest.raises(ChoiceNotOffered):
        workflow.act(chief, case.pk, "add_after", to=city.person, opinion="同意。")
    workflow.act(chief, case.pk, "add_after", to=second.person, opinion="同意。")
    workflow.act(second, case.pk, "agree", opinion="同意。")
    decision = world.state(case)["decision"]
    assert (decision["region"], decision["person"]) == (FEIXI, second.name)


JOINT = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" id="d"
 targetNamespace="t" expressionLanguage="https://www.omg.org/spec/FEEL/"><process id="small" isExecutable="true">
 <startEvent id="start"/><userTask id="accept" name="受理" zy:role="county_clerk" zy:level="county" ALLOW/>
 <userTask id="review" name="会签决定" zy:role="county_chief" zy:level="county" ALLOW>
  <multiInstanceLoopCharacteristics zy:collection="reviewers" zy:item="reviewer"/></userTask>
 <exclusiveGateway id="outcome" default="f4"/><endEvent id="granted"/><endEvent id="refused"/>
 <sequenceFlow id="f1" sourceRef="start" targetRef="accept"/><sequenceFlow id="f2" sourceRef="accept" targetRef="review"/>
 <sequenceFlow id="f3" sourceRef="review" targetRef="outcome"/><sequenceFlow id="f4" sourceRef="outcome" targetRef="granted"/>
 <sequenceFlow id="f5" sourceRef="outcome" targetRef="refused">
  <conditionExpression>outcome = "refuse"</conditionExpression></sequenceFlow>
 </process></definitions>"""


@pytest.fixture
def joint(world, monkeypatch, tmp_path):
    """A review of two chiefs straight before the end, with a seat of the city added to it."""
    small_matter.publish(monkeypatch, tmp_path, JOINT.replace("ALLOW", ALLOW))
    a = Adding(world)
    a.case = world.open(reviewers=[c.person for c in a.chiefs[:2]])
    a.act(a.clerk, "agree")
    a.act(a.chiefs[0], "add_seat", to=a.city.person)
    return a


def test_a_seat_from_another_organ_does_not_cast_the_vote_that_decides(joint):
    for chief in joint.chiefs[:2]:
        joint.act(chief, "agree")
    offered = joint.offers(joint.city)
    assert offered["agree"]["reason"] == offered["refuse"]["reason"] == "决定须由肥西县的人员作出,请其最后办理或减签"
    with pytest.raises(ActionRefused, match="决定须由肥西县"):
        joint.act(joint.city, "agree")


def test_it_votes_while_others_are_still_to_vote(joint):
    joint.act(joint.city, "refuse")
    for chief in joint.chiefs[:2]:
        joint.act(chief, "agree")
    assert joint.world.state(joint.case)["decision"]["region"] == FEIXI


def test_taking_a_seat_away_never_decides_a_case(joint):
    for chief in joint.chiefs[:2]:
        joint.act(chief, "agree")
    assert "决定须由人在环节上作出" in joint.offers(joint.chiefs[0])["remove"]["reason"]
    with pytest.raises(ActionRefused, match="决定须由人在环节上作出"):
        joint.act(joint.chiefs[0], "remove")
    assert joint.world.state(joint.case)["case"]["status"] == "open"
    joint.act(joint.chiefs[0], "recall", opinion="")
    joint.act(joint.chiefs[0], "remove")
    joint.act(joint.chiefs[0], "agree")
    assert joint.world.state(joint.case)["case"]["status"] == "granted"
    joint.whole()
