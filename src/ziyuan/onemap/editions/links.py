"""Parents and children (图斑沿革): which earlier features a new one came from, by the area they share.

A link counts from a hundredth of the smaller of the two patches on; below that it is the noise of a redrawn border.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.cut import cut
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.prepare import Prepared

LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Link:
    """A tie to an earlier or later feature: shared area in m², and its share of the smaller patch."""

    key: str
    shared_m2: float
    share: float


def ties(
    old_keys: Sequence[str], old: PlaneBatch, new_keys: Sequence[str], new: PlaneBatch
) -> tuple[dict[str, list[Link]], dict[str, list[Link]]]:
    """Links from new keys to their parents, and from old keys to their children; strongest first."""
    parents: dict[str, list[Link]] = defaultdict(list)
    children: dict[str, list[Link]] = defaultdict(list)
    if not len(old) or not len(new):
        return parents, children
    met = cut(new, old)
    whole_new, whole_old = areas.official_area(new), areas.official_area(old)
    shares = met.areas / np.minimum(whole_new[met.left], whole_old[met.right])
    for i, j, shared, share in zip(met.left, met.right, met.areas, shares, strict=True):
        if share >= LEAST_SHARE:
            parents[new_keys[i]].append(Link(old_keys[j], round(float(shared), 2), round(float(share), 4)))
            children[old_keys[j]].append(Link(new_keys[i], round(float(shared), 2), round(float(share), 4)))
    for links in (*parents.values(), *children.values()):
        links.sort(key=lambda link: (-link.shared_m2, link.key))
    return parents, children


def parents_of(
    kind: Layer, county: str, ended: Sequence[int], ready: Prepared, entering: Sequence[int]
) -> dict[str, list[str]]:
    """Parents of the entering features among the rows that end; a feature that only changed has none."""
    if not ended or not entering:
        return {}
    before = rows.features(
        kind, "county = %(county)s AND fid = ANY(%(fids)s)", {"county": county, "fids": list(ended)}
    )
    old = PlaneBatch.from_4490([f.geometry for f in before], ready.batch.zone)
    keys = [ready.keys[i] for i in entering]
    parents, _ = ties([f.key for f in before], old, keys, ready.batch.take(np.array(entering)))
    found = {key: [link.key for link in links] for key, links in parents.items()}
    return {key: links for key, links in found.items() if links != [key]}
