"""Every way a case may end without a decision (终止、撤件) says how it is filed, or all results say the same."""

from collections.abc import Iterator
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.effects.closing import archive_of, closing_effects
from ziyuan.workflow.gate.fault import Fault

ARCHIVE = ("class", "keep", "starts")


def check(pack: kernel.Pack, matter: kernel.Matter, file: str) -> Iterator[Fault]:
    """Faults of `terminations`, `withdrawal` and of what they leave to the results."""
    told = matter.told
    for name, ending in told.get("terminations", {}).items():
        for key in ("title", "basis"):
            if not ending.get(key):
                yield Fault(pack.id, file, f"terminations.{name}.{key}", "缺少这一项")
        yield from _filed(pack, file, f"terminations.{name}", told, ending)
    if "subject" not in told or "withdrawal" in told:
        yield from _filed(pack, file, "withdrawal", told, told.get("withdrawal", {}))


def _filed(pack: kernel.Pack, file: str, place: str, told: dict[str, Any], ending: dict[str, Any]) -> Iterator[Fault]:
    for key in ARCHIVE if "archive" in ending else ():
        if not isinstance(ending["archive"], dict) or key not in ending["archive"]:
            yield Fault(pack.id, file, f"{place}.archive.{key}", "归档缺少这一项")
    if closing_effects(told) and archive_of(told, ending) is None:
        message = "各结果的归档写法不同,没有写明这样结案怎样归档"
        yield Fault(pack.id, file, f"{place}.archive", message, "请写 archive: {class, keep, starts}")
