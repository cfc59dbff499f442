"""The gate reads who chooses the next handler and the lists of people: each fault with its place and what to do."""

import pytest

from tests.workflow.gate.test_carried import told
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.people.line import process

ACCEPT, NEXT = {"id": "accept"}, {"id": "second", "role": "county_chief", "chosen": "true"}
MANY = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" isSequential="true"'
    ' zy:collection="approvers" zy:item="approver"/>'
)
UP = {"id": "second", "role": "county_chief", "many": MANY}


@pytest.fixture
def drawn(pack):  # noqa: F811
    """`drawn(process text, people)`: the faults of the pack on this process, with these lists of people."""
    def judged(text: str, people: str = "") -> list[str]:
        (pack / PROCESS).write_text(text, encoding="utf-8")
        if people:
            plant(pack, MATTER, "policies: {", f"people: {people}\npolicies: {{")
        return told(pack)

    return judged


def forked(*marks: str) -> str:
    """accept - fork - (one | two) - join - outcome; which of the two are chosen."""
    text = process(ACCEPT)
    tasks = "".join(
        f'<userTask id="{n}" name="环节{n}" zy:role="county_chief" zy:level="county" zy:allow="agree refuse" zy:chosen="{mark}"/>'
        f'<sequenceFlow id="in_{n}" sourceRef="fork" targetRef="{n}"/>'
        f'<sequenceFlow id="out_{n}" sourceRef="{n}" targetRef="join"/>'
        for n, mark in zip(("one", "two"), marks, strict=True)
    )
    more = f'<parallelGateway id="fork"/>{tasks}<parallelGateway id="join"/>' + (
        '<sequenceFlow id="to_fork" sourceRef="accept" targetRef="fork"/>'
    )
    old = '<sequenceFlow id="f1" sourceRef="accept" targetRef="outcome"/>'
    assert old in text
    return text.replace(old, more + '<sequenceFlow id="f1" sourceRef="join" targetRef="outcome"/>')


def test_a_task_that_a_person_sends_the_case_to_may_be_chosen(drawn):
    assert drawn(process(ACCEPT, NEXT)) == []
    assert drawn(forked("true", "false")) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (process({**ACCEPT, "chosen": "true"}), ("start", "没有上一环节的办理人,无人可以选定", "放一个人工环节")),
        (process(ACCEPT, {**NEXT, "chosen": "yes"}), ("second", "zy:chosen 应为 true 或 false,不是“yes”", "请改正")),
        (process(ACCEPT, {**UP, "chosen": "true"}), ("second", "会签的各席由清单给出", "请删去")),
        (forked("true", "true"), ("accept", "可能同时到“环节one、环节two”", "只留一个 zy:chosen")),
        (process(ACCEPT).replace('<endEvent id="granted"/>', '<endEvent id="granted" zy:chosen="true"/>'),
         ("granted", "只有人工环节的办理人可以选定", "userTask")),
    ],
)  # fmt: skip
def test_a_choice_that_nobody_can_make_is_refused_with_its_place(drawn, text, says):
    found = drawn(text)
    assert any("process.bpmn" in fault and all(part in fault for part in says) for fault in found), found


ASSIGN, PLACE = "person(approver)", "people.approvers"
ASSIGNED = 'zy:assign="person(approver)"'
GOOD = "{approvers: 'chain(previous(), if form.declared_area > 1 then \"正科\" else \"副科\")'}"


def test_a_review_held_by_a_list_of_people_passes(drawn):
    assert drawn(process(ACCEPT, {**UP, "assign": "person(approver)"}), GOOD) == []


@pytest.mark.parametrize(
    ("people", "assign", "says"),
    [
        (GOOD, None, ("process.bpmn", "second", "没有写每席交给谁", ASSIGNED)),
        ("{approvers: 'chain(previous(), \"大\")'}", ASSIGN, (PLACE, "没有职级“大”", "可用:科员")),
        ("{approvers: 'chain(previous())'}", ASSIGN, (PLACE, "“chain”的参数不符", "写法:chain(person, rank)")),
        ("{approvers: 'chain(nobody, \"正科\")'}", ASSIGN, (PLACE, "没有名为“nobody”的名称")),
        ("{approvers: 'role(\"county_chef\")'}", ASSIGN, (PLACE, "county_chef", "最接近的是“county_chief”")),
        ("{project_level: 'role(\"county_chief\")'}", ASSIGN, ("people.project_level", "与 facts 中的同名", "请改名")),
    ],
)
def test_a_list_that_names_what_does_not_exist_is_refused_with_its_place(drawn, people, assign, says):
    found = drawn(process(ACCEPT, {**UP, **({"assign": assign} if assign else {})}), people)
    assert any(all(part in fault for part in says) for fault in found), found
