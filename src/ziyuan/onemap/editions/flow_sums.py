"""Flows of several counties added up, and classes gathered on a higher level: sums of closed matrices stay closed."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from ziyuan.onemap.editions.errors import NoLevel
from ziyuan.onemap.editions.flow import OUTSIDE, Flow
from ziyuan.onemap.editions.layers import Layer, land_classes, three_class

LEVELS = ("class", "level1", "three_class")
UNSORTED = "未分类"
Pair = tuple[str, str]


def summed(kind: Layer, flows: Sequence[Flow], level: str = "class") -> Flow:
    """One flow of all: classes of `level` (class: as delivered, level1: 一级类, three_class: 三大类). Raises NoLevel."""
    if level not in LEVELS or (level != "class" and kind.class_field != "DLBM"):
        raise NoLevel(kind.id, level)
    group = _group(level)
    cells: dict[Pair, Decimal] = {}
    names: dict[str, str] = {}
    for flow in flows:
        codes = [group(code, name) for code, name in flow.classes]
        names |= dict(codes)
        for (a, _), row in zip(codes, flow.matrix, strict=True):
            for (b, _), area in zip(codes, row, strict=True):
                if area:
                    cells[a, b] = cells.get((a, b), Decimal(0)) + area
    order = sorted(names)
    matrix = [[cells.get((a, b), Decimal(0)) for b in order] for a in order]
    return Flow(
        kind.id, ",".join(f.county for f in flows), [(code, names[code]) for code in order], matrix,
        _gathered([f.before for f in flows], group), _gathered([f.after for f in flows], group),
        all(f.closes for f in flows), sum((f.difference_m2 for f in flows), Decimal(0)),
        [sum(row, Decimal(0)) for row in matrix], [sum(column, Decimal(0)) for column in zip(*matrix, strict=True)],
    )  # fmt: skip


def _group(level: str) -> Callable[[str, str], Pair]:
    def level1(code: str, name: str) -> Pair:
        top = land_classes().top(code) or code
        return (code, name) if code == OUTSIDE else (top, land_classes().title_of(top) or top)

    def three(code: str, name: str) -> Pair:
        found = three_class(code) or UNSORTED
        return (code, name) if code == OUTSIDE else (found, found)

    return {"class": lambda code, name: (code, name), "level1": level1, "three_class": three}[level]


def _gathered(sums: Sequence[dict[str, Decimal]], group: Callable[[str, str], Pair]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in sums:
        for code, area in one.items():
            at = group(code, code)[0]
            found[at] = found.get(at, Decimal(0)) + area
    return dict(sorted(found.items()))
