"""专家抽取: drawn by a recorded seed without those to be avoided, replaced in the same order, checked by anybody."""

import hashlib

import pytest

from tests.workflow.world import breaks
from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, ChoiceNotOffered
from ziyuan.workflow.models import Case
from ziyuan.workflow.people import panels

MANY = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" zy:collection="experts" zy:item="expert"/>'
)
ALLOW = "agree refuse return recall draw replace_drawn"
NODES = (
    {"id": "accept", "assign": 'person("anna")', "allow": ALLOW, "draw": "review"},
    {"id": "panel", "role": "county_chief", "assign": "person(expert)", "many": MANY},
)
SIZE = "if form.declared_area > 1 then 3 else 2"
TOLD = {
    "panels": {"review": {"title": "评审专家", "from": 'post("专家库", "土地评审")', "size": SIZE}},
    "people": {"experts": 'panel("review")'},
}
EXPERTS = [f"expert{n}" for n in range(1, 6)]


@pytest.fixture
def drawing(world, office, publish):
    """Five registered experts of the county's library; a case whose clerk is to draw from them."""
    day = {"since": kernel.today(), "reason": "入库通知"}
    kernel.add_organ(office.system, code="FX-ZJ", name="专家库", kind="division", parent="ZR340123", **day)
    for name in EXPERTS:
        made, _ = kernel.enter_person(office.system, user=name, name=name, unit="FX-ZJ", **day)
        kernel.appoint(office.security, person=made.pk, unit="FX-ZJ", role="county_chief", title="土地评审", **day)
        office.keys[name] = made.pk
    publish(*NODES, **TOLD)
    return Drawing(world, office)


class Drawing:
    def __init__(self, world, office):
        self.world, self.office = world, office
        self.names = {key: name for name, key in office.keys.items()}
        self.open()

    def open(self, **form):
        self.case = self.world.open(**form)

    def act(self, name, action, **more):
        more.setdefault("opinion", "意见")
        workflow.act(self.office.actor(name), self.case.pk, action, **more)

    def reason(self, name, action):
        found = workflow.case_record(self.office.actor(name), self.case.pk)["actions"]
        return next(o["reason"] for o in found if o["id"] == action)

    def told(self):
        return self.world.state(self.case)["panels"]["review"]

    def members(self):
        return [self.names[one] for one in self.told()["members"]]

    def whole(self):
        with kernel.acting(kernel.system_actor()):
            row = Case.objects.get(pk=self.case.pk)
            assert rebuild(row) == (row.state, row.head)
        assert breaks(verify_cases) == []


def test_who_is_drawn_sits_on_the_review_and_the_draw_is_needed_before_it(drawing):
    d = drawing
    assert d.reason("anna", "agree") == "还没有抽取“评审专家”"
    assert d.reason("anna", "replace_drawn") == "还没有抽取"
    with pytest.raises(ActionRefused, match="还没有抽取"):
        d.act("anna", "agree")
    d.act("anna", "draw")
    assert "已经抽取" in d.reason("anna", "draw"), "never drawn again until it suits"
    d.act("anna", "agree")
    held = [t["holder"] for t in d.world.state(d.case)["tasks"].values() if t["node"] == "panel"]
    assert held == d.told()["members"] and len(held) == 2
    log = workflow.case_record(d.office.actor("anna"), d.case.pk)["log"]
    assert next(e for e in log if e["kind"] == "panel_drawn")["body"]["draw"]["seed"] == d.told()["seed"]
    d.whole()


def test_before_a_draw_it_is_said_from_how_many_and_after_it_the_page_lists_the_panel(drawing):
    d = drawing
    anna = d.office.actor("anna")
    offered = {o["id"]: o for o in workflow.case_record(anna, d.case.pk)["actions"]}
    assert offered["draw"]["primary"], "it is what there is to do at this node"
    assert offered["draw"]["consequence"].startswith("从 5 人中抽取 2 人。随机抽取")
    assert workflow.case_record(anna, d.case.pk)["panels"] == []
    assert workflow.choices(anna, d.case.pk, "replace_drawn", 1) == []
    d.act("anna", "draw")
    out = d.members()[0]
    d.act("anna", "replace_drawn", to=d.office.keys[out], opinion="出差")
    [shown] = workflow.case_record(anna, d.case.pk)["panels"]
    assert [(one["name"], one["came"]) for one in shown["members"]] == list(zip(d.members(), (True, False), strict=True))
    assert (shown["title"], shown["size"], shown["pool"], shown["seed"]) == ("评审专家", 2, 5, d.told()["seed"])
    [change] = shown["replaced"]
    assert (change["out_name"], change["in_name"], change["reason"]) == (out, d.members()[0], "出差")
    again = {o["id"]: o for o in workflow.case_record(anna, d.case.pk)["actions"]}["draw"]
    assert not again["primary"] and not again["enabled"]
    assert all(one["organ_name"] for one in workflow.choices(anna, d.case.pk, "replace_drawn", 1))


def test_the_order_follows_from_the_seed_by_another_road(drawing):
    """Recomputed here from the canonical text and the library's SM3, not by the code that drew."""
    drawing.act("anna", "draw")
    told = drawing.told()
    encoded = {
        one["id"]: hashlib.new("sm3", canonical.encode("panel-draw", {"seed": told["seed"], "person": one["id"]})).digest()
        for one in told["pool"]
    }
    assert told["order"] == sorted(encoded, key=encoded.__getitem__)
    assert told["members"] == told["order"][:2]
    assert len(told["seed"]) == 64


def test_every_expert_is_drawn_as_often_as_the_next(drawing):
    people = list(range(5))
    first = [panels.order_of(f"{seed:064x}", people)[0] for seed in range(2000)]
    counts = [first.count(one) for one in people]
    assert all(330 < count < 470 for count in counts), counts  # 400 expected, 4 standard deviations of 17.9


def test_nobody_who_has_to_be_avoided_is_drawn(drawing):
    d = drawing
    d.open(declared_area=5)
    with kernel.acting(kernel.system_actor()):
        case = Case.objects.get(pk=d.case.pk)
        case.state["case"]["submitter"] = d.office.keys["expert1"]
        case.state["avoided"] = {str(d.office.keys["expert2"]): {"name": "expert2", "reason": "同单位", "at": ""}}
        anna = d.office.actor("anna")
        pool = panels.parted(kernel.active_people([d.office.keys[n] for n in EXPERTS]), case.state, anna, 3)
    assert sorted(p.user for p in pool.people.values()) == EXPERTS[2:]
    assert [(a["name"], a["reason"]) for a in pool.avoided] == [("expert1", "本件由其提交"), ("expert2", "已声明回避:同单位")]


def test_who_declares_himself_after_the_draw_gives_way_to_the_next_in_order(drawing):
    d = drawing
    d.act("anna", "draw")
    order = [d.names[one] for one in d.told()["order"]]
    found = workflow.choices(d.office.actor("anna"), d.case.pk, "replace_drawn", 1)
    assert [one["name"] for one in found] == order[:2]
    with pytest.raises(ChoiceNotOffered):
        d.act("anna", "replace_drawn", to=d.office.keys[order[4]])
    d.act("anna", "replace_drawn", to=d.office.keys[order[0]], opinion="电话确认:不能参加")
    assert d.members() == [order[2], order[1]]
    d.act("anna", "replace_drawn", to=d.office.keys[order[2]])
    d.act("anna", "replace_drawn", to=d.office.keys[order[3]])
    assert d.members() == [order[4], order[1]], "who gave way does not come back"
    assert d.reason("anna", "replace_drawn") == "名单中没有可以递补的人"
    d.whole()


def test_too_small_a_list_is_told(drawing):
    for name in EXPERTS[1:]:
        drawing.office.end(name)
    assert drawing.reason("anna", "draw") == "可抽取的只有 1 人,应抽 2 人"
    with pytest.raises(ActionRefused, match="只有 1 人"):
        drawing.act("anna", "draw")


def test_a_draw_that_somebody_touched_is_found_by_the_proof(drawing):
    drawing.act("anna", "draw")
    told = drawing.told()
    assert list(panels.broken("1", {"panels": {"review": told}})) == []
    other = {**told, "seed": "0" * 64}
    swapped = {**told, "members": told["order"][1:3]}
    assert len(list(panels.broken("1", {"panels": {"review": other}}))) == 2, "neither order nor members follow from it"
    assert len(list(panels.broken("1", {"panels": {"review": swapped}}))) == 1
