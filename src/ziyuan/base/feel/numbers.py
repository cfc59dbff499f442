"""Numbers of FEEL: IEEE 754 decimal128, 34 digits, half even; what is not finite becomes None.

No float ever enters: a Python float is read as the decimal its repr shows.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=0, traps=[])
# Intermediate results of rounding to a scale may need more digits than 34 before they are judged.
WIDE = Context(prec=7000, rounding=ROUND_HALF_EVEN, Emin=-20000, Emax=20000, traps=[])

ZERO, ONE = Decimal(0), Decimal(1)


def number(value: int | float | str | Decimal) -> Decimal | None:
    """The value at 34 digits, or None when it is no finite number."""
    if isinstance(value, float):
        value = repr(value)
    try:
        found = CONTEXT.create_decimal(value)
    except (ValueError, ArithmeticError):
        return None
    return found if found.is_finite() else None


_LITERAL = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def literal(text: str) -> Decimal | None:
    """The number a literal stands for (rule 35), or None."""
    return number(text) if len(text) < 10_000 and _LITERAL.fullmatch(text) else None


def finite(value: Decimal) -> Decimal | None:
    return value if value.is_finite() else None


def as_int(value: object) -> int | None:
    """The whole number a decimal holds, or None; numbers too large to be an index are None as well."""
    if type(value) is not Decimal or value.adjusted() > 18:
        return None
    whole = int(value)
    return whole if whole == value else None


def text(value: Decimal) -> str:
    """Plain digits without needless zeros (`1`, `0.5`, `-12.30` → `-12.3`); exponents only when enormous."""
    if not value:
        return "0"
    shown = value.normalize(CONTEXT)
    if -40 < shown.adjusted() < 40:
        return format(shown, "f")
    return str(shown)
