"""Rounding as the trade does it: half up (四舍五入), away from zero, once, at the end.

Python's own `round` goes half to even and must not touch a figure of record. Floats enter through their
shortest decimal text, so 0.145 is the number a person wrote and not its binary neighbour below.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from ziyuan.base.errors import UserError

Number = int | float | str | Decimal | Fraction


class NotANumber(UserError):
    """Text or a value that is no finite number."""

    code = "ZY-BAS-011"
    remedy = "请填写有限的十进制数,例如 12.50。"

    def __init__(self, value: object) -> None:
        super().__init__(f"“{value}”不是有限的十进制数。", value=str(value))


class NothingToShareBy(UserError):
    """Shares asked for with no positive weight."""

    code = "ZY-BAS-012"
    remedy = "请给出至少一个大于零、且没有负数的分摊权重。"

    def __init__(self, weights: Sequence[object]) -> None:
        super().__init__(f"无法分摊:{len(weights)} 个权重中没有正数,或含有负数。", weights=len(weights))


def decimal(value: Number) -> Decimal:
    """`value` as an exact Decimal; floats by their shortest text, fractions to 40 digits."""
    try:
        if isinstance(value, Fraction):
            with localcontext() as context:
                context.prec = 40
                found = Decimal(value.numerator) / Decimal(value.denominator)
        else:
            found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise NotANumber(value) from error
    if not found.is_finite():
        raise NotANumber(value)
    return found


def half_up(value: Number, places: int) -> Decimal:
    """`value` rounded half up (ties away from zero) to `places` decimals; never minus zero.

    >>> half_up("2.345", 2), half_up(-0.5, 0), half_up("-0.004", 2)
    (Decimal('2.35'), Decimal('-1'), Decimal('0.00'))
    """
    with localcontext() as context:
        context.prec = 60
        rounded = decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded


def thousands(value: Number, places: int) -> str:
    """`value` rounded half up with commas between thousands: 1234.5 → 1,234.50."""
    return f"{half_up(value, places):,.{places}f}"


def shares(total: Number, weights: Sequence[Number], *, places: int = 2) -> list[Decimal]:
    """Share `total` by `weights` so that the shares sum to it exactly (按最大余数分摊).

    `total` is first rounded half up to the unit (10^-places), each share floored to it; the missing units
    go to the largest remainders, ties to the earlier place, so the caller orders by id. For money and
    quantities; survey areas close by another rule, `areas.close_to`.

    >>> [str(s) for s in shares("10000.00", [1, 1, 1])]
    ['3333.34', '3333.33', '3333.33']
    """
    exact = [Fraction(decimal(w)) for w in weights]
    weight = sum(exact)
    if weight <= 0 or min(exact) < 0:
        raise NothingToShareBy(weights)
    units = int(half_up(total, places).scaleb(places))
    ideal = [units * w / weight for w in exact]
    floors = [math.floor(i) for i in ideal]
    order = sorted(range(len(ideal)), key=lambda k: (floors[k] - ideal[k], k))
    for k in order[: units - sum(floors)]:
        floors[k] += 1
    return [Decimal(f).scaleb(-places) for f in floors]
