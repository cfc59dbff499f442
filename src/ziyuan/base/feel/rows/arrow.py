"""A term over Arrow arrays, column by column: exact, three-valued, no loop over rows for 64-bit figures and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.feel.builtins.numeric import ROUNDINGS, rounded
from ziyuan.base.feel.rows import figures
from ziyuan.base.feel.rows.figures import Figures, Flags
from ziyuan.base.feel.rows.terms import Term


@dataclass(frozen=True)
class Truths:
    """Three-valued answers: `value` counts only where `known`. One row stands for all."""

    value: Flags
    known: Flags


Text = Any  # a string array of Arrow, or one string for all rows


class Kernel:
    """Evaluates terms over the arrays of one table."""

    def __init__(self, arrays: Mapping[str, pa.Array], rows: int) -> None:
        self.arrays, self.rows = arrays, rows

    def truths(self, term: Term) -> Truths:
        """A boolean term, one answer a row."""
        found = self.value(term)
        return Truths(np.broadcast_to(found.value, self.rows), np.broadcast_to(found.known, self.rows))

    def value(self, term: Term) -> Any:
        """Truths, Figures (numbers and dates) or text, by the term's kind."""
        maker = _MAKERS.get(term.op)
        return maker(self, term) if maker else _BY_KIND[term.args[0].kind](self, term)

    def constant(self, term: Term) -> Any:
        value = term.value
        if term.kind == "boolean":
            return Truths(np.array([value is True]), np.array([value is not None]))
        if term.kind == "text":
            return pa.scalar(value, pa.string())
        if term.kind == "date":
            days = None if value is None else value.days
            return Figures(np.array([days or 0], np.int64), 0, np.array([days is not None]))
        return figures.constant(value)

    def column(self, term: Term) -> Any:
        column = term.value
        array = self.arrays[column.name]
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if column.kind == "number":
            return figures.read(array, column)
        if column.kind == "text":
            return pc.cast(array, pa.string())
        known = pc.is_valid(array).to_numpy(zero_copy_only=False)
        if column.kind == "date":
            days = pc.fill_null(pc.cast(pc.cast(array, pa.date32()), pa.int32()), 0)
            return Figures(days.to_numpy(zero_copy_only=False).astype(np.int64), 0, known)
        return Truths(pc.fill_null(array, False).to_numpy(zero_copy_only=False), known)

    # -- logic ---------------------------------------------------------------------------------------

    def logic(self, term: Term) -> Truths:
        """`and`, `or` of Kleene; the decisive value wins over null."""
        decisive = term.op == "or"
        parts = [self.value(part) for part in term.args]
        decided = _any([part.known & (part.value == decisive) for part in parts])
        unknown = _any([~part.known for part in parts])
        return Truths(decided if decisive else ~decided, decided | ~unknown)

    def negation(self, term: Term) -> Truths:
        inner = self.value(term.args[0])
        return Truths(~inner.value, inner.known)

    def is_true(self, term: Term) -> Truths:
        inner = self.value(term.args[0])
        return Truths(inner.value & inner.known, np.ones(1, bool))

    def is_null(self, term: Term) -> Truths:
        return Truths(~self._known(term.args[0]), np.ones(1, bool))

    def unlike(self, term: Term) -> Truths:
        """Equality of two kinds: true of two nulls, false with one, null with none."""
        left, right = map(self._known, term.args)
        return Truths(~(left | right), ~(left & right))

    def _known(self, term: Term) -> Flags:
        if term.kind == "null":
            return np.zeros(1, bool)
        found = self.value(term)
        return _valid(found) if isinstance(found, (pa.Array, pa.Scalar)) else found.known

    def choice(self, term: Term) -> Any:
        test, then, otherwise = map(self.value, term.args)
        taken = test.value & test.known
        if term.kind == "text":
            return pc.if_else(pa.array(np.broadcast_to(taken, self.rows)), then, otherwise)
        known = np.where(taken, then.known, otherwise.known)
        if isinstance(then, Truths):
            return Truths(np.where(taken, then.value, otherwise.value), known)
        a, b, scale = figures.aligned(then, otherwise)
        return Figures(np.where(taken, a, b), scale, known)

    # -- comparison ----------------------------------------------------------------------------------

    def compare_numbers(self, term: Term) -> Any:
        """Comparison and arithmetic of numbers and dates."""
        a, b = map(self.value, term.args)
        if term.op in ("+", "-", "*", "/"):
            return figures.calculate(term.op, a, b)
        left, right, _ = figures.aligned(a, b)
        return _answers(term.op, np.asarray(_NUMPY[term.op](left, right), bool), a.known, b.known)

    def compare_texts(self, term: Term) -> Truths:
        a, b = map(self.value, term.args)
        holds = _ARROW[term.op](a, b)
        if isinstance(holds, pa.Scalar):
            holds = pa.array([holds.as_py()], pa.bool_())
        return _answers(term.op, pc.fill_null(holds, False).to_numpy(zero_copy_only=False), _valid(a), _valid(b))

    def compare_truths(self, term: Term) -> Truths:
        a, b = map(self.value, term.args)
        return _answers(term.op, _NUMPY[term.op](a.value, b.value), a.known, b.known)

    # -- functions -----------------------------------------------------------------------------------

    def negate(self, term: Term) -> Figures:
        inner = self.value(term.args[0])
        return Figures(-inner.units, inner.scale, inner.known)

    def absolute(self, term: Term) -> Figures:
        inner = self.value(term.args[0])
        return Figures(np.abs(inner.units), inner.scale, inner.known)

    def rounding(self, term: Term) -> Figures:
        name, places = term.value
        mode = ROUNDINGS[name]
        return figures.mapped(lambda value: rounded(value, places, mode), self.value(term.args[0]))

    def join(self, term: Term) -> Text:
        a, b = map(self.value, term.args)
        return pc.binary_join_element_wise(a, b, pa.scalar("", pa.string()))

    def length(self, term: Term) -> Figures:
        text = self._text(term.args[0])
        lengths = pc.fill_null(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False)
        return Figures(lengths.astype(np.int64), 0, _valid(text))

    def slice(self, term: Term) -> Text:
        text, (start, count) = self._text(term.args[0]), term.value
        begin = start - 1 if start > 0 else start
        stop = None if count is None or (start < 0 and start + count >= 0) else begin + count
        there = pc.greater_equal(pc.utf8_length(text), abs(start))
        return pc.if_else(there, pc.utf8_slice_codeunits(text, begin, stop), pa.scalar(None, pa.string()))

    def text_test(self, term: Term) -> Truths:
        text = self._text(term.args[0])
        holds = _TESTS[term.op](text, term.value)
        return Truths(pc.fill_null(holds, False).to_numpy(zero_copy_only=False), _valid(text))

    def code(self, term: Term) -> Any:
        """A function of codes is asked once for each different code."""
        function, fixed = term.value
        encoded = pc.dictionary_encode(self._text(term.args[0]), null_encoding="encode")
        answers = pa.array(
            [function.call(code, *fixed) for code in encoded.dictionary.to_pylist()],
            pa.bool_() if term.kind == "boolean" else pa.string(),
        )
        found = answers.take(encoded.indices)
        if term.kind == "text":
            return found
        return Truths(pc.fill_null(found, False).to_numpy(zero_copy_only=False), _valid(found))

    def or_else(self, term: Term) -> Any:
        inner, other = map(self.value, term.args)
        if term.kind == "text":
            return pc.fill_null(inner, other)
        if isinstance(inner, Truths):
            return Truths(np.where(inner.known, inner.value, other.value), np.ones(1, bool))
        a, b, scale = figures.aligned(inner, other)
        return Figures(np.where(inner.known, a, b), scale, np.ones(1, bool))

    def _text(self, term: Term) -> pa.Array:
        found = self.value(term)
        return pa.array([found.as_py()] * self.rows, pa.string()) if isinstance(found, pa.Scalar) else found


def _any(flags: list[Flags]) -> Flags:
    found = flags[0]
    for other in flags[1:]:
        found = found | other
    return found


def _valid(text: Text) -> Flags:
    if isinstance(text, pa.Scalar):
        return np.array([text.is_valid])
    valid: Flags = pc.is_valid(text).to_numpy(zero_copy_only=False)
    return valid


def _answers(op: str, holds: npt.NDArray[Any], left: Flags, right: Flags) -> Truths:
    """Order is null with a null; two nulls are equal, a null and a value are not."""
    both = left & right
    if op == "=":
        return Truths((holds & both) | ~(left | right), np.ones(1, bool))
    if op == "!=":
        return Truths((holds & both) | (left ^ right), np.ones(1, bool))
    return Truths(holds, both)


_NUMPY: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARROW = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_TESTS: dict[str, Callable[[pa.Array, str], pa.Array]] = {
    "starts": pc.starts_with,
    "ends": pc.ends_with,
    "contains": pc.match_substring,
}
_BY_KIND: dict[str, Any] = {
    "number": Kernel.compare_numbers,
    "date": Kernel.compare_numbers,
    "text": Kernel.compare_texts,
    "boolean": Kernel.compare_truths,
}
_MAKERS: dict[str, Any] = {
    "constant": Kernel.constant,
    "column": Kernel.column,
    "and": Kernel.logic,
    "or": Kernel.logic,
    "not": Kernel.negation,
    "is true": Kernel.is_true,
    "is null": Kernel.is_null,
    "unlike": Kernel.unlike,
    "if": Kernel.choice,
    "negate": Kernel.negate,
    "abs": Kernel.absolute,
    "round": Kernel.rounding,
    "join": Kernel.join,
    "length": Kernel.length,
    "slice": Kernel.slice,
    "starts": Kernel.text_test,
    "ends": Kernel.text_test,
    "contains": Kernel.text_test,
    "code": Kernel.code,
    "or else": Kernel.or_else,
}
