"""The gate reads tasks of external units: the unit is named and declared, its acts open nothing further, it decides nothing."""

import pytest

from tests.workflow.gate.test_carried import told
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.people.line import process
from tests.workflow.people.outside import DECIDE, task

UNITS = "external:\n  - {unit: 肥西县水利局, level: county}\n  - {unit: 合肥市水利局, level: city}\n"
ACCEPT, CHIEF = {"id": "accept"}, {**DECIDE, "assign": 'role("county_chief")'}


@pytest.fixture
def outside(pack):  # noqa: F811
    """`outside(node, …)`: the faults of the pack on a line of these tasks; `units`, `policies`, `people` are texts of it."""
    def judged(*nodes: dict[str, str], units: str = UNITS, policies: str = "", people: str = "", text: str = "") -> list[str]:
        (pack / PROCESS).write_text(text or process(*nodes), encoding="utf-8")
        plant(pack, "pack.yaml", "layers:\n", f"{units}layers:\n")
        if policies:
            plant(pack, MATTER, "policies: {nobody_found: stop, same_person_twice: ask,", f"policies: {{{policies},")
        if people:
            plant(pack, MATTER, "policies: {", f"people: {people}\npolicies: {{")
        return told(pack)

    return judged


@pytest.mark.parametrize(
    "assign",
    [
        'external("肥西县水利局")',
        'external("肥西县水利局", "county")',
        'external("合肥市水利局", "city")',
        'if project_level = "city" then external("合肥市水利局", "city") else least loaded(external("肥西县水利局"))',
        "external(form.contact_name)",
    ],
)
def test_a_task_that_names_a_declared_unit_passes(outside, assign):
    assert outside(ACCEPT, task(assign), CHIEF) == []


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (task('external("肥西县水利")'), ("外部单位“肥西县水利”不在 pack.yaml 的 external 中", "最接近的是“肥西县水利局”")),
        (task('external("合肥市水利局")'), ("外部单位“合肥市水利局”登记在 city,这里写的是 county", "请改写层级")),
        (task('external("肥西县水利局", "village")'), ("层级“village”不存在",)),
        (task("external()"), ("函数“external”的参数不符", "写法:external(unit, [level])")),
        (task('role("external_handler")'), ("没有写明交给哪个外部单位", "zy:assign='external(")),
        ({k: v for k, v in task().items() if k != "assign"}, ("没有写明交给哪个外部单位",)),
        ({**task(), "role": "county_clerk"}, ("岗位应为“外部单位经办人”", 'zy:role="external_handler"')),
        (task(allow="agree jump"), ("不允许“jump”(申请跳转)", "可用:agree、handover、recall、refuse、return")),
    ],
)
def test_what_is_wrong_at_the_task_is_told_at_its_line(outside, node, says):
    found = outside(ACCEPT, node, CHIEF)
    assert any(all(part in fault for part in (*says, "process.bpmn 第", "water")) for fault in found), found


FURTHER = ("correct", "add_before", "add_after", "add_seat", "remove", "delegate", "accept_gap", "jump", "terminate", "draw")


@pytest.mark.parametrize("action", FURTHER)
def test_no_act_is_allowed_that_reaches_further_than_its_own_task(outside, action):
    assert any(f"外部单位的环节不允许“{action}”" in fault for fault in outside(ACCEPT, task(allow=f"agree {action}"), CHIEF))


def test_an_external_unit_decides_nothing_and_chooses_none_of_ours(outside):
    assert any("等于由它作出决定" in fault for fault in outside(ACCEPT, task()))


def test_whoever_comes_after_it_is_not_chosen_by_it(outside):
    assert any("外部单位不选本部门的人" in fault for fault in outside(ACCEPT, task(), {**CHIEF, "chosen": "true"}))


def test_no_copy_list_or_policy_reaches_an_external_unit(outside):
    copied = process(ACCEPT, task(), CHIEF).replace('id="accept"', "id=\"accept\" zy:copy='external(\"肥西县水利局\")'")
    found = outside(text=copied, people="{all: 'external(\"肥西县水利局\")'}",
                    policies="nobody_found: {role: external_handler, level: county}, same_person_twice: ask")  # fmt: skip
    for says in ("外部单位不能收抄送", "人员清单和专家名单中不能有外部单位", "无人可办的件不能交给外部单位"):
        assert any(says in fault for fault in found), found


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ("external:\n  - {unit: 肥西县水利局}\n", "应写 unit、level 两项"),
        ("external:\n  - 肥西县水利局\n", "应写 unit、level 两项"),
        ("external:\n  - {unit: 肥西县水利局, level: village}\n", "层级“village”不存在"),
    ],
)
def test_a_declaration_says_unit_and_level(outside, units, says):
    assert any("pack.yaml external[0]" in fault and says in fault for fault in outside(ACCEPT, CHIEF, units=units))


def test_the_post_is_the_platforms_and_no_packs(pack, outside):  # noqa: F811
    plant(pack, "pack.yaml", "roles:\n", "roles:\n  external_handler: {title: 外部, level: county}\n")
    assert any("外部单位的岗位由平台给出" in fault for fault in outside(ACCEPT, CHIEF))
