"""`layer.write`: a decided case writes its feature into a layer, in the decision's transaction."""

from datetime import date
from typing import Any

from ziyuan.base import feel
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
        valid_from=date.fromisoformat(order.state["decision"]["day"]),
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


register("layer.write", _apply, _undo, _proof, _texts)
