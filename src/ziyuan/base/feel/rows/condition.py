"""One condition over columns with its three ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ziyuan.base.feel import syntax
from ziyuan.base.feel.expression import compile
from ziyuan.base.feel.rows import sql
from ziyuan.base.feel.rows.columns import Column
from ziyuan.base.feel.rows.functions import RowFunction
from ziyuan.base.feel.rows.terms import OutsideRows, Reading, Term

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


class RowCondition:
    """A boolean FEEL text over columns. Raises FeelSyntaxError, or OutsideRows for what is not of the subset."""

    def __init__(
        self, text: str, columns: Mapping[str, Column], functions: Mapping[str, RowFunction] | None = None
    ) -> None:
        given = functions or {}
        self.text = text
        self.expression = compile(text, columns, {name: function.call for name, function in given.items()})
        self.columns = {name: columns[name] for name in sorted(self.expression.names & columns.keys())}
        self.term = self._term(Reading(text, columns, given), self.expression.tree)

    def _term(self, reading: Reading, tree: syntax.Node) -> Term:
        try:
            return reading.truth(tree)
        except RecursionError:
            raise OutsideRows("表达式嵌套过深", self.text, 0, len(self.text)) from None

    def of_row(self, row: Mapping[str, Any]) -> bool | None:
        """The interpreter's answer for one row of plain values."""
        values = {name: column.value(row.get(column.name)) for name, column in self.columns.items()}
        found = self.expression(values)
        return found if isinstance(found, bool) else None

    def of_arrow(self, arrays: Mapping[str, pa.Array], rows: int) -> npt.NDArray[np.int8]:
        """For each of `rows` rows 1 true, 0 false, -1 null. `arrays`: column name → Arrow array."""
        import numpy as np

        from ziyuan.base.feel.rows.arrow import Kernel

        found = Kernel(arrays, rows).truths(self.term)
        return np.where(found.known, found.value, -1).astype(np.int8)

    def sql(self) -> str:
        """A boolean expression of PostgreSQL over the columns."""
        return sql.of(self.term)
