"""Money in yuan (元) and ten thousand yuan (万元), as decimals: never floats.

Amounts of record are yuan with 2 decimals (分), rounded half up once. 万元 are written with up to 6
decimals, so that no 分 is lost on the way. Shares of a sum: `numbers.shares`.
"""

from decimal import Decimal

from ziyuan.base.numbers import Number, decimal, half_up, thousands

YUAN_PER_WAN = 10_000


def yuan(value: Number) -> Decimal:
    """An amount in yuan, half up to 0.01."""
    return half_up(value, 2)


def from_wan(value: Number) -> Decimal:
    """Yuan of an amount given in 万元, half up to 0.01."""
    return yuan(decimal(value) * YUAN_PER_WAN)


def to_wan(amount: Number) -> Decimal:
    """万元 of an amount in yuan, exact (6 decimals hold every 分)."""
    return yuan(amount) / YUAN_PER_WAN


def format_yuan(amount: Number) -> str:
    """`1,234.50 元`."""
    return f"{thousands(amount, 2)} 元"


def format_wan(amount: Number, places: int = 2) -> str:
    """`123.46 万元` of an amount in yuan."""
    return f"{thousands(to_wan(amount), places)} 万元"
