"""The pack ledger (质量台账): what every pack has to show, and how far each one is."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base import reasons
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.fault import Fault

STATES = ("done", "todo", "exempt")


@cache
def rules() -> dict[str, str]:
    """Rule → title, in order."""
    return yaml.safe_load(Path(__file__).with_name("ledger.yaml").read_text(encoding="utf-8"))


def standing(pack: kernel.Pack) -> dict[str, dict[str, Any]]:
    """What the pack says of each rule; a bare word is a state without a reason."""
    path = pack.folder / "quality.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {rule: {"state": v} if isinstance(v, str) else dict(v or {}) for rule, v in (told or {}).items()}


def check(pack: kernel.Pack) -> list[Fault]:
    """Every rule is answered, nothing else is, and what is not done says why."""
    try:
        told = standing(pack)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return [Fault(pack.id, "quality.yaml", reasons.place(error), f"不是合法的 YAML:{reasons.problem(error)}")]
    found = [
        Fault(pack.id, "quality.yaml", rule, "台账缺少这一条", rules()[rule])
        for rule in rules()
        if rule not in told
    ]
    for rule, entry in told.items():
        if rule not in rules():
            found.append(Fault(pack.id, "quality.yaml", rule, "台账中没有这一条"))
        elif entry.get("state") not in STATES:
            found.append(Fault(pack.id, "quality.yaml", rule, f"状态应为 {'、'.join(STATES)}"))
        elif entry["state"] != "done" and not entry.get("reason"):
            found.append(Fault(pack.id, "quality.yaml", rule, "未完成或免除的,应写明理由"))
    return found
