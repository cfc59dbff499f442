"""The list of a correction (一次性告知): typed items, each naming what to mend and how."""

from typing import Any

from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.errors import ItemsMissing
from ziyuan.workflow.forms.text import clean

KINDS = ("field", "paper", "vertex")
FEE = "fee"


def checked(rt: Runtime, items: list[dict[str, str]]) -> list[dict[str, str]]:
    """The items, cleaned. Raises ItemsMissing naming the first that says nothing or points nowhere."""
    if not items:
        raise ItemsMissing("没有列出补正内容")
    return [_checked(rt, number, item) for number, item in enumerate(items, start=1)]


def _checked(rt: Runtime, number: int, item: dict[str, Any]) -> dict[str, str]:
    kind, target, text = (clean(str(item.get(k) or "")) for k in ("kind", "target", "text"))
    if kind == FEE:  # nothing here takes a payment, so nobody could ever answer it
        raise ItemsMissing(f"第 {number} 条的种类不能是费用:平台不收取费用,申请人无法答复;需要缴费凭证的,请作为材料列出")
    if kind not in KINDS:
        raise ItemsMissing(f"第 {number} 条的种类应为字段、材料或界址点")
    if kind == "vertex" and "subject" in rt.matter.told:
        raise ItemsMissing(f"第 {number} 条是界址点,本事项没有用地范围,无法答复;请改为字段或材料")
    if not text:
        raise ItemsMissing(f"第 {number} 条没有写明补正要求")
    known = _targets(rt).get(kind)
    if known is not None and target not in known:
        raise ItemsMissing(f"第 {number} 条所指的“{target}”不在本事项的表单或材料目录中")
    title = known[target] if known else "界址点"
    return {"kind": kind, "target": target, "title": title, "text": text[:500]}


def _targets(rt: Runtime) -> dict[str, dict[str, str]]:
    fields = {name: told["title"] for name, told in rt.form["data"]["properties"].items()}
    return {"field": fields, "paper": {p["id"]: p["title"] for p in rt.matter.told.get("papers", [])}}
