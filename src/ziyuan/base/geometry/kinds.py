"""The three kinds of shapes, and how each stands in flat arrays.

A polygon's part is a run of rings, the outer one first, closed without repeating its first point. A line's part is one run
of points from its first to its last, a point's part one run of a single point; both stand as one ring.
"""

from typing import Literal, NamedTuple

from ziyuan.base.geometry.problems import Problem

Kind = Literal["point", "line", "polygon"]


class Form(NamedTuple):
    """Numbers of the kind in WKB (one part, many parts), its fewest points a ring, and what another kind's shape is told."""

    one: int
    many: int
    least: int
    other: Problem


FORMS: dict[Kind, Form] = {
    "point": Form(1, 4, 1, Problem.NOT_POINT),
    "line": Form(2, 5, 2, Problem.NOT_LINE),
    "polygon": Form(3, 6, 3, Problem.NOT_POLYGON),
}
