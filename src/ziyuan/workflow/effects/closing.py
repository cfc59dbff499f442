"""提交归档: a case that closes without a decision (终止、撤件) leaves its archive order too, in the transaction that closes it.

What it carries out are the kinds of the matter's results that are registered as `closing`. Class and term are those that
the ending names itself (`archive`), else those that all results of the matter share. A restart undoes the order.
"""

from typing import Any

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import AppliedEffect
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.effects import registry
from ziyuan.workflow.errors import EffectRefused

Told = dict[str, Any]


def file_case(rt: Runtime, journal: Journal, ending: str, told: Told) -> None:
    """Place the archive order of a case that has just been closed as `ending`. Raises EffectRefused: then nothing happened."""
    effects = closing_effects(rt.matter.told)
    archive = archive_of(rt.matter.told, told)
    if not effects or archive is None:
        return
    journal.save()
    filed = [_apply(journal, effect, ending, {**told, "archive": archive}) for effect in effects]
    journal.add("filed", {"effects": filed})


def closing_effects(matter: Told) -> list[Told]:
    """What the matter's results declare of the kinds that every closing brings about, each kind once."""
    found: dict[str, Told] = {}
    for result in matter["results"].values():
        for effect in result.get("effects", ()):
            name = effect.get("kind", "")
            if name in registry.known() and registry.kind(name).closing:
                found.setdefault(name, effect)
    return list(found.values())


def archive_of(matter: Told, told: Told) -> Told | None:
    """Class, term and start rule of an ending: its own, else what all results share; None where they differ or say nothing."""
    if "archive" in told:
        own: Told = told["archive"]
        return own
    shared: list[Told] = []
    for result in matter["results"].values():
        if "archive" in result and result["archive"] not in shared:
            shared.append(result["archive"])
    return shared[0] if len(shared) == 1 else None


def _apply(journal: Journal, effect: Told, ending: str, told: Told) -> Told:
    case, state = journal.case, journal.state
    number = 1 + sum(one.get("ending") == ending for one in state["effects"])
    key = f"{case.no}/closing:{ending}/{number}"  # no node or result has such a name
    order = registry.Order(key, effect["kind"], effect, told, facts.read(state), state, journal.by)
    try:
        target = registry.kind(effect["kind"]).apply(order)
    except UserError as refused:
        raise EffectRefused(effect["kind"], str(refused)) from refused
    row = {"key": key, "kind": effect["kind"], "target": target[:200], "decision": ""}
    AppliedEffect.objects.create(**row, case=case, applied=kernel.now())
    return {**row, "ending": ending}
