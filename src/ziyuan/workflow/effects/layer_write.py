"""`layer.write`: a decided case writes its feature into a layer, in the decision's transaction."""

from datetime import date

from ziyuan.base import feel
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.effects.registry import Order, register


def _apply(order: Order) -> str:
    told = order.told
    values = {field: feel.evaluate(text, order.facts) for field, text in told["map"].items()}
    key = str(feel.evaluate(told["key"], order.facts))
    county = order.state["case"]["county"]
    onemap.layer_write(
        told["layer"],
        county,
        key,
        PlaneShape.from_json(order.state["site"]),
        values,
        valid_from=date.fromisoformat(order.state["decision"]["day"]),
        case_no=order.state["case"]["no"],
        by=order.by,
    )
    return f"{told['layer']}|{county}|{key}"


def _undo(target: str, case_no: str, by: kernel.Actor) -> None:
    layer, county, key = target.split("|")
    onemap.layer_withdraw(layer, county, key, case_no=case_no, by=by)


register("layer.write", _apply, _undo)
