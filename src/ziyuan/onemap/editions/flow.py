"""Flow between classes (地类流量): a matrix whose rows are the earlier and whose columns the later areas by class.

Unchanged patches keep their area on the diagonal. Changed ones are cut with each other in plane integers, and each
piece goes from class to class; ridges (田坎, class 1203) deducted inside a patch flow as a class of their own. The
pieces' official areas differ from the registered ones by what closing (平差) moved, so rows and columns are closed to
both years exactly, the difference is told, and beyond its limit the matrix says that it does not close.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.cut import cut
from ziyuan.onemap.editions.diff import Sides, When, differing, moment_of
from ziyuan.onemap.editions.errors import NoLevel
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.moment import Moment

RIDGE = "1203"
OUTSIDE = "—"
LIMIT_A_PIECE = 0.02
"""m² a piece may lack: a hundredth of rounding, and as much of what closing moved."""


@dataclass(frozen=True)
class Flow:
    """Areas in m². `matrix[i][j]` went from class i to class j; rows sum to `before`, columns to `after`."""

    layer: str
    county: str
    classes: list[tuple[str, str]]
    matrix: list[list[Decimal]]
    before: dict[str, Decimal]
    after: dict[str, Decimal]
    closes: bool
    difference_m2: Decimal
    row_totals: list[Decimal] = field(default_factory=list)
    column_totals: list[Decimal] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """The shape of the API; areas as text, exact."""
        return {
            "classes": [{"code": c, "name": n} for c, n in self.classes],
            "matrix": [[str(v) for v in row] for row in self.matrix],
            "row_totals": [str(v) for v in self.row_totals],
            "column_totals": [str(v) for v in self.column_totals],
            "before": {k: str(v) for k, v in self.before.items()},
            "after": {k: str(v) for k, v in self.after.items()},
            "closes": bool(self.closes),
            "difference_m2": str(self.difference_m2),
        }


def flow(name: str, county: str, from_: When, to: When, *, by: kernel.Actor) -> Flow:
    """Flow between the classes of the land-use layer of a county, from one edition or moment to another.

    Raises NoLevel for a layer that has no classes or no areas to flow.
    """
    kind = layer(name)
    if kind.shape != "polygon" or kind.class_field is None or kind.area_field is None:
        raise NoLevel(kind.id, "class")
    with kernel.acting(by):
        before, after = moment_of(from_, kind, county), moment_of(to, kind, county)
        sums = areas_by_class(kind, county, before), areas_by_class(kind, county, after)
        sides = differing(kind, county, before, after)
    moved, pieces = _moved(kind, sides)
    return _closed(kind, county, sums, _unchanged(kind, sums[0], sides.before), moved, pieces)


def areas_by_class(kind: Layer, county: str, moment: Moment) -> dict[str, int]:
    """Hundredths of m² by class, ridges apart as class 1203. Asked inside `kernel.acting`."""
    ridge = 'sum("KCMJ")' if "KCMJ" in kind.names else "0"
    with rows.cursor() as c:
        c.execute(
            f'SELECT "{kind.class_field}", sum("{kind.area_field}"), {ridge} FROM {kind.sql}'
            f" WHERE county = %(county)s AND {moment.condition} GROUP BY 1",
            {"county": county, **moment.parameters},
        )
        found: dict[str, int] = {}
        for code, area, ridges in c.fetchall():
            found[code or OUTSIDE] = found.get(code or OUTSIDE, 0) + _cents(area)
            if ridges:
                found[RIDGE] = found.get(RIDGE, 0) + _cents(ridges)
    return {k: v for k, v in found.items() if v}


def _cents(area: Decimal | None) -> int:
    return int(((area or Decimal(0)) * 100).to_integral_value())


def _shares(kind: Layer, feature: rows.Feature) -> list[tuple[str, float]]:
    """Classes of a patch as shares of its area: its own, and its ridges."""
    own = feature.attributes[kind.class_field or ""] or OUTSIDE
    ridge, land = (
        _cents(feature.attributes.get("KCMJ")),
        _cents(feature.attributes.get(kind.area_field or "")),
    )
    if not ridge:
        return [(own, 1.0)]
    return [(own, land / (land + ridge)), (RIDGE, ridge / (land + ridge))]


def _unchanged(kind: Layer, before: dict[str, int], changed: list[rows.Feature]) -> dict[str, int]:
    left = dict(before)
    for feature in changed:
        own = feature.attributes[kind.class_field or ""] or OUTSIDE
        left[own] -= _cents(feature.attributes.get(kind.area_field or ""))
        if ridge := _cents(feature.attributes.get("KCMJ")):
            left[RIDGE] -= ridge
    return left


def _moved(kind: Layer, sides: Sides) -> tuple[dict[tuple[str, str], float], int]:
    """m² that went from class to class inside the changed patches, and in how many pieces."""
    moved: dict[tuple[str, str], float] = {}
    if not sides.before or not sides.after:
        return moved, 0
    old = PlaneBatch.from_4490([f.geometry for f in sides.before], sides.zone)
    new = PlaneBatch.from_4490([f.geometry for f in sides.after], sides.zone)
    met = cut(old, new)
    before, after = [_shares(kind, f) for f in sides.before], [_shares(kind, f) for f in sides.after]
    for i, j, area in zip(met.left, met.right, met.areas, strict=True):
        for pair, share in _stream(before[i], after[j]):
            moved[pair] = moved.get(pair, 0.0) + area * share
    return moved, len(met.areas)


def _stream(
    old: list[tuple[str, float]], new: list[tuple[str, float]]
) -> list[tuple[tuple[str, str], float]]:
    """How a piece flows: ridges stay ridges as far as both sides have them, the rest is land."""
    ridge_old = old[1][1] if len(old) > 1 else 0.0
    ridge_new = new[1][1] if len(new) > 1 else 0.0
    kept = min(ridge_old, ridge_new)
    ways = [
        ((old[0][0], new[0][0]), 1 - max(ridge_old, ridge_new)),
        ((RIDGE, RIDGE), kept),
        ((RIDGE, new[0][0]), ridge_old - kept),
        ((old[0][0], RIDGE), ridge_new - kept),
    ]
    return [(pair, share) for pair, share in ways if share > 0]


def _closed(
    kind: Layer, county: str, sums: tuple[dict[str, int], dict[str, int]], kept: dict[str, int],
    moved: dict[tuple[str, str], float], pieces: int,
) -> Flow:  # fmt: skip
    before, after = dict(sums[0]), dict(sums[1])
    gap = sum(after.values()) - sum(before.values())
    if gap:  # the county itself grew or shrank: what came or went stands in a class of its own
        side = before if gap > 0 else after
        side[OUTSIDE] = side.get(OUTSIDE, 0) + abs(gap)
    codes = sorted({*before, *after, *kept, *(c for pair in moved for c in pair)})
    place = {code: i for i, code in enumerate(codes)}
    raw = np.zeros((len(codes), len(codes)))
    for code, area in kept.items():
        raw[place[code], place[code]] += area
    for (a, b), square_metres in moved.items():
        raw[place[a], place[b]] += square_metres * 100
    rows_wanted = np.array([before.get(c, 0) for c in codes], dtype=np.int64)
    columns_wanted = np.array([after.get(c, 0) for c in codes], dtype=np.int64)
    worst = (
        max(np.abs(raw.sum(axis=1) - rows_wanted).max(), np.abs(raw.sum(axis=0) - columns_wanted).max())
        if codes
        else 0.0
    )
    matrix = close_matrix(raw, rows_wanted, columns_wanted)
    names = kind.classes
    return Flow(
        kind.id, county, [(c, (names.title_of(c) if names else None) or c) for c in codes],
        [[_metres(v) for v in row] for row in matrix], {c: _metres(v) for c, v in sorted(sums[0].items())},
        {c: _metres(v) for c, v in sorted(sums[1].items())}, not gap and worst <= 100 * LIMIT_A_PIECE * max(pieces, 1),
        _metres(round(worst)), [_metres(v) for v in rows_wanted], [_metres(v) for v in columns_wanted],
    )  # fmt: skip


def close_matrix(raw: np.ndarray, row_sums: np.ndarray, column_sums: np.ndarray) -> np.ndarray:
    """Whole hundredths with exactly these row and column sums, as near to `raw` as closing allows.

    What a row lacks goes to its largest cell; what a column then has too much goes to one that lacks it, inside the
    row where both are largest, so that no flow is invented. Both totals must be equal.
    """
    matrix = np.floor(raw + 0.5).astype(np.int64)
    for i, wanted in enumerate(row_sums):
        matrix[i, matrix[i].argmax()] += wanted - matrix[i].sum()
    excess = matrix.sum(axis=0) - column_sums
    while (excess > 0).any():
        giver, taker = int(excess.argmax()), int(excess.argmin())
        both = np.minimum(matrix[:, giver], matrix[:, taker])
        row = int((both if both.max() > 0 else matrix[:, giver]).argmax())
        amount = int(min(excess[giver], -excess[taker], max(matrix[row, giver], 1)))
        matrix[row, [giver, taker]] += (-amount, amount)
        excess[[giver, taker]] += (-amount, amount)
    return matrix


def _metres(cents: int | np.integer) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)
