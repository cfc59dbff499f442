"""The examples of a matter: given, when, then. They are test and document at once, and an officer can correct them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base import reasons
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime, compiled
from ziyuan.workflow.forms.validate import faults as form_faults
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.scratch import POSSIBLE, Scratch

KEYS = frozenset({"story", "given", "when", "then"})
STEP = frozenset(
    {"at", "do", "day", "to", "items", "papers", "form", "site", "areas", "refused", "kind", "basis", "reason", "days"}
)
GIVEN = frozenset({"day", "form", "site", "areas", "papers", "people"})
THEN = frozenset(
    {"waits", "status", "route", "missing", "findings", "accepted", "due", "provisional", "stopped", "result"}
    | {"valid_months", "effects", "archive", "faults", "used", "left", "lamp", "extended", "standing"}
)


def check(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    """Every example passes; among them one refusal and one correction."""
    where = f"matters/{matter.id}/examples"
    try:
        rt = compiled(matter)
    except ZiyuanError as refused:
        yield Fault(pack.id, where, "", f"示例不能运行:{refused}")
        return
    seen: set[str] = set()
    for path in sorted((matter.folder / "examples").glob("*.yaml")):
        if path.stem == "form":
            continue
        for wrong in run(rt, path, seen):
            yield Fault(pack.id, f"{where}/{path.name}", "", wrong)
    for kind, title in _wanted(rt):
        if kind not in seen:
            yield Fault(pack.id, where, "", f"没有“{title}”的示例", "每个事项至少各有一例")


def _wanted(rt: Runtime) -> list[tuple[str, str]]:
    """What an applicant may meet; of a matter about something inside each result, and a refusal."""
    if "subject" not in rt.matter.told:
        return [("granted", "同意"), ("refused", "不予通过"), ("correct", "补正")]
    return [*((name, told["title"]) for name, told in rt.matter.told["results"].items()), ("refuse", "不同意")]


def run(rt: Runtime, path: Path, seen: set[str] | None = None) -> list[str]:
    """What is wrong with one example; empty when it passes."""
    try:
        told = _read(path, rt)
    except (ValueError, yaml.YAMLError) as error:
        return [reasons.told(error)]
    seen = set() if seen is None else seen
    wrong = form_faults(rt.form, told["given"]["form"])
    if wrong or "faults" in told["then"]:
        expected = told["then"].get("faults", {})
        return [] if _holds(expected, wrong) else [f"表单问题应为 {expected},实为 {wrong}"]
    case = Scratch(rt, told["given"])
    for number, step in enumerate(told.get("when") or [], start=1):
        seen.add(step.get("do", ""))
        problem = _step(case, step)
        if problem:
            return [f"第 {number} 步:{problem}"]
    found = case.told()
    seen.add(found["result"] or "")
    return [
        f"{key} 应为 {expected},实为 {_plain(found[key])}"
        for key, expected in told["then"].items()
        if not _holds(_plain(expected), _plain(found[key]))
    ]


def _read(path: Path, rt: Runtime) -> dict[str, Any]:
    """The example with the matter's common form under its own; a key nobody reads is refused."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(told, dict) or not {"story", "given", "then"} <= told.keys():
        raise ValueError("示例应写明 story、given、then")
    parts = [(KEYS, told, "示例"), (GIVEN, told["given"], "given"), (THEN, told["then"], "then")]
    for known, part, name in [*parts, *((STEP, step, "when") for step in told.get("when") or [])]:
        for key in part:
            if key not in known:
                raise ValueError(f"{name} 有不认识的键“{key}”")
    common = path.with_name("form.yaml")
    base = yaml.safe_load(common.read_text(encoding="utf-8")) if common.is_file() else {}
    told["given"]["form"] = {**base, **told["given"].get("form", {})}
    return told


def _step(case: Scratch, step: dict[str, Any]) -> str:
    """Take a step; a step with `refused` must be refused for that reason."""
    expected = step.get("refused")
    try:
        case.take(step)
    except POSSIBLE as refused:
        return "" if expected and str(expected) in str(refused) else f"不能执行:{refused}"
    return f"应当不能执行({expected}),却执行了" if expected else ""


def _holds(expected: Any, found: Any) -> bool:
    """Texts hold when contained; maps when each named entry holds; lists of maps when each has its match."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(k in found and _holds(v, found[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        if expected and isinstance(expected[0], dict):
            return all(any(_holds(e, f) for f in found) for e in expected)
        return expected == found
    if isinstance(expected, str) and isinstance(found, str):
        return expected in found
    if isinstance(found, list) and not isinstance(expected, list):
        return found == [expected]
    return bool(expected == found)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
