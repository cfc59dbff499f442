"""Towns and villages laid over the patches: the county is halved again and again, in step with its villages."""

import numpy as np

from ziyuan.site.sample import graph
from ziyuan.site.sample.lattice import Floats, Ints
from ziyuan.site.sample.places import Village


def assign(u: Floats, v: Floats, area: Floats, villages: list[Village], rng: np.random.Generator) -> Ints:
    """Number of the village of each patch, from patch middles in lattice metres.

    The list of villages is in code order, so towns stay together; each half of the list gets the part of
    the county that its weights ask for.
    """
    weight = np.array([0.45 if village.urban else 1.0 for village in villages])
    weight *= np.exp(rng.normal(0, 0.35, len(villages)))
    size = float(np.sqrt(area.sum() / len(villages)))
    wave = rng.uniform(0, 2 * np.pi, 4)
    x = u + 0.12 * size * (np.sin(v / size * 2.1 + wave[0]) + np.sin(v / size * 0.7 + wave[1]))
    y = v + 0.12 * size * (np.sin(u / size * 2.1 + wave[2]) + np.sin(u / size * 0.7 + wave[3]))
    village = np.zeros(len(u), dtype=np.int64)
    waiting = [(np.arange(len(u)), 0, len(villages))]
    while waiting:
        members, low, high = waiting.pop()
        if high - low == 1:
            village[members] = low
            continue
        middle = _middle(villages, weight, low, high)
        share = weight[low:middle].sum() / weight[low:high].sum()
        order = members[np.argsort(_along(x[members], y[members], rng), kind="stable")]
        filled = np.cumsum(area[order])
        at = int(np.searchsorted(filled, filled[-1] * share))
        at = min(max(at, middle - low), len(order) - (high - middle))
        waiting += [(order[:at], low, middle), (order[at:], middle, high)]
    return village


def _middle(villages: list[Village], weight: Floats, low: int, high: int) -> int:
    """Where to cut the list: at a town border near half the weight, else inside the town."""
    borders = [k for k in range(low + 1, high) if villages[k].town != villages[k - 1].town]
    choices = borders or list(range(low + 1, high))
    done = np.cumsum(weight[low:high])
    return min(choices, key=lambda k: abs(done[k - low - 1] - done[-1] / 2))


def _along(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    angle = rng.uniform(-0.3, 0.3) + (0.0 if np.ptp(x) >= np.ptp(y) else np.pi / 2)
    return x * np.cos(angle) + y * np.sin(angle)


def make_whole(village: Ints, a: Ints, b: Ints, sides: Ints) -> Ints:
    """Villages in one piece each: a stray piece goes to the village it borders most (`a`–`b` neighbours)."""
    village = village.copy()
    for _ in range(12):
        same = village[a] == village[b]
        root = graph.components(len(village), a[same], b[same])
        size = np.bincount(root, minlength=len(village))
        largest = np.zeros(village.max() + 1, dtype=np.int64)
        order = np.argsort(size, kind="stable")
        largest[village[order]] = root[order]
        stray = root != largest[village]
        border = ~same & (stray[a] != stray[b])
        if not border.any():
            break
        inside = np.where(stray[a[border]], a[border], b[border])
        outside = np.where(stray[a[border]], b[border], a[border])
        key, first = np.unique(root[inside] << 32 | village[outside], return_inverse=True)
        shared = np.bincount(first, weights=sides[border])
        best = np.lexsort((shared, key >> 32))
        target = np.full(len(village), -1, dtype=np.int64)
        target[(key >> 32)[best]] = (key & 0xFFFFFFFF)[best]
        moved = stray & (target[root] >= 0)
        village[moved] = target[root[moved]]
    return village
