"""Fingerprints (指纹): which problem of this attempt is the same as one of the attempt before.

A problem is known by its rule, layer, field, the keys of its features, and (where the defect has a shape of its
own, or no key) its place. Row numbers are no part of it, so shuffled and renumbered rows change nothing. A place
cannot be hashed so that small moves never cross a rounding step; therefore a hash is only made when a problem is
first seen, and later attempts *inherit* it from the problem they match within the tolerance.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.base import canonical
from ziyuan.onemap.quality.finding import Finding

METRES_PER_DEGREE = 111_000.0
_LENGTH = 32
_STEP = {True: 0.1, False: 1e-6}  # grid of a first fingerprint, metres or degrees
_LOOSE_REACH = 10.0  # tolerances between two places of one problem whose features were renumbered
_SAME_MEASURE = 1e-3
_FEW = 4096  # pairs of one group that are all looked at


@dataclass(frozen=True)
class Marks:
    """What the problems of one attempt are known by, in order.

    `boxes` float64 (n, 4): west, south, east, north of the defect, NaN without a place; all in one system.
    `placed`: the place belongs to the identity. `bases` name rule, layer, field and keys; `loose` leaves the keys out.
    """

    bases: list[str]
    loose: list[str]
    boxes: NDArray[np.float64]
    placed: NDArray[np.bool_]
    measures: NDArray[np.float64]

    @classmethod
    def of(cls, findings: Sequence[Finding], boxes: NDArray[np.float64] | None = None) -> "Marks":
        """Marks of findings; their boxes are those of the delivered system unless given in another one."""
        own = boxes_of(findings) if boxes is None else boxes
        return cls(
            [base_of(f) for f in findings],
            [_joined(f.rule, f.layer, f.field, f.value) for f in findings],
            own.reshape(-1, 4),
            np.array([f.geometry is not None or f.key is None for f in findings], bool),
            np.array([np.nan if f.measure is None else f.measure for f in findings], np.float64),
        )

    def __len__(self) -> int:
        return len(self.bases)

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """Middle of each box, (n, 2)."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2


def base_of(finding: Finding) -> str:
    """Rule, layer, field and all keys of a problem; its value stands in where there is neither key nor place."""
    keys = sorted(k for k in (finding.key, *finding.partners) if k)
    nowhere = not keys and finding.x is None and finding.geometry is None
    return _joined(finding.rule, finding.layer, finding.field, *keys, finding.value if nowhere else None)


def _joined(*parts: str | None) -> str:
    return "\x1f".join("" if part is None else str(part) for part in parts)


def boxes_of(findings: Sequence[Finding]) -> NDArray[np.float64]:
    """Box of each defect in the delivered system, (n, 4); the point where it has no shape, NaN without a place."""
    shapes = shapely.from_wkb(np.array([f.geometry for f in findings], object), on_invalid="ignore")
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    points = np.array([(f.x, f.y, f.x, f.y) for f in findings], np.float64).reshape(-1, 4)
    return np.where(np.isnan(boxes), points, boxes)


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """A fingerprint for each problem as seen for the first time: 32 hex digits, no two alike."""
    marks = Marks.of(findings)
    made = [_first(marks, i) for i in range(len(marks))]
    return distinct(made)


def _first(marks: Marks, i: int) -> str:
    x, y = marks.centres[i]
    place = ""
    if marks.placed[i] and np.isfinite([x, y]).all():
        step = _STEP[bool(abs(x) > 180 or abs(y) > 90)]
        place = f"{round(x / step)} {round(y / step)}"
    return canonical.digest("finding", [marks.bases[i], place]).hex()[:_LENGTH]


def distinct(made: Sequence[str]) -> list[str]:
    """The same fingerprints, a second and third of one kind told apart by their order."""
    seen: dict[str, int] = defaultdict(int)
    out = []
    for one in made:
        number = seen[one]
        seen[one] += 1
        out.append(one if number == 0 else canonical.digest("finding", [one, str(number)]).hex()[:_LENGTH])
    return out


def inherit(made: Sequence[str], before: Sequence[str], same: NDArray[np.int64]) -> list[str]:
    """Fingerprints of this attempt: inherited where a problem is the same, else its own; no two alike."""
    taken = {before[i] for i in same if i >= 0}
    out = []
    for own, old in zip(made, same, strict=True):
        while old < 0 and own in taken:
            own = canonical.digest("finding", [own, "another"]).hex()[:_LENGTH]
        out.append(own if old < 0 else before[old])
        taken.add(out[-1])
    return out


def match(before: Marks, now: Marks, *, tolerance: float) -> NDArray[np.int64]:
    """For each problem of `now` the place in `before` of the same problem, -1 where it is new.

    `tolerance` in the unit of the boxes (metres or degrees). First by equal keys: a shape is the same when the
    boxes, each grown by the tolerance, meet; the nearest pairs first. What is left is matched without keys, when
    value and measure agree and the places lie within ten tolerances: features that were only renumbered.
    """
    same = np.full(len(now), -1, np.int64)
    free = np.ones(len(before), bool)
    _by(before, now, before.bases, now.bases, _meet, 2 * tolerance, same, free)
    _by(before, now, before.loose, now.loose, _renumbered, _LOOSE_REACH * tolerance, same, free)
    return same


Indices = NDArray[np.int64]
Test = Callable[[Marks, Marks, Indices, Indices, float], NDArray[np.bool_]]


def _meet(before: Marks, now: Marks, old: Indices, new: Indices, grown: float) -> NDArray[np.bool_]:
    """Same keys: the place decides only where it belongs to the identity."""
    a, b = before.boxes[old], now.boxes[new]
    with np.errstate(invalid="ignore"):
        near = ((a[:, :2] <= b[:, 2:] + grown) & (a[:, 2:] >= b[:, :2] - grown)).all(axis=1)
    nowhere = np.isnan(a).any(axis=1) & np.isnan(b).any(axis=1)
    return near | nowhere | ~(before.placed[old] & now.placed[new])


def _renumbered(before: Marks, now: Marks, old: Indices, new: Indices, reach: float) -> NDArray[np.bool_]:
    """Other keys: place and measure must both agree."""
    with np.errstate(invalid="ignore"):
        near = _apart(before, now, old, new) <= reach
    a, b = before.measures[old], now.measures[new]
    return near & np.isclose(a, b, rtol=_SAME_MEASURE, atol=_SAME_MEASURE, equal_nan=True)


def _apart(before: Marks, now: Marks, old: Indices, new: Indices) -> NDArray[np.float64]:
    return np.hypot(*(before.centres[old] - now.centres[new]).T)


def _by(
    before: Marks, now: Marks, olds: list[str], news: list[str], agree: Test, reach: float,
    same: Indices, free: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Pair what has equal names and agrees, the nearest first, one to one; `same` and `free` are filled in."""
    old, new = _pairs(before, now, _groups(olds, free), _groups(news, same < 0), reach)
    kept = agree(before, now, old, new, reach)
    old, new = old[kept], new[kept]
    order = np.lexsort((new, old, np.nan_to_num(_apart(before, now, old, new), nan=0.0)))
    for o, n in zip(old[order].tolist(), new[order].tolist(), strict=True):
        if free[o] and same[n] < 0:
            same[n], free[o] = o, False


def _groups(names: list[str], wanted: NDArray[np.bool_]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(wanted).tolist():
        groups[names[i]].append(i)
    return groups


def _pairs(before: Marks, now: Marks, olds: dict[str, list[int]], news: dict[str, list[int]],
           reach: float) -> tuple[Indices, Indices]:  # fmt: skip
    """Pairs worth a look: all of a small group, the near ones of a large one (in order, where it has no places)."""
    left: list[Indices] = [np.array([], np.int64)]
    right: list[Indices] = [np.array([], np.int64)]
    for name in news.keys() & olds.keys():
        o, n = np.array(olds[name], np.int64), np.array(news[name], np.int64)
        if len(o) * len(n) <= _FEW:
            left.append(np.repeat(o, len(n)))
            right.append(np.tile(n, len(o)))
            continue
        mine, theirs = _near(before.boxes[o], now.boxes[n], reach)
        left.append(o[mine])
        right.append(n[theirs])
    return np.concatenate(left), np.concatenate(right)


def _near(old: NDArray[np.float64], new: NDArray[np.float64], reach: float) -> tuple[Indices, Indices]:
    """Places of boxes that meet when grown; the boxes without a place one by one in their order."""
    nowhere_old, nowhere_new = (np.flatnonzero(np.isnan(boxes).any(axis=1)) for boxes in (old, new))
    few = min(len(nowhere_old), len(nowhere_new))
    there_old, there_new = (np.flatnonzero(~np.isnan(boxes).any(axis=1)) for boxes in (old, new))
    tree = shapely.STRtree(shapely.box(*(old[there_old] + [-reach, -reach, reach, reach]).T))
    found_new, found_old = tree.query(shapely.box(*new[there_new].T))
    return (np.concatenate([there_old[found_old], nowhere_old[:few]]),
            np.concatenate([there_new[found_new], nowhere_new[:few]]))  # fmt: skip
