"""Two nodes side by side by digest (一致性比对): the first county, layer and feature in which they differ.

A side is a file of digests: JSON lines, first `{"ziyuan_digests": 1, "node": …}`, then one line an edition
`{"layer", "county", "digest", "features", "reference_date"}`, each followed by its features `{"key", "digest"}` in key
order where they were asked for. The editions' digests are Merkle roots, so equal roots need no further look, and where
they differ the first feature is found by walking both trees down.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ziyuan.base.canonical import leaf_hash, merkle_root
from ziyuan.base.sm import sm3
from ziyuan.onemap.differences.errors import DigestsUnreadable

MARK = "ziyuan_digests"
_NODE = b"\x01"
Place = tuple[str, str]


@dataclass
class Held:
    """What a side holds of a layer of a county; `leaves` in key order, None where they were not asked for."""

    digest: str
    features: int
    reference_date: str
    leaves: list[tuple[str, bytes]] | None = None


@dataclass
class Listing:
    """All that a side holds, by layer and county."""

    node: str
    held: dict[Place, Held] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """`key`: the first feature that differs; None while the features were not looked at."""

    layer: str
    county: str
    one: Held | None
    other: Held | None
    key: str | None = None
    words: str = ""

    def to_json(self) -> dict[str, Any]:
        """One line of `ziyuan map compare`."""
        sides = {name: held and {"digest": held.digest, "features": held.features, "reference_date": held.reference_date}
                 for name, held in (("a", self.one), ("b", self.other))}  # fmt: skip
        same = self.one is not None and self.other is not None and self.one.digest == self.other.digest
        return {"layer": self.layer, "county": self.county, "same": same, **sides, "first": self.key, "words": self.words}


def read(lines: Iterable[str], name: str) -> Listing:
    """A side from its lines. Raises DigestsUnreadable, also where the features do not give their edition's digest."""
    found: Listing | None = None
    last: tuple[Place, Held] | None = None
    for number, told in _told(lines, name):
        try:
            if found is None:
                if told[MARK] != 1:
                    raise DigestsUnreadable(name, number, f"版本 {told[MARK]} 不认识")
                found = Listing(str(told["node"]))
            elif "layer" in told:
                _proved(last, name)
                held = Held(str(told["digest"]), int(told["features"]), str(told.get("reference_date", "")))
                last = (str(told["layer"]), str(told["county"])), held
                found.held[last[0]] = held
            elif last is not None:
                last[1].leaves = last[1].leaves or []
                last[1].leaves.append((str(told["key"]), bytes.fromhex(told["digest"])))
        except (KeyError, TypeError, ValueError) as problem:
            raise DigestsUnreadable(name, number, "缺少应有的项") from problem
    _proved(last, name)
    if found is None:
        raise DigestsUnreadable(name, 1, "是空的")
    return found


def _told(lines: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as problem:
            raise DigestsUnreadable(name, number, "不是 JSON") from problem
        if not isinstance(told, dict):
            raise DigestsUnreadable(name, number, "不是一项说明")
        yield number, told


def _proved(last: tuple[Place, Held] | None, name: str) -> None:
    """The features listed give the digest stated."""
    if last and last[1].leaves is not None and merkle_root([d for _, d in last[1].leaves]).hex() != last[1].digest:
        raise DigestsUnreadable(name, 0, f"{last[0][0]} {last[0][1]} 的要素与其版本摘要不符")


def side_by_side(one: Listing, other: Listing) -> list[Difference]:
    """Every layer and county that a side holds, in order of county and layer; equal ones too."""
    places = sorted({*one.held, *other.held}, key=lambda place: (place[1], place[0]))
    return [_beside(place, one.held.get(place), other.held.get(place)) for place in places]


def _beside(place: Place, one: Held | None, other: Held | None) -> Difference:
    if one is None or other is None:
        return Difference(*place, one, other, words="只在甲方" if other is None else "只在乙方")
    if one.digest == other.digest:
        return Difference(*place, one, other)
    leaves = [side.leaves if side.features else [] for side in (one, other)]
    if leaves[0] is None or leaves[1] is None:
        return Difference(*place, one, other, words="摘要不同")
    at = first_difference(*([digest for _, digest in side] for side in leaves if side is not None))
    return Difference(*place, one, other, *_named(at, leaves[0], leaves[1]))


def _named(at: int, one: list[tuple[str, bytes]], other: list[tuple[str, bytes]]) -> tuple[str, str]:
    a = one[at][0] if at < len(one) else None
    b = other[at][0] if at < len(other) else None
    if a == b:
        return a or "", "两边内容不同"
    if b is None or (a is not None and a < b):
        return a or "", "只在甲方"
    return b, "只在乙方"


def first_difference(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """Place of the first leaf that differs, down two Merkle trees; the shorter length where one begins the other.

    A node of both trees with one hash over the same full run of leaves is passed over at once.
    """
    trees = _levels(one), _levels(other)
    shortest, at = min(len(one), len(other)), 0
    for height in reversed(range(min(map(len, trees)))):
        size = 1 << height
        while at % size == 0 and at + size <= shortest and trees[0][height][at >> height] == trees[1][height][at >> height]:
            at += size
    return at


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    levels = [[leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        level = levels[-1]
        above = [sm3(_NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        levels.append([*above, level[-1]] if len(level) % 2 else above)
    return levels
