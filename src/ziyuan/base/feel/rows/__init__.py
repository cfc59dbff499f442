"""Conditions on rows, compiled three ways with equal answers: interpreter, Arrow kernel, SQL of PostgreSQL.

    >>> of = {"面积": Column("面积", "number", scale=2), "地类": Column("地类", "text")}
    >>> condition = RowCondition('面积 > 10.5 and 地类 in ("0101", "0103")', of)
    >>> condition.of_row({"面积": 12.0, "地类": "0103"})
    True
    >>> condition.sql()
    '(("面积" ... 10.5) AND ...)'

Numbers become decimals at their field's scale first (ties away from zero), in all three. What lies outside
the subset is refused with its place (`OutsideRows`); the caller then asks the interpreter row by row.
"""

from ziyuan.base.feel.rows.columns import Column
from ziyuan.base.feel.rows.condition import RowCondition
from ziyuan.base.feel.rows.functions import CodeFunction, OrElse
from ziyuan.base.feel.rows.terms import OutsideRows

__all__ = ["CodeFunction", "Column", "OrElse", "OutsideRows", "RowCondition"]
