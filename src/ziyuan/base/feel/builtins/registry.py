"""How a built-in declares its parameters, and how it is called.

`@feel("substring(string: string, start position: number, length: number = )")` declares one form; a
function may have several forms. Kinds: any, list, and the types of FEEL; `?` after a kind admits null,
` = ` after it makes the parameter optional, `...` before a name takes the rest of the arguments as a list.
A one-element list and its element convert where a parameter asks for it; what does not fit gives null.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from ziyuan.base.feel.run import MISSING, Closure, Run, Span
from ziyuan.base.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths, midnight
from ziyuan.base.feel.values import Function, Range, kind_name


class Parameter(NamedTuple):
    name: str
    kind: str
    nullable: bool
    optional: bool


class Form(NamedTuple):
    parameters: tuple[Parameter, ...]
    rest: bool
    function: Callable[..., Any]


class Builtin:
    """A function known by name, with its forms in the order they were declared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.forms: list[Form] = []
        self.value = Function(name, (), self.invoke, variadic=True)

    def invoke(self, run: Run, arguments: list[Any]) -> Any:
        return _run_forms(self, self.fitting(len(arguments)), arguments, run, Span("", 0, 0))

    def fitting(self, count: int) -> list[Form]:
        """The forms that take so many arguments."""
        return [form for form in self.forms if _takes(form, count)]


REGISTRY: dict[str, Builtin] = {}
NAMES: set[str] = set()

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": Decimal,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "day": (Date, DateTime),
    "duration": (YearsMonths, DaysTime),
    "months": YearsMonths,
    "range": Range,
    "context": dict,
    "function": Function,
}
_KINDS: dict[str, tuple[type, ...]] = {
    name: kinds if isinstance(kinds, tuple) else (kinds,) for name, kinds in _TYPES.items()
}
_CHINESE = {
    "string": "文本",
    "number": "数字",
    "boolean": "布尔值",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "day": "日期",
    "duration": "时段",
    "months": "年月时段",
    "range": "区间",
    "context": "上下文",
    "function": "函数",
    "list": "列表",
    "any": "非空值",
}


def feel(signature: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare one form of a built-in; the function takes (run, span, *parameters)."""
    name, _, inner = signature.rstrip(")").partition("(")

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        texts = [text.strip() for text in inner.split(",") if text.strip()]
        rest = bool(texts) and texts[-1].startswith("...")
        form = Form(tuple(map(_parameter, texts)), rest, function)
        REGISTRY.setdefault(name, Builtin(name)).forms.append(form)
        NAMES.add(name)
        return function

    return declare


def _parameter(text: str) -> Parameter:
    name, _, kind = text.removeprefix("...").partition(":")
    kind, optional, _ = kind.partition("=")
    kind = kind.strip()
    return Parameter(name.strip(), kind.rstrip("?") or "any", kind.endswith("?") or not kind, bool(optional))


def _takes(form: Form, count: int) -> bool:
    if form.rest:
        return count >= len(form.parameters)
    least = sum(1 for parameter in form.parameters if not parameter.optional)
    return least <= count <= len(form.parameters)


def parameters_of(name: str) -> list[tuple[str, ...]]:
    """The parameter names of each form, for the checker and the handbook."""
    return [tuple(parameter.name for parameter in form.parameters) for form in REGISTRY[name].forms]


def as_value(name: str) -> Function | None:
    found = REGISTRY.get(name)
    return found.value if found else None


# -- calling -------------------------------------------------------------------------------------------


def call(
    builtin: Builtin, arguments: tuple[Closure, ...], names: tuple[str, ...] | None, span: Span
) -> Closure:
    """The closure of a call whose function is known beforehand."""
    if names is not None:
        return _named(builtin, arguments, names, span)
    forms = builtin.fitting(len(arguments))
    if not forms:
        return lambda scope, run: run.why(span, "函数“{}”的参数个数不符", builtin.name)
    if len(forms) == 1 and len(arguments) == 1 and not forms[0].rest and len(forms[0].parameters) == 1:
        return _single(forms[0], arguments[0], span)

    def called(scope: Any, run: Run) -> Any:
        return _run_forms(builtin, forms, [argument(scope, run) for argument in arguments], run, span)

    return called


def _single(form: Form, argument: Closure, span: Span) -> Closure:
    parameter, function = form.parameters[0], form.function

    def called(scope: Any, run: Run) -> Any:
        run.spend(1, span)
        given = argument(scope, run)
        value = _fit(given, parameter)
        if value is MISSING:
            return _misfit(parameter, given, run, span)
        return function(run, span, value)

    return called


def _named(builtin: Builtin, arguments: tuple[Closure, ...], names: tuple[str, ...], span: Span) -> Closure:
    forms = [form for form in builtin.forms if _accepts_names(form, names)]
    # `before(range: r, point: p)`: two forms have these names, the one written in this order is meant
    forms.sort(key=lambda form: tuple(parameter.name for parameter in form.parameters) != names)
    if not forms or len(set(names)) < len(names):
        return lambda scope, run: run.why(span, "函数“{}”没有这样的参数：{}", builtin.name, "、".join(names))

    def called(scope: Any, run: Run) -> Any:
        values = {name: argument(scope, run) for name, argument in zip(names, arguments, strict=True)}
        result = None
        for form in forms:
            ordered = [values.get(p.name, MISSING if p.optional else None) for p in form.parameters]
            if form.rest:
                last = ordered.pop()
                ordered.extend(last if type(last) is list else [last])
            result = _run_form(form, ordered, run, span)
            if result is not MISSING:
                return result
        return None

    return called


def _accepts_names(form: Form, names: tuple[str, ...]) -> bool:
    """A parameter that is not named is null (10.3.2.13.5)."""
    return set(names) <= {parameter.name for parameter in form.parameters}


def _run_forms(builtin: Builtin, forms: list[Form], values: list[Any], run: Run, span: Span) -> Any:
    if not forms:
        return run.why(span, "函数“{}”的参数个数不符", builtin.name)
    for form in forms:
        result = _run_form(form, values, run, span)
        if result is not MISSING:
            return result
    return None


def _run_form(form: Form, values: list[Any], run: Run, span: Span) -> Any:
    """The result of one form, or MISSING (its reason noted) when the values do not fit it."""
    run.spend(1, span)
    parameters = form.parameters
    fitted: list[Any] = []
    fixed = len(parameters) - 1 if form.rest else len(parameters)
    for parameter, value in zip(parameters[:fixed], values, strict=False):
        if value is MISSING:
            fitted.append(MISSING)
            continue
        found = _fit(value, parameter)
        if found is MISSING:
            _misfit(parameter, value, run, span)
            return MISSING
        fitted.append(found)
    if form.rest:
        fitted.append(values[fixed:])
    while fitted and fitted[-1] is MISSING:
        fitted.pop()
    return form.function(run, span, *(None if value is MISSING else value for value in fitted))


def _fit(value: Any, parameter: Parameter) -> Any:
    """The value as the parameter wants it, or MISSING."""
    if value is None:
        return None if parameter.nullable else MISSING
    kind = parameter.kind
    if kind == "any":
        return value
    if kind == "list":
        return value if type(value) is list else [value]
    kinds = _KINDS[kind]
    if type(value) in kinds:
        return value
    if type(value) is list and len(value) == 1:
        return _fit(value[0], parameter) if value[0] is not None else MISSING
    if kind == "date and time" and type(value) is Date:
        return midnight(value)
    return MISSING


def _misfit(parameter: Parameter, value: Any, run: Run, span: Span) -> Any:
    wanted = _CHINESE[parameter.kind]
    return run.why_of((value,), span, "参数“{}”应为{}，得到{}", parameter.name, wanted, kind_name(value))
