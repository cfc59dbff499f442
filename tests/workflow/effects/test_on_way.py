"""途中效力: what a service task brings about happens with its step, or the step does not happen; 撤件 undoes it once."""

import copy

import pytest

from tests.workflow import small_matter
from tests.workflow.gate.test_carried import SEND, small, told  # noqa: F401  (small is a fixture)
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.world import FEIXI, HEFEI, breaks, tamper
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotFound
from ziyuan.onemap import service as onemap
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.effects import on_way, registry
from ziyuan.workflow.errors import EffectOnWayRefused, EffectStands
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent

XSHX = "land_control@2021/XSHX"
HOLD = '<serviceTask id="hold" name="占用指标" zy:verb="quota"/><serviceTask id="enter" name="登记范围" zy:verb="range"/>'
FLOWS = (
    '<sequenceFlow id="f2" sourceRef="accept" targetRef="hold"/><sequenceFlow id="h1" sourceRef="hold" targetRef="enter"/>'
    '<sequenceFlow id="h2" sourceRef="enter" targetRef="review"/>'
)
DRAWN = small_matter.process().replace('<parallelGateway id="fork"/>', f'<parallelGateway id="fork"/>{HOLD}')
DRAWN = DRAWN.replace('<sequenceFlow id="f2" sourceRef="accept" targetRef="review"/>', FLOWS)


class Books:
    """A ledger of quota outside the workflow: what is held, what has happened, and whether it refuses now."""

    def __init__(self):
        self.held, self.log, self.refuses = {}, [], ""

    def apply(self, order):
        if self.refuses == "apply":
            raise NotFound("指标", order.key)
        self.held[order.key] = order.state["case"]["no"]
        self.log.append(f"hold {order.key.rpartition('/')[2]}")
        return order.key

    def undo(self, target, case_no, by):
        if self.refuses == "undo":
            raise NotFound("指标", target)
        self.held.pop(target, None)
        self.log.append(f"release {target.rpartition('/')[2]}")

    def proof(self, target, case_no, by):
        return "" if target in self.held else "指标没有占用"


@pytest.fixture
def held(world, monkeypatch, tmp_path):
    books = Books()
    kind = registry.Kind(books.apply, books.undo, books.proof, lambda told: {}, lambda told: [])
    monkeypatch.setitem(registry._kinds, "test.quota", kind)
    write = copy.deepcopy(kernel.matter("use_control/site_review").told["results"]["granted"]["effects"][0])
    write["map"] |= {"ZSBH": '"-"', "HFJG": '"-"', "HFRQ": 'date("2026-01-01")'}
    effects = {"quota": {"kind": "test.quota"}, "range": write}
    small_matter.publish(monkeypatch, tmp_path, DRAWN, effects=effects)
    case = world.open(reviewers=[world.officer("county_chief", FEIXI).person])
    return Held(world, case, books)


class Held:
    def __init__(self, world, case, books):
        self.world, self.case, self.books = world, case, books

    def accept(self) -> None:
        self.world.act("county_clerk", FEIXI, self.case, "agree")

    def kinds(self) -> list[str]:
        with kernel.acting(kernel.system_actor()):
            return list(CaseEvent.objects.filter(case=self.case).order_by("seq").values_list("kind", flat=True))

    def stand(self) -> list[tuple[str, bool]]:
        """(key, stands) of every effect of the case, as the rows say; and the events say the same."""
        with kernel.acting(kernel.system_actor()):
            rows = {e.key: e.undone is None for e in AppliedEffect.objects.filter(case=self.case)}
            row = Case.objects.get(pk=self.case.pk)
            assert rebuild(row)[0] == row.state
        told = [(e["key"], e["undone"] is None) for e in row.state["effects"]]
        assert dict(told) == rows
        return [(key.removeprefix(f"{row.no}/"), stands) for key, stands in told]

    def entered(self) -> int:
        return len(onemap.asof(XSHX, kernel.today(), county=FEIXI, by=kernel.system_actor()))


def test_a_service_task_brings_its_effect_about_with_the_step(held):
    assert (held.stand(), held.entered()) == ([], 0)
    held.accept()
    assert held.stand() == [("hold/1", True), ("enter/1", True)]
    assert (held.books.log, held.entered()) == (["hold 1"], 1)
    assert held.kinds()[-3:] == ["completed", "carried", "carried"]
    assert breaks(verify_cases) == []


def test_a_repeat_of_the_act_brings_nothing_about_again(held):
    for _ in range(2):
        held.world.act("county_clerk", FEIXI, held.case, "agree", command="c1")
    assert held.books.log == ["hold 1"]


def test_an_effect_that_refuses_leaves_the_case_where_it_was(held):
    held.books.refuses = "apply"
    before = held.world.state(held.case)
    with pytest.raises(EffectOnWayRefused, match=r"经过“占用指标”时效力“test\.quota”未能实现:没有找到指标"):
        held.accept()
    assert (held.world.state(held.case), held.stand(), held.entered()) == (before, [], 0)
    held.books.refuses = ""
    held.accept()
    assert held.world.waiting(held.case) == [("review", FEIXI)]


def test_a_direct_return_brings_nothing_about_a_second_time(held):
    held.accept()
    held.world.act("county_chief", FEIXI, held.case, "return")
    held.world.act("county_clerk", FEIXI, held.case, "agree")
    assert held.books.log == ["hold 1"], "sent straight back to the reviewer, it does not come by again"
    assert held.stand() == [("hold/1", True), ("enter/1", True)]


def test_walked_again_it_is_undone_and_done_anew(held):
    held.accept()
    held.world.act("county_clerk", FEIXI, held.case, "recall")
    held.accept()
    assert held.stand() == [("hold/1", False), ("enter/1", False), ("hold/2", True), ("enter/2", True)]
    assert (held.books.log, held.entered()) == (["hold 1", "release 1", "hold 2"], 1)
    assert breaks(verify_cases) == []


def withdraw(held) -> None:
    workflow.withdraw({"no": held.case.outer_no}, kernel.system_actor("交换导入"))


def test_withdrawal_undoes_what_stands_the_newest_first_and_once(held):
    held.accept()
    withdraw(held)
    assert held.stand() == [("hold/1", False), ("enter/1", False), ("closing:withdrawn/1", True)]
    assert (held.books.held, held.entered()) == ({}, 0)
    with kernel.acting(kernel.system_actor()):
        undone = CaseEvent.objects.get(case=held.case, kind="effects_undone")
    assert [key.rpartition("/")[0].rpartition("/")[2] for key in undone.body["keys"]] == ["enter", "hold"]
    withdraw(held)
    assert held.kinds().count("effects_undone") == 1
    assert held.books.log == ["hold 1", "release 1"]
    assert breaks(verify_cases) == []


def test_withdrawal_before_any_effect_undoes_nothing(held):
    withdraw(held)
    assert "effects_undone" not in held.kinds()


def test_an_effect_that_refuses_to_be_undone_leaves_the_case_as_it_was_and_says_which_and_why(held):
    held.accept()
    held.books.refuses = "undo"
    before = held.world.state(held.case)
    with pytest.raises(EffectStands, match=r"效力“test\.quota”.*hold/1.*没有找到指标"):
        withdraw(held)
    assert (held.world.state(held.case), held.entered()) == (before, 1), "the layer's row is back with it"
    held.books.refuses = ""
    withdraw(held)
    assert held.world.state(held.case)["case"]["status"] == "withdrawn"


def test_what_came_about_on_the_way_stands_beside_what_the_decision_brings(held):
    held.accept()
    held.world.act("county_chief", FEIXI, held.case, "agree")
    workflow.case_message(kernel.system_actor(), held.case.pk, "reply")
    held.world.act("county_clerk", FEIXI, held.case, "agree")
    held.world.act("city_chief", HEFEI, held.case, "agree")
    assert [key for key, _ in held.stand()] == ["hold/1", "enter/1", "granted/1", "granted/2"]
    assert breaks(verify_cases) == []


def test_an_effect_whose_books_say_otherwise_is_found(held, owners_rights):
    held.accept()
    held.books.held.clear()
    assert [b.what for b in breaks(verify_cases)] == ["指标没有占用"]
    tamper("UPDATE workflow_appliedeffect SET undone = now() WHERE key LIKE '%%/hold/1'")
    assert "效力的撤销与事件不符" in [b.what for b in breaks(verify_cases)]


def test_without_the_undoing_a_withdrawn_case_would_hold_on_to_its_quota(held, monkeypatch):
    """Negative control: the same question turns red."""
    held.accept()
    monkeypatch.setattr("ziyuan.workflow.cases.receive.undo_effects", lambda journal: None)
    withdraw(held)
    assert [stands for _, stands in held.stand()][:2] == [True, True]
    assert held.entered() == 1


def test_an_effect_is_undone_only_where_it_stands(held):
    held.accept()
    withdraw(held)
    with kernel.acting(kernel.system_actor()):
        from ziyuan.workflow.cases.journal import Journal

        journal = Journal(Case.objects.get(pk=held.case.pk), kernel.system_actor())
        on_way.undo_effects(journal)
        assert held.books.log == ["hold 1", "release 1"]


# -- the gate ----------------------------------------------------------------------------------------------

SERVICE = '<serviceTask id="notify" zy:verb="hold"/>'
WRITE = "effects:\n  hold: {kind: layer.write, layer: 'land_control@2021/XSHX', key: case.no, map: {OBJECTID: case.no}}\n"


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (WRITE, "必填字段"),
        (WRITE.replace("case.no, map", "decision.no, map"), "decision"),
        ("effects: {hold: {kind: archive.file}}\n", "只能在决定时产生"),
        ("effects: {hold: {kind: bill.make}}\n", "没有组件登记效力“bill.make”"),
        ("effects: {holt: {kind: archive.file}}\n", "最接近的是“holt”"),
    ],
)
def test_the_gate_reads_the_effects_on_the_way(small, declared, says):  # noqa: F811
    plant(small, PROCESS, SEND, SERVICE)
    plant(small, MATTER, "facts: ", f"{declared}facts: ")
    found = told(small)
    assert any(says in text for text in found), found
    assert all("案件不执行动作" not in text for text in found) or "holt" in declared


def test_an_unknown_effect_of_an_old_text_refuses_the_step(held, monkeypatch):
    monkeypatch.delitem(registry._kinds, "test.quota")
    with pytest.raises(ZiyuanError, match=r"没有名为“test\.quota”的效力"):
        held.accept()
