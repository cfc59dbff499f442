"""A matter about something inside: what only an applicant brings or receives is refused, what it says of acts exists."""

import shutil

import pytest

from tests.workflow.gate.test_check import plant
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.check import check_pack

HOME, MODULE = next(one for one in kernel.pack_folders() if one[0].name == "survey_monitoring")
MATTER = "matters/delivery_review/matter.yaml"
PROCESS = "matters/delivery_review/process.bpmn"
EXAMPLES = "matters/delivery_review/examples"


@pytest.fixture
def pack(tmp_path):
    copy = tmp_path / HOME.name
    shutil.copytree(HOME, copy)
    return copy


def errors(pack) -> list[str]:
    return [f.text() for f in check_pack(pack, MODULE) if f.severity == "error"]


def test_the_pack_as_it_is_has_no_fault(pack):
    assert errors(pack) == []


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    (MATTER, "subject: delivery ", "subject: parcel ", "没有组件登记办理对象“parcel”"),
    (MATTER, "subject: delivery ", "subjct: delivery ", "最接近的是“subject”"),
    (MATTER, "results:", "papers: [{id: a, title: 甲, required: true}]\nresults:", "没有申请人"),
    (MATTER, "    title: 验收入库\n", "    title: 验收入库\n    template: a.typ\n", "不制发文书"),
    (MATTER, "  rectify:\n", "  rectfy:\n", "流程中没有这个人工环节"),
    (MATTER, "{done: 重新提交}", "{said: 重新提交}", "没有这一项"),
    (MATTER, "kind: delivery.accept", "kind: delivery.accpt", "没有组件登记效力“delivery.accpt”"),
    (PROCESS, 'zy:role="data_officer"', 'zy:role="county_clerk"', "岗位“county_clerk”不在 pack.yaml"),
    ("pack.yaml", "matters: [bulletin]", "matters: [buletin]", "没有事项“buletin”"),
    ("pack.yaml", "matters: [bulletin]", "matters: [delivery_review]", "岗位“province_chief”不办理本事项"),
    (PROCESS, 'first_level = "city"', 'frst_level = "city"', "最接近的是“first_level”"),
])  # fmt: skip
def test_each_planted_fault_is_named_with_its_place(pack, file, old, new, says):
    plant(pack, file, old, new)
    assert any(says in told for told in errors(pack)), errors(pack)


@pytest.mark.parametrize(("without", "says"), [
    (("forwarded-and-accepted", "accepted-at-once", "sent-back-and-resubmitted"), "没有“验收入库”的示例"),
    (("forwarded-once", "sent-back-and-resubmitted"), "没有“不同意”的示例"),
])  # fmt: skip
def test_an_acceptance_and_a_refusal_are_among_the_examples(pack, without, says):
    for name in without:
        (pack / EXAMPLES / f"{name}.yaml").unlink()
    assert any(says in told for told in errors(pack))
