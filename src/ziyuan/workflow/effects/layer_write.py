"""`layer.write`: a decided case writes its feature into a layer, in the decision's transaction."""

from datetime import date
from typing import Any

from ziyuan.base import feel
from ziyuan.base.errors import ZiyuanError
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.facts import evaluate
from ziyuan.workflow.effects.registry import Order, register


def _apply(order: Order) -> str:
    """The target names layer, county, key and the feature's digest, so that a later change is found."""
    told = order.told
    county = order.state["case"]["county"]
    written = onemap.layer_write(
        told["layer"],
        county,
        str(feel.evaluate(told["key"], order.facts)),
        PlaneShape.from_json(order.state["site"]),
        evaluate(told["map"], order.facts),
        valid_from=date.fromisoformat(order.state["decision"]["day"]) if order.state["decision"] else kernel.today(),
        case_no=order.state["case"]["no"],
        by=order.by,
    )
    return f"{told['layer']}|{county}|{written.key}|{written.digest.hex()}"


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    layer, county, key, _ = target.split("|")
    onemap.layer_withdraw(layer, county, key, case_no=case_no, by=by)


def _proof(target: str, case_no: str, by: kernel.Actor) -> str:
    layer, county, key, digest = target.split("|")
    return onemap.layer_verify(layer, county, key, case_no=case_no, digest=digest, by=by)


def _texts(told: dict[str, Any]) -> dict[str, str]:
    return {"key": told["key"], **{f"map.{field}": text for field, text in told["map"].items()}}


def _faults(told: dict[str, Any]) -> list[str]:
    """The layer exists, is written by cases, and the mapping names its fields and all that are required."""
    try:
        layer = onemap.layer(told["layer"])
    except ZiyuanError as refused:
        return [str(refused)]
    found = [] if layer.by_cases else [f"图层 {layer.id} 由汇交形成,不由案件写入"]
    found += [f"图层 {layer.id} 没有字段“{name}”" for name in told["map"] if name not in layer.names]
    if layer.shape not in (None, "polygon"):
        found.append(f"图层 {layer.id} 不是面图层,案件的用地范围写不进去")
    required = [
        f.name for f in layer.fields if f.required and f.name not in told["map"] and layer.key_fields != (f.name,)
    ]
    return [*found, *(f"图层 {layer.id} 的必填字段“{name}”没有给值" for name in required)]


register("layer.write", _apply, _undo, _proof, _texts, _faults)
