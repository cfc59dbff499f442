"""The stops (停表) a matter allows: of a known type, and what each does to the clock."""

from collections.abc import Iterator
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.clocks import law
from ziyuan.workflow.gate.fault import Fault

KEYS = frozenset({"kind", "basis"})


def stops(pack: kernel.Pack, file: str, told: dict[str, Any]) -> Iterator[Fault]:
    """Each stop is a name, or a name with the law that exempts it; one that stops nothing, or by law unread, is listed."""
    for stop in told.get("stops", []):
        if isinstance(stop, dict) and (not stop.get("kind") or set(stop) - KEYS):
            yield Fault(pack.id, file, "stops", f"“{stop}”应写 kind 和 basis 两项")
            return
    for kind, cited in law.allowed(told).items():
        place = f"stops.{kind}"
        if kind not in law.kinds():
            known = "、".join(sorted(law.kinds()))
            yield Fault(pack.id, file, place, "法律没有规定这种停表", f"可用:{known}")
        elif not cited:
            yield from _general(pack, file, place, law.exemption(told, kind, kernel.today()))


def _general(pack: kernel.Pack, file: str, place: str, found: law.Exemption) -> Iterator[Fault]:
    if not found.counts:
        remedy = "事项另有法律依据的,写作 {kind: …, basis: 法律名称 第…条}"
        yield Fault(pack.id, file, place, "一般法没有规定扣除这段时间:只显示,不停表", remedy, "notice")
    elif not found.basis:
        yield Fault(pack.id, file, place, "扣除的法律依据未经核对", "请查阅原文后写明 basis", "notice")
