"""String functions (DMN 1.5, 10.3.4.3). Characters are code points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ziyuan.base.feel import regex
from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.numbers import as_int
from ziyuan.base.feel.run import LONGEST_TEXT, Run, Span


@feel("substring(string: string, start position: number, length: number = )")
def substring(run: Run, span: Span, string: str, start: Decimal, length: Decimal | None = None) -> Any:
    place = as_int(start.to_integral_value(rounding="ROUND_DOWN"))
    count = None if length is None else as_int(length.to_integral_value(rounding="ROUND_DOWN"))
    if not place or (length is not None and (count is None or count < 1)):
        return run.why(span, "起始位置不能为 0,长度应为正数")
    begin = place - 1 if place > 0 else len(string) + place
    if not 0 <= begin < len(string):
        return run.why(span, "起始位置 {} 超出文本长度 {}", place, len(string))
    return string[begin:] if count is None else string[begin : begin + count]


@feel("string length(string: string)")
def string_length(run: Run, span: Span, string: str) -> Decimal:
    return Decimal(len(string))


@feel("upper case(string: string)")
def upper_case(run: Run, span: Span, string: str) -> str:
    return string.upper()


@feel("lower case(string: string)")
def lower_case(run: Run, span: Span, string: str) -> str:
    return string.lower()


@feel("substring before(string: string, match: string)")
def substring_before(run: Run, span: Span, string: str, match: str) -> str:
    head, found, _ = string.partition(match) if match else ("", "", "")
    return head if found else ""


@feel("substring after(string: string, match: string)")
def substring_after(run: Run, span: Span, string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@feel("contains(string: string, match: string)")
def contains(run: Run, span: Span, string: str, match: str) -> bool:
    return match in string


@feel("starts with(string: string, match: string)")
def starts_with(run: Run, span: Span, string: str, match: str) -> bool:
    return string.startswith(match)


@feel("ends with(string: string, match: string)")
def ends_with(run: Run, span: Span, string: str, match: str) -> bool:
    return string.endswith(match)


@feel("matches(input: string, pattern: string, flags: string? = )")
def matches(run: Run, span: Span, text: str, pattern: str, flags: str | None = None) -> Any:
    program = _program(pattern, flags, run, span)
    return None if program is None else regex.search(program, text, 0, run, span) is not None


@feel("replace(input: string, pattern: string, replacement: string, flags: string? = )")
def replace(run: Run, span: Span, text: str, pattern: str, replacement: str, flags: str | None = None) -> Any:
    program = _program(pattern, flags, run, span)
    if program is None:
        return None
    try:
        made = regex.replace(program, text, replacement, run, span)
    except regex.BadPattern as bad:
        return run.why(span, "{}", str(bad))
    if len(made) > LONGEST_TEXT:
        run.spend(run.steps + 1, span)
    return made


@feel("split(string: string, delimiter: string)")
def split(run: Run, span: Span, text: str, delimiter: str) -> Any:
    program = _program(delimiter, None, run, span)
    return None if program is None else regex.split(program, text, run, span)


@feel("string join(list: list, delimiter: string? = , prefix: string? = , suffix: string? = )")
def string_join(
    run: Run,
    span: Span,
    parts: list[Any],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> Any:
    if not all(part is None or type(part) is str for part in parts):
        return run.why(span, "只能连接文本")
    texts = [part for part in parts if part is not None]
    length = sum(map(len, texts)) + len(delimiter or "") * len(texts)
    run.spend(len(parts) + length // 100, span)
    if length > LONGEST_TEXT:
        run.spend(run.steps + 1, span)
    return (prefix or "") + (delimiter or "").join(texts) + (suffix or "")


def _program(pattern: str, flags: str | None, run: Run, span: Span) -> regex.Program | None:
    try:
        return regex.compile(pattern, flags or "")
    except regex.BadPattern as bad:
        return run.why(span, "{}", str(bad))
