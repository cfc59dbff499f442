"""Units of area as the bureau writes them: square metres, hectares (公顷), mu (亩).

1 hectare = 10 000 m²; 1 mu = 2000/3 m² exactly (666.67 is a rounding for display only). Conversions are
exact; rounding happens once, half up, when a figure is written for a person.
"""

from decimal import Decimal
from fractions import Fraction

from ziyuan.base.numbers import Number, decimal, half_up, thousands

SQUARE_METRES_PER_HECTARE = 10_000
SQUARE_METRES_PER_MU = Fraction(2000, 3)


def hectares(square_metres: Number) -> Decimal:
    """Hectares, exact: m² / 10 000."""
    return decimal(square_metres) / SQUARE_METRES_PER_HECTARE


def mu(square_metres: Number) -> Decimal:
    """Mu (亩), exact: m² × 3/2000."""
    return decimal(square_metres) * 3 / 2000


def from_hectares(value: Number) -> Decimal:
    """Square metres of `value` hectares, exact."""
    return decimal(value) * SQUARE_METRES_PER_HECTARE


def from_mu(value: Number) -> Decimal:
    """Square metres of `value` mu, half up to 0.0001 m² (a mu is no finite decimal of square metres)."""
    return half_up(Fraction(decimal(value)) * SQUARE_METRES_PER_MU, 4)


def format_area(square_metres: Number | None) -> str:
    """`1.2346 公顷(18.52 亩)`: hectares with 4 digits, mu with 2 beside it; None is 未量算, not zero."""
    if square_metres is None:
        return "未量算"
    return f"{thousands(hectares(square_metres), 4)} 公顷({thousands(mu(square_metres), 2)} 亩)"


def format_square_metres(square_metres: Number | None) -> str:
    """`12,345.68 平方米`, two digits; None is 未量算."""
    return "未量算" if square_metres is None else f"{thousands(square_metres, 2)} 平方米"
