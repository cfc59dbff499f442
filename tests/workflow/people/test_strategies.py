"""Each way in which offices hand out work gives the person it should, and the row says who has it and who may take it."""

import pytest

from tests.workflow.world import FEIXI, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import Case, Task
from ziyuan.workflow.people.strategies import FUNCTIONS, Question, asking, assigned
from ziyuan.workflow.tasks.seats import open_tasks_of

ACCEPT = {"id": "accept", "assign": 'person("anna")'}
PANEL = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" zy:collection="reviewers"'
    ' zy:item="reviewer"/>'
)


def after_accept(world, office, publish, assign, by="anna", **form):
    """The row of the second task, assigned by this text; (holder's name, names of the candidates)."""
    publish(ACCEPT, {"id": "second", "role": "county_chief", "assign": assign})
    case = world.open(**form)
    workflow.act(office.actor(by), case.pk, "agree", opinion="同意。")
    task = world.state(case)["tasks"]["2"]
    names = {key: name for name, key in office.keys.items()}
    return names.get(task["holder"]), sorted(names.get(k, str(k)) for k in task.get("candidates", []))


WAYS = {
    'role("county_chief")': ["chief", "head"],
    'role("city_chief", "city")': ["city"],
    'holders("city_chief", "340100")': ["city"],
    "holders(\"county_clerk\", case.county)": ["anna", "bert"],
    'post("用途管制股", "股长")': ["head"],
    'post("用途管制股", "值班")': ["bert"],
    'post("用途管制股", "county_clerk")': ["anna", "bert"],
    'head("用途管制股")': ["head"],
    'head("肥西县自然资源和规划局")': ["chief"],
    'head of(person at("accept"))': ["head"],
    'head above(person at("accept"), 1)': ["head"],
    'head above(person at("accept"), 2)': ["chief"],
    'head above(person at("accept"), 3)': [],
    'heads above(person at("accept"), "正科")': ["head", "chief"],
    'heads above(person at("accept"), "副科")': ["head"],
    "heads above(previous())": ["head", "chief"],
    "head of(head of(previous()))": ["chief"],
    'head of(head("肥西县自然资源和规划局"))': [],
    "person(form.contact_name)": ["bert"],
    'person at("accept")': ["anna"],
    'without(role("county_clerk"), person at("accept"))': ["bert"],
    "previous()": ["anna"],
    "submitter()": [],
    'if project_level = "county" then head("用途管制股") else role("city_chief", "city")': ["head"],
    'concatenate(head("用途管制股"), person("bert"))': ["head", "bert"],
    'role("county_chief")[2]': ["head"],
    'least loaded(role("county_clerk"))': ["anna"],
}
NOBODY = {
    'person("nobody-here")': "没有指到人员",
    'head("没有这个股")': "没有指到人员",
    'role("county_chief", "village")': "层级“village”",
    'heads above(previous(), "大")': "职级“大”",
    "form.no_such_field": "",
    "1 / 0": "",
    '"anna"': "没有账号或今天没有岗位",
    "999999999999": "没有账号或今天没有岗位",
    "1.5": "没有账号或今天没有岗位",
}


@pytest.fixture
def asked(world, office, publish):
    """`asked(text)`: whom the text names for a case that anna has accepted; (short names in order, why nobody)."""
    publish(ACCEPT, {"id": "second", "role": "county_chief", "assign": 'head("用途管制股")'})
    case = world.open(contact_name="bert")
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    state = world.state(case)
    scope = {**facts.read(state), "project_level": "county"}
    names = {key: name for name, key in office.keys.items()}

    def ask(text):
        with kernel.acting(kernel.system_actor()), asking(Question(state, open_tasks_of)):
            found = assigned(text, scope, kernel.now())
        return [names[key] for key in found.people], found.why

    return ask


def test_each_way_of_handing_out_work_names_its_people(asked):
    assert {text: asked(text)[0] for text in WAYS} == WAYS


def test_whoever_is_not_there_is_not_named_and_the_reason_is_kept(asked):
    for text, why in NOBODY.items():
        people, told = asked(text)
        assert (people, why in told) == ([], True), (text, told)


@pytest.mark.parametrize(
    ("assign", "row"),
    [
        ('head of(person at("accept"))', ("head", [])),
        ('heads above(person at("accept"), "正科")', (None, ["chief", "head"])),
    ],
)
def test_one_named_person_holds_the_task_and_several_may_claim_it(world, office, publish, assign, row):
    assert after_accept(world, office, publish, assign) == row


def test_the_least_loaded_is_who_has_the_fewest_open_tasks(world, office, publish):
    publish({"id": "accept", "assign": 'least loaded(role("county_clerk"))'})
    given = [world.state(world.open())["tasks"]["1"]["holder"] for _ in range(4)]
    assert given == [office.keys[name] for name in ("anna", "bert", "anna", "bert")]


def test_several_named_people_and_nobody_else_find_it_in_their_pool(world, office, publish):
    publish(ACCEPT, {"id": "second", "role": "county_clerk", "assign": 'concatenate(head("用途管制股"), person("bert"))'})
    case = world.open()
    anna, bert, chief = (office.actor(n) for n in ("anna", "bert", "chief"))
    workflow.act(anna, case.pk, "agree", opinion="同意。")
    assert [workflow.tasks_count(who) for who in (anna, bert, office.actor("head"), chief)] == [0, 1, 1, 0]
    assert workflow.case_record(anna, case.pk)["actions"][0]["id"] == "recall", "a clerk of the role who is not named"
    workflow.act(bert, case.pk, "claim")
    assert [workflow.tasks_count(who) for who in (bert, office.actor("head"))] == [1, 0]
    workflow.act(bert, case.pk, "release")
    assert workflow.tasks_count(office.actor("head")) == 1
    assert breaks(verify_cases) == []


def test_the_pool_of_named_people_is_read_by_its_index(world, office, publish):
    with kernel.acting(office.system):
        plan = Task.objects.filter(holder=None, candidates__contains=[1], state="open").explain()
        assert "candidates" in {f.name for f in Task._meta.get_fields()}
    assert "task" in plan
    names = {index.name: index.condition for index in Task._meta.indexes}
    assert names["task_candidates"] is not None, "rows without named people are not in it"


def test_a_joint_review_seats_the_people_of_a_chosen_panel(world, office, publish):
    publish({"id": "panel", "role": "county_chief", "assign": "person(reviewer)", "many": PANEL})
    case = world.open(reviewers=["bert", "head", "anna"])
    held = [t["holder"] for t in world.state(case)["tasks"].values()]
    assert held == [office.keys[n] for n in ("bert", "head", "anna")]


def test_one_person_has_one_seat_of_a_panel_that_names_him_twice(world, office, publish):
    publish({"id": "panel", "role": "county_chief", "assign": "person(reviewer)", "many": PANEL})
    case = world.open(reviewers=["bert", "bert"])
    first, second = world.state(case)["tasks"].values()
    assert (first["holder"], second["holder"], second["nobody"]) == (office.keys["bert"], None, True)


def test_a_seat_may_climb_the_ladder_by_its_number(world, office, publish):
    loop = "multiInstanceLoopCharacteristics"
    many = f'<{loop} isSequential="true"><loopCardinality>2</loopCardinality></{loop}>'
    up = {"id": "up", "role": "county_chief", "assign": 'heads above(person at("accept"))[loopCounter]'}
    publish(ACCEPT, {**up, "many": many})
    case = world.open()
    workflow.act(office.actor("anna"), case.pk, "agree", opinion="同意。")
    workflow.act(office.actor("head"), case.pk, "agree", opinion="同意。")
    assert world.state(case)["tasks"]["3"]["holder"] == office.keys["chief"]


def test_with_nobody_named_the_case_stops_with_an_alarm(world, office, publish):
    assert after_accept(world, office, publish, 'role("county_chief", "village")') == (None, [])
    case = workflow.cases_page(office.actor("anna"))["items"][0]
    with kernel.acting(kernel.system_actor()):
        alarm = kernel.Event.objects.get(name="case.nobody_found")
    assert alarm.facts == {"role": "county_chief", "region": FEIXI}
    told = workflow.case_record(office.actor("anna"), case["id"])["tasks"][-1]
    assert told["holder"] == "无人可办,请设置岗位"
    assert "层级“village”" in world.state(workflow_case(case["id"]))["tasks"]["2"]["why"]


def workflow_case(key):
    with kernel.acting(kernel.system_actor()):
        return Case.objects.get(pk=key)


def test_a_person_without_account_or_post_today_is_never_named(world, office, publish):
    office.end("head")
    assert after_accept(world, office, publish, 'person("head")') == (None, [])


def test_a_returned_task_comes_to_the_same_person_again(world, office, publish):
    second = {"id": "second", "role": "county_chief", "assign": 'head("用途管制股")'}
    publish({"id": "accept", "assign": 'role("county_clerk")'}, second)
    case = world.open()
    bert = office.actor("bert")
    workflow.act(bert, case.pk, "claim")
    workflow.act(bert, case.pk, "agree", opinion="同意。")
    workflow.act(office.actor("head"), case.pk, "return", opinion="请补充。")
    assert world.state(case)["tasks"]["3"]["holder"] == office.keys["bert"]


def test_outside_a_case_the_functions_name_nobody():
    assert assigned('role("county_chief")', {}, kernel.now()).why.endswith("没有案件,不能查找人员")
    assert set(FUNCTIONS) >= {"role", "post", "head above", "heads above", "least loaded", "person at", "without"}


def test_the_old_way_by_role_and_level_stands(world, office):
    case = world.open()
    assert world.state(case)["tasks"]["1"]["holder"] is None
    assert [workflow.tasks_count(office.actor(n)) for n in ("anna", "bert", "head")] == [1, 1, 0]
