"""Law as dated figures: each has unit, day and source; what nobody has read is listed; promised is not longer."""

from collections.abc import Iterator

from ziyuan.base.parameters import NotInForce, Parameter
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.fault import Fault


def check(pack: kernel.Pack) -> Iterator[Fault]:
    """Parameters of the pack, and the limits of its matters."""
    for name, parameter in sorted(pack.parameters.items()):
        for day in parameter.unconfirmed_days():
            yield Fault(
                pack.id, f"parameters/{name}", str(day), "出处未经核对", "请查阅原文后补写出处", "notice"
            )
    for matter in pack.matters.values():
        yield from _limits(pack, matter)


def _limits(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    file = f"matters/{matter.id}/matter.yaml"
    due = matter.told.get("due", {})
    for key in ("statutory", "promised"):
        if key not in due:
            yield Fault(pack.id, file, f"due.{key}", "没有写明办理期限")
    found: dict[str, Parameter] = {}
    for key, name in due.items():
        if name not in pack.parameters:
            yield Fault(
                pack.id, file, f"due.{key}", f"没有参数“{name}”", "请在 parameters/ 中补一个带出处的数值"
            )
        elif pack.parameters[name].unit != "working_day":
            yield Fault(pack.id, file, f"due.{key}", "办理期限的单位应为 working_day")
        else:
            found[key] = pack.parameters[name]
    if {"statutory", "promised"} <= found.keys():
        yield from _not_longer(pack, file, found["statutory"], found["promised"])
    for name, result in matter.told.get("results", {}).items():
        term = result.get("valid_months")
        if term is not None and (term not in pack.parameters or pack.parameters[term].unit != "month"):
            yield Fault(pack.id, file, f"results.{name}.valid_months", f"“{term}”不是以月计的参数")


def _not_longer(pack: kernel.Pack, file: str, statutory: Parameter, promised: Parameter) -> Iterator[Fault]:
    """On every day on which either figure changes."""
    for day in sorted({*statutory.values, *promised.values}):
        try:
            limit, told = statutory.on(day), promised.on(day)
        except NotInForce:
            continue
        if told > limit:
            yield Fault(pack.id, file, "due", f"{day} 起承诺期限 {told} 个工作日,长于法定的 {limit} 个工作日")
