"""FEEL, the expression language of DMN 1.5: text to closures, pure Python, no clock and no I/O of its own.

    >>> compile("area > 10 and 地类 in (\\"0101\\", \\"0103\\")")({"area": 12, "地类": "0103"})
    True

Numbers are decimal128; logic is three-valued; a null keeps its reason (`explain`). Ours beyond the
standard come in as `functions`. Choices where the specification is silent stand in the module concerned.
"""

from ziyuan.base.feel.checker import Problem, check
from ziyuan.base.feel.compare import equal, every, some
from ziyuan.base.feel.errors import FeelBudgetError, FeelError, FeelSyntaxError
from ziyuan.base.feel.expression import (
    Expression,
    Functions,
    Result,
    UnaryTests,
    compile,
    evaluate,
    member_names,
    unary,
)
from ziyuan.base.feel.iteration import iterate
from ziyuan.base.feel.run import Reason, Run, Span
from ziyuan.base.feel.syntax import TypeOf
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths
from ziyuan.base.feel.values import Function, Range, adopt, kind_name, plain

__all__ = [
    "Date",
    "DateTime",
    "DaysTime",
    "Expression",
    "FeelBudgetError",
    "FeelError",
    "FeelSyntaxError",
    "Function",
    "Functions",
    "Problem",
    "Range",
    "Reason",
    "Result",
    "Run",
    "Span",
    "Time",
    "TypeOf",
    "UnaryTests",
    "YearsMonths",
    "adopt",
    "check",
    "compile",
    "equal",
    "evaluate",
    "every",
    "iterate",
    "kind_name",
    "member_names",
    "plain",
    "some",
    "unary",
]
