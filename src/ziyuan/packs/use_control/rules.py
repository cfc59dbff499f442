"""Prior review and siting (用地预审与选址): plain rules over plain values."""

from decimal import ROUND_HALF_UP, Decimal

SQUARE_METRES_PER_HECTARE = Decimal(10_000)


def hectares(square_metres: Decimal) -> Decimal:
    """Hectares with four decimals, half up, as the bureau writes them."""
    return (square_metres / SQUARE_METRES_PER_HECTARE).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def area_difference(declared_ha: Decimal, measured_m2: Decimal) -> Decimal:
    """Declared minus measured area in hectares, unrounded. `measured_m2` by the official ellipsoid formula."""
    return declared_ha - measured_m2 / SQUARE_METRES_PER_HECTARE


def differs(declared_ha: Decimal, measured_m2: Decimal, tolerance_ha: Decimal) -> bool:
    """True when the declared area misses the measured one by more than the tolerance (in hectares)."""
    return abs(area_difference(declared_ha, measured_m2)) > tolerance_ha
