"""Effects on the way (途中效力): what a service task brings about, in its step's transaction; 撤件 and 终止 undo what stands.

A service task names one of the matter's `effects`. Its key is (case, node, ordinal). When the process comes by the same
node again, after a return say, what stood of it is undone first: of one node at most one effect stands.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import AppliedEffect
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.effects.registry import Order, kind
from ziyuan.workflow.engine import Effect
from ziyuan.workflow.errors import EffectOnWayRefused, EffectStands


def carry_out(rt: Runtime, journal: Journal, effects: Sequence[Effect], by: kernel.Actor) -> None:
    """The effects of one step, in their order, each an event. Raises EffectOnWayRefused: the step has not happened."""
    journal.save()
    for effect in effects:
        before = [told["key"] for told in standing(journal) if told.get("node") == effect.node]
        _undo(journal, before, by)
        told = _apply(rt, journal, effect, by)
        journal.add("carried", {"effects": [told], "undone": before}, by)
        _mark(journal, before)


def _apply(rt: Runtime, journal: Journal, effect: Effect, by: kernel.Actor) -> dict[str, Any]:
    state, case = journal.state, journal.case
    declared = rt.matter.told["effects"][effect.verb]
    ordinal = 1 + sum(told.get("node") == effect.node for told in state["effects"])
    key = f"{case.no}/{effect.node}/{ordinal}"
    order = Order(key, declared["kind"], declared, {}, facts.read(state), state, by)
    try:
        target = kind(declared["kind"]).apply(order)
    except ZiyuanError as refused:
        raise EffectOnWayRefused(rt.graph.nodes[effect.node].title, declared["kind"], str(refused)) from refused
    told = {"key": key, "kind": declared["kind"], "target": target[:200], "decision": ""}
    AppliedEffect.objects.create(**told, case=case, applied=kernel.now())
    return {**told, "node": effect.node, "verb": effect.verb}


def standing(journal: Journal) -> list[dict[str, Any]]:
    """The effects of the case that nobody has undone, in the order they came about."""
    return [told for told in journal.state["effects"] if told["undone"] is None]


def undo_effects(journal: Journal, **told: str) -> None:
    """Undo what stands, the newest first, each once; the event says `told` too.

    Raises EffectStands: then nothing has happened.
    """
    keys = [told["key"] for told in reversed(standing(journal))]
    if not keys:
        return
    journal.save()
    _undo(journal, keys, journal.by)
    journal.add("effects_undone", {"keys": keys, **told})
    _mark(journal, keys)


def _undo(journal: Journal, keys: Sequence[str], by: kernel.Actor) -> None:
    effects = {told["key"]: told for told in journal.state["effects"]}
    for told in (effects[key] for key in keys):
        try:
            kind(told["kind"]).undo(told["target"], journal.case.no, by)
        except ZiyuanError as refused:
            raise EffectStands(told["kind"], told["target"], str(refused)) from refused


def _mark(journal: Journal, keys: Sequence[str]) -> None:
    """The rows say when, as the event does."""
    for told in journal.state["effects"]:
        if told["key"] in keys:
            AppliedEffect.objects.filter(pk=told["key"]).update(undone=datetime.fromisoformat(told["undone"]))
