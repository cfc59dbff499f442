"""登记的外部单位: another department gets a task of a case, from the clerk's sending to its opinion, and sees only its own.

What it may see is said twice: by the rows (`sight.seen`, which lists and pages ask) and by the case's state (`sight.sees`,
which every act asks). Where a defence is switched off, the same checks turn red.
"""

from datetime import timedelta

import pytest

from tests.workflow.people import outside
from tests.workflow.people.outside import ACCEPT, DECIDE, FOREST, WATER
from tests.workflow.world import FEIXI, HEFEI, breaks
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import narrow, sight, view
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, TargetNotEligible
from ziyuan.workflow.models import Case
from ziyuan.workflow.people.leaving import hand_on
from ziyuan.workflow.reach.reminding import prompt_new

SECRET = "收件意见,不给外单位看"


class Walk:
    """Cases of Feixi on one process, our officers by short name, external people by user name."""

    def __init__(self, world, office, publish):
        self.world, self.office, self.publish = world, office, publish
        self.people: dict[str, int] = {}

    def register(self, *units):
        """`(name, code, person, …)` for each unit."""
        for name, code, *people in units:
            self.people |= outside.register(name, code, *people)

    def who(self, name):
        return outside.actor(self.people[name]) if name in self.people else self.office.actor(name)

    def open(self, *nodes, **told):
        """A case that anna has sent on."""
        self.publish(*(nodes or (ACCEPT, outside.task(), DECIDE)), **told)
        case = self.world.open()
        self.act("anna", case, opinion=SECRET)
        return case

    def act(self, name, case, action="agree", **more):
        more.setdefault("opinion", "意见")
        workflow.act(self.who(name), case.pk, action, **more)

    def row(self, case, number):
        return self.world.state(case)["tasks"][str(number)]

    def inbox(self, name, box="todo"):
        return [row["case"]["id"] for row in workflow.tasks_page(self.who(name), box=box)["items"]]

    def record(self, name, case):
        return workflow.case_record(self.who(name), case.pk)

    def seen(self, name):
        """The cases a person sees; the two ways of asking must agree."""
        by = self.who(name)
        with kernel.acting(by):
            rows = set(sight.seen(by).values_list("pk", flat=True))
            assert rows == {case.pk for case in Case.objects.all() if sight.sees(by, case)}
        return rows


@pytest.fixture
def walk(world, office, publish):
    return Walk(world, office, publish)


@pytest.fixture
def water(walk):
    walk.register((WATER, "SL340123", "shui"), (FOREST, "LY340123", "lin"))
    return walk


def test_a_matter_goes_to_the_water_bureau_and_back_and_each_sees_its_own(water):
    case = water.open()
    other = water.open(ACCEPT, outside.task(f'external("{FOREST}")'), DECIDE)
    assert water.row(case, 2)["holder"] == water.people["shui"]
    assert (water.inbox("shui"), water.inbox("lin")) == ([case.pk], [other.pk])
    assert (water.seen("shui"), water.seen("lin")) == ({case.pk}, {other.pk})
    with pytest.raises(errors.NotFound):
        water.record("shui", other)
    with pytest.raises(errors.NotFound):
        water.act("shui", other)
    water.publish(ACCEPT, outside.task(), DECIDE)  # both run on it from here; the second's task is another's still
    water.act("shui", case, opinion="不占河道,同意。")
    assert (water.inbox("shui"), water.inbox("shui", "done"), water.inbox("shui", "mine")) == ([], [case.pk], [case.pk])
    assert water.seen("shui") == {case.pk}
    assert water.row(case, 3)["holder"] == water.office.keys["chief"]
    water.act("chief", case)
    assert water.world.state(case)["case"]["status"] == "granted"
    assert [o["opinion"] for o in water.record("shui", case)["opinions"]] == ["不占河道,同意。"]
    said = {o["organ_name"]: o["opinion"] for o in water.record("anna", case)["opinions"]}
    assert said["肥西县水利局"] == "不占河道,同意。", "our own people read it with the name of the bureau"
    assert breaks(verify_cases) == []


def told_apart(water, case):
    """What the external person's record must hold, and must not."""
    whole, own = water.record("anna", case), water.record("shui", case)
    assert own.keys() == whole.keys()
    for name, part in whole.items():
        if isinstance(part, dict) and own[name] is not None:
            assert own[name].keys() == part.keys(), name
    for name in ("no", "title", "applicant", "form", "papers", "site", "screening", "phrases", "due"):
        assert own[name] == whole[name], name
    assert SECRET in str(whole)
    assert SECRET not in str(own)
    assert "anna" not in str(own)
    assert [t["id"] for t in own["tasks"]] == [2]
    assert own["flow"]["nodes"] == own["documents"] == own["clock"]["stops"] == own["reach"]["copies"] == []
    assert own["route"] is own["jump"] is own["termination"] is own["decision"] is None
    return own


def test_of_the_case_he_sees_what_he_has_to_judge_and_what_he_did_himself(water):
    case = water.open()
    own = told_apart(water, case)
    assert (own["log"], own["opinions"]) == ([], [])
    assert [(a["id"], a["enabled"]) for a in own["actions"]] == [
        ("agree", True), ("refuse", True), ("return", True), ("handover", False), ("avoid", True),
    ]  # fmt: skip
    water.act("shui", case)
    own = told_apart(water, case)
    assert [(e["kind"], e["node_title"], e["body"].keys()) for e in own["log"]] == [("completed", "环节water", {"task"})]
    assert [o["task"] for o in own["opinions"]] == [2]


def test_what_is_hidden_keeps_its_shape_so_that_the_page_stands(water):
    case = water.open()
    whole, own = water.record("anna", case), water.record("shui", case)
    assert own.keys() == whole.keys()
    shapes = {name for name in whole if isinstance(whole[name], list | dict) and type(own[name]) is not type(whole[name])}
    assert shapes <= {"route", "subject", "jump", "termination", "decision", "correction", "rating"}, "these may be nothing"


def test_without_the_narrow_record_the_same_check_is_red(water, monkeypatch):
    case = water.open()
    monkeypatch.setattr(narrow, "own_part", lambda by, case, record: record)
    with pytest.raises(AssertionError):
        told_apart(water, case)


def test_without_the_narrow_sight_the_other_units_case_lies_open(water, monkeypatch):
    case, other = water.open(), water.open(ACCEPT, outside.task(f'external("{FOREST}")'), DECIDE)
    monkeypatch.setattr(view, "seen", lambda by: Case.objects.all())
    assert water.record("shui", other)["id"] == other.pk, "so it is the narrowing that hides it"
    assert water.seen("shui") == {case.pk}


def test_several_of_the_unit_find_it_in_their_pool_and_pass_it_on_among_themselves(walk):
    walk.register((WATER, "SL340123", "shui", "he"), (FOREST, "LY340123", "lin"))
    case = walk.open()
    assert (walk.inbox("shui"), walk.inbox("he"), walk.inbox("lin")) == ([case.pk], [case.pk], [])
    walk.act("shui", case, "claim")
    assert (walk.inbox("shui"), walk.inbox("he"), walk.seen("he")) == ([case.pk], [], set())
    assert [p["name"] for p in workflow.choices(walk.who("shui"), case.pk, "handover", 2)] == ["he同志"]
    for stranger in ("lin", "chief", "anna"):
        key = walk.people.get(stranger) or walk.office.keys[stranger]
        with pytest.raises(TargetNotEligible):
            walk.act("shui", case, "handover", to=key)
    walk.act("shui", case, "handover", to=walk.people["he"])
    assert (walk.inbox("shui", "mine"), walk.seen("shui"), walk.seen("he")) == ([], set(), {case.pk})
    assert view.record_after(walk.who("shui"), case.pk) == {"id": case.pk, "left": True}
    walk.act("he", case, "release")
    assert (walk.inbox("shui"), walk.inbox("he")) == ([case.pk], [case.pk])


WAYS = {
    'role("external_handler")': "本行政区没有登记这个外部单位",
    f'holders("external_handler", "{FEIXI}")': "本行政区没有登记这个外部单位",
    'person("shui")': "本行政区没有登记这个外部单位",
    'external("肥西县交通局")': "本行政区没有登记这个外部单位",
    f'external("{WATER}", "city")': "本行政区没有登记这个外部单位",
    f'concatenate(external("{WATER}"), external("{FOREST}"))': "分派到几个外部单位,一个环节只能交给一个",
}


@pytest.mark.parametrize("assign", WAYS)
def test_a_task_that_names_no_unit_of_the_region_waits_for_nobody_and_nobody_outside_sees_it(water, assign):
    case = water.open(ACCEPT, outside.task(assign), DECIDE)
    row = water.row(case, 2)
    assert (row["holder"], row["nobody"], row.get("candidates"), row["why"]) == (None, True, None, WAYS[assign])
    assert (water.inbox("shui"), water.seen("shui"), water.seen("lin")) == ([], set(), set())
    with pytest.raises(errors.NotFound):
        water.act("shui", case, "claim")


def test_of_several_named_the_one_that_is_left_has_it(water):
    case = water.open(ACCEPT, outside.task(f'if 1 = 2 then external("{FOREST}") else least loaded(external("{WATER}"))'), DECIDE)
    assert (water.row(case, 2)["holder"], water.row(case, 2)["unit"]) == (water.people["shui"], "SL340123")


NOT_OURS = ('person("shui")', f'external("{WATER}")', f'concatenate(person("head"), external("{WATER}"))')


@pytest.mark.parametrize("assign", NOT_OURS)
def test_a_task_of_ours_never_goes_to_an_external_person(water, assign):
    case = water.open(ACCEPT, {"id": "second", "role": "county_chief", "assign": assign})
    assert water.row(case, 2)["holder"] in (None, water.office.keys["head"])
    assert (water.inbox("shui"), water.seen("shui")) == ([], set())


def test_a_unit_is_one_of_the_cases_region_at_the_level_said(walk):
    """Registered at the city it gets cases of the city's counties; registered elsewhere it finds nobody and sees nothing."""
    walk.people |= outside.register("合肥市水利局", "SL340100", "shi", region=HEFEI)
    walk.people |= outside.register(WATER, "SL340121", "chang", region="340121")
    case = walk.open(ACCEPT, outside.task('external("合肥市水利局", "city")'), DECIDE)
    assert (walk.inbox("shi"), walk.seen("shi")) == ([case.pk], {case.pk})
    elsewhere = walk.open()  # names the county's bureau, of which there is one in the neighbouring county only
    assert walk.row(elsewhere, 2)["nobody"] is True
    assert (walk.inbox("chang"), walk.seen("chang"), walk.seen("shi")) == ([], set(), {case.pk})
    walk.publish(ACCEPT, outside.task('external("合肥市水利局", "city")'), DECIDE)
    walk.act("shi", case)
    assert walk.row(case, 3)["holder"] == walk.office.keys["chief"]


def test_a_unit_without_people_keeps_its_task_until_somebody_is_appointed(walk):
    walk.register((WATER, "SL340123"))
    case = walk.open()
    assert (walk.row(case, 2)["nobody"], walk.row(case, 2)["unit"]) == (True, "SL340123")
    system, security = (outside.officer(role, FEIXI) for role in ("system_admin", "security_admin"))
    walk.people["new"] = outside.handler("new", "SL340123", system, security)
    assert walk.inbox("new") == [case.pk]
    walk.act("new", case, "claim")
    walk.act("new", case)
    assert walk.row(case, 3)["node"] == "decide"


@pytest.mark.parametrize(
    ("policy", "holder"),
    [("clerk", "anna"), ({"unit": "用途管制股", "title": "股长", "level": "county"}, "head")],
)
def test_where_the_unit_has_nobody_one_of_ours_stands_in_as_the_matter_says(walk, policy, holder):
    walk.office.end("bert")
    case = walk.open(policies={"nobody_found": policy})
    assert walk.row(case, 2)["holder"] == walk.office.keys[holder]
    walk.act(holder, case)
    assert walk.row(case, 3)["node"] == "decide"


def test_who_leaves_the_unit_hands_on_inside_it_and_the_last_one_is_told_of_his_work(walk):
    walk.register((WATER, "SL340123", "shui", "he"), (FOREST, "LY340123", "lin"))
    case = walk.open()
    walk.act("shui", case, "claim")
    security, last = outside.officer("security_admin", FEIXI), kernel.today() - timedelta(1)
    hand_on(kernel.system_actor())
    assert walk.row(case, 2)["holder"] == walk.people["shui"], "who holds his post keeps his task"
    end(security, walk.people["shui"], last)
    hand_on(kernel.system_actor())
    assert walk.row(case, 2)["holder"] == walk.people["he"]
    with pytest.raises(errors.LastHolder):
        end(security, walk.people["he"], last)
    end(security, walk.people["he"], last, hand_on=True)
    hand_on(kernel.system_actor())
    assert (walk.row(case, 2)["holder"], walk.row(case, 2)["nobody"]) == (None, True)
    assert (walk.inbox("lin"), walk.seen("lin")) == ([], set())
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)


def end(security, person, last, **more):
    post = kernel.Person.objects.get(pk=person).posts.get()
    kernel.end_post(security, post.pk, until=last, reason=outside.WHY, **more)


def test_who_is_related_goes_out_of_the_case_and_of_its_sight(walk):
    walk.register((WATER, "SL340123", "shui", "he"))
    case = walk.open()
    walk.act("shui", case, "claim")
    walk.act("shui", case, "avoid", opinion="申请人是本人近亲属")
    assert walk.row(case, 2)["holder"] == walk.people["he"]
    assert walk.seen("shui") == set()


def test_he_may_return_and_take_back_and_nothing_that_reaches_further(water):
    case = water.open(ACCEPT, outside.task(allow="agree return recall jump terminate add_before correct"), DECIDE,
                      terminations={"stop": {"title": "终止", "basis": "某条"}})  # fmt: skip
    assert [a["id"] for a in water.record("shui", case)["actions"]] == ["agree", "return", "avoid"]
    for action in ("jump", "terminate", "add_before", "correct"):
        with pytest.raises(ActionRefused):
            water.act("shui", case, action, to="accept")
        assert workflow.choices(water.who("shui"), case.pk, action, 2) == []
    assert workflow.handover_targets(water.who("shui"), case.pk, 1) == [], "another's task is not his to ask about"
    with pytest.raises(ActionRefused):
        workflow.supply_paper(water.who("shui"), case.pk, "basis", "a.pdf", b"%PDF- a")
    water.act("shui", case)
    water.act("shui", case, "recall")
    assert water.inbox("shui") == [case.pk]
    water.act("shui", case, "return", opinion="请补充河道位置")
    assert water.row(case, len(water.world.state(case)["tasks"]))["node"] == "accept"
    assert water.seen("shui") == {case.pk}, "he has ended a task of it himself"


def test_a_task_that_was_taken_back_from_him_is_his_no_more(water):
    case = water.open()
    assert water.seen("shui") == {case.pk}
    water.act("anna", case, "recall")
    assert (water.seen("shui"), water.inbox("shui", "done"), water.inbox("shui", "mine")) == (set(), [], [])


def test_he_is_urged_and_told_but_not_supervised_nor_asked_in_a_circle_of_ours(water):
    case = water.open()
    workflow.urge(water.who("chief"), case.pk, text="请尽快", until=kernel.today())
    assert [n["kind"] for n in workflow.notices_page(water.who("shui"))["items"]] == ["urge"]
    assert workflow.read_case(water.who("shui"), case.pk) is True
    assert workflow.inbox_counts(water.who("shui"))["unread"] == 0
    with pytest.raises(ActionRefused):
        workflow.supervise(water.who("chief"), case.pk, asks="反馈", days=3)
    with pytest.raises(errors.NotAllowed):
        workflow.proxies_of(water.who("shui"))
    later = water.open(ACCEPT, {**DECIDE, "allow": "agree refuse add_before"}, {"id": "end", "role": "county_chief"})
    asked = workflow.choices(water.who("chief"), later.pk, "add_before", 2)
    assert asked
    assert not {one["id"] for one in asked} & set(water.people.values())


def test_a_new_task_of_a_pool_is_told_to_the_people_of_the_unit(walk):
    walk.register((WATER, "SL340123", "shui", "he"), (FOREST, "LY340123", "lin"))
    walk.open()
    prompt_new(kernel.system_actor())
    told = {name: [n["kind"] for n in workflow.notices_page(walk.who(name))["items"]] for name in walk.people}
    assert told == {"shui": ["pool"], "he": ["pool"], "lin": []}
