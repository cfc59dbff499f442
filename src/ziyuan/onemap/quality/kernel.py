"""Numbers first: which rows surely satisfy a condition, by numpy over whole columns.

Works on the tree of the FEEL text and knows arithmetic, comparisons, `and`, `abs` and `or_zero` over number
fields. What it does not know, and what lies within a hair of the limit, it leaves to FEEL itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ziyuan.base.feel import syntax
from ziyuan.onemap.quality.frames import Frame

_HAIR = 1e-7


class _Figures(NamedTuple):
    values: NDArray[np.float64]
    known: NDArray[np.bool_]


class _NotForNumpy(Exception):
    pass


def surely_true(tree: syntax.Node, frame: Frame, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each of `rows`: does the condition certainly hold? False means only "not certain"."""
    try:
        return _holds(tree, frame, rows)
    except _NotForNumpy:
        return np.zeros(len(rows), bool)


def _holds(node: syntax.Node, frame: Frame, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    if isinstance(node, syntax.Logic) and node.op == "and":
        parts = [_holds(part, frame, rows) for part in node.parts]
        return np.logical_and.reduce(parts)
    if isinstance(node, syntax.Binary) and node.op in _COMPARE:
        left, right = _figures(node.left, frame, rows), _figures(node.right, frame, rows)
        hair = _HAIR * np.maximum(1.0, 1e-9 * np.abs(right.values))
        with np.errstate(invalid="ignore"):
            return _COMPARE[node.op](left.values, right.values, hair) & left.known & right.known
    raise _NotForNumpy


_COMPARE = {
    "<=": lambda a, b, hair: a < b - hair,
    "<": lambda a, b, hair: a < b - hair,
    ">=": lambda a, b, hair: a > b + hair,
    ">": lambda a, b, hair: a > b + hair,
}
_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}


def _figures(node: syntax.Node, frame: Frame, rows: NDArray[np.int64]) -> _Figures:
    if isinstance(node, syntax.Literal) and not isinstance(node.value, bool | str) and node.value is not None:
        return _Figures(np.full(len(rows), float(node.value)), np.ones(len(rows), bool))
    if isinstance(node, syntax.Name) and node.name in frame.entity.fields:
        numbers = frame.numbers(node.name)
        return _Figures(numbers.values[rows], numbers.known[rows])
    if isinstance(node, syntax.Binary) and node.op in _ARITHMETIC:
        left, right = _figures(node.left, frame, rows), _figures(node.right, frame, rows)
        with np.errstate(invalid="ignore"):
            return _Figures(_ARITHMETIC[node.op](left.values, right.values), left.known & right.known)
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name) and len(node.arguments) == 1:
        inner = _figures(node.arguments[0], frame, rows)
        if node.function.name == "abs":
            return _Figures(np.abs(inner.values), inner.known)
        if node.function.name == "or_zero":
            return _Figures(np.where(inner.known, inner.values, 0.0), np.ones(len(rows), bool))
    raise _NotForNumpy
