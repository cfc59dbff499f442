"""What a decision did, as JSON that can be stored."""

from __future__ import annotations

from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.table import Hits

HEAVIEST = 20_000  # things a value in the trace may hold
TOO_LARGE = "（内容过多，未记入经过）"
_BOX_NAMES: dict[type, str] = {
    model.Literal: "literalExpression",
    model.Table: "decisionTable",
    model.ContextBox: "context",
    model.Invocation: "invocation",
    model.ListBox: "list",
    model.Relation: "relation",
    model.FunctionBox: "functionDefinition",
    model.Conditional: "conditional",
    model.FilterBox: "filter",
    model.LoopBox: "iteration",
}


def entry(
    node: model.Node, scope: dict[str, Any], value: Any, reason: feel.Reason | None, tables: list[Hits]
) -> dict[str, Any]:
    """The trace of one decision: what it saw, the rows that matched, its value and why it is null."""
    told: dict[str, Any] = {
        "decision": node.name,
        "id": node.id,
        "kind": _BOX_NAMES.get(type(node.body), "none"),
        "inputs": [
            {"expression": name, "value": shown(seen)} for name, seen in scope.items() if _is_data(seen)
        ],
        "matched": [],
        "value": shown(value),
        "reason": reason.message if reason else None,
    }
    found = [_hits(hits) for hits in tables]
    if isinstance(node.body, model.Table) and found:
        told |= found.pop()
    if found:
        told["tables"] = found
    return told


def shown(value: Any) -> Any:
    """The JSON form of a value, unless it is larger than anybody would read."""
    if type(value) in (list, dict) and not _is_light(value):
        return TOO_LARGE
    return wire.encode(value)


def _is_light(value: Any) -> bool:
    left, waiting = HEAVIEST, [value]
    while waiting and left > 0:
        inner = waiting.pop()
        left -= len(inner)
        waiting.extend(v for v in (inner.values() if type(inner) is dict else inner) if type(v) in (list, dict))
    return left > 0


def _is_data(value: Any) -> bool:
    """Functions known to a decision are no input of it."""
    return not isinstance(value, feel.Function) and not (
        type(value) is dict and bool(value) and all(isinstance(v, feel.Function) for v in value.values())
    )


def _hits(hits: Hits) -> dict[str, Any]:
    told: dict[str, Any] = {
        "inputs": [{"expression": label, "value": shown(value)} for label, value in hits.inputs],
        "matched": hits.matched,
        "value": shown(hits.value),
    }
    notes = {str(rule.number): rule.note for rule in hits.table.rules if rule.note and rule.number in hits.matched}
    return told | {"notes": notes} if notes else told
