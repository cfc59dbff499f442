"""List functions and boolean aggregates (DMN 1.5, 10.3.4.2 and 10.3.4.4), and sort (10.3.4.8)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ziyuan.base.feel import compare
from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.numbers import CONTEXT, as_int, finite
from ziyuan.base.feel.run import MISSING, Run, Span
from ziyuan.base.feel.values import Function, kind_name


@feel("not(negand: boolean)")
def negation(run: Run, span: Span, negand: bool) -> bool:
    return not negand


@feel("list contains(list: list, element: any?)")
def list_contains(run: Run, span: Span, items: list[Any], element: Any) -> bool:
    run.spend(len(items), span)
    return any(compare.equal(item, element, run, span) is True for item in items)


@feel("count(list: list)")
def count(run: Run, span: Span, items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _one_list(values: list[Any]) -> list[Any] | None:
    """`f(list)` and `f(a, b, …)` are one; `f(null)` is neither."""
    if len(values) == 1:
        return values[0] if type(values[0]) is list else None if values[0] is None else values
    return values


def _extreme(values: list[Any], sign: int, run: Run, span: Span) -> Any:
    items = _one_list(values)
    if not items:
        return run.why(span, "列表为空")
    run.spend(len(items), span)
    best = items[0]
    if compare.order(best, best) is None:
        return run.why(span, "{} 没有大小次序", kind_name(best))
    for item in items[1:]:
        found = compare.order(item, best)
        if found is None:
            return run.why(span, "{} 与 {} 不能比较", kind_name(item), kind_name(best))
        if found == sign:
            best = item
    return best


@feel("min(...list: any?)")
def minimum(run: Run, span: Span, values: list[Any]) -> Any:
    return _extreme(values, -1, run, span)


@feel("max(...list: any?)")
def maximum(run: Run, span: Span, values: list[Any]) -> Any:
    return _extreme(values, 1, run, span)


@feel("sum(...list: any?)")
def total(run: Run, span: Span, values: list[Any]) -> Any:
    """Of nothing null."""
    items = _one_list(values)
    if not items:
        return run.why(span, "列表为空")
    run.spend(len(items), span)
    stranger = next((item for item in items if type(item) is not Decimal), MISSING)
    if stranger is not MISSING:
        return run.why(span, "只能对数字求和，其中有{}", kind_name(stranger))
    result = finite(functools.reduce(CONTEXT.add, items))
    return run.why(span, "结果超出范围") if result is None else result


@feel("mean(...list: any?)")
def mean(run: Run, span: Span, values: list[Any]) -> Any:
    items = _one_list(values)
    result = total(run, span, values)
    return None if result is None or not items else finite(CONTEXT.divide(result, Decimal(len(items))))


@feel("all(...list: any?)")
def everything(run: Run, span: Span, values: list[Any]) -> bool | None:
    items = _one_list(values)
    if items is None:
        return run.why(span, "应为布尔值的列表")
    run.spend(len(items), span)
    return compare.every(items)


@feel("any(...list: any?)")
def anything(run: Run, span: Span, values: list[Any]) -> bool | None:
    items = _one_list(values)
    if items is None:
        return run.why(span, "应为布尔值的列表")
    run.spend(len(items), span)
    return compare.some(items)


def _place(items: list[Any], position: Decimal, extra: int, run: Run, span: Span) -> int | None:
    """The offset of a 1-based or negative position; `extra` positions after the last are allowed."""
    place = as_int(position)
    if not place or place > len(items) + extra or -place > len(items):
        return run.why(span, "位置 {} 不在列表范围内（共 {} 项）", position, len(items))
    return place - 1 if place > 0 else len(items) + place


@feel("sublist(list: list, start position: number, length: number = )")
def sublist(run: Run, span: Span, items: list[Any], position: Decimal, length: Decimal | None = None) -> Any:
    begin = _place(items, position, 0, run, span)
    if begin is None:
        return None
    if length is None:
        return items[begin:]
    size = as_int(length)
    if size is None or size < 1 or begin + size > len(items):
        return run.why(span, "长度 {} 超出列表范围", length)
    return items[begin : begin + size]


@feel("append(list: list, ...item: any?)")
def append(run: Run, span: Span, items: list[Any], added: list[Any]) -> list[Any]:
    run.spend(len(items) // 10, span)
    return [*items, *added]


@feel("concatenate(...list: any?)")
def concatenate(run: Run, span: Span, values: list[Any]) -> Any:
    if None in values:
        return run.why(span, "参数应为列表，得到空值")
    joined: list[Any] = []
    for value in values:
        joined.extend(value if type(value) is list else [value])
        run.spend(len(joined) // 10 + 1, span)
    return joined


@feel("insert before(list: list, position: number, newItem: any?)")
def insert_before(run: Run, span: Span, items: list[Any], position: Decimal, item: Any) -> Any:
    at = _place(items, position, 0, run, span)
    return None if at is None else [*items[:at], item, *items[at:]]


@feel("remove(list: list, position: number)")
def remove(run: Run, span: Span, items: list[Any], position: Decimal) -> Any:
    at = _place(items, position, 0, run, span)
    return None if at is None else items[:at] + items[at + 1 :]


@feel("list replace(list: list, position: number, newItem: any?)")
def list_replace(run: Run, span: Span, items: list[Any], position: Decimal, item: Any) -> Any:
    at = _place(items, position, 0, run, span)
    return None if at is None else [*items[:at], item, *items[at + 1 :]]


@feel("list replace(list: list, match: function, newItem: any?)")
def list_replace_matching(run: Run, span: Span, items: list[Any], match: Function, item: Any) -> Any:
    if len(match.parameters) != 2 and not match.variadic:
        return run.why(span, "匹配函数应有两个参数")
    replaced = []
    for old in items:
        answer = match.call(run, [old, item])
        if type(answer) is not bool:
            return run.why(span, "匹配函数应给出布尔值")
        replaced.append(item if answer else old)
    return replaced


@feel("reverse(list: list)")
def reverse(run: Run, span: Span, items: list[Any]) -> list[Any]:
    return items[::-1]


@feel("index of(list: list, match: any?)")
def index_of(run: Run, span: Span, items: list[Any], match: Any) -> list[Decimal]:
    run.spend(len(items), span)
    return [Decimal(i) for i, item in enumerate(items, 1) if compare.equal(item, match, run, span) is True]


@feel("distinct values(list: list)")
def distinct_values(run: Run, span: Span, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        if type(item) in (Decimal, str):
            if item not in seen:
                seen.add(item)
                kept.append(item)
            continue
        run.spend(len(kept) + 1, span)
        if not any(compare.equal(item, other, run, span) is True for other in kept):
            kept.append(item)
    return kept


@feel("union(...list: any?)")
def union(run: Run, span: Span, values: list[Any]) -> Any:
    joined = concatenate(run, span, values)
    return None if joined is None else distinct_values(run, span, joined)


@feel("flatten(list: list)")
def flatten(run: Run, span: Span, items: list[Any]) -> list[Any]:
    return list(_flat(items, run, span))


def _flat(items: list[Any], run: Run, span: Span) -> Iterator[Any]:
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.spend(1, span)
            if type(item) is list:
                stack.append(iter(item))
                break
            yield item
        else:
            stack.pop()


def _numbers(values: list[Any], run: Run, span: Span) -> list[Decimal] | None:
    items = _one_list(values)
    if items is None or not all(type(item) is Decimal for item in items):
        return run.why(span, "应为数字的列表")
    run.spend(len(items), span)
    return items


@feel("product(...list: any?)")
def product(run: Run, span: Span, values: list[Any]) -> Any:
    items = _numbers(values, run, span)
    if not items:
        return None
    result = items[0]
    for item in items[1:]:
        result = CONTEXT.multiply(result, item)
    return finite(result)


@feel("median(...list: any?)")
def median(run: Run, span: Span, values: list[Any]) -> Any:
    items = _numbers(values, run, span)
    if not items:
        return None
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return finite(CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2)))


@feel("stddev(...list: any?)")
def stddev(run: Run, span: Span, values: list[Any]) -> Any:
    """Of a sample: divided by n − 1."""
    items = _numbers(values, run, span)
    if items is None or len(items) < 2:
        return run.why(span, "标准差至少需要两个数字")
    size = Decimal(len(items))
    middle = CONTEXT.divide(functools.reduce(CONTEXT.add, items), size)
    squares = (CONTEXT.power(CONTEXT.subtract(item, middle), Decimal(2)) for item in items)
    return finite(CONTEXT.sqrt(CONTEXT.divide(functools.reduce(CONTEXT.add, squares), size - 1)))


@feel("mode(...list: any?)")
def mode(run: Run, span: Span, values: list[Any]) -> Any:
    """The most frequent numbers, ascending; of nothing, nothing."""
    items = _numbers(values, run, span)
    if items is None:
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, found in counts.items() if found == most)


@feel("sort(list: list, precedes: function = )")
def sort(run: Run, span: Span, items: list[Any], precedes: Function | None = None) -> Any:
    if precedes is None:
        if not all(compare.order(item, items[0]) is not None for item in items):
            return run.why(span, "列表中的值没有共同的次序")
        return sorted(items, key=functools.cmp_to_key(lambda a, b: compare.order(a, b) or 0))
    if len(precedes.parameters) != 2 and not precedes.variadic:
        return run.why(span, "次序函数应有两个参数")

    def direction(a: Any, b: Any) -> int:
        run.spend(1, span)
        if precedes.call(run, [a, b]) is True:
            return -1
        return 1 if precedes.call(run, [b, a]) is True else 0

    return sorted(items, key=functools.cmp_to_key(direction))
