"""Parents and children (图斑沿革): which earlier features a new one came from, and what became of an old one.

Where the delivery brings its process record (变更过程, such as DLTBGXGC), the record says so. Else polygons are tied by
the area they share, from a hundredth of the smaller of the two on; below that it is the noise of a redrawn border.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch
from ziyuan.onemap.differences.changeset import LINKS
from ziyuan.onemap.editions.cut import cut

LEAST_SHARE = 0.01
RECORD = "GXGC"
OLD_KEY, NEW_KEY, AREA = "BGQTBBSM", "BGHTBBSM", "TBBGMJ"
DECLARED, OVERLAP = "declared", "overlap"


@dataclass(frozen=True)
class Link:
    """A tie to an earlier or later feature: shared area in m², and its share of the smaller patch."""

    key: str
    shared_m2: float
    share: float
    source: str = OVERLAP


@dataclass(frozen=True, eq=False)
class Shared:
    """Features and their plane shapes; None for records without shapes."""

    keys: Sequence[str]
    batch: PlaneBatch | None


def ties(
    old_keys: Sequence[str], old: PlaneBatch | None, new_keys: Sequence[str], new: PlaneBatch | None
) -> tuple[dict[str, list[Link]], dict[str, list[Link]]]:
    """Links from new keys to their parents, and from old keys to their children; strongest first."""
    return both_ways(overlaps(Shared(old_keys, old), Shared(new_keys, new)))


def both_ways(links: pa.Table) -> tuple[dict[str, list[Link]], dict[str, list[Link]]]:
    """Parents by child and children by parent of a table of links; strongest first."""
    parents: dict[str, list[Link]] = defaultdict(list)
    children: dict[str, list[Link]] = defaultdict(list)
    for row in links.to_pylist():
        shared, share = float(row["shared_m2"]), float(row["share"])
        parents[row["child"]].append(Link(row["parent"], shared, share, row["source"]))
        children[row["parent"]].append(Link(row["child"], shared, share, row["source"]))
    for found in (*parents.values(), *children.values()):
        found.sort(key=lambda link: (-link.shared_m2, link.key))
    return parents, children


def overlaps(old: Shared, new: Shared) -> pa.Table:
    """Links by shared area, in order of child and parent; lines, points and records share none."""
    one, other = new.batch, old.batch
    if not len(old.keys) or not len(new.keys) or one is None or other is None or one.kind != "polygon":
        return LINKS.empty_table()
    met = cut(one, other)
    whole_new, whole_old = areas.official_area(one), areas.official_area(other)
    shares = met.areas / np.minimum(whole_new[met.left], whole_old[met.right])
    found = [
        (new.keys[i], old.keys[j], float(area), float(share), OVERLAP)
        for i, j, area, share in zip(met.left, met.right, met.areas, shares, strict=True)
        if share >= LEAST_SHARE
    ]
    return _table(found)


def declared(record: pa.Table, old: Sequence[str], new: Sequence[str]) -> pa.Table:
    """Links of a process record between features that ended and features that entered; areas are those it states."""
    names = {name.upper(): name for name in record.column_names}
    if not {OLD_KEY, NEW_KEY} <= names.keys():
        return LINKS.empty_table()
    stated = record.column(names[AREA]).to_pylist() if AREA in names else [None] * len(record)
    gone, come = set(old), set(new)
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for parent, child, area in zip(
        record.column(names[OLD_KEY]).to_pylist(), record.column(names[NEW_KEY]).to_pylist(), stated, strict=True
    ):
        if parent in gone and child in come:
            shared[child, parent] += float(area or 0)
    return _table([(child, parent, area, None, DECLARED) for (child, parent), area in shared.items()])


def merged(said: pa.Table, measured: pa.Table) -> pa.Table:
    """What the record says; of features it says nothing about, what was measured. Shares come from measuring."""
    shares = {(r["child"], r["parent"]): r for r in measured.to_pylist()}
    spoken = {r["child"] for r in said.to_pylist()}
    found = []
    for row in said.to_pylist():
        seen = shares.get((row["child"], row["parent"]))
        area = row["shared_m2"] or (seen["shared_m2"] if seen else 0)
        found.append((row["child"], row["parent"], float(area), float(seen["share"]) if seen else 0.0, DECLARED))
    rest = [r for r in measured.to_pylist() if r["child"] not in spoken]
    found += [(r["child"], r["parent"], float(r["shared_m2"]), float(r["share"]), OVERLAP) for r in rest]
    return _table(found)


def _table(found: Sequence[tuple[str, str, float, float | None, str]]) -> pa.Table:
    ordered = sorted(found, key=lambda t: (t[0], t[1]))
    columns = {
        "child": [t[0] for t in ordered],
        "parent": [t[1] for t in ordered],
        "shared_m2": [Decimal(f"{t[2]:.2f}") for t in ordered],
        "share": [Decimal(f"{min(t[3] or 0.0, 1.0):.4f}") for t in ordered],
        "source": [t[4] for t in ordered],
    }
    return pa.table(columns, schema=LINKS)


def parents_by_child(links: pa.Table) -> Mapping[str, list[str]]:
    """Parents of each child, strongest first; a feature that only changed has none."""
    parents, _ = both_ways(links)
    found = {key: [link.key for link in told] for key, told in parents.items()}
    return {key: told for key, told in found.items() if told != [key]}
