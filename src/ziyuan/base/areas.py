"""Areas of record: official ellipsoid area, closing to a control area (平差), ridge deduction (扣除).

Square metres throughout. Figures of record are Decimal with 2 places, or whole numbers of 0.01 m²
("hundredths", int64) for whole layers. The formula itself is `geometry.ellipsoid`.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ziyuan.base.errors import UserError
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.base.geometry.ellipsoid import geometry_areas
from ziyuan.base.numbers import Number, decimal, half_up

CENT = Decimal("0.01")
Hundredths = npt.NDArray[np.int64]


class DoesNotClose(UserError):
    """Areas whose sum is too far from their control figure to be closed (不得强行平差)."""

    code = "ZY-BAS-041"
    remedy = "请核对控制面积与各图斑范围:找出缺漏、重叠或界线不一致处,改正后重新计算。"

    def __init__(self, total: Decimal, found: Decimal, allowed: Decimal | None, count: int) -> None:
        limit = "" if allowed is None else f",超过允许的 {allowed} 平方米"
        super().__init__(
            f"{count} 个面积合计 {found} 平方米,与控制面积 {total} 平方米"
            f"相差 {total - found} 平方米{limit},不能平差。",
            total=str(total),
            found=str(found),
            difference=str(total - found),
            count=count,
        )


class RidgeOutOfRange(UserError):
    """A ridge coefficient (扣除系数 KCXS) outside 0 <= x < 1."""

    code = "ZY-BAS-042"
    remedy = "扣除系数应不小于 0、小于 1,最多四位小数。"

    def __init__(self, value: object) -> None:
        super().__init__(f"扣除系数 KCXS=“{value}”不在 0 到 1 之间或多于四位小数。", value=str(value))


class Ridge(NamedTuple):
    """Deduction of one patch in m², 2 decimals: KCMJ (ridges) and TBDLMJ (what remains of TBMJ)."""

    deducted: Decimal
    remaining: Decimal


def official_area(batch: PlaneBatch) -> npt.NDArray[np.float64]:
    """Official area of each geometry in m², unrounded: round once, with `hundredths` or `half_up`."""
    return geometry_areas(batch)


def official_area_of(shape: PlaneShape) -> Decimal:
    """Official area of one shape in m², 2 decimals half up."""
    return shape.area_official()


def hundredths(areas: npt.ArrayLike) -> Hundredths:
    """Whole 0.01 m² of areas in m², half up (areas are not negative)."""
    return np.floor(np.asarray(areas, dtype=np.float64) * 100 + 0.5).astype(np.int64)


def close_hundredths(total: int, areas: npt.ArrayLike) -> Hundredths:
    """`areas` (0.01 m²) adjusted so that they sum to `total`: the survey's rule of closing.

    The difference d is shared in equal parts: with q, r = divmod(|d|, n) the r largest areas take q + 1
    hundredths, the others q, with the sign of d. Equal areas: the earlier place first, so order by key.
    Raises DoesNotClose when there is nothing to adjust or an area would fall below zero.
    """
    given = np.asarray(areas, dtype=np.int64)
    difference = int(total) - int(given.sum())
    if len(given) == 0:
        if difference:
            raise DoesNotClose(_square_metres(total), Decimal("0.00"), None, 0)
        return given.copy()
    every, rest = divmod(abs(difference), len(given))
    parts = np.full(len(given), every, dtype=np.int64)
    parts[np.argsort(-given, kind="stable")[:rest]] += 1
    closed = given + (parts if difference > 0 else -parts)
    if (closed < 0).any():
        raise DoesNotClose(_square_metres(total), _square_metres(given.sum()), None, len(given))
    return closed


def close_to(total: Number, areas: Sequence[Number], *, allowed: Number | None = None) -> list[Decimal]:
    """`areas` in m² closed to `total` (both first half up to 0.01), by the rule of `close_hundredths`.

    allowed: largest |difference| in m² that may be spread; beyond it DoesNotClose. None spreads any.

    >>> [str(a) for a in close_to("10.00", ["3.00", "5.01", "1.97"])]
    ['3.01', '5.02', '1.97']
    """
    goal = half_up(total, 2)
    rounded = [half_up(a, 2) for a in areas]
    found = sum(rounded, Decimal("0.00"))
    if allowed is not None and abs(goal - found) > decimal(allowed):
        raise DoesNotClose(goal, found, decimal(allowed), len(rounded))
    units = np.array([int(a.scaleb(2)) for a in rounded], dtype=np.int64)
    return [_square_metres(a) for a in close_hundredths(int(goal.scaleb(2)), units)]


def close_pieces(site: Number, pieces: Sequence[Number]) -> list[Decimal]:
    """Areas of the pieces an overlay cut a site into, closed to the area of the site.

    The difference comes only from rounding each piece, so more than 0.01 m² × pieces is a fault and refused.
    """
    return close_to(site, pieces, allowed=CENT * len(pieces))


def ridge_deduction(area: Number, coefficient: Number) -> Ridge:
    """KCMJ = round(TBMJ × KCXS, 2) and TBDLMJ = round(TBMJ − KCMJ, 2), half up; KCXS has up to 4 decimals."""
    share = decimal(coefficient)
    if not 0 <= share < 1 or half_up(share, 4) != share:
        raise RidgeOutOfRange(coefficient)
    deducted = half_up(decimal(area) * share, 2)
    return Ridge(deducted, half_up(decimal(area) - deducted, 2))


def _square_metres(units: int | np.integer) -> Decimal:
    return Decimal(int(units)).scaleb(-2)
