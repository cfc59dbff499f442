"""Functions of the trade, given by the caller as plain Python callables, become FEEL functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.base.feel.run import MISSING, Run, Span
from ziyuan.base.feel.values import Function, adopt, plain


def function_of(name: str, target: Callable[..., Any]) -> Function:
    """A FEEL function that calls `target` with plain values; what it refuses becomes null with its reason."""
    parameters = tuple(_parameters(target))

    def call(run: Run, arguments: list[Any]) -> Any:
        given = [None if argument is MISSING else plain(argument) for argument in arguments]
        try:
            return adopt(target(*given))
        except (ZiyuanError, ValueError, TypeError, LookupError, ArithmeticError) as refused:
            return run.why(Span("", 0, 0), "函数“{}”：{}", name, str(refused))

    return Function(name, parameters, call, variadic=True)


def _parameters(target: Callable[..., Any]) -> list[str]:
    """Parameter names as FEEL writes them: a `_` of Python is a blank."""
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name.replace("_", " ") for p in signature.parameters.values() if p.kind in kinds]
