"""The gate reads who is to do the work: whatever a strategy or policy names and does not exist is told at its line."""

import pytest

from tests.workflow.gate.test_carried import told
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.people.line import process

POSTS = "posts:\n  - {unit: 用途管制股, title: 股长, level: county}\n"
NODES = ({"id": "accept"}, {"id": "second", "role": "county_chief"})


@pytest.fixture
def staffed(pack):  # noqa: F811
    """`staffed(text, policies)`: the faults of a pack whose second task is assigned so."""
    def judged(assign: str = 'role("county_chief")', policies: str = "") -> list[str]:
        (pack / PROCESS).write_text(process(NODES[0], {**NODES[1], "assign": assign}), encoding="utf-8")
        plant(pack, "pack.yaml", "layers:\n", f"{POSTS}layers:\n")
        if policies:
            plant(pack, MATTER, "policies: {nobody_found: stop, same_person_twice: ask,", f"policies: {{{policies},")
        return told(pack)

    return judged


@pytest.mark.parametrize(
    "assign",
    [
        'role("county_chief")',
        'role("city_chief", "city")',
        'holders("county_clerk", case.county)',
        'post("用途管制股", "股长")',
        'head("用途管制股", "county")',
        'without(role("county_clerk"), person at("accept"))',
        'heads above(previous(), "正处")',
        'if project_level = "county" then person(form.contact_name) else least loaded(role("county_clerk"))',
    ],
)
def test_a_strategy_that_names_only_what_exists_passes(staffed, assign):
    assert staffed(assign) == []


@pytest.mark.parametrize(
    ("assign", "says"),
    [
        ('role("county_chef")', "岗位“county_chef”不在 pack.yaml 的 roles 中;最接近的是“county_chief”"),
        ('role("city_chief")', "岗位“city_chief”是 city 的岗位,这里写的是 county"),
        ('role("county_chief", "village")', "层级“village”不存在"),
        ('post("规划股", "股长")', "county 的单位“规划股”不在 pack.yaml 的 posts 中"),
        ('post("用途管制股", "科长")', "单位“用途管制股”没有职务“科长”"),
        ('head("用途管制股", "city")', "city 的单位“用途管制股”不在"),
        ('person at("acept")', "没有人工环节“acept”;最接近的是“accept”"),
        ('person at("outcome")', "没有人工环节“outcome”"),
        ('heads above(previous(), "大")', "没有职级“大”"),
        ("head above(previous())", "函数“head above”的参数不符"),
        ('least loded(role("county_clerk"))', "多出“loded”"),
        ("person(form.contact_nam)", "表单没有字段“contact_nam”"),
        ("person(chosen_by)", "没有名为“chosen_by”的名称"),
        ("role(", ""),
    ],
)
def test_what_does_not_exist_is_named_at_its_line(staffed, assign, says):
    found = staffed(assign)
    assert any(says in fault and "process.bpmn 第" in fault and "second" in fault for fault in found), found


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        ("nobody_found: {role: province_chief, level: province}, same_person_twice: ask", None),
        ("nobody_found: clerk, same_person_twice: {take: earlier, basis: 土地管理法 第五十二条}", None),
        ("nobody_found: {unit: 用途管制股, title: 股长, level: county}, same_person_twice: ask, holder_leaves: pool", None),
        ("nobody_found: {role: nobody, level: city}, same_person_twice: ask", "岗位“nobody”不在"),
        ("nobody_found: {role: city_chief, level: county}, same_person_twice: ask", "岗位“city_chief”是 city 的岗位"),
        ("nobody_found: {unit: 规划股, title: 股长, level: county}, same_person_twice: ask", "单位“规划股”不在"),
        ("nobody_found: pass, same_person_twice: ask", "policies.nobody_found 应为"),
        ("nobody_found: {role: city_chief}, same_person_twice: ask", "policies.nobody_found 应为"),
        ("nobody_found: stop, same_person_twice: {take: earlier, basis: 某办法}", "依据不在事项的 basis 中"),
        ("nobody_found: stop, same_person_twice: {take: later, basis: 土地管理法 第五十二条}", "take 应为 earlier"),
        ("nobody_found: stop, same_person_twice: take", "policies.same_person_twice 应为"),
    ],
)
def test_a_policy_names_posts_and_law_that_exist(staffed, policies, says):
    found = staffed(policies=policies)
    assert (found == []) if says is None else any(says in fault for fault in found), found


def test_a_strategy_stands_on_a_persons_task_only(pack):  # noqa: F811
    text = process(*NODES).replace('<endEvent id="granted"/>', '<endEvent id="granted" zy:assign="1"/>')
    (pack / PROCESS).write_text(text, encoding="utf-8")
    assert any("只有人工环节可以写分派" in fault for fault in told(pack))


@pytest.mark.parametrize(
    ("copy", "says"),
    [
        ('role("county_chief")', ""),
        ('person at("accept")', ""),
        ('role("county_chef")', "岗位“county_chef”不在 pack.yaml 的 roles 中"),
        ('holders("auditor", case.county)', "岗位“auditor”没有查看案件的权限(case.read),抄送不到"),
        ("person(form.contact_nam)", "表单没有字段“contact_nam”"),
    ],
)
def test_a_copy_is_read_as_a_strategy_is_and_its_posts_may_read_cases(pack, copy, says):  # noqa: F811
    text = process(*NODES).replace('id="second"', f"id=\"second\" zy:copy='{copy}'")
    (pack / PROCESS).write_text(text, encoding="utf-8")
    faults = told(pack)
    assert (faults == []) if not says else any(says in fault for fault in faults), faults


def test_a_copy_stands_at_a_task_of_a_person(pack):  # noqa: F811
    text = process(*NODES).replace('<endEvent id="granted"', '<endEvent id="granted" zy:copy="submitter()"', 1)
    (pack / PROCESS).write_text(text, encoding="utf-8")
    assert any("只有人工环节可以写抄送(zy:copy)" in fault for fault in told(pack))
