"""Systematic shift (坐标错位): one finding a layer, before anything is judged that would only repeat it."""

from collections.abc import Callable

import numpy as np
import shapely

from ziyuan.base import crs
from ziyuan.onemap.quality.context import Context
from ziyuan.onemap.quality.frames import Frame
from ziyuan.onemap.quality.layer_rules import not_shifted
from ziyuan.onemap.quality.offsets import offset_between
from ziyuan.onemap.standards.model import Rule

_NEAR = 0.2
"""Share of a layer's extent by which its middle may lie beside that of the edition before."""


def in_place(rule: Rule, frame: Frame, context: Context) -> None:
    """Where its system and the county say, and beside nothing that it should lie upon."""
    not_shifted(rule, frame, context)
    against_others(rule, frame, context)


def against_others(rule: Rule, frame: Frame, context: Context) -> None:
    """Against the edition before where there is one, else against the layers of the file that bound this one."""
    if frame.name in context.shifted or frame.shapes.kind not in ("polygon", "line") or not len(frame.shapes.rows):
        return
    before = context.base(frame.name) if frame.name in context.previous else None
    if before is not None and _against_before(rule, frame, before, context):
        return
    for other in _bounds_of(frame, context):
        if other.name not in context.shifted and _beside(rule, frame, other, context, other.entity.title, rims=True):
            return


def _against_before(rule: Rule, frame: Frame, before: Frame, context: Context) -> bool:
    if not len(before.shapes.rows):
        return False
    return _far_away(rule, frame, before, context) or _beside(rule, frame, before, context, "上一版", rims=False)


def _bounds_of(frame: Frame, context: Context) -> list[Frame]:
    """Layers that rules name as the outline of this one."""
    rules = [*frame.entity.rules, *frame.model.rules]
    names = [r.params.get("within") for r in rules if r.layer == frame.name]
    names += [r.params.get("by") for r in rules if r.kind == "covered_by" and r.params.get("layer") == frame.name]
    there = [context.frames[n] for n in dict.fromkeys(map(str, names)) if n in context.frames and n != frame.name]
    return [one for one in there if one.shapes.kind == frame.shapes.kind == "polygon"]


def _beside(rule: Rule, frame: Frame, other: Frame, context: Context, what: str, *, rims: bool) -> bool:
    offset = offset_between(frame, other, rims=rims)
    if offset is None:
        return False
    context.shifted.add(frame.name)
    context.collector.one(
        rule, f"{offset.words()}，与{what}相比。", x=offset.place[0], y=offset.place[1],
        measure=round(offset.length, 4), unit="m", value=f"{offset.east:.4f},{offset.north:.4f}", expected="0,0",
    )  # fmt: skip
    return True


def _far_away(rule: Rule, frame: Frame, before: Frame, context: Context) -> bool:
    """Layer and edition before lie nowhere near each other: swapped axes, or the coordinates of another zone."""
    own, old = _box(frame), _box(before)
    size = np.maximum(old[2:] - old[:2], 1.0)
    middle = (own[:2] + own[2:]) / 2
    home = (old[:2] + old[2:]) / 2

    def there(place: np.ndarray) -> bool:
        return bool((np.abs(place - home) < _NEAR * size + 1000.0).all())

    if there(middle):
        return False
    words = "整层坐标偏移，与上一版相距甚远"
    if there(middle[::-1]):
        words = "东、北坐标颠倒"
    elif (zone := _zone_of(middle, there, frame)) is not None:
        words = f"坐标是第 {zone} 带的，不是第 {frame.shapes.plane.zone} 带的"
    context.shifted.add(frame.name)
    away = float(np.hypot(*(middle - home)))
    x, y = frame.shapes.delivered((middle * frame.shapes.scale - np.array(frame.shapes.origin))[None, :])[0]
    message = f"{words}（图形中心相距 {away:.1f} 米）。"
    context.collector.one(rule, message, x=float(x), y=float(y), measure=round(away, 1), unit="m")
    return True


def _box(frame: Frame) -> np.ndarray:
    """West, south, east, north of a layer in plane metres, without its farthest hundredth."""
    bounds = shapely.bounds(frame.shapes.units)
    low, high = np.quantile(bounds[:, :2], 0.01, axis=0), np.quantile(bounds[:, 2:], 0.99, axis=0)
    origin = np.array(frame.shapes.origin)
    return np.concatenate([low + origin, high + origin]) / frame.shapes.scale


def _zone_of(middle: np.ndarray, there: Callable[[np.ndarray], bool], frame: Frame) -> int | None:
    """The zone in which these metres would lie where the edition before does."""
    zone = frame.shapes.plane.zone
    if zone is None:
        return None
    for other in range(max(zone - 3, crs.FIRST_ZONE), min(zone + 3, crs.LAST_ZONE) + 1):
        if other == zone:
            continue
        for east in (middle[0], middle[0] + (other - zone) * crs.METRES_PER_ZONE):
            lon, lat = crs.to_degrees(other).transform(east, middle[1])
            if np.isfinite([lon, lat]).all() and there(np.array(crs.to_plane(zone).transform(lon, lat))):
                return other
    return None
