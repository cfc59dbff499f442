"""The door of `onemap`."""

from ziyuan.onemap.editions.asof import asof, history
from ziyuan.onemap.editions.diff import Change, Difference, FieldChange, diff
from ziyuan.onemap.editions.flow import Flow, flow
from ziyuan.onemap.editions.layers import land_classes, layer, layers, three_class
from ziyuan.onemap.editions.links import Link
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.rows import Feature
from ziyuan.onemap.editions.seal import editions, latest, seal, sweep
from ziyuan.onemap.editions.verify import Verification, verify
from ziyuan.onemap.editions.write import layer_withdraw, layer_write

__all__ = [
    "Change",
    "Difference",
    "Edition",
    "Feature",
    "FieldChange",
    "Flow",
    "Link",
    "Moment",
    "Verification",
    "asof",
    "diff",
    "editions",
    "flow",
    "history",
    "land_classes",
    "latest",
    "layer",
    "layer_withdraw",
    "layer_write",
    "layers",
    "seal",
    "sweep",
    "three_class",
    "verify",
]
