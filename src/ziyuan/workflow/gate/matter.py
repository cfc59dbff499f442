"""The text of a matter: basis, papers, facts, results, effects, templates; every name in it exists.

A matter about something inside the platform (`subject`) has no applicant: papers, screening and issued papers are not asked
of it, and it may not have them.
"""

import json
from collections.abc import Iterator
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import subject
from ziyuan.workflow.cases.facts import NAMES
from ziyuan.workflow.effects import registry
from ziyuan.workflow.gate import clock
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.gate.scope import problems

NEEDED = ("title", "basis", "levels", "due", "process", "form", "case", "papers", "results")
FOR_APPLICANTS = ("papers", "screening", "public")
WORDS = frozenset({"title", "done", "consequence"})
RESULT = ("title", "template", "document", "number", "archive", "effects")
BEFORE_DECISION = NAMES - {"decision", "document"}
PRINTED = frozenset({"organ", "day", "valid_until", "area_ha"})


def check(pack: kernel.Pack, matter: kernel.Matter) -> Iterator[Fault]:
    """All faults of matter.yaml that the other checks do not find."""
    file, told = f"matters/{matter.id}/matter.yaml", matter.told
    about = "subject" in told
    missing = [key for key in NEEDED if not told.get(key) and not (about and key in FOR_APPLICANTS)]
    for key in missing:
        yield Fault(pack.id, file, key, "缺少这一项")
    if missing:
        return
    fields = fields_of(matter)
    if about:
        yield from _about(pack, file, told)
    yield from _words(pack, file, told)
    yield from clock.stops(pack, file, told)
    for key in ("title", "applicant", *({"agent"} & told["case"].keys())):
        yield from problems(pack, file, f"case.{key}", told["case"].get(key, ""), frozenset({"form"}), fields)
    yield from _number(
        pack,
        file,
        "case.number",
        told["case"].get("number", ""),
        {"county": "", "year": 1, "serial": 1},
        "county",
    )
    for name, text in told.get("facts", {}).items():
        yield from problems(pack, file, f"facts.{name}", text, BEFORE_DECISION, fields)
    for paper in told.get("papers", []):
        if not isinstance(paper.get("required"), bool):
            place = f"papers.{paper.get('id')}.required"
            yield from problems(
                pack, file, place, paper.get("required", ""), frozenset(told.get("facts", {}))
            )
    for name in told.get("screening", []):
        yield from _function(pack, file, name)
    for name, result in told["results"].items():
        yield from _result(pack, matter, f"results.{name}", result, fields)
    yield from _on_way(pack, matter, file, fields)
    yield from _open(pack, file, told)


def _about(pack: kernel.Pack, file: str, told: dict[str, Any]) -> Iterator[Fault]:
    """A subject that somebody registered, and nothing that only an applicant could bring or receive."""
    kinds = "、".join(sorted(subject.known()))
    if told["subject"] not in subject.known():
        yield Fault(pack.id, file, "subject", f"没有组件登记办理对象“{told['subject']}”", f"已登记:{kinds}")
    for key in FOR_APPLICANTS:
        if told.get(key):
            yield Fault(pack.id, file, key, "有办理对象的事项没有申请人,不写这一项", "请删去,或删去 subject")
    for name, result in told["results"].items():
        for key in ("template", "document"):
            if key in result:
                yield Fault(pack.id, file, f"results.{name}.{key}", "有办理对象的事项不制发文书", "请删去这一项")


def _words(pack: kernel.Pack, file: str, told: dict[str, Any]) -> Iterator[Fault]:
    """Words of acts: known parts only (nodes and acts are looked at with the process)."""
    for node, acts in told.get("words", {}).items():
        for act, words in acts.items():
            for part in sorted(words.keys() - WORDS):
                yield Fault(pack.id, file, f"words.{node}.{act}.{part}", "没有这一项", f"可用:{'、'.join(sorted(WORDS))}")


def fields_of(matter: kernel.Matter) -> list[str]:
    """Names of the form's fields; none where the form does not read."""
    path = matter.folder / matter.told["form"]
    try:
        return sorted(json.loads(path.read_text(encoding="utf-8"))["data"]["properties"])
    except (OSError, ValueError, KeyError):
        return []


def _number(
    pack: kernel.Pack, file: str, place: str, pattern: str, names: dict[str, Any], series: str
) -> Iterator[Fault]:
    """A number can be written, and is unique: it names the serial, and the area whose series it counts."""
    try:
        pattern.format(**names)
    except (KeyError, ValueError, IndexError) as error:
        yield Fault(pack.id, file, place, f"编号式样“{pattern}”不可用:{error}", f"可用:{'、'.join(names)}")
    if "{serial" not in pattern:
        yield Fault(pack.id, file, place, "编号式样没有流水号 {serial}")
    if f"{{{series}" not in pattern:
        yield Fault(pack.id, file, place, f"编号式样没有 {{{series}}}:流水号按它分别计数,不写会重号")


def _function(pack: kernel.Pack, file: str, name: str) -> Iterator[Fault]:
    try:
        pack.function(name)
    except (kernel.PackFault, ImportError) as error:
        yield Fault(pack.id, file, f"screening.{name}", str(error))


def _result(
    pack: kernel.Pack, matter: kernel.Matter, place: str, told: dict[str, Any], fields: list[str]
) -> Iterator[Fault]:
    file = f"matters/{matter.id}/matter.yaml"
    about = "subject" in matter.told
    for key in ("title", "effects") if about else RESULT:
        if not told.get(key):
            yield Fault(pack.id, file, f"{place}.{key}", "缺少这一项")
    if told.get("template") and not (matter.folder / told["template"]).is_file():
        yield Fault(pack.id, file, f"{place}.template", f"没有文件 {told['template']}")
    for key in ("class", "keep", "starts") if "archive" in told or not about else ():
        if key not in told.get("archive", {}):
            yield Fault(pack.id, file, f"{place}.archive.{key}", "归档缺少这一项")
    number = told.get("number", {})
    names = {"region": "", "county": "", "year": 1, "serial": 1}
    if number or not about:
        yield from _number(pack, file, f"{place}.number.pattern", number.get("pattern", ""), names, "region")
    if number.get("source") == "unconfirmed":
        yield Fault(pack.id, file, f"{place}.number", "编号式样未经核对", "请查阅原文后改写 source", "notice")
    printed = told.get("document", {}).get("print", {})
    for name, text in printed.items():
        yield from problems(pack, file, f"{place}.document.print.{name}", text, NAMES, fields)
    for name in matter.told.get("public", []):
        if name not in printed and name not in PRINTED:
            yield Fault(pack.id, file, f"public.{name}", f"{place} 的文书没有打印这一项")
    for at, effect in enumerate(told.get("effects", [])):
        yield from _effect(pack, file, f"{place}.effects[{at}]", effect, fields, NAMES)


def _on_way(pack: kernel.Pack, matter: kernel.Matter, file: str, fields: list[str]) -> Iterator[Fault]:
    """Effects of the process itself: of a kind that needs no decision, and named by a service task."""
    path = matter.folder / matter.told["process"]
    drawn = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    for name, told in matter.told.get("effects", {}).items():
        place, kind = f"effects.{name}", told.get("kind", "")
        yield from _effect(pack, file, place, told, fields, BEFORE_DECISION)
        if kind in registry.known() and not registry.kind(kind).on_way:
            yield Fault(pack.id, file, place, f"效力“{kind}”只能在决定时产生", "请写到 results 的 effects 中")
        if f'"{name}"' not in drawn:
            yield Fault(pack.id, file, place, "流程中没有动作环节(serviceTask)用到它", severity="notice")


def _effect(
    pack: kernel.Pack, file: str, place: str, told: dict[str, Any], fields: list[str], names: frozenset[str]
) -> Iterator[Fault]:
    name = told.get("kind", "")
    if name not in registry.known():
        yield Fault(
            pack.id, file, place, f"没有组件登记效力“{name}”", f"已登记:{'、'.join(sorted(registry.known()))}"
        )
        return
    kind = registry.kind(name)
    for where, text in kind.texts(told).items():
        yield from problems(pack, file, f"{place}.{where}", text, names, fields)
    for wrong in kind.faults(told):
        yield Fault(pack.id, file, place, wrong)


def _open(pack: kernel.Pack, file: str, told: dict[str, Any]) -> Iterator[Fault]:
    """Fields a city or county may override exist."""
    for path in told.get("open", []):
        value: Any = told
        for step in path.split("."):
            if isinstance(value, list):
                value = next((v for v in value if v.get("id") == step), None)
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            yield Fault(pack.id, file, f"open.{path}", "事项中没有这一项")
