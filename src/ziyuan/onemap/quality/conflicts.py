"""Which shapes of one polygon layer share area: equal ones, nested ones, overlapping ones.

Fast path: only shapes that own an open edge (an edge that is no common border of exactly two features) go
to GEOS, and whatever they overlap follows until nothing new comes. Judged on plane integers; a strip no
thicker than the grain is rounding, not a fault.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.quality.edges import Edges
from ziyuan.onemap.quality.strips import Grain, thick, thick_parts
from ziyuan.onemap.quality.threads import in_threads

_SAME = 1e-9
_PIECE = 50_000
"""Pairs judged at a time: what bounds the memory of a layer that lies upon itself."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Overlap:
    """Two shapes (places in `units`) and what they share, in units.

    `contained` names the inner one where it lies wholly in the other; `equal`: each lies in the other.
    """

    first: int
    second: int
    shared: shapely.Geometry
    contained: int | None = None
    equal: bool = False


@dataclass(frozen=True)
class Conflicts:
    """All that is in conflict in one layer: groups of equal shapes, and overlaps between different ones."""

    duplicates: list[Ints]
    overlaps: list[Overlap]

    def among(self, other: "Conflicts") -> "Conflicts":
        """Those that another reading of the same layer sees too."""
        pairs = {(o.first, o.second) for o in other.overlaps} | {p for g in other.duplicates for p in _pairs_of(g)}
        groups = [g for g in self.duplicates if all(p in pairs for p in _pairs_of(g)[: len(g) - 1])]
        return Conflicts(groups, [o for o in self.overlaps if (o.first, o.second) in pairs])


def _pairs_of(group: Ints) -> list[tuple[int, int]]:
    return list(combinations(group.tolist(), 2))


def conflicts(edges: Edges, grain: Grain) -> Conflicts:
    """Find all that are thicker than the grain; overlaps of one of several equal shapes hold for each of them."""
    groups = _equal_groups(edges)
    spare = np.zeros(len(edges.shapes.units), bool)
    for group in groups:
        spare[group[1:]] = True
    found = _overlaps(edges, spare, grain)
    groups = _merged(groups, [(o.first, o.second) for o in found if o.equal])
    members = {int(place): group for group in groups for place in group}
    spread = [one for overlap in found if not overlap.equal for one in _for_each_twin(overlap, members)]
    unique = {(o.first, o.second): o for o in spread}
    return Conflicts(groups, [unique[pair] for pair in sorted(unique)])


def _equal_groups(edges: Edges) -> list[Ints]:
    prints = edges.fingerprints()
    order = np.argsort(prints, kind="stable")
    ordered = prints[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
    counts = np.diff(np.r_[first, len(ordered)])
    many = counts > 1
    groups = [np.sort(order[f : f + c]) for f, c in zip(first[many], counts[many], strict=True)]
    return [group for group in groups if edges.shapes.areas[group[0]] > 0]


def _merged(groups: list[Ints], pairs: list[tuple[int, int]]) -> list[Ints]:
    """Groups of equal shapes, joined where a pair links them."""
    home: dict[int, set[int]] = {}
    for members in [*(g.tolist() for g in groups), *pairs]:
        whole = set(members).union(*(home.get(m, set()) for m in members))
        home.update(dict.fromkeys(whole, whole))
    distinct = {id(group): group for group in home.values()}
    return sorted((np.array(sorted(g), np.int64) for g in distinct.values()), key=lambda g: int(g[0]))


def _for_each_twin(overlap: Overlap, members: dict[int, Ints]) -> list[Overlap]:
    """The overlap, once for each pair of shapes equal to its two."""
    if overlap.first not in members and overlap.second not in members:
        return [overlap]
    ones = members.get(overlap.first, np.array([overlap.first]))
    others = members.get(overlap.second, np.array([overlap.second]))
    out = []
    for one in ones.tolist():
        for other in others.tolist():
            inner = None if overlap.contained is None else (one if overlap.contained == overlap.first else other)
            out.append(Overlap(min(one, other), max(one, other), overlap.shared, inner))
    return out


def _overlaps(edges: Edges, spare: NDArray[np.bool_], grain: Grain) -> list[Overlap]:
    shapes = edges.shapes
    seen = np.zeros(0, np.int64)
    done = spare.copy()
    todo = edges.candidates(grain.units)
    found: list[Overlap] = []
    while len(todo := todo[~done[todo]]):
        done[todo] = True
        pairs = _box_pairs(shapes.tree, shapes.sound, todo, spare)
        fresh = np.setdiff1d(pairs, seen, assume_unique=True)
        seen = np.union1d(seen, fresh)
        new = [o for at in range(0, len(fresh), _PIECE) for o in _judged(shapes.sound, fresh[at : at + _PIECE], grain)]
        found += new
        todo = np.unique(np.array([p for o in new for p in (o.first, o.second)], np.int64))
    return found


def _box_pairs(tree: shapely.STRtree, sound: NDArray[np.object_], todo: Ints, spare: NDArray[np.bool_]) -> Ints:
    """Codes (lower × number of shapes + higher) of pairs whose boxes meet, sorted."""
    left, right = tree.query(sound[todo])
    left = todo[left]
    apart = (left != right) & ~spare[left] & ~spare[right]
    low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
    return np.unique(low * len(sound) + high)


def _judged(sound: NDArray[np.object_], codes: Ints, grain: Grain) -> list[Overlap]:
    """Of these pairs, those that share something thick."""
    a, b = np.divmod(codes, len(sound))
    meets = in_threads(_interiors_meet, sound[a], sound[b])
    a, b = a[meets], b[meets]
    shared = in_threads(shapely.intersection, sound[a], sound[b])
    whole = np.flatnonzero(_maybe_thick(shared, grain))
    out = []
    for place in whole.tolist():
        part = thick_parts(shared[place], grain)
        if part is not None:
            out.append(_overlap(sound, int(a[place]), int(b[place]), part, grain))
    return out


def _interiors_meet(a: NDArray[np.object_], b: NDArray[np.object_]) -> NDArray[np.bool_]:
    return shapely.intersects(a, b) & ~shapely.touches(a, b)


def _maybe_thick(shared: NDArray[np.object_], grain: Grain) -> NDArray[np.bool_]:
    """Leaves out what is surely rounding; polygons are judged here, mixed pieces later."""
    plain = shapely.get_type_id(shared) == 3
    out = ~plain & (shapely.area(shared) > 0)
    out[plain] = thick(shared[plain], grain)
    return out


def _overlap(sound: NDArray[np.object_], first: int, second: int, shared: shapely.Geometry, grain: Grain) -> Overlap:
    inside = [place for place in (first, second) if _lies_in(sound[place], shared, grain)]
    equal = len(inside) == 2
    inner = min(inside, key=lambda place: (float(shapely.area(sound[place])), place)) if inside else None
    return Overlap(first, second, shared, inner, equal)


def _lies_in(shape: shapely.Geometry, shared: shapely.Geometry, grain: Grain) -> bool:
    """Is what a shape does not share only rounding?"""
    rest = shape.area - shared.area
    if rest <= _SAME * shape.area + 1.0:
        return True
    if rest > (grain.units + 1) * shape.length:
        return False
    return thick_parts(shapely.difference(shape, shared), grain) is None
