"""一次性告知: each item names what can be mended, and nothing is asked that nobody could ever answer."""

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import compiled
from ziyuan.workflow.errors import ItemsMissing
from ziyuan.workflow.tasks.items import checked

SITE, INSIDE = "use_control/site_review", "survey_monitoring/delivery_review"


def told(matter: str, *items: dict[str, str]) -> list[dict[str, str]]:
    return checked(compiled(kernel.matter(matter)), list(items))


def refused(matter: str, **item: str) -> str:
    with pytest.raises(ItemsMissing) as found:
        told(matter, item)
    return str(found.value)


def test_field_paper_and_vertex_are_asked_each_with_its_title():
    found = told(
        SITE,
        {"kind": "field", "target": "scale", "text": "请写明建筑面积"},
        {"kind": "paper", "target": "basis", "text": "请补充依据"},
        {"kind": "vertex", "target": "1/J3", "text": "与上一点重合"},
    )
    assert [(one["kind"], one["title"]) for one in found] == [
        ("field", "拟建设规模"), ("paper", "项目建设依据文件"), ("vertex", "界址点"),
    ]  # fmt: skip


def test_a_fee_is_no_item_since_nobody_could_answer_it():
    said = refused(SITE, kind="fee", target="耕地开垦费", text="请缴费")
    assert "第 1 条的种类不能是费用:平台不收取费用,申请人无法答复" in said
    assert "作为材料列出" in said


def test_a_boundary_point_is_not_asked_where_there_is_no_site():
    assert "本事项没有用地范围,无法答复" in refused(INSIDE, kind="vertex", target="1/J3", text="重合")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"kind": "poem", "target": "", "text": "请补"}, "种类应为字段、材料或界址点"),
        ({"kind": "field", "target": "scale", "text": " "}, "没有写明补正要求"),
        ({"kind": "paper", "target": "diary", "text": "请补"}, "不在本事项的表单或材料目录中"),
    ],
)
def test_an_item_that_says_nothing_or_points_nowhere_is_refused(item, says):
    assert says in refused(SITE, **item)


def test_an_empty_list_is_no_correction():
    with pytest.raises(ItemsMissing, match="没有列出补正内容"):
        told(SITE)
