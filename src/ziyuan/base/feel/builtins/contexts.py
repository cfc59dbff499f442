"""Context functions (DMN 1.5, 10.3.4.9) and `is`."""

from __future__ import annotations

from typing import Any

from ziyuan.base.feel.builtins.registry import feel
from ziyuan.base.feel.run import Run, Span
from ziyuan.base.feel.temporal import DateTime, Time
from ziyuan.base.feel.values import Function, kind_name


@feel("get value(m: context, key: string)")
def get_value(run: Run, span: Span, m: dict[str, Any], key: str) -> Any:
    return m[key] if key in m else run.why(span, "上下文中没有“{}”这一项", key)


@feel("get entries(m: context)")
def get_entries(run: Run, span: Span, m: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in m.items()]


@feel("context(entries: list)")
def context(run: Run, span: Span, entries: list[Any]) -> Any:
    made: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            return run.why(span, "每一项应为含 key 与 value 的上下文")
        if entry["key"] in made:
            return run.why(span, "重复的项名“{}”", entry["key"])
        made[entry["key"]] = entry["value"]
    return made


@feel("context put(context: context, key: string, value: any?)")
def context_put(run: Run, span: Span, base: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**base, key: value}


@feel("context put(context: context, keys: list, value: any?)")
def context_put_path(run: Run, span: Span, base: dict[str, Any], keys: list[Any], value: Any) -> Any:
    if not keys or not all(type(key) is str for key in keys):
        return run.why(span, "项名的列表不能为空，且都应为文本")
    run.spend(len(keys), span)
    made = dict(base)
    level = made
    for key in keys[:-1]:
        inner = level.get(key)
        if type(inner) is not dict:
            return run.why(span, "“{}”不是上下文", key)
        level[key] = level = dict(inner)
    level[keys[-1]] = value
    return made


@feel("context merge(contexts: list)")
def context_merge(run: Run, span: Span, contexts: list[Any]) -> Any:
    made: dict[str, Any] = {}
    for one in contexts:
        if type(one) is not dict:
            return run.why(span, "应为上下文的列表，其中有{}", kind_name(one))
        run.spend(len(one) + 1, span)
        made.update(one)
    return made


@feel("is(value1: any?, value2: any?)")
def same(run: Run, span: Span, a: Any, b: Any) -> bool:
    """The same element of the value domain: kinds and zones count, unlike `=`."""
    if type(a) is not type(b):
        return False
    if type(a) in (Time, DateTime, Function):
        return a is b or (type(a) is not Function and a == b and _zone(a) == _zone(b))
    from ziyuan.base.feel.compare import equal

    return equal(a, b, run, span) is True


def _zone(moment: Time | DateTime) -> object:
    return moment.zone if type(moment) is Time else moment.time.zone  # type: ignore[union-attr]
