"""Decide: the decision, its number and every declared effect, in the transaction of the deciding act.

If one effect refuses, nothing has happened. The paper itself is rendered and signed afterwards by a job.
"""

from typing import Any

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.models import AppliedEffect
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.runtime import Runtime, figure
from ziyuan.workflow.effects.registry import Order, kind
from ziyuan.workflow.errors import EffectRefused

STATUS = {"granted": "已批准", "refused": "不予通过"}


def decide(rt: Runtime, journal: Journal, result: str, opinion: str) -> None:
    """Write the decision event and apply the effects of `result` (the end event's id)."""
    told = rt.result(result)
    decision = _decision(rt, journal, result, told, opinion)
    journal.add("decided", {"decision": decision})
    journal.save()
    applied = [_apply(journal, ordinal, told, decision) for ordinal in range(len(told["effects"]))]
    journal.add("effected", {"effects": applied})
    tell_outside(journal.case, journal.state, STATUS.get(result, "已办结"))
    kernel.announce(
        f"{rt.matter.pack}.{rt.matter.id}.{result}",
        county=journal.case.county,
        case=journal.case.pk,
        no=decision["no"],
    )
    if "template" in told:
        kernel.defer("workflow.issue_document", case=journal.case.pk)


def _decision(
    rt: Runtime, journal: Journal, result: str, told: dict[str, Any], opinion: str
) -> dict[str, Any]:
    day = kernel.today()
    county = journal.state["case"]["county"]
    region = journal.by.region
    number = journal.case.no  # of a result that issues no paper
    if "number" in told:
        series = f"{told['number']['series']}.{region}"
        number = told["number"]["pattern"].format(
            region=region, county=county, year=day.year, serial=kernel.next_number(series, day.year)
        )
    return {
        "result": result,
        "title": told["title"],
        "no": number,
        "day": day.isoformat(),
        "organ_name": journal.by.organ_name,
        "region": region,
        "person": journal.by.name,
        "opinion": opinion,
        "valid_months": int(figure(told["valid_months"], day)) if "valid_months" in told else None,
    }


def _apply(
    journal: Journal, ordinal: int, result: dict[str, Any], decision: dict[str, Any]
) -> dict[str, Any]:
    """Carry one effect out; its row is unique by (case, result, ordinal). Returns what the event says of it."""
    case, effect = journal.case, result["effects"][ordinal]
    key = f"{case.no}/{decision['result']}/{ordinal + 1}"
    names = facts.read(journal.state, decision)
    order = Order(key, effect["kind"], effect, result, names, journal.state, journal.by)
    try:
        target = kind(effect["kind"]).apply(order)
    except UserError as refused:
        raise EffectRefused(effect["kind"], str(refused)) from refused
    told = {"key": key, "kind": effect["kind"], "target": target[:200], "decision": decision["no"]}
    AppliedEffect.objects.create(**told, case=case, applied=kernel.now())
    return told
