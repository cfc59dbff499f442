"""The gate reads panels that are drawn: each fault with its place and what to do."""

import pytest

from tests.workflow.gate.test_carried import told
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.people.line import process

ALLOW = "agree refuse return recall correct handover draw replace_drawn"
ACCEPT = {"id": "accept", "allow": ALLOW, "draw": "review"}
MANY = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" zy:collection="experts" zy:item="expert"/>'
)
SIT = {"id": "sit", "role": "county_chief", "many": MANY, "assign": "person(expert)"}
PANEL = "{title: 评审专家, from: 'role(\"county_chief\")', size: 3}"
PEOPLE = "{experts: 'panel(\"review\")'}"


@pytest.fixture
def judged(pack):  # noqa: F811
    """`judged(first node, panel, people)`: the faults of the pack whose first task draws."""
    def faults(first=ACCEPT, panel: str = PANEL, people: str = PEOPLE) -> list[str]:
        (pack / PROCESS).write_text(process(first, SIT), encoding="utf-8")
        plant(pack, MATTER, "policies: {", f"panels: {{review: {panel}}}\npeople: {people}\npolicies: {{")
        return told(pack)

    return faults


def test_a_panel_that_is_drawn_and_sits_passes(judged):
    assert judged() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"first": {**ACCEPT, "draw": "reviews"}}, ("accept", "没有专家组“reviews”", "最接近的是“review”")),
        ({"first": {**ACCEPT, "allow": "agree refuse"}}, ("accept", "没有允许“draw”,不能提交", "请写入 zy:allow")),
        ({"first": {"id": "accept", "allow": ALLOW}}, ("accept", "没有写抽取哪个专家组", 'zy:draw="…"')),
        ({"first": {"id": "accept"}}, ("panels.review", "没有环节抽取它", 'zy:draw="review"')),
        ({"panel": "{title: 评审专家, size: 3}"}, ("panels.review", "应写 title、from、size 三项", "from 是名单")),
        ({"panel": "{title: 甲, from: 'role(\"nobody\")', size: 3}"}, ("panels.review.from", "岗位“nobody”不在")),
        ({"panel": "{title: 甲, from: 'role(\"county_chief\")', size: many}"}, ("panels.review.size", "没有名为“many”的名称")),
        ({"people": "{experts: 'panel(\"other\")'}"}, ("people.experts", "没有专家组“other”")),
    ],
)
def test_a_panel_that_cannot_be_drawn_is_refused_with_its_place(judged, given, says):
    found = judged(**given)
    assert any(all(part in fault for part in says) for fault in found), found
